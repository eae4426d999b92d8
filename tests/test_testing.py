"""The strategies draw what they promise and shrink to the smallest; the assertions can fail."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import Phase, given
from hypothesis.errors import NoSuchExample

from linreg_theory import Problem, testing
from linreg_theory import adversarial_dropout as ad
from linreg_theory.rounding import Rounded

Drawn = tuple[Problem, np.ndarray[Any, Any]]

PROMISED: dict[str, Callable[[Problem, Any], bool]] = {
    "one sample, one feature": lambda p, w: p.X.shape == (1, 1),
    "fewer samples than features": lambda p, w: p.n_samples < p.n_features,
    "more samples than features": lambda p, w: p.n_samples > p.n_features,
    "a zero residual": lambda p, w: bool(np.any(p.residuals(w) == 0)),
    "only zero residuals": lambda p, w: bool(np.all(p.residuals(w) == 0)),
    "residuals of both signs": lambda p, w: len({bool(e > 0) for e in p.residuals(w)}) == 2,
    "a zero weight": lambda p, w: bool(np.any(w == 0)),
    "tied products": lambda p, w: any(
        len(set(map(abs, row))) < len(row) and any(row) for row in p.products(w).tolist()
    ),
    "duplicate columns": lambda p, w: any(
        np.all(p.X[:, i] == p.X[:, -1]) and np.any(p.X[:, i] != 0) for i in range(p.n_features - 1)
    ),
    "a zero column": lambda p, w: bool(np.any(np.all(p.X == 0, axis=0))),
}


def _found(strategy: Any, condition: Callable[[Any], bool], *phases: Phase) -> Any:
    quick = hypothesis.settings(
        max_examples=1000, derandomize=True, database=None, phases=(Phase.generate, *phases)
    )
    with np.errstate(all="ignore"):
        return hypothesis.find(strategy, condition, settings=quick)


@pytest.mark.parametrize("numbers", ["rational", "float"])
@pytest.mark.parametrize("promise", PROMISED)
def test_what_is_promised_is_drawn(promise: str, numbers: Any) -> None:
    _found(testing.regressions(numbers=numbers), lambda case: PROMISED[promise](*case))


@pytest.mark.parametrize("k", ["none", "some", "all"])
def test_both_ends_of_the_budget_are_drawn(k: str) -> None:
    wanted = {"none": [0], "some": [1, 2, 3], "all": [4]}[k]
    assert _found(testing.budgets(4), lambda drawn: drawn in wanted) in wanted


@pytest.mark.parametrize(
    "condition",
    [
        lambda p, w: bool(np.max(np.abs(p.X)) > 1e120),
        lambda p, w: bool(0 < np.max(np.abs(p.X)) < 2.3e-308),
        lambda p, w: bool(np.all(np.rint(p.X) == p.X) and np.any(p.X != 0)),
    ],
)
def test_floats_reach_the_extremes(condition: Callable[[Problem, Any], bool]) -> None:
    _found(testing.regressions(numbers="float"), lambda case: condition(*case))


@given(testing.regressions(numbers="float"), testing.budgets(1))
def test_nothing_that_is_drawn_overflows(case: Drawn, k: int) -> None:
    problem, w = case
    assert np.isfinite(ad.worst_case(problem, w, k))


def test_counterexamples_shrink_to_one_sample_and_one_feature() -> None:
    problem, w = _found(testing.regressions(), lambda case: case[0].loss(case[1]) > 0, Phase.shrink)
    assert problem.X.shape == (1, 1)
    assert (problem.X[0, 0], problem.y[0], w[0]) == (0, 1, 0)


def test_the_search_for_what_is_never_drawn_fails() -> None:
    with pytest.raises(NoSuchExample):
        _found(testing.budgets(2), lambda k: k == 3)


@given(testing.base_masks(2, 3), testing.radii(), testing.rationals())
def test_the_smaller_strategies(masks: Any, delta: Fraction, number: Fraction) -> None:
    assert masks.shape == (2, 3)
    assert set(np.unique(masks)) <= {0, 1}
    assert delta >= 0
    assert number.denominator in (1, 2, 3)


def test_assert_relation_can_fail() -> None:
    testing.assert_relation("=", Fraction(1, 2), Fraction(2, 4))
    with pytest.raises(AssertionError, match="false: 1 = 2"):
        testing.assert_relation("=", 1, 2)
    with pytest.raises(AssertionError, match="false"):
        testing.assert_relation(">=", [Fraction(1), Fraction(0)], [0, Fraction(1)])


def test_assert_rounding_can_fail() -> None:
    def wrong(problem: Problem, w: Any) -> Any:
        loss = problem.loss(w)
        return loss if isinstance(loss, Rounded) else loss * (1 + 1e-12)

    problem, w = Problem([[0.1, 0.7]], [0.3]), np.array([0.9, -0.2])
    assert testing.assert_rounding(lambda p, w: p.loss(w), problem, w)
    with pytest.raises(AssertionError, match="outside the proven error"):
        testing.assert_rounding(wrong, problem, w)


def test_assert_rounding_says_where_rounding_decides() -> None:
    problem = Problem([[0.1, 0.2]], [0.3])  # the residual is a rounding error
    assert not testing.assert_rounding(lambda p, w: ad.objective(p, w, 1), problem, np.ones(2))
