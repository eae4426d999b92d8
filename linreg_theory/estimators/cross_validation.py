"""Radius and budget by cross-validation.

  AdversarialTrainingRegressorCV == AdversarialTrainingRegressor at the best of several radii
  AdversarialDropoutRegressorCV  == AdversarialDropoutRegressor at the best of several budgets

The best is the one with the smallest mean squared error on the folds left out; the estimator is
then fitted to all samples.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import check_cv
from sklearn.utils.validation import validate_data

from linreg_theory.arrays import Array, as_budget, as_radius
from linreg_theory.estimators.base import RobustRegressor, weights_of_samples
from linreg_theory.estimators.dropout import AdversarialDropoutRegressor
from linreg_theory.estimators.paths import default_radii
from linreg_theory.estimators.training import AdversarialTrainingRegressor
from linreg_theory.fits import RobustFit, fit_dropout, fit_training_path

__all__ = ["AdversarialDropoutRegressorCV", "AdversarialTrainingRegressorCV"]


class _Chosen(RobustRegressor):
    """Chooses one of several values by cross-validation; mixed in before an estimator."""

    cv: Any

    @abstractmethod
    def _values(self, X: Array, y: Array, sample_weight: Array | None) -> Array:
        """The values to choose from."""

    @abstractmethod
    def _path(self, X: Array, y: Array, values: Array, weight: Array | None) -> list[RobustFit]:
        """A fit for each value."""

    @abstractmethod
    def _choose(self, values: Array, best: int) -> None:
        """Take up the best value."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Choose by cross-validation and fit to all samples.

        Parameters, warnings and errors as those of the estimator without cross-validation.
        """
        X, y = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
        weight = weights_of_samples(sample_weight, len(y))
        values = self._values(X, y, weight)
        errors = []
        for train, test in check_cv(self.cv).split(X, y):
            inner = None if weight is None else weight[train]
            outer = None if weight is None else weight[test]
            if (inner is not None and not inner.any()) or (outer is not None and not outer.any()):
                continue  # a fold without weight says nothing
            fits = self._path(X[train], y[train], values, inner)
            errors.append(
                [
                    mean_squared_error(
                        y[test], X[test] @ fit.coef + fit.intercept, sample_weight=outer
                    )
                    for fit in fits
                ]
            )
        if not errors:
            raise ValueError("sample_weight leaves no fold with weight in both of its parts")
        self.mse_path_ = np.array(errors).T
        self._choose(values, int(np.argmin(self.mse_path_.mean(axis=1))))
        return super().fit(X, y, weight)


class AdversarialTrainingRegressorCV(_Chosen, AdversarialTrainingRegressor):
    """AdversarialTrainingRegressor at the radius that cross-validation prefers.

    Parameters
    ----------
    radii : array-like, optional
        Radii to try; by default `n_radii` of them from where all weights are zero down to
        `eps` times that.
    cv : int, cross-validation generator or iterable, optional
        As in scikit-learn; five folds by default.
    norm, fit_intercept, tol, certificate
        As those of AdversarialTrainingRegressor.

    Attributes
    ----------
    radius_ : float
    radii_ : array, shape (n,)
    mse_path_ : array, shape (n, folds)
    and those of AdversarialTrainingRegressor.
    """

    def __init__(
        self,
        *,
        radii: Any = None,
        n_radii: int = 30,
        eps: float = 1e-3,
        norm: float = np.inf,
        fit_intercept: bool = True,
        cv: Any = None,
        tol: float = 1e-9,
        certificate: bool = False,
    ) -> None:
        self.radii = radii
        self.n_radii = n_radii
        self.eps = eps
        self.norm = norm
        self.fit_intercept = fit_intercept
        self.cv = cv
        self.tol = tol
        self.certificate = certificate

    @property
    def _radius(self) -> float:
        return self.radius_

    def _values(self, X: Array, y: Array, sample_weight: Array | None) -> Array:
        if self.radii is not None:
            given = [float(as_radius("radii", radius)) for radius in self.radii]
            return np.sort(given)[::-1]
        return default_radii(
            X,
            y,
            n_radii=self.n_radii,
            eps=self.eps,
            norm=self.norm,
            intercept=self.fit_intercept,
            sample_weight=sample_weight,
        )

    def _path(self, X: Array, y: Array, values: Array, weight: Array | None) -> list[RobustFit]:
        return fit_training_path(
            X,
            y,
            values,
            self.norm,
            intercept=self.fit_intercept,
            sample_weight=weight,
            tol=self.tol,
        )

    def _choose(self, values: Array, best: int) -> None:
        self.radii_, self.radius_ = values, float(values[best])


class AdversarialDropoutRegressorCV(_Chosen, AdversarialDropoutRegressor):
    """AdversarialDropoutRegressor at the budget that cross-validation prefers.

    Parameters
    ----------
    budgets : array-like of int, optional
        Budgets to try; by default 0, 1, 2, 4, ... up to D.
    cv : int, cross-validation generator or iterable, optional
        As in scikit-learn; five folds by default.
    fit_intercept, tol, certificate
        As those of AdversarialDropoutRegressor.

    Attributes
    ----------
    n_drops_ : int
    budgets_ : array, shape (n,)
    mse_path_ : array, shape (n, folds)
    and those of AdversarialDropoutRegressor.
    """

    def __init__(
        self,
        *,
        budgets: Any = None,
        fit_intercept: bool = True,
        cv: Any = None,
        tol: float = 1e-9,
        certificate: bool = False,
    ) -> None:
        self.budgets = budgets
        self.fit_intercept = fit_intercept
        self.cv = cv
        self.tol = tol
        self.certificate = certificate

    def _values(self, X: Array, y: Array, sample_weight: Array | None) -> Array:
        features, budgets = X.shape[1], self.budgets
        if budgets is None:
            doubled = 2 ** np.arange(features.bit_length())
            budgets = [0, *doubled[doubled <= features]]
        return np.sort([as_budget("budgets", k, features) for k in budgets])

    def _path(self, X: Array, y: Array, values: Array, weight: Array | None) -> list[RobustFit]:
        options: dict[str, Any] = {"intercept": self.fit_intercept, "tol": self.tol}
        return [fit_dropout(X, y, int(k), sample_weight=weight, **options) for k in values]

    def _choose(self, values: Array, best: int) -> None:
        self.budgets_, self.n_drops_ = values, int(values[best])

    @property
    def _budget(self) -> int:
        return self.n_drops_
