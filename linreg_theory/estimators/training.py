"""Adversarial training as an estimator.

  AdversarialTrainingRegressor == sum_i s_i (|e_i| + radius ||w||_dual)^2 minimised

It is the exact worst case over l_inf or l_2 balls around every sample, not Formula 12 as
printed, whose step is zero where a residual is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.arrays import Array
from linreg_theory.certificates import TrainingCertificate
from linreg_theory.estimators.base import RobustRegressor
from linreg_theory.fits import RobustFit, certify_training, fit_training

__all__ = ["AdversarialTrainingRegressor"]


class AdversarialTrainingRegressor(RobustRegressor):
    """Linear regression that minimises its worst case over perturbations in a ball.

    The objective is sum_i s_i (|y_i - x_i'w - b| + radius ||w||)^2, ||w|| the dual norm of the
    ball's (Xu, Caramanis and Mannor 2009; Ribeiro et al. 2023), s_i the sample weights.

    Parameters
    ----------
    radius : float, default 0.1
        The size of the perturbations, in the unit of X; 0 gives least squares, infinity w = 0.
    norm : {inf, 2}, default inf
        The norm of the ball; the penalty is then l_1 or l_2.
    fit_intercept : bool, default True
        Fit b, which is not perturbed.
    tol : float, default 1e-9
        The dual gap to reach, relative to the objective.
    certificate : bool, default False
        Solve in rational arithmetic and keep a proof of optimality; l_inf only, small problems.

    Attributes
    ----------
    coef_ : array, shape (D,)
    intercept_ : float
    objective_ : float
        The worst case, a sum over the samples.
    dual_gap_ : float
        Objective less a proven lower bound of the optimum; 0 with a certificate.
    dual_coef_ : array, shape (N',)
        The dual point, for the samples of positive weight.
    certificate_ : TrainingCertificate
        Where it was asked for.
    n_iter_ : int
    n_features_in_ : int
    feature_names_in_ : array, shape (D,)
        Where X has them.
    """

    def __init__(
        self,
        radius: float = 0.1,
        *,
        norm: float = np.inf,
        fit_intercept: bool = True,
        tol: float = 1e-9,
        certificate: bool = False,
    ) -> None:
        self.radius = radius
        self.norm = norm
        self.fit_intercept = fit_intercept
        self.tol = tol
        self.certificate = certificate

    @property
    def _radius(self) -> float:
        return self.radius

    def _minimise(self, X: Array, y: Array, sample_weight: Array | None) -> RobustFit:
        options: dict[str, Any] = {"intercept": self.fit_intercept, "tol": self.tol}
        return fit_training(X, y, self._radius, self.norm, sample_weight=sample_weight, **options)

    def _certify(self, X: Array, y: Array, sample_weight: Array | None) -> TrainingCertificate:
        if self.norm != np.inf:
            raise ValueError(f"certificate needs norm=inf, got {self.norm}: roots are irrational")
        return certify_training(
            X, y, self._radius, intercept=self.fit_intercept, sample_weight=sample_weight
        )
