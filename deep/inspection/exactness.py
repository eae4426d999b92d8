"""Whether no allowed mask before a linear softmax head does more harm than a given one.

  HeadAttack            == one sample's search: V (H, C) what each unit adds to each logit, biases,
                           target, base mask, budget, how masks are scaled
  p.harm(m)             == log sum_c exp(z_c - t.z), the cross entropy CE[t, f(m)] of logits z;
                           KL[t, f(m)] less a constant of the target t
  none_is_worse(p, m, n) == True if m attains the maximum of the harm over all masks within the
                           budget, False if some mask exceeds it, None if n nodes do not decide

The harm grows in each centred logit z_c - t.z, and each of these alone is largest at a mask found
by sorting (claim BY-14); so the largest of each class together bound the harm from above, within
log C. Branch and bound splits on which unit flips next and asks that bound about the rest.
Renormalised masks are taken by how many units go off and on, as that fixes their scale. All in
float64, equal up to a relative 1e-9 counting as equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["HeadAttack", "none_is_worse"]

Floats = NDArray[np.float64]

_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class HeadAttack:
    """The search for the worst mask of one sample.

    Attributes
    ----------
    contributions : array, shape (H, C)
        h_j W_jc.
    biases : array, shape (C,)
    target : array, shape (C,)
        A distribution over the classes.
    base : array of bool, shape (H,)
        The units on at the start.
    budget : int
        The most flips.
    scale : float or None
        What a mask is multiplied by; None: renormalised to sum to H.
    """

    contributions: Floats
    biases: Floats
    target: Floats
    base: NDArray[np.bool_]
    budget: int
    scale: float | None

    def harm(self, mask: NDArray[np.bool_]) -> float:
        """The cross entropy of the target and the output under a mask (H,)."""
        logits = (
            self.biases + self.factor(int(mask.sum())) * mask.astype(float) @ self.contributions
        )
        return float(_log_sum_exp(self.centred(logits)))

    def factor(self, kept: int) -> float:
        """What a mask of so many units is multiplied by."""
        return len(self.base) / max(kept, 1) if self.scale is None else self.scale

    def centred(self, logits: Floats) -> Floats:
        """Logits (..., C) less their mean under the target; softmax does not see the difference."""
        return logits - (logits @ self.target)[..., None]


@dataclass(frozen=True, eq=False)
class _Group:
    """Flips of which `count` are made: exactly that many, or at most.

    `changes` (n, C) are in the order of branching; `best` (n + 1, count + 1, C) holds at [p, r]
    the most that r of the changes from p on add to each class, -inf if there are not r.
    """

    changes: Floats
    best: Floats
    count: int
    exactly: bool

    def times(self, factor: float) -> _Group:
        return _Group(self.changes * factor, self.best * factor, self.count, self.exactly)


def none_is_worse(problem: HeadAttack, mask: NDArray[np.bool_], nodes: int) -> bool | None:
    """Whether a mask (H,) within the budget attains the largest harm.

    Raises
    ------
    ValueError
        If the mask flips more than the budget.
    """
    flips = int(np.sum(mask != problem.base))
    if flips > problem.budget:
        raise ValueError(f"mask must flip at most {problem.budget} units, got {flips}")
    reached = problem.harm(mask)
    goal = reached + _TOLERANCE * (1 + abs(reached))
    search = _Search(goal, nodes)
    decided = True
    for start, groups in _cases(problem, mask):
        exceeded = search.exceeds(start, groups)
        if exceeded:
            return False
        decided &= exceeded is not None
    return True if decided else None


class _Search:
    """Branch and bound for a harm above a goal, with one supply of nodes."""

    def __init__(self, goal: float, nodes: int) -> None:
        self._goal = goal
        self._nodes = nodes

    def exceeds(self, start: Floats, groups: list[_Group]) -> bool | None:
        """Whether some choice of flips gets above the goal; None if the nodes run out."""
        rest = [np.zeros_like(start)]  # the most that groups from g on add, last first
        for group in reversed(groups):
            rest.append(rest[-1] + group.best[0, group.count])
        rest.reverse()
        if not _log_sum_exp(start + rest[0]) > self._goal:
            return False
        if not (groups and groups[0].exactly) and self._above(start):
            return True  # without a flip
        if any(self._above(u) for u in _best_of_each_class(start, groups)):
            return True
        if not groups:
            return False
        stack = [(start, 0, 0, groups[0].count)]
        while stack:
            if self._nodes == 0:
                return None
            self._nodes -= 1
            u, g, p, left = stack.pop()
            group = groups[g]
            children = u + group.changes[p:]
            bounds = _log_sum_exp(children + group.best[p + 1 :, left - 1] + rest[g + 1])
            complete = g + 1 == len(groups) and (left == 1 or not group.exactly)
            if complete and np.any(_log_sum_exp(children) > self._goal):
                return True
            for i in np.flatnonzero(bounds > self._goal)[::-1]:
                if left > 1:
                    stack.append((children[i], g, p + int(i) + 1, left - 1))
                elif g + 1 < len(groups):
                    stack.append((children[i], g + 1, 0, groups[g + 1].count))
        return False

    def _above(self, u: Floats) -> bool:
        return bool(_log_sum_exp(u) > self._goal)


def _cases(problem: HeadAttack, mask: NDArray[np.bool_]) -> Iterator[tuple[Floats, list[_Group]]]:
    """Centred logits at the base and groups of flips, which together are all allowed masks."""
    centred = problem.centred(problem.contributions)
    biases = problem.centred(problem.biases)
    on = problem.base.astype(float) @ centred
    # Branching goes by what counts at the mask that is to be judged.
    weights = _outputs(problem, mask)
    k = problem.budget
    kept = int(problem.base.sum())
    if problem.scale is not None:
        changes = np.where(problem.base[:, None], -centred, centred)
        group = _group(changes, weights, k, exactly=False).times(problem.scale)
        yield biases + problem.scale * on, [group] if k else []
        return
    off, of = _group(-centred[problem.base], weights, k), _group(centred[~problem.base], weights, k)
    for removed in range(min(k, len(off.changes)) + 1):
        for added in range(min(k - removed, len(of.changes)) + 1):
            factor = problem.factor(kept - removed + added)
            groups = [
                _Group(each.changes, each.best[:, : count + 1], count, True).times(factor)
                for each, count in ((off, removed), (of, added))
                if count
            ]
            yield biases + factor * on, groups


def _outputs(problem: HeadAttack, mask: NDArray[np.bool_]) -> Floats:
    """The probabilities of the classes under a mask, (C,)."""
    factor = problem.factor(int(mask.sum()))
    logits = problem.biases + factor * mask.astype(float) @ problem.contributions
    with np.errstate(under="ignore"):
        outputs: Floats = np.exp(logits - _log_sum_exp(logits))
    return outputs


def _group(changes: Floats, weights: Floats, count: int, exactly: bool = True) -> _Group:
    if not exactly:
        changes = changes[np.any(changes != 0, axis=1)]  # they add nothing
    changes = changes[np.argsort(-(changes @ weights), kind="stable")]
    floor = -np.inf if exactly else 0.0
    top = np.full((count, changes.shape[1]), floor)
    best = np.zeros((len(changes) + 1, count + 1, changes.shape[1]))
    best[-1, 1:] = np.cumsum(top, axis=0)
    for p in range(len(changes) - 1, -1, -1):
        top = -np.sort(-np.vstack([top, changes[p]]), axis=0)[:count]
        best[p, 1:] = np.cumsum(top, axis=0)
    return _Group(changes, best, count, exactly)


def _best_of_each_class(start: Floats, groups: list[_Group]) -> Iterator[Floats]:
    """Where the flips that raise one class most lead, for each class."""
    for c in range(len(start)):
        u = start
        for group in groups:
            order = np.argsort(-group.changes[:, c], kind="stable")[: group.count]
            if not group.exactly:
                order = order[group.changes[order, c] > 0]
            u = u + group.changes[order].sum(axis=0)
        yield u


def _log_sum_exp(u: Floats) -> Floats:
    """Over the last axis; -inf entries count nothing, rows of them give -inf."""
    top = np.max(u, axis=-1)
    safe = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore", under="ignore"):
        result: Floats = safe + np.log(np.sum(np.exp(u - safe[..., None]), axis=-1))
    return result
