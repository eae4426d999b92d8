"""The reference solver is believed only through the gate, and agrees with our own fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg_theory import adversarial_dropout, adversarial_training
from linreg_theory.fits import fit_dropout, fit_training, zero_radius
from linreg_theory.problem import Problem
from linreg_theory.solvers import ReferenceDropout, ReferenceTraining, Unresolved
from linreg_theory.testing import regressions

TOL = 1e-8


def gaussian(n: int, d: int, seed: int = 3) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + 0.3
    return X, X[:, 0] - X[:, 1] + 0.5 * rng.normal(size=n) + 2


def assert_agreement(reference: Any, fit: Any, y: Any) -> None:
    """Neither is better than the other's optimum can be."""
    size = float(y @ y) or 1.0
    slack = 1e-6 * reference.value + 10 * TOL * size
    assert reference.value >= fit.objective - fit.dual_gap - 1e-10 * size
    assert reference.value <= fit.objective + slack
    assert abs(reference.claimed - reference.value) <= slack


@pytest.mark.parametrize("norm", [np.inf, 2])
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("shape", [(30, 6), (12, 25)])
def test_training_agrees_with_the_fits(norm: Any, intercept: bool, shape: Any) -> None:
    X, y = gaussian(*shape)
    X[:, 1] *= 1e3
    reference = ReferenceTraining(X, y, norm, intercept, TOL)
    assert reference.model.is_dcp(dpp=True)
    largest = zero_radius(X, y, norm, intercept=intercept)
    for delta in (2 * largest, 0.5 * largest, 0.1 * largest, 0.7 * largest):
        found = reference.solve(delta)
        fit = fit_training(X, y, delta, norm, intercept=intercept)
        assert fit.converged
        assert_agreement(found, fit, y)
        worst = adversarial_training.worst_case(
            Problem(X, y - found.intercept), found.w, delta, norm
        )
        assert found.value == pytest.approx(worst, rel=1e-12)
        assert intercept or found.intercept == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("k", [0, 1, 3, 6])
def test_dropout_agrees_with_the_fits(k: int, intercept: bool) -> None:
    X, y = gaussian(25, 6)
    X[:, 1] *= 1e3
    found = ReferenceDropout(X, y, k, intercept, TOL).solve()
    fit = fit_dropout(X, y, k, intercept=intercept)
    assert fit.converged
    assert_agreement(found, fit, y)
    worst = adversarial_dropout.worst_case(Problem(X, y - found.intercept), found.w, k)
    assert found.value == pytest.approx(worst, rel=1e-12)


@given(regressions(max_samples=6, max_features=4), st.sampled_from((0.05, 0.3, 0.9)), st.data())
@settings(max_examples=20)
def test_degenerate_problems_agree_too(case: Any, part: float, data: Any) -> None:
    X, y = case[0].X.astype(float), case[0].y.astype(float)
    delta = part * zero_radius(X, y) or 0.1
    assert_agreement(ReferenceTraining(X, y, tol=TOL).solve(delta), fit_training(X, y, delta), y)
    k = data.draw(st.integers(1, X.shape[1]))
    assert_agreement(ReferenceDropout(X, y, k, tol=TOL).solve(), fit_dropout(X, y, k), y)


Lie = Callable[[cp.Problem], None]


def _weights(model: cp.Problem) -> Any:
    """The variable that multiplies X: the one of D = 4 entries that is not a bound on it."""
    return next(v for v in model.constraints[0].variables() if v.shape == (4,))


def _status(status: str) -> Lie:
    def lie(model: cp.Problem) -> None:
        model._status = status

    return lie


def _value(change: Callable[[float], float]) -> Lie:
    def lie(model: cp.Problem) -> None:
        model._value = change(model.value)

    return lie


def _set(change: Callable[[Any], Any]) -> Lie:
    def lie(model: cp.Problem) -> None:
        _weights(model).save_value(change(np.array(_weights(model).value)))

    return lie


def _crash(model: cp.Problem) -> None:
    raise cp.SolverError("out of memory")


