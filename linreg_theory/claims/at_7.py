"""AT-7: the penalty for a radius that goes to zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import objective
from linreg_theory.arithmetic import sign
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The penalty p without a radius, and its two rates from its values at delta and 2 delta.

    4 p(d) - p(2d) holds what is linear in d alone, p(2d) - 2 p(d) what is quadratic.
    """
    once, twice = _penalty(case, case.delta), _penalty(case, 2 * case.delta)
    linear, quadratic = _linear(case), _quadratic(case, _active(case))
    return (
        [_penalty(case, 0 * case.delta), 4 * once - twice, twice - 2 * once],
        [0 * once, 2 * linear, 2 * quadratic],
    )


def _penalty(case: RegressionCase, delta: Any) -> Any:
    return objective(case.problem, case.w, delta) - case.problem.loss(case.w)


def _linear(case: RegressionCase) -> Any:
    norm = np.sum(np.abs(case.w))
    return 2 * case.delta * norm * np.sum(np.abs(case.problem.residuals(case.w)))


def _quadratic(case: RegressionCase, samples: Any) -> Any:
    push = case.delta * np.sum(np.abs(case.w))
    return samples * push * push


def _active(case: RegressionCase) -> Any:
    """n_+, the number of non-zero residuals."""
    return np.sum(np.abs(sign(case.problem.residuals(case.w))))


def _linear_only(case: RegressionCase, oracle: Oracle) -> Sides:
    return _penalty(case, case.delta), _linear(case)


def _quadratic_only(case: RegressionCase, oracle: Oracle) -> Sides:
    return _penalty(case, case.delta), _quadratic(case, _active(case))


def _lost_factor(case: RegressionCase, oracle: Oracle) -> Sides:
    return 2 * _penalty(case, case.delta), _linear(case) + 2 * _quadratic(case, _active(case))


def _all_samples(case: RegressionCase, oracle: Oracle) -> Sides:
    quadratic = _quadratic(case, case.problem.n_samples)
    return _penalty(case, case.delta), _linear(case) + quadratic


CLAIM = Claim(
    ref="AT-7",
    name="fgsm_penalty_vanishes_linearly",
    source="Discussion, below Formula 13",
    wording="When delta approaches zero, the regularization term disappears.",
    statement=r"p(\delta) = l_{AT} - l = 2 \delta \|w\|_1 \sum_i |e_i|"
    r" + \delta^2 n_+ \|w\|_1^2:\quad p(0) = 0,\quad"
    r" 4 p(\delta) - p(2 \delta) = 4 \delta \|w\|_1 \sum_i |e_i|,\quad"
    r" p(2 \delta) - 2 p(\delta) = 2 \delta^2 n_+ \|w\|_1^2",
    verdict="holds",
    plain="The penalty goes to zero linearly in delta, with slope 2 |w|_1 times the sum of |e_i|.",
    relation="=",
    family=Regression(frozenset({"delta"})),
    pair=pair,
    mutants=(
        Mutant("linear only", _linear_only),
        Mutant("quadratic only", _quadratic_only),
        Mutant("half the slope", _lost_factor),
        Mutant("counts zero residuals too", _all_samples),
    ),
)
