"""Fits in the user's units: weights, intercept, dual point and a proven gap.

  fit_training(X, y, delta, ...) == the RobustFit of adversarial training in l_inf or l_2 balls
  fit_training_path(X, y, ...)   == the same for several radii
  fit_dropout(X, y, k, ...)      == the RobustFit of exact adversarial dropout
  RobustFit                      == its weights, objective, dual gap, tolerance and dual point
  zero_radius(X, y, ...)         == the smallest delta at which zero weights are optimal

The intercept is neither perturbed nor dropped. Centring instead would change the problem: a
dropped feature is replaced by zero, wherever its mean is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg_theory import adversarial_training
from linreg_theory.arrays import Array, as_array, as_budget, as_radius
from linreg_theory.fits import dropout, training
from linreg_theory.fits.homotopy import training_path
from linreg_theory.fits.scaling import Units, units
from linreg_theory.fits.wide import fit_wide_path, wide_units
from linreg_theory.problem import Problem
from linreg_theory.solvers.solution import Unresolved

__all__ = ["RobustFit", "fit_dropout", "fit_training", "fit_training_path", "zero_radius"]

_WIDE = 1000  # columns from which a path is worth following on few of them


@dataclass(frozen=True, eq=False)
class RobustFit:
    """Weights whose objective is within `dual_gap` of the optimum."""

    coef: Array  # (D,)
    intercept: float
    objective: float  # the worst case, a sum over samples
    dual_gap: float  # objective less a proven lower bound of the optimum
    tolerance: float  # what the gap was to come to, in the same unit
    dual: Array  # alpha (N,), or p - q (N,), of samples of positive weight
    steps: int

    @property
    def converged(self) -> bool:
        """Whether the gap is within the tolerance."""
        return self.dual_gap <= self.tolerance


def fit_training(
    X: Any,
    y: Any,
    delta: Any,
    norm: Any = np.inf,
    *,
    intercept: bool = False,
    sample_weight: Any = None,
    tol: float = 1e-9,
) -> RobustFit:
    """Minimise sum_i s_i (|e_i| + delta ||w||)^2, the exact worst case of adversarial training.

    Parameters
    ----------
    X : array-like, shape (N, D)
    y : array-like, shape (N,)
    delta : number
        The radius, from 0 (least squares) to infinity (zero weights).
    norm : {inf, 2}
        The norm of the ball; ||w|| is its dual, l_1 or l_2.
    intercept : bool
        Fit a constant too, which is not perturbed.
    sample_weight : array-like, shape (N,), optional
        s, not negative.
    tol : float
        The gap to reach, relative to the objective.

    Raises
    ------
    TypeError, ValueError
        For unusable data, radius, norm, weights or tolerance.
    """
    if norm not in (np.inf, 2):
        raise ValueError(f"norm must be inf or 2, got {norm!r}")
    radius = np.inf if delta == np.inf else float(as_radius("delta", delta))
    scaled = _scaled(X, y, intercept, sample_weight)
    fit = training.minimise(scaled.training(radius, norm), as_tolerance(tol))
    return _robust(scaled, fit, fit.alpha, tol)


def fit_training_path(
    X: Any,
    y: Any,
    radii: Any,
    norm: Any = np.inf,
    *,
    intercept: bool = False,
    sample_weight: Any = None,
    tol: float = 1e-9,
) -> list[RobustFit]:
    """`fit_training` for each of several radii, read off the exact path in l_inf balls.

    With many more columns than samples X is not copied, and the path is followed on the few
    columns that matter (see `wide`).
    """
    options: dict[str, Any] = {
        "intercept": intercept,
        "sample_weight": sample_weight,
        "tol": tol,
    }
    radii = [np.inf if delta == np.inf else float(as_radius("delta", delta)) for delta in radii]
    followed = [delta for delta in radii if 0 < delta < np.inf and norm == np.inf]
    found: dict[float, RobustFit] = {}
    if len(followed) > 1:
        found = _followed(X, y, sorted(followed, reverse=True), options)
    return [
        found[delta] if delta in found else fit_training(X, y, delta, norm, **options)
        for delta in radii
    ]


def _followed(
    X: Any, y: Any, radii: list[float], options: dict[str, Any]
) -> dict[float, RobustFit]:
    """Fits read off the exact path at decreasing radii; not those whose gap is too large."""
    tol = as_tolerance(options["tol"])
    data, target, weight = _checked(X, y, options["sample_weight"])
    wide = data.shape[1] >= max(_WIDE, 2 * data.shape[0])
    scaled = (wide_units if wide else units)(data, target, bool(options["intercept"]), weight)
    fits: list[Any] = []
    if wide:
        fits = fit_wide_path(scaled, radii, tol)
    elif len(scaled.kept):
        try:
            path = training_path(scaled, radii[-1])
        except Unresolved:
            return {}
        fits = path.fits([delta for delta in radii if delta >= path.lowest])
    robust = [_robust(scaled, fit, fit.alpha, tol) for fit in fits]
    return {d: f for d, f in zip(radii, robust, strict=False) if wide or f.converged}


def fit_dropout(
    X: Any,
    y: Any,
    k: int,
    *,
    intercept: bool = False,
    sample_weight: Any = None,
    tol: float = 1e-9,
) -> RobustFit:
    """Minimise the exact worst case of adversarial dropout over at most k drops per sample.

    Parameters
    ----------
    k : int
        The budget, from 0 (least squares) to D (zero weights).

    Other parameters and errors as `fit_training`.
    """
    scaled = _scaled(X, y, intercept, sample_weight)
    k = as_budget("k", k, scaled.n_features)
    fit = dropout.minimise(scaled.dropout(k), as_tolerance(tol))
    return _robust(scaled, fit, fit.upper - fit.lower, tol)


def zero_radius(
    X: Any,
    y: Any,
    norm: Any = np.inf,
    *,
    intercept: bool = False,
    sample_weight: Any = None,
) -> float:
    """The smallest delta at which zero weights minimise adversarial training.

    `adversarial_training.zero_radius` of the targets less their mean, if there is an intercept,
    times the sample weights: ||X'S e|| / sum_i s_i |e_i| in the norm of the ball.
    """
    data, target, weight = _checked(X, y, sample_weight)
    if weight is None:
        weight = np.ones(len(target))
    if intercept:
        target = target - target[0]  # equal targets leave nothing, not even a rounding error
        target = target - (weight @ target) / np.sum(weight)
    return float(adversarial_training.zero_radius(Problem(data, weight * target), norm))


def as_tolerance(value: Any) -> float:
    """A positive finite number."""
    number = float(as_radius("tol", value))
    if number == 0:
        raise ValueError("tol must be positive, got 0")
    return number


def _scaled(X: Any, y: Any, intercept: bool, sample_weight: Any) -> Units:
    data, target, weight = _checked(X, y, sample_weight)
    return units(data, target, bool(intercept), weight)


def _checked(X: Any, y: Any, sample_weight: Any) -> tuple[Array, Array, Array | None]:
    data = np.asarray(as_array("X", X, 2), dtype=float)
    target = np.asarray(as_array("y", y, 1), dtype=float)
    if len(target) != len(data):
        raise ValueError(
            f"y must have length {len(data)}, one target per row of X, got {len(target)}"
        )
    weight = None
    if sample_weight is not None:
        weight = np.asarray(as_array("sample_weight", sample_weight, 1), dtype=float)
        if len(weight) != len(data):
            raise ValueError(f"sample_weight must have length {len(data)}, got {len(weight)}")
        if np.min(weight) < 0 or not np.any(weight):
            raise ValueError("sample_weight must be at least 0 and not all 0")
    return data, target, weight


def _robust(scaled: Units, fit: Any, dual: Array, tol: float) -> RobustFit:
    unit = scaled.target**2
    scale = max(fit.value, 1e-12 * float(scaled.y @ scaled.y))
    return RobustFit(
        scaled.weights(fit.w),
        scaled.free(fit.free),
        fit.value * unit,
        max(fit.value - fit.bound, 0.0) * unit,
        tol * scale * unit,
        dual * scaled.rho * scaled.target,
        fit.steps,
    )
