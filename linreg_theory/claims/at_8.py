"""AT-8: how large a radius makes learning infeasible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from linreg_theory.adversarial_training import objective
from linreg_theory.arithmetic import maximum, positive_part, sign
from linreg_theory.arrays import Array
from linreg_theory.cases.moderate import Moderate
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Whether zero stands against other weights and the threshold is reached; also right at it."""
    return _sides(case, oracle, lambda c: c.delta * _mass(c) >= _largest(c))


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """The penalty and the loss for the large radius 1 + l(w)."""
    loss = case.problem.loss(case.w)
    return objective(case.problem, case.w, 1 + loss) - loss, loss


def _sides(case: RegressionCase, oracle: Oracle, reached: Callable[[RegressionCase], Any]) -> Sides:
    cases = [case, _at_threshold(case)]
    return [_stands(each, oracle) for each in cases], [bool(reached(each)) for each in cases]


def _at_threshold(case: RegressionCase) -> RegressionCase:
    """Data times ||y||_1 and the radius ||X'y||_inf: the threshold without a division."""
    problem = Problem(_mass(case) * case.problem.X, case.problem.y)
    return replace(case, problem=problem, delta=_largest(case))


def _stands(case: RegressionCase, oracle: Oracle) -> bool:
    """Whether neither the weights w nor a step from zero have a worst case below zero's.

    The step goes along v, the correlations X'y with delta ||y||_1 taken off. At t v the worst
    case is at most ||y||^2 - 2 t G + t^2 C with G = ||v||^2, so it is tried at t = G / C; the
    targets are multiplied by C instead of dividing.
    """
    problem, delta = case.problem, case.delta
    zero = problem.y @ problem.y
    if np.sum(oracle.ball(problem, case.w, delta)) < zero:
        return False
    correlations = _correlations(case)
    excess = positive_part(np.abs(correlations) - delta * _mass(case))
    v = sign(correlations) * excess
    reach = np.abs(problem.X @ v) + delta * np.sum(excess)
    gain, curvature = np.sum(excess * excess), np.sum(reach * reach)
    if not gain > 0:
        return True
    stepped = oracle.ball(Problem(problem.X, curvature * problem.y), gain * v, delta)
    return not np.sum(stepped) < curvature * curvature * zero


def _mass(case: RegressionCase) -> Any:
    return np.sum(np.abs(case.problem.y))


def _correlations(case: RegressionCase) -> Array:
    correlations: Array = case.problem.y @ case.problem.X
    return correlations


def _largest(case: RegressionCase) -> Any:
    return maximum(np.abs(_correlations(case))[None, :])[0]


def _twin(reached: Callable[[RegressionCase], Any]) -> Pair:
    return lambda case, oracle: _sides(case, oracle, reached)


CLAIM = Claim(
    ref="AT-8",
    name="zero_is_robust_iff_radius_reaches_threshold",
    source="Discussion, below Formula 13; Ribeiro et al. (2023)",
    wording="For a large delta, the regularization grows larger than the original loss and the"
    " learning becomes infeasible.",
    statement=r"w = 0 \text{ minimises } \sum_i (|e_i| + \delta \|w\|_1)^2"
    r" \iff \delta \|y\|_1 \ge \|X^\top y\|_\infty",
    verdict="corrected",
    plain="From delta = max|X'y| / |y|_1 on, and not before, zero weights are optimal.",
    relation="iff",
    family=Moderate(frozenset({"delta"})),
    # Not symbolic: the cells leave the signs of y and X'y open. Not integer: AT-5 has compared
    # that maximum, and three programs a sample take long.
    kinds=("certified", "exact", "property"),
    pair=pair,
    mutants=(
        Mutant("> for >=", _twin(lambda c: c.delta * _mass(c) > _largest(c))),
        Mutant("half the threshold", _twin(lambda c: 2 * c.delta * _mass(c) >= _largest(c))),
        Mutant(
            "sum of correlations for the largest",
            _twin(lambda c: c.delta * _mass(c) >= np.sum(np.abs(_correlations(c)))),
        ),
        Mutant(
            "forgets negative correlations",
            _twin(lambda c: c.delta * _mass(c) >= maximum(_correlations(c)[None, :])[0]),
        ),
    ),
    printed=printed,
    printed_relation=">=",
    printed_family=Regression(frozenset()),
    counterexample={
        "X": [["0"]],
        "y": ["1"],
        "w": ["0"],
        "computed": "0",
        "claimed": "1",
    },
)
