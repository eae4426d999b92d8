"""AD-7: the exact adversarial mask, and when the paper's greedy mask is one."""

from __future__ import annotations

import numpy as np

from linreg_theory.adversarial_dropout import objective, sides, worst_case
from linreg_theory.arithmetic import positive_part
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The maximum over masks and what greedy misses of it, and their closed forms.

    Greedy misses (M - P - 2|e|)_+ (M + P), so it is optimal iff M - P <= 2|e| (or M + P = 0);
    at e = 0 it drops nothing and misses all of max(P, M)^2.
    """
    exact = oracle.dropout(case.problem, case.w, case.k)
    closed = worst_case(case.problem, case.w, case.k, per_sample=True)
    return [exact, exact - _greedy(case)], [closed, _missed(case)]


def _greedy(case: RegressionCase) -> Array:
    losses: Array = objective(case.problem, case.w, case.k, "break", per_sample=True)
    return losses


def _missed(case: RegressionCase, factor: int = 2) -> Array:
    s = sides(case.problem, case.w, case.k)
    gap = positive_part(s.lowering - s.raising - factor * s.residual) * (s.lowering + s.raising)
    larger = s.raising + positive_part(s.lowering - s.raising)
    return np.where(s.residual == 0, larger * larger, gap)


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Formula 14, ties broken, as the argmax it is introduced with."""
    return _greedy(case), oracle.dropout(case.problem, case.w, case.k)


def _one_sided(case: RegressionCase, oracle: Oracle) -> Sides:
    s = sides(case.problem, case.w, case.k)
    reach = s.residual + s.raising
    return oracle.dropout(case.problem, case.w, case.k), reach * reach


def _other_side_farther(case: RegressionCase, oracle: Oracle) -> Sides:
    s = sides(case.problem, case.w, case.k)
    reach = s.residual + s.raising
    farther = reach + positive_part(s.lowering + s.residual - reach)
    return oracle.dropout(case.problem, case.w, case.k), farther * farther


def _lost_factor(case: RegressionCase, oracle: Oracle) -> Sides:
    exact = oracle.dropout(case.problem, case.w, case.k)
    return exact - _greedy(case), _missed(case, factor=1)


CLAIM = Claim(
    ref="AD-7",
    name="worst_mask_is_better_of_two_sides",
    source="Discussion, the argmax before Formula 14",
    wording="Formula 14's mask is the argmax of the squared loss within the budget.",
    statement=r"\max_{|S|\le k} \Bigl(e_i + \sum_{j\in S} a_{ij}\Bigr)^2"
    r" = \max(|e_i| + P_i(k),\, M_i(k) - |e_i|)^2;"
    r"\quad \text{greedy reaches it for } e_i \ne 0 \iff M_i(k) - P_i(k) \le 2|e_i|"
    r" \text{ or } M_i(k) = P_i(k) = 0",
    verdict="corrected",
    plain="Greedy is the true maximum only where the other side is small: M - P <= 2|e|, e != 0.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("forgets the other side", _one_sided),
        Mutant("adds |e| on the other side", _other_side_farther),
        Mutant("|e| for 2|e| in the gap", _lost_factor),
    ),
    printed=printed,
    counterexample={
        "X": [["1"]],
        "y": ["1"],
        "w": ["1"],
        "k": "1",
        "computed": ["0"],
        "claimed": ["1"],
    },
)
