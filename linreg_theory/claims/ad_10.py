"""AD-10: without a budget nothing is penalised."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import (
    decompose,
    jacobian,
    masked_loss,
    objective,
    worst_case,
)
from linreg_theory.arithmetic import at_most
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """At k = 0 both penalty terms are zero and every objective is the clean loss."""
    return _at(case, oracle, 0), _without_dropout(case)


def _at(case: RegressionCase, oracle: Oracle, k: int) -> list[Any]:
    problem, w = case.problem, case.w
    exact = np.sum(oracle.dropout(problem, w, k))
    losses = [exact, worst_case(problem, w, k), objective(problem, w, k)]
    split = decompose(problem, w, k)
    return [*losses, objective(problem, w, k, "break"), split.l1, split.quadratic]


def _without_dropout(case: RegressionCase) -> list[Any]:
    loss = case.problem.loss(case.w)
    return [loss, loss, loss, loss, 0 * loss, 0 * loss]


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Formula 14 with s_i0 = +infinity, as the lowest of no elements: min(s_i0, 0) = 0."""
    J = jacobian(case.problem, case.w)
    masks = np.where(at_most(J, 0 * J), 0, 1)
    return masked_loss(case.problem, case.w, masks), case.problem.loss(case.w)


def _off_by_one(case: RegressionCase, oracle: Oracle) -> Sides:
    return _at(case, oracle, 1), _without_dropout(case)


def _with(change: Any) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        return _at(case, oracle, 0)[:4], change(case)

    return mutant


def _losses_without_targets(case: RegressionCase) -> list[Any]:
    return [np.sum(case.problem.y * case.problem.y)] * 4


def _only_the_first_term_disappears(case: RegressionCase) -> list[Any]:
    loss, a = case.problem.loss(case.w), case.problem.products(case.w)
    return [loss + np.sum(a * a)] * 4


def _only_the_second_term_disappears(case: RegressionCase) -> list[Any]:
    loss, J = case.problem.loss(case.w), jacobian(case.problem, case.w)
    return [loss + np.sum(np.abs(J))] * 4


CLAIM = Claim(
    ref="AD-10",
    name="penalty_vanishes_without_budget",
    source="Discussion, after Formula 16",
    wording="When k becomes zero, the two penalty terms disappear.",
    statement=r"k = 0: \quad S_i = \emptyset, \quad l_{AdD}(w) = l(w)"
    r" = \sum_i \max_{|S| \le 0} (y_i - (\epsilon_i \odot x_i)^\top w)^2,"
    r" \quad \text{both penalty terms} = 0",
    assumptions=(r"no element is the 0-th lowest (s_{i0} = -\infty)",),
    verdict="holds if",
    plain="At k = 0 the penalties vanish, by the convention that there is no 0-th lowest element.",
    relation="=",
    family=Regression(frozenset(), cut="orders"),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("a budget of one changes nothing either", _off_by_one),
        Mutant("everything is dropped at k = 0", _with(_losses_without_targets)),
        Mutant("the quadratic term stays", _with(_only_the_first_term_disappears)),
        Mutant("the l1 term stays", _with(_only_the_second_term_disappears)),
    ),
    printed=printed,
    counterexample={
        "X": [["1"]],
        "y": ["1"],
        "w": ["1"],
        "computed": "1",
        "claimed": "0",
    },
)
