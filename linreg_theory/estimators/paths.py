"""Whole paths: the weights as the radius or the budget grows.

  adversarial_training_path(X, y, ...) == radii, weights (D, n), dual gaps (n,)
  adversarial_dropout_path(X, y, ...)  == budgets, weights (D, n), dual gaps (n,)
  default_radii(X, y, ...)             == radii from where all weights are zero down

As with scikit-learn's lasso_path no intercept is fitted here; the estimators fit one.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array

from linreg_theory.arrays import Array, as_budget, as_radius
from linreg_theory.fits import RobustFit, fit_dropout, fit_training_path, zero_radius

__all__ = ["adversarial_dropout_path", "adversarial_training_path", "default_radii"]


def adversarial_training_path(
    X: Any,
    y: Any,
    *,
    radii: Any = None,
    n_radii: int = 100,
    eps: float = 1e-3,
    norm: float = np.inf,
    tol: float = 1e-9,
) -> tuple[Array, Array, Array]:
    """Weights that minimise the worst case of adversarial training, for each radius.

    Parameters
    ----------
    X : array-like, shape (N, D)
    y : array-like, shape (N,)
    radii : array-like, optional
        The radii; by default `n_radii` of them, from where all weights become zero down to
        `eps` times that, on a logarithmic scale.
    norm : {inf, 2}
        The norm of the ball.
    tol : float
        The dual gap to reach, relative to the objective.

    Returns
    -------
    radii : array, shape (n,)
        In decreasing order.
    coefs : array, shape (D, n)
    dual_gaps : array, shape (n,)

    Warns
    -----
    ConvergenceWarning
        If a gap is above its tolerance.
    """
    X = check_array(X, dtype=np.float64)
    if radii is None:
        radii = default_radii(X, y, n_radii=n_radii, eps=eps, norm=norm)
    radii = np.sort([float(as_radius("radii", radius)) for radius in radii])[::-1]
    fits = fit_training_path(X, y, radii, norm, tol=tol)
    return radii, *_collected("adversarial_training_path", fits)


def adversarial_dropout_path(
    X: Any, y: Any, *, n_drops: Any = None, tol: float = 1e-9
) -> tuple[Array, Array, Array]:
    """Weights that minimise the worst case over k drops, for each budget k.

    Parameters
    ----------
    n_drops : array-like of int, optional
        The budgets; 0..D by default.

    Other parameters and what is returned as for `adversarial_training_path`, the budgets in
    increasing order.
    """
    X = check_array(X, dtype=np.float64)
    features = X.shape[1]
    budgets = range(features + 1) if n_drops is None else n_drops
    budgets = np.sort([as_budget("n_drops", k, features) for k in budgets])
    fits = [fit_dropout(X, y, int(k), tol=tol) for k in budgets]
    return budgets, *_collected("adversarial_dropout_path", fits)


def default_radii(
    X: Array,
    y: Any,
    *,
    n_radii: int = 100,
    eps: float = 1e-3,
    norm: float = np.inf,
    intercept: bool = False,
    sample_weight: Array | None = None,
) -> Array:
    """Radii on a logarithmic scale, from where all weights are zero down to eps times that."""
    if not 0 < eps < 1:
        raise ValueError(f"eps must be between 0 and 1, got {eps}")
    if n_radii < 1:
        raise ValueError(f"n_radii must be at least 1, got {n_radii}")
    largest = zero_radius(X, y, norm, intercept=intercept, sample_weight=sample_weight) or 1.0
    radii: Array = np.geomspace(largest, largest * eps, n_radii)
    return radii


def _collected(name: str, fits: list[RobustFit]) -> tuple[Array, Array]:
    short = [fit for fit in fits if not fit.converged]
    if short:
        worst = max(short, key=lambda fit: fit.dual_gap / fit.tolerance)
        warnings.warn(
            f"{name}: {len(short)} of {len(fits)} fits did not converge, the worst with dual gap "
            f"{worst.dual_gap:.3g} (tolerance {worst.tolerance:.3g}, objective "
            f"{worst.objective:.6g})",
            ConvergenceWarning,
            stacklevel=3,
        )
    coefs = np.stack([fit.coef for fit in fits], axis=1)
    return coefs, np.array([fit.dual_gap for fit in fits])
