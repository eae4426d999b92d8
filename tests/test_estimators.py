"""The estimators behave as scikit-learn's do, and say what their fits prove."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from linreg_theory import Problem
from linreg_theory import adversarial_dropout as ad
from linreg_theory import adversarial_training as at
from linreg_theory.estimators import (
    AdversarialDropoutRegressor,
    AdversarialDropoutRegressorCV,
    AdversarialTrainingRegressor,
    AdversarialTrainingRegressorCV,
    adversarial_dropout_path,
    adversarial_training_path,
)
from linreg_theory.fits import zero_radius

X, Y = load_diabetes(return_X_y=True)

ESTIMATORS = [
    AdversarialTrainingRegressor(),
    AdversarialTrainingRegressor(norm=2),
    AdversarialDropoutRegressor(),
    AdversarialTrainingRegressorCV(n_radii=4),
    AdversarialDropoutRegressorCV(budgets=[0, 1]),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=str)
def test_every_check_of_scikit_learn_passes(estimator: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as scikit-learn's own runner does
        results = check_estimator(estimator, on_skip=None, expected_failed_checks={})
    assert all(result["status"] in ("passed", "skipped") for result in results)
    assert sum(result["status"] == "passed" for result in results) > 50


@pytest.mark.parametrize("norm", [np.inf, 2])
def test_the_objective_is_the_worst_case(norm: float) -> None:
    model = AdversarialTrainingRegressor(0.01, norm=norm).fit(X, Y)
    value = at.worst_case(Problem(X, Y - model.intercept_), model.coef_, 0.01, norm)
    assert model.objective_ == pytest.approx(value, rel=1e-12)
    assert 0 <= model.dual_gap_ <= 1e-9 * value


def test_the_objective_of_dropout_is_the_worst_case() -> None:
    model = AdversarialDropoutRegressor(2).fit(X, Y)
    value = ad.worst_case(Problem(X, Y - model.intercept_), model.coef_, 2)
    assert model.objective_ == pytest.approx(value, rel=1e-12)
    assert 0 <= model.dual_gap_ <= 1e-9 * value


@pytest.mark.parametrize(
    "model", [AdversarialTrainingRegressor(0), AdversarialDropoutRegressor(0)], ids=str
)
def test_no_radius_and_no_budget_are_least_squares(model: Any) -> None:
    plain = LinearRegression().fit(X, Y)
    model.fit(X, Y)
    np.testing.assert_allclose(model.coef_, plain.coef_, rtol=1e-8)
    assert model.intercept_ == pytest.approx(plain.intercept_)


@pytest.mark.parametrize(
    "model", [AdversarialTrainingRegressor(np.inf), AdversarialDropoutRegressor(10)], ids=str
)
def test_the_other_ends_are_the_mean(model: Any) -> None:
    model.fit(X, Y)
    assert not model.coef_.any()
    assert model.intercept_ == pytest.approx(Y.mean())


def test_dropout_does_not_see_a_feature_s_scale() -> None:
    scales = np.logspace(-8, 8, 10)
    plain = AdversarialDropoutRegressor(1).fit(X, Y)
    scaled = AdversarialDropoutRegressor(1).fit(X * scales, Y)
    np.testing.assert_allclose(scaled.coef_ * scales, plain.coef_, rtol=1e-4, atol=1e-3)


def test_dropout_sees_a_feature_s_mean() -> None:
    plain = AdversarialDropoutRegressor(1).fit(X, Y)
    moved = AdversarialDropoutRegressor(1).fit(X + 1, Y)
    assert moved.objective_ > plain.objective_ * 1.001


def test_a_certificate_is_kept() -> None:
    for model in (
        AdversarialTrainingRegressor(0.01, certificate=True),
        AdversarialDropoutRegressor(1, certificate=True),
    ):
        model.fit(X, Y)
        assert model.dual_gap_ == 0
        rough = clone(model).set_params(certificate=False).fit(X, Y)
        assert rough.objective_ == pytest.approx(model.objective_, rel=1e-8)
        assert float(model.certificate_.value) == model.objective_


def test_a_certificate_for_another_norm_is_refused() -> None:
    with pytest.raises(ValueError, match="certificate needs norm=inf"):
        AdversarialTrainingRegressor(0.1, norm=2, certificate=True).fit(X, Y)


def test_a_fit_that_falls_short_says_by_how_much() -> None:
    with pytest.warns(ConvergenceWarning, match=r"dual gap .*, tolerance .*tol 1e-300 times"):
        AdversarialDropoutRegressor(1, tol=1e-300).fit(X, Y)


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"radius": -1}, "delta must be at least 0"),
        ({"radius": np.nan}, "delta must be finite"),
        ({"norm": 3}, "norm must be inf or 2"),
        ({"tol": 0}, "tol must be positive"),
    ],
)
def test_bad_parameters_are_named(parameters: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        AdversarialTrainingRegressor(**parameters).fit(X, Y)


def test_bad_budgets_and_weights_are_named() -> None:
    with pytest.raises(ValueError, match="k must be between 0 and 10"):
        AdversarialDropoutRegressor(11).fit(X, Y)
    for weight, complaint in (
        (np.zeros(len(Y)), "not be zero for every sample"),
        (-np.ones(len(Y)), "not negative"),
        (np.ones(3), "shape"),
        (np.full(len(Y), np.nan), "finite"),
    ):
        with pytest.raises(ValueError, match=complaint):
            AdversarialDropoutRegressor(1).fit(X, Y, weight)


def test_sparse_data_are_refused_with_a_word() -> None:
    with pytest.raises(TypeError, match="dense data is required"):
        AdversarialTrainingRegressor().fit(scipy.sparse.csr_array(X), Y)


def test_pipelines_and_searches() -> None:
    search = GridSearchCV(
        make_pipeline(StandardScaler(), AdversarialTrainingRegressor()),
        {"adversarialtrainingregressor__radius": [0.01, 0.1]},
        cv=3,
    )
    search.fit(X, Y)
    assert search.best_score_ > 0.4


def test_cross_validation_takes_the_smallest_error() -> None:
    model = AdversarialTrainingRegressorCV(n_radii=5).fit(X, Y)
    means = model.mse_path_.mean(axis=1)
    assert model.radius_ == model.radii_[np.argmin(means)]
    same = AdversarialTrainingRegressor(model.radius_).fit(X, Y)
    np.testing.assert_array_equal(model.coef_, same.coef_)
    budgets = AdversarialDropoutRegressorCV().fit(X, Y)
    assert list(budgets.budgets_) == [0, 1, 2, 4, 8]
    assert budgets.n_drops_ == budgets.budgets_[np.argmin(budgets.mse_path_.mean(axis=1))]


def test_the_training_path_starts_at_zero() -> None:
    radii, coefs, gaps = adversarial_training_path(X, Y, n_radii=6)
    assert radii[0] == zero_radius(X, Y)
    assert coefs.shape == (10, 6)
    assert not coefs[:, 0].any()
    assert np.all(np.diff(np.abs(coefs).sum(axis=0)) > 0)
    assert gaps.shape == (6,)


def test_the_dropout_path_ends_at_zero() -> None:
    budgets, coefs, _ = adversarial_dropout_path(X, Y)
    assert list(budgets) == list(range(11))
    assert not coefs[:, -1].any()
    assert coefs[:, 0].all()


def test_a_path_refuses_what_it_cannot_use() -> None:
    with pytest.raises(ValueError, match="eps must be between"):
        adversarial_training_path(X, Y, eps=2)
    with pytest.raises(ValueError, match="n_radii must be at least 1"):
        adversarial_training_path(X, Y, n_radii=0)
    with pytest.raises(ValueError, match="n_drops must be between"):
        adversarial_dropout_path(X, Y, n_drops=[11])
