"""Fit adversarial training to a proven gap: central path, then the active set's equations.

  minimise(model, tol) == the Fit of a TrainingModel whose columns have about unit scale

Zero weights are tried first: their own residuals prove it where they are optimal. In l_inf balls
columns enter as they are needed: the model is solved on those that pull most, and those that
then pull too much enter, by the active set's equations or into a new solve. In l_2 balls all
columns matter. At the end the bound is proven with all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np
import scipy.linalg

from linreg_theory.arithmetic import quiet
from linreg_theory.arrays import Array
from linreg_theory.fits import interior_l1, interior_l2
from linreg_theory.fits.interior_l2 import row_space
from linreg_theory.fits.polish import polish
from linreg_theory.fits.polish_l2 import polish_l2
from linreg_theory.fits.threads import one_thread
from linreg_theory.fits.training_model import Fit, TrainingModel, shortest_solution

__all__ = ["minimise"]

_TRY = 1e-3  # the gap from which the active set is tried
_EVERY = 8  # steps at which it is tried whatever the gap is
_FEW = 12  # changes of the active set since the last step, at which it is tried
_LOOK = 3e-2  # the gap at which a solve on some columns shows whether they are enough
_THOROUGH = 1e-6  # the gap from which it is tried although its solution is not unique
_LAST = 1e-14  # and from which more steps are of no use
_FIRST = 64  # columns to begin with
_MORE, _MOST = 2, 3  # times as many enter as pull too much, and at most as are in
_SETTLED = 0.25  # of the columns: if no more enter, a new solve may not be needed
_EXCHANGES = 8  # rounds in which entering columns may settle without a new solve
_CHEAP = (1e-14, 1e-11, 1e-8)  # radii that may be taken for none if all else fails
_TAME = 1e4  # between the largest and the smallest radius


class _Point(Protocol):
    w: Array
    free: Array
    alpha: Array
    active: Array
    pinned: Array
    gap: float
    steps: int


@quiet
def minimise(model: TrainingModel, tol: float) -> Fit:
    """The best fit found; its gap says how good it is.

    Parameters
    ----------
    model : TrainingModel
        With targets of about unit size. Radii may be 0 (least squares) and infinite.
    tol : float
        The relative gap to reach.

    Raises
    ------
    ValueError
        For a norm that is neither inf nor 2, and for numbers that are not.
    """
    if model.norm not in (2, np.inf):
        raise ValueError(f"norm must be inf or 2, got {model.norm!r}")
    for name in ("X", "F", "y", "rho"):
        if not np.isfinite(getattr(model, name)).all():
            raise ValueError(f"{name} must be finite")
    if not np.all(model.radii >= 0):
        raise ValueError(f"radii must be at least 0, got {model.radii.min()}")
    with one_thread(model.X.size):
        usual = np.all(model.radii > 0) and np.all(model.radii < np.inf)
        return _limited(model, tol) if usual else _with_extremes(model, tol)


def _with_extremes(model: TrainingModel, tol: float, exact: bool = True) -> Fit:
    """Columns of radius 0 join the free ones; those of infinite radius have weight 0."""
    (loose,), (limited,) = (
        np.nonzero(model.radii == 0),
        np.nonzero((model.radii > 0) & (model.radii < np.inf)),
    )
    both = np.hstack([model.F, model.X[:, loose]])
    basis = scipy.linalg.orth(both) if both.size else both
    part = replace(model, X=model.X[:, limited], radii=model.radii[limited], F=basis)
    whole = exact or not part.X.size
    fit = _limited(part, tol) if whole else _anywhere(part, tol, _at_zero(part))
    free, freed = np.split(shortest_solution(both, basis @ fit.free), [model.F.shape[1]])
    w, active = np.zeros(model.X.shape[1]), model.radii == 0
    w[limited], w[loose], active[limited] = fit.w, freed, fit.signs != 0
    return model.fit(w, free, fit.alpha, active, fit.sides == 0, fit.steps)


def _limited(model: TrainingModel, tol: float) -> Fit:
    """For positive, finite radii."""
    best = _at_zero(model)
    if best.gap <= tol or not model.X.size:
        return best
    best = _better(best, _anywhere(model, tol, best))
    for cheap in _CHEAP:  # where magnitudes are too many, tiny radii are taken for none
        radii = np.where(model.radii < cheap, 0, model.radii)
        if best.gap > tol and np.any(radii == 0):
            fit = _with_extremes(replace(model, radii=radii), tol, exact=False)
            fit = model.fit(fit.w, fit.free, fit.alpha, fit.signs != 0, fit.sides == 0, fit.steps)
            best = _better(best, fit)
    return best


def _anywhere(model: TrainingModel, tol: float, zero: Fit) -> Fit:
    return _in_row_space(model, tol) if model.norm == 2 else _by_columns(model, zero, tol)


def _in_row_space(model: TrainingModel, tol: float) -> Fit:
    Y, Q = row_space(model.X, model.radii)
    fit = _solve(replace(model, X=Y, radii=np.ones(Y.shape[1])), tol)
    w, pinned = (Q @ fit.w) / model.radii, fit.sides == 0
    return model.fit(w, fit.free, fit.alpha, w != 0, pinned, fit.steps)


def _by_columns(model: TrainingModel, best: Fit, tol: float) -> Fit:
    columns = model.X.shape[1]
    pulls = np.abs(best.alpha @ model.X) / model.radii
    chosen, steps = _largest(pulls, min(columns, _FIRST)), best.steps
    while True:
        part = replace(model, X=model.X[:, chosen], radii=model.radii[chosen])

        def pulled(w: Array, alpha: Array, chosen: Array = chosen) -> tuple[Array, int]:
            """How much columns pull, and how many of the others pull too much."""
            pulls = np.abs(alpha @ model.X) / model.radii
            reach = float(np.sum(np.abs(w) * model.radii[chosen]))
            total = model.rho @ np.maximum(np.abs(alpha), model.rho * reach)
            return pulls, int(np.sum(np.delete(pulls, chosen) > total))

        def too_few(point: _Point, count: int = len(chosen)) -> bool:
            return count < columns and pulled(point.w, point.alpha)[1] > _SETTLED * count

        fit = _solve(part, tol, too_few)
        steps += fit.steps
        w, active = np.zeros(columns), np.zeros(columns, dtype=bool)
        w[chosen], active[chosen] = fit.w, fit.signs != 0
        pinned = fit.sides == 0
        best = _better(best, model.fit(w, fit.free, fit.alpha, active, pinned, steps))
        if best.gap <= tol or len(chosen) == columns:
            return best
        pulls, entering = pulled(fit.w, fit.alpha)
        if entering <= _SETTLED * len(chosen):
            where = w, fit.free, fit.alpha, active, pinned
            settled = polish(model, *where, tol, _EXCHANGES, thorough=False)
            if settled is not None:
                best = _better(best, replace(settled, steps=steps))
                if best.gap <= tol:
                    return best
        # More than enter at once would enter one after the other, in solves as long as one of all.
        size = len(chosen) + min(_MORE * entering, _MOST * len(chosen))
        pulls[chosen] = np.inf
        chosen = _largest(pulls, size if entering and 2 * size < columns else columns)


def _at_zero(model: TrainingModel) -> Fit:
    w, free = np.zeros(model.X.shape[1]), shortest_solution(model.F, model.y)
    return model.fit(w, free, model.residuals(w, free))


def _largest(values: Array, count: int) -> Array:
    return np.sort(np.argpartition(values, len(values) - count)[len(values) - count :])


def _solve(
    model: TrainingModel, tol: float, hopeless: Callable[[_Point], bool] | None = None
) -> Fit:
    """On all columns; a rough fit only, if it looks hopeless halfway."""
    best = _at_zero(model)
    for path in _paths(model):
        for point, rough in _worthwhile(path, hopeless):
            where = (point.w, point.free, point.alpha, point.active, point.pinned)
            if not all(np.isfinite(part).all() for part in where):
                break
            try:
                candidates = _candidates(model, point, where, tol, rough)
            except OverflowError:  # the point has run away, and is no candidate
                break
            for fit in candidates:
                best = _better(best, replace(fit, steps=point.steps))
            if best.gap <= tol or rough:
                return best
            if point.gap < _LAST:
                break
    return best


def _worthwhile(
    path: Iterable[_Point], hopeless: Callable[[_Point], bool] | None
) -> Iterator[tuple[_Point, bool]]:
    """Points whose active set is worth trying: it hardly changes any more.

    True comes with a point at which the path looks hopeless; it ends there.
    """
    tried, before, passed = _TRY, None, None
    for point in path:
        if hopeless is not None and point.gap <= _LOOK:
            if hopeless(point):
                yield point, True
                return
            hopeless = None
        due = point.gap <= tried or (point.steps > 0 and point.steps % _EVERY == 0)
        steady = point.gap <= _THOROUGH or (before is not None and _changes(before, point) <= _FEW)
        before, passed = point, point
        if due and steady:
            tried, passed = point.gap / 100, None
            yield point, False
    if passed is not None:
        yield passed, False


def _changes(before: _Point, after: _Point) -> int:
    """How many weights and residuals have changed sides."""
    return int(np.sum(before.active != after.active) + np.sum(before.pinned != after.pinned))


def _candidates(
    model: TrainingModel,
    point: _Point,
    where: tuple[Array, Array, Array, Array, Array],
    tol: float,
    rough: bool,
) -> list[Fit]:
    """The solution of the point's active set and, unless that is good enough, the point itself."""
    polished = None
    if model.norm == np.inf and not rough:
        polished = polish(model, *where, tol, thorough=point.gap <= _THOROUGH)
        if polished is not None and polished.gap <= tol:
            return [polished]
    fit = model.fit(*where)
    if model.norm == 2 and fit.gap > tol:
        polished = polish_l2(model, *where, tol)
    return [fit] if polished is None else [fit, polished]


def _paths(model: TrainingModel) -> Iterable[Iterable[_Point]]:
    """Paths to try: with radii of many magnitudes it depends on the data which is exact enough."""
    data = model.X, model.F, model.y, model.radii, model.rho
    if model.norm == 2:
        return [interior_l2.central_path(*data)]
    if float(model.radii.max()) <= _TAME * float(model.radii.min()):
        return [interior_l1.central_path(*data)]
    return [interior_l1.central_path(*data, by_rows=by_rows) for by_rows in (False, True)]


def _better(best: Fit, fit: Fit) -> Fit:
    """The fit of the smaller gap, or the weights of the one with the dual point of the other."""
    if best.gap == 0:
        return replace(best, steps=fit.steps)
    first, second = (fit, best) if fit.gap < best.gap else (best, fit)
    weights = min((first, second), key=lambda f: f.value)
    dual = max((first, second), key=lambda f: f.bound)
    mixed = replace(weights, alpha=dual.alpha, bound=dual.bound, steps=fit.steps)
    return mixed if mixed.gap < first.gap else replace(first, steps=fit.steps)
