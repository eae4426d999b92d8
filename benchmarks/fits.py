"""Fits with a proven gap against cvxpy with Clarabel, and how far they go on their own.

Run: python -m benchmarks.fits                 (all rows but the long ones)
     python -m benchmarks.fits --long          (all rows)
     python -m benchmarks.fits --rows 'at-*'   (some rows; the others keep their last results)

Prints the table, writes benchmarks/results/fits.json row by row, and growth.svg. Ours and the
reference are measured in turn, in one process; "ratio" is of the medians of seconds on the
clock, "ratio, CPU" of those of processor seconds of all threads. Both run once before they are
timed: that compiles our kernels (numba) and cvxpy's program, and neither is counted.

The reference is the fastest formulation found for Clarabel (see solvers/reference.py), compiled
once, with all its tolerances at the gap that is asked of us; "excess" is its value over ours.
"""

from __future__ import annotations

import argparse
import fnmatch
import gc
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_diabetes
from threadpoolctl import threadpool_limits

from linreg_theory.fits import fit_dropout, fit_training, fit_training_path, zero_radius
from linreg_theory.fits.homotopy import training_path
from linreg_theory.fits.scaling import units
from linreg_theory.solvers import ReferenceDropout, ReferenceTraining, Unresolved

RESULTS = Path(__file__).parent / "results"
SEED = 0
VERSIONS = ("numpy", "scipy", "numba", "cvxpy", "clarabel")
Outcome = tuple[float, float]  # objective, relative gap
Row = Callable[[], dict[str, Any]]


def gaussian(n: int, d: int) -> tuple[Any, Any]:
    """Gaussian rows, the first ten columns with weight 1, noise 0.5."""
    rng = np.random.default_rng(SEED)
    X = rng.normal(size=(n, d))
    return X, X[:, :10].sum(axis=1) + 0.5 * rng.normal(size=n)


