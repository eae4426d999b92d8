"""The linear system of one cell of adversarial training's path, and how it changes, compiled.

  Design            == the data: all columns G = (F X), y, radii r per unit delta, rho
  Cell              == which weights and residuals are zero, and what follows in affine form
  cell_of(d, ...)   == the Cell with given signs, solved
  dependence(d, c, item)
                    == the combination of the items in the system that comes nearest to it
  rebuild(d, c)     == solve the cell's system afresh
  refine(d, c)      == one step of iterative refinement; returns the error it found
  add(d, c, ...)    == take a weight or a zero residual into the system, or return False
  remove(d, c, ...) == take one out, or return False

With s = delta r'|w| and lambda = delta sum_i rho_i (|e_i| + rho_i s) the optimality conditions are
those of min |e|^2/2 + s rho'|e| + lambda r'|w|. In a cell, where all signs are fixed, one system

  [ G_A'G_A  -G_ZA' ] [ v     ]   [ G_A'y + s G_BA'(sg(e) rho)_B - lambda r_A sg(v_A) ]
  [ -G_ZA     0     ] [ alpha ] = [ -y_Z                                             ]

gives v = (b, w_A) and alpha_Z as affine functions of s and lambda; A are the columns in use, Z
the rows with e = 0, B the others. Crossing into the next cell borders the matrix or takes one
row away, so its inverse changes by a matrix of rank one and the solution by a multiple of a vector;
one step of iterative refinement then brings the other forms up to date.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from linreg_theory.arrays import Array

__all__ = ["Cell", "Design", "add", "cell_of", "dependence", "rebuild", "refine", "remove"]

_DEPENDENT = 1e-10  # pivots below this part of what they are the difference of


class Design(NamedTuple):
    """G (N, P) with its transpose, the free columns first; r (P,) is zero for those."""

    G: Array
    GT: Array
    y: Array
    r: Array
    rho: Array
    free: int


class Cell(NamedTuple):
    """Items are numbered: columns from 0 to P, then rows. Arrays are changed in place."""

    order: Array  # items of the system, in the order in which they came
    position: Array  # (P + N,), where each is, or -1
    size: Array  # (1,), how many
    inverse: Array  # of the system's matrix
    solution: Array  # (3, room): v and alpha_Z as c0 + c1 s + c2 lambda
    alpha: Array  # (3, N), the same for every alpha
    pulls: Array  # (3, P), and for G'alpha
    signs: Array  # (P,)
    sides: Array  # (N,)


def cell_of(design: Design, signs: Array, sides: Array) -> Cell:
    """The cell with these signs of weights (P,) and residuals (N,), solved.

    Free columns are always in use. Raises LinAlgError if the system is singular.
    """
    N, P = design.G.shape
    used = np.concatenate([(signs != 0) | (np.arange(P) < design.free), sides == 0])
    (items,) = np.nonzero(used)
    room = max(2 * min(N, P), len(items)) + 3
    order, position = np.zeros(room, np.int64), np.full(P + N, -1)
    order[: len(items)], position[items] = items, np.arange(len(items))
    forms = np.zeros((3, room)), np.zeros((3, N)), np.zeros((3, P))
    kinds = signs.astype(np.int8), sides.astype(np.int8)
    matrix = np.zeros((room, room))
    cell = Cell(order, position, np.array([len(items)]), matrix, *forms, *kinds)
    rebuild(design, cell)
    return cell


def rebuild(design: Design, cell: Cell) -> None:
    """Invert the system's matrix and solve it."""
    P, n = design.G.shape[1], int(cell.size[0])
    items = cell.order[:n]
    columns, rows = np.nonzero(items < P)[0], np.nonzero(items >= P)[0]
    used = design.G[:, items[columns]]
    matrix = np.zeros((n, n))
    matrix[np.ix_(columns, columns)] = used.T @ used
    border = -used[items[rows] - P]
    matrix[np.ix_(rows, columns)] = border
    matrix[np.ix_(columns, rows)] = border.T
    cell.inverse[:n, :n] = np.linalg.inv(matrix)
    cell.solution[:] = 0
    for _ in range(3):
        refine(design, cell, 0.0, 0.0)


