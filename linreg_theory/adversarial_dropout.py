"""Adversarial dropout of a linear regression: Formulas 14 to 16, and the exact worst case.

  jacobian(p, w)             == J_ij = x_ij dl/dx_ij = -2 e_i a_ij, Formula 11 at all ones
  greedy_masks(p, w, k)      == Formula 14: drop where J_ij <= min(s_ik, 0)
  greedy_flips(p, w, k, b)   == Algorithm 1's choice from other base masks b
  masked_loss(p, w, m)       == sum_i (y_i - (m_i x_i)' w)^2 for any masks m
  linearised_loss(p, w, m)   == the same to first order around all ones (Formula 9)
  objective(p, w, k)         == Formula 15: masked_loss under greedy_masks
  decompose(p, w, k)         == Formula 16: l(w) + sum |x_ij g_ij| + w' Gamma w
  decompose_masks(p, w, m)   == the same for any masks, with -x_ij g_ij for |x_ij g_ij|
  sides(p, w, k)             == Sides: |e_i|, P_i(k), M_i(k), what drops can add and take away
  worst_case(p, w, k)        == the exact maximum over at most k drops:
                                sum_i max(|e_i| + P_i(k), M_i(k) - |e_i|)^2
  worst_case_masks(p, w, k)  == masks that reach it

Dropping feature j of sample i turns the residual e_i into e_i + a_ij, a_ij = x_ij w_j. With
sigma_i = sg(e_i), and 1 at e_i = 0, P_i(k) sums the k largest of max(sigma_i a_ij, 0) and
M_i(k) the k largest of max(-sigma_i a_ij, 0). Starting from other masks changes the signs of
the a_ij that are switched on instead, and nothing else: give `base`.

k = 0 changes nothing (no entry is the 0-th lowest). Formula 14 as printed ("literal") drops
more than k features where products tie and everything where e_i = 0; "break" breaks ties by
index, drops nothing at e_i = 0 and never exceeds k.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from linreg_theory.arithmetic import at_most, checked, maximum, order, quiet, tails
from linreg_theory.arrays import Array, as_budget, as_masks, is_exact, together
from linreg_theory.decomposition import Decomposition
from linreg_theory.masks import flip_at_most
from linreg_theory.problem import Problem

__all__ = [
    "Sides",
    "decompose",
    "decompose_masks",
    "greedy_flips",
    "greedy_masks",
    "jacobian",
    "linearised_loss",
    "masked_loss",
    "objective",
    "sides",
    "worst_case",
    "worst_case_masks",
]

Ties = Literal["literal", "break"]

_BLOCK = 1 << 17  # numbers worked on at once: a megabyte, which stays in the cache
_COMPILED = 1 << 16  # numbers in X from which loading, once compiling, the kernels pays


@dataclass(frozen=True)
class Sides:
    """What flips can do to a residual: |e_i| (N,), P_i(k) (N,) and M_i(k) (N,)."""

    residual: Array
    raising: Array  # P: pushed on, away from zero
    lowering: Array  # M: pulled back through zero and out on the other side


@quiet
def jacobian(problem: Problem, w: Any, at: Any = None) -> Array:
    """J_ij = d(y_i - (m_i x_i)' w)^2 / dm_ij at the masks `at` (all ones if None), (N, D).

    At all ones it is x_ij dl/dx_ij, Formula 11 with equality.
    """
    if at is None:
        X, gradients = together(problem.X, problem.input_gradients(w))
        J = X * gradients
    else:
        r, a = together(_masked_residuals(problem, w, at), problem.products(w))
        J = -2 * r[:, None] * a
    checked("the Jacobian", J)
    return J


@quiet
def greedy_masks(problem: Problem, w: Any, k: int, ties: Ties = "literal") -> Array:
    """Formula 14: the masks the paper calls adversarial, (N, D) of 0 and 1; 1 keeps.

    Parameters
    ----------
    problem : Problem
    w : array-like, shape (D,)
        Weights.
    k : int
        The budget, from 0 to D.
    ties : {"literal", "break"}
        "literal" is the formula as printed, which drops more than k features where the k-th
        and the next product tie, and all of them where the residual is zero. "break" drops
        the k lowest negative products, ties by index.

    Raises
    ------
    TypeError, ValueError
        For unusable weights or budget.
    Undecided
        If the data are symbols whose order is not determined.
    """
    k = as_budget("k", k, problem.n_features)
    J = jacobian(problem, w)
    ones = np.ones(J.shape, dtype=np.int8)
    if ties == "break":
        masks: Array = flip_at_most(ones, J, k)
        return masks
    if ties != "literal":
        raise ValueError(f'ties must be "literal" or "break", got {ties!r}')
    if k == 0:  # no element is the 0-th lowest
        return ones
    lowest = _kth_lowest(J, k)[:, None]
    return np.where(at_most(J, lowest) & at_most(J, 0 * lowest), 0, ones).astype(np.int8)


@quiet
def greedy_flips(
    problem: Problem, w: Any, k: int, base: Any, at: Literal["ones", "base"] = "ones"
) -> Array:
    """The first-order choice of at most k flips from the masks `base`, (N, D).

    With the Jacobian at all ones, as the paper takes it, or at the base masks, where the
    expansion is made. From all ones the two agree (and are Formula 14 with ties broken).
    """
    base = _base(problem, base)
    if at not in ("ones", "base"):
        raise ValueError(f'at must be "ones" or "base", got {at!r}')
    flipped: Array = flip_at_most(base, jacobian(problem, w, None if at == "ones" else base), k)
    return flipped


@quiet
def masked_loss(problem: Problem, w: Any, masks: Any, *, per_sample: bool = False) -> Any:
    """sum_i (y_i - (m_i x_i)' w)^2 under the masks m (N, D), or one mask (D,) for all."""
    return _total("the masked loss", _masked_residuals(problem, w, masks), per_sample)


@quiet
def linearised_loss(problem: Problem, w: Any, masks: Any, *, per_sample: bool = False) -> Any:
    """sum_i e_i^2 + (m_i - 1)' J_i, Formula 9 around all ones; a lower bound of masked_loss."""
    e, J = together(problem.residuals(w), jacobian(problem, w))
    change = np.sum((as_masks("masks", masks, J.shape) - 1) * J, axis=1)
    losses = checked("the linearised loss", e * e + change)
    return losses if per_sample else np.sum(losses)


@quiet
def objective(
    problem: Problem, w: Any, k: int, ties: Ties = "literal", *, per_sample: bool = False
) -> Any:
    """Formula 15, the adversarial dropout objective under Formula 14's masks.

    Parameters
    ----------
    problem, w, k, ties
        As `greedy_masks`; the formula as printed unless ties="break".
    per_sample : bool
        Return the (N,) terms instead of their sum.

    Raises
    ------
    OverflowError
        If a squared residual is not a finite float; other errors as `greedy_masks`.
    """
    return masked_loss(problem, w, greedy_masks(problem, w, k, ties), per_sample=per_sample)


@quiet
def decompose(
    problem: Problem, w: Any, k: int, ties: Ties = "literal", *, per_sample: bool = False
) -> Decomposition:
    """Formula 16: l(w) + sum_i sum_{j in S_i} |x_ij g_ij| + w' Gamma w, S_i what is dropped.

    Gamma is read as a sum of outer products, so that w' Gamma w = sum_i (sum_{j in S_i} a_ij)^2.
    Parameters and errors as `objective`.
    """
    return _decompose(problem, w, greedy_masks(problem, w, k, ties), np.abs, per_sample)


@quiet
def decompose_masks(
    problem: Problem, w: Any, masks: Any, *, per_sample: bool = False
) -> Decomposition:
    """Formula 16 for any masks: the middle term is then sum -x_ij g_ij, of either sign."""
    return _decompose(problem, w, masks, np.negative, per_sample)


@quiet
def sides(problem: Problem, w: Any, k: int, base: Any = None) -> Sides:
    """|e_i|, P_i(k) and M_i(k), from the masks `base` (all ones if None)."""
    k = as_budget("k", k, problem.n_features)
    r, effects = _flip_effects(problem.X, problem.y, problem.weights(w), _base(problem, base))
    above, below = tails(effects, k)
    negative = at_most(r, 0 * r) & (r != 0)
    return Sides(np.abs(r), np.where(negative, below, above), np.where(negative, above, below))


@quiet
def worst_case(
    problem: Problem, w: Any, k: int, base: Any = None, *, per_sample: bool = False
) -> Any:
    """The largest masked loss over at most k flips per sample, exactly and in O(N D).

    sum_i max(|e_i| + P_i(k), M_i(k) - |e_i|)^2: the flips that raise a residual all push it
    the same way, so one of the two directions is best, and in each the k largest are.

    Parameters
    ----------
    base : array-like, shape (N, D) or (D,), optional
        Masks to start from; all ones if None, and then flips are drops.

    Other parameters and errors as `objective`. Memory: the data and one block of about a
    hundred thousand numbers (or one row, if that is more); large float64 data without `base`
    take compiled kernels, and half a row for each thread.
    """
    k = as_budget("k", k, problem.n_features)
    if _is_compiled(problem, w, base):
        from linreg_theory import kernels  # here, because importing numba takes a while

        with suppress(OverflowError):  # NumPy says what overflows
            reach = np.maximum(*kernels.extremes(problem.X, problem.y, problem.weights(w), k))
            return _total("the worst case", reach, per_sample)
    largest = []
    for r, effects, _ in _blocks(problem, w, base):
        largest.append(maximum(np.stack(_extremes(r, effects, k), axis=-1)))
    return _total("the worst case", np.concatenate(largest), per_sample)


@quiet
def worst_case_masks(problem: Problem, w: Any, k: int, base: Any = None) -> Array:
    """Masks (N, D) with at most k flips from `base` that reach `worst_case`."""
    k = as_budget("k", k, problem.n_features)
    if _is_compiled(problem, w, base):
        from linreg_theory import kernels

        with suppress(OverflowError):
            return kernels.worst_masks(problem.X, problem.y, problem.weights(w), k)
    masks = []
    for r, effects, start in _blocks(problem, w, _base(problem, base)):
        a = effects * (2 * start - 1)
        highest, lowest = _extremes(r, effects, k)
        upwards = at_most(lowest, highest)[:, None]
        masks.append(flip_at_most(start, np.where(upwards, -a, a), k))
    return np.concatenate(masks)


def _is_compiled(problem: Problem, w: Any, base: Any) -> bool:
    large = problem.X.dtype == np.float64 and problem.X.size >= _COMPILED
    return base is None and large and not is_exact(problem.weights(w))


def _blocks(problem: Problem, w: Any, base: Any) -> Iterator[tuple[Array, Array, Any]]:
    """Residuals, effects of flips and base masks, a block of rows at a time."""
    w, start = problem.weights(w), None if base is None else _base(problem, base)
    rows = max(1, _BLOCK // problem.n_features)
    for first in range(0, problem.n_samples, rows):
        i = slice(first, first + rows)
        kept = None if start is None else start[i]
        yield *_flip_effects(problem.X[i], problem.y[i], w, kept), kept


def _base(problem: Problem, base: Any) -> Array:
    shape = (problem.n_samples, problem.n_features)
    return as_masks("base", 1 if base is None else base, shape)


def _masked_residuals(problem: Problem, w: Any, masks: Any) -> Array:
    X, y, w = together(problem.X, problem.y, problem.weights(w))
    residuals: Array = checked("a residual", y - (as_masks("masks", masks, X.shape) * X) @ w)
    return residuals


def _flip_effects(X: Array, y: Array, w: Array, base: Array | None) -> tuple[Array, Array]:
    """Residuals (n,) at the base masks, and what flipping each unit adds to them (n, D)."""
    X, y, w = together(X, y, w)
    effects = X * w
    if base is None:
        return checked("a residual", y - X @ w), checked("a product x_ij w_j", effects)
    residuals = y - (base * X) @ w
    effects *= 2 * base - 1
    return checked("a residual", residuals), checked("a product x_ij w_j", effects)


def _extremes(residuals: Array, effects: Array, k: int) -> tuple[Array, Array]:
    """How far k flips can push each residual up, and how far down; float effects are used up.

    The larger of the two is max(|e| + P, M - |e|), whatever the sign of e.
    """
    above, below = tails(effects, k)
    return residuals + above, below - residuals


def _kth_lowest(J: Array, k: int) -> Array:
    """s_ik, the k-th lowest entry of each row, (N,)."""
    if is_exact(J):
        return np.array([row[order(-row)[k - 1]] for row in J], dtype=object)
    lowest: Array = np.partition(J, k - 1, axis=1)[:, k - 1]
    return lowest


def _decompose(problem: Problem, w: Any, masks: Any, size: Any, per_sample: bool) -> Decomposition:
    e, J = together(problem.residuals(w), jacobian(problem, w))
    dropped = 1 - as_masks("masks", masks, J.shape)
    directions = dropped * problem.X
    added = directions @ problem.weights(w)  # what dropping adds to e_i
    terms = (
        checked("the loss", e * e),
        checked("the l1 term", np.sum(dropped * size(J), axis=1)),
        checked("the quadratic term", added * added),
    )
    clean, l1, quadratic = terms if per_sample else (np.sum(term) for term in terms)
    return Decomposition(clean, l1, quadratic, directions)


def _total(what: str, residuals: Array, per_sample: bool) -> Any:
    losses = checked(what, residuals * residuals)
    return losses if per_sample else checked(what, np.sum(losses))
