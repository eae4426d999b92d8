"""Exact optima of adversarial training: the active set's equations in fractions.

  certify_training(data, delta, start, signs, sides) == a checked TrainingCertificate

A fit to a small gap tells which weights and residuals are zero at an optimum. With these and the
other signs fixed, the optimality conditions are linear in the weights and in the multipliers of
the zero residuals; the exact solution next to the fit is an optimum if its signs come out right.
Whether it is one is decided by `certificates`, which knows nothing of how it was found.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from gmpy2 import mpq

from linreg_theory.arrays import Array
from linreg_theory.certificates import BadCertificate, TrainingCertificate, check_fit
from linreg_theory.fits.rational import Data, fractions, nearest, rationals
from linreg_theory.solvers.solution import Unresolved

__all__ = ["certify_training"]


def certify_training(
    data: Data, delta: Fraction, start: tuple[Array, Array, Array], signs: Array, sides: Array
) -> TrainingCertificate:
    """The certificate of an exact optimum next to a fit.

    Parameters
    ----------
    data : Data
    delta : Fraction
        The radius.
    start : tuple of arrays
        Weights (D,), free weights (0 or 1) and alpha (N,) of the fit, floats.
    signs : array, shape (D,)
        Of the weights, 0 where they are zero.
    sides : array, shape (N,)
        Signs of the residuals, 0 where they are zero.

    Raises
    ------
    Unresolved
        If the solution of the active set's equations is no optimum, or there is none.
    """
    system, right, chosen, pinned = _equations(data, mpq(delta), signs, sides)
    w, free, alpha = start
    near = np.concatenate([w[chosen], free, alpha[pinned]])
    most = np.max(np.abs(alpha), initial=0)
    room = np.concatenate([np.abs(w[chosen]), np.abs(free) + 1, most - np.abs(alpha[pinned])])
    solved = nearest(system, right, rationals(near), room)
    if solved is None:
        raise Unresolved("the active set's equations contradict each other")
    certificate = _certificate(data, delta, solved, chosen, pinned, sides)
    try:
        check_fit(certificate)
    except BadCertificate as error:
        raise Unresolved(f"the exact solution of the active set is no optimum: {error}") from error
    return certificate


def _equations(
    data: Data, delta: mpq, signs: Array, sides: Array
) -> tuple[Array, Array, Array, Array]:
    """The conditions on (w_A, b, alpha_Z), and which A and Z are.

    With g_i = sg(e_i) x_i - delta sg(w) the size |e_i| + delta ||w||_1 is sg(e_i) y_i - g_i'v;
    the gradient in v is balanced by the multipliers of e_Z = 0.
    """
    (chosen,), (pinned,) = np.nonzero(signs), np.nonzero(sides == 0)
    features = data.X[:, chosen]
    tilt = np.array([delta * int(sign) for sign in signs[chosen]], dtype=object)
    if data.intercept:
        features = np.hstack([features, rationals(np.ones((len(data.y), 1)))])
        tilt = np.append(tilt, mpq(0))
    side = np.array([mpq(int(value)) for value in sides], dtype=object)
    design = side[:, None] * features - tilt
    weighted = data.weight[:, None] * design
    m, z = len(tilt), len(pinned)
    system = np.full((m + z, m + z), mpq(0), dtype=object)
    if m:
        system[:m, :m] = weighted.T @ design
        system[:m, m:], system[m:, :m] = -features[pinned].T, -features[pinned]
    pull = weighted.T @ (side * data.y)
    return system, np.concatenate([pull, -data.y[pinned]]), chosen, pinned


def _certificate(
    data: Data, delta: Fraction, solved: Array, chosen: Array, pinned: Array, sides: Array
) -> TrainingCertificate:
    """What follows from the solution: every weight, multiplier and value."""
    w = np.full(data.X.shape[1], mpq(0), dtype=object)
    w[chosen] = solved[: len(chosen)]
    b = solved[len(chosen)] if data.intercept else mpq(0)
    e = data.y - data.X @ w - b
    a = data.weight * (np.abs(e) + mpq(delta) * np.sum(np.abs(w)))
    alpha = a * np.array([int(side) for side in sides], dtype=object)
    alpha[pinned] = solved[len(chosen) + data.intercept :]
    value = np.sum(a * a / data.weight)
    return TrainingCertificate(
        *(fractions(data.X), fractions(data.y), fractions(data.weight), delta, data.intercept),
        *(fractions(w), fractions(np.array([b]))[0], fractions(alpha), fractions(a)),
        fractions(np.array([value]))[0],
    )