def diabetes() -> tuple[Any, Any]:
    X, y = load_diabetes(return_X_y=True)
    return X, y


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it returns, seconds on the clock, seconds of all processors.

    As in `timeit`, nobody's garbage is collected meanwhile: one's would be the other's time.
    """
    gc.collect()
    gc.disable()
    try:
        clock, processors = time.perf_counter(), time.process_time()
        result = work()
        return result, time.perf_counter() - clock, time.process_time() - processors
    finally:
        gc.enable()


def outcome(fits: Iterable[Any]) -> Outcome:
    """The sum of the objectives and the worst relative gap."""
    fits = list(fits)
    gaps = [fit.dual_gap / fit.objective if fit.objective > 0 else 0.0 for fit in fits]
    return sum(fit.objective for fit in fits), max(gaps)


def against(
    ours: Callable[[], Outcome],
    reference: Callable[[], float],
    goal: float,
    gap: float,
    *,
    runs: int,
    reference_runs: int,
) -> dict[str, Any]:
    """Both in turn: of `runs` of ours, an equal share after each run of the reference."""
    own: list[tuple[float, float]] = []
    other: list[tuple[float, float]] = []
    with threadpool_limits(1, user_api="blas"):
        ours()
        reference()
        for _ in range(reference_runs):
            theirs, *taken = timed(reference)
            other.append((taken[0], taken[1]))
            for _ in range(max(1, runs // reference_runs)):
                (objective, reached), *taken = timed(ours)
                own.append((taken[0], taken[1]))
    (seconds, cpu), (seconds_ref, cpu_ref) = medians(own), medians(other)
    return {
        "seconds": seconds,
        "reference": seconds_ref,
        "ratio": seconds_ref / seconds,
        "ratio, CPU": cpu_ref / cpu,
        "objective": objective,
        "reference objective": theirs,
        "excess": theirs / objective - 1,
        "gap": reached,
        "goal": f"{goal:g} times, gap {gap:g}",
        "reached": bool(seconds_ref / seconds >= goal and reached <= gap),
        "seconds, CPU": cpu,
        "reference, CPU": cpu_ref,
        "runs": len(own),
        "reference runs": len(other),
        "BLAS threads": 1,
    }


def medians(measured: list[tuple[float, float]]) -> tuple[float, float]:
    clock, processors = zip(*measured, strict=True)
    return statistics.median(clock), statistics.median(processors)


def training_row(n: int, d: int, part: float) -> dict[str, Any]:
    X, y = gaussian(n, d)
    delta = part * zero_radius(X, y)
    reference = ReferenceTraining(X, y, tol=1e-9)

    def ours() -> Outcome:
        return outcome([fit_training(X, y, delta, tol=1e-9)])

    return against(ours, lambda: reference.solve(delta).value, 100, 1e-9, runs=15, reference_runs=3)


def diabetes_path(method: str) -> dict[str, Any]:
    """100 radii from zero weights to a thousandth of that, with an intercept."""
    X, y = diabetes()
    largest = zero_radius(X, y, intercept=True)
    radii = np.geomspace(largest, 1e-3 * largest, 100)
    reference = ReferenceTraining(X, y, intercept=True, tol=1e-9)
    refused: list[str] = []

    def followed() -> Outcome:
        scaled = units(X, y, True)
        fits = training_path(scaled, float(radii[-1])).fits(radii)
        return sum(f.value for f in fits) * scaled.target**2, max(f.gap for f in fits)

    def fitted() -> Outcome:
        return outcome(fit_training_path(X, y, radii, intercept=True))

    def theirs() -> float:
        total = 0.0
        for delta in radii:
            try:
                total += reference.solve(delta).value
            except Unresolved as error:
                refused.append(str(error))
                total = float("nan")
        return total

    ours = {"homotopy": followed, "fits": fitted}[method]
    line = against(ours, theirs, 100, 1e-9, runs=9, reference_runs=3)
    return line | {"reference refused": len(refused) // 4, "refused with": refused[:1]}


def dropout_row(data: str, k: int) -> dict[str, Any]:
    """Diabetes with an intercept, Gaussian data without."""
    X, y = diabetes() if data == "diabetes" else gaussian(500, 100)
    few = data != "diabetes"
    reference = ReferenceDropout(X, y, k, not few, tol=1e-6)

    def ours() -> Outcome:
        return outcome([fit_dropout(X, y, k, intercept=not few, tol=1e-6)])

    return against(
        ours,
        lambda: reference.solve().value,
        20,
        1e-6,
        runs=6 if few else 15,
        reference_runs=2 if few else 5,
    )


def large_dropout(k: int) -> dict[str, Any]:
    X, y = gaussian(2000, 500)
    fit_dropout(X[:200, :50], y[:200], k, tol=1e-6)  # compiles
    measured = []
    for _ in range(3):
        (objective, gap), *taken = timed(lambda: outcome([fit_dropout(X, y, k, tol=1e-6)]))
        measured.append((taken[0], taken[1]))
    seconds, cpu = medians(measured)
    return {
        "seconds": seconds,
        "objective": objective,
        "gap": gap,
        "goal": "10 s, gap 1e-06",
        "reached": bool(seconds <= 10 and gap <= 1e-6),
        "seconds, CPU": cpu,
        "runs": len(measured),
        "BLAS threads": os.cpu_count(),
    }


def wide_path() -> dict[str, Any]:
    """In a process of its own, for its peak of memory."""
    command = [sys.executable, "-m", "benchmarks.fits", "--child"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    line: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    enough = line["seconds"] <= 60 and line["peak over X"] <= 4 and line["gap"] <= 1e-6
    return line | {"goal": "60 s, 4 X, gap 1e-06", "reached": bool(enough)}


def wide_child() -> dict[str, Any]:
    small, target = gaussian(30, 1000)
    fit_training_path(small, target, [0.3 * zero_radius(small, target)])  # compiles
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    X, y = gaussian(500, 100_000)
    largest = float(np.max(np.abs(y @ X)) / np.sum(np.abs(y)))  # zero_radius, without a copy of X
    radii = np.geomspace(largest, 1e-3 * largest, 100)
    fits, seconds, cpu = timed(lambda: fit_training_path(X, y, radii, tol=1e-6))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    objective, gap = outcome(fits)
    return {
        "seconds": seconds,
        "seconds, CPU": cpu,
        "objective": objective,
        "gap": gap,
        "peak over X": peak * 1024 / X.nbytes,
        "gaps": [fit.dual_gap / fit.objective for fit in fits],
        "features used": [int(np.count_nonzero(fit.coef)) for fit in fits],
        "runs": 1,
        "BLAS threads": os.cpu_count(),
    }


def growth(kind: str, along: str) -> dict[str, Any]:
    """Seconds at doubling N or D, and the exponent of the growth."""
    sizes = [100 * 2**i for i in range(5)] if kind == "training" else [30 * 2**i for i in range(5)]
    fixed = 200 if kind == "training" else 60
    shapes = [(n, fixed) if along == "N" else (fixed, n) for n in sizes]
    problems = [gaussian(*shape) for shape in shapes]
    work = []
    for X, y in problems:
        if kind == "training":
            work.append(partial(fit_training, X, y, 0.1 * zero_radius(X, y), tol=1e-9))
        else:
            work.append(partial(fit_dropout, X, y, 5, tol=1e-6))
    gaps = [outcome([run()])[1] for run in work]
    taken: list[list[tuple[float, float]]] = [[] for _ in work]
    with threadpool_limits(1, user_api="blas"):
        for _ in range(5):
            for measured, run in zip(taken, work, strict=True):
                _, *both = timed(run)
                measured.append((both[0], both[1]))
    seconds = [medians(measured)[0] for measured in taken]
    cpu = [medians(measured)[1] for measured in taken]
    return {
        "seconds": seconds[-1],
        "gap": max(gaps),
        "goal": "exponent",
        "exponent": slope(sizes, seconds),
        "exponent, CPU": slope(sizes, cpu),
        "shapes": shapes,
        "all seconds": seconds,
        "all seconds, CPU": cpu,
        "runs": 5,
        "BLAS threads": 1,
    }


def slope(sizes: list[int], seconds: list[float]) -> float:
    """The exponent, by least squares on logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


