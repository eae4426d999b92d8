"""ME-5: Formula 10, the expansion without its constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import jacobian, linearised_loss
from linreg_theory.arithmetic import maximum
from linreg_theory.arrays import Array
from linreg_theory.cases.masks import MaskedRegression
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.masks import flip_at_most
from linreg_theory.solvers import mask_space


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """Differences of the expansion and of Formula 10 from one mask to others; the maxima.

    The expansion is Formula 10 plus l_i - sum_j J_ij, so differences are the same, and so is
    the mask that maximises them, here over the masks that drop at most two units.
    """
    J, scores, expansions = _jacobian(case), _scores(case), _expansions(case)
    best = flip_at_most(np.ones(J.shape, dtype=np.int8), J, _drops(case))
    attained = [_expansion(case, best), np.sum(best * J, axis=1)]
    return (
        [_differences(case), maximum(expansions), maximum(scores)],
        [_score(case)[:, None] - scores, *attained],
    )


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Proportionality: the expansions of two masks are to each other as Formula 10's sums."""
    ones = np.ones(case.problem.X.shape, dtype=np.int8)
    total = np.sum(_jacobian(case), axis=1)
    return _expansion(case, case.base) * total, _expansion(case, ones) * _score(case)


def _drops(case: RegressionCase) -> int:
    return min(2, case.problem.n_features)


def _masks(case: RegressionCase) -> Array:
    return mask_space(np.ones(case.problem.n_features, dtype=np.int8), _drops(case))


def _jacobian(case: RegressionCase) -> Array:
    return jacobian(case.problem, case.w)


def _expansion(case: RegressionCase, masks: Any) -> Array:
    losses: Array = linearised_loss(case.problem, case.w, masks, per_sample=True)
    return losses


def _expansions(case: RegressionCase) -> Array:
    """The expansion for every sample and every mask, (N, M)."""
    return np.stack([_expansion(case, mask) for mask in _masks(case)], axis=1)


def _differences(case: RegressionCase) -> Array:
    return _expansion(case, case.base)[:, None] - _expansions(case)


def _score(case: RegressionCase) -> Array:
    """Formula 10's sum_j eps_j J_j at the base masks, (N,)."""
    scores: Array = np.sum(np.asarray(case.base) * _jacobian(case), axis=1)
    return scores


def _scores(case: RegressionCase) -> Array:
    """Formula 10's sum for every sample and every mask, (N, M)."""
    scores: Array = _jacobian(case) @ _masks(case).T
    return scores


def _exchanged(case: RegressionCase, oracle: Oracle) -> Sides:
    return _differences(case), _scores(case) - _score(case)[:, None]


def _of_the_base_alone(case: RegressionCase, oracle: Oracle) -> Sides:
    return _differences(case), _score(case)[:, None] + 0 * _scores(case)


def _gradient_for_jacobian(case: RegressionCase, oracle: Oracle) -> Sides:
    gradients = case.problem.input_gradients(case.w)
    base = np.sum(np.asarray(case.base) * gradients, axis=1)
    return _differences(case), base[:, None] - gradients @ _masks(case).T


def _equal(case: RegressionCase, oracle: Oracle) -> Sides:
    """As if no constant had been dropped."""
    return _expansions(case), _scores(case)


CLAIM = Claim(
    ref="ME-5",
    name="dropping_constants_keeps_the_argmax",
    source="Method, Formula 10",
    wording="The divergence is proportional to sum_i eps_i J_i.",
    statement=r"\hat D(\epsilon) = D(1) - 1^\top J + \epsilon^\top J,\quad"
    r" \hat D(\epsilon) - \hat D(\epsilon') = (\epsilon - \epsilon')^\top J,\quad"
    r" \operatorname{argmax} \hat D = \operatorname{argmax} \epsilon^\top J"
    r" \text{ over any set of masks}",
    verdict="corrected",
    plain="Not proportional: equal up to a constant, so the maximising masks are the same.",
    relation="=",
    family=MaskedRegression(frozenset({"base"}), cut="orders"),
    pair=pair,
    mutants=(
        Mutant("the masks exchanged", _exchanged),
        Mutant("the score of one mask for the difference", _of_the_base_alone),
        Mutant("the gradient by the features for J", _gradient_for_jacobian),
        Mutant("equal without a constant", _equal),
    ),
    printed=printed,
    counterexample={
        "X": [["1"]],
        "y": ["0"],
        "w": ["1"],
        "base": [["0"]],
        "computed": ["-2"],
        "claimed": ["0"],
    },
)
