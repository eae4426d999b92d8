"""What the estimators share: validation, prediction, and the warning of a fit that fell short.

  RobustRegressor          == a linear regressor whose fit proves its gap
  weights_of_samples(s, n) == sample weights, checked

A fit minimises a sum over samples, not a mean. The intercept is neither perturbed nor dropped,
and the data are not centred: a dropped feature is a zero, wherever its mean is.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from linreg_theory.arrays import Array
from linreg_theory.certificates import DropoutCertificate, TrainingCertificate
from linreg_theory.fits import RobustFit

__all__ = ["RobustRegressor", "weights_of_samples"]


class RobustRegressor(RegressorMixin, BaseEstimator, ABC):
    """A linear regressor whose fit proves its gap; subclasses say what is minimised."""

    fit_intercept: bool
    tol: float
    certificate: bool

    @abstractmethod
    def _minimise(self, X: Array, y: Array, sample_weight: Array | None) -> RobustFit:
        """The fit in floating point."""

    @abstractmethod
    def _certify(
        self, X: Array, y: Array, sample_weight: Array | None
    ) -> TrainingCertificate | DropoutCertificate:
        """The exact optimum."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the weights.

        Parameters
        ----------
        X : array-like, shape (N, D)
            Data.
        y : array-like, shape (N,)
            Targets.
        sample_weight : array-like, shape (N,), optional
            Multiplies each sample's worst squared residual.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            If the proven gap is above the tolerance.

        Raises
        ------
        ValueError, TypeError
            For unusable data or parameters.
        Unresolved
            If a certificate is asked for and no exact optimum was found.
        """
        X, y = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
        weight = weights_of_samples(sample_weight, len(y))
        found = self._minimise(X, y, weight)
        self.coef_, self.intercept_ = found.coef, found.intercept
        self.objective_, self.dual_gap_ = found.objective, found.dual_gap
        self.dual_coef_, self.n_iter_ = found.dual, max(found.steps, 1)
        if self.certificate:
            self._take(self._certify(X, y, weight))
        elif not found.converged:
            warnings.warn(
                f"{type(self).__name__} did not converge: dual gap {found.dual_gap:.3g}, "
                f"tolerance {found.tolerance:.3g} (tol {self.tol:g} times the objective "
                f"{found.objective:.6g})",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def _take(self, proof: TrainingCertificate | DropoutCertificate) -> None:
        """The exact optimum's weights, rounded, in place of the approximate ones."""
        self.certificate_ = proof
        self.coef_ = np.array([float(value) for value in proof.w])
        self.intercept_ = float(proof.intercept)
        self.objective_, self.dual_gap_ = float(proof.value), 0.0

    def predict(self, X: Any) -> Array:
        """Predictions X w + b, shape (N,)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        predictions: Array = X @ self.coef_ + self.intercept_
        return predictions


def weights_of_samples(sample_weight: Any, samples: int) -> Array | None:
    """Sample weights (N,), checked; None for weights that are all one.

    Raises
    ------
    ValueError
        For a wrong length, NaN, infinite or negative weights, and if all are zero.
    """
    if sample_weight is None:
        return None
    weight = np.asarray(sample_weight, dtype=np.float64)
    weight = np.full(samples, float(weight)) if weight.ndim == 0 else weight
    if weight.shape != (samples,):
        raise ValueError(f"sample_weight must have shape ({samples},), got {weight.shape}")
    if not np.all(np.isfinite(weight)) or np.min(weight) < 0:
        raise ValueError("sample_weight must be finite and not negative")
    if not np.any(weight):
        raise ValueError("sample_weight must not be zero for every sample")
    return weight
