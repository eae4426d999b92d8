"""The vector k-norm: value, dual norm, projection and prox, exactly."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any, cast

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from linreg_theory.adversarial_dropout import worst_case
from linreg_theory.arrays import Array, exactly
from linreg_theory.problem import Problem
from linreg_theory.testing import radii, vectors
from linreg_theory.top_k_norm import dual_norm, norm, project, prox


@st.composite
def vectors_with_k(draw: st.DrawFn) -> tuple[Array, int]:
    size = draw(st.integers(1, 5))
    return draw(vectors(size)), draw(st.integers(1, size))


def optimality_gap(v: Array, k: int, step: Any, u: Array) -> tuple[Any, Any]:
    """What v - u lacks to be step times a subgradient of the k-norm at u: both numbers are zero.

    g is a subgradient iff dual_norm(g) <= 1 and g'u = norm(u).
    """
    rest = v - u
    excess = max(dual_norm(rest, k) - step, Fraction(0))
    return excess, step * norm(u, k) - rest @ u


def corners_of_the_dual_ball(size: int, k: int) -> list[Array]:
    """For whole k: -1 and 1 on k entries, zero elsewhere."""
    signs = [s for s in itertools.product((0, 1, -1), repeat=size) if sum(map(abs, s)) == k]
    return [exactly(np.array(s, dtype=float)) for s in signs]


@given(vectors_with_k())
def test_the_norm_is_the_largest_sum_over_k_entries(drawn: tuple[Array, int]) -> None:
    v, k = drawn
    chosen = itertools.combinations(range(len(v)), k)
    assert norm(v, k) == max(sum(abs(v[j]) for j in some) for some in chosen)
    assert norm(v, k) == max(u @ v for u in corners_of_the_dual_ball(len(v), k))


@given(vectors_with_k())
def test_the_dual_norm_is_the_largest_product_with_the_unit_ball(drawn: tuple[Array, int]) -> None:
    """Unit vectors and sign vectors over k hold the corners of the k-norm's unit ball."""
    u, k = drawn
    size = len(u)
    units = [exactly(s * np.eye(size)[j]) for j in range(size) for s in (1, -1)]
    every = [exactly(np.array(s, dtype=float)) / k for s in itertools.product((1, -1), repeat=size)]
    assert all(norm(corner, k) == 1 for corner in (*units, *every))
    assert dual_norm(u, k) == max(u @ corner for corner in (*units, *every))


@given(vectors_with_k(), radii())
def test_the_projection_is_in_the_ball_and_nearest(drawn: tuple[Array, int], radius: Any) -> None:
    v, k = drawn
    nearest = project(v, k, radius)
    assert dual_norm(nearest, k) <= radius
    for corner in corners_of_the_dual_ball(len(v), k):
        assert (v - nearest) @ (radius * corner - nearest) <= 0


@given(vectors_with_k(), radii())
def test_the_prox_meets_its_optimality_condition(drawn: tuple[Array, int], step: Any) -> None:
    v, k = drawn
    assert optimality_gap(v, k, step, prox(v, k, step)) == (0, 0)


def test_the_optimality_condition_finds_a_wrong_prox() -> None:
    v = exactly(np.array([3.0, -2.0, 1.0]))
    assert optimality_gap(v, 2, Fraction(1), prox(v, 2, 1)) == (0, 0)
    soft = np.sign(v.astype(float)) * np.maximum(np.abs(v.astype(float)) - 1, 0)
    for wrong in (v, exactly(soft), prox(v, 1, 1), prox(v, 2, Fraction(1, 2))):
        assert optimality_gap(v, 2, Fraction(1), wrong) != (0, 0)


def test_the_ends_are_the_largest_and_the_sum() -> None:
    v = np.array([3.0, -4.0, 1.0])
    assert (norm(v, 1), norm(v, 3), norm(v, 2)) == (4, 8, 7)
    assert (dual_norm(v, 1), dual_norm(v, 3)) == (8, 4)
    np.testing.assert_array_equal(prox(v, 3, 1.0), [2, -3, 0])  # soft thresholding
    np.testing.assert_allclose(prox(v, 1, 1.0), [3, -3, 1])  # l1 ball: the largest is cut
    np.testing.assert_array_equal(prox(np.array([1.0]), 1, 0.25), [0.75])


def test_ties_share_what_is_taken() -> None:
    v = exactly(np.array([2.0, 2.0, 2.0]))
    assert prox(v, 1, 1).tolist() == [Fraction(5, 3)] * 3
    assert prox(v, 2, 1).tolist() == [Fraction(4, 3)] * 3
    assert prox(v, 2, 9).tolist() == [0, 0, 0]
    assert prox(v, 2, 0).tolist() == v.tolist()


def test_floats_agree_with_fractions() -> None:
    rng = np.random.default_rng(0)
    for k in (1, 7, 40):
        v = rng.normal(size=40)
        exact = prox(exactly(v), k, Fraction(1, 4))
        np.testing.assert_allclose(prox(v, k, 0.25), exact.astype(float), atol=1e-14)
        assert float(dual_norm(exactly(v), k)) == pytest.approx(dual_norm(v, k))


@given(vectors_with_k())
def test_it_is_what_drops_do_to_a_fitted_sample(drawn: tuple[Array, int]) -> None:
    """The residual is zero and all products raise it: the worst case is the squared k-norm."""
    v, k = drawn
    problem = Problem(np.abs(v)[None, :], [np.sum(np.abs(v))])
    assert worst_case(problem, np.ones(len(v)), k) == norm(v, k) * norm(v, k)


def test_symbols_have_a_norm() -> None:
    a, b = sympy.symbols("a b", positive=True)
    v = np.array([-a, a + b], dtype=object)
    assert norm(v, 1) == a + b
    assert dual_norm(v, 2) == a + b


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: norm([1.0], 0), ValueError, "k must be between 1 and 1, got 0"),
        (lambda: norm([1.0], 2), ValueError, "k must be between 0 and 1, got 2"),
        (lambda: norm([1.0], cast(int, 1.0)), TypeError, "k must be an integer"),
        (lambda: dual_norm([[1.0]], 1), ValueError, "u must be one-dimensional"),
        (lambda: project([1.0], 1, -1), ValueError, "radius must be at least 0"),
        (lambda: prox([1.0], 1, -1), ValueError, "step must be at least 0"),
        (lambda: prox([np.nan], 1, 1), ValueError, "v must be finite"),
        (lambda: norm([1e308, 1e308], 2), OverflowError, "the norm overflows"),
    ],
)
def test_errors_name_what_is_wrong(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
