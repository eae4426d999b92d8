"""Solvers are believed only through the gate; here are the lies it was told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings

from linreg_theory import Problem, certificates, solvers
from linreg_theory import adversarial_dropout as ad
from linreg_theory.solvers import Unresolved, gate
from linreg_theory.testing import regressions

PROBLEM = Problem([[3.0, -1.0, 2.0], [1.0, 1.0, -4.0]], [1.0, 1.0])
W = [1.0, 1.0, 1.0]


@pytest.mark.parametrize("solver", sorted(gate.OPTIONS))
@pytest.mark.parametrize("route", ["linear", "quadratic"])
@pytest.mark.parametrize("based", [False, True])
def test_integer_programs_agree_with_everything_else(
    solver: str, route: Any, based: bool, rng: np.random.Generator
) -> None:
    problem = Problem(rng.normal(size=(8, 6)), rng.normal(size=8))
    w, base = rng.normal(size=6), rng.integers(0, 2, (8, 6)) if based else None
    for k in (0, 2, 6):
        found = solvers.integer_masks(problem, w, k, solver, route=route, base=base)
        exact = solvers.largest_masked_loss(problem.exact(), w, k, base)
        assert found.optimal
        assert found.losses.tolist() == exact.tolist()
        np.testing.assert_array_equal(found.masks, ad.worst_case_masks(problem, w, k, base))
        tried = solvers.enumerate_masks(problem.exact(), w, k, base)
        assert found.value == tried.value == np.sum(tried.bound)
        assert np.all(np.sum(found.masks != (1 if base is None else base), axis=1) <= k)


@given(regressions(max_samples=2, max_features=3))
@settings(max_examples=15)
def test_integer_programs_on_small_fractions(case: Any) -> None:
    problem, w = case
    k = problem.n_features // 2
    for route in ("linear", "quadratic"):
        found = solvers.integer_masks(problem, w, k, route=route)
        assert found.losses.tolist() == solvers.largest_masked_loss(problem, w, k).tolist()


def test_equal_products_and_scales_apart_are_solved() -> None:
    tied = Problem([[2.0, 2, 2, 2]], [1.0])
    assert solvers.integer_masks(tied, [1.0] * 4, 2).value == 49  # 1 - 8, nothing dropped
    assert solvers.integer_masks(tied, [-1.0] * 4, 2).value == 81  # 1 + 8
    scaled = Problem([[1e8, -1e8], [1e-8, 1e-8]], [1.0, 1e-8])
    assert solvers.integer_masks(scaled, [1.0, 1.0], 1).optimal


Lie = Callable[[cp.Problem], None]


def _flips(model: cp.Problem) -> cp.Variable:
    return next(v for v in model.variables() if v.attributes["boolean"])


def _set(change: Callable[[np.ndarray[Any, Any]], Any]) -> Lie:
    def lie(model: cp.Problem) -> None:
        _flips(model).save_value(change(np.array(_flips(model).value)))

    return lie


def _status(status: str) -> Lie:
    def lie(model: cp.Problem) -> None:
        model._status = status

    return lie


def _consistently(change: Callable[[np.ndarray[Any, Any]], Any]) -> Lie:
    """Wrong flips, with the value they are really worth: a suboptimal "optimum"."""

    def lie(model: cp.Problem) -> None:
        for variable in model.variables():
            variable.value = change(np.array(variable.value))
        model._value = float(model.objective.value)

    return lie


def _value(value: float) -> Lie:
    def lie(model: cp.Problem) -> None:
        model._value = value

    return lie


def _nothing(model: cp.Problem) -> None:
    _flips(model).save_value(None)


def _crash(model: cp.Problem) -> None:
    raise cp.SolverError("out of memory")


LIES: dict[str, tuple[Lie, str]] = {
    "infeasible": (_status(cp.INFEASIBLE), "status 'infeasible'"),
    "unbounded": (_status(cp.UNBOUNDED), "status 'unbounded'"),
    "inaccurate": (_status(cp.OPTIMAL_INACCURATE), "status 'optimal_inaccurate'"),
    "out of time": (_status(cp.USER_LIMIT), "status 'user_limit'"),
    "solver error": (_status(cp.SOLVER_ERROR), "status 'solver_error'"),
    "crash": (_crash, "failed: out of memory"),
    "suboptimal, called optimal": (_consistently(np.zeros_like), "does not reach the proven"),
    "no values": (_nothing, "not finite"),
    "NaN": (_set(lambda f: f * np.nan), "not finite"),
    "infinite": (_set(lambda f: f + np.inf), "not finite"),
    "0.9999 for one": (_set(lambda f: 0.9999 * f), "not zero or one"),
    "fractional": (_set(lambda f: np.full_like(f, 1 / 3)), "not zero or one"),
    "two for one": (_set(lambda f: 2 * f), "not zero or one"),
    "negative": (_set(lambda f: -f), "not zero or one"),
    "too many flips": (_set(np.ones_like), "flips more than 1"),
    "other flips than claimed": (_set(lambda f: f[:, ::-1]), "are worth"),
    "value too high": (_value(1e3), "claims 1000.0"),
    "value NaN": (_value(np.nan), "not finite"),
}


@pytest.mark.parametrize("route", ["linear", "quadratic"])
@pytest.mark.parametrize("lie", LIES)
def test_lying_solvers_are_refused(lie: str, route: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tell, message = LIES[lie]
    honest = cp.Problem.solve

    def solve(model: cp.Problem, **options: Any) -> None:
        honest(model, **options)
        tell(model)

    assert solvers.integer_masks(PROBLEM, W, 1, route=route).optimal
    monkeypatch.setattr(cp.Problem, "solve", solve)
    with pytest.raises(Unresolved, match=message):
        solvers.integer_masks(PROBLEM, W, 1, route=route)


def test_a_zero_gap_is_requested(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    honest = cp.Problem.solve

    def solve(model: cp.Problem, **options: Any) -> None:
        asked.append(options)
        honest(model, **options)

    monkeypatch.setattr(cp.Problem, "solve", solve)
    for solver in gate.OPTIONS:
        solvers.integer_masks(PROBLEM, W, 1, solver)
    for options in asked:
        options = options.get("scipy_options", options)
        assert options["mip_rel_gap"] == 0


def test_enumeration_refuses_what_it_cannot_finish() -> None:
    wide = Problem(np.ones((1, 64)), [1.0])
    with pytest.raises(ValueError, match="masks, more than enumeration"):
        solvers.enumerate_masks(wide, np.ones(64), 8)


def test_mask_space_holds_every_mask_once() -> None:
    space = solvers.mask_space([1, 0, 1], 2)
    assert len({tuple(mask) for mask in space.tolist()}) == len(space) == 1 + 3 + 3
    assert all(np.sum(mask != [1, 0, 1]) <= 2 for mask in space)


def test_enumeration_keeps_to_the_budget_and_the_number_system() -> None:
    exact = Problem([[Fraction(1), Fraction(-2)]], [Fraction(1, 2)])
    found = solvers.enumerate_masks(exact, [1, 1], 1)
    assert found.losses.tolist() == [Fraction(25, 4)]
    assert found.masks.tolist() == [[0, 1]]
    assert found.status
    assert found.method == "enumeration"


def test_a_mask_that_beats_the_proven_bound_is_a_contradiction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = certificates.certify_drops

    def too_low(*arguments: Any) -> Any:
        proof = honest(*arguments)
        low = [Fraction(0)] * len(proof.up)
        return replace(proof, up=low, down=low, base=proof.base)

    monkeypatch.setattr(gate, "certify_drops", too_low)
    monkeypatch.setattr(certificates, "_reach", lambda c, k, multiplier: Fraction(0))
    with pytest.raises(solvers.BoundExceeded, match="exceeds the proven bound"):
        solvers.integer_masks(PROBLEM, W, 1)
