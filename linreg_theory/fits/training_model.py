"""Adversarial training of a linear regression as a convex problem, with its dual.

  TrainingModel(X, F, y, radii, rho, norm)
  m.reach(w)                == sigma = ||radii * w||, the dual norm of the ball: 1 or 2
  m.value(w, free)          == sum_i (|e_i| + rho_i sigma)^2, e = y - X w - F free
  m.bound(alpha)            == a lower bound of the minimum, from any alpha (N,)
  m.fit(w, free, alpha)     == both, as a Fit
  shortest_solution(A, b)    == the shortest least squares solution, refined once
  dual_value(alpha, ...)    == what alpha proves, if it is orthogonal to the free columns
  water_level(size, rho, t) == the smallest v with sum_i rho_i max(size_i, v rho_i) >= t
  relative_gap(value, bound, size)
                            == (value - bound) / max(value, 1e-6 size sqrt(value)), size = |y|
  beyond_rounding(bound, y) == the bound, or 0 if it is below 1e-30 |y|^2
  without(columns, vector)  == what the columns leave of a vector, by least squares
  Fit                       == weights, dual point, value and bound; f.gap is their relative gap

Its dual is to maximise 2 y'alpha - |a|^2 subject to |alpha| <= a, F'alpha = 0 and
||X'alpha / radii|| <= rho'a. The conditions are homogeneous and a occurs only from below, so
any alpha is made to meet them by raising the smallest a_i to a common level, and then it is
scaled to its best multiple: the bound holds whatever the solver did. A column of tiny radius is
nearly free, and no floating-point alpha is orthogonal enough to it: alpha is moved to the limit
of such columns by least squares, until what is left of the way is rounding (`_eased`).

Residuals are known to about 1e-15 |y|, so the root of the value is: where the value is below
1e-12 |y|^2 the gap is relative to the larger 1e-6 |y| sqrt(value). A gap of 1e-9 then means that
sqrt(value) is right to 1e-15 |y|, and a value of up to 1e-30 |y|^2 counts as zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.linalg
from numba import njit

from linreg_theory.arithmetic import checked, quiet
from linreg_theory.arrays import Array

__all__ = [
    "Fit",
    "TrainingModel",
    "beyond_rounding",
    "dual_value",
    "relative_gap",
    "shortest_solution",
    "water_level",
    "without",
]

_ROOT = 1e-6  # of |y|: below it the root of the value is judged against |y|
_ROUNDING = 1e-14  # of alpha, and what moves it no further is rounding
_NOISY = (1e-10, 1e-6)  # of a limit: a column whose pull is not known to that is nearly free
_MET = 1e-13  # a relative gap that no better bound is looked for
_NOTHING = 1e-30  # of |y|^2
_LEFT = 1e-13  # of a vector that is orthogonal, as far as rounding allows
_EASED = 256  # columns, at most, whose limit alpha is moved to
_ROUNDS = 4


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
    size: float = 0.0  # |y|, for what rounding is

    @property
    def gap(self) -> float:
        """How far the value can be above the optimum; `relative_gap` says relative to what."""
        return relative_gap(self.value, self.bound, self.size)


@dataclass(frozen=True, eq=False)
class TrainingModel:
    """Penalised columns X (N, D), free columns F (N, f), radii (D,) >= 0 and rho (N,) > 0.

    `radii` are the radius over the scale of each column, `rho` the root of each sample's
    weight; `norm` is that of the ball, inf or 2. A column of radius 0 is free, the weight of a
    column of infinite radius is zero.
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
        scaled = np.multiply(self.radii, w, where=w != 0, out=np.zeros(len(w)))
        return float(np.sum(np.abs(scaled)) if self.norm == np.inf else np.linalg.norm(scaled))

    def value(self, w: Array, free: Array) -> float:
        """The worst case; OverflowError if it is beyond floating point."""
        return self._reached(self.residuals(w, free), w)[0]

    @quiet
    def _reached(self, e: Array, w: Array) -> tuple[float, float]:
        """The worst case |a|^2 and the sum rho'a, for a_i = |e_i| + rho_i sigma."""
        size = np.abs(e) + self.rho * self.reach(w)
        return float(checked("the worst case", size @ size)), float(self.rho @ size)

    def pull(self, alpha: Array) -> float:
        """||X'alpha / radii||, which the sum rho'a must reach."""
        return self._pull(alpha, self.radii > 0)

    @quiet
    def bound(self, alpha: Array, total: float = 0, enough: float = np.inf) -> float:
        """A lower bound of the optimum, up to rounding: the dual value of alpha's best multiple.

        `total` says what the sum rho'a is about to be, for alpha as it is, and no bound better
        than `enough` is looked for; the bound holds whatever they are.
        """
        largest = float(np.max(np.abs(alpha), initial=0))
        if not 0 < largest < np.inf:
            return 0.0
        free = self._free()
        alpha = without(free, alpha / largest)
        limited = self.radii > 0
        best = self._dual_value(alpha, limited)
        if best >= enough:
            return best
        if best > 0 and self._dual_value(alpha, np.zeros_like(limited)) <= best:
            return best  # no column holds it back
        for noisy in _NOISY:
            eased = self._eased(alpha, free, limited, total / largest, noisy)
            best = best if eased is None else max(best, self._dual_value(*eased))
        return best

    @cached_property
    def _noise(self) -> Array:
        """What rounding makes of a column's pull (D,), relative to the sum of |alpha|."""
        noise: Array = 32 * np.finfo(float).eps * np.max(np.abs(self.X), axis=0, initial=0)
        return noise

    def _free(self) -> Array:
        """The free columns, with those of radius 0."""
        if np.all(self.radii > 0):
            return self.F
        return np.hstack([self.F, self.X[:, self.radii == 0]])

    def _pull(self, alpha: Array, limited: Array) -> float:
        """The same over some columns only."""
        scaled = (alpha @ self.X)[limited] / self.radii[limited]
        if self.norm == np.inf:
            return float(np.max(np.abs(scaled), initial=0))
        return float(np.linalg.norm(scaled))

    def _dual_value(self, alpha: Array, limited: Array, total: float = 0) -> float:
        """The dual value of alpha's best multiple; columns not `limited` need this total only."""
        pull = max(self._pull(alpha, limited), total)
        return float(dual_value(alpha, self.rho, self.y, pull))

    def _eased(
        self, alpha: Array, free: Array, limited: Array, expected: float, noisy: float
    ) -> tuple[Array, Array, float] | None:
        """Alpha moved to the limits of nearly free columns, the others, the limits' total.

        In l_2 balls it is moved to where they do not pull at all. What is returned is within
        rounding of a point that meets these limits exactly.
        """
        held = np.zeros_like(limited)
        for _ in range(_ROUNDS):
            pulls, size = alpha @ self.X, np.abs(alpha)
            total = max(float(self.rho @ size), expected)
            rounding = self._noise * float(np.sum(size))
            nearly = limited & (rounding > noisy * self.radii * total)
            limit = self.radii * total if self.norm == np.inf else np.zeros_like(self.radii)
            held |= nearly & (np.abs(pulls) > limit)
            if not held.any() or np.sum(held) + free.shape[1] > min(len(alpha), _EASED):
                return None
            excess = (pulls - np.clip(pulls, -limit, limit))[held]
            both = np.hstack([free, self.X[:, held]])
            wanted = np.concatenate([alpha @ free, excess])
            change = scipy.linalg.lstsq(both.T, wanted, lapack_driver="gelsy")[0]
            if np.linalg.norm(change) <= _ROUNDING * np.linalg.norm(alpha):
                met = np.all(np.abs(excess) <= rounding[held])
                return (alpha, limited & ~held, total) if met else None
            alpha = alpha - change
        return None

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
        e = self.residuals(w, free)
        signs = np.sign(w) if active is None else np.where(active, np.sign(w), 0)
        sides = np.sign(e) if pinned is None else np.where(pinned, 0, np.sign(e))
        value, total = self._reached(e, w)
        bound = self.bound(alpha, total, value * (1 - _MET))
        size = float(np.linalg.norm(self.y))
        return Fit(w, free, alpha, signs, sides, value, bound, steps, size)


