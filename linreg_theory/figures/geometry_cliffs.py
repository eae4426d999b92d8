"""The printed objectives along a line of weights: cliffs and holes where a residual is zero.

  cliffs()                    == both objectives and both worst cases along the line, in pieces
  draw_dropout(panel, data)   == greedy and exact adversarial dropout
  draw_training(panel, data)  == FGSM and exact adversarial training

A piece ends where a residual is zero, with the limits from its own side. There a sample's
greedy loss tends to P^2 while its residual is positive and to M^2 while it is negative, P and M
the largest sums of k products above and of k below zero; the exact one is the larger of them.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from linreg_theory import adversarial_dropout, adversarial_training
from linreg_theory.arrays import Array
from linreg_theory.figures.figure import Data
from linreg_theory.figures.geometry_grids import OBJECTIVES, RADIUS, SAMPLES
from linreg_theory.pictures import BLACK, BLUE, GREY, ORANGE
from linreg_theory.problem import Problem

__all__ = ["cliffs", "draw_dropout", "draw_training"]

_DIRECTION = (Fraction(1, 2), Fraction(1))
_END = Fraction(8, 5)
_POINTS = 24  # in a piece


def cliffs() -> Data:
    """Everything at w = t (1/2, 1), in fractions until the end."""
    problem = SAMPLES.exact()
    direction = np.array(_DIRECTION)
    times = [y / x for x, y in zip(problem.X @ direction, problem.y, strict=True)]
    crossings = sorted((t, i) for i, t in enumerate(times) if 0 < t < _END)
    found = [_crossing(problem, t * direction, t, i) for t, i in crossings]
    ends = [Fraction(0), *(t for t, _ in crossings), _END]
    pieces = [_piece(problem, direction, first, last) for first, last in pairwise(ends)]
    for piece, before, after in zip(pieces, [None, *found], [*found, None], strict=True):
        for end, crossing, side in ((0, before, "after"), (-1, after, "before")):
            if crossing is not None:
                piece["greedy"][end] = crossing[f"greedy_{side}"]
                piece["fgsm"][end] = crossing["training"]
    return {
        "direction": [float(value) for value in direction],
        "crossings": found,
        "pieces": pieces,
    }


def _piece(problem: Problem, direction: Array, first: Fraction, last: Fraction) -> Data:
    times = [first + (last - first) * j / _POINTS for j in range(_POINTS + 1)]
    return {"t": [float(t) for t in times]} | {
        name: [float(OBJECTIVES[name](problem, t * direction)) for t in times]
        for name in ("greedy", "dropout", "fgsm", "training")
    }


def _crossing(problem: Problem, w: Array, t: Fraction, i: int) -> Data:
    """The values where sample i has residual zero, its residual positive before."""
    others = np.arange(problem.n_samples) != i
    rest = np.sum(adversarial_dropout.objective(problem, w, 1, "break", per_sample=True)[others])
    own = adversarial_dropout.sides(problem, w, 1)
    raising, lowering = own.raising[i] ** 2, own.lowering[i] ** 2
    values = {
        "t": t,
        "greedy_before": rest + raising,
        "greedy_after": rest + lowering,
        "printed": adversarial_dropout.objective(problem, w, 1),
        "dropout": adversarial_dropout.worst_case(problem, w, 1),
        "fgsm": adversarial_training.objective(problem, w, RADIUS),
        "training": adversarial_training.worst_case(problem, w, RADIUS),
    }
    return {"sample": i} | {name: float(value) for name, value in values.items()}


def draw_dropout(panel: Any, data: Data) -> None:
    """Greedy falls off a cliff at every crossing; the exact worst case is one convex curve."""
    _curves(panel, data, "dropout", "greedy", ("exact, k = 1", "greedy (15), k = 1"))
    for crossing in data["crossings"]:
        for limit in (crossing["greedy_before"], crossing["greedy_after"]):
            panel.plot(crossing["t"], limit, "o", mfc="white", mec=ORANGE, ms=3.5, zorder=4)
    panel.set_title("cliffs of greedy dropout")
    panel.set_ylabel("objective")


def draw_training(panel: Any, data: Data) -> None:
    """FGSM lies on the exact worst case but for one point at every crossing."""
    _curves(panel, data, "training", "fgsm", ("exact, $\\ell_\\infty$", "FGSM (12)"))
    for crossing in data["crossings"]:
        t = crossing["t"]
        panel.plot([t, t], [crossing["fgsm"], crossing["training"]], color=GREY, lw=0.8, ls=":")
        panel.plot(t, crossing["training"], "o", mfc="white", mec=ORANGE, ms=3.5, zorder=4)
        panel.plot(t, crossing["fgsm"], "o", color=ORANGE, mec=BLACK, mew=0.5, ms=4, zorder=4)
    panel.set_title("holes of FGSM")


def _curves(panel: Any, data: Data, exact: str, printed: str, labels: tuple[str, str]) -> None:
    for j, piece in enumerate(data["pieces"]):
        known, given = labels if j == 0 else ("_", "_")
        panel.plot(piece["t"], piece[exact], color=BLUE, lw=2.6, alpha=0.55, label=known)
        panel.plot(piece["t"], piece[printed], color=ORANGE, lw=1.5, label=given)
    for crossing in data["crossings"]:
        panel.axvline(crossing["t"], color=GREY, lw=0.6, ls="--", zorder=0)
    panel.set_xlim(0, data["pieces"][-1]["t"][-1])
    panel.set_xlabel("t, at w = t (1/2, 1)")
    panel.set_ylim(*_shown(data, printed))
    panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), fontsize=7, ncols=2)


def _shown(data: Data, printed: str) -> tuple[float, float]:
    """From zero to above what the highest crossing costs, and no further than the curve."""
    curve = max(max(piece[printed]) for piece in data["pieces"])
    exact = "dropout" if printed == "greedy" else "training"
    crossed = max(crossing[exact] for crossing in data["crossings"])
    return 0.0, min(1.05 * curve, 1.3 * crossed)
