"""Five objectives of two weights, over a grid: what the figure `geometry` draws as contours.

  SAMPLES                    == the data of this figure: four samples of two features
  RADIUS                     == the radius of adversarial training; the budget of dropout is 1
  OBJECTIVES                 == squares | fgsm | training | greedy | dropout: their functions
  landscapes()               == grid, values of the objectives, where they are least
  draw_objective(panel, ...) == contours of an objective, and where it is least
  draw_penalty(panel, ...)   == contours of what an attack adds to the least squares
  draw_key(panel, data)      == the samples, and what the marks mean

No node of the grid has a zero residual or two equal products, so the printed formulas and those
with ties broken agree there. Greedy breaks ties.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from operator import itemgetter
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm, PowerNorm
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from linreg_theory import adversarial_dropout, adversarial_training
from linreg_theory.arrays import Array
from linreg_theory.figures.figure import Data
from linreg_theory.fits import fit_dropout, fit_training
from linreg_theory.fits.greedy import fit_greedy
from linreg_theory.pictures import BLACK, GREY, RED, note
from linreg_theory.problem import Problem
from linreg_theory.weights import least_squares

__all__ = [
    "OBJECTIVES",
    "RADIUS",
    "SAMPLES",
    "draw_key",
    "draw_objective",
    "draw_penalty",
    "landscapes",
]

SAMPLES = Problem([[3, 1], [1, 2], [2, 2], [1, 3]], [3, 1, 3, 2])
RADIUS = 1.0

_NODES = 61
_LEFT, _RIGHT = -0.993, 2.007  # of both weights
_DECIMALS = 4
_TRIED = 3001  # weights on a line of zero residuals
_TITLES = {
    "squares": "least squares",
    "fgsm": "FGSM (12)",
    "training": "exact training",
    "greedy": "greedy dropout (15)",
    "dropout": "exact dropout",
}

OBJECTIVES: dict[str, Callable[..., Any]] = {
    "squares": lambda p, w: p.loss(w),
    "fgsm": lambda p, w: adversarial_training.objective(p, w, RADIUS),
    "training": lambda p, w: adversarial_training.worst_case(p, w, RADIUS),
    "greedy": lambda p, w, **how: adversarial_dropout.objective(p, w, 1, "break", **how),
    "dropout": lambda p, w, **how: adversarial_dropout.worst_case(p, w, 1, **how),
}


def landscapes() -> Data:
    """Values [row of the second weight][column of the first], rounded to four decimals."""
    nodes = np.round(np.linspace(_LEFT, _RIGHT, _NODES), 3)
    first, second = np.meshgrid(nodes, nodes)
    weights = np.stack([first.ravel(), second.ravel()], axis=1)
    values = {
        name: np.round(_values(name, weights), _DECIMALS).reshape(_NODES, _NODES).tolist()
        for name in OBJECTIVES
    }
    return {
        "X": SAMPLES.X.tolist(),
        "y": SAMPLES.y.tolist(),
        "radius": RADIUS,
        "nodes": nodes.tolist(),
        "values": values,
        "least": {name: _least(name) for name in OBJECTIVES},
    }


def _values(name: str, weights: Array) -> Array:
    """The objective at weights (n, 2); of dropout only the products matter, and all go at once."""
    function = OBJECTIVES[name]
    if name not in ("greedy", "dropout"):
        return np.array([float(function(SAMPLES, w)) for w in weights])
    losses = function(_stacked(weights), np.ones(2), per_sample=True)
    return np.sum(losses.reshape(len(weights), -1), axis=1)


def _stacked(weights: Array) -> Problem:
    """Weights (n, 2) put into the data, x_ij w_j for x_ij: one problem holds them all."""
    products = (weights[:, None, :] * SAMPLES.X).reshape(-1, 2)
    return Problem(products, np.tile(SAMPLES.y, len(weights)))


def _least(name: str) -> dict[str, Any]:
    """Where the objective is least; for the printed ones, the least that was found."""
    X, y = SAMPLES.X, SAMPLES.y
    if name == "squares":
        found = [least_squares(SAMPLES)]
    elif name == "training":
        found = [fit_training(X, y, RADIUS).coef]
    elif name == "dropout":
        found = [fit_dropout(X, y, 1).coef]
    elif name == "greedy":
        found = [fit_greedy(X, y, 1).coef]
    else:  # Formula 12 leaves out samples whose residual is zero, as two are at a crossing
        found = _crossings()
    exact = [OBJECTIVES[name](SAMPLES.exact(), w) for w in found]
    best = int(np.argmin([float(value) for value in exact]))
    w, least = found[best], float(exact[best])
    if name == "greedy":  # which is lower next to a line than the descents may come
        w, least = min([(w, least), *map(_foot, range(SAMPLES.n_samples))], key=itemgetter(1))
    return {"w": [float(value) for value in w], "value": least}


def _foot(i: int) -> tuple[Array, float]:
    """Where greedy's limit at zero residuals of sample i, from the lower side, is least."""
    first = np.linspace(_LEFT, _RIGHT, _TRIED)
    x, y = SAMPLES.X[i], SAMPLES.y
    w = np.stack([first, (y[i] - x[0] * first) / x[1]], axis=1)
    stacked, ones = _stacked(w), np.ones(2)
    losses = OBJECTIVES["greedy"](stacked, ones, per_sample=True)
    sides = adversarial_dropout.sides(stacked, ones, 1)
    lower = np.minimum(sides.raising, sides.lowering) ** 2
    own = np.arange(len(losses)) % len(y) == i
    limits = np.sum(np.where(own, lower, losses).reshape(_TRIED, -1), axis=1)
    best = int(np.argmin(limits))
    return w[best], float(limits[best])