def relative_gap(value: float, bound: float, size: float) -> float:
    """How far a value can be above the optimum: 0 if it is proven, 1 if nothing is."""
    if not value > bound:
        return 0.0
    return min(1.0, (value - bound) / max(value, _ROOT * size * math.sqrt(value)))


def beyond_rounding(bound: Array | float, y: Array) -> Array:
    """A bound, or 0 where it is below what rounding of the targets alone makes of 0."""
    return np.where(bound > _NOTHING * float(y @ y), bound, 0)


def without(columns: Array, vector: Array) -> Array:
    """What the columns leave of a vector; zero if that is mere rounding."""
    if not columns.shape[1]:
        return vector
    only = columns.shape[1] == 1 and np.any(columns)  # the intercept, in a fraction of the time
    unit = columns[:, 0] / np.max(np.abs(columns)) if only else columns
    for _ in range(_ROUNDS):
        if only:
            rest: Array = vector - unit * (unit @ vector / (unit @ unit))
        else:
            rest = vector - columns @ np.linalg.lstsq(columns, vector, rcond=None)[0]
        if np.linalg.norm(vector - rest) <= _LEFT * np.linalg.norm(rest):
            return rest
        vector = rest
    return np.zeros_like(vector)


def shortest_solution(columns: Array, right: Array) -> Array:
    """The shortest least squares solution, refined once."""
    if not columns.size:
        return np.zeros(columns.shape[1])
    solved: Array = np.linalg.lstsq(columns, right, rcond=None)[0]
    rest = right - columns @ solved
    return solved + np.linalg.lstsq(columns, rest, rcond=None)[0]  # what rounding has left


