"""Which units an adversary flips: one selection rule, and the paper's Algorithm 1.

  mask                    == zeros and ones over H units; 1 keeps a unit, 0 drops it
  base                    == the mask to start from (the paper's eps^s)
  scores, jacobian        == J, the derivative of the divergence by the mask, per unit
  flip_at_most(b, J, n)   == b with the n most valuable flips made; n = 0: b itself
  flips(a, b)             == how many units differ, along the last axis
  allowed_flips(limit)    == how many flips a limit on the distance allows
  algorithm_1(b, J, l)    == Algorithm 1, as printed or repaired
  algorithm_1_transcribed == the same, line by line as printed, for one mask: the definition

A flip of unit j changes the linearised divergence by |J_j| if it goes the right way: on
where the base is 0 and J > 0, off where it is 1 and J < 0. All flips cost the same, so
taking the largest is exact (the knapsack of the paper has unit weights).

`flip_at_most` and `algorithm_1` follow the Python array API standard: NumPy and torch
alike, on any device, batched over leading axes, in the dtype of `base`.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj, is_torch_namespace

from linreg_theory.arithmetic import order, sign
from linreg_theory.arrays import Array, as_budget, as_radius

__all__ = ["algorithm_1", "algorithm_1_transcribed", "allowed_flips", "flip_at_most", "flips"]

Reading = Literal["literal", "repaired"]
Norm = Literal["euclidean", "flips"]


def flip_at_most(base: Any, scores: Any, budget: int) -> Any:
    """Flip the `budget` units whose flips raise the linearised divergence most.

    A unit may flip on where `base` is 0 and its score is positive, off where `base` is 1 and
    its score is negative. Among those the `budget` largest absolute scores flip; equal
    scores are taken by index, lowest first.

    Parameters
    ----------
    base : array, shape (…, H)
        Masks of zeros and ones, of any dtype.
    scores : array, shape (…, H)
        The Jacobian J. Broadcast against `base`.
    budget : int
        The number of flips that is never exceeded, from 0 to H.

    Returns
    -------
    array, shape (…, H)
        The flipped masks, in the dtype of `base`. Linear in H for NumPy.

    Raises
    ------
    TypeError
        If `budget` is not an integer.
    ValueError
        If `base` holds anything but zeros and ones, a score is not finite, or the budget is
        outside 0..H.
    Undecided
        If the scores are symbols whose order is not determined.
    """
    base, on, scores, xp = _masks_and_scores(base, scores)
    budget = as_budget("budget", budget, base.shape[-1])
    if _holds_objects(scores):
        eligible = (on & _below_zero(scores)) | (~on & _below_zero(-scores))
        chosen = _chosen_objects(eligible, scores, budget)
    elif budget == 0:
        chosen = xp.zeros_like(on)
    else:
        gain = xp.where(on, -scores, scores)  # of a flip; those of no gain are not made
        chosen = _chosen(xp, gain > 0, gain, budget)
    return xp.astype(on ^ chosen, base.dtype)


def flips(first: Any, second: Any) -> Any:
    """Number of units in which two masks differ, along the last axis: ||first - second||_2^2."""
    first, second = _as_array(first), _as_array(second)
    xp = array_namespace(first, second)
    return xp.sum(xp.astype(first != second, xp.int64), axis=-1)


def allowed_flips(limit: Any, norm: Norm = "euclidean") -> int:
    """The largest number of flips within a limit on the distance between two masks.

    The Euclidean distance of two masks is the square root of the number of flips, so
    `norm="euclidean"` (the constraint as printed) allows floor(limit^2) of them, and
    `norm="flips"` (what the authors' program counts) floor(limit).
    """
    radius = as_radius("limit", limit)
    exact = _fraction(radius)
    if norm not in ("euclidean", "flips"):
        raise ValueError(f'norm must be "euclidean" or "flips", got {norm!r}')
    return math.floor(exact * exact if norm == "euclidean" else exact)


def algorithm_1(
    base: Any,
    jacobian: Any,
    limit: Any,
    reading: Reading = "literal",
    norm: Norm = "euclidean",
) -> Any:
    """Algorithm 1 of the paper, which looks for the adversarial dropout mask.

    Parameters
    ----------
    base : array, shape (…, H)
        The masks eps^s to start from.
    jacobian : array, shape (…, H)
        J.
    limit : number
        The bound on ||eps^s - eps^adv||, delta H in the paper.
    reading : {"literal", "repaired"}
        As printed, the loop tests the distance before it flips, so it may end one flip
        outside the bound. Repaired, it never does.
    norm : {"euclidean", "flips"}
        How the bound is read, see `allowed_flips`.

    Returns
    -------
    array, shape (…, H)
        The masks eps^adv, in the dtype of `base`.

    Raises
    ------
    TypeError, ValueError
        As `flip_at_most`, and for a limit that is negative, infinite or NaN.
    """
    if reading not in ("literal", "repaired"):
        raise ValueError(f'reading must be "literal" or "repaired", got {reading!r}')
    budget = allowed_flips(limit, norm) + (reading == "literal")
    units = _as_array(base).shape[-1:]
    return flip_at_most(base, jacobian, min(budget, *units) if units else budget)


def algorithm_1_transcribed(base: Any, jacobian: Any, limit: Any) -> Array:
    """Algorithm 1 line by line as printed, for one mask (H,): slow, and the definition.

    The line numbers are the paper's. Equal |J| are visited by index.
    """
    radius_squared = _fraction(as_radius("limit", limit)) ** 2
    start, J = np.asarray(base), np.asarray(jacobian)
    i = order(np.abs(J))  # lines 2 and 3
    adversarial = start.copy()  # line 4
    d = 0  # line 5, counting from zero
    while int(flips(start, adversarial)) <= radius_squared and d < len(start):  # line 6
        unit = i[d]
        if adversarial[unit] == 0 and J[unit] > 0:  # line 7
            adversarial[unit] = 1
        elif adversarial[unit] == 1 and J[unit] < 0:  # line 9
            adversarial[unit] = 0
        d += 1  # line 12
    return adversarial


def _fraction(limit: Any) -> Fraction:
    if isinstance(limit, (int, float)):
        return Fraction(limit)
    try:
        return Fraction(int(limit.numerator), int(limit.denominator))
    except (AttributeError, TypeError):
        raise TypeError(f"limit must be a number, got {limit!r}") from None


def _as_array(value: Any) -> Any:
    return value if is_array_api_obj(value) else np.asarray(value)


def _holds_objects(scores: Any) -> bool:
    return bool(scores.dtype == np.dtype(object)) if isinstance(scores, np.ndarray) else False


def _masks_and_scores(base: Any, scores: Any) -> tuple[Any, Any, Any, Any]:
    base, scores = _as_array(base), _as_array(scores)
    xp = array_namespace(base, scores)
    if base.ndim == 0 or base.shape[-1] == 0:
        raise ValueError(f"base must have at least one unit, got shape {tuple(base.shape)}")
    try:
        base, scores = xp.broadcast_arrays(base, scores)
    except (ValueError, RuntimeError):
        raise ValueError(
            f"scores must fit the shape of base, {tuple(base.shape)}, got {tuple(scores.shape)}"
        ) from None
    on = base == 1
    if not xp.all(on | (base == 0)):
        raise ValueError("base must hold zeros and ones only")
    if not _holds_objects(scores):
        if xp.isdtype(scores.dtype, ("bool", "complex floating")):
            raise TypeError(f"scores must be real numbers, got dtype {scores.dtype}")
        # NaN is the largest and the smallest; asking each entry costs torch as much as the choice.
        if 0 not in scores.shape and not all(
            xp.isfinite(extreme(scores)) for extreme in (xp.max, xp.min)
        ):
            raise ValueError("scores must be finite, got NaN or infinity")
    return base, on, scores, xp


def _below_zero(scores: Any) -> Any:
    if not _holds_objects(scores):
        return scores < 0
    return np.asarray(sign(scores) == -1, dtype=bool)


def _chosen(xp: Any, eligible: Any, gain: Any, budget: int) -> Any:
    """The `budget` largest gains among the eligible, ties by index, by one selection."""
    threshold = _kth_largest(xp, gain, budget)
    reached = eligible & (gain >= threshold)
    if not xp.any(xp.count_nonzero(reached, axis=-1) > budget):  # no ties to break
        return reached
    above = gain > threshold
    level = reached & ~above
    left = budget - xp.sum(xp.astype(above, xp.int64), axis=-1, keepdims=True)
    place = xp.cumulative_sum(xp.astype(level, xp.int64), axis=-1)
    return above | (level & (place <= left))


def _kth_largest(xp: Any, values: Any, k: int) -> Any:
    """The k-th largest entry along the last axis, (…, 1), by the library's own selection."""
    low = values.shape[-1] - k
    if isinstance(values, np.ndarray):
        return np.partition(values, low, axis=-1)[..., low : low + 1]
    if is_torch_namespace(xp):
        return xp.topk(values, k, dim=-1).values[..., -1:]
    return xp.sort(values, axis=-1)[..., low : low + 1]


def _chosen_objects(eligible: Array, scores: Array, budget: int) -> Array:
    """The same choice on fractions and symbols: only eligible scores are compared."""
    chosen = np.zeros(eligible.shape, dtype=bool)
    for index in np.ndindex(eligible.shape[:-1]):
        (units,) = np.nonzero(eligible[index])
        ranked = order(np.abs(scores[index][units])) if len(units) > budget else range(len(units))
        chosen[index][units[list(ranked)[:budget]]] = True
    return chosen
