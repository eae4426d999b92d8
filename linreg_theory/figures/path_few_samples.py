"""Adversarial training of fewer samples than features: up to which radius it interpolates.

  few_samples(X, y)       == the path around the interpolation radius (BY-8), as data
  draw_few(left, right, data)
                          == its fit and its cost over the radius, in two panels

No intercept is fitted here: the theorem has none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from linreg_theory import adversarial_training
from linreg_theory.arrays import Array
from linreg_theory.figures.figure import Data
from linreg_theory.figures.path_methods import share_of_gap
from linreg_theory.fits import fit_training_path
from linreg_theory.pictures import BLACK, BLUE, GREEN, GREY, ORANGE, RED, note
from linreg_theory.problem import Problem
from linreg_theory.solvers import Unresolved
from linreg_theory.thresholds import Interpolation, interpolation

__all__ = ["draw_few", "few_samples"]

_MOST = 8  # samples
_COSTS = ("optimum", "interpolating", "printed")
_LINES: dict[str, Any] = {
    "norm": {"color": BLUE, "label": "$\\|w\\|_1$ / the least\nthat interpolates"},
    "residual": {"color": ORANGE, "ls": "--", "label": r"$\max|e_i|\ /\ \max|y_i|$"},
    "optimum": {"color": GREEN, "label": r"optimal worst case / $\|y\|^2$"},
    "interpolating": {"color": GREY, "ls": "-.", "label": "interpolating weights'"},
    "printed": {"color": BLACK, "ls": ":", "lw": 2, "label": "Formula 12 there"},
}
_AROUND = (0.99, 1.0, 1.01)  # of the radius, where interpolation ends


def few_samples(X: Array, y: Array) -> Data:
    """The first samples, half as many as features: the path around both thresholds."""
    n = max(1, min(len(y), X.shape[1] // 2, _MOST))
    problem = Problem(X[:n], y[:n])
    found: Interpolation | None
    try:
        found, why = interpolation(problem), "no weights interpolate these samples"
    except Unresolved:
        found, why = None, "the interpolation radius is within the solver's tolerance"
    if found is None or not np.any(problem.y):
        return {"samples": n, "radius": None, "why": why if found is None else "targets are 0"}
    radius, zero = float(found.radius), float(adversarial_training.zero_radius(problem))
    start, end = np.log10(radius / 5), np.log10(max(1.5 * zero, 2 * radius))
    radii = np.unique(np.append(np.logspace(start, end, 60), radius * np.array(_AROUND)))
    return {
        "samples": n,
        "radius": radius,
        "zero_radius": zero,
        "delta": radii.tolist(),
    } | _read_off(problem, found, radii)


def _read_off(problem: Problem, found: Interpolation, radii: Array) -> Data:
    fits = fit_training_path(problem.X, problem.y, radii)
    least = float(np.sum(np.abs(found.w)))  # the least norm that interpolates
    targets, total = float(np.max(np.abs(problem.y))), float(problem.y @ problem.y)
    exact = problem.exact()
    return {
        "residual": [float(np.max(np.abs(problem.residuals(fit.coef)))) / targets for fit in fits],
        "norm": [float(np.sum(np.abs(fit.coef))) / least for fit in fits],
        "optimum": [fit.objective / total for fit in fits],
        "interpolating": [problem.n_samples * (least * d) ** 2 / total for d in radii.tolist()],
        "printed": [
            float(adversarial_training.objective(exact, found.w, d)) for d in radii.tolist()
        ],
        "gaps": [share_of_gap(fit, problem.y) for fit in fits],
    }


def draw_few(left: Any, right: Any, data: Data) -> None:
    """Left what is fitted: residuals are zero up to the radius, the norm stays, then falls.

    Right what it costs: the optimum leaves interpolating weights at the radius. One scale.
    """
    count = data["samples"]
    which = f"the first {count} samples" if count > 1 else "the first sample"
    left.set_title(f"{which}, no intercept: what is fitted")
    right.set_title("the same: what the attack costs")
    right.tick_params(labelleft=False)
    left.set_ylim(-0.04, 1.1)
    for panel in (left, right):
        if data["radius"] is None:
            note(panel, data["why"], 0.5, 0.5, ha="center", va="center")
            panel.set(xticks=[], yticks=[])
        else:
            _thresholds(panel, data)
    if data["radius"] is not None:
        for panel, name in ((left, "norm"), (left, "residual"), *((right, n) for n in _COSTS)):
            panel.plot(data["delta"], data[name], **_LINES[name])
        legend = right.legend(
            *_both(left, right), loc="upper left", bbox_to_anchor=(1.01, 1.02), handlelength=2.4
        )
        legend.set_in_layout(False)  # it stands in the empty column


def _both(left: Any, right: Any) -> tuple[list[Any], list[str]]:
    """The lines of both panels, to be explained beside them."""
    (lines, texts), (more, words) = (p.get_legend_handles_labels() for p in (left, right))
    return [*lines, *more], [*texts, *words]


def _thresholds(panel: Any, data: Data) -> None:
    panel.set_xscale("log")
    panel.set_xlim(data["delta"][0], data["delta"][-1])
    panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_xlabel(r"radius $\delta$ (units of X)")
    marked = ((data["radius"], "interpolates", "right"), (data["zero_radius"], "w = 0", "left"))
    for value, text, side in marked:
        panel.axvline(value, color=RED, lw=1, ls=(0, (3, 2)))
        panel.annotate(
            *(text, (value, 0.8)),
            xytext=(-3 if side == "right" else 3, 0),
            **{"textcoords": "offset points", "ha": side, "va": "top"},
            **{"fontsize": 7.5, "color": RED, "rotation": 90},
        )
