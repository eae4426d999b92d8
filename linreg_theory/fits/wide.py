"""Paths of adversarial training in l_inf balls over more columns than can be held twice.

  fit_wide_path(units, radii, tol) == a Fit with its proven gap for each radius
  wide_units(X, y, ...)            == Units that share X with the caller instead of copying it

Few columns have weight at any radius. The exact path is followed, as in `homotopy`, on a working
set of columns: those in use and those that pull nearly as much. At each radius one product
alpha'X with all columns proves the gap or says which columns are missing; these enter, and the
walk since the radius before is repeated. Where the path is lost an interior-point method finds
it again. Once all residuals are zero the weights stay as they are, and nothing is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from linreg_theory.arithmetic import quiet
from linreg_theory.arrays import Array
from linreg_theory.fits.path_system import Cell, Design, cell_of, rebuild
from linreg_theory.fits.path_walk import DONE, LOST, WORN, coefficients, room_for, walk
from linreg_theory.fits.scaling import Units
from linreg_theory.fits.threads import one_thread
from linreg_theory.fits.training import minimise
from linreg_theory.fits.training_model import Fit, TrainingModel, dual_value

__all__ = ["fit_wide_path", "wide_units"]

_NEAR = 0.85  # of what lets a column enter: such columns are in the working set beforehand
_ROOM = 3  # times as many columns as samples, at most, are there beforehand
_ROUNDS = 20  # of columns that enter at one radius
_SETS = 1e-12  # the gap to which an interior-point method is asked for signs
_PIECES = 64  # that a walk may write down before it is asked to go on
_STRETCHES = 1000


@dataclass(frozen=True, eq=False)
class _Place:
    """An optimum, and what a walk along the path goes on from."""

    fit: Fit
    pulls: Array  # (D,), |alpha'X| of all columns
    delta: float  # at which the signs of the fit are those of the optimum


@dataclass(frozen=True, eq=False)
class _Part:
    """The working set: chosen columns, divided by their largest entries."""

    chosen: Array
    scales: Array
    design: Design


@quiet
def fit_wide_path(units: Units, radii: Any, tol: float) -> list[Fit]:
    """A fit for each radius.

    Parameters
    ----------
    units : Units
        Of `wide_units`, or of `scaling.units`.
    radii : array-like, shape (n,)
        Positive and finite, in any order.
    tol : float
        The relative gap to reach; each fit's own gap says whether it did.

    Raises
    ------
    ValueError
        For a radius that is not positive and finite.
    """
    wanted = np.asarray(radii, dtype=float)
    if not np.all((wanted > 0) & (wanted < np.inf)):
        raise ValueError(f"radii must be positive and finite, got {radii!r}")
    fits: list[Fit] = [None] * len(wanted)  # type: ignore[list-item]
    place = _at_zero(units)
    for index in np.argsort(-wanted, kind="stable"):
        place = _next(units, place, float(wanted[index]), tol)
        fits[index] = place.fit
    return fits


def wide_units(X: Array, y: Array, intercept: bool, sample_weight: Array | None = None) -> Units:
    """Units of a problem, its columns as they are; parameters as those of `scaling.units`.

    X is copied only if sample weights multiply it.
    """
    rho = np.ones(len(y))
    if sample_weight is not None:
        rows = sample_weight > 0
        rho = np.sqrt(sample_weight[rows])
        X, y = X[rows], y[rows]
        X *= rho[:, None]
    target = float(np.max(np.abs(y), initial=0)) or 1.0
    F = rho[:, None] if intercept else np.zeros((len(y), 0))
    D = X.shape[1]
    return Units(X, F, y / target * rho, rho, np.ones(D), np.arange(D), target, D)


def _at_zero(units: Units) -> _Place:
    """w = 0 at the smallest radius at which it is optimal."""
    F, y, rho = units.F, units.y, units.rho
    free = np.linalg.lstsq(F, y, rcond=None)[0] if F.size else np.zeros(F.shape[1])
    e = y - F @ free
    e[np.abs(e) <= 1e-15 * np.max(np.abs(y), initial=0)] = 0
    pulls = np.abs(e @ units.X)
    total = float(rho @ np.abs(e))
    delta = float(np.max(pulls * units.columns)) / total if total else 0.0
    w, size = np.zeros(units.X.shape[1]), float(np.linalg.norm(y))
    value = float(e @ e)
    fit = Fit(w, free, e, np.zeros(len(w)), np.sign(e), value, 0.0, 0, size)
    return _Place(fit, pulls, delta)


def _next(units: Units, place: _Place, delta: float, tol: float) -> _Place:
    """The optimum at a smaller radius."""
    same = _proven(units, place.fit, place.pulls, delta)
    if same.gap <= tol:
        return replace(place, fit=same)  # the signs are still those of place.delta
    best, extra = _Place(same, place.pulls, delta), np.zeros(0, dtype=int)
    for _ in range(_ROUNDS):
        part = _part(units, place, extra)
        with one_thread(0):  # steps on the working set take microseconds
            fit = _walked(units, part, place, delta) or _searched(units, part, delta)
        pulls = np.abs(fit.alpha @ units.X)
        fit = _proven(units, fit, pulls, delta)
        if fit.gap < best.fit.gap:
            best = _Place(fit, pulls, delta)
        if fit.gap <= tol:
            return best
        missing = _missing(units, part, fit, pulls, delta)
        if not len(missing):
            break
        extra = np.union1d(extra, missing)
    return _by_all_columns(units, best, delta, tol)


def _missing(units: Units, part: _Part, fit: Fit, pulls: Array, delta: float) -> Array:
    """Columns that pull too much, with those that nearly do; none if none does."""
    reach = units.rho * delta * float(np.sum(np.abs(fit.w) / units.columns))
    limit = delta * float(units.rho @ np.maximum(np.abs(fit.alpha), reach))
    pulls = pulls * units.columns
    pulls[part.chosen] = 0
    if not np.any(pulls > limit):
        return np.zeros(0, dtype=int)
    return _largest(pulls, _NEAR * limit, _ROOM * len(units.y))


def _largest(pulls: Array, above: float, most: int) -> Array:
    """Columns that pull more than that; the strongest, if there are many."""
    (near,) = np.nonzero(pulls > above)
    if len(near) > most:
        near = near[np.argpartition(pulls[near], -most)[-most:]]
    return near


def _proven(units: Units, fit: Fit, pulls: Array, delta: float) -> Fit:
    """The fit with its value at this radius, and the bound that alpha proves with all columns."""
    (used,) = np.nonzero(fit.w)
    reach = delta * float(np.sum(np.abs(fit.w[used]) / units.columns[used]))
    e = units.y - units.X[:, used] @ fit.w[used] - units.F @ fit.free
    worst = np.abs(e) + units.rho * reach
    pull = float(np.max(pulls * units.columns, initial=0)) / delta
    bound = float(dual_value(fit.alpha, units.rho, units.y, pull))
    return replace(fit, value=float(worst @ worst), bound=bound)


def _part(units: Units, place: _Place, extra: Array) -> _Part:
    """Columns in use, those that pull nearly as much, and those found missing."""
    pulls = place.pulls * units.columns
    near = _largest(pulls, _NEAR * float(np.max(pulls)), _ROOM * len(units.y))
    chosen = np.union1d(np.union1d(np.nonzero(place.fit.signs)[0], near), extra)
    X = units.X[:, chosen]
    scales = np.max(np.abs(X), axis=0)
    scales[scales == 0] = 1
    G = np.hstack([units.F, X / scales])
    free = units.F.shape[1]
    r = np.concatenate([np.zeros(free), 1 / (scales * units.columns[chosen])])
    design = Design(G, np.ascontiguousarray(G.T), units.y, r, units.rho, free)
    return _Part(chosen, scales, design)


def _walked(units: Units, part: _Part, place: _Place, delta: float) -> Fit | None:
    """The path followed on the working set; None if it is lost."""
    design, signs = part.design, np.zeros(part.design.G.shape[1])
    signs[design.free :] = place.fit.signs[part.chosen]
    try:
        cell = cell_of(design, signs, place.fit.sides)
        theta = 1 / place.delta
        at = np.array([theta, *_level(design, cell, theta), 1 / delta])
        record = room_for(_PIECES, cell)
        for _ in range(_STRETCHES):
            record.used[:] = 0
            status = walk(design, cell, at, record)
            if status == DONE:
                fit = _read(units, part, cell, delta)
                return fit if np.isfinite(fit.alpha).all() else None
            if status == LOST:
                return None
            if status == WORN:
                rebuild(design, cell)
    except (np.linalg.LinAlgError, ZeroDivisionError):
        return None
    return None


def _level(design: Design, cell: Cell, theta: float) -> tuple[float, float]:
    """s and lambda of a cell at theta = 1 / delta."""
    a0, a1, a2, b0, b1 = coefficients(design, cell).tolist()
    phi = theta - a1
    Q = phi * phi - a2 * b1
    return (a0 * phi + a2 * b0) / Q, (b0 * phi + b1 * a0) / Q


def _read(units: Units, part: _Part, cell: Cell, delta: float) -> Fit:
    """The cell's optimum at this radius."""
    free, n = part.design.free, int(cell.size[0])
    at = np.array([1, *_level(part.design, cell, 1 / delta)])
    values, items = at @ cell.solution[:, :n], cell.order[:n]
    columns = items < len(cell.signs)
    unknowns = np.zeros(len(cell.signs))
    unknowns[items[columns]] = values[columns]
    w, signs = np.zeros(units.X.shape[1]), np.zeros(units.X.shape[1])
    w[part.chosen] = unknowns[free:] / part.scales
    signs[part.chosen] = cell.signs[free:]
    alpha = _without(units.F, at @ cell.alpha)
    size = float(np.linalg.norm(units.y))
    sides = cell.sides.astype(float)
    return Fit(w, unknowns[:free], alpha, signs, sides, np.inf, 0.0, 0, size)


