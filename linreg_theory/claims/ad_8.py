"""AD-8: greedy is within no constant factor of the exact worst case."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import objective
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """One sample x = 1, y = c, w = c + 1, budget 1: exact c^2, greedy 1, for every c >= 1.

    The residual is -1 and the only product c + 1: dropping it lowers the linearised loss,
    so greedy keeps it, but it carries the residual through zero and out to c.
    """
    c = _ratio_root(case)
    return _losses(case, oracle), [c * c, 1, 1]


def _ratio_root(case: RegressionCase) -> Any:
    return 1 + case.delta


def _losses(case: RegressionCase, oracle: Oracle) -> list[Any]:
    """The exact worst case, and Formula 15 as printed and with ties broken."""
    c = _ratio_root(case)
    problem, w = Problem(np.array([[1]]), np.array([c])), np.array([c + 1])
    greedy = [objective(problem, w, 1), objective(problem, w, 1, "break")]
    return [oracle.dropout(problem, w, 1)[0], *greedy]


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Greedy reaches at least half of the maximum."""
    greedy: Array = objective(case.problem, case.w, case.k, per_sample=True)
    return oracle.dropout(case.problem, case.w, case.k), 2 * greedy


def _claiming(exact: Any, greedy: Any) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        c = _ratio_root(case)
        return _losses(case, oracle), [exact(c), greedy(c), greedy(c)]

    return mutant


CLAIM = Claim(
    ref="AD-8",
    name="greedy_has_no_constant_factor",
    source="Method, fast approximation; Discussion, Formula 14",
    wording="The first-order mask approximates the adversarial one (to a factor of two, say).",
    statement=r"\text{for every } c \ge 1 \text{ and } x = 1,\ y = c,\ w = c + 1,\ k = 1:"
    r"\quad \max_{|S| \le k} (\cdot)^2 = c^2, \quad l_{AdD}(w) = 1,"
    r"\quad \text{so no constant bounds their ratio}",
    verdict="refuted",
    plain="The exact worst case can be any number of times the loss that greedy reaches.",
    relation="=",
    family=Regression(frozenset({"delta"}), shapes=((1, 1),)),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("the ratio is c", _claiming(lambda c: c, lambda c: 1)),
        Mutant("the sizes add up", _claiming(lambda c: (c + 2) * (c + 2), lambda c: 1)),
        Mutant("greedy drops the product too", _claiming(lambda c: c * c, lambda c: c * c)),
    ),
    printed=printed,
    printed_relation="<=",
    printed_family=Regression(frozenset({"k"}), shapes=((1, 1),), unit_weights=True),
    counterexample={
        "X": [["3"]],
        "y": ["2"],
        "w": ["1"],
        "k": "1",
        "computed": ["4"],
        "claimed": ["2"],
    },
)
