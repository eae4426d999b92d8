"""The exact path of adversarial training in l_inf balls, for all radii at once.

  training_path(units, delta_min, limit)
                    == the TrainingPath down to the radius delta_min
  TrainingPath      == pieces on which weights and dual point are rational functions of delta
  p.at(delta)       == (w, free, alpha) at any radius, in the units' scale
  p.piece_sets(delta)
                    == signs of the weights and residuals, for exact solutions in fractions
  p.fits(deltas)    == a Fit with its proven gap for each radius
  p.breakpoints     == radii at which a weight or residual becomes or stops being zero
  p.resolved        == how often the path was lost and found again by an interior-point method

The path begins at w = 0 and is followed from event to event in closed form (`path_walk`), with no
iteration. Ties are broken by a rule of least index. Should rounding still mislead it, the optimum
a little further on is found by `training.minimise`, its sets are read off and the walk goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy.linalg

from linreg_theory.arithmetic import quiet
from linreg_theory.arrays import Array
from linreg_theory.fits.path_system import Cell, Design, cell_of, rebuild
from linreg_theory.fits.path_walk import (
    DONE,
    FULL,
    LOST,
    WORN,
    Record,
    coefficients,
    room_for,
    walk,
)
from linreg_theory.fits.proofs_at_once import values_and_bounds
from linreg_theory.fits.scaling import Units
from linreg_theory.fits.training import minimise
from linreg_theory.fits.training_model import Fit, TrainingModel, relative_gap
from linreg_theory.solvers.solution import Unresolved

__all__ = ["TrainingPath", "training_path"]

_PIECES = 512  # that a record holds
_IDLE = 4  # walks without a piece that are too many
_BEYOND = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)  # how much further to look when lost
_PROVEN = 1e-11  # the gap that sets read off must reach
_MET = 1e-12  # a gap that no better proof is looked for
_ZERO = 1e-9  # what an interior-point method means by zero


@dataclass(frozen=True, eq=False)
class TrainingPath:
    """Pieces from the largest radius to the smallest; the first is w = 0 for all larger radii.

    Piece t holds between breakpoints[t] and breakpoints[t - 1]. There the unknowns in `order`
    (free weights, weights, then alpha of zero residuals) are solution'(1, s, lambda) with
    s and lambda as `line` gives them.
    """

    units: Units
    lowest: float  # the radius down to which the path is known; above delta_min if cut short
    breakpoints: Array  # descending, one fewer than pieces
    line: Array  # (pieces, 5): a0, a1, a2, b0, b1
    signs: Array  # (pieces, D')
    sides: Array  # (pieces, N')
    starts: Array  # (pieces + 1,), where each piece begins in the next two
    order: Array
    solution: Array  # (items, 3)
    resolved: int

    @property
    def largest(self) -> float:
        """The smallest radius at which w = 0 is optimal, as far as the path goes."""
        return float(self.breakpoints[0]) if len(self.breakpoints) else self.lowest

    def piece(self, delta: float) -> int:
        """Which piece holds at this radius.

        Raises
        ------
        ValueError
            For a radius below the end of the path.
        """
        if not delta >= self.lowest:
            raise ValueError(f"delta must be at least {self.lowest:.6g}, the path's end: {delta!r}")
        return int(np.searchsorted(-self.breakpoints, -delta))

    @quiet
    def at(self, delta: float) -> tuple[Array, Array, Array]:
        """Weights (D',), free weights and alpha (N',) at this radius."""
        return self._at(self.piece(delta), delta)

    def _at(self, t: int, delta: float) -> tuple[Array, Array, Array]:
        units = self.units
        s, total = _level(self.line[t], 1 / float(delta))
        items = self.order[self.starts[t] : self.starts[t + 1]]
        values = self.solution[self.starts[t] : self.starts[t + 1]] @ np.array([1, s, total])
        f, P = units.F.shape[1], units.F.shape[1] + units.X.shape[1]
        unknowns = np.zeros(P + len(units.y))
        unknowns[items] = values
        free, w = unknowns[:f], unknowns[f:P]
        sides = self.sides[t]
        alpha = units.y - units.X @ w - units.F @ free + s * units.rho * sides
        return w, free, np.where(sides == 0, unknowns[P:], alpha)

    def piece_sets(self, delta: float) -> tuple[Array, Array]:
        """Signs of all the user's weights (D,), and of the residuals (N',), 0 where zero."""
        t = self.piece(delta)
        signs = np.zeros(self.units.n_features, np.int8)
        signs[self.units.kept] = self.signs[t]
        return signs, self.sides[t].copy()

    @quiet
    def fits(self, deltas: Iterable[float]) -> list[Fit]:
        """Fits at these radii, each with its proven gap."""
        radii = np.array([float(delta) for delta in deltas])
        if not len(radii):
            return []
        pieces = [self.piece(delta) for delta in radii]
        points = [self._at(t, delta) for t, delta in zip(pieces, radii, strict=True)]
        proven = values_and_bounds(
            self.units, radii, *(np.array(part) for part in zip(*points, strict=True))
        )
        size = float(np.linalg.norm(self.units.y))
        return [
            self._fit(delta, t, point, value, bound, size)
            for delta, t, point, value, bound in zip(radii, pieces, points, *proven, strict=True)
        ]

    def _fit(
        self,
        delta: float,
        t: int,
        point: tuple[Array, ...],
        value: float,
        bound: float,
        size: float,
    ) -> Fit:
        """What was proven of all radii at once, or is proven of this one if that is too little."""
        w, free, alpha = point
        if np.isfinite(value) and relative_gap(value, bound, size) <= _MET:
            signs = np.where(self.signs[t] != 0, np.sign(w), 0)
            return Fit(w, free, alpha, signs, self.sides[t], float(value), float(bound), 0, size)
        model = self.units.training(delta, np.inf)
        return model.fit(w, free, alpha, self.signs[t] != 0, self.sides[t] == 0)


@quiet
def training_path(units: Units, delta_min: float, limit: int = 100_000) -> TrainingPath:
    """The path of adversarial training in l_inf balls from w = 0 down to a radius.

    Parameters
    ----------
    units : Units
    delta_min : float
        Positive; at 0 the problem is least squares.
    limit : int
        The path ends early, and says so by its `lowest`, after about so many pieces.

    Raises
    ------
    ValueError
        For an unusable radius or limit.
    Unresolved
        If not even the first piece is found.
    """
    if not 0 < delta_min < np.inf:
        raise ValueError(f"delta_min must be positive and finite, got {delta_min!r}")
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit!r}")
    design = _design(units)
    cell, place = _start(design, delta_min)
    records: list[Record] = []
    pieces, resolved, idle, status = 0, 0, 0, FULL
    while status != DONE and pieces < limit and idle < _IDLE:
        record = room_for(min(_PIECES, limit - pieces), cell)
        status = walk(design, cell, place, record)
        idle = 0 if record.used[0] else idle + 1
        pieces += int(record.used[0])
        if record.used[0]:
            records.append(record)
        if status == WORN and idle < 2:
            rebuild(design, cell)
        elif status in (WORN, LOST):
            resolved += 1
            found = _resolve(units, design, place)
            if found is None:
                break
            cell, place = found
    if not records:
        raise Unresolved("the path was lost at its beginning and not found again")
    end = delta_min if status == DONE else 0.0
    return _path(units, records, resolved, design.free, end)


def _design(units: Units) -> Design:
    G = np.ascontiguousarray(np.hstack([units.F, units.X]))
    free = units.F.shape[1]
    r = np.concatenate([np.zeros(free), 1 / units.columns])
    return Design(G, np.ascontiguousarray(G.T), units.y, r, units.rho, free)


def _start(design: Design, delta_min: float) -> tuple[Cell, Array]:
    """The cell of w = 0, twice as far out as it is left, if it is left."""
    F, X = design.G[:, : design.free], design.G[:, design.free :]
    e = _without(F, design.y)
    e[np.abs(e) <= 1e-15 * np.max(np.abs(design.y), initial=0)] = 0
    pulls = (e @ X) / design.r[design.free :]
    theta, sides = 1 / delta_min, np.sign(e)
    if np.any(pulls):
        j = int(np.argmax(np.abs(pulls)))
        theta = min(theta, float(design.rho @ np.abs(e)) / abs(float(pulls[j])))
        first = np.sign(-pulls[j] * _without(F, X[:, j]))  # where zero residuals go with w_j
        sides = np.where(sides == 0, first, sides)
    sides[sides == 0] = 1
    cell = cell_of(design, np.zeros(design.G.shape[1]), sides)
    theta /= 2
    place = np.array([theta, 0.0, float(design.rho @ np.abs(e)) / theta, 1 / delta_min])
    return cell, place


def _without(F: Array, vector: Array) -> Array:
    """What the free columns leave of a vector."""
    if not F.shape[1]:
        return vector.copy()
    rest: Array = vector - F @ np.linalg.lstsq(F, vector, rcond=None)[0]
    return rest


def _level(line: Array, theta: float) -> tuple[float, float]:
    """s and lambda."""
    a0, a1, a2, b0, b1 = line.tolist()
    phi = theta - a1
    Q = phi * phi - a2 * b1
    return (a0 * phi + a2 * b0) / Q, (b0 * phi + b1 * a0) / Q


def _resolve(units: Units, design: Design, place: Array) -> tuple[Cell, Array] | None:
    """A cell that holds a little further along the path, and its point there."""
    for beyond in _BEYOND:
        theta = min(float(place[0]) / (1 - beyond), float(place[3]))
        model = units.training(1 / theta, np.inf)
        found = minimise(model, _PROVEN / 10)
        signs, sides = _sets(design, model, found)
        try:
            cell = cell_of(design, signs, sides)
        except np.linalg.LinAlgError:
            continue
        line = coefficients(design, cell)
        s, total = _level(line, theta)
        v = cell.solution.T @ np.array([1, s, total])
        unknowns = np.zeros(len(cell.position))
        unknowns[cell.order[: cell.size[0]]] = v[: cell.size[0]]
        free, w = unknowns[: design.free], unknowns[design.free : len(signs)]
        if model.fit(w, free, cell.alpha.T @ np.array([1, s, total])).gap <= _PROVEN:
            return cell, np.array([theta, s, total, place[3]])
    return None


def _sets(design: Design, model: TrainingModel, fit: Fit) -> tuple[Array, Array]:
    """Signs of weights and residuals, such that what is zero or in use is independent."""
    e, size = model.residuals(fit.w, fit.free), np.abs(fit.w)
    signs = np.zeros(design.G.shape[1])
    (used,) = np.nonzero(size > _ZERO * np.max(size, initial=0))
    scales = np.concatenate([np.full(design.free, 1e3 * np.max(size, initial=1)), size[used]])
    used = np.concatenate([np.arange(design.free), design.free + used])
    used = used[_independent(design.G[:, used] * scales)]
    signs[used] = np.sign(np.concatenate([np.zeros(design.free), fit.w])[used])
    sides = np.where(np.abs(e) <= _ZERO * np.max(np.abs(design.y)), 0, np.sign(e))
    (pinned,) = np.nonzero(sides == 0)
    room = np.maximum(1 - np.abs(fit.alpha) / (design.rho * model.reach(fit.w)), 0)[pinned]
    kept = _independent(design.G[np.ix_(pinned, used)].T * room)
    dropped = np.delete(pinned, kept)
    sides[dropped] = np.where(fit.alpha[dropped] < 0, -1, 1)
    return signs, sides


def _independent(matrix: Array) -> Array:
    """Columns that span the others, large ones first."""
    if not matrix.size:
        return np.arange(0)
    triangle, order = scipy.linalg.qr(matrix, mode="r", pivoting=True)
    pivots = np.abs(np.diag(triangle))
    chosen: Array = order[: int(np.sum(pivots > _ZERO * pivots[0]))]
    return chosen


def _path(
    units: Units, records: list[Record], resolved: int, free: int, end: float
) -> TrainingPath:
    """The records' pieces in one; `end` is the smallest radius if it was reached."""
    counts = [(int(record.used[0]), int(record.used[1])) for record in records]
    line = np.concatenate([r.line[:p] for r, (p, _) in zip(records, counts, strict=True)])
    sizes = np.concatenate([r.sizes[:p] for r, (p, _) in zip(records, counts, strict=True)])
    signs = np.concatenate([r.signs[:p] for r, (p, _) in zip(records, counts, strict=True)])
    sides = np.concatenate([r.sides[:p] for r, (p, _) in zip(records, counts, strict=True)])
    order = np.concatenate([r.order[:n] for r, (_, n) in zip(records, counts, strict=True)])
    solution = [r.solution[:, :n].T for r, (_, n) in zip(records, counts, strict=True)]
    radii = 1 / line[:, 0]
    return TrainingPath(
        *(units, end or float(radii[-1]), radii[:-1], line[:, 1:], signs[:, free:], sides),
        *(np.concatenate([[0], np.cumsum(sizes)]), order, np.concatenate(solution), resolved),
    )
