"""NB-1: additive Gaussian noise on the inputs is ridge regression, in expectation."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.noise import gaussian_loss
from linreg_theory.problem import Problem


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """2^D times the expectation by a quadrature rule that is exact here, and the ridge loss.

    The Gauss-Hermite rule with two nodes, +sigma and -sigma, integrates polynomials of degree
    up to three against a Gaussian, in each coordinate; the loss has degree two.
    """
    return _expectation(case), _nodes(case) * gaussian_loss(case.problem, case.w, case.delta)


def _expectation(case: RegressionCase) -> Any:
    """The sum over all nodes; an expectation of a sum needs no other ones for other samples."""
    X, y, w = case.problem.X, case.problem.y, case.w
    nodes = itertools.product((1, -1), repeat=case.problem.n_features)
    return sum(Problem(X + case.delta * np.array(node), y).loss(w) for node in nodes)


def _nodes(case: RegressionCase) -> int:
    return int(2**case.problem.n_features)


def _with_penalty(case: RegressionCase, penalty: Any) -> Sides:
    clean = case.problem.loss(case.w)
    return _expectation(case), _nodes(case) * (clean + case.problem.n_samples * penalty)


def _squared_l1(case: RegressionCase, oracle: Oracle) -> Sides:
    push = case.delta * np.sum(np.abs(case.w))
    return _with_penalty(case, push * push)


def _deviation_for_variance(case: RegressionCase, oracle: Oracle) -> Sides:
    return _with_penalty(case, case.delta * (case.w @ case.w))


def _lost_cross_terms(case: RegressionCase, oracle: Oracle) -> Sides:
    push = case.delta * np.sum(case.w)
    return _with_penalty(case, push * push)


def _half_the_variance(case: RegressionCase, oracle: Oracle) -> Sides:
    computed, claimed = _with_penalty(case, case.delta * case.delta * (case.w @ case.w))
    return 2 * computed, claimed + _nodes(case) * case.problem.loss(case.w)


CLAIM = Claim(
    ref="NB-1",
    name="gaussian_noise_is_ridge",
    source="Preliminaries, Noise Layers; Bishop (1995)",
    wording="Additive Gaussian noise is a generalization technique.",
    statement=r"\mathbb{E}_{\gamma_i \sim \mathcal{N}(0, \sigma^2 I)}"
    r" \sum_i (y_i - (x_i + \gamma_i)^\top w)^2 = l(w) + N \sigma^2 \|w\|_2^2",
    verdict="holds",
    plain="Gaussian noise on the inputs adds N sigma^2 |w|_2^2, ridge regression, in expectation.",
    relation="=",
    family=Regression(frozenset({"delta"})),
    pair=pair,
    mutants=(
        Mutant("squared l1 norm", _squared_l1),
        Mutant("sigma for sigma^2", _deviation_for_variance),
        Mutant("square of the summed weights", _lost_cross_terms),
        Mutant("half the variance", _half_the_variance),
    ),
)
