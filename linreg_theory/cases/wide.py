"""Cases wide enough to tell k drops from k^2.

  WideRegression(vary)  == Regression whose planted and drawn cases have at least three
                           features and 1 < k < D

With one drop, or with all of them, the two cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.problem import Problem
from linreg_theory.testing import Numbers

__all__ = ["WideRegression"]


class WideRegression(Regression):
    """Regression problems on which min(k^2, D) is more than k."""

    def grid(self, per_shape: int) -> Iterator[RegressionCase]:
        """Integer cases of the shapes with three features or more."""
        return (case for case in super().grid(per_shape) if 1 < case.k < case.problem.n_features)

    def planted(self, count: int, seed: int) -> Iterator[RegressionCase]:
        """Small problems of three or four features; in every other one all drops do harm."""
        for number, case in enumerate(super().planted(count, seed)):
            yield _harmed(_widened(case)) if number % 2 == 0 else _widened(case)

    def draw(self, numbers: Numbers) -> st.SearchStrategy[RegressionCase]:
        """Cases of three or four features."""
        return super().draw(numbers).map(_widened)


def _widened(case: RegressionCase) -> RegressionCase:
    """The features repeated up to three."""
    d = max(3, case.problem.n_features)
    X, w = np.tile(case.problem.X, 3)[:, :d], np.tile(case.w, 3)[:d]
    return replace(case, problem=Problem(X, case.problem.y), w=w, k=min(max(case.k, 2), d - 1))


def _harmed(case: RegressionCase) -> RegressionCase:
    X, w = np.abs(case.problem.X) + 1, np.abs(case.w) + 1
    return replace(case, problem=Problem(X, X @ w + 1), w=w)
