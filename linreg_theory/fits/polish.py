"""From a point near the optimum to the optimum: the equations of its active set.

  polish(model, w, free, alpha, active, pinned) == the Fit that solves them, sets corrected
  Face(A, b)                == the points with A v = b
  f.nearest(v), f.inside    == the nearest of them; a basis of the directions along the face
  f.multipliers(alpha, c)   == the nearest alpha with A'alpha = c

At an optimum of adversarial training in l_inf balls let A be the weights and Z the residuals
that are not, and that are, zero. With the other signs fixed the problem is least squares with
the equations e_Z = 0, whose multipliers are alpha_Z. Where weights or multipliers are not unique
(repeated columns, more zero residuals than weights) the solution next to the given point is
taken: that point lies in the middle of the optima, and so the solution keeps its signs. Signs
that come out wrong change sides, and the system is solved again; the duality gap says whether
it worked.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import scipy.linalg

from linreg_theory.arrays import Array
from linreg_theory.fits.training_model import Fit, TrainingModel

__all__ = ["Face", "polish"]

_Point = tuple[Array, Array, Array]  # w, free, alpha

_ROUNDS = 4
_RANK = 1e-13  # of the largest pivot


def polish(
    model: TrainingModel,
    w: Array,
    free: Array,
    alpha: Array,
    active: Array,
    pinned: Array,
    tol: float,
    rounds: int = _ROUNDS,
    thorough: bool = True,
) -> Fit | None:
    """The optimum, if some rounds of correcting the sets reach the gap `tol`; the best otherwise.

    Parameters
    ----------
    model : TrainingModel
        For l_inf balls.
    w, free, alpha : array
        A point near the optimum.
    active : array, shape (D,), bool
        Which weights are not zero.
    pinned : array, shape (N,), bool
        Which residuals are zero.
    tol : float
        The relative gap to reach.
    rounds : int
        How often the sets may be corrected.
    thorough : bool
        Whether to go on where the solution is not unique.
    """
    ways = (_unique, _equations) if thorough else (_unique,)
    best = None
    for solved in ways:
        fit = _rounds(model, solved, (w, free, alpha), (active, pinned), tol, rounds)
        best = fit if best is None or (fit is not None and fit.gap < best.gap) else best
        if best is not None and best.gap <= tol:
            break
    return best


def _rounds(
    model: TrainingModel,
    solved: Callable[..., _Point],
    point: _Point,
    sets: tuple[Array, Array],
    tol: float,
    rounds: int,
) -> Fit | None:
    """The best of some rounds of solving and of correcting the sets."""
    best, (active, pinned) = None, sets
    signs, sides = np.sign(point[0]), np.sign(model.residuals(point[0], point[1]))
    for _ in range(rounds):
        try:
            point = solved(model, *point, signs * active, np.where(pinned, 0, sides))
        except (np.linalg.LinAlgError, scipy.linalg.LinAlgWarning):
            break
        if not all(np.isfinite(part).all() for part in point):
            break
        fit = model.fit(*point, active, pinned)
        best = fit if best is None or fit.gap < best.gap else best
        if best.gap <= tol:
            break
        changed = _corrected(model, *point, signs, sides, active, pinned)
        former = signs, sides, active, pinned
        if all(np.array_equal(a, b) for a, b in zip(changed, former, strict=True)):
            break
        signs, sides, active, pinned = changed
    return best


class Face:
    """Where some residuals are zero: A v = b, whose rows may depend on each other."""

    def __init__(self, A: Array, b: Array) -> None:
        self.A, self.b = A, b
        basis, triangle, order = scipy.linalg.qr(A.T, pivoting=True, check_finite=False)
        pivots = np.abs(np.diagonal(triangle))
        rank = int(np.sum(pivots > _RANK * np.max(pivots, initial=0)))
        self.order, self.triangle = order[:rank], triangle[:rank, :rank]
        self.outside, self.inside = basis[:, :rank], basis[:, rank:]  # across it and along it

    def nearest(self, v: Array) -> Array:
        """The nearest point on it."""
        missing = (self.b - self.A @ v)[self.order]
        way: Array = self.outside @ scipy.linalg.solve_triangular(self.triangle, missing, trans=1)
        return v + way

    def multipliers(self, alpha: Array, wanted: Array) -> Array:
        """The nearest alpha with A'alpha == wanted."""
        for _ in range(2):  # again, for what rounding has left
            alpha = alpha + _least_squares(self.A.T, wanted - alpha @ self.A)
        return alpha


