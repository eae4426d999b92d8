"""What an exact mask costs: by enumeration, by two integer programs, and in closed form."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.ticker import MaxNLocator

from linreg_theory import adversarial_dropout, certificates, solvers
from linreg_theory.arrays import Array
from linreg_theory.cases.family import rationals
from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.pictures import COLOURS, DASHES, GREY, MARKS, note, sheet
from linreg_theory.problem import Problem
from linreg_theory.weights import random_weights

Masks = Callable[[Problem, Array, int], Any]

_REPEATS = 3
_NUMBERS = 1 << 19  # in a batch for the closed form, which is fastest on many rows
_JUDGED = 2048  # numbers of a batch that are judged in fractions, but at least one row
_TOO_WIDE = 20_000  # features from which even one row is not: it takes seconds
_WIDEST = 12  # columns of the reader's data: all masks of a row can be tried
_ROWS = 3  # of the reader's data


@dataclass(frozen=True)
class _Route:
    """A way to the masks, the numbers of features it is tried at, and how many rows at once."""

    masks: Masks
    sizes: tuple[int, ...]
    rows: Callable[[int], int]


@dataclass(frozen=True)
class _Run:
    """Something to time: a series of the picture, and the rows that the work is shared by."""

    place: str
    route: str
    rows: int
    work: Callable[[], Any] | None  # None where there was no answer


def _enumerated(problem: Problem, w: Array, k: int) -> Any:
    return solvers.enumerate_masks(problem, w, k).masks


def _quadratic(problem: Problem, w: Array, k: int) -> Any:
    return solvers.integer_masks(problem, w, k, route="quadratic").masks


def _linear(problem: Problem, w: Array, k: int) -> Any:
    return solvers.integer_masks(problem, w, k).masks


def _closed(problem: Problem, w: Array, k: int) -> Any:
    return adversarial_dropout.worst_case_masks(problem, w, k)


def _certified(problem: Problem, w: Array, k: int) -> Any:
    """The proof, in fractions, that every answer of an integer program has to pass."""
    exact = problem.exact()
    return certificates.check_drops(certificates.certify_drops(exact, w, k), exact, w, k)


_DOUBLED = (4, 8, 16, 32, 64, 128, 256)
_WIDE = (1024, 4096, 16_384, 100_000)
_CLOSED, _LINEAR = "closed form", "linear integer program"
_ROUTES = {
    "enumeration": _Route(_enumerated, (4, 8, 12, 16, 20), lambda d: 1 if d > 16 else 2),
    "quadratic integer program": _Route(
        _quadratic, (4, 8, 16, 24, 32), lambda d: 2 if d > 16 else 4
    ),
    _LINEAR: _Route(_linear, _DOUBLED, lambda d: max(2, min(8, 512 // d))),
    _CLOSED: _Route(_closed, _DOUBLED + _WIDE, lambda d: max(1, _NUMBERS // d)),
}
_LOOKS: dict[str, Any] = {
    name: {"color": COLOURS[i], "marker": MARKS[i], "ls": DASHES[i]}
    for i, name in zip((1, 2, 4, 0), _ROUTES, strict=True)
}


def compute(dataset: Dataset, seed: int) -> Data:
    """Times and agreement over D on Gaussian data, and over k on columns of these data."""
    gaussian, runs = _over_features(seed)
    own, more = _over_budgets(dataset, seed)
    measured: dict[str, Any] = {}
    for run, seconds in zip(runs + more, _medians(runs + more), strict=True):
        series = measured.setdefault(run.place, {}).setdefault(run.route, [])
        series.append(None if seconds is None else seconds / run.rows)
    return {"repeats": _REPEATS, "gaussian": gaussian, "own": own, "measured": measured}


def _over_features(seed: int) -> tuple[dict[str, Any], list[_Run]]:
    """Gaussian rows and weights, k = D / 4; for each route its sizes and how often it agreed."""
    found: dict[str, Any] = {}
    runs = []
    for name, route in _ROUTES.items():
        columns = found[name] = {what: [] for what in ("D", "k", "rows", "tried", "agreed")}
        for d in route.sizes:
            rng = np.random.default_rng([seed, d])
            rows, w, k = route.rows(d), rng.normal(size=d), max(1, d // 4)
            problem = Problem(rng.normal(size=(rows, d)), rng.normal(size=rows))
            answer = _answer(route.masks, problem, w, k)
            values = d, k, rows, *_agreement(answer, problem, w, k)
            for what, value in zip(columns, values, strict=True):
                columns[what].append(value)
            runs.append(_run("by features", name, problem, w, k, answer is not None))
            if name == _CLOSED:
                runs.append(_run("a row alone", name, problem.rows(slice(0, 1)), w, k))
            if name == _LINEAR:
                work = partial(_certified, problem, w, k)
                runs.append(_Run("proof alone", name, rows, work))
    return found, runs


def _over_budgets(dataset: Dataset, seed: int) -> tuple[dict[str, Any], list[_Run]]:
    """Some rows and columns of the data, random weights: each route at budgets from 0 to all.

    The rows go from the one that greedy masks suit best to the one that they suit least (BY-2).
    """
    whole = dataset.problem
    spread = -np.std(np.asarray(whole.X, float), axis=0)
    columns = np.sort(np.argsort(spread, kind="stable")[:_WIDEST])
    narrow = Problem(whole.X[:, columns], whole.y)
    w = random_weights(narrow, np.random.default_rng(seed))
    s = adversarial_dropout.sides(narrow, w, max(1, len(columns) // 3))
    order = np.argsort(s.lowering - s.raising - 2 * s.residual, kind="stable")
    index = order[np.linspace(0, len(order) - 1, min(_ROWS, len(order))).round().astype(int)]
    problem = narrow.rows(index)
    budgets = np.unique(np.linspace(0, len(columns), 6).round().astype(int)).tolist()
    routes: dict[str, Any] = {}
    runs = []
    for name, route in _ROUTES.items():
        answers = [_answer(route.masks, problem, w, k) for k in budgets]
        both = zip(budgets, answers, strict=True)
        counts = [_agreement(answer, problem, w, k) for k, answer in both]
        routes[name] = {"tried": [c[0] for c in counts], "agreed": [c[1] for c in counts]}
        runs += [
            _run("by budget", name, problem, w, k, answer is not None)
            for k, answer in zip(budgets, answers, strict=True)
        ]
    names = [dataset.features[j] for j in columns]
    own = {"name": dataset.name, "columns": names, "rows": index.tolist(), "k": budgets}
    return own | {"routes": routes}, runs


def _answer(masks: Masks, problem: Problem, w: Array, k: int) -> Any:
    """The masks, or None where a solver has no answer that can be trusted."""
    try:
        return masks(problem, w, k)
    except solvers.BoundExceeded:
        raise
    except solvers.Unresolved:
        return None


def _agreement(masks: Any, problem: Problem, w: Array, k: int) -> tuple[int, int]:
    """Rows tried, and rows whose mask keeps to k and reaches the closed form's loss exactly.

    The first rows of a large batch stand for it.
    """
    if masks is None or problem.n_features >= _TOO_WIDE:
        return 0, 0
    few = slice(0, max(1, _JUDGED // problem.n_features))
    exact, weights = Problem(rationals(problem.X[few]), rationals(problem.y[few])), rationals(w)
    reached = adversarial_dropout.masked_loss(exact, weights, masks[few], per_sample=True)
    best = adversarial_dropout.worst_case(exact, weights, k, per_sample=True)
    within = np.sum(masks[few] == 0, axis=1) <= k
    return len(best), int(np.sum((reached == best) & within))


def _run(place: str, name: str, problem: Problem, w: Array, k: int, answered: bool = True) -> _Run:
    work = partial(_ROUTES[name].masks, problem, w, k) if answered else None
    return _Run(place, name, problem.n_samples, work)


def _medians(runs: list[_Run]) -> list[float | None]:
    """Seconds, measured in turns: what slows the machine for a while slows all alike."""
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(_REPEATS):
        for run, times in zip(runs, taken, strict=True):
            if run.work is not None:
                started = time.perf_counter()
                run.work()
                times.append(time.perf_counter() - started)
    return [statistics.median(times) if times else None for times in taken]


def draw(data: Data) -> Picture:
    """Over the number of features, and over the budget."""
    picture, panels = sheet(1, 2, height=4.6, sharey=True, width_ratios=(1.5, 1))
    _features(panels[0, 0], data)
    _budgets(panels[0, 1], data)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    place: Any = {"loc": "outside lower center", "ncols": 2, "title_fontsize": 8}
    title = "masks whose loss is exactly the closed form's, of those tried in both panels"
    picture.legend(handles, labels, title=title, **place)
    return picture


def _features(panel: Axes, data: Data) -> None:
    measured, gaussian = data["measured"], data["gaussian"]
    for name, each in gaussian.items():
        both = each, data["own"]["routes"][name]
        agreed, tried = (sum(sum(part[what]) for part in both) for what in ("agreed", "tried"))
        label = f"{name}: {agreed:,} of {tried:,}"
        _line(panel, name, each["D"], measured["by features"][name], label=label)
    thin = {"mfc": "white", "lw": 0.8, "label": "closed form, a row at a time"}
    _line(panel, _CLOSED, gaussian[_CLOSED]["D"], measured["a row alone"][_CLOSED], **thin)
    proof = {"color": GREY, "marker": "", "ls": "-", "lw": 1, "label": "proof in fractions, alone"}
    _line(panel, _LINEAR, gaussian[_LINEAR]["D"], measured["proof alone"][_LINEAR], **proof)
    panel.set(xscale="log", yscale="log")
    panel.set_xlabel("features D, with a budget of k = D/4")
    panel.set_ylabel("seconds per mask, median")
    panel.set_title("(a) Gaussian data, in batches")
    note(panel, _in_words(data), x=0.99, y=0.02, ha="right", va="bottom")


def _in_words(data: Data) -> str:
    """The linear program beside the closed form, at the largest D where both were measured."""
    measured, sizes = data["measured"], data["gaussian"][_LINEAR]["D"]
    slow = dict(zip(sizes, measured["by features"][_LINEAR], strict=True))
    d = max((d for d, seconds in slow.items() if seconds), default=None)
    if d is None:
        return ""
    place = data["gaussian"][_CLOSED]["D"].index(d)
    ratios = [
        f"{float(f'{slow[d] / measured[how][_CLOSED][place]:.1g}'):,.0f}"
        for how in ("by features", "a row alone")
    ]
    return (
        f"at D = {d} the linear program\ntakes some {ratios[0]} times as long\n"
        f"as the closed form in batches,\n{ratios[1]} times a row at a time"
    )


def _budgets(panel: Axes, data: Data) -> None:
    own = data["own"]
    for name, seconds in data["measured"]["by budget"].items():
        _line(panel, name, own["k"], seconds)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.set_xlabel(f"budget k, of D = {len(own['columns'])} features")
    rows = len(own["rows"])
    panel.set_title(f"(b) {own['name']}, {rows} row{'s' * (rows > 1)} at once")


def _line(panel: Axes, name: str, x: Any, y: Any, **how: Any) -> None:
    panel.plot(x, _shown(y), **(_LOOKS[name] | how))


def _shown(seconds: list[float | None]) -> list[float]:
    """What was not measured is left out of a line."""
    return [np.nan if value is None else value for value in seconds]


FIGURE = Figure(
    name="integer-programs",
    title="An exact mask by integer programming, and by selection",
    caption=(
        "Time per exact mask: by trying all masks, by two integer programs for cvxpy (the squared "
        "residual with its products linearised, and the two linear ones it comes down to, which "
        "need not even be integer, BY-1), and by the closed form, which selects the k largest "
        "products on each side (AD-7, ME-8). (a) Over the number of features, on seeded Gaussian "
        "rows and weights at every D; (b) over the budget, on columns of the data, those of "
        "largest spread where there are many, at random weights, and the rows that greedy masks "
        "suit best, least and in the middle. The masks' losses are compared with the closed form "
        "in fractions (from 20,000 features on they are only timed). The integer programs' times "
        "hold what cvxpy compiles and the proof in fractions that every answer has to pass (grey: "
        "what that takes alone); the other two compute with floats and prove nothing."
    ),
    claims=("BY-1", "AD-7", "ME-8"),
    compute=compute,
    draw=draw,
)