@njit(cache=True, error_model="numpy")
def refine(design: Design, cell: Cell, s: float, total: float) -> float:
    """One step of iterative refinement; returns the error that it removed.

    This is relative to the largest weight and alpha at s and lambda = total.
    """
    P, n, V = design.G.shape[1], cell.size[0], cell.solution
    residual, change = _residual(design, cell), np.zeros((3, V.shape[1]))
    errors, sizes = np.zeros(2), np.full(2, 1e-3)  # near w = 0 errors count absolutely
    sizes[1] = 1e-300
    for a in range(n):
        for k in range(3):
            change[k, a] = _dot(cell.inverse[a, :n], residual[k])
            V[k, a] += change[k, a]
        moved = change[0, a] + change[1, a] * s + change[2, a] * total
        kind = 1 if cell.order[a] >= P else 0
        errors[kind] = max(errors[kind], abs(moved))
        sizes[kind] = max(sizes[kind], abs(V[0, a] + V[1, a] * s + V[2, a] * total))
    _subtract(design, cell, change, cell.alpha)
    _settle(design, cell)
    np.dot(cell.alpha, design.G, cell.pulls)
    for i in range(design.G.shape[0]):
        alpha = cell.alpha[0, i] + cell.alpha[1, i] * s + cell.alpha[2, i] * total
        sizes[1] = max(sizes[1], abs(alpha))
    return max(errors[0] / sizes[0], errors[1] / sizes[1])


@njit(cache=True, error_model="numpy")
def _residual(design: Design, cell: Cell) -> Array:
    """What the equations (3, n) want; leaves alpha with e added to it where e should be 0."""
    (N, P), n = design.G.shape, cell.size[0]
    alpha, V = cell.alpha, cell.solution
    for i in range(N):
        alpha[0, i], alpha[1, i] = design.y[i], cell.sides[i] * design.rho[i]
        alpha[2, i] = 0
    _subtract(design, cell, V, alpha)
    residual = np.empty((3, n))
    for a in range(n):
        if cell.order[a] >= P:
            for k in range(3):
                e = alpha[k, cell.order[a] - P]
                residual[k, a] = -e
                alpha[k, cell.order[a] - P] = e + V[k, a]
    for a in range(n):
        q = cell.order[a]
        if q < P:
            for k in range(3):
                residual[k, a] = _dot(design.GT[q], alpha[k])
            residual[2, a] -= design.r[q] * cell.signs[q]
    return residual


@njit(cache=True, error_model="numpy")
def _settle(design: Design, cell: Cell) -> None:
    """Take alpha of zero residuals from the solution.

    Where all residuals are zero v stands still and alpha is proportional to lambda, exactly.
    """
    (N, P), n, V = design.G.shape, cell.size[0], cell.solution
    pinned = 0
    for a in range(n):
        if cell.order[a] >= P:
            pinned += 1
    for a in range(n):
        row = cell.order[a] >= P
        for k in range(3):
            if pinned == N and ((row and k < 2) or (not row and k > 0)):
                V[k, a] = 0
            if row:
                cell.alpha[k, cell.order[a] - P] = V[k, a]


@njit(cache=True, error_model="numpy")
def _subtract(design: Design, cell: Cell, weights: Array, forms: Array) -> None:
    """Take the columns in use, times their weights (3, n), from the forms (3, N)."""
    N, P = design.G.shape
    for a in range(cell.size[0]):
        if cell.order[a] < P:
            column = design.GT[cell.order[a]]
            c0, c1, c2 = weights[0, a], weights[1, a], weights[2, a]
            for i in range(N):
                forms[0, i] -= c0 * column[i]
                forms[1, i] -= c1 * column[i]
                forms[2, i] -= c2 * column[i]


@njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract"})
def _dot(one: Array, other: Array) -> float:
    total = 0.0
    for i in range(len(one)):
        total += one[i] * other[i]
    return total


