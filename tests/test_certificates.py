"""Certificates prove what they say, and a wrong one is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_theory import Problem, solvers
from linreg_theory import adversarial_dropout as ad
from linreg_theory import adversarial_training as at
from linreg_theory.certificates import (
    BadCertificate,
    certify_drops,
    check_ball,
    check_drops,
    drop_bound,
)
from linreg_theory.testing import base_masks, budgets, radii, regressions


@st.composite
def searches(draw: st.DrawFn) -> tuple[Problem, Any, int, Any]:
    problem, w = draw(regressions())
    k = draw(budgets(problem.n_features))
    return problem, w, k, draw(base_masks(problem.n_samples, problem.n_features))


@given(searches())
def test_certified_losses_are_the_largest(search: Any) -> None:
    problem, w, k, base = search
    for start in (None, base):
        proof = certify_drops(problem, w, k, start)
        losses = check_drops(proof, problem, w, k)
        assert losses == solvers.largest_masked_loss(problem, w, k, start).tolist()


@given(searches(), st.fractions(0, 9), st.fractions(0, 9))
def test_every_multiplier_gives_a_bound(search: Any, up: Fraction, down: Fraction) -> None:
    problem, w, k, _ = search
    e, a = problem.residuals(w), problem.products(w)
    best = solvers.largest_masked_loss(problem, w, k)
    for residual, row, loss in zip(e, a, best, strict=True):
        assert loss <= drop_bound(residual, list(row), k, up, down)


@given(regressions(), radii())
def test_the_ball_is_certified(case: Any, delta: Fraction) -> None:
    problem, w = case
    r = at.worst_perturbations(problem, w, delta)
    losses = check_ball(problem, w, delta, r)
    assert losses == solvers.largest_ball_loss(problem, w, delta).tolist()
    if delta and any(w):
        with pytest.raises(BadCertificate, match="leaves the ball"):
            check_ball(problem, w, delta / 2, r)
        with pytest.raises(BadCertificate, match="does not reach"):
            check_ball(problem, w, delta, r / 2)


PROBLEM = Problem([[3, -1, 2], [1, 1, -4]], [1, 1]).exact()
W = np.array([Fraction(1), Fraction(1), Fraction(1)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"masks": [[1, 1, 1], [1, 1, 0]]}, "does not reach"),
        ({"masks": [[0, 0, 0], [1, 1, 0]]}, "flips more than 1"),
        ({"masks": [[2, 1, 1], [1, 1, 0]]}, "zeros and ones"),
        ({"masks": [[0, 1], [1, 1, 0]]}, "zeros and ones"),
        ({"up": [Fraction(-1), Fraction(0)]}, "multiplier is negative"),
        ({"down": [Fraction(100), Fraction(100)]}, "does not reach"),
    ],
)
def test_a_changed_certificate_is_refused(change: Any, message: str) -> None:
    proof = certify_drops(PROBLEM, W, 1)
    assert (
        check_drops(proof, PROBLEM, W, 1) == ad.worst_case(PROBLEM, W, 1, per_sample=True).tolist()
    )
    with pytest.raises(BadCertificate, match=message):
        check_drops(replace(proof, **change), PROBLEM, W, 1)


def test_a_certificate_of_another_budget_is_refused() -> None:
    with pytest.raises(BadCertificate):
        check_drops(certify_drops(PROBLEM, W, 2), PROBLEM, W, 1)
