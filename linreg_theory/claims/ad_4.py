"""AD-4: Formula 14 as printed may drop more than k features."""

from __future__ import annotations

import numpy as np

from linreg_theory.adversarial_dropout import greedy_masks, jacobian
from linreg_theory.arithmetic import at_most, order
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Whether the budget is kept, as printed and with ties broken, and when it is."""
    within = [_drops(case) <= case.k, _drops(case, "break") <= case.k]
    return within, [_strictly_above(case), np.full(case.problem.n_samples, True)]


def _drops(case: RegressionCase, ties: str = "literal") -> Array:
    masks = greedy_masks(case.problem, case.w, case.k, "break" if ties == "break" else "literal")
    drops: Array = np.sum(masks == 0, axis=1)
    return drops


def _strictly_above(case: RegressionCase, shift: int = 0) -> Array:
    """s_(k+1) > min(s_k, 0); true for k = 0 and for k = D."""
    k = case.k + shift
    if not 0 < k < case.problem.n_features:
        return np.full(case.problem.n_samples, True)
    J = jacobian(case.problem, case.w)
    ranked = [order(-row) for row in J]
    kth = np.array([row[i[k - 1]] for row, i in zip(J, ranked, strict=True)])
    following = np.array([row[i[k]] for row, i in zip(J, ranked, strict=True)])
    return ~(at_most(following, kth) & at_most(following, 0 * following))


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """The number of drops of each sample, and the budget."""
    return _drops(case), np.full(case.problem.n_samples, case.k)


def _off_by_one(case: RegressionCase, oracle: Oracle) -> Sides:
    return _drops(case) <= case.k, _strictly_above(case, shift=1)


def _always_within(case: RegressionCase, oracle: Oracle) -> Sides:
    return _drops(case) <= case.k, np.full(case.problem.n_samples, True)


def _less_than_the_budget(case: RegressionCase, oracle: Oracle) -> Sides:
    return _drops(case) < case.k, _strictly_above(case)


def _only_zero_residuals_overspend(case: RegressionCase, oracle: Oracle) -> Sides:
    return _drops(case) <= case.k, case.problem.residuals(case.w) != 0


CLAIM = Claim(
    ref="AD-4",
    name="printed_mask_overspends_on_ties",
    source="Discussion, after Formula 14",
    wording="This solution satisfies the constraint: it drops at most k features.",
    statement=r"|S_i| \le k \iff s_{i(k+1)} > \min(s_{ik}, 0) \text{ for } 0 < k < D,"
    r"\text{ always for } k \in \{0, D\};\quad \text{with ties broken always } |S_i| \le k",
    verdict="refuted",
    plain="Formula 14 overspends where the k-th lowest product ties with the next at or below 0.",
    relation="iff",
    family=Regression(frozenset({"k"}), cut="orders"),
    pair=pair,
    mutants=(
        Mutant("looks one order statistic too far", _off_by_one),
        Mutant("never overspends", _always_within),
        Mutant("fewer than k", _less_than_the_budget),
        Mutant("blames zero residuals only", _only_zero_residuals_overspend),
    ),
    printed=printed,
    printed_relation="<=",
    # With one feature the budget is 0 or all there is.
    printed_family=Regression(frozenset({"k"}), shapes=((1, 2),)),
    counterexample={
        "X": [["0", "0"]],
        "y": ["0"],
        "w": ["0", "0"],
        "k": "1",
        "computed": ["2"],
        "claimed": ["1"],
    },
)
