"""AD-3: what Formula 15 amounts to, in closed form."""

from __future__ import annotations

import numpy as np

from linreg_theory.adversarial_dropout import greedy_masks, objective, sides
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Formula 15 with ties broken and as printed, and |e| plus the largest adverse products.

    As printed, the formula takes P_i at the number of features that it really drops, which
    ties raise above k, and at a zero residual it drops everything and leaves y_i^2.
    """
    return _objectives(case), [_closed(case, _reach(case)), _closed(case, _spent(case), True)]


def _objectives(case: RegressionCase) -> list[Array]:
    problem, w, k = case.problem, case.w, case.k
    return [
        objective(problem, w, k, "break", per_sample=True),
        objective(problem, w, k, per_sample=True),
    ]


def _closed(case: RegressionCase, reach: Array, literal: bool = False) -> Array:
    """(|e| + reach)^2, and what the formula makes of a zero residual."""
    e, y = case.problem.residuals(case.w), case.problem.y
    farther = np.abs(e) + reach
    at_zero = y * y if literal and case.k > 0 else 0 * y
    return np.where(e == 0, at_zero, farther * farther)


def _reach(case: RegressionCase) -> Array:
    return sides(case.problem, case.w, case.k).raising


def _spent(case: RegressionCase) -> Array:
    """P_i at the number of features that Formula 14 drops, which differs from row to row."""
    dropped = np.sum(greedy_masks(case.problem, case.w, case.k) == 0, axis=1)
    rows = [case.problem.rows([i]) for i in range(case.problem.n_samples)]
    return np.concatenate(
        [sides(row, case.w, int(n)).raising for row, n in zip(rows, dropped, strict=True)]
    )


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Formula 15 as printed, with the k largest loss changes in it and no more."""
    return _objectives(case)[1], _closed(case, _reach(case), True)


def _forgets_zero_residuals(case: RegressionCase, oracle: Oracle) -> Sides:
    s = sides(case.problem, case.w, case.k)
    farther = s.residual + s.raising
    return _objectives(case)[0], farther * farther


def _keeps_all_at_zero(case: RegressionCase, oracle: Oracle) -> Sides:
    return _objectives(case)[1], _closed(case, _spent(case))


def _other_side(case: RegressionCase, oracle: Oracle) -> Sides:
    lowering = sides(case.problem, case.w, case.k).lowering
    return _objectives(case)[0], _closed(case, lowering)


def _doubles_the_reach(case: RegressionCase, oracle: Oracle) -> Sides:
    return _objectives(case)[0], _closed(case, 2 * _reach(case))


CLAIM = Claim(
    ref="AD-3",
    name="greedy_loss_has_closed_form",
    source="Discussion, Formulas 14 and 15",
    wording="Formula 15 has the k largest loss changes of each data point in it.",
    statement=r"l_{AdD}(w) = \sum_{e_i \ne 0} (|e_i| + P_i(k))^2 \text{ with ties broken};"
    r"\quad \sum_{e_i \ne 0} (|e_i| + P_i(n_i))^2 + \sum_{e_i = 0} y_i^2"
    r" \text{ as printed } (k \ge 1),\ n_i = \#\{j : \epsilon_{ij} = 0\}",
    assumptions=("the k lowest products are not tied with the next, or ties are broken",),
    verdict="holds if",
    plain="The k largest adverse products enter, if ties are broken; as printed more may.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    pair=pair,
    mutants=(
        Mutant("forgets zero residuals", _forgets_zero_residuals),
        Mutant("keeps everything at a zero residual", _keeps_all_at_zero),
        Mutant("the other side", _other_side),
        Mutant("doubles what is added", _doubles_the_reach),
    ),
    printed=printed,
    # With one feature nothing ties.
    printed_family=Regression(frozenset({"k"}), shapes=((1, 2),), unit_weights=True),
    counterexample={
        "X": [["1", "1"]],
        "y": ["3"],
        "w": ["1", "1"],
        "k": "1",
        "computed": ["9"],
        "claimed": ["4"],
    },
)
