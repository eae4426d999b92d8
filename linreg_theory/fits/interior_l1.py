"""Adversarial training in l_inf balls by an interior-point method.

  central_path(X, F, y, r, rho) == Interior points, each closer to the optimum

of the problem: minimise sum_i (|e_i| + rho_i sum_j r_j |w_j|)^2 over w (D,) and b (f,), where
e = y - X w - F b.
Each step factors one positive definite matrix, N x N or D x D, whichever is smaller. The point
is strictly inside all along, so what it converges to lies in the middle of the set of optima:
the sets of zero weights and zero residuals can be read off (see `polish`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from linreg_theory.arrays import Array
from linreg_theory.fits.cholesky import back, factor
from linreg_theory.fits.rows import Answer, Rows, way_out

__all__ = ["Interior", "central_path"]

_LONGEST = 0.995  # of the way to the boundary
_END, _LOST = 1e-16, 1e3  # the last gap, and a rise that shows that rounding has taken over


@dataclass
class Interior:
    """A point of the method: weights, free weights, dual point, and what is near zero."""

    w: Array
    free: Array
    alpha: Array
    active: Array  # (D,) bool: the weight is further from zero than its multiplier
    pinned: Array  # (N,) bool: the residual is nearer to zero than its multiplier is to its end
    gap: float  # average complementarity, relative to the objective
    steps: int


class _Weights:
    """w = up - down, both positive, with the slacks of |X_j' alpha| <= r_j lambda.

    `state` holds up, down and the two slacks, one in a row.
    """

    def __init__(self, radii: Array, sigma: float, total: float) -> None:
        self.radii = radii
        w, slack = np.full(len(radii), sigma / (2 * len(radii))) / radii, radii * total
        self.state = np.array([w, w, slack, slack])
        self.misses, self.ratios = np.empty((2, len(radii))), np.empty((2, len(radii)))
        self.sum, self.tilt, self.chi = np.empty(len(radii)), np.empty(len(radii)), 0.0

    @property
    def w(self) -> Array:
        """The weights (D,)."""
        weights: Array = self.state[0] - self.state[1]
        return weights

    @property
    def reach(self) -> float:
        """What sigma has to be at least: sum_j r_j (up_j + down_j)."""
        return float(self.radii @ (self.state[0] + self.state[1]))

    def linearise(self, pull: Array, total: float) -> None:
        """Take up X'alpha and lambda of the current point."""
        into = self.misses, self.ratios, self.sum, self.tilt
        self.chi = float(_linearise(self.state, self.radii, pull, total, *into))

    def active(self, size: float, total: float) -> Array:
        """Which weights are, in their own unit, further from zero than their slack in its own.

        A weight's unit is what the data would make of it, or less if its column is dear.
        """
        unit = np.minimum(size, self.reach / self.radii)
        further: Array = np.maximum(*self.ratios) * (self.radii * total) > unit
        return further

    def answer(self, target: float = 0, step: Array | None = None) -> Array:
        """The weights' own change, (2, D), with second-order terms of a step if it is given."""
        own = np.empty_like(self.misses)
        first = self.state[:, :0] if step is None else step
        _answer(self.state, self.misses, self.ratios, float(target), first, own)
        return own

    def step(self, answer: Array, dpull: Array, dtotal: float) -> Array:
        """Changes of up, down and of the two slacks, (4, D)."""
        step = np.empty_like(self.state)
        _step(answer, self.radii, dpull, float(dtotal), self.misses, self.ratios, step)
        return step

    def move(self, step: Array, length: float) -> None:
        """Go along a step."""
        self.state = self.state + length * step

    def products(self, step: Array | None = None, length: float = 0) -> float:
        """Sum of the complementarity products, now or after a step."""
        state = self.state if step is None else self.state + length * step
        return float(np.sum(state[:2] * state[2:]))


@njit(cache=True, error_model="numpy")
def _linearise(
    state: Array,
    radii: Array,
    pull: Array,
    total: float,
    misses: Array,
    ratios: Array,
    spread: Array,
    tilt: Array,
) -> float:
    """Fill in what every answer needs; chi."""
    chi = 0.0
    for j in range(len(radii)):
        misses[0, j] = radii[j] * total - pull[j] - state[2, j]
        misses[1, j] = radii[j] * total + pull[j] - state[3, j]
        up, down = state[0, j] / state[2, j], state[1, j] / state[3, j]
        ratios[0, j], ratios[1, j] = up, down
        spread[j], tilt[j] = up + down, radii[j] * (up - down)
        chi += radii[j] * radii[j] * (up + down)
    return chi


@njit(cache=True, error_model="numpy")
def _answer(
    state: Array, misses: Array, ratios: Array, target: float, first: Array, own: Array
) -> None:
    """Fill in the weights' own change."""
    second = first.shape[1] > 0
    for side in range(2):
        for j in range(state.shape[1]):
            product = state[side, j] * state[side + 2, j] - target
            if second:
                product += first[side, j] * first[side + 2, j]
            own[side, j] = product / state[side + 2, j] + ratios[side, j] * misses[side, j]


@njit(cache=True, error_model="numpy")
def _step(
    own: Array,
    radii: Array,
    dpull: Array,
    dtotal: float,
    misses: Array,
    ratios: Array,
    step: Array,
) -> None:
    """Fill in the changes of up, down and of the two slacks."""
    for j in range(len(radii)):
        rise = radii[j] * dtotal
        for side, slack in ((0, rise - dpull[j]), (1, rise + dpull[j])):
            step[side, j] = -own[side, j] - ratios[side, j] * slack
            step[side + 2, j] = slack + misses[side, j]


