"""The error bounds are bounds, are not loose, and admit what they cannot decide."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linreg_theory.rounding import FLOAT32, FLOAT64, Rounded, Undecided
from linreg_theory.testing import rounded

FLOATS = st.floats(-1e80, 1e80) | st.floats(-1e-300, 1e-300) | st.integers(-9, 9).map(float)


def _sums(x: np.ndarray[Any, Any]) -> list[float]:
    """The same sum in four orders."""
    return [float(np.sum(x)), float(np.sum(x[::-1])), sum(sorted(x)), float(x @ np.ones(len(x)))]


@given(st.lists(FLOATS, min_size=1, max_size=40))
def test_sums_in_any_order_are_within_the_bound(values: list[float]) -> None:
    x = np.array(values)
    bound = np.sum(rounded(x))
    for result in _sums(x):
        assert abs(Fraction(result) - bound.value) <= bound.error


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=20))
def test_products_and_their_sums_are_within_the_bound(pairs: list[tuple[float, float]]) -> None:
    a, b = np.array(pairs).T
    bound = rounded(a) @ rounded(b)
    with np.errstate(under="ignore"):
        results = [float(a @ b), float(np.sum(a * b)), float(np.sum((a * b)[::-1]))]
    for result in results:
        assert abs(Fraction(result) - bound.value) <= bound.error


@given(st.lists(st.floats(-1e9, 1e9, width=32), min_size=1, max_size=30))
def test_single_precision_has_its_own_bound(values: list[float]) -> None:
    x = np.array(values, dtype=np.float32)
    bound = rounded(x) @ rounded(x)
    with np.errstate(under="ignore"):
        assert abs(Fraction(float(x @ x)) - bound.value) <= bound.error


def test_the_bound_is_not_loose() -> None:
    """Errors come within a factor of ten of the bound for a sum that rounds every time."""
    x = np.full(1000, 0.1)
    bound = sum(rounded(x)[1:], start=rounded(x)[0])
    error = abs(Fraction(sum(x.tolist())) - bound.value)
    assert 0 < error <= bound.error <= 1000 * error


def test_subnormal_products_are_bounded_absolutely() -> None:
    tiny = Rounded(5e-324)
    half = tiny * Rounded(0.4)
    assert half.error >= abs(Fraction(5e-324 * 0.4) - half.value) > 0


@pytest.mark.parametrize("values", [[1.0, -1.0], [3.0, 4.0, -7.0], [0.5, 0.25, -0.75]])
def test_small_dyadic_numbers_are_exact_and_decided(values: list[float]) -> None:
    total = np.sum(rounded(np.array(values)))
    assert total.error == 0
    assert total == 0


def test_a_sign_within_rounding_errors_is_undecided() -> None:
    almost = Rounded(0.1) + Rounded(0.2) - Rounded(0.3)  # 2.8e-17, floats say 5.6e-17
    with pytest.raises(Undecided, match="rounding errors"):
        almost.compare(0)
    assert Rounded(0.1) * 3 > Rounded(0.2)


@pytest.mark.parametrize("form", [FLOAT32, FLOAT64])
def test_too_many_roundings_are_refused(form: Any) -> None:
    with pytest.raises(Undecided, match="too many"):
        form.gamma(2**form.precision // 4)


def test_square_roots_need_a_square_without_cancellation() -> None:
    assert (Rounded(9.0) + Rounded(16.0)).sqrt().value == 5
    for number in (Rounded(2.0), Rounded(10.0) - Rounded(1.0)):
        with pytest.raises(Undecided, match="square root"):
            number.sqrt()


def test_only_floats_can_be_rounded_numbers() -> None:
    with pytest.raises(TypeError):
        Rounded(1.0) + "1"
    assert repr(Rounded(1.5)) == "Rounded(3/2, error <= 0)"