def _searched(units: Units, part: _Part, delta: float) -> Fit:
    """The same by an interior-point method."""
    free = part.design.free
    X, radii = part.design.G[:, free:], delta * part.design.r[free:]
    found = minimise(TrainingModel(X, units.F, units.y, radii, units.rho), _SETS)
    w, signs = np.zeros(units.X.shape[1]), np.zeros(units.X.shape[1])
    w[part.chosen], signs[part.chosen] = found.w / part.scales, found.signs
    return replace(found, w=w, signs=signs, alpha=_without(units.F, found.alpha))


def _by_all_columns(units: Units, best: _Place, delta: float, tol: float) -> _Place:
    """By the general method, where columns of many scales ask for more care with the bound."""
    scales = np.maximum(np.max(units.X, axis=0), -np.min(units.X, axis=0))
    scales[scales == 0] = 1
    radii = delta / (units.columns * scales)
    found = minimise(TrainingModel(units.X / scales, units.F, units.y, radii, units.rho), tol)
    if found.gap >= best.fit.gap:
        return best
    return _Place(replace(found, w=found.w / scales), np.abs(found.alpha @ units.X), delta)


def _without(F: Array, vector: Array) -> Array:
    """What the free columns leave of a vector."""
    if not F.shape[1]:
        return vector
    rest: Array = vector - F @ np.linalg.lstsq(F, vector, rcond=None)[0]
    return rest
