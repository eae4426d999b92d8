"""AD-14: the exact worst case is convex in the weights, the greedy objective is not."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import objective
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The worst case at a midpoint and at the ends; greedy on both sides of a jump.

    A maximum of convex functions is convex; greedy takes one of them here and another there.
    At x = 1, y = c, k = 1 greedy falls from c^2 at w = c - 1 to 1 at c + 1: in the unit of y
    from 1 to 1 / c^2, while the weights close in on y. Equality is stated as two inequalities.
    """
    middle, first, second = _at_three(case, _exact(case, oracle))
    above, below = _around_the_jump(case)
    c = 1 + case.delta
    return [middle, above, c * c, below, 1], [2 * (first + second), c * c, above, 1, below]


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Convexity of Formula 15."""

    def greedy(problem: Problem, w: Any) -> Array:
        losses: Array = objective(problem, w, case.k, per_sample=True)
        return losses

    middle, first, second = _at_three(case, greedy)
    return middle, 2 * (first + second)


def _exact(case: RegressionCase, oracle: Oracle) -> Any:
    return lambda problem, w: oracle.dropout(problem, w, case.k)


def _at_three(case: RegressionCase, loss: Any) -> Any:
    """Losses (3, N): four times those at the midpoint (w + v) / 2, those at w and at v.

    4 W((w + v) / 2) is W(w + v) for doubled targets, which needs no division. The weights
    are put into the data, x_ij w_j for x_ij, so that one problem holds all three.
    """
    X, y, w, v = case.problem.X, case.problem.y, case.w, case.other
    data = np.concatenate([X * (w + v), X * w, X * v])
    problem = Problem(data, np.concatenate([2 * y, y, y]))
    return loss(problem, np.ones(X.shape[1])).reshape(3, len(y))


def _around_the_jump(case: RegressionCase) -> list[Any]:
    c = 1 + case.delta
    problem = Problem(np.array([[1]]), np.array([c]))
    return [objective(problem, np.array([v]), 1) for v in (c - 1, c + 1)]


def _with(change: Any) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        changed: Sides = change(*_at_three(case, _exact(case, oracle)))
        return changed

    return mutant


def _continuous(case: RegressionCase, oracle: Oracle) -> Sides:
    above, below = _around_the_jump(case)
    return above, below


CLAIM = Claim(
    ref="AD-14",
    name="exact_dropout_is_convex_greedy_is_not",
    source="Discussion, Formula 15",
    wording="Formula 15 is the objective of a linear regression: sound to minimise, as l(w) is.",
    statement=r"W(w) = \sum_i \max_{|S| \le k} \Bigl(e_i + \sum_{j \in S} a_{ij}\Bigr)^2:"
    r"\quad W\bigl(\tfrac{w + v}{2}\bigr) \le \tfrac{W(w) + W(v)}{2}; \quad l_{AdD}"
    r" \text{ violates this, and jumps where a residual crosses zero; with ties broken they"
    r" differ exactly where } M_i(k) - P_i(k) > 2|e_i| \text{ or } e_i = 0,\ P_i(k) + M_i(k) > 0",
    verdict="refuted",
    plain="The greedy objective is neither convex nor continuous; the exact worst case is convex.",
    relation="<=",
    # Not symbolic: the maxima at three points have no common order.
    family=Regression(frozenset({"delta", "k", "other"}), cut="orders"),
    kinds=("certified", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("concave", _with(lambda middle, w, v: (2 * (w + v), middle))),
        Mutant("loses the factor 2 of the ends", _with(lambda middle, w, v: (middle, w + v))),
        Mutant("bounded by one end", _with(lambda middle, w, v: (middle, 4 * w))),
        Mutant("no jump", _continuous),
    ),
    printed=printed,
    printed_relation="<=",
    printed_family=Regression(frozenset({"other"}), shapes=((1, 1),)),
    counterexample={
        "X": [["1"]],
        "y": ["2"],
        "w": ["0"],
        "other": ["3"],
        "computed": ["16"],
        "claimed": ["10"],
    },
)
