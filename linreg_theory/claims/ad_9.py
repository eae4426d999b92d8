"""AD-9: how many features Formula 14 drops."""

from __future__ import annotations

import numpy as np

from linreg_theory.adversarial_dropout import greedy_masks
from linreg_theory.arithmetic import at_most
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The number of drops, ties broken: k, or what there is of features with e_i a_ij > 0.

    Those are the features whose removal raises the linearised loss. A feature with
    e_i a_ij <= 0 is kept even where its removal, for |a_ij| > 2 |e_i|, raises the true loss.
    """
    return _drops(case), np.minimum(case.k, _adverse(case))


def _drops(case: RegressionCase) -> Array:
    masks = greedy_masks(case.problem, case.w, case.k, "break")
    drops: Array = np.sum(masks == 0, axis=1)
    return drops


def _slopes(case: RegressionCase) -> Array:
    """e_i a_ij: half of what removing feature j adds to the linearised loss."""
    slopes: Array = case.problem.residuals(case.w)[:, None] * case.problem.products(case.w)
    return slopes


def _adverse(case: RegressionCase) -> Array:
    slopes = _slopes(case)
    return np.sum(~at_most(slopes, 0 * slopes), axis=1)


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """k elements in every S_i."""
    masks = greedy_masks(case.problem, case.w, case.k)
    return np.sum(masks == 0, axis=1), np.full(case.problem.n_samples, case.k)


def _truly_adverse(case: RegressionCase, oracle: Oracle) -> Sides:
    """(e + a)^2 > e^2, that is a (2 e + a) > 0."""
    a = case.problem.products(case.w)
    gains = 2 * _slopes(case) + a * a
    return _drops(case), np.minimum(case.k, np.sum(~at_most(gains, 0 * gains), axis=1))


def _counts_zeros(case: RegressionCase, oracle: Oracle) -> Sides:
    slopes = _slopes(case)
    return _drops(case), np.minimum(case.k, np.sum(at_most(0 * slopes, slopes), axis=1))


def _all_adverse(case: RegressionCase, oracle: Oracle) -> Sides:
    return _drops(case), _adverse(case)


def _always_k(case: RegressionCase, oracle: Oracle) -> Sides:
    return _drops(case), np.full(case.problem.n_samples, case.k)


CLAIM = Claim(
    ref="AD-9",
    name="drops_are_capped_by_adverse_features",
    source="Discussion, after Formula 16",
    wording="k indicates the number of elements of S_i, for all i.",
    statement=r"|S_i| = \min\bigl(k,\ \#\{j : x_{ij} \nabla_{x_{ij}} l < 0\}\bigr)"
    r" \text{ with ties broken};\quad x_{ij} \nabla_{x_{ij}} l = -2 e_i a_{ij}",
    verdict="corrected",
    plain="Greedy drops k features or all whose removal raises the linearised loss, if fewer.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    pair=pair,
    mutants=(
        Mutant("counts what raises the true loss", _truly_adverse),
        Mutant("drops all adverse features", _all_adverse),
        Mutant("drops k whatever they do", _always_k),
        Mutant("counts zero slopes", _counts_zeros),
    ),
    printed=printed,
    counterexample={
        "X": [["1"]],
        "y": ["0"],
        "w": ["1"],
        "k": "1",
        "computed": ["0"],
        "claimed": ["1"],
    },
)
