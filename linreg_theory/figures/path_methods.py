"""Five regressions over their parameter: the fits that the figure `paths` draws.

  split(problem, seed)     == a Split of the samples: to fit, and held out
  Split                    == X, y and held-out X, y
  METHODS                  == training | lasso | ridge | noise | dropout: their Method
  Method                   == its values for some data, its fits at these, its norm
  fitted_path(method, ...) == a Path
  Path                     == values, threshold, weights, intercepts, objectives, gaps
  share_of_gap(fit, y)     == a fit's dual gap relative to its objective

All fit an intercept, which is neither perturbed, nor dropped, nor penalised, and nothing is
centred. Sizes are those of sums over samples. Where targets are constant, zero weights fit them
at any value, and the unit of a radius or of a penalty is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from linreg_theory import fitting
from linreg_theory.arithmetic import quiet
from linreg_theory.arrays import Array
from linreg_theory.fits import fit_dropout, fit_training_path, zero_radius
from linreg_theory.problem import Problem
from linreg_theory.solvers import Unresolved
from linreg_theory.thresholds import zero_budget

__all__ = ["METHODS", "Method", "Path", "Split", "fitted_path", "share_of_gap", "split"]

_FEATURES = 64  # more are not drawn, and exact thresholds would take minutes
_NUMBERS = 16_000  # in X, for the same reason
_FEWEST = 8  # samples, of which a quarter can be held out
_BUDGETS = 16  # so many are tried one by one
_RATIOS = (*np.geomspace(1e-3, 0.9, 36), 0.999, 1.001, 1.25, 1.6, 2.0)  # of a threshold


@dataclass(frozen=True, eq=False)
class Split:
    """Samples to fit, and others to test on; `held_y` is empty if there are too few."""

    X: Array
    y: Array
    held_X: Array
    held_y: Array

    @property
    def scales(self) -> Array:
        """Root mean squares (D,) of the features, 1 for a column of zeros."""
        scales: Array = np.sqrt(np.mean(self.X * self.X, axis=0))
        return np.where(scales > 0, scales, 1.0)

    @property
    def spread(self) -> float:
        """Standard deviation of the targets, 1 if they are constant."""
        return float(np.std(self.y)) if np.ptp(self.y) else 1.0

    @property
    def pulls(self) -> Array:
        """X'(y - mean), (D,): what the features have to say at zero weights."""
        centred = self.y - self.y[0]
        return self.X.T @ (centred - np.mean(centred))


@dataclass(frozen=True, eq=False)
class Path:
    """Fits over the values of one parameter, which stand along axis 0 of arrays."""

    values: Array  # (n,)
    axis: Array  # (n,), where they are drawn
    threshold: float | None  # among the values' likes: from where zero weights are optimal
    weights: Array  # (n, D)
    intercepts: Array  # (n,)
    objectives: Array  # (n,)
    gaps: Array | None  # (n,), relative; None where the method proves none


@dataclass(frozen=True)
class Method:
    """What to fit, where, and in which norm its weights are measured."""

    robust: bool  # its fits prove their gap
    values: Callable[[Split], tuple[Array, Array, float | None]]  # values, axis, threshold
    fits: Callable[[Array, Array, Array], Sequence[Any]]
    norm: Callable[[Array, Array], Any]  # of weights (n, D), given the scales
    dust: float = 0.0  # what counts as zero beside the largest weight, in their scales


