"""The vector k-norm: the sum of the k largest absolute values.

  norm(v, k)            == ||v||_(k), with ||v||_(1) = max |v_j| and ||v||_(D) = sum |v_j|
  dual_norm(u, k)       == max(max |u_j|, sum |u_j| / k), the largest u'v with ||v||_(k) <= 1
  project(v, k, radius) == the nearest point of the dual ball, |u_j| <= radius and
                           sum |u_j| <= k radius
  prox(v, k, step)      == the minimiser of step ||u||_(k) + ||u - v||_2^2 / 2

k goes from 1 to D; at k = 0 the sum is zero and no norm. What k drops can do to a sample whose
products a_ij all raise its residual is ||a_i||_(k). In the language of sorted l1 norms it has
the weights one, k times, and then zero, D - k times. The projection is clipped sizes less a
threshold, and the threshold solves one linear equation between two of its 2 D corners;
prox(v) = v - project(v) (Moreau). Fractions stay fractions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.arithmetic import checked, maximum, order, positive_part, quiet, sign, top_sum
from linreg_theory.arrays import Array, as_array, as_budget, as_radius, with_scalar

__all__ = ["dual_norm", "norm", "project", "prox"]


@quiet
def norm(v: Any, k: int) -> Any:
    """The sum of the k largest |v_j|.

    Parameters
    ----------
    v : array-like, shape (D,)
    k : int
        From 1 to D.

    Raises
    ------
    TypeError, ValueError
        For an unusable vector or k.
    OverflowError
        If the sum is not a finite float.
    """
    v, k = _vector("v", v, k)
    return checked("the norm", top_sum(np.abs(v)[None, :], k)[0])


@quiet
def dual_norm(u: Any, k: int) -> Any:
    """max(max |u_j|, sum |u_j| / k). Parameters and errors as `norm`."""
    u, k = _vector("u", u, k)
    sizes = np.abs(u)
    mean = np.sum(sizes) / k
    return checked("the dual norm", maximum(np.append(sizes, mean)[None, :])[0])


@quiet
def project(v: Any, k: int, radius: Any) -> Array:
    """The point of the ball {u : dual_norm(u) <= radius} that is nearest to v.

    Parameters
    ----------
    v : array-like, shape (D,)
    k : int
        From 1 to D.
    radius : number
        At least 0.

    Raises
    ------
    TypeError, ValueError
        For an unusable vector, k or radius.
    OverflowError
        If a sum is not a finite float.
    """
    v, k = _vector("v", v, k)
    radius, v = with_scalar(as_radius("radius", radius), v)
    sizes = np.abs(v)
    projected: Array = sign(v) * _clipped(sizes, _threshold(sizes, k, radius), radius)
    return projected


@quiet
def prox(v: Any, k: int, step: Any) -> Array:
    """The minimiser u of step ||u||_(k) + ||u - v||_2^2 / 2, by Moreau's decomposition.

    Parameters as `project`, the step for the radius.
    """
    v, k = _vector("v", v, k)
    step, v = with_scalar(as_radius("step", step), v)
    moved: Array = v - project(v, k, step)
    return moved


def _vector(name: str, value: Any, k: int) -> tuple[Array, int]:
    vector = as_array(name, value, 1)
    if as_budget("k", k, len(vector)) == 0:
        raise ValueError(f"k must be between 1 and {len(vector)}, got 0")
    return vector, int(k)


def _clipped(sizes: Array, threshold: Any, radius: Any) -> Array:
    """max(0, min(sizes - threshold, radius))."""
    above = positive_part(sizes - threshold)
    clipped: Array = above - positive_part(above - radius)
    return clipped


def _threshold(sizes: Array, k: int, radius: Any) -> Any:
    """The smallest t >= 0 at which the clipped sizes sum to at most k radius.

    Their sum falls with t and is linear between the corners, sizes and sizes less the radius.
    """
    budget = k * radius

    def total(t: Any) -> Any:
        return checked("a sum of sizes", np.sum(_clipped(sizes, t, radius)))

    zero = 0 * radius
    if total(zero) <= budget:
        return zero
    corners = positive_part(np.concatenate([sizes, sizes - radius]))
    corners = corners[order(-corners)]
    low, high = 0, len(corners) - 1  # at the largest size nothing is left
    while low < high:  # the first corner that is within the budget
        middle = (low + high) // 2
        low, high = (low, middle) if total(corners[middle]) <= budget else (middle + 1, high)
    right = corners[low]
    left = corners[low - 1] if low else zero
    most, least = total(left), total(right)
    return right - (right - left) * (budget - least) / (most - least)
