"""NB-2: dropout of the inputs is ridge regression in the scale of the features."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import masked_loss
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.noise import dropout_loss
from linreg_theory.solvers import mask_space

_QUARTERS = range(5)  # keep probabilities q = 0, 1/4, 1/2, 3/4, 1


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """4^D times the expectation over all masks, and its closed form, for five probabilities.

    Both sides are polynomials in q of degree at most max(D, 2), so that five values of q show
    them equal for every q where D is at most four.
    """
    scale = 4**case.problem.n_features
    closed = [scale * dropout_loss(case.problem, case.w, q / 4) for q in _QUARTERS]
    return _expectations(case), closed


def _expectations(case: RegressionCase) -> list[Any]:
    """The sum over all masks, each with 4^D times its probability.

    An expectation of a sum needs no other masks for other samples.
    """
    d = case.problem.n_features
    masks = mask_space(np.ones(d, np.int8), d)
    losses = [masked_loss(case.problem, case.w, mask) for mask in masks]
    kept = [int(mask.sum()) for mask in masks]
    return [
        sum(q**n * (4 - q) ** (d - n) * loss for n, loss in zip(kept, losses, strict=True))
        for q in _QUARTERS
    ]


def _twin(case: RegressionCase, shrink: Any, penalty: Any) -> Sides:
    """Sides with sixteen times the residuals' factor and the penalty as functions of 4 q."""
    a, y = case.problem.products(case.w), case.problem.y
    scale = 4**case.problem.n_features
    closed = []
    for q in _QUARTERS:
        shrunk = 4 * y - shrink(q) * np.sum(a, axis=1)
        closed.append(scale * (np.sum(shrunk * shrunk) + penalty(q, a)))
    return [16 * value for value in _expectations(case)], closed


def _no_shrinkage(case: RegressionCase, oracle: Oracle) -> Sides:
    return _twin(case, lambda q: 4, lambda q, a: q * (4 - q) * np.sum(a * a))


def _rate_for_variance(case: RegressionCase, oracle: Oracle) -> Sides:
    return _twin(case, lambda q: q, lambda q, a: 4 * (4 - q) * np.sum(a * a))


def _dropped_for_kept(case: RegressionCase, oracle: Oracle) -> Sides:
    return _twin(case, lambda q: 4 - q, lambda q, a: q * (4 - q) * np.sum(a * a))


def _all_features_at_once(case: RegressionCase, oracle: Oracle) -> Sides:
    def penalty(q: int, a: Any) -> Any:
        together = np.sum(a, axis=1)
        return q * (4 - q) * np.sum(together * together)

    return _twin(case, lambda q: q, penalty)


CLAIM = Claim(
    ref="NB-2",
    name="dropout_noise_is_scaled_ridge",
    source="Preliminaries, Noise Layers; Srivastava et al. (2014), Wager, Wang and Liang (2013)",
    wording="Dropout noise is a generalization technique that affects a model to be sparse.",
    statement=r"\mathbb{E}_{\epsilon_{ij} \sim \mathrm{Bernoulli}(q)}"
    r" \sum_i (y_i - (\epsilon_i \odot x_i)^\top w)^2"
    r" = \sum_i (y_i - q\, x_i^\top w)^2 + q (1 - q) \sum_{ij} x_{ij}^2 w_j^2",
    verdict="holds",
    plain="Dropout shrinks predictions by q and adds a ridge penalty in the scale of the features.",
    relation="=",
    family=Regression(frozenset()),
    pair=pair,
    mutants=(
        Mutant("predictions are not shrunk", _no_shrinkage),
        Mutant("p for p q", _rate_for_variance),
        Mutant("drop rate for keep rate", _dropped_for_kept),
        Mutant("all features drop together", _all_features_at_once),
    ),
)