@njit(cache=True, error_model="numpy")
def _border(design: Design, cell: Cell, item: int) -> tuple[Array, float]:
    """The item's row of the system's matrix, and its diagonal entry."""
    P, n = design.G.shape[1], cell.size[0]
    column = np.zeros(n)
    if item >= P:
        for a in range(n):
            if cell.order[a] < P:
                column[a] = -design.G[item - P, cell.order[a]]
        return column, 0.0
    own = design.GT[item]
    for a in range(n):
        q = cell.order[a]
        column[a] = _dot(design.GT[q], own) if q < P else -own[q - P]
    return column, _dot(own, own)


@njit(cache=True, error_model="numpy")
def dependence(design: Design, cell: Cell, item: int) -> tuple[Array, Array, float]:
    """The combination of the items in the system nearest to this one, and the item's row.

    Last is the diagonal entry of its row.
    """
    column, diagonal = _border(design, cell, item)
    n = cell.size[0]
    u = np.empty(n)
    for a in range(n):
        u[a] = _dot(cell.inverse[a, :n], column)
    return u, column, diagonal


@njit(cache=True, error_model="numpy")
def add(design: Design, cell: Cell, item: int, sign: int) -> bool:
    """Take an item into the system; False if it depends on those that are there."""
    P, n = design.G.shape[1], cell.size[0]
    u, column, diagonal = dependence(design, cell, item)
    pivot, size = diagonal, abs(diagonal)
    for a in range(n):
        pivot -= column[a] * u[a]
        size += abs(column[a] * u[a])
    if abs(pivot) <= _DEPENDENT * size:
        return False
    along, wants = np.ones(n + 1), np.empty(3)
    for a in range(n):
        along[a] = -u[a]
    for k in range(3):
        cell.solution[k, n] = 0
        wants[k] = cell.pulls[k, item] if item < P else -cell.alpha[k, item - P]
    if item < P:
        cell.signs[item] = sign
        wants[2] -= design.r[item] * sign
    else:
        reach = cell.sides[item - P] * design.rho[item - P]
        wants[1] += reach
        cell.solution[1, n] = reach
        cell.sides[item - P] = 0
    cell.order[n], cell.position[item] = item, n
    cell.size[0] = n + 1
    for a in range(n + 1):
        for k in range(3):
            cell.solution[k, a] += wants[k] * along[a] / pivot
        for b in range(n + 1):
            before = cell.inverse[a, b] if a < n and b < n else 0.0
            cell.inverse[a, b] = before + along[a] * along[b] / pivot
    return True


@njit(cache=True, error_model="numpy")
def remove(design: Design, cell: Cell, item: int, side: int) -> bool:
    """Take an item out of the system; a row's residual goes to the given side.

    Returns False for a weight that the zero residuals determine.
    """
    P, n = design.G.shape[1], cell.size[0]
    place = cell.position[item]
    corner = cell.inverse[place, place]
    if item < P and corner * _dot(design.GT[item], design.GT[item]) <= _DEPENDENT:
        return False  # the zero residuals determine this weight
    along, wants = np.empty(n), np.empty(3)
    for a in range(n):
        along[a] = cell.inverse[place, a] / corner
    for k in range(3):
        wants[k] = -cell.solution[k, place]
    if item >= P:
        wants[1] += side * design.rho[item - P]
        cell.sides[item - P] = side
    else:
        cell.signs[item] = 0
    for a in range(n):
        for k in range(3):
            cell.solution[k, a] += wants[k] * along[a]
        for b in range(n):
            cell.inverse[a, b] -= along[a] * along[b] * corner
    last = n - 1
    cell.position[cell.order[last]] = place
    cell.position[item] = -1
    cell.order[place] = cell.order[last]
    for k in range(3):
        cell.solution[k, place] = cell.solution[k, last]
    for a in range(n):
        cell.inverse[place, a] = cell.inverse[last, a]
    for a in range(n):
        cell.inverse[a, place] = cell.inverse[a, last]
    cell.size[0] = last
    return True