def _crossings() -> list[Array]:
    """Weights in fractions at which two samples have residual zero."""
    exact = SAMPLES.exact()
    found = []
    for i, j in combinations(range(SAMPLES.n_samples), 2):
        (a, b), (c, d) = exact.X[[i, j]]
        determinant = a * d - b * c
        if determinant:
            y = exact.y[[i, j]]
            w = [(d * y[0] - b * y[1]) / determinant, (a * y[1] - c * y[0]) / determinant]
            found.append(np.array(w))
    return found


def draw_objective(panel: Any, data: Data, name: str) -> Any:
    """Dark is low, on one scale for all objectives; returns what a colour bar shows."""
    values = {key: np.array(each) for key, each in data["values"].items()}
    lowest = min(float(np.min(each)) for each in values.values())
    highest = max(float(np.max(each)) for each in values.values())
    levels = np.geomspace(lowest, highest, 26)
    shown = _contours(panel, data, values[name], levels, LogNorm(lowest, highest))
    _zero_residuals(panel, data, heavy=name in ("fgsm", "greedy"))
    if name in ("fgsm", "greedy"):
        panel.axline((0, 0), data["cliffs"]["direction"], color=BLACK, lw=1)
    if name == "greedy":
        _hatched(panel, data, values["dropout"] - values["greedy"] > 0, "///")
    least = data["least"][name]
    panel.plot(*least["w"], "*", color=RED, mec="white", mew=0.6, ms=11)
    text = f"least: {least['value']:.3g}"
    note(panel, text, 0.97, 0.96, ha="right", bbox={"fc": "white", "ec": "none", "pad": 1.5})
    panel.set_title(_TITLES[name])
    return shown


def draw_penalty(panel: Any, data: Data, name: str) -> Any:
    """What the attack adds, hatched where nothing; returns what a colour bar shows."""
    squares = np.array(data["values"]["squares"])
    penalties = {
        key: np.array(each) - squares for key, each in data["values"].items() if key != "squares"
    }
    highest = max(float(np.max(each)) for each in penalties.values())
    levels = highest * np.linspace(0, 1, 21) ** 2
    shown = _contours(panel, data, penalties[name], levels, PowerNorm(0.45, 0, highest))
    _zero_residuals(panel, data, heavy=name in ("fgsm", "greedy"))
    _hatched(panel, data, penalties[name] <= 0, "....")
    return shown


def draw_key(panel: Any, data: Data) -> None:
    """An empty panel with the samples and the marks."""
    panel.set_axis_off()
    samples = zip(data["X"], data["y"], strict=True)
    lines = "\n".join(f"x = ({a:.0f}, {b:.0f}),  y = {y:.0f}" for (a, b), y in samples)
    note(panel, f"four samples\n{lines}\n\u03b4 = {data['radius']:g}", 0.0, 1.0, linespacing=1.5)
    panel.legend(
        handles=[
            Line2D([], [], color=RED, marker="*", ls="", ms=9, label="least, and its value"),
            Line2D([], [], color=GREY, ls="--", label="a residual is zero"),
            Line2D([], [], color=BLACK, lw=1, label="the line of the cliffs"),
            Patch(fc="white", ec=BLACK, hatch="////", lw=0.5, label="greedy < exact"),
            Patch(fc="white", ec=BLACK, hatch="....", lw=0.5, label="penalty zero"),
        ],
        loc="lower left",
        bbox_to_anchor=(-0.08, -0.1),
    )


def _contours(panel: Any, data: Data, values: Array, levels: Array, norm: Any) -> Any:
    nodes = data["nodes"]
    filled = panel.contourf(
        nodes, nodes, values, levels=levels, norm=norm, cmap="viridis", extend="neither"
    )
    panel.contour(nodes, nodes, values, levels=levels[::2], colors="white", linewidths=0.35)
    panel.set(xlim=(nodes[0], nodes[-1]), ylim=(nodes[0], nodes[-1]), aspect="equal")
    panel.set(xticks=[0, 1, 2], yticks=[0, 1, 2], xlabel="$w_1$")
    panel.grid(False)
    return filled


def _zero_residuals(panel: Any, data: Data, *, heavy: bool) -> None:
    """The lines y_i = x_i'w, on which the printed objectives jump."""
    for (a, b), y in zip(data["X"], data["y"], strict=True):
        panel.axline(
            (0, y / b),
            slope=-a / b,
            **{"color": "white", "ls": "--", "lw": 1.1 if heavy else 0.5},
        )


def _hatched(panel: Any, data: Data, where: Array, hatch: str) -> None:
    nodes = data["nodes"]
    filled = panel.contourf(
        *(nodes, nodes, where.astype(float)),
        **{"levels": [0.5, 1.5], "colors": "none", "hatches": [hatch]},
    )
    filled.set_edgecolor("#ffffffa0")
    filled.set_linewidth(0)
