"""Exact optima of adversarial training: the active set's equations in fractions.

  certify_training(data, delta, start, signs, sides) == a checked TrainingCertificate

A fit to a small gap tells which weights and residuals are zero at an optimum. With these and the
other signs fixed, the optimality conditions are linear in the weights and in the multipliers of
the zero residuals; the exact solution next to the fit is an optimum if its signs come out right.
What comes out on the wrong side, exactly, is moved there and the equations are solved again.
Whether it is an optimum is decided by `certificates`, which knows nothing of how it was found.
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

_EXCHANGES = 24  # of weights and residuals that the fit has read wrong


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
    signs, sides = signs.astype(int), sides.astype(int)
    solution = tuple(rationals(part) for part in start)
    reason = ""
    for _ in range(_EXCHANGES):
        found = _solved(data, mpq(delta), solution, signs, sides)
        if found is None:
            raise Unresolved("the active set's equations contradict each other")
        solution = found
        certificate = _certificate(data, delta, solution, sides)
        try:
            check_fit(certificate)
            return certificate
        except BadCertificate as error:
            reason = str(error)
        if not _exchange(data, mpq(delta), solution, signs, sides):
            break
    raise Unresolved(f"the exact solution of the active set is no optimum: {reason}")


def _solved(
    data: Data, delta: mpq, near: tuple[Array, ...], signs: Array, sides: Array
) -> tuple[Array, ...] | None:
    """Weights, free weights and alpha that solve the equations, next to the given ones."""
    system, right, chosen, pinned = _equations(data, delta, signs, sides)
    w, free, alpha = near
    start = np.concatenate([w[chosen], free, alpha[pinned]])
    sizes = [np.abs(part).astype(float) for part in near]
    most = np.max(sizes[2], initial=0)
    room = np.concatenate([sizes[0][chosen], sizes[1] + 1, most - sizes[2][pinned]])
    solved = nearest(system, right, start, room)
    if solved is None:
        return None
    weights = np.full(data.X.shape[1], mpq(0), dtype=object)
    weights[chosen] = solved[: len(chosen)]
    free = solved[len(chosen) : len(chosen) + len(free)]
    e = data.y - data.X @ weights - np.sum(free)
    size = data.weight * (np.abs(e) + delta * np.sum(np.abs(weights)))
    alpha = size * sides
    alpha[pinned] = solved[len(chosen) + len(free) :]
    return weights, free, alpha


def _exchange(
    data: Data, delta: mpq, solution: tuple[Array, ...], signs: Array, sides: Array
) -> bool:
    """Move what is first on its wrong side to the other one; False if nothing is.

    One at a time and by least index: where several are wrong, most follow from the first.
    """
    w, free, alpha = solution
    e = data.y - data.X @ w - np.sum(free)
    reach = data.weight * delta * np.sum(np.abs(w))
    pull = alpha @ data.X
    limit = delta * np.sum(np.maximum(np.abs(alpha), reach))
    for j in range(len(w)):
        if signs[j] * w[j] < 0:
            signs[j] = 0
            return True
        if signs[j] == 0 and abs(pull[j]) > limit:
            signs[j] = 1 if pull[j] > 0 else -1
            return True
    for i in range(len(e)):
        if sides[i] * e[i] < 0:
            sides[i] = 0
            return True
        if sides[i] == 0 and abs(alpha[i]) > reach[i]:
            sides[i] = 1 if alpha[i] > 0 else -1
            return True
    return False


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
    data: Data, delta: Fraction, solution: tuple[Array, ...], sides: Array
) -> TrainingCertificate:
    """What follows from the solution: every multiplier's size, and the value."""
    w, free, alpha = solution
    b = np.sum(free) if data.intercept else mpq(0)
    e = data.y - data.X @ w - b
    a = data.weight * (np.abs(e) + mpq(delta) * np.sum(np.abs(w)))
    value = np.sum(a * a / data.weight)
    return TrainingCertificate(
        *(fractions(data.X), fractions(data.y), fractions(data.weight), delta, data.intercept),
        *(fractions(w), fractions(np.array([b]))[0], fractions(alpha), fractions(a)),
        fractions(np.array([value]))[0],
    )
