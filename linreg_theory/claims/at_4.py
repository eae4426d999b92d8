"""AT-4: the second term of Formula 13 is an l1 penalty, and the closed form it leads to."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import decompose, objective
from linreg_theory.arithmetic import sign
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The second term and Formula 12, and what they are in residuals and the l1 norm."""
    return _sides(case, 2, _norm(case), _active(case))


def _sides(case: RegressionCase, factor: int, norm: Any, active: Array | int) -> Sides:
    size = np.abs(case.problem.residuals(case.w))
    reach = size + case.delta * norm
    return (
        [
            decompose(case.problem, case.w, case.delta).l1,
            objective(case.problem, case.w, case.delta),
        ],
        [factor * case.delta * norm * np.sum(size), np.sum(active * reach * reach)],
    )


def _norm(case: RegressionCase) -> Any:
    return np.sum(np.abs(case.w))


def _active(case: RegressionCase) -> Array:
    """1 where the residual is not zero: the printed step is zero there."""
    return np.abs(sign(case.problem.residuals(case.w)))


def _lost_factor(case: RegressionCase, oracle: Oracle) -> Sides:
    return _sides(case, 1, _norm(case), _active(case))


def _outer_absolute(case: RegressionCase, oracle: Oracle) -> Sides:
    return _sides(case, 2, abs(np.sum(case.w)), _active(case))


def _zero_residuals_count(case: RegressionCase, oracle: Oracle) -> Sides:
    return _sides(case, 2, _norm(case), 1)


CLAIM = Claim(
    ref="AT-4",
    name="fgsm_penalty_is_l1",
    source="Discussion, the sentence on the second term of Formula 13",
    wording="The second term shows the L1 regularization, at each data point.",
    statement=r"\sum_{ij} |\delta \nabla_{x_{ij}} l| = 2 \delta \|w\|_1 \sum_i |e_i|,"
    r"\qquad l_{AT} = \sum_{e_i \ne 0} (|e_i| + \delta \|w\|_1)^2",
    verdict="holds",
    plain="The second term is 2 delta times the l1 norm of w times the l1 norm of the residuals.",
    relation="=",
    family=Regression(frozenset({"delta"})),
    pair=pair,
    mutants=(
        Mutant("loses the factor 2", _lost_factor),
        Mutant("absolute value outside the sum of weights", _outer_absolute),
        Mutant("zero residuals are attacked too", _zero_residuals_count),
    ),
)