def _equations(
    model: TrainingModel, w: Array, free: Array, alpha: Array, signs: Array, sides: Array
) -> tuple[Array, Array, Array]:
    """Weights, free weights and alpha that solve the active set's equations, next to the given."""
    (chosen,), (pinned,) = np.nonzero(signs), np.nonzero(sides == 0)
    # Columns of large radius are scaled down: then all of them are of about unit scale.
    scale = np.concatenate([1 / np.maximum(model.radii[chosen], 1), np.ones(len(free))])
    X = np.hstack([model.X[:, chosen], model.F]) * scale
    tilt = np.concatenate([(model.radii * signs)[chosen], np.zeros(len(free))]) * scale
    design = sides[:, None] * X - model.rho[:, None] * tilt  # size of the rows: |y| - design v
    v = np.concatenate([w[chosen], free]) / scale
    face = Face(X[pinned], model.y[pinned])
    v = face.nearest(v)
    v = v + face.inside @ _least_squares(design @ face.inside, sides * model.y - design @ v)
    v = face.nearest(v)  # again, for what rounding has left
    size = sides * model.y - design @ v
    alpha = np.where(sides == 0, alpha, sides * size)
    alpha[pinned] = face.multipliers(alpha[pinned], -(design.T @ size))
    w = np.zeros(model.X.shape[1])
    w[chosen] = (v * scale)[: len(chosen)]
    return w, (v * scale)[len(chosen) :], alpha


def _unique(
    model: TrainingModel, w: Array, free: Array, alpha: Array, signs: Array, sides: Array
) -> tuple[Array, Array, Array]:
    """The same if the solution is unique, several times faster; LinAlgError if it is not."""
    (chosen,), (pinned,) = np.nonzero(signs), np.nonzero(sides == 0)
    X = np.hstack([model.X[:, chosen], model.F])
    tilt = np.concatenate([(model.radii * signs)[chosen], np.zeros(model.F.shape[1])])
    design = sides[:, None] * X - model.rho[:, None] * tilt  # r = |y| part - design v
    target = sides * model.y
    m, z = X.shape[1], len(pinned)
    if z > m or m == 0:
        raise np.linalg.LinAlgError("more equations than weights")
    system = np.zeros((m + z, m + z))
    system[:m, :m] = design.T @ design
    system[:m, m:], system[m:, :m] = -X[pinned].T, -X[pinned]
    right = np.concatenate([design.T @ target, -model.y[pinned]])
    with warnings.catch_warnings():
        warnings.simplefilter("error", scipy.linalg.LinAlgWarning)
        solved = scipy.linalg.solve(system, right, assume_a="sym", check_finite=False)
    w = np.zeros(model.X.shape[1])
    w[chosen] = solved[: len(chosen)]
    free = solved[len(chosen) : m]
    alpha = sides * (target - design @ solved[:m])
    alpha[pinned] = solved[m:]
    return w, free, alpha


def _least_squares(matrix: Array, right: Array) -> Array:
    """The shortest solution."""
    if not matrix.size:
        return np.zeros(matrix.shape[1])
    solved: Array = scipy.linalg.lstsq(
        matrix, right, cond=_RANK, lapack_driver="gelsy", check_finite=False
    )[0]
    return solved


def _corrected(
    model: TrainingModel,
    w: Array,
    free: Array,
    alpha: Array,
    signs: Array,
    sides: Array,
    active: Array,
    pinned: Array,
) -> tuple[Array, Array, Array, Array]:
    """The sets, with everything on its wrong side moved."""
    e, reach = model.residuals(w, free), model.rho * model.reach(w)
    pull = alpha @ model.X
    limit = model.radii * float(model.rho @ np.where(pinned, reach, np.abs(alpha)))
    entering = ~active & (np.abs(pull) > limit)
    leaving = active & (signs * w < 0)
    freed = pinned & (np.abs(alpha) > reach)
    caught = ~pinned & (sides * e < 0)
    return (
        np.where(entering, np.sign(pull), signs),
        np.where(freed, np.sign(alpha), sides),
        (active | entering) & ~leaving,
        (pinned | caught) & ~freed,
    )
