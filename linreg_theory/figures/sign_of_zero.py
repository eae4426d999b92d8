"""Fewer samples than features: what sg(0) = 0 makes of adversarial training at interpolation."""

from __future__ import annotations

from fractions import Fraction
from math import isinf
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Picture

from linreg_theory import adversarial_training
from linreg_theory.arrays import Array, exactly
from linreg_theory.datasets import Dataset
from linreg_theory.figures.figure import Data, Figure
from linreg_theory.fits import certify_training, fit_training_path
from linreg_theory.interpolation import Interpolation, interpolation
from linreg_theory.pictures import BLACK, BLUE, GREEN, GREY, ORANGE, RED, sheet
from linreg_theory.problem import Problem
from linreg_theory.solvers import Unresolved

_MOST_SAMPLES, _MOST_FEATURES = 10, 64  # of the cut: fractions grow with both
_DRAWN = (5, 10)  # samples and features, where the data have no cut that can be interpolated
_RADII = 64
_CERTIFIED = (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(9, 8), Fraction(2), Fraction(4))
_HALVES = (
    2,
    3,
    4,
    6,
    8,
    12,
    16,
    24,
    32,
    48,
    64,
    80,
    96,
)  # how often the distance to the interpolating weights is halved


def compute(dataset: Dataset, seed: int) -> Data:
    """Along the radius and near the interpolating weights of least l1 norm.

    Losses are in units of ||y||^2, residuals in units of max |y|, radii in units of the largest
    one at which interpolation is robust. What is said to be zero is zero in fractions.
    """
    rng = np.random.default_rng(seed)
    problem, found, drawn = _cut(dataset.problem, rng)
    exact = problem.exact()
    limit = found.radius
    assert isinstance(limit, Fraction), "targets of zero are not cut out"
    return {
        "name": "drawn data" if drawn else dataset.name,
        "samples": problem.n_samples,
        "features": problem.n_features,
        "radius": float(limit),
        "zero_radius": float(adversarial_training.zero_radius(exact) / limit),
        "path": _along_radius(problem, found),
        "certified": _certified(exact, found),
        "near": _near(exact, found, rng),
    }


