"""Fit exact adversarial dropout to a proven gap.

minimise(model, tol) == the DropoutFit of a DropoutModel whose columns have about unit scale
"""

from __future__ import annotations

import numpy as np

from linreg_theory.fits.dropout_model import DropoutFit, DropoutModel
from linreg_theory.fits.interior_drops import central_path

__all__ = ["minimise"]


def minimise(model: DropoutModel, tol: float) -> DropoutFit:
    """The best fit that the central path reaches; its gap says how good it is."""
    if model.k == 0:
        return _least_squares(model)
    zero = _at_zero(model)
    best, tried = zero, tol
    for point in central_path(model.X, model.F, model.y, model.k):
        if point.gap > tried:
            continue
        tried = point.gap / 4
        fit = model.fit(point.w, point.free, point.p[0], point.p[1], point.dropped, point.steps)
        if zero.value <= fit.value:  # the other end of a flat stretch, and sparser
            fit = model.fit(zero.w, zero.free, point.p[0], point.p[1], point.dropped, point.steps)
        if fit.gap < best.gap:
            best = fit
            best = DropoutFit(
                best.w,
                best.free,
                best.upper.copy(),
                best.lower.copy(),
                best.dropped.copy(),
                best.value,
                best.bound,
                best.steps,
            )
        if best.gap <= tol:
            break
    return best


def _at_zero(model: DropoutModel) -> DropoutFit:
    w, free = np.zeros(model.X.shape[1]), np.zeros(model.F.shape[1])
    if len(free):
        free = np.linalg.lstsq(model.F, model.y, rcond=None)[0]
    nothing = np.zeros((2, *model.X.shape))
    return model.fit(w, free, np.zeros_like(model.y), np.zeros_like(model.y), nothing)


def _least_squares(model: DropoutModel) -> DropoutFit:
    both = np.hstack([model.X, model.F])
    solved = np.linalg.lstsq(both, model.y, rcond=None)[0]
    w, free = np.split(solved, [model.X.shape[1]])
    e = model.residuals(w, free)
    return model.fit(w, free, np.maximum(e, 0), np.maximum(-e, 0), np.zeros((2, *model.X.shape)))
