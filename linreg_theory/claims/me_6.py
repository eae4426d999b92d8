"""ME-6: Algorithm 1 and the limit it is to respect."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np

from linreg_theory.arithmetic import maximum, sign
from linreg_theory.arrays import Array
from linreg_theory.cases.masks import MaskSearch, MaskSearchCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.masks import algorithm_1, algorithm_1_transcribed, flips


def pair(case: MaskSearchCase, oracle: Oracle) -> Sides:
    """The algorithm line by line and repaired, and what each of them is.

    Printed, it is the selection of one flip too many: the test comes before the flip. Repaired,
    it keeps to the limit and has the largest linear gain of all masks within the limit.
    """
    printed, repaired = _transcribed(case), _repaired(case)
    within = math.floor(_squared(case))
    counts = [flips(case.base, printed), flips(case.base, repaired)]
    useful = _candidates(case)
    return (
        [printed, *counts, _best_gain(case)],
        [
            algorithm_1(case.base, case.jacobian, case.limit),
            min(useful, within + 1),
            min(useful, within),
            (repaired - case.base) @ case.jacobian,
        ],
    )


def printed(case: MaskSearchCase, oracle: Oracle) -> Sides:
    """The squared distance of the printed algorithm's mask, and the squared limit."""
    return flips(case.base, _transcribed(case)), _squared(case)


def _transcribed(case: MaskSearchCase) -> Array:
    return algorithm_1_transcribed(case.base, case.jacobian, case.limit)


def _repaired(case: MaskSearchCase) -> Any:
    return algorithm_1(case.base, case.jacobian, case.limit, "repaired")


def _squared(case: MaskSearchCase) -> Fraction:
    return Fraction(case.limit) ** 2


def _candidates(case: MaskSearchCase) -> int:
    """How many units raise the linearised divergence when flipped: on if J > 0, off if J < 0."""
    useful: Array = np.where(case.base == 1, -1, 1) * sign(case.jacobian) > 0
    return int(np.sum(useful))


def _best_gain(case: MaskSearchCase) -> Any:
    """The largest (m - base)'J over the masks whose squared distance is within the limit's."""
    masks = np.array(list(itertools.product((0, 1), repeat=len(case.base))))
    near = masks[np.sum((masks - case.base) ** 2, axis=1) <= _squared(case)]
    return maximum(((near - case.base) @ case.jacobian)[None, :])[0]


def _counted(allowed: Any, *, useful: Any = _candidates) -> Any:
    """The flips of the printed and the repaired algorithm, as min(useful, allowed + 1 or 0)."""

    def mutant(case: MaskSearchCase, oracle: Oracle) -> Sides:
        computed, _ = pair(case, oracle)
        most, least = allowed(case)
        return computed[1:3], [min(useful(case), most), min(useful(case), least)]

    return mutant


def _limits(case: MaskSearchCase) -> tuple[int, int]:
    within = math.floor(_squared(case))
    return within + 1, within


def _first_units(case: MaskSearchCase, oracle: Oracle) -> Sides:
    helpful = np.where(case.base == 1, -1, 1) * sign(case.jacobian)
    return _best_gain(case), sum(
        np.abs(value) for value in case.jacobian[helpful > 0][: math.floor(_squared(case))]
    )


CLAIM = Claim(
    ref="ME-6",
    name="algorithm_1_overshoots_by_one_flip",
    source="Method, Algorithm 1",
    wording="Algorithm 1 changes the mask until ||eps^s - eps^adv||_2 <= delta H, so its mask is"
    " within the limit.",
    statement=r"\|\epsilon^s - \epsilon^{adv}\|_2^2 = \min(c, \lfloor l^2 \rfloor + 1)"
    r" \text{ as printed, } l = \delta H,\ c = |\{j : \text{a flip of } j \text{ helps}\}|;"
    r"\quad \text{flipping } \min(c, \lfloor l^2 \rfloor) \text{ units by falling } |J_j|"
    r" \text{ maximises } (\epsilon - \epsilon^s)^\top J \text{ within the limit}",
    verdict="refuted",
    plain="Algorithm 1 tests before it flips, so it may end one flip outside its limit.",
    relation="=",
    family=MaskSearch(frozenset({"limit"})),
    pair=pair,
    mutants=(
        Mutant("the printed loop stops in time", _counted(lambda c: (_limits(c)[1],) * 2)),
        Mutant(
            "limit for its square",
            _counted(lambda c: (_limits(c)[0], math.floor(c.limit))),
        ),
        Mutant("every unit is worth a flip", _counted(_limits, useful=lambda c: len(c.base))),
        Mutant("flips the first units, not the largest |J|", _first_units),
    ),
    printed=printed,
    printed_relation="<=",
    counterexample={
        "base": ["1"],
        "jacobian": ["-1"],
        "limit": "0",
        "computed": "1",
        "claimed": "0",
    },
)
