"""Adversarial training of a linear regression: Formulas 12 and 13, and the exact worst case.

  perturbations(p, w, d)       == r_i = d sg(dl/dx_i), the fast gradient sign step (N, D)
  objective(p, w, d)           == Formula 12: sum_i (y_i - (x_i + r_i)' w)^2
  decompose(p, w, d)           == Formula 13: l(w) + sum_ij |d g_ij| + d^2 w' Gamma w
  worst_case(p, w, d)          == max over ||r_i|| <= d of the same sum, exactly
  worst_perturbations(p, w, d) == perturbations that reach it
  zero_radius(p)               == the d from which zero weights minimise the worst case

At e_i = 0 the printed step is zero (sg(0) = 0) although the loss can be raised; there, and
only there, the printed objective is below the worst case. d = 0 changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.arithmetic import checked, maximum, quiet, root, sign
from linreg_theory.arrays import Array, as_radius, together, with_scalar
from linreg_theory.decomposition import Decomposition
from linreg_theory.problem import Problem

__all__ = [
    "decompose",
    "objective",
    "perturbations",
    "worst_case",
    "worst_perturbations",
    "zero_radius",
]

_DUAL = {np.inf: 1, 2: 2, 1: np.inf}  # norms


@quiet
def perturbations(problem: Problem, w: Any, delta: Any) -> Array:
    """The fast gradient sign step r_i = delta sg(dl/dx_i), shape (N, D)."""
    _, w, delta = _inputs(problem, w, delta)
    step: Array = delta * sign(problem.input_gradients(w))
    return step


@quiet
def objective(problem: Problem, w: Any, delta: Any, *, per_sample: bool = False) -> Any:
    """Formula 12, the adversarial training objective with the FGSM step, as printed.

    Parameters
    ----------
    problem : Problem
    w : array-like, shape (D,)
        Weights.
    delta : number
        Size of the perturbation per feature, in the unit of X; at least 0.
    per_sample : bool
        Return the (N,) terms instead of their sum.

    Raises
    ------
    TypeError, ValueError
        For unusable weights or radius.
    OverflowError
        If a squared residual is not a finite float.
    """
    X, w, delta = _inputs(problem, w, delta)
    y, step = together(problem.y, perturbations(problem, w, delta))
    return _total("the objective", y - (X + step) @ w, per_sample)


@quiet
def decompose(problem: Problem, w: Any, delta: Any, *, per_sample: bool = False) -> Decomposition:
    """Formula 13: l(w) + sum_ij |delta g_ij| + delta^2 w' Gamma w.

    Gamma is read as the sum of outer products of the signs s_i = sg(dl/dx_i): the printed
    s_i' s_i would be a number. Its rank is at most one, and w' Gamma w = n_+ ||w||_1^2
    with n_+ the number of non-zero residuals.

    Parameters and errors as `objective`.
    """
    _, w, delta = _inputs(problem, w, delta)
    e, gradients = problem.residuals(w), problem.input_gradients(w)
    signs = sign(gradients)
    reach = delta * (signs @ w)  # what the step takes from e_i
    terms = (
        checked("the loss", e * e),
        checked("the l1 term", np.sum(np.abs(delta * gradients), axis=1)),
        checked("the quadratic term", reach * reach),
    )
    clean, l1, quadratic = terms if per_sample else (np.sum(term) for term in terms)
    return Decomposition(clean, l1, quadratic, signs)


@quiet
def worst_case(
    problem: Problem, w: Any, delta: Any, norm: Any = np.inf, *, per_sample: bool = False
) -> Any:
    """The largest loss over perturbations of norm at most delta, a ball for each sample.

    sum_i (|e_i| + delta ||w||_*)^2 with the dual norm of w: l_1 for the l_inf ball, l_2 for
    the l_2 ball, l_inf for the l_1 ball (Xu, Caramanis and Mannor 2009; Ribeiro et al. 2023).

    Parameters
    ----------
    norm : {inf, 2, 1}
        The norm of the ball. With `Fraction` data the l_2 ball gives an exact SymPy number.

    Other parameters and errors as `objective`.
    """
    _, w, delta = _inputs(problem, w, delta)
    reach = delta * _dual_norm(w, norm)
    e = problem.residuals(w)
    return _total("the worst case", np.abs(e) + reach, per_sample)


@quiet
def worst_perturbations(problem: Problem, w: Any, delta: Any, norm: Any = np.inf) -> Array:
    """Perturbations (N, D) in the balls that reach `worst_case`."""
    _, w, delta = _inputs(problem, w, delta)
    e = problem.residuals(w)
    away = -(sign(e) + (sign(e) == 0))  # a zero residual may go either way
    if norm == np.inf:
        direction = sign(w)
    elif norm == 2:
        length = _dual_norm(w, norm)
        direction = w / length if length != 0 else 0 * w
    else:
        largest = np.abs(w) == _dual_norm(w, norm)
        direction = sign(w) * (largest & (np.cumsum(largest) == 1))
    perturbations: Array = delta * away[:, None] * direction
    return perturbations


@quiet
def zero_radius(problem: Problem, norm: Any = np.inf) -> Any:
    """The smallest delta at which zero weights minimise the worst case; 0 for targets of zero.

    ||X'y|| / ||y||_1 in the norm of the ball (Ribeiro et al. 2023): at w = 0 the slope in a
    direction d is 2 (delta ||d||_* ||y||_1 - d'X'y). Exact for exact numbers.

    Parameters
    ----------
    norm : {inf, 2, 1}
        The norm of the ball. With `Fraction` data the l_2 ball gives an exact SymPy number.

    Raises
    ------
    ValueError
        For another norm.
    OverflowError
        If it is not a finite float.
    """
    if norm not in _DUAL:
        raise ValueError(f"norm must be inf, 2 or 1, got {norm!r}")
    unit = maximum(np.abs(problem.y)[None, :])[0]
    if unit == 0:
        return unit
    y = problem.y / unit  # squares and sums of small or large floats stay what they are
    pulls = checked("X'y", y @ problem.X)
    largest = maximum(np.abs(pulls)[None, :])[0]
    if largest == 0:
        return largest
    size = largest * _dual_norm(pulls / largest, _DUAL[norm])
    return checked("the radius", size / np.sum(np.abs(y)))


def _inputs(problem: Problem, w: Any, delta: Any) -> tuple[Array, Array, Any]:
    """X, w and delta in one number system."""
    radius, X, w = with_scalar(as_radius("delta", delta), problem.X, problem.weights(w))
    return X, w, radius


def _dual_norm(w: Array, norm: Any) -> Any:
    if norm == np.inf:
        return np.sum(np.abs(w))
    if norm == 2:
        return root(np.sum(w * w))
    if norm == 1:
        return maximum(np.abs(w)[None, :])[0]
    raise ValueError(f"norm must be inf, 2 or 1, got {norm!r}")


def _total(what: str, residuals: Array, per_sample: bool) -> Any:
    losses = checked(what, residuals * residuals)
    return losses if per_sample else checked(what, np.sum(losses))