def _cut(problem: Problem, rng: np.random.Generator) -> tuple[Problem, Interpolation, bool]:
    """Fewer rows than columns that can be interpolated; drawn where the data have none."""
    columns = rng.permutation(problem.n_features)[:_MOST_FEATURES]
    X = problem.X[:, np.sort(columns)]
    rows = rng.permutation(np.flatnonzero(np.any(X != 0, axis=1)))
    count = min(len(rows), len(columns) // 2, _MOST_SAMPLES)
    while count:
        chosen = np.sort(rows[:count])
        cut = Problem(X[chosen], problem.y[chosen])
        found = _interpolated(cut)
        if found is not None:
            return cut, found, False
        count //= 2
    while True:
        cut = Problem(rng.normal(size=_DRAWN), rng.normal(size=_DRAWN[0]))
        found = _interpolated(cut)
        if found is not None:
            return cut, found, True


def _interpolated(problem: Problem) -> Interpolation | None:
    """The proof of the radius, where it is neither zero nor infinite."""
    try:
        found = interpolation(problem)
    except Unresolved:
        return None
    return None if found is None or isinf(found.radius) else found


def _along_radius(problem: Problem, found: Interpolation) -> dict[str, Any]:
    """The least worst case, and at the interpolating weights the worst case and Formula 12."""
    exact, unit = problem.exact(), _unit(problem)
    limit = float(found.radius)
    last = 2 * float(adversarial_training.zero_radius(problem))
    radii = np.geomspace(limit / 8, last, _RADII).tolist()
    fits = fit_training_path(problem.X, problem.y, radii)
    largest = float(np.max(np.abs(problem.y)))
    residuals = [np.abs(problem.residuals(fit.coef)) / largest for fit in fits]
    return {
        "delta": [radius / limit for radius in radii],
        "optimum": [fit.objective / unit for fit in fits],
        "gap": [fit.dual_gap / unit for fit in fits],
        "interpolator": [_worst(exact, found.w, radius) for radius in radii],
        "printed": [_printed(exact, found.w, radius) for radius in radii],
        "residuals": np.transpose(residuals).tolist(),
    }


def _unit(problem: Problem) -> float:
    return float(np.sum(problem.y * problem.y))


def _worst(problem: Problem, w: Array, delta: Any) -> float:
    return float(adversarial_training.worst_case(problem, w, delta)) / _unit(problem)


def _printed(problem: Problem, w: Array, delta: Any) -> float:
    return float(adversarial_training.objective(problem, w, delta)) / _unit(problem)


def _certified(problem: Problem, found: Interpolation) -> list[dict[str, Any]]:
    """Exact optima, and how many of their residuals are zero; not where no proof was found."""
    zero = adversarial_training.zero_radius(problem)
    points = []
    for factor in sorted({*_CERTIFIED, zero / found.radius}):
        delta = factor * found.radius
        try:
            optimum = certify_training(problem.X, problem.y, delta)
        except Unresolved:
            continue
        e = problem.residuals(np.array(optimum.w, dtype=object))
        rise = adversarial_training.worst_case(problem, found.w, delta) - optimum.value
        points.append(
            {
                "delta": float(factor),
                "optimum": float(optimum.value) / _unit(problem),
                "interpolator_above": float(rise) / _unit(problem),
                "zero_residuals": int(np.sum(e == 0)),
            }
        )
    return points


def _near(problem: Problem, found: Interpolation, rng: np.random.Generator) -> dict[str, Any]:
    """Formula 12 and the worst case along a line through the interpolating weights.

    The direction d is drawn, and so long that the squares of X d sum to the worst case.
    """
    drawn = rng.normal(size=problem.n_features)
    moved = np.asarray(problem.X, dtype=float) @ drawn
    worst = float(adversarial_training.worst_case(problem, found.w, found.radius))
    d = exactly(np.sqrt(worst / float(moved @ moved)) * drawn)
    steps = [Fraction(i, 32) for i in range(-32, 33)]
    line = [found.w + t * d for t in steps]
    radii = {"half": found.radius / 2, "twice": found.radius * 2}
    return {
        "t": [float(t) for t in steps],
        "worst": [_worst(problem, w, found.radius) for w in line],
        "printed": [_printed(problem, w, found.radius) for w in line],
        "halves": list(_HALVES),
        "zoom": {name: _zoom(problem, found.w, d, delta) for name, delta in radii.items()},
    }


def _zoom(problem: Problem, w: Array, d: Array, delta: Any) -> dict[str, Any]:
    """Formula 12 at w + d / 2^j, and at w, as shares of the worst case at w."""
    unit = adversarial_training.worst_case(problem, w, delta)
    places = [w + Fraction(1, 2**j) * d for j in _HALVES]
    values = [adversarial_training.objective(problem, place, delta) / unit for place in places]
    return {
        "printed": [float(value) for value in values],
        "at_the_weights": float(adversarial_training.objective(problem, w, delta) / unit),
    }


def draw(data: Data) -> Picture:
    """Above along the radius, losses and residuals; below near the interpolating weights."""
    picture, panels = sheet(2, 2, height=6.0)
    _losses(panels[0, 0], data)
    _residuals(panels[0, 1], data)
    _slice(panels[1, 0], data["near"])
    _approach(panels[1, 1], data["near"])
    return picture


def _losses(panel: Any, data: Data) -> None:
    path = data["path"]
    panel.plot(path["delta"], path["optimum"], color=BLUE, lw=1.8, label="least worst case")
    inside = np.array(path["interpolator"]) <= 1.12
    panel.plot(
        *(np.array(path["delta"])[inside], np.array(path["interpolator"])[inside], "--"),
        **{"color": ORANGE, "label": "worst case, interpolating weights"},
    )
    panel.plot(
        *(path["delta"], path["printed"], "-."),
        **{"color": RED, "lw": 1.8, "label": "Formula 12, interpolating weights"},
    )
    panel.set_title(f"{data['name']}, {data['samples']} samples, {data['features']} features")
    panel.set_ylabel("loss / loss of zero weights")
    panel.set_ylim(-0.04, 1.58)
    panel.set_yticks(np.arange(0, 1.01, 0.25))
    _over_radii(panel, data)
    panel.legend(loc="upper left")


def _residuals(panel: Any, data: Data) -> None:
    path, points = data["path"], data["certified"]
    for i, sizes in enumerate(path["residuals"]):
        label = "size of each residual" if i == 0 else None
        panel.plot(path["delta"], sizes, color=BLUE, lw=0.9, label=label)
    panel.plot(
        [point["delta"] for point in points],
        [point["zero_residuals"] / data["samples"] for point in points],
        *("s",),
        **{"color": BLACK, "ms": 4, "label": "share of residuals exactly zero"},
    )
    panel.set_title("residuals where the worst case is least")
    panel.set_ylabel(r"$|e_i|$ / max $|y_i|$, or share")
    panel.set_ylim(-0.04, 1.42)
    panel.set_yticks(np.arange(0, 1.01, 0.25))
    _over_radii(panel, data)
    panel.legend(loc="upper left")


def _over_radii(panel: Any, data: Data) -> None:
    panel.axvline(1, ymax=0.7, color=GREY, lw=1, ls=":")
    panel.set_xscale("log", base=2)
    panel.set_xlim(data["path"]["delta"][0], data["path"]["delta"][-1])
    panel.set_xlabel(rf"radius $\delta$ / {data['radius']:.3g}, the interpolation radius")


def _slice(panel: Any, near: dict[str, Any]) -> None:
    t, middle = np.array(near["t"]), near["t"].index(0.0)
    panel.plot(t, near["worst"], color=BLUE, lw=3, alpha=0.5, label="worst case")
    for side in (t < 0, t > 0):
        label = "Formula 12" if side[0] else None
        panel.plot(t[side], np.array(near["printed"])[side], "-.", color=RED, label=label)
    panel.plot(0, near["worst"][middle], "o", mfc="white", mec=RED, ms=6)
    panel.plot(0, near["printed"][middle], "o", color=RED, ms=6)
    top = max(near["worst"])
    panel.set_ylim(-0.05 * top, 1.25 * top)
    panel.set_title("across these weights, at the dotted radius")
    panel.set_xlabel("step t in a direction drawn at random")
    panel.set_ylabel("loss / loss of zero weights")
    panel.legend(loc="upper center")


def _approach(panel: Any, near: dict[str, Any]) -> None:
    last = near["halves"][-1] + 12
    looks = (("half", GREEN, "o", 7), ("twice", RED, "s", 4))
    for name, colour, mark, size in looks:
        zoom = near["zoom"][name]
        label = f"at {name} the interpolation radius"
        panel.plot(near["halves"], zoom["printed"], color=colour, marker=mark, label=label)
        panel.plot(last, zoom["at_the_weights"], mark, color=colour, ms=size)
    panel.axhline(1, color=GREY, lw=1, ls=":")
    panel.set_xticks([*range(0, last - 11, 32), last], [*range(0, last - 11, 32), r"$\infty$"])
    panel.set_ylim(bottom=-0.1)
    panel.set_title("on the way to these weights")
    panel.set_xlabel("halvings of the distance")
    panel.set_ylabel("Formula 12 / worst case at the end")
    panel.legend(loc="upper right")


FIGURE = Figure(
    name="sign-of-zero",
    title="What the sign of zero hides",
    caption=(
        "Fewer samples than features. Up to the interpolation radius (dotted) the interpolating "
        "weights of least l1 norm have the least worst case, and beyond it they have not: the "
        "residuals of the best weights are all exactly zero below it, and not all of them above "
        "(BY-8). Formula 12 as printed is 0 at the interpolating weights at every radius, "
        "because FGSM does not move a sample whose residual is zero (AT-5). Below: next to these "
        "weights, however near, it is about their worst case, and only at them it is zero; it is "
        "not continuous (AT-6)."
    ),
    claims=("BY-8", "AT-6", "AT-5"),
    compute=compute,
    draw=draw,
)
