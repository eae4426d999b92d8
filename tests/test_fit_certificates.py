"""Exact optima of both robust regressions: they are proven, and nothing false is accepted."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes

from benchmarks.mutations import count
from linreg_theory import Problem, certificates
from linreg_theory import adversarial_dropout as ad
from linreg_theory import adversarial_training as at
from linreg_theory.certificate_files import from_json, to_json
from linreg_theory.certificates import BadCertificate, check_fit
from linreg_theory.fits import certify_dropout, certify_training, fit_training
from linreg_theory.solvers import Unresolved
from linreg_theory.testing import regressions

F = Fraction


def training_example() -> Any:
    return certify_training(np.array([[1, 2], [3, -1], [0, 1]]), np.array([3, 1, 2]), F(1, 3))


def dropout_example() -> Any:
    X, y = np.array([[1, 2, 1], [3, -1, 2], [2, 1, -1]]), np.array([3, 1, 2])
    return certify_dropout(X, y, 1)


@settings(max_examples=60, deadline=None)
@given(regressions(), st.fractions(0, 3, max_denominator=9), st.booleans(), st.data())
def test_no_weights_do_better_than_certified_training(
    case: Any, delta: Fraction, intercept: bool, data: st.DataObject
) -> None:
    problem, w = case
    proof = certify_training(problem.X, problem.y, delta, intercept=intercept)
    b = data.draw(st.fractions(-3, 3, max_denominator=4)) if intercept else F(0)
    moved = Problem(problem.X, problem.y - b)
    assert proof.value <= at.worst_case(moved, w, delta)
    own = Problem(problem.X, problem.y - proof.intercept)
    assert at.worst_case(own, np.array(proof.w, dtype=object), delta) == proof.value


@settings(max_examples=60, deadline=None)
@given(regressions(), st.booleans(), st.data())
def test_no_weights_do_better_than_certified_dropout(
    case: Any, intercept: bool, data: st.DataObject
) -> None:
    problem, w = case
    k = data.draw(st.integers(0, problem.n_features))
    proof = certify_dropout(problem.X, problem.y, k, intercept=intercept)
    b = data.draw(st.fractions(-3, 3, max_denominator=4)) if intercept else F(0)
    assert proof.value <= ad.worst_case(Problem(problem.X, problem.y - b), w, k)
    own = Problem(problem.X, problem.y - proof.intercept)
    assert ad.worst_case(own, np.array(proof.w, dtype=object), k) == proof.value


def test_diabetes_is_certified() -> None:
    X, y = load_diabetes(return_X_y=True)
    for delta in (F(1, 1000), F(1, 50)):
        assert check_fit(certify_training(X, y, delta, intercept=True)) > 0
    for k in (1, 2):
        assert check_fit(certify_dropout(X, y, k, intercept=True)) > 0


def test_sample_weights_are_repetitions() -> None:
    X, y = np.array([[1.0, 2], [3, -1], [0, 1]]), np.array([3.0, 1, 2])
    times = np.array([2, 1, 3])
    ways: list[tuple[Any, Any]] = [(certify_training, F(1, 7)), (certify_dropout, 1)]
    for certify, parameter in ways:
        weighted = certify(X, y, parameter, intercept=True, sample_weight=times.astype(float))
        repeated = certify(
            np.repeat(X, times, axis=0), np.repeat(y, times), parameter, intercept=True
        )
        assert weighted.value == repeated.value


def test_a_radius_near_nothing_does_not_overflow() -> None:
    """Equal columns and a tiny radius: points of the path run away, which is no error."""
    X, y = np.full((1, 3), 0.5), np.array([0.25])
    delta = 8.108144893015162e-34
    with suppress(Unresolved):
        assert certify_training(X, y, delta).value <= F(delta) ** 2 / 4
    assert fit_training(X, y, delta).objective <= 1e-12


def test_samples_of_weight_zero_are_left_out() -> None:
    X, y = np.array([[1.0, 2], [3, -1], [0, 1]]), np.array([3.0, 1, 2])
    proof = certify_training(X, y, F(1, 7), sample_weight=np.array([1.0, 0, 1]))
    assert proof.value == certify_training(X[[0, 2]], y[[0, 2]], F(1, 7)).value


@pytest.mark.parametrize("make", [training_example, dropout_example])
def test_json_goes_there_and_back(make: Any) -> None:
    proof = make()
    text = json.dumps(to_json(proof))
    again = from_json(json.loads(text))
    assert to_json(again) == to_json(proof)
    assert check_fit(again) == proof.value


def test_single_mutations_are_refused() -> None:
    counts = count(3_000, seed=1)
    assert counts["damaged accepted"] == 0
    assert counts["forged and false"] == 0


def test_a_checker_that_forgets_a_condition_is_found_out(monkeypatch: Any) -> None:
    monkeypatch.setattr(certificates, "_training_bound", certificates._training_value)
    monkeypatch.setattr(certificates, "_dropout_bound", certificates._dropout_value)
    assert count(400, seed=1)["forged and false"] > 0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"delta": F(-1)}, "delta"),
        ({"a": [F(0)] * 3}, "a: entry"),
        ({"alpha": [F(0)] * 3}, "value"),
        ({"value": F(1)}, "value"),
        ({"intercept": F(1)}, "intercept"),
        ({"y": [F(1)]}, "must have 1 entries"),
        ({"X": [[F(1)]] * 3}, "rows must have 2"),
        ({"sample_weight": [F(0)] * 3}, "sample_weight"),
        ({"has_intercept": True}, "sum is not zero"),
    ],
)
def test_training_refusals_name_the_field(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadCertificate, match=complaint):
        check_fit(replace(training_example(), **change))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"k": 4}, "k: it must be"),
        ({"k": -1}, "k: it must be"),
        ({"k": 0}, "drops more than 0"),
        ({"p": [F(-1)] * 3}, "u: row 0"),
        ({"u": [[F(0)] * 3] * 3}, "u: row"),
        ({"has_intercept": True}, "sums differ"),
    ],
)
def test_dropout_refusals_name_the_field(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadCertificate, match=complaint):
        check_fit(replace(dropout_example(), **change))


def test_files_are_read_strictly() -> None:
    whole = to_json(dropout_example())
    for key in whole:
        with pytest.raises(BadCertificate):
            from_json({name: value for name, value in whole.items() if name != key})
    for key, value in (
        ("k", 1.0),
        ("k", True),
        ("y", [1, 2, 3]),
        ("y", ["1/0", "1", "2"]),
        ("y", None),
        ("value", 3),
        ("has_intercept", 1),
        ("kind", "Proof"),
        ("digest", "0"),
    ):
        broken = copy.deepcopy(whole) | {key: value}
        with pytest.raises(BadCertificate):
            from_json(broken)
    contents: list[Any] = [None, [], "text", whole | {"more": 1}]
    for content in contents:
        with pytest.raises(BadCertificate):
            from_json(content)


@pytest.mark.parametrize(
    ("X", "y", "delta", "value"),
    [
        ([[2, -2, 1, -1], [0, 1, 0, 2]], [-2, 4], "3/2", "18"),
        ([[3, 2, -3, 0], [2, 2, -2, -1]], [3, 3], "1", "9/2"),
        (
            [[3, 1, -3, 3], [-3, 0, -2, -2], [-2, 2, -2, -2], [-1, -2, -3, 0]],
            [0, -4, 0, -4],
            "3/40",
            "36/25",
        ),
    ],
)
def test_degenerate_optima_are_reached_by_exchanging(
    X: Any, y: Any, delta: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the floating-point fit reads a set wrong: at a threshold, or a weight of zero."""
    certificate = certify_training(np.array(X), np.array(y), Fraction(delta))
    assert certificate.value == check_fit(certificate) == Fraction(value)
    monkeypatch.setattr("linreg_theory.fits.exact_training._EXCHANGES", 1)
    with pytest.raises(Unresolved):
        certify_training(np.array(X), np.array(y), Fraction(delta))
