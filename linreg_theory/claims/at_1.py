"""AT-1: Formula 12, the FGSM objective, is Formula 13."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import decompose, objective
from linreg_theory.arithmetic import sign
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Formula 12, evaluated as printed, and the sum of Formula 13's terms."""
    split = decompose(case.problem, case.w, case.delta)
    quadratic = case.delta * case.delta * (case.w @ split.gamma @ case.w)
    return objective(case.problem, case.w, case.delta), split.clean + split.l1 + quadratic


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Both formulas for a radius of either sign."""
    problem, w, delta = case.problem, case.w, case.delta
    step = delta * sign(problem.input_gradients(w))
    attacked = Problem(problem.X + step, problem.y).loss(w)
    first = np.sum(np.abs(delta * problem.input_gradients(w)))
    return attacked, problem.loss(w) + first + np.sum((step @ w) * (step @ w))


def _with_terms(l1: int = 1, squared: bool = True) -> Any:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        split = decompose(case.problem, case.w, case.delta)
        factor = case.delta * case.delta if squared else case.delta
        quadratic = factor * (case.w @ split.gamma @ case.w)
        return objective(case.problem, case.w, case.delta), split.clean + l1 * split.l1 + quadratic

    return mutant


def _inner_product(case: RegressionCase, oracle: Oracle) -> Sides:
    split = decompose(case.problem, case.w, case.delta)
    inner = np.trace(split.gamma) * (case.w @ case.w)
    total = split.clean + split.l1 + case.delta * case.delta * inner
    return objective(case.problem, case.w, case.delta), total


CLAIM = Claim(
    ref="AT-1",
    name="fgsm_objective_splits_in_three",
    source="Discussion, Formulas 12 and 13",
    wording="Formula 12 is translated into Formula 13, whatever delta.",
    statement=r"\sum_i (y_i - (x_i + \delta\,\mathrm{sg}\nabla_{x_i} l)^\top w)^2 = l(w)"
    r" + \sum_{ij} |\delta \nabla_{x_{ij}} l| + \delta^2 w^\top \Gamma_{AT} w,"
    r" \quad \Gamma_{AT} = \sum_i s_i s_i^\top",
    assumptions=(r"\delta \ge 0", r"\Gamma_{AT} is a sum of outer products"),
    verdict="holds if",
    plain="Formula 12 equals Formula 13 if delta is not negative and Gamma is an outer product.",
    relation="=",
    family=Regression(frozenset({"delta"})),
    pair=pair,
    mutants=(
        Mutant("doubles the l1 term", _with_terms(l1=2)),
        Mutant("subtracts the l1 term", _with_terms(l1=-1)),
        Mutant("delta for delta^2", _with_terms(squared=False)),
        Mutant("inner for outer product", _inner_product),
    ),
    printed=printed,
    printed_family=Regression(frozenset({"delta"}), signed_delta=True),
    counterexample={
        "X": [["0"]],
        "y": ["1"],
        "w": ["1"],
        "delta": "-1",
        "computed": "0",
        "claimed": "4",
    },
)
