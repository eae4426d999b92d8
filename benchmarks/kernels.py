"""The exact worst case against reading the data once, before and after the compiled kernels.

Run: python -m benchmarks.kernels   (prints two tables, writes benchmarks/results/kernels.json)

All times of a size are measured in turn, in one process, and their medians compared. Two ways to
read X: `X.sum()`, which is one thread, and a compiled sum in as many threads as the kernels have.
"""

from __future__ import annotations

import json
import platform
import statistics
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import numba
import numpy as np

from benchmarks.masks import problem_of, show
from linreg_theory import Problem
from linreg_theory import adversarial_dropout as ad

RESULTS = Path(__file__).parent / "results" / "kernels.json"
REPEATS = 15
SIZES = ((20_000, 100), (5000, 1000), (200, 50_000))
THREADS = int(numba.config.NUMBA_NUM_THREADS)


@numba.njit(nogil=True, fastmath={"reassoc"})  # type: ignore[untyped-decorator]
def _sum(x: Any) -> float:
    total = 0.0
    for j in range(x.size):
        total += x[j]
    return total


def reading(problem: Problem) -> Callable[[], float]:
    """Sum X in parallel, each thread its share; the threads wait ready."""
    parts = np.array_split(problem.X.reshape(-1), THREADS)
    pool = ThreadPoolExecutor(THREADS)
    return lambda: sum(pool.map(_sum, parts))


def by_numpy(function: Callable[..., Any], *arguments: Any) -> Any:
    """The path that smaller data take."""
    with mock.patch.object(ad, "_COMPILED", float("inf")):
        return function(*arguments)


def times_of(n: int, d: int) -> dict[str, float]:
    """Medians in seconds of everything that is compared at one size."""
    problem, w = problem_of(n, d)
    k = d // 10
    work: dict[str, Callable[[], Any]] = {
        "X.sum()": problem.X.sum,
        "parallel sum": reading(problem),
        "value, NumPy": lambda: by_numpy(ad.worst_case, problem, w, k),
        "masks, NumPy": lambda: by_numpy(ad.worst_case_masks, problem, w, k),
        "value": lambda: ad.worst_case(problem, w, k),
        "masks": lambda: ad.worst_case_masks(problem, w, k),
    }
    first = {name: run() for name, run in work.items()}  # compiles
    if not np.array_equal(first["masks"], first["masks, NumPy"]):
        raise AssertionError(f"the masks differ at D = {d}")
    if not np.isclose(first["value"], first["value, NumPy"], rtol=1e-12, atol=0):
        raise AssertionError(f"the values differ at D = {d}")
    taken: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(REPEATS):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(measured) for name, measured in taken.items()}


def ratios() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Times in milliseconds, and the kernels' times over those of the two ways to read X."""
    table, compared = [], []
    for n, d in SIZES:
        seconds = times_of(n, d)
        size = {"N": n, "D": d, "k": d // 10}
        table.append(size | {name: 1e3 * t for name, t in seconds.items()})
        compared.append(
            size
            | {
                f"{work} / {way}": seconds[work] / seconds[way]
                for work in ("value", "masks")
                for way in ("X.sum()", "parallel sum")
            }
            | {
                f"{work}: NumPy / kernel": seconds[f"{work}, NumPy"] / seconds[work]
                for work in ("value", "masks")
            }
        )
    return table, compared


def memory() -> list[dict[str, Any]]:
    """Peak of what is allocated while worst_case runs, in units of X."""
    lines = []
    for n, d in SIZES:
        problem, w = problem_of(n, d)
        ad.worst_case(problem, w, d // 10)
        tracemalloc.start()
        ad.worst_case(problem, w, d // 10)
        peak = tracemalloc.get_traced_memory()[1]  # numba's arrays included
        tracemalloc.stop()
        lines.append({"N": n, "D": d, "beyond_X_over_X": peak / problem.X.nbytes})
    return lines


def main() -> None:
    table, compared = ratios()
    results: dict[str, Any] = {
        "milliseconds": table,
        "ratios": compared,
        "memory": memory(),
        "repeats": REPEATS,
        "threads": THREADS,
        "versions": {p: version(p) for p in ("numpy", "numba")},
        "machine": platform.machine(),
    }
    show("Milliseconds, Gaussian rows, k = D/10", table)
    show("Ratios", compared)
    show("Memory of worst_case beyond X, in units of X", results["memory"])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
