"""ME-8: the 0/1 knapsack behind Algorithm 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from linreg_theory.arithmetic import maximum, order, positive_part
from linreg_theory.arrays import Array
from linreg_theory.cases.masks import MaskSearch, MaskSearchCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.masks import flip_at_most


def pair(case: MaskSearchCase, oracle: Oracle) -> Sides:
    """The knapsack with a weight of one for each unit, by Bellman's recursion, and by sorting."""
    exact = _knapsack(_gains(case), [1] * len(case.base), case.budget)
    return exact, _sorted_gain(case, case.jacobian, case.budget)


def printed(case: MaskSearchCase, oracle: Oracle) -> Sides:
    """Units of any weight: taken by value while they fit, and by Bellman's recursion."""
    assert case.weights is not None
    gains, left, taken = _gains(case), case.budget, []
    lightest_first = np.argsort(case.weights, kind="stable")
    for unit in lightest_first[order(gains[lightest_first])]:
        if case.weights[unit] <= left:
            left -= case.weights[unit]
            taken.append(gains[unit])
    exact = _knapsack(gains, case.weights.tolist(), case.budget)
    return sum(taken, start=0 * gains[0]), exact


def _gains(case: MaskSearchCase) -> Array:
    """What flipping each unit adds to the linearised divergence, zero if it would lower it."""
    return positive_part((1 - 2 * case.base) * case.jacobian)


def _knapsack(gains: Array, weights: Sequence[int], budget: int) -> Any:
    """The largest gain for a weight of at most the budget: the 0/1 knapsack, exactly.

    best[c] is the largest gain of the units seen so far for a weight of at most c; a unit is
    left out or, where it fits, added to the best of the rest.
    """
    best = [0 * gains[0]] * (budget + 1)
    for gain, weight in zip(gains, weights, strict=True):
        for c in range(budget, weight - 1, -1):
            best[c] = _larger(best[c], best[c - weight] + gain)
    return best[budget]


def _larger(first: Any, second: Any) -> Any:
    both = np.empty((1, 2), dtype=np.result_type(type(first), type(second)))
    both[0] = first, second
    return maximum(both)[0]


def _sorted_gain(case: MaskSearchCase, scores: Array, budget: int) -> Any:
    """The linear gain of the mask that the selection rule finds for these scores."""
    flipped = flip_at_most(case.base, scores, budget)
    return (flipped - case.base) @ case.jacobian


def _with(change: Any) -> Any:
    def mutant(case: MaskSearchCase, oracle: Oracle) -> Sides:
        scores, budget = change(case)
        return pair(case, oracle)[0], _sorted_gain(case, scores, budget)

    return mutant


def _unbounded(case: MaskSearchCase, oracle: Oracle) -> Sides:
    """Each unit may be packed again and again: the recursion runs upwards."""
    gains = _gains(case)
    best = maximum(gains[None, :])[0]
    return case.budget * best, pair(case, oracle)[1]


CLAIM = Claim(
    ref="ME-8",
    name="unit_knapsack_is_solved_by_sorting",
    source="Method, below Formula 11, and Algorithm 1",
    wording="Finding the mask is a 0/1 knapsack problem, and Algorithm 1 is based on the dynamic"
    " programming for it.",
    statement=r"\max_{|F| \le k} \sum_{j \in F} c_j = \text{the sum of the } k \text{ largest }"
    r" c_j,\quad c_j = ((1 - 2\epsilon^s_j) J_j)_+:"
    r"\ \text{every unit weighs one, so sorting is exact}",
    verdict="corrected",
    plain="Every unit weighs one, so sorting is exact; with unequal weights it is not.",
    relation="=",
    family=MaskSearch(frozenset({"budget"})),
    pair=pair,
    mutants=(
        Mutant("one flip more", _with(lambda c: (c.jacobian, min(len(c.base), c.budget + 1)))),
        Mutant("flips the wrong way", _with(lambda c: (-c.jacobian, c.budget))),
        Mutant("forgets to flip on", _with(lambda c: (c.jacobian * c.base, c.budget))),
        Mutant("packs a unit more than once", _unbounded),
    ),
    printed=printed,
    printed_family=MaskSearch(frozenset({"budget", "weights"}), drops=True),
    counterexample={
        "base": ["1", "1", "1"],
        "jacobian": ["-2", "-2", "-3"],
        "budget": "2",
        "weights": ["1", "1", "2"],
        "computed": "3",
        "claimed": "4",
    },
)
