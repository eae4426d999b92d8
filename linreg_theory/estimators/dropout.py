"""Exact adversarial dropout as an estimator.

  AdversarialDropoutRegressor == sum_i s_i max(|e_i| + P_i(k), M_i(k) - |e_i|)^2 minimised

It is the exact worst case over at most k drops per sample, not the paper's greedy objective,
which is neither convex nor continuous.
"""

from __future__ import annotations

from typing import Any

from linreg_theory.arrays import Array
from linreg_theory.certificates import DropoutCertificate
from linreg_theory.estimators.base import RobustRegressor
from linreg_theory.fits import RobustFit, certify_dropout, fit_dropout

__all__ = ["AdversarialDropoutRegressor"]


class AdversarialDropoutRegressor(RobustRegressor):
    """Linear regression that minimises its worst case over features dropped from each sample.

    The objective is the sum of s_i max (y_i - b - sum_{j kept} x_ij w_j)^2 over at most n_drops
    features dropped. It is unchanged when a feature is rescaled, so nothing needs scaling; but
    not when one is shifted: a dropped feature is a zero. From some budget on, w = 0 is optimal.

    Parameters
    ----------
    n_drops : int, default 1
        The budget k, from 0 (least squares) to D.
    fit_intercept : bool, default True
        Fit b, which is never dropped.
    tol : float, default 1e-9
        The dual gap to reach, relative to the objective.
    certificate : bool, default False
        Solve in rational arithmetic and keep a proof of optimality; small problems.

    Attributes
    ----------
    coef_, intercept_, objective_, dual_gap_, dual_coef_, certificate_, n_iter_
        As those of AdversarialTrainingRegressor.
    n_features_in_ : int
    feature_names_in_ : array, shape (D,)
        Where X has them.
    """

    def __init__(
        self,
        n_drops: int = 1,
        *,
        fit_intercept: bool = True,
        tol: float = 1e-9,
        certificate: bool = False,
    ) -> None:
        self.n_drops = n_drops
        self.fit_intercept = fit_intercept
        self.tol = tol
        self.certificate = certificate

    def __sklearn_tags__(self) -> Any:
        """Tags; the score may be poor: where few features matter, none may be relied upon."""
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags

    @property
    def _budget(self) -> int:
        return self.n_drops

    def _minimise(self, X: Array, y: Array, sample_weight: Array | None) -> RobustFit:
        return fit_dropout(
            X,
            y,
            self._budget,
            intercept=self.fit_intercept,
            sample_weight=sample_weight,
            tol=self.tol,
        )

    def _certify(self, X: Array, y: Array, sample_weight: Array | None) -> DropoutCertificate:
        return certify_dropout(
            X, y, self._budget, intercept=self.fit_intercept, sample_weight=sample_weight
        )
