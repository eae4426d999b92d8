"""NB-3: the worst perturbation in an l_2 ball."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import worst_case
from linreg_theory.arithmetic import root, sign
from linreg_theory.arrays import Array
from linreg_theory.cases.moderate import Pythagorean
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The loss along w and what any other perturbation of that size misses, per sample.

    Every point of a sphere is the worst one reflected along some v, and misses this much:
    never less than nothing. Points inside are no worse, for the loss is convex.
    """
    length = _length(case)
    worst = worst_case(case.problem, case.w, case.delta, 2, per_sample=True)
    return _attacks(case), [length * length * worst, _missed(case, 4)]


def _attacks(case: RegressionCase) -> list[Array]:
    """||w||^2 times the loss along w, and what it is above the loss along w reflected.

    Both points have length delta once their coordinates are divided by ||w||, and the
    difference is multiplied by ||v||^4 too.
    """
    w = case.w
    v: Any = case.other
    square = v @ v
    along = _losses(case, w, _length(case))
    reflected = _losses(case, square * w - 2 * (v @ w) * v, square * _length(case))
    return [along, square * square * along - reflected]


def _losses(case: RegressionCase, direction: Array, scale: Any) -> Array:
    """scale^2 times the loss (e - r'w)^2 for r = delta direction / scale, pointing away from y."""
    e = case.problem.residuals(case.w)
    away = -(sign(e) + (1 - np.abs(sign(e))))
    moved = scale * e - case.delta * away * (direction @ case.w)
    losses: Array = moved * moved
    return losses


def _length(case: RegressionCase) -> Any:
    return root(np.sum(case.w * case.w))


def _missed(case: RegressionCase, factor: int) -> Array:
    """4 delta (v'w)^2 (|e| ||w|| ||v||^2 + delta (||w||^2 ||v||^2 - (v'w)^2)).

    The last bracket is a sum of squares (Lagrange's identity).
    """
    w, size = case.w, np.abs(case.problem.residuals(case.w))
    v: Any = case.other
    areas = v[:, None] * w - w[:, None] * v
    squares = np.sum(np.triu(np.ones(areas.shape, np.int8), 1) * areas * areas)
    bracket = size * _length(case) * (v @ v) + case.delta * squares
    missed: Array = factor * case.delta * (v @ w) * (v @ w) * bracket
    return missed


def _l1_norm(case: RegressionCase, oracle: Oracle) -> Sides:
    length = _length(case)
    worst = worst_case(case.problem, case.w, case.delta, per_sample=True)
    return _attacks(case)[0], length * length * worst


def _norm_outside(case: RegressionCase, oracle: Oracle) -> Sides:
    e, length = case.problem.residuals(case.w), _length(case)
    apart = e * e + case.delta * case.delta * length * length
    return _attacks(case)[0], length * length * apart


def _lost_delta(case: RegressionCase, oracle: Oracle) -> Sides:
    reach = np.abs(case.problem.residuals(case.w)) + _length(case)
    return _attacks(case)[0], _length(case) * _length(case) * reach * reach


def _misses_half(case: RegressionCase, oracle: Oracle) -> Sides:
    return _attacks(case)[1], _missed(case, 2)


CLAIM = Claim(
    ref="NB-3",
    name="l2_ball_adds_norm_inside_the_square",
    source="Xu, Caramanis and Mannor (2009), Ribeiro et al. (2023); compare Formula 12",
    wording="Adversarial training over l_2 balls adds a norm to every residual.",
    statement=r"\max_{\|r_i\|_2 \le \delta} \sum_i (y_i - (x_i + r_i)^\top w)^2"
    r" = \sum_i (|e_i| + \delta \|w\|_2)^2",
    verdict="holds",
    plain="In an l_2 ball the worst case adds delta |w|_2 to every residual, inside the square.",
    relation="=",
    family=Pythagorean(frozenset({"delta", "other"})),
    pair=pair,
    mutants=(
        Mutant("l1 norm", _l1_norm),
        Mutant("squared norm outside the square", _norm_outside),
        Mutant("delta is lost", _lost_delta),
        Mutant("reflections miss half", _misses_half),
    ),
)
