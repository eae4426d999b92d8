"""AD-12: the second term of Formula 16 is no l1 norm of anything."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import decompose, sides
from linreg_theory.arithmetic import positive_part, top_sum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The term is 2 sum |e_i| P_i(k); P is a gauge of w for fixed signs; both can vanish.

    Equality is stated as two inequalities. P doubles with w and is subadditive, so it is
    convex. With |x|, |w| and targets zero every drop helps, and the term is zero.
    """
    term, closed = _term(case.problem, case.w, case.k), _closed(case)
    first, second, both = (_gauge(case, v) for v in (case.w, case.other, case.w + case.other))
    doubled = _gauge(case, 2 * case.w)
    helpless = Problem(np.abs(case.problem.X), 0 * case.problem.y)
    vanished = _term(helpless, np.abs(case.w), case.k)
    computed = [term, closed, doubled, 2 * first, first + second, -vanished]
    return computed, [closed, term, 2 * first, doubled, both, 0 * vanished]


def _term(problem: Problem, w: Any, k: int) -> Any:
    return decompose(problem, w, k, "break").l1


def _closed(case: RegressionCase, factor: int = 2, side: str = "raising") -> Any:
    s = sides(case.problem, case.w, case.k)
    return factor * np.sum(s.residual * getattr(s, side))


def _gauge(case: RegressionCase, v: Any) -> Array:
    """P_i(k) at weights v, with the signs of the residuals at w kept."""
    e = case.problem.residuals(case.w)
    outwards = np.where(e >= 0, 1, -1)[:, None] * case.problem.products(v)
    return top_sum(positive_part(outwards), case.k)


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """A weighted l1 norm is zero only where every x_ij w_j is."""
    no_product = bool(np.all(case.problem.products(case.w) == 0))
    return bool(_term(case.problem, case.w, case.k) == 0), no_product


def _lost_factor(case: RegressionCase, oracle: Oracle) -> Sides:
    return _closed(case, factor=1), _term(case.problem, case.w, case.k)


def _other_side(case: RegressionCase, oracle: Oracle) -> Sides:
    return _closed(case, side="lowering"), _term(case.problem, case.w, case.k)


def _superadditive(case: RegressionCase, oracle: Oracle) -> Sides:
    first, second = _gauge(case, case.w), _gauge(case, case.other)
    return _gauge(case, case.w + case.other), first + second


def _homogeneous_with_its_residual(case: RegressionCase, oracle: Oracle) -> Sides:
    term = _term(case.problem, case.w, case.k)
    return 2 * term, _term(case.problem, 2 * case.w, case.k)


def _convex_with_its_residual(case: RegressionCase, oracle: Oracle) -> Sides:
    """4 times the midpoint's term is the term of w + v with doubled targets."""
    problem, w, v, k = case.problem, case.w, case.other, case.k
    middle = _term(Problem(problem.X, 2 * problem.y), w + v, k)
    return 2 * _term(problem, w, k) + 2 * _term(problem, v, k), middle


CLAIM = Claim(
    ref="AD-12",
    name="l1_term_is_not_a_norm",
    source="Discussion, after Formula 16",
    wording="The second term is the L1 regularization of the k largest loss changes.",
    statement=r"\sum_i \sum_{j \in S_i} |x_{ij} \nabla_{x_{ij}} l| = 2 \sum_i |e_i| P_i(k)"
    r" \text{ with ties broken}; \quad P_i(k) \text{ is positively homogeneous and convex in } w"
    r" \text{ for fixed } \sigma_i, \text{ and zero where no } \sigma_i a_{ij} > 0;"
    r" \text{ with } |e_i| \text{ the term is neither homogeneous nor convex}",
    verdict="corrected",
    plain="The term is 2 sum |e| P(k): no norm, as it is zero where dropping never hurts.",
    relation=">=",
    # Not symbolic: the order of other weights' products is open in every cell.
    family=Regression(frozenset({"k", "other"}), cut="orders"),
    kinds=("exact", "property"),
    pair=pair,
    mutants=(
        Mutant("forgets the factor 2", _lost_factor),
        Mutant("the other side", _other_side),
        Mutant("concave in w", _superadditive),
        Mutant("homogeneous with its residual", _homogeneous_with_its_residual),
        Mutant("convex with its residual", _convex_with_its_residual),
    ),
    printed=printed,
    printed_relation="iff",
    printed_family=Regression(frozenset()),
    counterexample={
        "X": [["1"]],
        "y": ["0"],
        "w": ["1"],
        "computed": True,
        "claimed": False,
    },
)