LIES: dict[str, tuple[Lie, str]] = {
    "infeasible": (_status(cp.INFEASIBLE), "status 'infeasible'"),
    "unbounded": (_status(cp.UNBOUNDED), "status 'unbounded'"),
    "inaccurate": (_status(cp.OPTIMAL_INACCURATE), "status 'optimal_inaccurate'"),
    "out of time": (_status(cp.USER_LIMIT), "status 'user_limit'"),
    "crash": (_crash, "CLARABEL failed: out of memory"),
    "no weights": (_set(lambda w: None), "not finite"),
    "NaN": (_set(lambda w: w * np.nan), "not finite"),
    "one NaN": (_set(lambda w: np.where(np.arange(4) == 2, np.nan, w)), "not finite"),
    "infinite": (_set(lambda w: w + np.inf), "not finite"),
    "other weights than claimed": (_set(lambda w: w[::-1]), "its weights are worth"),
    "weights a hundredth off": (_set(lambda w: 1.01 * w), "its weights are worth"),
    "value too low": (_value(lambda v: 0.99999 * v), "its weights are worth"),
    "value too high": (_value(lambda v: 1.00001 * v), "its weights are worth"),
    "value negative": (_value(lambda v: -v), "its weights are worth"),
    "value NaN": (_value(lambda v: np.nan), "not finite"),
}


def _solvers() -> dict[str, Callable[[], Any]]:
    X, y = gaussian(15, 4)
    training, dropout = ReferenceTraining(X, y), ReferenceDropout(X, y, 1)
    return {"training": lambda: training.solve(0.2), "dropout": dropout.solve}


@pytest.mark.parametrize("which", ["training", "dropout"])
@pytest.mark.parametrize("lie", LIES)
def test_lying_solvers_are_refused(lie: str, which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tell, message = LIES[lie]
    honest = cp.Problem.solve

    def solve(model: cp.Problem, **options: Any) -> None:
        honest(model, **options)
        tell(model)

    work = _solvers()[which]
    assert work().value > 0
    monkeypatch.setattr(cp.Problem, "solve", solve)
    with pytest.raises(Unresolved, match=message):
        work()


def test_a_consistent_lie_passes_the_gate_and_fails_the_comparison(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The gate proves no optimum; the bound of our own fit does."""
    X, y = gaussian(15, 4)
    reference, fit = ReferenceTraining(X, y), fit_training(X, y, 0.2)
    assert_agreement(reference.solve(0.2), fit, y)
    honest = cp.Problem.solve

    def suboptimal(model: cp.Problem, **options: Any) -> None:
        honest(model, **options)
        for variable in model.variables():
            variable.save_value(np.zeros(variable.shape))
        model._value = float(np.sum((y / np.max(np.abs(y))) ** 2))

    monkeypatch.setattr(cp.Problem, "solve", suboptimal)
    with pytest.raises(AssertionError):
        assert_agreement(reference.solve(0.2), fit, y)


def test_tolerances_and_reuse_are_requested(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    honest = cp.Problem.solve

    def solve(model: cp.Problem, **options: Any) -> None:
        asked.append(options)
        honest(model, **options)

    monkeypatch.setattr(cp.Problem, "solve", solve)
    X, y = gaussian(15, 4)
    ReferenceTraining(X, y, tol=1e-7).solve(0.2)
    ReferenceDropout(X, y, 1, tol=1e-8).solve()
    for options, tol in zip(asked, (1e-7, 1e-8), strict=True):
        assert options["solver"] == "CLARABEL"
        assert options["warm_start"] is True
        assert {options[f"tol_{name}"] for name in ("gap_rel", "gap_abs", "feas")} == {tol}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ReferenceTraining([[1.0, np.nan]], [1.0]), "X must be finite"),
        (lambda: ReferenceTraining([[1.0]], [1.0, 2.0]), "y must have length 1, got 2"),
        (lambda: ReferenceTraining([[1.0]], [1.0], 1), "norm must be inf or 2, got 1"),
        (lambda: ReferenceTraining([[1.0]], [1.0], tol=0), "tol must be positive, got 0"),
        (lambda: ReferenceTraining([[1.0]], [1.0]).solve(-1), "delta must be at least 0, got -1"),
        (lambda: ReferenceDropout([[1.0]], [1.0], 2), "k must be between 0 and 1, got 2"),
    ],
)
def test_bad_input_is_named(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
