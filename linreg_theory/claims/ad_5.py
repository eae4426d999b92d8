"""AD-5: the Euclidean constraint as printed allows k^2 drops; Formula 14 spends k."""

from __future__ import annotations

import numpy as np

from linreg_theory.adversarial_dropout import (
    greedy_masks,
    jacobian,
    linearised_loss,
    sides,
    worst_case,
)
from linreg_theory.arithmetic import maximum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.cases.wide import WideRegression
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.masks import allowed_flips, flip_at_most
from linreg_theory.solvers import mask_space


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The largest loss within the constraint, and by how much Formula 14 falls short.

    ||eps - 1||_2 is the root of the number of drops, so the constraint allows min(k^2, D).
    The shortfall is that of the linearised loss, which Formula 14 is said to maximise.
    """
    exact = oracle.dropout(case.problem, case.w, _budget(case))
    return [exact, _missed(case)], [_closed(case, case.k * case.k), _shortfall(case)]


def _budget(case: RegressionCase) -> int:
    return min(allowed_flips(case.k, "euclidean"), case.problem.n_features)


def _missed(case: RegressionCase) -> Array:
    """The largest linearised loss within the constraint, less that of Formula 14."""
    problem, w = case.problem, case.w
    ones = np.ones(problem.X.shape, dtype=np.int8)
    widest = flip_at_most(ones, jacobian(problem, w), _budget(case))
    greedy = greedy_masks(problem, w, case.k, "break")
    losses = [linearised_loss(problem, w, masks, per_sample=True) for masks in (widest, greedy)]
    return losses[0] - losses[1]


def _closed(case: RegressionCase, flips: int) -> Array:
    k = min(flips, case.problem.n_features)
    losses: Array = worst_case(case.problem, case.w, k, per_sample=True)
    return losses


def _shortfall(case: RegressionCase, factor: int = 2) -> Array:
    """2 |e| (P(min(k^2, D)) - P(k))."""
    spent = sides(case.problem, case.w, case.k)
    allowed = sides(case.problem, case.w, min(case.k * case.k, case.problem.n_features))
    missed: Array = factor * spent.residual * (allowed.raising - spent.raising)
    return missed


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Formula 14, ties broken, and the largest linearised loss over masks in the ball."""
    problem, w = case.problem, case.w
    drops = 1 - mask_space(np.ones(problem.n_features, dtype=np.int8), problem.n_features)
    within = drops[np.sum(drops * drops, axis=1) <= case.k * case.k]
    e = problem.residuals(w)
    reached = e * e + maximum(-jacobian(problem, w) @ within.T)
    masks = greedy_masks(problem, w, case.k, "break")
    return linearised_loss(problem, w, masks, per_sample=True), reached


def _counts_flips(case: RegressionCase, oracle: Oracle) -> Sides:
    return oracle.dropout(case.problem, case.w, _budget(case)), _closed(case, case.k)


def _no_shortfall(case: RegressionCase, oracle: Oracle) -> Sides:
    return _missed(case), 0 * _missed(case)


def _half_the_shortfall(case: RegressionCase, oracle: Oracle) -> Sides:
    return _missed(case), _shortfall(case, factor=1)


CLAIM = Claim(
    ref="AD-5",
    name="euclidean_budget_allows_squared_flips",
    source="Discussion, the argmax before Formula 14",
    wording="Formula 14 solves the argmax over masks within Euclidean distance k.",
    statement=r"\|\epsilon_i - 1\|_2 \le k \iff |S_i| \le k^2:"
    r"\ \max (y_i - (\epsilon_i \odot x_i)^\top w)^2"
    r" = \max(|e_i| + P_i(k'),\, M_i(k') - |e_i|)^2,\ k' = \min(k^2, D);"
    r"\ \text{Formula 14 misses } 2|e_i| (P_i(k') - P_i(k)) \text{ of the linearised maximum}",
    verdict="refuted",
    plain="Read as printed, the constraint allows k^2 drops; Formula 14 spends k of them.",
    relation="=",
    # The smallest symbolic cells have two features, where k and min(k^2, D) are the same.
    family=WideRegression(frozenset({"k"}), shapes=((1, 3), (2, 3)), unit_weights=True),
    kinds=("certified", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("the constraint counts flips", _counts_flips),
        Mutant("Formula 14 misses nothing", _no_shortfall),
        Mutant("half the shortfall", _half_the_shortfall),
    ),
    printed=printed,
    counterexample={
        "X": [["1", "1", "1"]],
        "y": ["4"],
        "w": ["1", "1", "1"],
        "k": "2",
        "computed": ["5"],
        "claimed": ["7"],
    },
)
