"""ME-7: what the limit delta H on the Euclidean distance of two masks excludes."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.cases.layers import LayerCase, Layers
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.masks import allowed_flips


def pair(case: LayerCase, oracle: Oracle) -> Sides:
    """Whether every mask is within the limit, and how many flips are, in both readings.

    The norm of the differences and the number of flips depend on how many units differ, so one
    mask for each number stands for all.
    """
    limit, width = case.delta * case.width, case.width
    within = min(width, allowed_flips(limit)), min(width, allowed_flips(limit, "flips"))
    return _measured(case), [case.delta * case.delta * width >= 1, *within]


def printed(case: LayerCase, oracle: Oracle) -> Sides:
    """Whether some mask is excluded, which a radius below one is to do."""
    every, _, _ = _measured(case)
    return not every, case.delta < 1


def _measured(case: LayerCase) -> list[Any]:
    """By definition: the masks within the limit among those that drop 0, 1, ..., H units."""
    limit = case.delta * case.width
    start = np.ones(case.width, dtype=np.int64)
    difference = start - np.triu(np.ones((case.width + 1, case.width), dtype=np.int64))
    squares = np.sum(difference * difference, axis=1).tolist()
    numbers = np.sum(np.abs(difference), axis=1).tolist()
    near = [n for n, square in zip(numbers, squares, strict=True) if square <= limit * limit]
    return [len(near) == len(numbers), max(near), max(n for n in numbers if n <= limit)]


def _void_from(threshold: Any) -> Any:
    """Every mask is within the limit iff this holds."""

    def mutant(case: LayerCase, oracle: Oracle) -> Sides:
        return _measured(case)[:1], [threshold(case.delta, case.width)]

    return mutant


def _euclidean_counts_flips(case: LayerCase, oracle: Oracle) -> Sides:
    allowed = allowed_flips(case.delta * case.width, "flips")
    return _measured(case)[1:2], [min(case.width, allowed)]


def _radius_squared_times_width(case: LayerCase, oracle: Oracle) -> Sides:
    allowed = int(case.delta * case.delta * case.width)
    return _measured(case)[1:2], [min(case.width, allowed)]


CLAIM = Claim(
    ref="ME-7",
    name="euclidean_limit_is_void_from_inverse_root",
    source="Method, Formula 3 and the constraint below it",
    wording="||eps^s - eps||_2 <= delta H restricts the number of differing units, so that no"
    " layer is left without connections.",
    statement=r"\{\epsilon : \|\epsilon^s - \epsilon\|_2 \le \delta H\} = \{0, 1\}^H"
    r" \iff \delta \ge 1/\sqrt H;\quad \text{it allows } \min(H, \lfloor (\delta H)^2 \rfloor)"
    r" \text{ flips, and } \min(H, \lfloor \delta H \rfloor) \text{ if flips are counted}",
    verdict="corrected",
    plain="The limit excludes no mask from delta = 1/sqrt(H) on: 0.0625 for 256 units.",
    relation="=",
    family=Layers(),
    # Not symbolic: floor(delta H) of a symbol is no formula.
    kinds=("exact", "property"),
    pair=pair,
    mutants=(
        Mutant("> for >= at the edge", _void_from(lambda delta, width: delta**2 * width > 1)),
        Mutant("1/H for 1/sqrt(H)", _void_from(lambda delta, width: delta * width >= 1)),
        Mutant("void from delta = 1 only", _void_from(lambda delta, width: delta >= 1)),
        Mutant("the norm counts flips", _euclidean_counts_flips),
        Mutant("delta^2 H for (delta H)^2", _radius_squared_times_width),
    ),
    printed=printed,
    counterexample={
        "H": "2",
        "delta": "3/4",
        "computed": False,
        "claimed": True,
    },
)
