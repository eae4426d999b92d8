"""BY-5: at full budget adversarial dropout is adversarial training on the halved design."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from linreg_theory.arithmetic import maximum
from linreg_theory.arrays import Array
from linreg_theory.cases.fitted import Fitted
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem
from linreg_theory.thresholds import HalvedDesign, halved_design


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Per sample: the largest loss over all masks, and the halved design's worst case."""
    return _largest(case, oracle), halved_design(case.problem).worst_case(case.w, per_sample=True)


def _largest(case: RegressionCase, oracle: Oracle) -> Array:
    return oracle.dropout(case.problem, case.w, case.problem.n_features)


def _twin(changed: Callable[[RegressionCase, HalvedDesign], HalvedDesign]) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        design = changed(case, halved_design(case.problem))
        return _largest(case, oracle), design.worst_case(case.w, per_sample=True)

    return mutant


def _one_drop_fewer(case: RegressionCase, oracle: Oracle) -> Sides:
    fewer = oracle.dropout(case.problem, case.w, case.problem.n_features - 1)
    return fewer, pair(case, oracle)[1]


def _rows(radii: Array) -> Any:
    """One radius for a whole sample, the largest of its entries."""
    return maximum(radii)[:, None] + 0 * radii


def _whole(case: RegressionCase) -> Problem:
    return case.problem


CLAIM = Claim(
    ref="BY-5",
    name="full_budget_is_training_on_halved_design",
    source="Beyond the paper, from AD-7 and AT-5",
    wording="The paper compares the two regularizers term by term and finds no formula for both.",
    statement=r"\max_{|S| \le D} \Bigl(e_i + \sum_{j \in S} x_{ij} w_j\Bigr)^2"
    r" = \Bigl(\bigl|y_i - \tfrac12 x_i^\top w\bigr| + \tfrac12 \|x_i \circ w\|_1\Bigr)^2",
    verdict="holds",
    plain="At k = D, dropout is adversarial training on X/2 with radius |x_ij|/2 for each entry.",
    relation="=",
    # Not integer: AD-7 has compared that maximum.
    family=Fitted(frozenset(), cut="orders", at_optima=True),
    kinds=("certified", "symbolic", "exact", "property"),
    pair=pair,
    mutants=(
        Mutant("whole radii", _twin(lambda c, h: HalvedDesign(h.problem, np.abs(c.problem.X)))),
        Mutant("the design itself", _twin(lambda c, h: HalvedDesign(_whole(c), h.radii))),
        Mutant("one radius a sample", _twin(lambda c, h: HalvedDesign(h.problem, _rows(h.radii)))),
        Mutant("one drop fewer", _one_drop_fewer),
    ),
)
