"""From a point near the optimum to the optimum: the equations of its active set.

  polish(model, w, free, alpha, active, pinned) == the Fit that solves them, sets corrected

At an optimum of adversarial training in l_inf balls let A be the weights and Z the residuals
that are not, and that are, zero. With the other signs fixed the problem is least squares with
the equations e_Z = 0, whose multipliers are alpha_Z: one linear system. Signs that come out
wrong change sides, and the system is solved again; the duality gap says whether it worked.
"""

from __future__ import annotations

import warnings

import numpy as np
import scipy.linalg

from linreg_theory.arrays import Array
from linreg_theory.fits.training_model import Fit, TrainingModel

__all__ = ["polish"]

_ROUNDS = 4


def polish(
    model: TrainingModel,
    w: Array,
    free: Array,
    alpha: Array,
    active: Array,
    pinned: Array,
    tol: float,
) -> Fit | None:
    """The optimum, if some rounds of correcting the sets reach the gap `tol`.

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
    """
    best = None
    signs, sides = np.sign(w), np.sign(model.residuals(w, free))
    for _ in range(_ROUNDS):
        point = _equations(model, signs * active, np.where(pinned, 0, sides))
        if point is None:
            break
        fit = model.fit(*point, active, pinned)
        best = fit if best is None or fit.gap < best.gap else best
        if best.gap <= tol:
            break
        changed = _corrected(model, *point, signs, sides, active, pinned)
        if all(np.array_equal(a, b) for a, b in zip(changed, (signs, sides, active, pinned))):
            break
        signs, sides, active, pinned = changed
    return best


def _equations(
    model: TrainingModel, signs: Array, sides: Array
) -> tuple[Array, Array, Array] | None:
    """Weights, free weights and alpha that solve the active set's equations."""
    (chosen,), (pinned,) = np.nonzero(signs), np.nonzero(sides == 0)
    X = np.hstack([model.X[:, chosen], model.F])
    tilt = np.concatenate([(model.radii * signs)[chosen], np.zeros(model.F.shape[1])])
    design = sides[:, None] * X - model.rho[:, None] * tilt  # r = |y| part - design v
    target = sides * model.y
    m, z = X.shape[1], len(pinned)
    if z > m or m == 0:
        return None
    system = np.zeros((m + z, m + z))
    system[:m, :m] = design.T @ design
    system[:m, m:], system[m:, :m] = -X[pinned].T, -X[pinned]
    right = np.concatenate([design.T @ target, -model.y[pinned]])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", scipy.linalg.LinAlgWarning)
            solved = scipy.linalg.solve(system, right, assume_a="sym", check_finite=False)
    except (np.linalg.LinAlgError, scipy.linalg.LinAlgWarning):
        return None
    w = np.zeros(model.X.shape[1])
    w[chosen] = solved[: len(chosen)]
    free = solved[len(chosen) : m]
    alpha = sides * (target - design @ solved[:m])
    alpha[pinned] = solved[m:]
    return w, free, alpha


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
