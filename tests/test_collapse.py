"""Collapse to zero weights: against its definition and lying solvers."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from scipy.optimize import linprog
from sklearn.datasets import load_diabetes

from linreg_theory import Problem, adversarial_dropout
from linreg_theory.solvers import (
    Unresolved,
    collapse,
    collapse_budget,
    mask_space,
    zero_is_optimal,
)
from linreg_theory.testing import regressions


def some_direction_descends(problem: Problem, k: int) -> bool:
    """Whether the worst case falls from zero, for one or two features, by definition.

    The slope at zero is linear between the directions on which two masks tie, so it is
    negative somewhere only if it is on one of those.
    """
    pulls = problem.y[:, None] * problem.X
    ties = [np.array([s * row[-1], row[0]]) for row in pulls for s in (1, -1)]
    directions = [d[: problem.n_features] for d in [np.array([1, 0]), np.array([0, 1]), *ties]]
    masks = mask_space(np.ones(problem.n_features, dtype=np.int8), k)
    slopes = [
        np.sum(np.max(-(pulls * s * d) @ masks.T, axis=1)) for d in directions for s in (1, -1)
    ]
    return min(slopes) < 0


def assert_proven(problem: Problem, k: int) -> bool:
    """Check the proof that comes with the answer; return the answer."""
    found = zero_is_optimal(problem, k)
    exact = problem.exact()
    if found.optimal:
        keeps = found.keeps
        assert keeps is not None
        assert np.all((keeps >= 0) & (keeps <= 1))
        assert np.all(np.sum(keeps, axis=1) >= problem.n_features - k)
        assert not np.any(exact.y @ (keeps * exact.X))
    else:
        assert found.direction is not None
        assert isinstance(found.step, Fraction)
        lower = adversarial_dropout.worst_case(exact, found.step * found.direction, k)
        assert lower < np.sum(exact.y * exact.y)
    return found.optimal


@given(regressions(max_samples=4, max_features=2))
@settings(max_examples=200)
def test_agrees_with_the_definition(case: Any) -> None:
    problem, _ = case
    for k in range(problem.n_features + 1):
        assert assert_proven(problem, k) != some_direction_descends(problem, k)


@given(regressions(max_samples=3, max_features=4))
def test_every_answer_is_proven_and_grows_with_the_budget(case: Any) -> None:
    problem, _ = case
    answers = [assert_proven(problem, k) for k in range(problem.n_features + 1)]
    assert answers == sorted(answers)
    assert collapse_budget(problem) == answers.index(True)


def test_the_budget_of_real_data() -> None:
    X, y = load_diabetes(return_X_y=True)
    problem = Problem(X, y)
    assert collapse_budget(problem) == 2
    assert not assert_proven(problem, 1)
    assert assert_proven(problem, 2)
    assert assert_proven(problem, 10)


def test_extremes() -> None:
    assert collapse_budget(Problem([[1.0]], [0.0])) == 0
    assert collapse_budget(Problem([[1.0]], [1.0])) == 1
    assert collapse_budget(Problem([[1e150, -1e-150]], [1e-150])) == 2
    assert collapse_budget(Problem([[0.0, -0.0, 5e-324]], [1.0])) == 1


def test_symbols_and_bad_budgets_are_refused() -> None:
    x = sympy.Symbol("x", real=True)
    with pytest.raises(TypeError, match="symbols"):
        zero_is_optimal(Problem([[x, 1]], [1]), 1)
    with pytest.raises(ValueError, match="k must be"):
        zero_is_optimal(Problem([[1.0]], [1.0]), 2)
    with pytest.raises(TypeError, match="k must be"):
        zero_is_optimal(Problem([[1.0]], [1.0]), 0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "lie",
    [
        {"status": 1},
        {"x": None},
        {"x": np.ones(8), "eqlin": SimpleNamespace(marginals=np.zeros(2))},
        {"x": np.full(8, 2.0), "eqlin": SimpleNamespace(marginals=np.array([0.0, 1.0]))},
    ],
    ids=["status", "nothing", "no balance", "outside"],
)
@pytest.mark.parametrize("k", [0, 1])
def test_lying_linear_programs_are_caught(
    lie: dict[str, Any], k: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem([[1.0, 2.0], [3.0, -2.0]], [1.0, 1.0])
    assert collapse_budget(problem) in (1, 2)
    honest = linprog

    def liar(*arguments: Any, **options: Any) -> Any:
        told = honest(*arguments, **options)
        return SimpleNamespace(**{**dict(told), **lie})

    monkeypatch.setattr(collapse, "linprog", liar)
    with pytest.raises(Unresolved):
        zero_is_optimal(problem, k)
