"""What claims about norms are tried on: pairs of vectors.

  VectorPairs(vary)  == Regression whose weights and other weights are two vectors; in symbolic
                        cases the first is sorted, and its entries are not negative

Exchanging entries, and the signs of both vectors' entries, changes no norm and no product: so
sorted vectors are all. The second one has any signs and any order of its sizes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy

from linreg_theory.arrays import Array
from linreg_theory.cases.family import symbols
from linreg_theory.cases.masks import MaskSearch
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.problem import Problem

__all__ = ["VectorPairs"]


class VectorPairs(Regression):
    """Pairs of vectors, the weights and the other weights of regression problems."""

    def cells(self, effort: int) -> Iterator[RegressionCase]:
        """Every order and all signs of the second vector, all budgets from one on."""
        for search in MaskSearch(frozenset()).cells(effort):
            if search.base.all():
                width = len(search.base)
                for v in _sorted(width):
                    for k in range(1, width + 1):
                        fields = {"k": k, "other": search.jacobian}
                        problem = Problem(np.ones((1, width), dtype=object), [sympy.S.Zero])
                        yield self._case(problem, v, fields)


def _sorted(width: int) -> Iterator[Array]:
    """All entries apart, the largest ones tied, and all but one zero."""
    steps = symbols("r", width, positive=True)
    apart = np.cumsum(steps)[::-1]
    yield apart
    if width > 1:
        yield np.append(apart[:1], apart[:-1])
        yield np.append(steps[:1], 0 * steps[1:])