def dual_value(alpha: Array, rho: Array, y: Array, pull: Array | float) -> Array:
    """The dual values of the best multiples of alpha (..., N) with these pulls (...).

    Up to rounding lower bounds of the optimum, for an alpha that is orthogonal to the free columns.
    """
    size = np.abs(alpha)
    a = np.maximum(size, rho * water_level(size, rho, pull)[..., None])
    gain, cost = alpha @ y, np.sum(a * a, axis=-1)
    proven = (gain > 0) & (cost > 0) & (cost < np.inf)
    return beyond_rounding(np.where(proven, gain * (gain / np.where(proven, cost, 1)), 0), y)


def water_level(size: Array, rho: Array, total: Array | float) -> Array:
    """The smallest v >= 0 with sum_i rho_i max(size_i, v rho_i) >= total, for each row (..., N).

    The sum is convex in v and piecewise linear: from where every sample is raised, Newton's
    method goes down to the level and is there once no more samples are let down.
    """
    rows = size.reshape(-1, size.shape[-1])
    totals = np.broadcast_to(np.asarray(total, float), size.shape[:-1]).ravel()
    return np.reshape(_levels(rows, rho, totals), size.shape[:-1])


@njit(cache=True, error_model="numpy")
def _levels(size: Array, rho: Array, total: Array) -> Array:
    levels = np.zeros(len(size))
    for row in range(len(size)):
        raised, level = -1, np.inf
        if rho @ size[row] >= total[row]:
            continue
        while True:
            count, rest, square = 0, total[row], 0.0
            for i in range(len(rho)):
                if size[row, i] <= rho[i] * level:
                    count += 1
                    square += rho[i] * rho[i]
                else:
                    rest -= rho[i] * size[row, i]
            if 0 <= raised <= count or count == 0:  # none is left only where rounding decides
                break
            raised, level = count, max(rest / square, 0.0)
        levels[row] = level
    return levels
