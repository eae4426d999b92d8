"""What follows in a small example of the method: masks, flips and outputs in numbers.

of_layers(case)  == Quantities of a search for masks, a layer, two masks, or a softmax head
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from linreg_theory.arithmetic import root
from linreg_theory.cases.heads import HeadCase
from linreg_theory.cases.layers import LayerCase, MaskPairCase
from linreg_theory.cases.masks import MaskSearchCase
from linreg_theory.masks import algorithm_1, algorithm_1_transcribed, allowed_flips, flips
from linreg_theory.report.quantities import Quantity, quantity

__all__ = ["of_layers"]


def of_layers(case: Any) -> Iterator[Quantity]:
    """What the package's functions make of the case."""
    if isinstance(case, MaskSearchCase) and "limit" in case.vary:
        yield from _searched(case)
    elif isinstance(case, LayerCase):
        yield from _limited(case)
    elif isinstance(case, MaskPairCase):
        apart = flips(case.first, case.second)
        yield quantity("\\|\\epsilon^1 - \\epsilon^2\\|_2^2", "units that differ", apart)
        either = np.sum(np.maximum(case.first, case.second))
        yield quantity("|\\epsilon^1 \\cup \\epsilon^2|", "units that are on in either", either)
    elif isinstance(case, HeadCase):
        yield from _put_out(case)


def _searched(case: MaskSearchCase) -> Iterator[Quantity]:
    """Algorithm 1, line by line and repaired."""
    yield quantity("", "flips that the limit allows", allowed_flips(case.limit))
    printed = algorithm_1_transcribed(case.base, case.jacobian, case.limit)
    repaired = algorithm_1(case.base, case.jacobian, case.limit, "repaired")
    for mask, words in ((printed, "as printed"), (repaired, "repaired")):
        yield quantity("\\epsilon^{adv}", f"the mask of Algorithm 1, {words}", mask)
        yield quantity("", f"its flips, {words}", flips(mask, case.base))


def _limited(case: LayerCase) -> Iterator[Quantity]:
    limit = case.delta * case.width
    yield quantity("\\delta H", "limit", limit)
    yield quantity("\\sqrt H", "largest distance of two masks", root(case.width))
    yield quantity("", "flips that the limit allows", allowed_flips(limit))


def _put_out(case: HeadCase) -> Iterator[Quantity]:
    head = case.enclosed()
    yield quantity("f(\\epsilon)", "output under the mask", head.probabilities(case.mask))
    yield quantity("f(0)", "output with all units dropped", head.probabilities(0 * case.mask))
