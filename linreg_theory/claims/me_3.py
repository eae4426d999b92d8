"""ME-3: a first-order step from a mask, with the Jacobian taken at all ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import greedy_flips, jacobian, masked_loss
from linreg_theory.arrays import Array
from linreg_theory.cases.masks import MaskedRegression
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.masks import flip_at_most


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The loss after the step with the Jacobian at the base masks, and what it rises by.

    The step's first-order gain is not negative, and the loss, convex in the mask, rises by no
    less than it.
    """
    return _raised(case, greedy_flips(case.problem, case.w, case.k, case.base, at="base"))


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """The losses after and before the step with the Jacobian at all ones."""
    flipped = greedy_flips(case.problem, case.w, case.k, case.base, at="ones")
    return _losses(case, flipped), _losses(case, case.base)


def _losses(case: RegressionCase, masks: Any) -> Array:
    losses: Array = masked_loss(case.problem, case.w, masks, per_sample=True)
    return losses


def _raised(case: RegressionCase, flipped: Array, factor: int = 1) -> Sides:
    """Loss after >= loss before + gain, and gain >= 0."""
    J = jacobian(case.problem, case.w, case.base)
    gain = np.sum((flipped - np.asarray(case.base)) * J, axis=1)
    return [_losses(case, flipped), gain], [_losses(case, case.base) + factor * gain, 0 * gain]


def _scoring(scores: Callable[[Array, Array], Array]) -> Any:
    """A step by other scores than the Jacobian."""

    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        base = np.asarray(case.base)
        J = jacobian(case.problem, case.w, base)
        return _raised(case, flip_at_most(base, scores(J, base), case.k))

    return mutant


def _doubled(case: RegressionCase, oracle: Oracle) -> Sides:
    return _raised(case, greedy_flips(case.problem, case.w, case.k, case.base, at="base"), 2)


CLAIM = Claim(
    ref="ME-3",
    name="jacobian_belongs_at_the_base_mask",
    source="Method, Formula 9 and the paragraph above Algorithm 1",
    wording="The expansion is taken at eps^0 = 1, not at eps^s, from which Algorithm 1 starts and"
    " changes the mask so as to increase the divergence.",
    statement=r"\epsilon' = \text{the step from } \epsilon^s \text{ with } J(\epsilon^s)"
    r" \implies D(\epsilon') \ge D(\epsilon^s) + (\epsilon' - \epsilon^s)^\top J(\epsilon^s)"
    r" \ge D(\epsilon^s);\quad \text{with } J(1) \text{ the step can lower } D",
    verdict="refuted",
    plain="With J at eps = 1 a step from another mask can lower the loss; with J there it cannot.",
    relation=">=",
    family=MaskedRegression(frozenset({"base", "k"}), cut="orders", signs_at="base"),
    pair=pair,
    mutants=(
        Mutant("steps down", _scoring(lambda J, base: -J)),
        Mutant(
            "the largest |J|, whatever its sign",
            _scoring(lambda J, base: (1 - 2 * base) * np.abs(J)),
        ),
        Mutant("flips on where J < 0, too", _scoring(lambda J, base: (2 * base - 1) * J)),
        Mutant("rises by twice the gain", _doubled),
    ),
    printed=printed,
    printed_relation=">=",
    counterexample={
        "X": [["1"]],
        "y": ["2"],
        "w": ["3"],
        "base": [["0"]],
        "k": "1",
        "computed": ["1"],
        "claimed": ["4"],
    },
)
