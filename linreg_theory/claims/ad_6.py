"""AD-6: ties broken, Formula 14 maximises the linearised loss over at most k drops."""

from __future__ import annotations

import numpy as np

from linreg_theory.adversarial_dropout import greedy_masks, jacobian, linearised_loss, sides
from linreg_theory.arithmetic import maximum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.masks import flip_at_most
from linreg_theory.solvers import mask_space


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The largest linearised loss over all masks with at most k drops: greedy's, P in closed form.

    The weights of this knapsack are all one, so sorting solves it.
    """
    s = sides(case.problem, case.w, case.k)
    closed = s.residual * s.residual + 2 * s.residual * s.raising
    return [_largest(case)] * 2, [_greedy(case), closed]


def _largest(case: RegressionCase) -> Array:
    """By definition: every mask is tried."""
    masks = mask_space(np.ones(case.problem.n_features, dtype=np.int8), case.k)
    losses = [linearised_loss(case.problem, case.w, mask, per_sample=True) for mask in masks]
    return maximum(np.stack(losses, axis=-1))


def _greedy(case: RegressionCase) -> Array:
    masks = greedy_masks(case.problem, case.w, case.k, "break")
    losses: Array = linearised_loss(case.problem, case.w, masks, per_sample=True)
    return losses


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Formula 14 as printed: it may drop more, and reach more, than the budget allows."""
    masks = greedy_masks(case.problem, case.w, case.k)
    return linearised_loss(case.problem, case.w, masks, per_sample=True), _largest(case)


def _with_scores(case: RegressionCase, scores: Array) -> Sides:
    ones = np.ones(scores.shape, dtype=np.int8)
    masks = flip_at_most(ones, scores, case.k)
    return _largest(case), linearised_loss(case.problem, case.w, masks, per_sample=True)


def _drops_what_helps(case: RegressionCase, oracle: Oracle) -> Sides:
    return _with_scores(case, -jacobian(case.problem, case.w))


def _largest_products(case: RegressionCase, oracle: Oracle) -> Sides:
    return _with_scores(case, -np.abs(jacobian(case.problem, case.w)))


def _one_drop_too_few(case: RegressionCase, oracle: Oracle) -> Sides:
    masks = greedy_masks(case.problem, case.w, max(case.k - 1, 0), "break")
    return _largest(case), linearised_loss(case.problem, case.w, masks, per_sample=True)


def _half_the_slope(case: RegressionCase, oracle: Oracle) -> Sides:
    s = sides(case.problem, case.w, case.k)
    return _largest(case), s.residual * s.residual + s.residual * s.raising


CLAIM = Claim(
    ref="AD-6",
    name="greedy_mask_maximises_linearised_loss",
    source="Method, Formulas 9 and 10; Discussion, Formula 14",
    wording="Formula 14 solves the linearised problem within the budget.",
    statement=r"\max_{|S| \le k} \Bigl(e_i^2 - \sum_{j \in S} J_{ij}\Bigr)"
    r" = e_i^2 - \sum_{j \in S_i} J_{ij} = e_i^2 + 2 |e_i| P_i(k)"
    r" \text{ for Formula 14's } S_i \text{ with ties broken}",
    assumptions=("ties of the k-th lowest product are broken",),
    verdict="holds if",
    plain="With ties broken, Formula 14 maximises the linearised loss; printed, it overspends.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    pair=pair,
    mutants=(
        Mutant("drops what lowers the loss", _drops_what_helps),
        Mutant("drops the largest products of either sign", _largest_products),
        Mutant("one drop too few", _one_drop_too_few),
        Mutant("half the slope", _half_the_slope),
    ),
    printed=printed,
    # With one feature nothing ties.
    printed_family=Regression(frozenset({"k"}), shapes=((1, 2),), unit_weights=True),
    counterexample={
        "X": [["1", "1"]],
        "y": ["3"],
        "w": ["1", "1"],
        "k": "1",
        "computed": ["5"],
        "claimed": ["3"],
    },
)
