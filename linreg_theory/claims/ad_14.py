"""AD-14: the exact worst case is convex in the weights, the greedy objective is not."""

from __future__ import annotations

from typing import Any

from linreg_theory.adversarial_dropout import objective
from linreg_theory.claims.cases import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Four times the worst case at a midpoint, and twice the sum of those at the ends.

    4 W((w + v) / 2) is W(w + v) for doubled targets, which needs no division. A maximum of
    convex functions is convex; greedy takes one of them here and another there.
    """
    return _compared(case, lambda problem, w: oracle.dropout(problem, w, case.k))


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """The same for Formula 15."""
    return _compared(case, lambda problem, w: objective(problem, w, case.k, per_sample=True))


def _compared(case: RegressionCase, loss: Any, ends: int = 2) -> Sides:
    problem, w, v = case.problem, case.w, case.other
    middle = loss(Problem(problem.X, 2 * problem.y), w + v)
    return middle, ends * (loss(problem, w) + loss(problem, v))


def _with(change: Any) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        changed: Sides = change(case, lambda problem, w: oracle.dropout(problem, w, case.k))
        return changed

    return mutant


def _concave(case: RegressionCase, loss: Any) -> Sides:
    middle, ends = _compared(case, loss)
    return ends, middle


def _lost_factor(case: RegressionCase, loss: Any) -> Sides:
    return _compared(case, loss, ends=1)


def _subadditive(case: RegressionCase, loss: Any) -> Sides:
    """As if the loss were a gauge: W(w + v) <= W(w) + W(v), targets as they are."""
    problem, w, v = case.problem, case.w, case.other
    return loss(problem, w + v), loss(problem, w) + loss(problem, v)


def _quasiconvex_with_one_end(case: RegressionCase, loss: Any) -> Sides:
    problem, w, v = case.problem, case.w, case.other
    return loss(Problem(problem.X, 2 * problem.y), w + v), 4 * loss(problem, w)


CLAIM = Claim(
    ref="AD-14",
    name="exact_dropout_is_convex_greedy_is_not",
    source="Discussion, Formula 15",
    wording="Formula 15 is the objective of a linear regression: sound to minimise, as l(w) is.",
    statement=r"W(w) = \sum_i \max_{|S| \le k} \Bigl(e_i + \sum_{j \in S} a_{ij}\Bigr)^2:"
    r"\quad W\bigl(\tfrac{w + v}{2}\bigr) \le \tfrac{W(w) + W(v)}{2}; \quad l_{AdD}"
    r" \text{ violates this, and jumps where a residual crosses zero; they differ exactly where}"
    r"\ e_i \ne 0,\ M_i(k) - P_i(k) > 2|e_i| \text{ or } e_i = 0,\ P_i(k) + M_i(k) > 0"
    r" \text{ (ties broken)}",
    verdict="refuted",
    plain="The greedy objective is neither convex nor continuous; the exact worst case is convex.",
    relation="<=",
    # Not symbolic: the maxima at three points have no common order.
    family=Regression(frozenset({"k", "other"}), cut="orders"),
    kinds=("certified", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("concave", _with(_concave)),
        Mutant("loses the factor 2 of the ends", _with(_lost_factor)),
        Mutant("subadditive", _with(_subadditive)),
        Mutant("bounded by one end", _with(_quasiconvex_with_one_end)),
    ),
    printed=printed,
    printed_relation="<=",
    printed_family=Regression(frozenset({"other"})),
    counterexample={},
)
