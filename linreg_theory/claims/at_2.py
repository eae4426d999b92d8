"""AT-2: Formula 13 with Gamma as printed, a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import decompose, objective
from linreg_theory.arithmetic import sign
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """How far the literal formula is above Formula 12; twice over, as two closed forms.

    The second is a sum of squares (Lagrange's identity): never negative, and zero only where
    all non-zero weights have one size.
    """
    excess = _literal(case) - objective(case.problem, case.w, case.delta)
    active, size = np.abs(sign(case.w)), np.abs(case.w)
    gaps = active[:, None] * active * (size[:, None] - size)
    squares = case.delta * case.delta * _samples(case) * np.sum(gaps * gaps)
    return [excess, 2 * excess], [_closed(case, _samples(case), np.sum(active)), squares]


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """Formula 13 with s_i' s_i for columns s_i, and Formula 12."""
    return _literal(case), objective(case.problem, case.w, case.delta)


def _literal(case: RegressionCase) -> Any:
    split = decompose(case.problem, case.w, case.delta)
    signs = sign(case.problem.input_gradients(case.w))
    gamma = np.sum(signs * signs)
    return split.clean + split.l1 + case.delta * case.delta * gamma * (case.w @ case.w)


def _samples(case: RegressionCase) -> Any:
    """n_+, the number of non-zero residuals."""
    return np.sum(np.abs(sign(case.problem.residuals(case.w))))


def _closed(case: RegressionCase, samples: Any, features: Any) -> Any:
    norm = np.sum(np.abs(case.w))
    difference = features * (case.w @ case.w) - norm * norm
    return case.delta * case.delta * samples * difference


def _excess(case: RegressionCase) -> Any:
    return _literal(case) - objective(case.problem, case.w, case.delta)


def _all_samples(case: RegressionCase, oracle: Oracle) -> Sides:
    features = np.sum(np.abs(sign(case.w)))
    return _excess(case), _closed(case, case.problem.n_samples, features)


def _all_features(case: RegressionCase, oracle: Oracle) -> Sides:
    return _excess(case), _closed(case, _samples(case), case.problem.n_features)


def _no_features(case: RegressionCase, oracle: Oracle) -> Sides:
    return _excess(case), _closed(case, _samples(case), 1)


CLAIM = Claim(
    ref="AT-2",
    name="literal_gamma_at_overstates",
    source="Discussion, Gamma_AT below Formula 13",
    wording="Gamma_AT is the sum of sign(grad)' sign(grad), with column vectors: a number.",
    statement=r"\Gamma = \sum_i s_i^\top s_i \in \mathbb{R} \implies"
    r" l + \sum_{ij} |\delta \nabla_{x_{ij}} l| + \delta^2 \Gamma \|w\|_2^2 - l_{AT}"
    r" = \delta^2 n_+ \bigl(\|w\|_0 \|w\|_2^2 - \|w\|_1^2\bigr)"
    r" = \delta^2 n_+ \sum_{j < m;\, w_j, w_m \ne 0} (|w_j| - |w_m|)^2 \ge 0",
    verdict="refuted",
    plain="Read as printed, Gamma is a number and Formula 13 exceeds Formula 12 already at D = 2.",
    relation="=",
    family=Regression(frozenset({"delta"})),
    pair=pair,
    mutants=(
        Mutant("counts zero residuals too", _all_samples),
        Mutant("counts zero weights too", _all_features),
        Mutant("forgets the number of weights", _no_features),
    ),
    printed=printed,
    # With one feature the two agree.
    printed_family=Regression(frozenset({"delta"}), shapes=((1, 2),)),
    counterexample={
        "X": [["0", "0"]],
        "y": ["1"],
        "w": ["1", "2"],
        "delta": "1",
        "computed": "17",
        "claimed": "16",
    },
)
