"""Weights to look at: where the analysis is evaluated on data.

  least_squares(p)       == minimum-norm least squares
  ridge(p, penalty)      == ridge regression; the penalty is in units of scaled columns
  random_weights(p, rng) == Gaussian weights, in the scale of the data
  weights(p, name, seed) == one of them by name; WEIGHTS: ols, ridge, random

Columns and targets are scaled to at most 1 in absolute value before fitting and the weights
scaled back, so that no square overflows.
"""

from __future__ import annotations

import numpy as np

from linreg_theory.arrays import Array
from linreg_theory.problem import Problem

__all__ = ["WEIGHTS", "least_squares", "random_weights", "ridge", "weights"]

WEIGHTS = ("ols", "ridge", "random")


def least_squares(problem: Problem) -> Array:
    """Minimum-norm least-squares weights of the scaled problem, (D,)."""
    X, y, unit = _scaled(problem)
    return unit * np.linalg.lstsq(X, y, rcond=None)[0]


def ridge(problem: Problem, penalty: float) -> Array:
    """Ridge weights of the scaled problem, (D,); `penalty` multiplies the squared norm."""
    X, y, unit = _scaled(problem)
    return unit * np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)


def random_weights(problem: Problem, rng: np.random.Generator) -> Array:
    """Independent Gaussian weights that make predictions of about the size of y, (D,)."""
    _, _, unit = _scaled(problem)
    return unit * rng.normal(size=problem.n_features) / np.sqrt(problem.n_features)


def weights(problem: Problem, name: str, seed: int) -> Array:
    """Weights by name: "ols", "ridge" (penalty 1) or "random".

    Raises
    ------
    ValueError
        For another name.
    """
    if name == "ols":
        return least_squares(problem)
    if name == "ridge":
        return ridge(problem, 1)
    if name == "random":
        return random_weights(problem, np.random.default_rng(seed))
    raise ValueError(f"weights must be one of {', '.join(WEIGHTS)}, got {name!r}")


def _scaled(problem: Problem) -> tuple[Array, Array, Array]:
    """X and y scaled to at most 1, and the unit (D,) that scales weights back."""
    X, y = np.asarray(problem.X, float), np.asarray(problem.y, float)
    columns, target = np.max(np.abs(X), axis=0), np.max(np.abs(y))
    columns[columns == 0] = 1
    target = target or 1.0
    return X / columns, y / target, target / columns
