"""Bad input is refused before any work, and the message names the argument."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import sympy

from linreg_theory import Problem, noise, solvers
from linreg_theory import adversarial_dropout as ad
from linreg_theory import adversarial_training as at

X, Y, W = [[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0], [1.0, -1.0]
PROBLEM = Problem(X, Y)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ([[1, np.nan], [1, 2]], ValueError, "X must be finite"),
        ([[1, np.inf], [1, 2]], ValueError, "X must be finite"),
        ([[1, 2], [3]], ValueError, "X must be a rectangular array"),
        ([], ValueError, "X must be two-dimensional"),
        ([[], []], ValueError, "X must not be empty"),
        ([1, 2], ValueError, "X must be two-dimensional"),
        ([[1, 2]], ValueError, "y must have length 1"),
        ([[1j, 2], [1, 2]], TypeError, "X must hold real numbers"),
        ([["1", "2"], ["3", "4"]], TypeError, "X must hold real numbers"),
        ([[None, 1], [1, 2]], TypeError, "X must hold real numbers"),
        ([[Fraction(1), float("nan")], [1, 2]], ValueError, "X must be finite"),
        ([[sympy.oo, 1], [1, 2]], ValueError, "X must be finite"),
        ([[sympy.I, 1], [1, 2]], TypeError, "X must hold real numbers"),
        ([[2**60 + 1, 1], [1, 2]], ValueError, "beyond 2\\*\\*53"),
        (scipy.sparse.eye(2).tocsr(), TypeError, "dense"),
        (np.ma.masked_equal([[1.0, 2], [3, 4]], 3), TypeError, "masked"),
        (np.ones((2, 2), dtype="datetime64[s]"), TypeError, "X must hold real numbers"),
        (np.ones((2, 2), dtype=np.longdouble), TypeError, "X must hold real numbers"),
    ],
)
def test_unusable_data(data: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Problem(data, Y)


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ([1.0], ValueError, "y must have length 2"),
        ([[1.0], [2.0]], ValueError, "y must be one-dimensional"),
        ([1.0, np.nan], ValueError, "y must be finite"),
        (["a", "b"], TypeError, "y must hold real numbers"),
        (3.0, ValueError, "y must be one-dimensional"),
    ],
)
def test_unusable_targets(target: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Problem(X, target)


@pytest.mark.parametrize(
    ("w", "error", "message"),
    [
        ([1.0], ValueError, "w must have length 2"),
        ([1.0, np.inf], ValueError, "w must be finite"),
        ([[1.0, 2.0]], ValueError, "w must be one-dimensional"),
        ([1 + 2j, 0], TypeError, "w must hold real numbers"),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        lambda w: PROBLEM.loss(w),
        lambda w: at.objective(PROBLEM, w, 1),
        lambda w: at.worst_case(PROBLEM, w, 1),
        lambda w: ad.objective(PROBLEM, w, 1),
        lambda w: ad.worst_case(PROBLEM, w, 1),
        lambda w: ad.worst_case_masks(PROBLEM, w, 1),
        lambda w: noise.gaussian_loss(PROBLEM, w, 1),
        lambda w: solvers.enumerate_masks(PROBLEM, w, 1),
        lambda w: solvers.integer_masks(PROBLEM, w, 1),
    ],
)
def test_unusable_weights(call: Any, w: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(w)


@pytest.mark.parametrize(
    ("k", "error", "message"),
    [
        (-1, ValueError, "k must be between 0 and 2, got -1"),
        (3, ValueError, "k must be between 0 and 2, got 3"),
        (1.0, TypeError, "k must be an integer, got 1.0"),
        (True, TypeError, "k must be an integer"),
        ("1", TypeError, "k must be an integer"),
        (None, TypeError, "k must be an integer"),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        ad.objective,
        ad.decompose,
        ad.worst_case,
        ad.worst_case_masks,
        ad.greedy_masks,
        ad.sides,
        solvers.enumerate_masks,
        solvers.integer_masks,
    ],
)
def test_unusable_budgets(call: Any, k: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(PROBLEM, W, k)


@pytest.mark.parametrize(
    ("delta", "error", "message"),
    [
        (-0.1, ValueError, "delta must be at least 0, got -0.1"),
        (np.inf, ValueError, "delta must be finite"),
        (np.nan, ValueError, "delta must be finite"),
        (sympy.Symbol("d", negative=True), ValueError, "delta must be at least 0"),
        (1j, TypeError, "delta must hold real numbers"),
        ("1", TypeError, "delta must hold real numbers"),
        ([1.0], TypeError, "delta must be a single number"),
        (True, TypeError, "delta must be a real number"),
    ],
)
@pytest.mark.parametrize("call", [at.objective, at.decompose, at.worst_case, at.perturbations])
def test_unusable_radii(call: Any, delta: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(PROBLEM, W, delta)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: at.worst_case(PROBLEM, W, 1, norm=3), "norm must be inf, 2 or 1, got 3"),
        (lambda: ad.greedy_masks(PROBLEM, W, 1, ties="random"), "ties must be"),  # type: ignore[arg-type]
        (lambda: ad.greedy_flips(PROBLEM, W, 1, 1, at="zero"), "at must be"),  # type: ignore[arg-type]
        (lambda: ad.masked_loss(PROBLEM, W, [0, 2]), "masks must hold zeros and ones"),
        (lambda: ad.masked_loss(PROBLEM, W, [1, 1, 1]), "masks must fit shape"),
        (lambda: ad.worst_case(PROBLEM, W, 1, base=[0.5, 1]), "base must hold zeros and ones"),
        (lambda: noise.dropout_loss(PROBLEM, W, 1.5), "keep must be between 0 and 1"),
        (lambda: solvers.integer_masks(PROBLEM, W, 1, "CLARABEL"), "solver must be one of"),
        (lambda: solvers.integer_masks(PROBLEM, W, 1, route="x"), "route must be"),  # type: ignore[arg-type]
    ],
)
def test_other_unusable_arguments(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_text_masks_are_a_type_error() -> None:
    with pytest.raises(TypeError, match="masks must hold zeros and ones"):
        ad.masked_loss(PROBLEM, W, ["a", "b"])


@pytest.mark.parametrize(
    "call",
    [
        lambda p, w: p.loss(w),
        lambda p, w: at.objective(p, w, 1),
        lambda p, w: at.worst_case(p, w, 1),
        lambda p, w: ad.worst_case(p, w, 1),
        lambda p, w: ad.objective(p, w, 1),
        lambda p, w: noise.gaussian_loss(p, w, 1),
    ],
)
@pytest.mark.parametrize(("x", "w"), [(1e200, 1e0), (1e200, 1e200), (-1e160, 1e0), (1.7e308, 1e1)])
def test_overflow_is_said(call: Any, x: float, w: float) -> None:
    with pytest.raises(OverflowError, match=r"overflows float64.*Problem\.exact"):
        call(Problem([[x, -x]], [x]), [w, w / 2])


def test_exact_numbers_do_not_overflow() -> None:
    huge = Problem([[1e200]], [0.0]).exact()
    assert ad.worst_case(huge, [1e200], 0) == Fraction(1e200) ** 4


def test_numbers_keep_their_kind() -> None:
    assert Problem([[1, 2]], [3]).X.dtype == np.float64
    assert Problem(np.ones((1, 2), np.float32), np.ones(1, np.float32)).X.dtype == np.float32
    assert Problem(np.ones((1, 2), np.float16), [1]).X.dtype == np.float64
    assert Problem([[Fraction(1, 3)]], [1.5]).y[0] == Fraction(3, 2)
    assert isinstance(at.objective(PROBLEM, W, 1), float)
    assert isinstance(at.objective(PROBLEM, W, Fraction(1)), Fraction)


def test_a_problem_is_frozen_and_keeps_its_own_data() -> None:
    data = np.array(X)
    problem = Problem(data, Y)
    data[0, 0] = 99
    assert problem.X[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        problem.X[0, 0] = 2
    with pytest.raises(AttributeError):
        problem.X = data  # type: ignore[misc]
