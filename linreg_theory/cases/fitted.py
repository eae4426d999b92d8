"""Regression cases with the exact optima of both robust regressions.

  FittedCase      == a RegressionCase that fits itself, when it is asked to: `trained` and
                     `dropped` are certificates, `exact` is the case in fractions
  Fitted(vary)    == Moderate(vary) with few, small cases and radii around those that matter;
                     on request the weights are optima, columns repeat, or data interpolate
  decided(f, ...) == what a solver answers; Undecided where it is Unresolved

A certificate holds data, weights and a dual point, and was checked in fractions; floats are
taken at their exact value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from linreg_theory.arithmetic import Undecided
from linreg_theory.arrays import Array
from linreg_theory.cases.family import rationals
from linreg_theory.cases.moderate import Moderate
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.certificates import DropoutCertificate, TrainingCertificate
from linreg_theory.problem import Problem
from linreg_theory.solvers import Unresolved

__all__ = ["Fitted", "FittedCase", "decided"]

_LARGEST = 3  # samples and features that are cut from data
_FINER = 4  # radii are divided by it: zero weights would be optimal most of the time

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, eq=False)
class FittedCase(RegressionCase):
    """A regression problem, weights, and the exact optima."""

    def exact(self) -> FittedCase:
        """The case in fractions: nothing is rounded, whatever the numbers are."""
        problem = Problem(_values(self.problem.X), _values(self.problem.y))
        delta = _values(np.array([self.delta], dtype=object))[0]
        return replace(self, problem=problem, w=_values(self.w), delta=delta)

    def trained(self, delta: Any = None) -> TrainingCertificate:
        """The optimum of adversarial training, at the radius of the case or another one."""
        case = self.exact()
        return _trained(*_key(case.problem), case.delta if delta is None else delta)

    def dropped(self, k: int | None = None) -> DropoutCertificate:
        """The optimum of exact adversarial dropout, at the budget of the case or another one."""
        return _dropped(*_key(self.exact().problem), self.k if k is None else k)


@dataclass(frozen=True)
class Fitted(Moderate):
    """Regression problems that can be fitted; other parameters as `Regression`.

    Parameters
    ----------
    at_optima : bool
        The weights of planted cases and of those cut from data are optima.
    duplicated : bool
        The last column repeats the first.
    interpolated : bool
        The weights leave no residuals.
    """

    at_optima: bool = False
    duplicated: bool = False
    interpolated: bool = False

    def grid(self, per_shape: int) -> Iterator[RegressionCase]:
        """A fifth of the usual cases, the smallest: a fit takes longer than a formula."""
        return super().grid(per_shape // 5)

    def planted(self, count: int, seed: int) -> Iterator[RegressionCase]:
        """Seeded problems."""
        for number, case in enumerate(super().planted(count, seed)):
            yield self._at_optimum(case, number)

    def observed(
        self, problem: Problem, count: int, size: int, seed: int
    ) -> Iterator[RegressionCase]:
        """Small cuts of data."""
        cases = super().observed(problem, count, min(size, _LARGEST), seed)
        for number, case in enumerate(cases):
            yield self._at_optimum(case, number)

    def _at_optimum(self, case: RegressionCase, number: int) -> RegressionCase:
        if not self.at_optima or not isinstance(case, FittedCase):
            return case
        fit = case.dropped() if number % 2 else case.trained()
        return replace(case, w=rationals(fit.w))

    def _case(self, problem: Problem, w: Array, fields: dict[str, Any]) -> RegressionCase:
        case = super()._case(problem, w, fields)
        with np.errstate(all="ignore"):
            problem = self._changed(case.problem, case.w)
        named = {name: getattr(case, name) for name in self.strategy_fields}
        if "delta" in named:
            named["delta"] = named["delta"] / _FINER
        return FittedCase(problem, case.w, vary=self.vary, **named)

    def _changed(self, problem: Problem, w: Array) -> Problem:
        X, residuals = problem.X.copy(), problem.residuals(w)
        if self.duplicated:
            X[:, -1] = X[:, 0]
        if self.interpolated:
            residuals = 0 * residuals
        changed = self.duplicated or self.interpolated
        return Problem(X, X @ w + residuals) if changed else problem


def decided(function: Callable[..., _Answer], *arguments: Any) -> _Answer:
    """What the function returns; a case on which a solver gives up is not counted."""
    try:
        return function(*arguments)
    except Unresolved as error:
        raise Undecided(str(error)) from error


def _values(array: Array) -> Array:
    return rationals([getattr(number, "value", number) for number in array.flat]).reshape(
        array.shape
    )


_Key = tuple[Any, ...]


def _key(problem: Problem) -> tuple[_Key, _Key]:
    return tuple(map(tuple, problem.X)), tuple(problem.y)


@lru_cache(maxsize=64)  # a case meets every mutant, and comes once more with error bounds
def _trained(X: _Key, y: _Key, delta: Any) -> TrainingCertificate:
    from linreg_theory.fits import certify_training  # here, because importing numba takes a while

    return decided(certify_training, rationals(X), rationals(y), delta)


@lru_cache(maxsize=64)
def _dropped(X: _Key, y: _Key, k: int) -> DropoutCertificate:
    from linreg_theory.fits import certify_dropout

    return decided(certify_dropout, rationals(X), rationals(y), k)
