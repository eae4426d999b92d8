"""AD-13: adversarial dropout does not see the units of the features; adversarial training does."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory import adversarial_training
from linreg_theory.adversarial_dropout import objective, worst_case
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem

_RADIUS = 1  # of adversarial training; another one is another unit of X


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Features in other units, with weights to match, are another (X c, w) for (X, c w).

    Dropout's objectives agree. Adversarial training's change by a closed form. At the same
    residuals and weights adversarial training's total does not depend on X at all.
    """
    other, w, rescaled = _rescaled(case), case.w, _weights(case)
    dropout = [oracle.dropout(other, w, case.k), objective(other, w, case.k)]
    before = adversarial_training.worst_case(other, w, _RADIUS, per_sample=True)
    changed = oracle.ball(case.problem, rescaled, _RADIUS) - before
    same = Problem(other.X, case.problem.y + other.X @ w - case.problem.X @ w)
    static = adversarial_training.worst_case(same, w, _RADIUS)
    return [*dropout, changed, static], [*_dropout(case), _change(case), _training(case)]


def _rescaled(case: RegressionCase) -> Problem:
    return Problem(case.problem.X * case.scales, case.problem.y)


def _weights(case: RegressionCase) -> Any:
    return case.scales * case.w


def _dropout(case: RegressionCase) -> list[Any]:
    problem, w = case.problem, _weights(case)
    return [worst_case(problem, w, case.k, per_sample=True), objective(problem, w, case.k)]


def _change(case: RegressionCase) -> Any:
    """(|e| + delta ||c w||_1)^2 - (|e| + delta ||w||_1)^2."""
    e = np.abs(case.problem.residuals(_weights(case)))
    before, after = (_RADIUS * np.sum(np.abs(v)) for v in (case.w, _weights(case)))
    return (2 * e + after + before) * (after - before)


def _training(case: RegressionCase) -> Any:
    return adversarial_training.worst_case(case.problem, case.w, _RADIUS)


def _dropout_at(choose: Any) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        problem, w = choose(case)
        return oracle.dropout(problem, w, case.k), _dropout(case)[0]

    return mutant


def _training_is_invariant(case: RegressionCase, oracle: Oracle) -> Sides:
    problem, w = _rescaled(case), case.w
    other = adversarial_training.worst_case(problem, w, _RADIUS, per_sample=True)
    return other, oracle.ball(case.problem, _weights(case), _RADIUS)


def _targets_too(case: RegressionCase) -> tuple[Problem, Any]:
    other = _rescaled(case)
    return Problem(other.X, np.asarray(case.scales)[0] * other.y), case.w


CLAIM = Claim(
    ref="AD-13",
    name="dropout_is_scale_free_training_is_not",
    source="Discussion, the first of two differences",
    wording="Dropout's terms depend on the scale of the features, adversarial training's do not.",
    statement=r"x_j \to c_j x_j,\ w_j \to w_j / c_j\ (c_j > 0) \text{ leaves } l_{AdD}"
    r" \text{ and } \sum_i \max_{|S| \le k} (\cdot)^2 \text{ unchanged, and turns }"
    r" \sum_i (|e_i| + \delta \|w\|_1)^2 \text{ into } \sum_i (|e_i| + \delta \|w / c\|_1)^2",
    verdict="holds",
    plain="Dropout follows the scale of the features, so units do not matter; to training they do.",
    relation="=",
    # Not symbolic: scales put the products of two features in either order.
    family=Regression(frozenset({"k", "scales"}), cut="orders"),
    kinds=("certified", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("adversarial training is invariant too", _training_is_invariant),
        Mutant("only the data are rescaled", _dropout_at(lambda c: (_rescaled(c), _weights(c)))),
        Mutant("only the weights are rescaled", _dropout_at(lambda c: (c.problem, c.w))),
        Mutant("the targets are rescaled too", _dropout_at(_targets_too)),
    ),
)