def split(problem: Problem, seed: int) -> Split:
    """A quarter held out at random, if there are eight samples; large data are cut.

    At most 64 features are kept, the first, and as many samples to fit as make 16,000 numbers.
    """
    X, y = np.asarray(problem.X, float)[:, :_FEATURES], np.asarray(problem.y, float)
    samples, features = X.shape
    order = np.random.default_rng(seed).permutation(samples)
    held = samples // 4 if samples >= _FEWEST else 0
    most = max(_NUMBERS // features, 1)
    kept, tested = np.sort(order[held:][:most]), np.sort(order[:held])
    return Split(X[kept], y[kept], X[tested], y[tested])


@quiet
def fitted_path(method: Method, data: Split) -> Path:
    """A fit at each of the method's values."""
    values, axis, threshold = method.values(data)
    found = method.fits(data.X, data.y, values)
    return Path(
        values,
        axis,
        threshold,
        np.array([fit.coef for fit in found]),
        np.array([fit.intercept for fit in found]),
        np.array([fit.objective for fit in found]),
        np.array([share_of_gap(fit, data.y) for fit in found]) if method.robust else None,
    )


def share_of_gap(fit: Any, y: Array) -> float:
    """The dual gap relative to the objective, or to what rounding leaves of ||y||^2."""
    return float(fit.dual_gap) / max(float(fit.objective), 1e-12 * float(y @ y), 1e-300)


def _radii(data: Split) -> tuple[Array, Array, float | None]:
    """Radii as multiples of the one from which zero weights are optimal (AT-8)."""
    return _multiples(zero_radius(data.X, data.y, intercept=True))


def _lasso_penalties(data: Split) -> tuple[Array, Array, float | None]:
    """Penalties as multiples of 2 max |X'(y - mean)|, from which zero weights are optimal."""
    return _multiples(2 * float(np.max(np.abs(data.pulls))))


def _multiples(unit: float) -> tuple[Array, Array, float | None]:
    axis = np.array(_RATIOS)
    return axis * (unit or 1.0), axis, unit or None


def _ridge_penalties(data: Split) -> tuple[Array, Array, None]:
    """Penalties as multiples of the features' mean sum of squares."""
    axis = np.geomspace(1e-3, 1e3, 41)
    return axis * float(len(data.y) * np.mean(data.scales**2)), axis, None


def _drop_rates(data: Split) -> tuple[Array, Array, None]:
    axis = np.linspace(0, 1, 41)
    return axis, axis, None


def _budgets(data: Split) -> tuple[Array, Array, float | None]:
    """All budgets; of many features some, up to twice the one at which zero is optimal."""
    features = data.X.shape[1]
    threshold = _zero_budget(data)
    if features <= _BUDGETS:
        budgets = np.arange(features + 1)
    else:
        near = threshold or features // 2
        last = min(features, max(2 * near, near + 4))
        some = np.rint(np.linspace(0, last, min(last + 1, _BUDGETS))).astype(int)
        around = np.array([near - 1, near, near + 1])
        budgets = np.unique(np.append(some, around[(around >= 0) & (around <= features)]))
    return budgets, budgets, None if threshold is None else float(threshold)


def _zero_budget(data: Split) -> int | None:
    """`thresholds.zero_budget` of the targets less their exact mean: the best intercept."""
    exact = Problem(data.X, data.y).exact()
    try:
        return zero_budget(Problem(exact.X, exact.y - sum(exact.y) / len(exact.y)))
    except Unresolved:
        return None


def _fit_training(X: Array, y: Array, values: Array) -> Sequence[Any]:
    return fit_training_path(X, y, values, intercept=True)


def _fit_dropout(X: Array, y: Array, values: Array) -> Sequence[Any]:
    """With nothing to drop the data may be centred: of all least squares the smallest weights."""
    fits = [fit_dropout(X, y, int(k), intercept=True) for k in values if k > 0]
    if np.all(values > 0):
        return fits
    means, mean = np.mean(X, axis=0), np.mean(y)
    least = fit_dropout(X - means, y - mean, 0)
    return [replace(least, intercept=float(mean - means @ least.coef)), *fits]


def _fit_lasso(X: Array, y: Array, values: Array) -> Sequence[Any]:
    return [fitting.fit(Problem(X, y), "lasso", value) for value in values]


def _fit_ridge(X: Array, y: Array, values: Array) -> Sequence[Any]:
    return [fitting.fit(Problem(X, y), "ridge", value) for value in values]


def _fit_noise(X: Array, y: Array, values: Array) -> Sequence[Any]:
    """q w, the weights of the mean prediction, where w minimises the loss under dropout noise.

    By NB-2 they minimise sum_i (y_i - b - x_i'v)^2 + (p / q) sum_ij (x_ij v_j)^2: a ridge
    regression on columns of length 1. At p = 1 they are zero.
    """
    used = np.any(X != 0, axis=0)
    lengths = np.where(used, np.sqrt(np.sum(X * X, axis=0)), 1.0)
    scaled = Problem(X / lengths, y)
    found: list[Any] = []
    for p in values:
        if p == 0:
            fit = fitting.fit(scaled, "ols", None)
        elif p == 1:
            fit = replace(found[-1], coef=np.zeros(X.shape[1]), intercept=float(np.mean(y)))
            fit = replace(fit, objective=float(np.sum((y - fit.intercept) ** 2)))
        else:
            fit = fitting.fit(scaled, "ridge", p / (1 - p))
        found.append(fit)
    return [replace(fit, coef=np.where(used, fit.coef / lengths, 0.0)) for fit in found]


def _l1(weights: Array, scales: Array) -> Any:
    return np.sum(np.abs(weights), axis=-1)


def _l2(weights: Array, scales: Array) -> Any:
    return np.sqrt(np.sum(weights * weights, axis=-1))


METHODS = {
    "training": Method(True, _radii, _fit_training, _l1),
    "lasso": Method(False, _lasso_penalties, _fit_lasso, _l1),
    "ridge": Method(False, _ridge_penalties, _fit_ridge, _l2),
    "noise": Method(False, _drop_rates, _fit_noise, lambda w, scales: _l2(w * scales, scales)),
    "dropout": Method(
        True, _budgets, _fit_dropout, lambda w, scales: _l1(w * scales, scales), 1e-6
    ),
}
