"""Exact adversarial dropout by an interior-point method.

  central_path(X, F, y, k) == DropPoints, each closer to the optimum of a DropoutModel
  DropPoint                == weights, free weights, multipliers of both sides, gap, steps

Each step costs O(N D) for the entries, which are eliminated one by one (see `drop_kernels`),
and O(N D^2) for the system in w that is left. The point is strictly inside all along.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.linalg.blas import dsyrk

from linreg_theory.arrays import Array
from linreg_theory.fits import drop_kernels
from linreg_theory.fits.cholesky import back, cholesky

__all__ = ["DropPoint", "central_path"]

_LONGEST = 0.995  # of the way to the boundary
_BLOCKS = 16  # of samples, for the threads
_SHARED = 2**15  # entries from which threads pay
_COMPILED = 64  # numbers in X up to which the kernels run as they are: compiling takes longer


@dataclass(frozen=True, eq=False)
class DropPoint:
    """A strictly feasible point and its multipliers; arrays are the method's own."""

    w: Array
    free: Array
    p: Array  # (2, N), both sides
    dropped: Array  # (2, N, D), the weight with which each feature is dropped
    over: Array  # (2, N, D), t: how far each gain is above the level
    level: Array  # (2, N), z: the k-th largest gain, about
    slack: Array  # (2, N), of the sides
    room: Array  # (2, N), weight that is not dropped though the budget allows it
    gap: float  # between primal and dual value, relative
    steps: int


class _Interior:
    """Variables, slacks and work space, named as in `drop_kernels`."""

    def __init__(self, X: Array, F: Array, y: Array, k: int) -> None:
        self.X, self.F, self.y, self.k = X, F, y, float(k)
        self.threads = min(os.cpu_count() or 1, _BLOCKS)
        N, D = X.shape
        size = max(float(np.abs(y).mean()), 1e-300)
        start = size / (k + D)
        a = np.abs(y) + (k + D) * start + size
        self.w, self.b = np.zeros(D), np.zeros(F.shape[1])
        self.t, self.z = np.full((2, N, D), start), np.full((2, N), start)
        self.p = np.stack([a / 2, a / 2])
        self.g = np.repeat((self.p * k / (2 * D))[:, :, None], D, axis=2)
        self.omega, self.beta, self.gamma, self.tau, self.dt, self.dg = np.zeros((6, 2, N, D))
        self.dz, self.dp, self.dslack, self.droom = np.zeros((4, 2, N))
        self.row, self.source = np.zeros((2, N, 3)), np.zeros((2, N, 2))
        self.plus, self.minus = np.zeros((2, 2 * N, D + F.shape[1]))
        self.diagonal, self.right = np.zeros((_BLOCKS, D)), np.zeros((_BLOCKS, D + F.shape[1]))
        self.lowest, self.by_block = np.zeros((2, _BLOCKS))
        self.dw = np.zeros(D)

    def linearise(self) -> None:
        """Take up the current point: slacks, the system's parts, `products` and `gap`."""
        e, a = self.y - self.X @ self.w - self.F @ self.b, self.p[0] + self.p[1]
        self.slack = np.stack([a - e, a + e]) - self.k * self.z - self.t.sum(axis=2)
        self.room = self.k * self.p - self.g.sum(axis=2)
        self._run(
            drop_kernels.linearise,
            *(self.X, self.F, self.w, self.k, self.t, self.g, self.z, self.p),
            *(self.slack, self.room, self.omega, self.beta, self.row),
            *(self.plus, self.minus, self.diagonal, self.by_block),
        )
        self.products = float(self.by_block.sum())
        self.gap = 2 * self.products / float(a @ a)

    def factor(self) -> Array:
        """The system of a step, factored."""
        system = dsyrk(1.0, self.plus.T, lower=1)
        system = dsyrk(-1.0, self.minus.T, beta=1.0, c=system, overwrite_c=1, lower=1)
        place = np.arange(len(self.w))
        system[place, place] += self.diagonal.sum(axis=0)
        return cholesky(system, alike=True)

    def direction(self, factored: Array, target: float, second: bool) -> float:
        """The changes that bring every product to `target`; the longest step along them."""
        point = (self.X, self.F, self.w, self.k, self.t, self.g, self.z, self.p)
        linear = (self.slack, self.room, self.omega, self.beta, self.row)
        changes = (self.dt, self.dg, self.dz, self.dp, self.dslack, self.droom)
        self._run(
            drop_kernels.sources,
            *point, *linear, target, second, self.dw, *changes,
            *(self.gamma, self.tau, self.source, self.right),
        )  # fmt: skip
        solved = back(factored, self.right.sum(axis=0))
        self.dw, self.db = solved[: len(self.w)], solved[len(self.w) :]
        self._run(
            drop_kernels.steps,
            *point, *linear, self.gamma, self.tau, self.source, self.dw, self.db, *changes,
            self.lowest,
        )  # fmt: skip
        lowest = float(self.lowest.min())
        return min(1.0, -1 / lowest) if lowest < 0 else 1.0

    def _run(self, kernel: Any, *arguments: Any) -> None:
        """The kernel on all blocks: compiled unless there is little to do, shared if much."""
        if self.X.size <= _COMPILED:
            drop_kernels.plain(kernel)(0, _BLOCKS, *arguments)
        elif self.X.size <= _SHARED or self.threads == 1:
            kernel(0, _BLOCKS, *arguments)
        else:
            ends = [_BLOCKS * n // self.threads for n in range(self.threads + 1)]
            with ThreadPoolExecutor(self.threads) as pool:
                for done in [pool.submit(kernel, *part, *arguments) for part in pairwise(ends)]:
                    done.result()

    def move(self, length: float) -> None:
        """Go along the changes."""
        self.w, self.b = self.w + length * self.dw, self.b + length * self.db
        for value, change in ((self.t, self.dt), (self.g, self.dg)):
            change *= length
            value += change
        self.z, self.p = self.z + length * self.dz, self.p + length * self.dp


def central_path(X: Array, F: Array, y: Array, k: int, limit: int = 100) -> Iterator[DropPoint]:
    """Points ever closer to the middle of the set of optima, for 1 <= k <= D.

    Parameters
    ----------
    X : array, shape (N, D)
        Columns that may be dropped, of about unit scale, in C order.
    F : array, shape (N, f)
        Columns that are always kept (the intercept).
    y : array, shape (N,)
        Targets.
    """
    inner = _Interior(X, F, y, k)
    pairs = 4 * X.size + 4 * len(y)
    for step in range(limit + 1):
        inner.linearise()
        yield DropPoint(
            *(inner.w, inner.b, inner.p, inner.g, inner.t, inner.z, inner.slack, inner.room),
            *(inner.gap, step),
        )
        try:
            factored = inner.factor()
        except np.linalg.LinAlgError:
            return
        length = inner.direction(factored, 0.0, second=False)
        target = inner.products / pairs * (1 - length) ** 3
        length = inner.direction(factored, target, second=True)
        if not np.isfinite(inner.dw).all():
            return
        inner.move(min(1.0, _LONGEST * length))
