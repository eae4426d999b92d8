"""ME-9: the graph edit distance, the Jaccard distance and the Euclidean distance of masks."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np

from linreg_theory.arrays import Array
from linreg_theory.cases.layers import MaskPairCase, MaskPairs
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides

Edge = tuple[str, int, int]


def pair(case: MaskPairCase, oracle: Oracle) -> Sides:
    """Both distances from sets, and the range of the Jaccard distance for this many flips.

    The Jaccard distance is given as its numerator and denominator. That of masks with d > 0
    differing units, s of H active in the first, is d over something from max(s, d) to
    min(s + d, H), and both ends are attained.
    """
    d, active = _squared(case.first - case.second), int(np.sum(case.first))
    union = case.first + case.second - case.first * case.second
    return (
        [_edits(case), *_jaccard(case.first, case.second), *_unions_within(case.first, d)],
        [
            (case.below + case.above) * d,
            d,
            _squared(union),
            max(active, d),
            min(active + d, len(case.first)),
        ],
    )


def printed(case: MaskPairCase, oracle: Oracle) -> Sides:
    """Both distances as the supplement gives them, squared so that they stay fractions."""
    layers, d = case.below + case.above, _squared(case.first - case.second)
    different, either = _jaccard(case.first, case.second)
    return (
        [_edits(case) ** 2, Fraction(different, either or 1) ** 2],
        [layers * layers * d, Fraction(d, either or 1)],
    )


def _squared(vector: Array) -> int:
    """The squared Euclidean norm, a whole number."""
    return int(vector @ vector)


def _edits(case: MaskPairCase) -> int:
    """Edges to delete or insert: an active unit has one to every unit below and above."""
    return len(_edges(case.first, case) ^ _edges(case.second, case))


def _edges(mask: Array, case: MaskPairCase) -> set[Edge]:
    sides = [("below", n) for n in range(case.below)] + [("above", n) for n in range(case.above)]
    return {(side, n, unit) for side, n in sides for unit in _units(mask)}


def _units(mask: Array) -> set[int]:
    return {unit for unit, kept in enumerate(mask) if kept == 1}


def _jaccard(first: Array, second: Array) -> tuple[int, int]:
    """How many units are active in one mask only, and in at least one."""
    return len(_units(first) ^ _units(second)), len(_units(first) | _units(second))


def _unions_within(first: Array, d: int) -> tuple[int, int]:
    """The fewest and the most units that a mask with d flips and the first have between them."""
    masks = (np.array(bits) for bits in itertools.product((0, 1), repeat=len(first)))
    pairs = (_jaccard(first, mask) for mask in masks)
    unions = [either for different, either in pairs if different == d]
    return min(unions), max(unions)


def _claiming(place: int, value: Any) -> Any:
    """The pair with one of its claimed entries replaced."""

    def mutant(case: MaskPairCase, oracle: Oracle) -> Sides:
        computed, _ = pair(case, oracle)
        return computed[place : place + 1], [value(case)]

    return mutant


def _flips(case: MaskPairCase) -> int:
    return _squared(case.first - case.second)


CLAIM = Claim(
    ref="ME-9",
    name="mask_distances_are_squared_norms",
    source="Method, General Expression, and the supplement it names",
    wording="GED(g1, g2) = (N_l + N_u) ||e1 - e2||_2 and JD(e1, e2) = ||e1 - e2||_2 /"
    " ||e1 + e2 - e1 e2||_2, so all three distances are proportional.",
    statement=r"GED = (N_l + N_u) \|\epsilon^1 - \epsilon^2\|_2^2,\quad"
    r" JD = \frac{\|\epsilon^1 - \epsilon^2\|_2^2}"
    r"{\|\epsilon^1 + \epsilon^2 - \epsilon^1 \epsilon^2\|_2^2};\quad"
    r" \frac{d}{\min(s + d, H)} \le JD \le \frac{d}{\max(s, d)} \text{, both attained,}"
    r"\ d = \|\epsilon^1 - \epsilon^2\|_2^2 > 0,\ s = \|\epsilon^1\|_2^2",
    verdict="corrected",
    plain="Both need squared norms; the Jaccard distance is no function of the Euclidean one.",
    relation="=",
    family=MaskPairs(),
    # Not symbolic: both sides count the elements of sets.
    kinds=("exact", "property"),
    pair=pair,
    mutants=(
        Mutant("one layer of edges only", _claiming(0, lambda c: c.below * _flips(c))),
        Mutant("layers multiplied", _claiming(0, lambda c: c.below * c.above * _flips(c))),
        Mutant(
            "counts shared units twice",
            _claiming(2, lambda c: int(np.sum(c.first) + np.sum(c.second))),
        ),
        Mutant(
            "no layer is ever full",
            _claiming(4, lambda c: int(np.sum(c.first)) + _flips(c)),
        ),
        Mutant("flips only drop", _claiming(4, lambda c: int(np.sum(c.first)))),
    ),
    printed=printed,
    counterexample={
        "first": ["1", "1"],
        "second": ["1", "0"],
        "below": "1",
        "above": "1",
        "computed": ["4", "1/4"],
        "claimed": ["4", "1/2"],
    },
)
