"""Counts and losses of the comparison, on a problem worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from linreg_theory import Problem, solvers
from linreg_theory.comparison import compare_masks


def test_by_hand() -> None:
    """Three samples, w = (1, 1), k = 1.

    e = 1, a = (1, 0): greedy drops the first and is right, 4.
    e = -1, a = (5, 0): greedy drops nothing, 1; dropping the first gives (-1 + 5)^2 = 16.
    e = 1, a = (2, 2): a tie, Formula 14 drops both; ties broken 9, which is the maximum.
    """
    problem = Problem([[1.0, 0.0], [5.0, 0.0], [2.0, 2.0]], [2.0, 4.0, 5.0])
    c = compare_masks(problem, [1.0, 1.0], 1)
    assert (c.samples, c.features, c.k) == (3, 2, 1)
    assert c.optimal == 2
    assert c.overspent == 1
    assert (c.clean, c.greedy, c.exact) == (3, 14, 29)
    assert c.missed == pytest.approx(15 / 26)
    assert c.worst_ratio == 1 / 16
    assert c.agree
    assert [route.tried for route in c.routes] == [3] * 5


def test_nothing_to_gain() -> None:
    c = compare_masks(Problem([[0.0]], [0.0]), [1.0], 1)
    assert (c.missed, c.worst_ratio, c.optimal) == (0, 1, 1)


def test_slow_routes_take_a_seeded_sample(rng: np.random.Generator) -> None:
    problem, w = Problem(rng.normal(size=(30, 3)), rng.normal(size=30)), rng.normal(size=3)
    first, again = (compare_masks(problem, w, 1, rows=7, seed=3) for _ in range(2))
    assert first == again
    assert {route.tried for route in first.routes} == {7, 30}


@pytest.mark.parametrize("error", [solvers.Unresolved, solvers.BoundExceeded])
def test_a_solver_without_an_answer_is_noted(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise error("out of time")

    monkeypatch.setattr(solvers, "integer_masks", refuse)
    problem = Problem([[1.0, 2.0]], [1.0])
    if error is solvers.BoundExceeded:
        with pytest.raises(error):
            compare_masks(problem, [1.0, 1.0], 1)
        return
    c = compare_masks(problem, [1.0, 1.0], 1)
    assert [r.note for r in c.routes if "integer" in r.name] == ["unresolved: out of time"] * 2
    assert c.agree
