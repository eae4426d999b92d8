"""Problems in the solvers' units, and answers in the user's.

  Units            == scales of the columns, of the targets and of the samples
  units(X, y, ...) == the Units of a problem
  u.training(delta, norm), u.dropout(k)
                   == a TrainingModel and a DropoutModel of about unit scale
  u.weights(w), u.free(b)
                   == weights in the user's units

Columns are divided by their largest entry, targets by theirs and samples multiplied by the root
of their weight. Adversarial dropout does not notice a column's scale; adversarial training does,
and its radius is scaled with the column. Columns of zeros are left out: their weight is zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linreg_theory.arithmetic import checked, quiet
from linreg_theory.arrays import Array
from linreg_theory.fits.dropout_model import DropoutModel
from linreg_theory.fits.training_model import TrainingModel

__all__ = ["Units", "units"]


@dataclass(frozen=True, eq=False)
class Units:
    """Scaled data, and what they were divided by."""

    X: Array  # (N', D'), without columns of zeros and samples of weight zero
    F: Array  # (N', 0 or 1), the intercept
    y: Array
    rho: Array  # (N',), the root of each sample's weight
    columns: Array  # (D',), the scale of each column that is kept
    kept: Array  # (D',), which these are
    target: float
    n_features: int

    def training(self, delta: float, norm: float) -> TrainingModel:
        """The model of adversarial training with this radius."""
        return TrainingModel(self.X, self.F, self.y, delta / self.columns, self.rho, norm)

    def dropout(self, k: int) -> DropoutModel:
        """The model of exact adversarial dropout with this budget.

        Columns of zeros cost nothing to drop and gain nothing, so a budget beyond the others'
        number is spent on them.
        """
        return DropoutModel(self.X, self.F, self.y, min(k, len(self.kept)))

    @quiet
    def weights(self, w: Array) -> Array:
        """Weights of all features in the user's units, (D,); OverflowError beyond floats."""
        full = np.zeros(self.n_features)
        used = w != 0
        full[self.kept[used]] = (w[used] / self.columns[used]) * self.target
        checked("a weight", full)
        return full

    def free(self, free: Array) -> float:
        """The intercept in the user's units."""
        return float(free[0] * self.target) if len(free) else 0.0


def units(X: Array, y: Array, intercept: bool, sample_weight: Array | None = None) -> Units:
    """The units of a problem.

    Parameters
    ----------
    X : array, shape (N, D)
    y : array, shape (N,)
    intercept : bool
        Whether a constant may be added, which is neither perturbed nor dropped.
    sample_weight : array, shape (N,), optional
        Not negative.
    """
    rho = np.ones(len(y)) if sample_weight is None else np.sqrt(sample_weight)
    rows = rho > 0
    X, y, rho = X[rows], y[rows], rho[rows]
    largest = np.max(np.abs(X), axis=0, initial=0)
    (kept,) = np.nonzero(largest)
    columns = largest[kept]
    target = float(np.max(np.abs(y), initial=0)) or 1.0
    scaled = np.ascontiguousarray(X[:, kept] / columns * rho[:, None])
    F = rho[:, None] if intercept else np.zeros((len(y), 0))
    return Units(scaled, F, y / target * rho, rho, columns, kept, target, X.shape[1])