PARTS = (0.4, 0.1, 0.03)
ROWS: dict[str, Row] = {
    **{
        f"at-{n}x{d}-{part}": partial(training_row, n, d, part)
        for n, d in ((200, 400), (1000, 200))
        for part in PARTS
    },
    "diabetes-path": partial(diabetes_path, "homotopy"),
    "diabetes-path-fits": partial(diabetes_path, "fits"),
    **{f"drop-diabetes-{k}": partial(dropout_row, "diabetes", k) for k in (1, 5, 10)},
    **{f"drop-500x100-{k}": partial(dropout_row, "gaussian", k) for k in (1, 5, 20)},
    **{f"drop-2000x500-{k}": partial(large_dropout, k) for k in (1, 5, 20)},
    "wide-path": wide_path,
    **{
        f"growth-{kind}-{along}": partial(growth, kind, along)
        for kind in ("training", "dropout")
        for along in ("N", "D")
    },
}
LONG = ("drop-500x100-*", "drop-2000x500-*", "wide-path")
COLUMNS = (
    "seconds",
    "reference",
    "ratio",
    "ratio, CPU",
    "objective",
    "reference objective",
    "gap",
    "exponent",
    "goal",
    "reached",
)


def environment() -> dict[str, Any]:
    return {
        "seed": SEED,
        "versions": {name: version(name) for name in VERSIONS},
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "load average": os.getloadavg()[0],
        "warm-up": "both run once before they are timed: compilation is excluded",
        "reference": "Clarabel through cvxpy, compiled once and updated (warm_start=True)",
        "BLAS": "one thread against the reference and for growth, else one a processor",
        "numba": "kernels of dropout in as many threads as processors",
    }


def shown(results: dict[str, Any]) -> Table:
    table = Table(title="Fits", title_justify="left", box=None)
    for name in ("row", *COLUMNS):
        table.add_column(name, justify="right", overflow="fold")
    for name in ROWS:
        if name in results:
            table.add_row(name, *(cell(results[name].get(column)) for column in COLUMNS))
    return table


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def plot(results: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "fits"
    figure, panels = plt.subplots(1, 2, figsize=(8, 3.5), sharey=True, layout="constrained")
    for panel, along in zip(panels, ("N", "D"), strict=True):
        for kind in ("training", "dropout"):
            line = results[f"growth-{kind}-{along}"]
            sizes = [shape[along == "D"] for shape in line["shapes"]]
            label = f"adversarial {kind}, exponent {line['exponent']:.2f}"
            panel.loglog(sizes, line["all seconds"], "o-", label=label)
        panel.set_xlabel("samples" if along == "N" else "features")
        panel.legend(frameon=False)
    panels[0].set_ylabel("seconds")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.fits")
    parser.add_argument("--rows", nargs="*", help="names or patterns of rows")
    parser.add_argument("--long", action="store_true", help="long rows too")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(wide_child()))
        return
    wanted = chosen.rows or ["*"]
    names = [name for name in ROWS if any(fnmatch.fnmatch(name, w) for w in wanted)]
    if not names:
        parser.error(f"no row matches {wanted}; rows are {', '.join(ROWS)}")
    if not chosen.rows and not chosen.long:
        names = [name for name in names if not any(fnmatch.fnmatch(name, w) for w in LONG)]
    file = RESULTS / "fits.json"
    results: dict[str, Any] = json.loads(file.read_text())["rows"] if file.exists() else {}
    for name in names:
        results[name] = ROWS[name]() | {"environment": environment()}
        print(name, {k: v for k, v in results[name].items() if k in COLUMNS}, flush=True)
        RESULTS.mkdir(exist_ok=True)
        file.write_text(json.dumps({"rows": results}, indent=1) + "\n")
    if all(f"growth-{kind}-{a}" in results for kind in ("training", "dropout") for a in "ND"):
        plot(results, RESULTS / "growth.svg")
    Console(width=160).print(shown(results))


if __name__ == "__main__":
    main()
