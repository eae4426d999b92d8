"""AT-5: the FGSM step as the worst perturbation in the l_inf ball."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import objective
from linreg_theory.arithmetic import sign
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The maximum over the ball and what the FGSM step misses of it, per sample.

    It misses delta^2 ||w||_1^2 where the residual is zero, so it is worst iff there is no
    such residual, or w = 0, or delta = 0.
    """
    worst = oracle.ball(case.problem, case.w, case.delta)
    reach = np.abs(case.problem.residuals(case.w)) + _push(case)
    return [worst, worst - _fgsm(case)], [reach * reach, _missed(case, _push(case))]


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """The FGSM step as the adversarial example, whatever the residuals."""
    return _fgsm(case), oracle.ball(case.problem, case.w, case.delta)


def _fgsm(case: RegressionCase) -> Array:
    losses: Array = objective(case.problem, case.w, case.delta, per_sample=True)
    return losses


def _push(case: RegressionCase) -> Any:
    """delta ||w||_1, the farthest a perturbation moves a residual."""
    return case.delta * np.sum(np.abs(case.w))


def _missed(case: RegressionCase, push: Any) -> Array:
    missed: Array = (1 - np.abs(sign(case.problem.residuals(case.w)))) * push * push
    return missed


def _signed_residual(case: RegressionCase, oracle: Oracle) -> Sides:
    reach = case.problem.residuals(case.w) + _push(case)
    return oracle.ball(case.problem, case.w, case.delta), reach * reach


def _squares_apart(case: RegressionCase, oracle: Oracle) -> Sides:
    e, push = case.problem.residuals(case.w), _push(case)
    return oracle.ball(case.problem, case.w, case.delta), e * e + push * push


def _inner_norm(case: RegressionCase, oracle: Oracle) -> Sides:
    gap = oracle.ball(case.problem, case.w, case.delta) - _fgsm(case)
    return gap, _missed(case, case.delta * np.sum(case.w))


CLAIM = Claim(
    ref="AT-5",
    name="fgsm_is_worst_case_iff_no_zero_residual",
    source="Preliminaries, Formula 2, and Discussion, Formula 12",
    wording="The adversarial example, the argmax over the l_inf ball, is the FGSM step.",
    statement=r"\max_{\|r_i\|_\infty \le \delta} (y_i - (x_i + r_i)^\top w)^2"
    r" = (|e_i| + \delta \|w\|_1)^2;\quad \text{the FGSM step misses }"
    r" \delta^2 \|w\|_1^2 \text{ where } e_i = 0 \text{ and nothing elsewhere}",
    assumptions=(r"e_i \ne 0 \text{ for every } i,\ \text{or } w = 0,\ \text{or } \delta = 0",),
    verdict="holds if",
    plain="The FGSM step is the worst one in the ball unless a residual is zero, where it is none.",
    relation="=",
    family=Regression(frozenset({"delta"})),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("signed residual", _signed_residual),
        Mutant("squares taken apart", _squares_apart),
        Mutant("sum of weights for their l1 norm", _inner_norm),
        Mutant("FGSM is always worst", printed),
    ),
    printed=printed,
    counterexample={
        "X": [["0"]],
        "y": ["0"],
        "w": ["1"],
        "delta": "1",
        "computed": ["0"],
        "claimed": ["1"],
    },
)
