"""Regression cases for claims that multiply more than two numbers of the data together.

  Moderate(vary)     == Regression(vary); floats are brought near one by powers of two, so
                        that nothing overflows
  Pythagorean(vary)  == the same with weights u of rational Euclidean norm, residuals kept:
                        u_1 = w_1^2 - (w_2^2 + ... + w_D^2), u_j = 2 w_1 w_j, so that
                        ||u||_2 = ||w||_2^2; up to scale every direction with a rational norm
                        occurs. Symbols stay as they are: their roots are exact

Both leave fractions and symbols that need no scaling as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from linreg_theory.arrays import Array, is_exact
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.problem import Problem

__all__ = ["Moderate", "Pythagorean"]


@dataclass(frozen=True)
class Moderate(Regression):
    """Regression problems with floats of moderate size; parameters as `Regression`."""

    def _case(self, problem: Problem, w: Array, fields: dict[str, Any]) -> RegressionCase:
        if not is_exact(w):
            with np.errstate(all="ignore"):  # what is far below one may vanish
                X, w, e = (_near_one(array) for array in (problem.X, w, problem.residuals(w)))
                problem = Problem(X, X @ w + e)
        return super()._case(problem, w, fields)


@dataclass(frozen=True)
class Pythagorean(Moderate):
    """The same with weights of rational Euclidean norm."""

    def _case(self, problem: Problem, w: Array, fields: dict[str, Any]) -> RegressionCase:
        if not any(isinstance(value, sympy.Basic) for value in w):
            e = problem.residuals(w)
            w = _with_rational_norm(w if is_exact(w) else _near_one(w))
            problem = Problem(problem.X, problem.X @ w + e)
        return super()._case(problem, w, fields)


def _near_one(array: Array) -> Array:
    """The array divided by a power of two, the largest entry then below one."""
    exponent = np.frexp(np.max(np.abs(array)))[1]
    return np.ldexp(array, -exponent)


def _with_rational_norm(w: Array) -> Array:
    u: Array = 2 * w[0] * w
    u[0] = w[0] * w[0] - np.sum(w[1:] * w[1:])
    return u