class _System:
    """The linear system of a step, factored; two scalars and the free weights border it."""

    def __init__(self, X: Array, F: Array, rows: Rows, weights: _Weights, by_rows: bool) -> None:
        self.X, self.F, self.rows, self.weights, self.by_rows = X, F, rows, weights, by_rows
        theta, coupling, spread, tilt = rows.theta, rows.coupling, weights.sum, weights.tilt
        if self.by_rows:
            self.factor = factor(X * np.sqrt(spread), 1 / theta)
        else:
            self.factor = factor((X * np.sqrt(theta)[:, None]).T, 1 / spread)
        # Columns: what d sigma, d lambda and db do to alpha, e and X'alpha.
        if self.by_rows:
            right = np.column_stack([coupling / theta, X @ tilt, -F])
            self.alpha = back(self.factor, right)
            self.pull = X.T @ self.alpha
            self.e = self.alpha / theta[:, None]
            self.e[:, 0] -= coupling / theta
        else:
            right = np.column_stack([X.T @ coupling, -tilt / spread, -X.T @ (theta[:, None] * F)])
            solved = back(self.factor, right)
            self.e = -X @ solved
            self.e[:, 2:] -= F
            self.alpha = theta[:, None] * self.e
            self.alpha[:, 0] += coupling
            self.pull = solved / spread[:, None]
            self.pull[:, 1] += tilt / spread
        self.border = np.vstack([-coupling @ self.e, -tilt @ self.pull, F.T @ self.alpha])
        self.border[0, 0] -= rows.kappa
        self.border[0, 1] += 1
        self.border[1, 0] += 1
        self.border[1, 1] += weights.chi

    def solve(self, own: Answer, drift: Array, balance: Array) -> tuple[Array, Array, Array]:
        """Changes of e, of X'alpha and of (sigma, lambda, b)."""
        theta, spread = self.rows.theta, self.weights.sum
        offset = drift[1] - drift[0]
        if self.by_rows:
            right = own.alpha / theta - self.X @ offset
            alpha = back(self.factor, right)
            pull, e = self.X.T @ alpha, (alpha - own.alpha) / theta
        else:
            right = offset / spread + self.X.T @ own.alpha
            w = back(self.factor, right)
            e = -self.X @ w
            alpha, pull = own.alpha + theta * e, (w - offset) / spread
        lengths = -float(self.weights.radii @ (drift[0] + drift[1]))
        scalars = [
            own.total + self.rows.coupling @ e,
            lengths + self.weights.tilt @ pull,
            *(balance - self.F.T @ alpha),
        ]
        border = np.linalg.solve(self.border, scalars)
        return e + self.e @ border, pull + self.pull @ border, border


def central_path(
    X: Array,
    F: Array,
    y: Array,
    radii: Array,
    rho: Array,
    limit: int = 80,
    by_rows: bool | None = None,
) -> Iterator[Interior]:
    """Points ever closer to the middle of the set of optima.

    Parameters
    ----------
    X : array, shape (N, D)
        Penalised columns, of about unit scale.
    F : array, shape (N, f)
        Free columns (the intercept).
    y, rho : array, shape (N,)
        Targets, and how much of sigma each sample takes.
    radii : array, shape (D,)
        Positive.
    limit : int
        The number of steps, at most.
    by_rows : bool, optional
        Whether to factor an N x N matrix; by default if N <= D. That matrix adds columns up, and
        those of tiny radius would bury the others in rounding; the D x D one adds rows up, and
        those of residual zero would.
    """
    by_rows = len(X) <= X.shape[1] if by_rows is None else by_rows
    sigma, size = float(np.abs(y).mean()), float(np.max(np.abs(y)))
    rows = Rows(y, rho, sigma)
    weights = _Weights(radii, sigma, rows.total)
    free, lowest = np.zeros(F.shape[1]), np.inf
    pairs = 2 * (len(y) + len(radii))
    for step in range(limit + 1):
        w = weights.w
        e, alpha = y - X @ w - F @ free, rows.alpha
        average = (rows.products + weights.products()) / pairs
        gap = average * pairs / max(float(rows.a @ rows.a), 1e-300)
        rows.linearise(e, weights.reach)
        weights.linearise(X.T @ alpha, rows.total)
        active = weights.active(size, rows.total)
        yield Interior(w, free, alpha, active, np.minimum(*rows.ratios) > 1, gap, step)
        lowest = min(lowest, gap)
        if gap < _END or gap > max(_LOST * lowest, 1e-8):
            return
        try:
            system = _System(X, F, rows, weights, by_rows)
            free = free + _advance(rows, weights, system, average, pairs)
        except np.linalg.LinAlgError:
            return


def _advance(rows: Rows, weights: _Weights, system: _System, average: float, pairs: int) -> Array:
    """One predictor-corrector step; the change of the free weights."""
    balance = -system.F.T @ rows.alpha

    def direction(
        target: float, first: Array | None, second: Array | None
    ) -> tuple[Array, Array, Array]:
        own, drift = rows.answer(target, first), weights.answer(target, second)
        e, pull, border = system.solve(own, drift, balance)
        return rows.step(own, e, border[0]), weights.step(drift, pull, border[1]), border[2:]

    def longest() -> float:
        return min(rows.length(of_rows), float(way_out(weights.state, of_weights)))

    of_rows, of_weights, _ = direction(0, None, None)
    length = longest()
    ahead = rows.ahead(of_rows, length) + weights.products(of_weights, length)
    target = average * (ahead / (average * pairs)) ** 3
    of_rows, of_weights, free = direction(target, of_rows, of_weights)
    length = _LONGEST * longest()
    rows.move(of_rows, length)
    weights.move(of_weights, length)
    return length * free
