"""From a point near the optimum to the optimum, in l_2 balls: Newton's method on a face.

  polish_l2(model, w, free, alpha, active, pinned) == the Fit that it leads to, sets corrected

With the zero residuals Z held and the other signs fixed, the loss is smooth where the weights are
not all zero. Newton's method on e_Z = 0 settles in a few steps; the multipliers of these equations
are alpha_Z. Residuals that come out on the wrong side are held, multipliers beyond their end let
their residual go, and it begins again; the duality gap says whether it worked.
"""

from __future__ import annotations

import numpy as np

from linreg_theory.arrays import Array
from linreg_theory.fits.cholesky import back, cholesky
from linreg_theory.fits.polish import Face
from linreg_theory.fits.training_model import Fit, TrainingModel

__all__ = ["polish_l2"]

_ROUNDS, _STEPS = 4, 6


def polish_l2(
    model: TrainingModel,
    w: Array,
    free: Array,
    alpha: Array,
    active: Array,
    pinned: Array,
    tol: float,
) -> Fit | None:
    """The optimum, if some rounds of correcting the sets reach the gap `tol`; the best otherwise.

    Parameters
    ----------
    model : TrainingModel
        For l_2 balls, all radii 1.
    w, free, alpha : array
        A point near the optimum.
    active : array, shape (D,), bool
        Not used: weights are all zero or none is held to be.
    pinned : array, shape (N,), bool
        Which residuals are zero.
    """
    best, sides = None, np.sign(model.residuals(w, free))
    for _ in range(_ROUNDS):
        try:
            w, free, alpha = _on_face(model, w, free, alpha, np.where(pinned, 0, sides))
        except np.linalg.LinAlgError:
            break
        if not all(np.isfinite(part).all() for part in (w, free, alpha)):
            break
        fit = model.fit(w, free, alpha, w != 0, pinned)
        best = fit if best is None or fit.gap < best.gap else best
        e, reach = model.residuals(w, free), model.rho * model.reach(w)
        freed, caught = pinned & (np.abs(alpha) > reach), ~pinned & (sides * e < 0)
        if best.gap <= tol or not (freed | caught).any():
            break
        sides, pinned = np.where(freed, np.sign(alpha), sides), (pinned | caught) & ~freed
    return best


def _on_face(
    model: TrainingModel, w: Array, free: Array, alpha: Array, sides: Array
) -> tuple[Array, Array, Array]:
    """Weights, free weights and alpha that settle on the face."""
    (pinned,), weights = np.nonzero(sides == 0), len(w)
    G, v = np.hstack([model.X, model.F]), np.concatenate([w, free])
    face = Face(G[pinned], model.y[pinned])
    for _ in range(_STEPS):
        v = face.nearest(v)
        slope, curvature = _derivatives(model, G, v, sides)
        inside = cholesky(face.inside.T @ curvature @ face.inside)
        change = face.inside @ back(inside, face.inside.T @ slope)
        v = v - change
        if np.linalg.norm(change) <= 1e-15 * np.linalg.norm(v):
            break
    v = face.nearest(v)
    reach = float(np.linalg.norm(v[:weights]))
    size = sides * (model.y - G @ v) + model.rho * reach
    alpha = np.where(sides == 0, alpha, sides * size)
    wanted = -((sides * size) @ G)
    wanted[:weights] += float(model.rho @ size) * v[:weights] / reach
    alpha[pinned] = face.multipliers(alpha[pinned], wanted)
    return v[:weights], v[weights:], alpha


def _derivatives(model: TrainingModel, G: Array, v: Array, sides: Array) -> tuple[Array, Array]:
    """Half the gradient and half the Hessian of the loss, without the zero residuals' part."""
    weights = model.X.shape[1]
    reach = float(np.linalg.norm(v[:weights]))
    if reach == 0:
        raise np.linalg.LinAlgError("the loss is not smooth where the weights are zero")
    normal = np.zeros(len(v))
    normal[:weights] = v[:weights] / reach
    size = sides * (model.y - G @ v) + model.rho * reach
    rows = model.rho[:, None] * normal - sides[:, None] * G
    curvature, place = rows.T @ rows, np.arange(weights)
    steepness = float(model.rho @ size) / reach
    curvature -= steepness * np.outer(normal, normal)
    curvature[place, place] += steepness
    return size @ rows, curvature
