"""From event to event along the path of adversarial training in its radius, compiled.

  Record            == room for the pieces that a walk finds
  room_for(...)     == an empty Record
  walk(d, c, p, r)  == go on along the path from p = (theta, s, lambda, end) until `end` or trouble
  coefficients(d, c)== a0, a1, a2, b0, b1 of a cell, as below
  DONE, FULL, WORN, LOST
                    == what a walk comes back with

In a cell of `path_system` everything is affine in s and lambda, so that the equations for these
two become s = delta (a0 + a1 s + a2 lambda) and lambda = delta (b0 + b1 s + a1 lambda). With
theta = 1 / delta, phi = theta - a1 and Q = phi^2 - a2 b1 >= 0 they give

  s = (a0 phi + a2 b0) / Q,    lambda = (b0 phi + b1 a0) / Q,

and c0 + c1 s + c2 lambda vanishes at the roots of a quadratic in phi: every event is one. Where
b1 = 0 the optimum is not unique: there delta and lambda stand still and s grows.

Of several events at once the one of least index is taken (the criss-cross rule, which comes to
an end on monotone linear complementarity problems), and a column that depends on those in use
enters by exchange with one whose weight is zero.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from linreg_theory.arrays import Array
from linreg_theory.fits.path_system import Cell, Design, add, dependence, refine, remove

__all__ = ["DONE", "FULL", "LOST", "WORN", "Record", "coefficients", "room_for", "walk"]

DONE, FULL, WORN, LOST = 0, 1, 2, 3

_TIE = 1e-12  # of the terms of an affine form: below it their sum counts as zero
_FLAT = 1e-11  # the same for slopes
_DRIFT = 1e-9  # the error in one refinement that asks for solving afresh
_STALL = 400  # pivots without a step that are too many


class Record(NamedTuple):
    """Pieces one after the other; `used` holds the numbers of pieces and of items."""

    used: Array
    line: Array  # (pieces, 6): theta at the end, a0, a1, a2, b0, b1
    sizes: Array
    signs: Array
    sides: Array
    order: Array
    solution: Array  # (3, items)


class _Line(NamedTuple):
    """How s and lambda move in a cell: c0 + c1 s + c2 lambda in terms of the step in theta."""

    phi: float
    a0: float
    b0: float
    Q: float
    theta: float
    s: float
    total: float  # lambda
    upright: bool  # s moves, theta does not


def room_for(pieces: int, cell: Cell) -> Record:
    """A record of at most so many pieces."""
    room, P, N = len(cell.order), len(cell.signs), len(cell.sides)
    items = max(4 * room, pieces * min(room, 32))
    return Record(
        np.zeros(2, np.int64),
        np.empty((pieces, 6)),
        np.empty(pieces, np.int64),
        np.empty((pieces, P), np.int8),
        np.empty((pieces, N), np.int8),
        np.empty(items, np.int64),
        np.empty((3, items)),
    )


@njit(cache=True, error_model="numpy")
def _crossing(c0: float, c1: float, c2: float, unit: float, line: _Line) -> float:
    """The step after which an affine form that may not be negative becomes so, or inf."""
    value = c0 + c1 * line.s + c2 * line.total
    size = abs(c0) + abs(c1 * line.s) + abs(c2 * line.total) + unit
    tied = value <= _TIE * size
    if line.upright:
        if c1 * (line.s + unit) >= -_FLAT * size:
            return np.inf
        return 0.0 if tied else -value / c1
    f1 = 2 * c0 * line.phi + c1 * line.a0 + c2 * line.b0
    if tied:
        steep = abs(2 * c0 * line.phi) + abs(c1 * line.a0) + abs(c2 * line.b0)
        steep += unit * line.Q / line.theta
        if f1 < -_FLAT * steep:
            return 0.0
        if c0 * line.theta >= -_FLAT * steep:
            return np.inf
        return -f1 / c0 if f1 > _FLAT * steep else 0.0
    f0 = line.Q * value
    square = f1 * f1 - 4 * c0 * f0
    if square < 0 or (f1 >= 0 and c0 >= 0):
        return np.inf
    root = np.sqrt(square)
    return 2 * f0 / (root - f1) if f1 < 0 else (f1 + root) / (-2 * c0)


@njit(cache=True, error_model="numpy")
def _next(design: Design, cell: Cell, line: _Line, passed: Array) -> tuple[float, int, int]:
    """The step to the next event, its item, and the sign that the item gets (0: zero)."""
    N, P = design.G.shape
    best, item, sign = np.inf, -1, 0
    for q in range(design.free, P):
        if passed[q]:
            continue
        place, level = cell.position[q], design.r[q]
        c0, c1, c2 = cell.pulls[0, q], cell.pulls[1, q], cell.pulls[2, q]
        unit, now = level * line.total, 0
        if place >= 0:
            tau = cell.signs[q]
            v = cell.solution
            h = _crossing(tau * v[0, place], tau * v[1, place], tau * v[2, place], 1.0, line)
        else:
            now = 1 if c0 + c1 * line.s + c2 * line.total > 0 else -1
            h = _crossing(-now * c0, -now * c1, level - now * c2, unit, line)
            if h > 0:
                other = _crossing(now * c0, now * c1, level + now * c2, unit, line)
                if other < h:
                    h, now = other, -now
        if h < best:
            best, item, sign = h, q, now
            if h == 0:
                return best, item, sign
    unit = line.total / np.dot(design.rho, design.rho)
    for i in range(N):
        if passed[P + i]:
            continue
        reach, side = design.rho[i], cell.sides[i]
        c0, c1, c2 = cell.alpha[0, i], cell.alpha[1, i], cell.alpha[2, i]
        if side != 0:
            now, h = 0, _crossing(side * c0, side * c1 - reach, side * c2, 1.0, line)
        else:
            now = 1 if c0 + c1 * line.s + c2 * line.total > 0 else -1
            h = _crossing(-now * c0, reach - now * c1, -now * c2, unit * reach, line)
            if h > 0:
                other = _crossing(now * c0, reach + now * c1, now * c2, unit * reach, line)
                if other < h:
                    h, now = other, -now
        if h < best:
            best, item, sign = h, P + i, now
            if h == 0:
                return best, item, sign
    return best, item, sign


@njit(cache=True, error_model="numpy")
def coefficients(design: Design, cell: Cell) -> Array:
    """a0, a1, a2, b0, b1."""
    P, result = design.G.shape[1], np.zeros(5)
    for a in range(cell.size[0]):
        q = cell.order[a]
        if q < P:
            for k in range(3):
                result[k] += design.r[q] * cell.signs[q] * cell.solution[k, a]
    for i in range(design.G.shape[0]):
        reach = cell.sides[i] * design.rho[i]
        result[3] += reach * cell.alpha[0, i]
        result[4] += reach * (cell.alpha[1, i] - reach) + design.rho[i] * design.rho[i]
    return result


@njit(cache=True, error_model="numpy")
def _line(design: Design, cell: Cell, place: Array, c: Array) -> _Line:
    """The line through the current point; Q = 0 if the cell does not hold it."""
    theta, s, total = place[0], place[1], place[2]
    phi = theta - c[1]
    if c[4] <= 1e-11 * np.dot(design.rho, design.rho):
        return _Line(phi, c[0], c[3], 1.0, theta, s, total, True)
    Q = phi * phi - c[2] * c[4]
    here = (c[0] * phi + c[2] * c[3]) / Q
    if not abs(here - s) <= 1e-6 * (abs(s) + 1e-6 * total):
        Q = 0.0
    return _Line(phi, c[0], c[3], Q, theta, s, total, False)


@njit(cache=True, error_model="numpy")
def _write(cell: Cell, c: Array, end: float, record: Record) -> None:
    piece, first = record.used[0], record.used[1]
    n = cell.size[0]
    record.line[piece, 0] = end
    for k in range(5):
        record.line[piece, k + 1] = c[k]
    record.sizes[piece] = n
    for q in range(len(cell.signs)):
        record.signs[piece, q] = cell.signs[q]
    for i in range(len(cell.sides)):
        record.sides[piece, i] = cell.sides[i]
    for a in range(n):
        record.order[first + a] = cell.order[a]
        for k in range(3):
            record.solution[k, first + a] = cell.solution[k, a]
    record.used[0], record.used[1] = piece + 1, first + n


@njit(cache=True, error_model="numpy")
def _cross(design: Design, cell: Cell, item: int, sign: int, place: Array, tied: bool) -> bool:
    """Into the next cell; False if there is none: the item is zero throughout this one."""
    P = design.G.shape[1]
    held = cell.position[item] >= 0
    if held:
        return remove(design, cell, item, sign)
    if add(design, cell, item, sign):
        return True
    if item >= P or not tied:
        return False
    leaving = _makes_way(design, cell, item, sign, place)
    if leaving < 0 or not remove(design, cell, leaving, 0):
        return False
    refine(design, cell, place[1], place[2])
    return add(design, cell, item, sign)


@njit(cache=True, error_model="numpy")
def _makes_way(design: Design, cell: Cell, item: int, sign: int, place: Array) -> int:
    """The column in use of weight zero whose place a dependent column can take, or -1."""
    P, n = design.G.shape[1], cell.size[0]
    share, _, _ = dependence(design, cell, item)
    best, leaving = 1e-9, -1
    for a in range(n):
        q = cell.order[a]
        if design.free <= q < P and share[a] * sign * cell.signs[q] > 1e-9:
            v = cell.solution
            weight = v[0, a] + v[1, a] * place[1] + v[2, a] * place[2]
            ratio = abs(weight / share[a])
            if ratio < best:
                best, leaving = ratio, q
    return leaving


@njit(cache=True, error_model="numpy")
def _advance(line: _Line, c: Array, h: float, place: Array) -> None:
    """Move the point along the line."""
    if line.upright:
        place[1] += h
    elif h > 0:
        place[0] += h
        phi = place[0] - c[1]
        Q = phi * phi - c[2] * c[4]
        place[1] = (c[0] * phi + c[2] * c[3]) / Q
        place[2] = (c[3] * phi + c[4] * c[0]) / Q


@njit(cache=True, error_model="numpy")
def walk(design: Design, cell: Cell, place: Array, record: Record) -> int:
    """Go on from `place` until its last entry, writing down every piece.

    Returns DONE, FULL if the record is, WORN if the cell must be rebuilt first, or LOST if
    rounding or ties defeat it; `place` and `cell` are where it stopped.
    """
    N, P = design.G.shape
    passed = np.zeros(P + N, np.bool_)
    room = record.order.shape[0] - cell.order.shape[0]
    stall, stale = 0, True
    while stall < _STALL:
        if record.used[0] == record.sizes.shape[0] or record.used[1] > room:
            return FULL
        if stale and not refine(design, cell, place[1], place[2]) <= _DRIFT:
            return WORN
        stale = False
        c = coefficients(design, cell)
        line = _line(design, cell, place, c)
        h, item, sign = _next(design, cell, line, passed)
        if line.Q <= 0 or (line.upright and item < 0):
            return LOST
        before, pieces, items = (place[0], place[1], place[2]), record.used[0], record.used[1]
        if not line.upright and h > 1e-14 * line.theta:
            end = min(line.theta + h, place[3])
            _write(cell, c, end, record)
            if end == place[3]:
                _advance(line, c, end - line.theta, place)
                return DONE
        _advance(line, c, h, place)
        if _cross(design, cell, item, sign, place, h == 0):
            passed.fill(False)
            stale = True
        else:  # it is zero throughout the cell: go back and look for another
            passed[item] = True
            place[0], place[1], place[2] = before
            record.used[0], record.used[1] = pieces, items
        stall = 0 if record.used[0] > pieces else stall + 1
    return LOST
