"""AT-9: when the penalty of a sample is there, and how it differs between samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import objective
from linreg_theory.arithmetic import sign
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Which samples are penalised, and how strongly: by their own residual."""
    penalties, push, size = _penalties(case), _push(case), _size(case)
    active = sign(push * size)
    return [sign(penalties), penalties], [active, active * push * (2 * size + push)]


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Penalties that are active whenever delta is, and the same for all samples."""
    penalties = _penalties(case)
    return (
        [sign(penalties), penalties],
        [sign(case.delta + 0 * penalties), penalties[0] + 0 * penalties],
    )


def _penalties(case: RegressionCase) -> Array:
    e = case.problem.residuals(case.w)
    penalties: Array = objective(case.problem, case.w, case.delta, per_sample=True) - e * e
    return penalties


def _push(case: RegressionCase) -> Any:
    return case.delta * np.sum(np.abs(case.w))


def _size(case: RegressionCase) -> Array:
    return np.abs(case.problem.residuals(case.w))


def _zero_residuals_count(case: RegressionCase, oracle: Oracle) -> Sides:
    penalties = _penalties(case)
    return sign(penalties), sign(_push(case) + 0 * penalties)


def _every_weight_counts(case: RegressionCase, oracle: Oracle) -> Sides:
    return sign(_penalties(case)), sign(case.delta * np.prod(np.abs(case.w)) * _size(case))


def _static(case: RegressionCase, oracle: Oracle) -> Sides:
    push, size = _push(case), _size(case)
    return _penalties(case), sign(push * size) * push * push


def _doubled(case: RegressionCase, oracle: Oracle) -> Sides:
    push, size = _push(case), _size(case)
    return _penalties(case), 2 * push * (size + push) * sign(size)


CLAIM = Claim(
    ref="AT-9",
    name="fgsm_penalty_is_active_iff_residual_nonzero",
    source="Discussion, the two differences below Formula 16",
    wording="The penalty terms of adversarial training are always activated, and static across"
    " the instances.",
    statement=r"p_i = l_{AT,i} - e_i^2 = \delta \|w\|_1 (2 |e_i| + \delta \|w\|_1)"
    r" \text{ where } e_i \ne 0, \text{ else } 0;\quad"
    r" p_i > 0 \iff e_i \ne 0,\ w \ne 0,\ \delta > 0",
    assumptions=(
        r"\text{active: } e_i \ne 0,\ w \ne 0 \text{ and } \delta > 0",
        r"\text{static: all } |e_i| \text{ are equal}",
    ),
    verdict="holds if",
    plain="A sample is penalised iff its residual, w and delta are not zero, and by its residual.",
    relation="=",
    family=Regression(frozenset({"delta"})),
    pair=pair,
    mutants=(
        Mutant("zero residuals are penalised", _zero_residuals_count),
        Mutant("one zero weight stops it", _every_weight_counts),
        Mutant("does not depend on the residual", _static),
        Mutant("twice the quadratic part", _doubled),
    ),
    printed=printed,
    counterexample={
        "X": [["0"]],
        "y": ["0"],
        "w": ["0"],
        "delta": "1",
        "computed": [["0"], ["0"]],
        "claimed": [["1"], ["0"]],
    },
)
