"""AT-6: the FGSM objective as something to train on."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import objective
from linreg_theory.arithmetic import sign
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The worst case at a midpoint, per sample, and the FGSM objective's jump, from both sides.

    A convex function is continuous, so what FGSM misses where a residual is zero is a jump.
    """
    middle, at_w, at_v = _along_a_line(case, oracle.ball)
    missed, jump = at_w - _fgsm(case.problem, case.w, case.delta), _jump(case)
    return [middle, missed, -missed], [2 * (at_w + at_v), jump, -jump]


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Convexity of the FGSM objective at the same midpoint."""
    middle, at_w, at_v = _along_a_line(case, _fgsm)
    return middle, 2 * (at_w + at_v)


def _along_a_line(case: RegressionCase, losses: Any) -> tuple[Array, Array, Array]:
    """4 f((w + v)/2), which is f(w + v) for doubled targets, f(w) and f(v)."""
    problem, w = case.problem, case.w
    v: Any = case.other
    middle = losses(Problem(problem.X, 2 * problem.y), w + v, case.delta)
    return middle, losses(problem, w, case.delta), losses(problem, v, case.delta)


def _fgsm(problem: Problem, w: Array, delta: Any) -> Array:
    losses: Array = objective(problem, w, delta, per_sample=True)
    return losses


def _jump(case: RegressionCase) -> Array:
    push = case.delta * np.sum(np.abs(case.w))
    jump: Array = (1 - np.abs(sign(case.problem.residuals(case.w)))) * push * push
    return jump


def _concave(case: RegressionCase, oracle: Oracle) -> Sides:
    middle, at_w, at_v = _along_a_line(case, oracle.ball)
    return 2 * (at_w + at_v), middle


def _lost_factor(case: RegressionCase, oracle: Oracle) -> Sides:
    middle, at_w, at_v = _along_a_line(case, oracle.ball)
    return middle, at_w + at_v


def _fgsm_at_the_ends(case: RegressionCase, oracle: Oracle) -> Sides:
    _, at_w, at_v = _along_a_line(case, _fgsm)
    return _along_a_line(case, oracle.ball)[0], 2 * (at_w + at_v)


def _no_jump(case: RegressionCase, oracle: Oracle) -> Sides:
    missed = oracle.ball(case.problem, case.w, case.delta) - _fgsm(case.problem, case.w, case.delta)
    return missed, 0 * missed


CLAIM = Claim(
    ref="AT-6",
    name="ball_worst_case_is_convex_fgsm_is_not",
    source="Discussion, the sentence on the FGSM objective below Formula 13",
    wording="The adversarial objective function based on the FGSM is an effective regularizer.",
    statement=r"L\bigl(\tfrac{w + v}{2}\bigr) \le \tfrac{L(w) + L(v)}{2},\quad"
    r" L(w) = \sum_i \max_{\|r_i\|_\infty \le \delta} (y_i - (x_i + r_i)^\top w)^2;\qquad"
    r" L(w) - l_{AT}(w) = \delta^2 \|w\|_1^2\, \#\{i : e_i = 0\}",
    verdict="refuted",
    plain="The FGSM objective is neither convex nor continuous; the exact worst case is both.",
    relation="<=",
    family=Regression(frozenset({"delta", "other"})),
    # Not symbolic: the cells leave the residuals at v and between open. Not integer: AT-5 has
    # compared that maximum, and three programs a sample take long.
    kinds=("certified", "exact", "property"),
    pair=pair,
    mutants=(
        Mutant("concave for convex", _concave),
        Mutant("loses a factor 2 at the ends", _lost_factor),
        Mutant("FGSM at the ends", _fgsm_at_the_ends),
        Mutant("FGSM does not jump", _no_jump),
    ),
    printed=printed,
    printed_relation="<=",
    counterexample={
        "X": [["1"]],
        "y": ["1"],
        "w": ["0"],
        "delta": "1",
        "other": ["1"],
        "computed": ["4"],
        "claimed": ["2"],
    },
)
