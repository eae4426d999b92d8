"""The definition: try everything. Slow, and what every clever way is compared with.

  mask_space(base, k)             == all masks within k flips of one mask, (M, D)
  enumerate_masks(p, w, k, base)  == the best of them for each sample
  largest_masked_loss(...)        == the largest loss alone, also on symbols
  largest_ball_loss(p, w, d)      == the largest loss over the corners of the l_inf balls

At most 2^20 masks a sample; the cost is that many losses.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from linreg_theory.arithmetic import maximum
from linreg_theory.arrays import Array, as_budget, as_masks, as_radius, together, with_scalar
from linreg_theory.problem import Problem
from linreg_theory.solvers.solution import Solution

__all__ = ["enumerate_masks", "largest_ball_loss", "largest_masked_loss", "mask_space"]

_MOST_MASKS = 1 << 20


def mask_space(base: Any, k: int) -> Array:
    """All masks (M, D) that differ from the mask `base` (D,) in at most k units.

    Raises
    ------
    ValueError
        If there are more than 2^20 of them.
    """
    start = np.asarray(base)
    count = sum(math.comb(len(start), size) for size in range(k + 1))
    if count > _MOST_MASKS:
        raise ValueError(
            f"k = {k} flips of {len(start)} units make {count} masks, more than enumeration "
            f"tries ({_MOST_MASKS}); use solvers.integer_masks or worst_case_masks"
        )
    chosen = itertools.chain.from_iterable(
        itertools.combinations(range(len(start)), size) for size in range(k + 1)
    )
    masks = np.repeat(start[None, :].astype(np.int8), count, axis=0)
    for mask, units in zip(masks, chosen, strict=True):
        mask[list(units)] ^= 1
    return masks


def enumerate_masks(problem: Problem, w: Any, k: int, base: Any = None) -> Solution:
    """The mask with the largest loss for each sample, by trying every one.

    Parameters
    ----------
    problem : Problem
    w : array-like, shape (D,)
    k : int
        At most so many flips, from 0 to D.
    base : array-like, shape (N, D) or (D,), optional
        Masks to start from; all ones if None.

    Returns
    -------
    Solution
        Its bound equals its losses: nothing was left out.

    Raises
    ------
    TypeError, ValueError
        For unusable input, or more than 2^20 masks per sample.
    """
    starts, reached = _residuals(problem, w, k, base)
    masks, losses = [], []
    for start, residuals in zip(starts, reached, strict=True):
        best = int(np.argmax(residuals * residuals))
        masks.append(mask_space(start, k)[best])
        losses.append(residuals[best] ** 2)
    values = np.array(losses, dtype=reached[0].dtype)
    return Solution(np.array(masks), values, values, "enumeration", "every mask was tried")


def largest_masked_loss(problem: Problem, w: Any, k: int, base: Any = None) -> Array:
    """The largest loss (N,) over at most k flips; the squared largest absolute residual."""
    _, reached = _residuals(problem, w, k, base)
    residuals = np.stack(reached)
    largest = maximum(np.concatenate([residuals, -residuals], axis=1))
    losses: Array = largest * largest
    return losses


def largest_ball_loss(problem: Problem, w: Any, delta: Any) -> Array:
    """The largest loss (N,) over the corners of the l_inf balls of radius delta.

    The loss is convex in the perturbation, so some corner is worst.
    """
    radius, e, w = with_scalar(as_radius("delta", delta), problem.residuals(w), problem.weights(w))
    corners = np.array(list(itertools.product((-1, 1), repeat=len(w))), dtype=np.int8)
    residuals = e[:, None] - radius * (corners @ w)
    largest = maximum(np.concatenate([residuals, -residuals], axis=1))
    losses: Array = largest * largest
    return losses


def _residuals(problem: Problem, w: Any, k: int, base: Any) -> tuple[Array, list[Array]]:
    """The residuals of each sample under each of its masks."""
    k = as_budget("k", k, problem.n_features)
    shape = (problem.n_samples, problem.n_features)
    starts = as_masks("base", 1 if base is None else base, shape)
    X, y, w = together(problem.X, problem.y, problem.weights(w))
    return starts, [
        target - mask_space(start, k) @ (row * w)
        for start, row, target in zip(starts, X, y, strict=True)
    ]
