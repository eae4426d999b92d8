"""Adversarial training of a linear regression as a convex problem, with its dual.

  TrainingModel(X, F, y, radii, rho, norm)
  m.reach(w)                == sigma = ||radii * w||, the dual norm of the ball: 1 or 2
  m.value(w, free)          == sum_i (|e_i| + rho_i sigma)^2, e = y - X w - F free
  m.bound(alpha)            == a lower bound of the minimum, from any alpha (N,)
  m.fit(w, free, alpha)     == both, as a Fit
  water_level(size, rho, t) == the smallest v with sum_i rho_i max(size_i, v rho_i) >= t
  Fit                       == weights, dual point, value and bound; f.gap is relative

Its dual is to maximise 2 y'alpha - |a|^2 subject to |alpha| <= a, F'alpha = 0 and
||X'alpha / radii|| <= rho'a. The conditions are homogeneous and a occurs only from below, so
any alpha is made to meet them by raising the smallest a_i to a common level, and then it is
scaled to its best multiple: the bound holds whatever the solver did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linreg_theory.arrays import Array

__all__ = ["Fit", "TrainingModel", "water_level"]


@dataclass(frozen=True, eq=False)
class Fit:
    """Weights with a dual point: the optimum is between `bound` and `value`."""

    w: Array
    free: Array
    alpha: Array
    signs: Array  # (D,), 0 where the weight is held to be zero
    sides: Array  # (N,), 0 where the residual is
    value: float
    bound: float
    steps: int = 0

    @property
    def gap(self) -> float:
        """How far the value can be above the optimum, relative to the value."""
        return max(self.value - self.bound, 0.0) / self.value if self.value > 0 else 0.0


@dataclass(frozen=True, eq=False)
class TrainingModel:
    """Penalised columns X (N, D), free columns F (N, f), radii (D,) > 0 and rho (N,) > 0.

    `radii` are the radius times the scale of each column, `rho` the root of each sample's
    weight; `norm` is that of the ball, inf or 2.
    """

    X: Array
    F: Array
    y: Array
    radii: Array
    rho: Array
    norm: float = np.inf

    def residuals(self, w: Array, free: Array) -> Array:
        """e = y - X w - F free, (N,)."""
        e: Array = self.y - self.X @ w - self.F @ free
        return e

    def reach(self, w: Array) -> float:
        """What the ball can add to a residual of unit weight."""
        scaled = self.radii * w
        return float(np.sum(np.abs(scaled)) if self.norm == np.inf else np.linalg.norm(scaled))

    def value(self, w: Array, free: Array) -> float:
        """The worst case."""
        size = np.abs(self.residuals(w, free)) + self.rho * self.reach(w)
        return float(size @ size)

    def pull(self, alpha: Array) -> float:
        """||X'alpha / radii||, which the sum rho'a must reach."""
        scaled = (alpha @ self.X) / self.radii
        if self.norm == np.inf:
            return float(np.max(np.abs(scaled), initial=0))
        return float(np.linalg.norm(scaled))

    def bound(self, alpha: Array) -> float:
        """A lower bound of the optimum: the dual value of the best multiple of alpha."""
        if self.F.shape[1]:
            alpha = alpha - self.F @ np.linalg.lstsq(self.F, alpha, rcond=None)[0]
        size = np.abs(alpha)
        a = np.maximum(size, self.rho * water_level(size, self.rho, self.pull(alpha)))
        gain, cost = float(self.y @ alpha), float(a @ a)
        return gain * (gain / cost) if gain > 0 else 0.0

    def fit(
        self,
        w: Array,
        free: Array,
        alpha: Array,
        active: Array | None = None,
        pinned: Array | None = None,
        steps: int = 0,
    ) -> Fit:
        """Weights and dual point with what they prove.

        `active` (D,) says which weights are held not to be zero and `pinned` (N,) which
        residuals are, where the floating-point numbers cannot say it.
        """
        signs, sides = np.sign(w), np.sign(self.residuals(w, free))
        signs = signs if active is None else np.where(active, signs, 0)
        sides = sides if pinned is None else np.where(pinned, 0, sides)
        return Fit(w, free, alpha, signs, sides, self.value(w, free), self.bound(alpha), steps)


def water_level(size: Array, rho: Array, total: float) -> float:
    """The smallest v >= 0 with sum_i rho_i max(size_i, v rho_i) >= total."""
    if float(rho @ size) >= total:
        return 0.0
    levels = size / rho
    order = np.argsort(levels)
    raised = np.cumsum((rho * rho)[order])  # what rises with v once it has passed each level
    still = float(rho @ size) - np.cumsum((rho * size)[order])
    candidates = (total - still) / raised  # v, if exactly the first so many are raised
    above = np.append(levels[order][1:], np.inf)
    first = int(np.argmax(candidates <= above))
    return float(candidates[first])
