"""The expectations by hand, by enumeration and by symbolic integration."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
import sympy.stats
from hypothesis import given
from hypothesis import strategies as st

from linreg_theory import Problem
from linreg_theory import adversarial_dropout as ad
from linreg_theory.noise import dropout_loss, gaussian_loss
from linreg_theory.testing import assert_relation, regressions


def test_gaussian_noise_by_symbolic_integration() -> None:
    """E (3 - (1 + g1) 2 - (2 + g2) (-1))^2 with g normal of standard deviation s."""
    s = sympy.Symbol("s", positive=True)
    g1, g2 = sympy.stats.Normal("g1", 0, s), sympy.stats.Normal("g2", 0, s)
    loss = (3 - (1 + g1) * 2 - (2 + g2) * (-1)) ** 2
    problem = Problem(np.array([[Fraction(1), Fraction(2)]]), [3])
    expected = sympy.stats.E(sympy.expand(loss))
    assert sympy.expand(expected - gaussian_loss(problem, [2, -1], s)) == 0


@given(regressions(max_samples=2, max_features=3), st.fractions(0, 1, max_denominator=5))
def test_dropout_noise_by_enumeration(case: Any, keep: Fraction) -> None:
    problem, w = case
    d = problem.n_features
    expected = Fraction(0)
    for mask in itertools.product((0, 1), repeat=d):
        kept = sum(mask)
        chance = keep**kept * (1 - keep) ** (d - kept)
        expected += chance * ad.masked_loss(problem, w, mask)
    assert_relation("=", dropout_loss(problem, w, keep), expected)


def test_no_noise_changes_nothing(rng: np.random.Generator) -> None:
    problem, w = Problem(rng.normal(size=(4, 2)), rng.normal(size=4)), rng.normal(size=2)
    assert gaussian_loss(problem, w, 0) == problem.loss(w)
    exact = problem.exact()
    assert dropout_loss(exact, w, 1) == exact.loss(w)
    assert dropout_loss(exact, w, 0) == np.sum(exact.y * exact.y)
