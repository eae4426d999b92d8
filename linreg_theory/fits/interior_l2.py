"""Adversarial training in l_2 balls by an interior-point method.

  central_path(X, F, y, r, rho) == Interior points, each closer to the optimum
  row_space(X, r)               == Y, Q: X w = Y u for radii * w = Q u, and ||u|| = ||radii * w||

of the problem: minimise sum_i (|e_i| + rho_i ||r * w||)^2 over w (D,) and b (f,), where
e = y - X w - F b. Only what X / r sees of the weights is worth its norm: u has min(N, D) entries.
The cone sigma >= ||u|| is kept by Nesterov and Todd's scaling: with s = (sigma, u) and its dual
z = (lambda, -Y'alpha) a step sets dz = -M ds + r for the M that takes s to z, a multiple of
2 q q' - J with J = diag(1, -1, ...).
Each step factors one positive definite matrix of min(N, D) + f + 1 rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.linalg
from scipy.linalg.blas import dsyrk

from linreg_theory.arrays import Array
from linreg_theory.fits.cholesky import back, cholesky
from linreg_theory.fits.interior_l1 import Interior
from linreg_theory.fits.rows import Rows

__all__ = ["central_path", "row_space"]

_LONGEST = 0.995  # of the way to the boundary
_END, _LOST = 1e-16, 1e3  # the last gap, and a rise that shows that rounding has taken over


class _Cone:
    """s = (sigma, u) and z = (lambda, -Y'alpha), both inside: the first entry exceeds the rest."""

    def __init__(self, sigma: float, total: float, size: int) -> None:
        self.s, self.z = np.zeros((2, size + 1))
        self.s[0], self.z[0] = sigma, total

    def linearise(self) -> None:
        """The scaling that takes s and z to the same point: W z == s / W == `middle`."""
        s, z = _room(self.s), _room(self.z)
        near, dual = self.s / s, _mirrored(self.z / z)
        self.turn = (near + dual) / np.sqrt(2 * (1 + near @ _mirrored(dual)))
        self.size = np.sqrt(s / z)
        self.m, self.q = z / s, _mirrored(self.turn)
        self.middle = self.scaled(self.z)

    def scaled(self, x: Array) -> Array:
        """W x."""
        first, rest = self.turn[0], self.turn[1:]
        along = rest @ x[1:]
        tail = x[1:] + rest * (x[0] + along / (1 + first))
        return self.size * np.concatenate([[first * x[0] + along], tail])

    def unscaled(self, x: Array) -> Array:
        """W^-1 x."""
        mirrored: Array = _mirrored(self.scaled(_mirrored(x))) / self.size**2
        return mirrored

    def curved(self, ds: Array) -> Array:
        """M ds."""
        turned: Array = self.m * (2 * self.q * (self.q @ ds) - _mirrored(ds))
        return turned

    def answer(self, target: float, step: tuple[Array, Array] | None) -> Array:
        """What dz + M ds has to be; with a predictor's second-order terms, if it is given."""
        right = -_product(self.middle, self.middle)
        right[0] += target
        if step is not None:
            right -= _product(self.unscaled(step[0]), self.scaled(step[1]))
        return self.unscaled(_quotient(right, self.middle))

    def longest(self, step: tuple[Array, Array]) -> float:
        """The longest step up to 1 that stays inside."""
        return min(_way_out(self.s, step[0]), _way_out(self.z, step[1]))


def _mirrored(x: Array) -> Array:
    return np.concatenate([x[:1], -x[1:]])


def _room(x: Array) -> float:
    """sqrt(x'J x), without the cancellation of the squares."""
    length = float(np.linalg.norm(x[1:]))
    if not length < x[0] < np.inf:
        raise np.linalg.LinAlgError("rounding has led out of the cone")
    return float(np.sqrt((x[0] - length) * (x[0] + length)))


def _product(x: Array, y: Array) -> Array:
    """Jordan's product of the cone."""
    return np.concatenate([[x @ y], x[0] * y[1:] + y[0] * x[1:]])


def _quotient(x: Array, y: Array) -> Array:
    """What Jordan's product with y makes x."""
    along = y[1:] @ x[1:]
    first = (y[0] * x[0] - along) / _room(y) ** 2
    return np.concatenate([[first], (x[1:] - first * y[1:]) / y[0]])


def _way_out(x: Array, dx: Array) -> float:
    """The largest t <= 1 with x + t dx in the cone: the slope of x0 - ||.|| where x is scaled."""
    room = _room(x)
    near = x / room
    along = float(near @ _mirrored(dx)) / room
    rest = dx[1:] / room - near[1:] * (along + dx[0] / room) / (1 + near[0])
    beyond = float(np.linalg.norm(rest)) - along
    return 1 / beyond if beyond > 1 else 1.0


def row_space(X: Array, radii: Array) -> tuple[Array, Array]:
    """Y (N, min(N, D)) and Q (D, min(N, D)).

    Columns of tiny radius come first: then an orthogonal factorisation leaves small entries of
    X / r as exact as large ones.
    """
    scaled = X / radii
    if len(X) >= X.shape[1]:
        return scaled, np.eye(X.shape[1])
    order = np.argsort(radii, kind="stable")
    basis, triangle, pivots = scipy.linalg.qr(
        scaled[:, order].T, mode="economic", pivoting=True, check_finite=False
    )
    Y, Q = np.empty((len(X), len(X))), np.empty_like(basis)
    Y[pivots], Q[order] = triangle.T, basis
    return Y, Q


def central_path(
    X: Array, F: Array, y: Array, radii: Array, rho: Array, limit: int = 80
) -> Iterator[Interior]:
    """Points ever closer to the optimum.

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
    """
    Y, Q = row_space(X, radii)
    G = np.hstack([Y, F])
    sigma = float(np.abs(y).mean()) / len(y)
    rows = Rows(y, rho, sigma)
    cone, free, lowest = _Cone(sigma, rows.total, Y.shape[1]), np.zeros(F.shape[1]), np.inf
    for step in range(limit + 1):
        e, products = y - Y @ cone.s[1:] - F @ free, rows.products + float(cone.s @ cone.z)
        gap = products / max(float(rows.a @ rows.a), 1e-300)
        w = (Q @ cone.s[1:]) / radii
        rows.linearise(e, float(cone.s[0]))
        yield Interior(w, free, rows.alpha, w != 0, np.minimum(*rows.ratios) > 1, gap, step)
        lowest = min(lowest, gap)
        if not _END <= gap <= max(_LOST * lowest, 1e-8):
            return
        try:
            cone.linearise()
            free = free + _advance(rows, cone, _System(G, rows, cone), products)
        except np.linalg.LinAlgError:
            return


class _System:
    """The linear system of a step in (sigma, u, b), factored."""

    def __init__(self, G: Array, rows: Rows, cone: _Cone) -> None:
        self.G, self.rows, self.cone = G, rows, cone
        columns, size = G.shape[1], len(cone.s)
        # The samples answer -(sigma's part, -G'alpha); the cone adds M.
        weighted = np.sqrt(rows.theta)[:, None] * G
        matrix = np.zeros((columns + 1, columns + 1))
        matrix[1:, 1:] = dsyrk(1.0, weighted.T, lower=1)
        matrix[1:, 0] = -(rows.coupling @ G)
        matrix[0, 0] = rows.kappa
        matrix[:size, :size] += 2 * cone.m * np.outer(cone.q, cone.q)
        place = np.arange(size)
        matrix[place, place] += cone.m
        matrix[0, 0] -= 2 * cone.m
        self.factor = cholesky(matrix)

    def solve(self, right: Array) -> Array:
        """Changes of (sigma, u, b)."""
        solved: Array = back(self.factor, right)
        return solved


def _advance(rows: Rows, cone: _Cone, system: _System, products: float) -> Array:
    """One predictor-corrector step; the change of the free weights."""
    G, size, pairs = system.G, len(cone.s), 2 * len(rows.a) + 1
    balance = -(rows.alpha @ G[:, size - 1 :])

    def direction(
        target: float, of_rows: Array | None, of_cone: tuple[Array, Array] | None
    ) -> tuple[Array, tuple[Array, Array], Array]:
        own, answer = rows.answer(target, of_rows), cone.answer(target, of_cone)
        right = np.concatenate([[-own.total], own.alpha @ G])
        right[:size] += answer
        right[size:] -= balance
        changes = system.solve(right)
        ds = changes[:size]
        moved = rows.step(own, -(G @ changes[1:]), float(ds[0]))
        _, dp, dq, *_ = moved
        dz = np.concatenate([[rows.rho @ (dp + dq)], -((dp - dq) @ G[:, : size - 1])])
        return moved, (ds, dz), changes[size:]

    of_rows, of_cone, _ = direction(0, None, None)
    length = min(rows.length(of_rows), cone.longest(of_cone))
    ahead = float((cone.s + length * of_cone[0]) @ (cone.z + length * of_cone[1]))
    ahead += rows.ahead(of_rows, length)
    target = products / pairs * (ahead / products) ** 3
    of_rows, of_cone, free = direction(target, of_rows, of_cone)
    length = _LONGEST * min(rows.length(of_rows), cone.longest(of_cone))
    rows.move(of_rows, length)
    cone.s, cone.z = cone.s + length * of_cone[0], cone.z + length * of_cone[1]
    return length * free
