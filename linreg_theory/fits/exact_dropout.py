"""Exact optima of adversarial dropout: the active set's equations in fractions.

  ActiveDrops                            == what is tight at an optimum, read off a point near it
  read_drops(X, point)                   == the ActiveDrops of a point of the central path
  certify_dropout(data, k, start, drops) == a checked DropoutCertificate
  certify_least_squares(data, start)     == the same for k = 0
  certify_zero(data, k, b, pulls, keeps) == the same for weights that are all zero

At an optimum some samples have both sides active, and on an active side some features tie for
the last place among the k that are dropped, so that only part of the side's weight drops them.
Which ones they are is read off a point near the optimum. Everything else is linear: the tied
products are equal, the active sides are equal, the dropped weights add up to k times the side's,
and what is kept balances every column. Whether the exact solution next to the point is an
optimum is decided by `certificates`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from gmpy2 import mpq

from linreg_theory.arrays import Array
from linreg_theory.certificates import BadCertificate, DropoutCertificate, check_fit
from linreg_theory.fits.interior_drops import DropPoint
from linreg_theory.fits.rational import Data, fractions, nearest, rationals
from linreg_theory.solvers.solution import Unresolved

__all__ = ["ActiveDrops", "certify_dropout", "certify_least_squares", "certify_zero", "read_drops"]

_ZERO = 1e-7  # of the largest weight: a weight below it is held to be zero
_EMPTY = 1e-5  # of the largest residual: a worst residual below it is held to be zero
_SIGNS = (1, -1)


@dataclass(frozen=True, eq=False)
class ActiveDrops:
    """What is tight at an optimum."""

    active: Array  # (2, N), sides with a weight
    dropped: Array  # (2, N, D), features dropped with all of the side's weight
    tied: Array  # (2, N, D), features dropped with part of it
    levelled: Array  # (2, N), sides whose k-th largest gain is positive: all of k is spent
    zero: Array  # (D,), weights that are zero


def read_drops(X: Array, point: DropPoint, lean: float = 1.0, snap: float = 0.0) -> ActiveDrops:
    """Which of each pair of slack and multiplier is zero at the optimum nearby.

    Where both are, either may do or neither: `lean` above 1 counts more sides as levelled, and
    a feature dropped with a share within `snap` of none or all is held to be kept or dropped.
    A negative `snap` says instead how near to the level a product has to be to tie.
    """
    w, p, g, t, z = point.w, point.p, point.dropped, point.over, point.level
    gains = np.stack([X * w, -X * w])
    kept, beyond = p[:, :, None] - g, t - gains + z[:, :, None]
    total = p.sum(axis=0)
    active = (p > point.slack) & (total > _EMPTY * total.max())
    margin = snap * p[:, :, None]
    dropped = active[:, :, None] & ((kept < t) | (kept <= margin))
    tied = active[:, :, None] & ~dropped & (g > beyond) & (g > margin) & (X != 0)
    if snap < 0:  # every product that is about at the level ties
        level = -snap * total.max()
        tied = active[:, :, None] & (t <= level) & (beyond <= level) & (X != 0)
        dropped &= ~tied
    levelled = active & (point.room < lean * z)
    at_zero = np.any(tied & ~levelled[:, :, None], axis=(0, 1))
    size = np.abs(w)
    return ActiveDrops(active, dropped, tied, levelled, at_zero | (size <= _ZERO * size.max()))


def certify_dropout(
    data: Data, k: int, start: tuple[Array, Array, Array, Array], drops: ActiveDrops
) -> DropoutCertificate:
    """The certificate of an exact optimum next to a point.

    Parameters
    ----------
    data : Data
    k : int
        The budget, at least 1.
    start : tuple of arrays
        Weights (D,), free weights (0 or 1), p (2, N) and g (2, N, D) of the point, floats.
    drops : ActiveDrops

    Raises
    ------
    Unresolved
        If the solution of the active set's equations is no optimum, or there is none.
    """
    spent = min(k, int(np.sum(np.any(data.X != 0, axis=0))))  # zero columns are never dropped
    system = _System(data, spent, drops)
    solved = nearest(*system.equations(), system.near(start), system.room(start))
    if solved is None:
        raise Unresolved("the active set's equations contradict each other")
    return _checked(replace(system.certificate(solved), k=k))


def certify_least_squares(data: Data, start: tuple[Array, Array]) -> DropoutCertificate:
    """The certificate of least squares, which is adversarial dropout with k = 0."""
    features = data.X
    if data.intercept:
        features = np.hstack([features, rationals(np.ones((len(data.y), 1)))])
    weighted = features.T * data.weight
    near = np.concatenate(start)
    solved = nearest(weighted @ features, weighted @ data.y, rationals(near), np.ones(len(near)))
    if solved is None:
        raise Unresolved("the normal equations contradict each other")
    pulls = data.weight * (data.y - features @ solved)
    sides = np.stack([np.where(pulls > 0, pulls, mpq(0)), np.where(pulls < 0, -pulls, mpq(0))])
    kept = np.repeat(sides[:, :, None], data.X.shape[1], axis=2)
    free = solved[data.X.shape[1]] if data.intercept else mpq(0)
    return _checked(_certificate(data, 0, solved[: data.X.shape[1]], free, sides, kept))


def certify_zero(data: Data, k: int, free: mpq, pulls: Array, keeps: Array) -> DropoutCertificate:
    """The certificate of zero weights.

    Parameters
    ----------
    free : mpq
        The intercept.
    pulls : array of mpq, shape (N,)
        Weighted residuals s (y - b).
    keeps : array of mpq, shape (N, D)
        Averages of masks that balance every column of the pulls.
    """
    zero = mpq(0)
    sides = np.stack([np.where(pulls > 0, pulls, zero), np.where(pulls < 0, -pulls, zero)])
    w = np.full(data.X.shape[1], zero, dtype=object)
    return _checked(_certificate(data, k, w, free, sides, sides[:, :, None] * keeps))


class _System:
    """Linear equations in the weights, the intercept, the split of samples with two active
    sides, and the weights with which tied features are dropped.

    A linear form in the first three kinds is a row of numbers with its constant last.
    """

    def __init__(self, data: Data, k: int, drops: ActiveDrops) -> None:
        self.data, self.k, self.drops = data, k, drops
        (self.nonzero,) = np.nonzero(~drops.zero)
        (self.double,) = np.nonzero(drops.active.all(axis=0))
        self.ties = np.argwhere(drops.tied)
        self.size = len(self.nonzero) + data.intercept + len(self.double)
        self.forms = self._weights_of_sides()

    def _product(self, i: int, j: int) -> Array:
        """The form x_ij w_j."""
        form = np.full(self.size + 1, mpq(0), dtype=object)
        form[np.flatnonzero(self.nonzero == j)] = self.data.X[i, j]
        return form

    def _height(self, side: int, i: int) -> Array:
        """The form of the worst residual of an active side."""
        sign, data, drops = _SIGNS[side], self.data, self.drops
        form = np.full(self.size + 1, mpq(0), dtype=object)
        kept = ~drops.dropped[side, i, self.nonzero]
        form[: len(self.nonzero)] = -sign * data.X[i, self.nonzero] * kept
        if data.intercept:
            form[len(self.nonzero)] = mpq(-sign)
        form[-1] = sign * data.y[i]
        if drops.levelled[side, i] and drops.tied[side, i].any():
            last = int(np.flatnonzero(drops.tied[side, i])[0])
            left = self.k - int(drops.dropped[side, i].sum())
            form = form + left * sign * self._product(i, last)
        return form

    def _weights_of_sides(self) -> Array:
        """The forms of p and q, (2, N, size + 1)."""
        forms = np.full((2, len(self.data.y), self.size + 1), mpq(0), dtype=object)
        for i, (up, down) in enumerate(self.drops.active.T):
            if not (up or down):
                continue
            whole = self.data.weight[i] * self._height(0 if up else 1, i)
            if up and down:
                place = self.size - len(self.double) + int(np.searchsorted(self.double, i))
                forms[0, i, place] = mpq(1)
                forms[1, i] = whole - forms[0, i]
            else:
                forms[0 if up else 1, i] = whole
        return forms

    def equations(self) -> tuple[Array, Array]:
        """The matrix over (forms' unknowns, ties) and the right-hand side."""
        rows: list[Array] = []
        shares: list[tuple[int, int, mpq]] = []  # (row, tie, coefficient)
        rows += [self._height(0, int(i)) - self._height(1, int(i)) for i in self.double]
        self._tie_rows(rows, shares)
        self._balance_rows(rows, shares)
        matrix = np.full((len(rows), self.size + len(self.ties)), mpq(0), dtype=object)
        for row, form in enumerate(rows):
            matrix[row, : self.size] = form[:-1]
        for row, tie, coefficient in shares:
            matrix[row, self.size + tie] += coefficient
        return matrix, np.array([-form[-1] for form in rows], dtype=object)

    def _tie_rows(self, rows: list[Array], shares: list[tuple[int, int, mpq]]) -> None:
        """On a levelled side tied products are equal and the dropped weights spend all of k."""
        drops = self.drops
        for side, i in np.argwhere(drops.levelled):
            tied = np.flatnonzero((self.ties[:, 0] == side) & (self.ties[:, 1] == i))
            columns = self.ties[tied, 2]
            rows += [self._product(i, j) - self._product(i, columns[0]) for j in columns[1:]]
            left = self.k - int(drops.dropped[side, i].sum())
            shares += [(len(rows), int(tie), mpq(-1)) for tie in tied]
            rows.append(left * self.forms[side, i])

    def _balance_rows(self, rows: list[Array], shares: list[tuple[int, int, mpq]]) -> None:
        """What is kept of p and of q balances every column, and the intercept."""
        whole = np.stack([~self.drops.dropped[0], ~self.drops.dropped[1]]).astype(object)
        first = len(rows)
        for j in range(self.data.X.shape[1]):
            pulls = self.data.X[:, j, None]
            up, down = (whole[side, :, j, None] * self.forms[side] for side in (0, 1))
            rows.append(np.sum(pulls * (up - down), axis=0))
        for tie, (side, i, j) in enumerate(self.ties):
            shares.append((first + int(j), tie, -_SIGNS[side] * self.data.X[i, j]))
        if self.data.intercept:
            rows.append(np.sum(self.forms[0] - self.forms[1], axis=0))

    def near(self, start: tuple[Array, Array, Array, Array]) -> Array:
        """The point's values of the unknowns."""
        w, free, p, g = start
        return rationals(
            np.concatenate([w[self.nonzero], free, p[0, self.double], g[tuple(self.ties.T)]])
        )

    def room(self, start: tuple[Array, Array, Array, Array]) -> Array:
        """How far each may move, about."""
        _, free, p, g = start
        side, i, j = self.ties.T
        of_ties = np.minimum(g[side, i, j], p[side, i] - g[side, i, j])
        of_splits = p[:, self.double].min(axis=0)
        fixed = np.full(len(self.nonzero) + len(free), p.max(initial=0))
        return np.concatenate([fixed, of_splits, of_ties])

    def certificate(self, solved: Array) -> DropoutCertificate:
        """Every weight and multiplier that follows from a solution."""
        point = np.append(solved[: self.size], mpq(1))
        sides = self.forms @ point
        dropped = self.drops.dropped.astype(object) * sides[:, :, None]
        dropped = dropped + mpq(0)
        dropped[tuple(self.ties.T)] = solved[self.size :]
        w = np.full(self.data.X.shape[1], mpq(0), dtype=object)
        w[self.nonzero] = solved[: len(self.nonzero)]
        free = solved[len(self.nonzero)] if self.data.intercept else mpq(0)
        return _certificate(self.data, self.k, w, free, sides, sides[:, :, None] - dropped)


def _certificate(
    data: Data, k: int, w: Array, free: mpq, sides: Array, kept: Array
) -> DropoutCertificate:
    a = sides[0] + sides[1]
    value = np.sum(a * a / data.weight)
    return DropoutCertificate(
        *(fractions(data.X), fractions(data.y), fractions(data.weight), k, data.intercept),
        *(fractions(w), fractions(np.array([free]))[0], fractions(sides[0]), fractions(sides[1])),
        *(fractions(kept[0]), fractions(kept[1]), fractions(np.array([value]))[0]),
    )


def _checked(certificate: DropoutCertificate) -> DropoutCertificate:
    try:
        check_fit(certificate)
    except BadCertificate as error:
        raise Unresolved(f"the exact solution of the active set is no optimum: {error}") from error
    return certificate
