"""The softmax head and its divergences, in every number system."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from mpmath.ctx_iv import ivmpf

from linreg_theory.heads import (
    Divergence,
    Head,
    cross_entropy,
    enclosed,
    entropy,
    kullback_leibler,
    quadratic_error,
    reversed_cross_entropy,
)

head_of: Any = Head  # with lists, too
DIVERGENCES = (cross_entropy, reversed_cross_entropy, kullback_leibler, quadratic_error)
HALF = Fraction(1, 2)


def _random_head(rng: np.random.Generator) -> tuple[Head, Any, Any]:
    units, classes = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    head = head_of(
        rng.normal(size=units), rng.normal(size=(units, classes)), rng.normal(size=classes)
    )
    return head, rng.dirichlet(np.ones(classes)), rng.uniform(size=units)


def test_values_by_hand() -> None:
    head = head_of([1, 2], [[Fraction(1), 0], [HALF, 0]])
    assert list(head.logits([1, 0])) == [1, 0]
    assert head.probabilities([0, 0]).tolist() == [HALF, HALF]
    assert head.probabilities([0, 1])[1] == 1 / (1 + sympy.E)
    assert quadratic_error([1, 0], [HALF, HALF]) == HALF
    assert cross_entropy([Fraction(1), 0], [HALF, HALF]) == sympy.log(2)
    assert entropy([HALF, HALF]) == sympy.log(2)
    assert entropy([Fraction(0), Fraction(1)]) == 0
    quarter = Fraction(1, 4)
    skewed = kullback_leibler([HALF, HALF], [quarter, 1 - quarter])
    assert sympy.expand(skewed - sympy.log(2) + sympy.log(3) / 2) == 0


@pytest.mark.parametrize("divergence", DIVERGENCES)
@pytest.mark.parametrize("seed", range(5))
def test_jacobian_is_the_derivative(divergence: Divergence, seed: int) -> None:
    head, target, mask = _random_head(np.random.default_rng(seed))
    step = 1e-6
    mask = np.clip(mask, step, 1 - step)
    for j, value in enumerate(head.jacobian(divergence, target, mask)):
        moved = step * np.eye(len(mask))[j]
        up, down = (head.divergence(divergence, target, mask + t * moved) for t in (1, -1))
        assert value == pytest.approx((up - down) / (2 * step), abs=1e-7)


@pytest.mark.parametrize("divergence", DIVERGENCES)
@pytest.mark.parametrize("seed", range(5))
def test_intervals_enclose_what_floats_approach(divergence: Divergence, seed: int) -> None:
    head, target, mask = _random_head(np.random.default_rng(seed))
    sure = Head(enclosed(head.h), enclosed(head.W), enclosed(head.b))
    value = sure.divergence(divergence, target, mask)
    assert isinstance(value, ivmpf)
    assert float(value.delta.b) < 1e-25
    assert head.divergence(divergence, target, mask) == pytest.approx(float(value.mid.a), abs=1e-13)
    floats = head.jacobian(divergence, target, mask)
    for one, other in zip(floats, sure.jacobian(divergence, target, mask), strict=True):
        assert one == pytest.approx(float(other.mid.a), abs=1e-13)


def test_large_logits_do_not_overflow() -> None:
    head = head_of([1e3], [[1.0, 0.0, -1.0]])
    assert head.probabilities([1]).tolist() == [1, 0, 0]
    assert head.divergence(cross_entropy, [1, 0, 0], [1]) == 0


def test_interval_inputs_are_kept() -> None:
    wide = enclosed([1])[0].ctx.mpf([0, 1])
    head = head_of(np.array([wide], dtype=object), [[1, 0]])
    p = head.probabilities([1])
    assert p[0].a <= HALF.numerator / HALF.denominator <= p[0].b


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: head_of([1, 2], [[1, 0]]), ValueError, "W must have length 2"),
        (lambda: head_of([1], [[1, 0]], [1]), ValueError, "b must have length 2"),
        (lambda: head_of([np.nan], [[1, 0]]), ValueError, "h must be finite"),
        (lambda: head_of(["a"], [[1, 0]]), TypeError, "h must hold real numbers"),
        (lambda: head_of([1], [[1, 0]]).logits([1, 0]), ValueError, "mask must have length 1"),
        (lambda: head_of([1], [[1, 0]]).logits([2]), ValueError, "between 0 and 1"),
        (lambda: cross_entropy([1, 0], [0, 1]), ValueError, "q must be positive"),
        (lambda: quadratic_error([1, 0], [1]), ValueError, "q must have length 2"),
        (lambda: entropy([-1, 2]), ValueError, "p must not hold negative"),
        (lambda: enclosed([np.inf]), ValueError, "finite"),
        (lambda: enclosed([sympy.Symbol("x")]), TypeError, "symbolic"),
        (
            lambda: head_of([1], [[1, 0]]).jacobian(lambda p, q: 0, [1, 0], [1]),
            ValueError,
            "divergence must be one of cross_entropy",
        ),
        (
            lambda: head_of([1], [[1, 0]]).divergence(quadratic_error, [1], [1]),
            ValueError,
            "target must have length 2",
        ),
    ],
)
def test_unusable_input_is_named(build: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        build()
