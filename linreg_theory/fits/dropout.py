"""Fit exact adversarial dropout to a proven gap.

  minimise(model, tol) == the DropoutFit of a DropoutModel whose columns have about unit scale

Zero weights are tried first: where they fit exactly the optimum is 0, to which no relative gap
of a central path converges, and where every feature may be dropped they are optimal. With
nothing to drop it is least squares.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from linreg_theory.arithmetic import quiet
from linreg_theory.arrays import Array
from linreg_theory.fits.dropout_model import DropoutFit, DropoutModel
from linreg_theory.fits.interior_drops import central_path
from linreg_theory.fits.threads import one_thread
from linreg_theory.fits.training_model import shortest_solution

__all__ = ["minimise"]

_NEAR = 30  # times the tolerance: from there on a point's own gap is worth computing
_EVERY = 8  # steps at which it is computed whatever the gap is
_LAST = 1e-15  # the gap from which more steps are of no use


@quiet
def minimise(model: DropoutModel, tol: float) -> DropoutFit:
    """The best fit that the central path reaches; its gap says how good it is.

    Parameters
    ----------
    model : DropoutModel
        With targets of about unit size and a budget from 0 to D.
    tol : float
        The relative gap to reach.

    Raises
    ------
    ValueError
        For a budget out of range, and for numbers that are not finite.
    """
    if not 0 <= model.k <= model.X.shape[1]:
        raise ValueError(f"k must be from 0 to {model.X.shape[1]}, got {model.k}")
    for name in ("X", "F", "y"):
        if not np.isfinite(getattr(model, name)).all():
            raise ValueError(f"{name} must be finite")
    with one_thread(model.X.size):
        used = np.any(model.X != 0, axis=0)
        return _on_all(model, tol) if used.all() else _on_used(model, used, tol)


def _on_used(model: DropoutModel, used: Array, tol: float) -> DropoutFit:
    """Columns of zeros have weight 0; to drop them gains nothing."""
    part = replace(model, X=model.X[:, used], k=min(model.k, int(used.sum())))
    fit = _on_all(part, tol)
    w, dropped = np.zeros(len(used)), np.zeros((2, *model.X.shape))
    w[used], dropped[:, :, used] = fit.w, fit.dropped
    return replace(fit, w=w, dropped=dropped)


def _on_all(model: DropoutModel, tol: float) -> DropoutFit:
    best = _least_squares(model) if model.k == 0 else _at_zero(model)
    if model.k == 0 or best.gap <= tol:
        return best
    zero, tried = best, _NEAR * tol
    for point in central_path(model.X, model.F, model.y, model.k):
        if point.gap > tried and (point.steps % _EVERY or not point.steps):
            continue
        if not all(np.isfinite(part).all() for part in (point.w, point.free, point.p)):
            break
        tried = point.gap / 4
        dual = point.p[0], point.p[1], point.dropped.copy()
        fit = model.fit(point.w, point.free, *dual, point.steps)
        if zero.value <= fit.value:  # the other end of a flat stretch, and sparser
            fit = replace(fit, w=zero.w, free=zero.free, value=zero.value)
        best = _better(best, fit)
        if best.gap <= tol or point.gap < _LAST:
            break
    return best


def _better(best: DropoutFit, fit: DropoutFit) -> DropoutFit:
    """The weights of the lower value with the multipliers of the higher bound."""
    low, high = (
        (best if best.value <= fit.value else fit),
        (best if best.bound >= fit.bound else fit),
    )
    dual = {name: getattr(high, name) for name in ("upper", "lower", "dropped", "bound")}
    return replace(low, **dual, steps=fit.steps)


def _at_zero(model: DropoutModel) -> DropoutFit:
    """Zero weights, with multipliers that drop as much of everything as the budget allows."""
    w, free = np.zeros(model.X.shape[1]), shortest_solution(model.F, model.y)
    upper, lower = _sides(model.residuals(w, free))
    share = model.k / max(model.X.shape[1], 1)
    dropped = np.stack([upper, lower])[:, :, None] * np.full((1, 1, model.X.shape[1]), share)
    return model.fit(w, free, upper, lower, dropped)


def _least_squares(model: DropoutModel) -> DropoutFit:
    solved = shortest_solution(np.hstack([model.X, model.F]), model.y)
    w, free = np.split(solved, [model.X.shape[1]])
    upper, lower = _sides(model.residuals(w, free))
    return model.fit(w, free, upper, lower, np.zeros((2, *model.X.shape)))


def _sides(e: Array) -> tuple[Array, Array]:
    return np.maximum(e, 0), np.maximum(-e, 0)
