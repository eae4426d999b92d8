"""Adversarial training in l_inf balls by an interior-point method.

  central_path(X, F, y, r, rho) == Interior points, each closer to the optimum
  factor(R, d), cholesky(A)     == the Cholesky factor of R R' + diag(d), and of A

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
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import dsyrk

from linreg_theory.arrays import Array
from linreg_theory.fits.rows import Answer, Rows, largest_step

__all__ = ["Interior", "central_path", "cholesky", "factor"]

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
    """w = up - down, both positive, with the slacks of |X_j' alpha| <= r_j lambda."""

    def __init__(self, radii: Array, sigma: float, total: float) -> None:
        self.radii = radii
        self.up = np.full(len(radii), sigma / (2 * len(radii))) / radii
        self.down = self.up.copy()
        self.slack_up, self.slack_down = radii * total, radii * total

    def linearise(self, pull: Array, total: float) -> None:
        """Take up X'alpha and lambda of the current point."""
        self.misses = (
            self.radii * total - pull - self.slack_up,
            self.radii * total + pull - self.slack_down,
        )
        up, down = self.up / self.slack_up, self.down / self.slack_down
        self.ratios = up, down
        self.sum, self.tilt = up + down, self.radii * (up - down)
        self.chi = float(np.sum(self.radii * self.radii * self.sum))

    def active(self, size: float, total: float) -> Array:
        """Which weights are, in their own unit, further from zero than their slack in its own.

        A weight's unit is what the data would make of it, or less if its column is dear.
        """
        reach = float(self.radii @ (self.up + self.down))
        unit = np.minimum(size, reach / self.radii)
        further: Array = np.maximum(*self.ratios) * (self.radii * total) > unit
        return further

    def answer(self, shift: tuple[Array, Array]) -> tuple[Array, Array]:
        """The weights' own change."""
        up = shift[0] / self.slack_up + self.ratios[0] * self.misses[0]
        down = shift[1] / self.slack_down + self.ratios[1] * self.misses[1]
        return up, down

    def step(self, answer: tuple[Array, Array], dpull: Array, dtotal: float) -> tuple[Array, ...]:
        """Changes of up, down and of the two slacks."""
        rise = self.radii * dtotal
        up, down = rise - dpull, rise + dpull
        return (
            -answer[0] - self.ratios[0] * up,
            -answer[1] - self.ratios[1] * down,
            up + self.misses[0],
            down + self.misses[1],
        )

    def move(self, step: tuple[Array, ...], length: float) -> None:
        for name, change in zip(("up", "down", "slack_up", "slack_down"), step, strict=True):
            setattr(self, name, getattr(self, name) + length * change)

    def pairs(self, step: tuple[Array, ...]) -> list[tuple[Array, Array]]:
        return list(zip((self.up, self.down, self.slack_up, self.slack_down), step, strict=True))

    @property
    def products(self) -> float:
        return float(self.up @ self.slack_up + self.down @ self.slack_down)

    def shift(
        self, target: float = 0, step: tuple[Array, ...] | None = None
    ) -> tuple[Array, Array]:
        up, down = self.up * self.slack_up - target, self.down * self.slack_down - target
        if step is not None:
            up, down = up + step[0] * step[2], down + step[1] * step[3]
        return up, down


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
            self.alpha = cho_solve(self.factor, right, check_finite=False)
            self.pull = X.T @ self.alpha
            self.e = self.alpha / theta[:, None]
            self.e[:, 0] -= coupling / theta
        else:
            right = np.column_stack([X.T @ coupling, -tilt / spread, -X.T @ (theta[:, None] * F)])
            solved = cho_solve(self.factor, right, check_finite=False)
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

    def solve(
        self, own: Answer, drift: tuple[Array, Array], balance: Array
    ) -> tuple[Array, Array, Array]:
        """Changes of e, of X'alpha and of (sigma, lambda, b)."""
        theta, spread = self.rows.theta, self.weights.sum
        offset = drift[1] - drift[0]
        if self.by_rows:
            right = own.alpha / theta - self.X @ offset
            alpha = cho_solve(self.factor, right, check_finite=False)
            pull, e = self.X.T @ alpha, (alpha - own.alpha) / theta
        else:
            right = offset / spread + self.X.T @ own.alpha
            w = cho_solve(self.factor, right, check_finite=False)
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


def factor(root: Array, diagonal: Array) -> tuple[Array, bool]:
    """The Cholesky factor of R R' + diag(diagonal), for R (n, m)."""
    by_columns = root.flags.f_contiguous  # BLAS is given what lies in memory as it lies there
    matrix = dsyrk(1.0, root if by_columns else root.T, trans=0 if by_columns else 1, lower=1)
    place = np.arange(len(root))
    matrix[place, place] += diagonal
    return cholesky(matrix)


def cholesky(matrix: Array, alike: bool = False) -> tuple[Array, bool]:
    """The Cholesky factor from the lower triangle, a trifle added to the diagonal if need be.

    What is added is relative to each entry: columns of tiny and of large radius meet in one
    diagonal, and what is nothing to the one is everything to the other. Where all entries are
    `alike` it is relative to the largest, for some may have been lost by cancellation.
    """
    place = np.arange(len(matrix))
    diagonal, jitter = matrix[place, place], 1e-16
    trifle = diagonal
    for _ in range(8):  # rounding may cost definiteness close to the end
        matrix[place, place] = diagonal + jitter * trifle
        try:
            return cho_factor(matrix, lower=True, check_finite=False)
        except np.linalg.LinAlgError:
            jitter *= 100
            trifle = np.max(diagonal, initial=0) if alike else diagonal
    raise np.linalg.LinAlgError("the system of a step is not positive definite")


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
        w = weights.up - weights.down
        e, alpha = y - X @ w - F @ free, rows.alpha
        average = (rows.products + weights.products) / pairs
        gap = average * pairs / max(float(rows.a @ rows.a), 1e-300)
        rows.linearise(e, float(radii @ (weights.up + weights.down)))
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
        target: float, first: tuple[Array, ...] | None, second: tuple[Array, ...] | None
    ) -> tuple[tuple[Array, ...], tuple[Array, ...], Array]:
        own, drift = (
            rows.answer(rows.shift(target, first)),
            weights.answer(weights.shift(target, second)),
        )
        e, pull, border = system.solve(own, drift, balance)
        return rows.step(own, e, border[0]), weights.step(drift, pull, border[1]), border[2:]

    of_rows, of_weights, _ = direction(0, None, None)
    length = largest_step([*rows.pairs(of_rows), *weights.pairs(of_weights)])
    ahead = sum(
        float((x + length * dx) @ (s + length * ds))
        for (x, dx), (s, ds) in _matched(rows, weights, of_rows, of_weights)
    )
    target = average * (ahead / (average * pairs)) ** 3
    of_rows, of_weights, free = direction(target, of_rows, of_weights)
    length = min(1.0, _LONGEST * largest_step([*rows.pairs(of_rows), *weights.pairs(of_weights)]))
    rows.move(of_rows, length)
    weights.move(of_weights, length)
    return length * free


def _matched(
    rows: Rows, weights: _Weights, of_rows: tuple[Array, ...], of_weights: tuple[Array, ...]
) -> list[tuple[tuple[Array, Array], tuple[Array, Array]]]:
    """What stays positive with its change, next to what it is complementary to."""
    p, q, over, under = rows.pairs(of_rows)
    up, down, slack_up, slack_down = weights.pairs(of_weights)
    return [(p, over), (q, under), (up, slack_up), (down, slack_down)]
