"""The closed-form mask against integer programs; its growth with D; the memory it takes.

Run: python -m benchmarks.masks   (prints three tables, writes benchmarks/results/masks.json)

All ratios are of medians measured alternately in one process; "ratio" is against the closed form
at its best batch size, and every route is shown at several of its own.
"""

from __future__ import annotations

import json
import platform
import statistics
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from linreg_theory import Problem, solvers
from linreg_theory import adversarial_dropout as ad

RESULTS = Path(__file__).parent / "results" / "masks.json"
REPEATS = 5


Work = Callable[[Problem, Any, int], Any]


def problem_of(n: int, d: int) -> tuple[Problem, Any]:
    """A seeded Gaussian problem and weights."""
    rng = np.random.default_rng(d)
    return Problem(rng.normal(size=(n, d)), rng.normal(size=n)), rng.normal(size=d)


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def against_integer_programs() -> list[dict[str, Any]]:
    """Time per mask at k = D/10, each route at every batch size that suits it.

    The quadratic program is left out at D = 100: it does not finish in a minute there.
    """
    lines = []
    for d in (20, 100):
        k = d // 10
        routes: list[tuple[str, Work, list[int]]] = [
            ("closed form", lambda p, w, k: ad.worst_case_masks(p, w, k), [1, 20, 1000]),
            ("integer, linear", lambda p, w, k: solvers.integer_masks(p, w, k).masks, [1, 20, 100]),
        ]
        if d < 50:
            routes.append(("integer, quadratic", _quadratic, [1, 20]))
        runs = [(name, n, work, problem_of(n, d)) for name, work, sizes in routes for n in sizes]
        for _, _, work, (problem, w) in runs:
            if not np.array_equal(work(problem, w, k), ad.worst_case_masks(problem, w, k)):
                raise AssertionError(f"the routes disagree at D = {d}")
        times: dict[tuple[str, int], list[float]] = {}
        for _ in range(REPEATS):
            for name, n, work, (problem, w) in runs:
                taken = seconds(partial(work, problem, w, k)) / n
                times.setdefault((name, n), []).append(taken)
        medians = {run: statistics.median(measured) for run, measured in times.items()}
        fastest = min(t for (name, _), t in medians.items() if name == "closed form")
        lines += [
            {"D": d, "k": k, "route": name, "rows": n, "us_per_mask": 1e6 * t, "ratio": t / fastest}
            for (name, n), t in medians.items()
        ]
    return lines


def _quadratic(problem: Problem, w: Any, k: int) -> Any:
    return solvers.integer_masks(problem, w, k, route="quadratic").masks


def growth() -> list[dict[str, Any]]:
    """Time of one exact mask and one worst-case value as D grows to a million."""
    sizes = [10**4, 10**5, 10**6]
    problems = {d: problem_of(1, d) for d in sizes}
    times: dict[tuple[int, str], list[float]] = {}
    for _ in range(REPEATS):
        for d, (problem, w) in problems.items():
            for name, work in (("masks", ad.worst_case_masks), ("value", ad.worst_case)):
                taken = seconds(partial(work, problem, w, d // 10))
                times.setdefault((d, name), []).append(taken)
    lines = []
    for name in ("masks", "value"):
        medians = [statistics.median(times[d, name]) for d in sizes]
        exponent = float(np.polyfit(np.log(sizes), np.log(medians), 1)[0])
        lines += [
            {"D": d, "work": name, "seconds": median, "exponent": exponent}
            for d, median in zip(sizes, medians, strict=True)
        ]
    return lines


def memory() -> list[dict[str, Any]]:
    """Peak of everything that is held while worst_case runs, in units of X."""
    lines = []
    for n, d, k in ((2000, 500, 50), (20_000, 100, 10), (100, 20_000, 2000)):
        tracemalloc.start()
        problem, w = problem_of(n, d)
        tracemalloc.reset_peak()
        ad.worst_case(problem, w, k)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        lines.append({"N": n, "D": d, "k": k, "peak_over_X": peak / problem.X.nbytes})
    return lines


def show(title: str, lines: list[dict[str, Any]]) -> None:
    table = Table(title=title, title_justify="left", box=None)
    for name in lines[0]:
        table.add_column(name, justify="right")
    for line in lines:
        table.add_row(*(f"{v:.3g}" if isinstance(v, float) else str(v) for v in line.values()))
    Console(width=100).print(table, "")


def main() -> None:
    results: dict[str, Any] = {
        "against_integer_programs": against_integer_programs(),
        "growth": growth(),
        "memory": memory(),
        "repeats": REPEATS,
        "versions": {p: version(p) for p in ("numpy", "cvxpy", "highspy")},
        "machine": platform.machine(),
    }
    show("Time per mask, Gaussian rows, k = D/10", results["against_integer_programs"])
    show("Growth, one row, k = D/10", results["growth"])
    show("Memory of worst_case, X included", results["memory"])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
