"""Fit adversarial training to a proven gap: central path, then the active set's equations.

  minimise(model, tol) == the Fit of a TrainingModel whose columns have about unit scale

Columns enter as they are needed: the model is solved on those that pull most, the others are
tried against its dual point, and those that would pull too much enter. At the end the bound is
proven with all of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from linreg_theory.arrays import Array
from linreg_theory.fits.interior_l1 import central_path
from linreg_theory.fits.polish import polish
from linreg_theory.fits.training_model import Fit, TrainingModel

__all__ = ["minimise"]

_TRY = 1e-3  # the gap from which the active set is tried
_FIRST = 64  # columns to begin with


def minimise(model: TrainingModel, tol: float) -> Fit:
    """The best fit found; its gap says how good it is.

    Parameters
    ----------
    model : TrainingModel
        For l_inf balls, all radii positive.
    tol : float
        The relative gap to reach.
    """
    best = _at_zero(model)
    columns = model.X.shape[1]
    pulls = np.abs(best.alpha @ model.X) / model.radii
    chosen = _largest(pulls, min(columns, _FIRST))
    while best.gap > tol:
        part = replace(model, X=model.X[:, chosen], radii=model.radii[chosen])
        fit = _on_all_columns(part, tol)
        w, active = np.zeros(columns), np.zeros(columns, dtype=bool)
        w[chosen], active[chosen] = fit.w, fit.signs != 0
        found = model.fit(w, fit.free, fit.alpha, active, fit.sides == 0, best.steps + fit.steps)
        best = found if found.gap < best.gap else replace(best, steps=found.steps)
        if best.gap <= tol or len(chosen) == columns:
            break
        pulls = np.abs(fit.alpha @ model.X) / model.radii
        pulls[chosen] = np.inf
        chosen = _largest(pulls, min(columns, 4 * len(chosen)))
    return best


def _at_zero(model: TrainingModel) -> Fit:
    free = np.zeros(model.F.shape[1])
    if len(free):
        free = np.linalg.lstsq(model.F, model.y, rcond=None)[0]
    w = np.zeros(model.X.shape[1])
    return model.fit(w, free, model.residuals(w, free))


def _largest(values: Array, count: int) -> Array:
    return np.sort(np.argpartition(values, len(values) - count)[len(values) - count :])


def _on_all_columns(model: TrainingModel, tol: float) -> Fit:
    best, tried = None, _TRY
    for point in central_path(model.X, model.F, model.y, model.radii, model.rho):
        if point.gap > tried:
            continue
        tried = point.gap / 100
        where = (point.w, point.free, point.alpha, point.active, point.pinned)
        candidates = [model.fit(*where, point.steps)]
        polished = polish(model, *where, tol)
        if polished is not None:
            candidates.append(replace(polished, steps=point.steps))
        for fit in candidates:
            best = fit if best is None or fit.gap < best.gap else best
        if best.gap <= tol or point.gap < 1e-14:
            break
    return best if best is not None else _at_zero(model)
