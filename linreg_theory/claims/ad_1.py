"""AD-1: Formula 15, the adversarial dropout objective, is Formula 16; for any masks too."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import decompose, decompose_masks, masked_loss, objective
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.decomposition import Decomposition


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Formula 15 under Formula 14's masks (as printed, ties broken) and under any masks.

    For any masks -x_ij g_ij stands in place of its absolute value: only features that the
    formula drops are sure to have x_ij g_ij <= 0.
    """
    return _objectives(case), [_total(split, case.w) for split in _splits(case)]


def _objectives(case: RegressionCase) -> list[Any]:
    problem, w, k = case.problem, case.w, _budget(case)
    greedy = [objective(problem, w, k), objective(problem, w, k, "break")]
    return [*greedy, masked_loss(problem, w, case.base)]


def _splits(case: RegressionCase) -> list[Decomposition]:
    problem, w, k = case.problem, case.w, _budget(case)
    greedy = [decompose(problem, w, k), decompose(problem, w, k, "break")]
    return [*greedy, decompose_masks(problem, w, case.base)]


def _budget(case: RegressionCase) -> int:
    """As many drops as the arbitrary masks make, so that all budgets are tried."""
    return int(np.max(np.sum(np.asarray(case.base) == 0, axis=1)))


def _total(split: Decomposition, w: Any, l1: Any = 1) -> Any:
    return split.clean + l1 * split.l1 + w @ split.gamma @ w


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Gamma as printed: v' v with column vectors v, a number that scales w' w."""
    split = decompose(case.problem, case.w, case.k)
    return objective(case.problem, case.w, case.k), _inner_product(split, case.w)


def _inner_product(split: Decomposition, w: Any) -> Any:
    return split.clean + split.l1 + np.trace(split.gamma) * (w @ w)


def _with_l1(factor: int) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        return _objectives(case), [_total(split, case.w, factor) for split in _splits(case)]

    return mutant


def _absolute_for_any_mask(case: RegressionCase, oracle: Oracle) -> Sides:
    problem, w, dropped = case.problem, case.w, 1 - np.asarray(case.base)
    changes = np.sum(dropped * np.abs(problem.X * problem.input_gradients(w)))
    split = decompose_masks(problem, w, case.base)
    return masked_loss(problem, w, case.base), split.clean + changes + split.quadratic


def _kept_for_dropped(case: RegressionCase, oracle: Oracle) -> Sides:
    split = decompose_masks(case.problem, case.w, 1 - np.asarray(case.base))
    return masked_loss(case.problem, case.w, case.base), _total(split, case.w)


def _gamma_of_inner_products(case: RegressionCase, oracle: Oracle) -> Sides:
    return _objectives(case), [_inner_product(split, case.w) for split in _splits(case)]


CLAIM = Claim(
    ref="AD-1",
    name="dropout_objective_splits_in_three",
    source="Discussion, Formulas 14, 15 and 16",
    wording="Formula 15 is translated into Formula 16.",
    statement=r"\sum_i (y_i - (\epsilon_i \odot x_i)^\top w)^2 = l(w)"
    r" - \sum_i \sum_{j \in S_i} x_{ij} \nabla_{x_{ij}} l + w^\top \Gamma_{AdD} w,"
    r" \quad \Gamma_{AdD} = \sum_i v_i v_i^\top,\ v_i = (1 - \epsilon_i) \odot x_i,"
    r" \text{ for any masks; under Formula 14 } -x_{ij} \nabla_{x_{ij}} l"
    r" = |x_{ij} \nabla_{x_{ij}} l| \text{ on } S_i",
    assumptions=(r"\Gamma_{AdD} is a sum of outer products",),
    verdict="holds if",
    plain="Formula 15 equals Formula 16, ties and zeros included, if Gamma is an outer product.",
    relation="=",
    family=Regression(frozenset({"base"}), cut="orders"),
    pair=pair,
    mutants=(
        Mutant("absolute values for an arbitrary mask", _absolute_for_any_mask),
        Mutant("inner for outer product", _gamma_of_inner_products),
        Mutant("sums over what is kept", _kept_for_dropped),
        Mutant("loses the l1 term", _with_l1(0)),
        Mutant("doubles the l1 term", _with_l1(2)),
    ),
    printed=printed,
    # With one feature inner and outer products are the same number.
    printed_family=Regression(frozenset({"k"}), shapes=((1, 2),)),
    counterexample={
        "X": [["0", "1"]],
        "y": ["0"],
        "w": ["1", "0"],
        "k": "1",
        "computed": "0",
        "claimed": "1",
    },
)
