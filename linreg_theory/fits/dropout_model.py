"""Exact adversarial dropout as a convex problem in the weights, with its dual.

  DropoutModel(X, F, y, k)
  m.value(w, free)              == sum_i max(|e_i| + P_i(k), M_i(k) - |e_i|)^2
  m.bound(p, q, up, down)       == a lower bound of the minimum, from multipliers near the optimum
  DropoutFit                    == weights, multipliers, value and bound; f.gap is their
                                   relative gap, as `training_model` defines it

Its dual is to maximise 2 y'(p - q) - |p + q|^2 over 0 <= u_ij <= p_i, 0 <= v_ij <= q_i with
sum_j u_ij >= (D - k) p_i, sum_j v_ij >= (D - k) q_i, sum_i x_ij (u_ij - v_ij) = 0 for each j
and F'(p - q) = 0: u and v are what is kept of the weights p and q of both sides. What a solver
leaves of the equations is made up by raising p and q a little, so the bound always holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linreg_theory.adversarial_dropout import worst_case
from linreg_theory.arithmetic import quiet
from linreg_theory.arrays import Array
from linreg_theory.fits.training_model import beyond_rounding, relative_gap, without
from linreg_theory.problem import Problem

__all__ = ["DropoutFit", "DropoutModel"]


@dataclass(frozen=True, eq=False)
class DropoutFit:
    """Weights with a dual point: the optimum is between `bound` and `value`."""

    w: Array
    free: Array
    upper: Array  # p (N,), the weight of "the residual is pushed up"
    lower: Array  # q (N,)
    dropped: Array  # (2, N, D): p_i - u_ij and q_i - v_ij
    value: float
    bound: float
    steps: int = 0
    size: float = 0.0  # |y|, for what rounding is

    @property
    def gap(self) -> float:
        """How far the value can be above the optimum; `relative_gap` says relative to what."""
        return relative_gap(self.value, self.bound, self.size)


@dataclass(frozen=True, eq=False)
class DropoutModel:
    """Droppable columns X (N, D), free columns F (N, f) that are always kept, targets, budget."""

    X: Array
    F: Array
    y: Array
    k: int

    def residuals(self, w: Array, free: Array) -> Array:
        """e = y - X w - F free, (N,)."""
        e: Array = self.y - self.X @ w - self.F @ free
        return e

    def value(self, w: Array, free: Array) -> float:
        """The worst case over at most k drops per sample."""
        if not self.X.size:
            e = self.residuals(w, free)
            return float(e @ e)
        return float(worst_case(Problem(self.X, self.y - self.F @ free), w, self.k))

    @quiet
    def bound(self, upper: Array, lower: Array, dropped: Array) -> float:
        """A lower bound of the optimum: the dual value of the nearest feasible multipliers."""
        largest = float(np.max([upper, lower], initial=0))
        if not 0 < largest < np.inf:
            return 0.0
        p, q = np.maximum(upper, 0) / largest, np.maximum(lower, 0) / largest
        if self.k == 0:  # least squares
            alpha = without(np.hstack([self.X, self.F]), p - q)
            return self._dual_value(np.maximum(alpha, 0), np.maximum(-alpha, 0))
        u, v = self._allowed(p, dropped[0] / largest), self._allowed(q, dropped[1] / largest)
        if self.F.shape[1]:
            off = (p - q) - without(self.F, p - q)
            p, q = p + np.maximum(-off, 0), q + np.maximum(off, 0)
        kept = (p - q)[:, None] - (u - v)
        unbalanced = np.sum(self.X * kept, axis=0)
        squares = np.sum(self.X * self.X, axis=0)
        squares[squares == 0] = 1
        change = np.abs(self.X * (unbalanced / squares))
        raised = np.maximum(change.max(axis=1, initial=0), change.sum(axis=1) / self.k)
        return self._dual_value(p + raised, q + raised)

    def _allowed(self, whole: Array, dropped: Array) -> Array:
        """What may be dropped of the weights of a side: each at most the whole, k in all."""
        inside = np.clip(dropped, 0, whole[:, None])
        total = inside.sum(axis=1)
        over = total > self.k * whole
        shrink = np.divide(self.k * whole, total, where=over, out=np.ones_like(total))
        shrunk: Array = inside * shrink[:, None]
        return shrunk

    def _dual_value(self, p: Array, q: Array) -> float:
        gain, a = float(self.y @ (p - q)), p + q
        return float(beyond_rounding(gain * (gain / float(a @ a)), self.y)) if gain > 0 else 0.0

    def fit(
        self, w: Array, free: Array, upper: Array, lower: Array, dropped: Array, steps: int = 0
    ) -> DropoutFit:
        """Weights and multipliers with what they prove."""
        value, bound = self.value(w, free), self.bound(upper, lower, dropped)
        size = float(np.linalg.norm(self.y))
        return DropoutFit(w, free, upper, lower, dropped, value, bound, steps, size)
