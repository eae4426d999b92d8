"""Up to which radius adversarial training keeps interpolating: exact, with a proof.

  interpolation_radius(p)  == the largest delta at which interpolating weights minimise
                              adversarial training; 0 if none interpolate, infinity for y = 0
  interpolation(p)         == the Interpolation that proves it; None where it is 0
  Interpolation            == the radius, interpolating weights, a dual point, a direction

Up to 1 / (N max |b_i|) for the smallest b that maximises y'b subject to ||X'b||_inf <= 1, the
interpolating weights of least l1 norm minimise sum_i (|e_i| + delta ||w||_1)^2 (Ribeiro et al.
2023). Two linear programs find it; what they say is made exact and checked in fractions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
from gmpy2 import mpq
from scipy.optimize import linprog

from linreg_theory.arrays import Array
from linreg_theory.elimination import eliminate
from linreg_theory.problem import Problem
from linreg_theory.solvers import Unresolved

__all__ = ["Interpolation", "interpolation", "interpolation_radius"]

_TIGHT = (1e-9, 1e-7, 1e-11, 1e-5)  # of the scale: what a linear program may mean by equal
_DEAREST = 1e9  # a linear program cannot tell higher costs from one another


@dataclass(frozen=True, eq=False)
class Interpolation:
    """Interpolating weights of least l1 norm, and up to which radius they are robust."""

    radius: Fraction | float  # a float only where it is infinite
    w: Array  # (D,), X w = y
    dual: Array  # b (N,): |x_j'b| <= 1 and y'b = ||w||_1; the radius is 1 / (N max |b|)
    direction: Array | None  # d (D,): beyond the radius the worst case falls from w along d


def interpolation_radius(problem: Problem) -> Fraction | float:
    """The largest delta at which interpolating weights of least l1 norm are robust.

    Up to this radius, and not beyond, all of them minimise l_inf adversarial training (Ribeiro
    et al. 2023): it is the largest 1 / (N max |b_i|) over b that maximise y'b subject to
    ||X'b||_inf <= 1. It is 0 if and only if no weights interpolate, and infinite if and only
    if y = 0.

    Raises
    ------
    TypeError
        For symbols.
    Unresolved
        If a linear program fails or no reading of its answer passes the exact check.
    """
    found = interpolation(problem)
    return Fraction(0) if found is None else found.radius


def interpolation(problem: Problem) -> Interpolation | None:
    """The proof of `interpolation_radius`, in fractions; None if no weights interpolate.

    Two linear programs suggest which weights, which |x_j'b| <= 1 and which |b_i| <= t are
    tight; the equations are then solved exactly. With b, w has the least norm and minimises up
    to the radius: alpha = N delta^2 ||w||_1 b is a point of the dual with its value. Along d
    the residuals grow by |X d| and the norm shrinks by N radius times as much, so beyond it
    something has a smaller worst case. Errors as `interpolation_radius`.
    """
    X, y = _exactly(problem.X), _exactly(problem.y)
    if not np.any(y):
        return Interpolation(inf, _fractions(0 * X[0]), _fractions(0 * y), None)
    near = _least_norm(X, y)
    for w in () if near is None else _weights(X, y, near):
        for dual, direction in _proofs(X, w):
            if _proves(X, y, w, dual, direction):
                radius = _fraction(1 / (len(y) * max(abs(dual))))
                return Interpolation(radius, *map(_fractions, (w, dual, direction)))
    if eliminate(X, y) is None:  # a program's tolerance has no say in it
        return None
    raise Unresolved("no reading of the linear programs gives an exact interpolation threshold")


def _proves(X: Array, y: Array, w: Array, dual: Array, direction: Array) -> bool:
    """Whether the three are what `Interpolation` says, exactly."""
    pulls = dual @ X
    if np.any(X @ w != y) or np.any(np.abs(pulls) > 1) or dual @ y != np.sum(np.abs(w)):
        return False
    rise = np.sum(np.where(w != 0, np.where(w > 0, direction, -direction), np.abs(direction)))
    grown = np.sum(np.abs(X @ direction))
    return bool(grown > 0 and -rise == max(abs(dual)) * grown)


def _least_norm(X: Array, y: Array) -> Array | None:
    """About the interpolating weights of least l1 norm, a vertex; None if there are none.

    Columns, then rows, then targets are divided by their largest entries.
    """
    columns = _largest(X.T)
    rows = _largest(X / columns)
    scaled = (X / columns / rows[:, None]).astype(float)
    target = y / rows
    unit = max(abs(target))
    usual = sorted(columns)[-min(len(y), len(columns))]  # the largest columns are the cheapest
    cost = np.minimum((usual / columns).astype(float), _DEAREST)
    found = linprog(
        np.concatenate([cost, cost]),
        A_eq=np.hstack([scaled, -scaled]),
        b_eq=(target / unit).astype(float),
        method="highs-ds",
    )
    if found.status == 2:
        return None
    if found.status != 0 or found.x is None:
        raise Unresolved(f"the linear program failed: {found.message}")
    positive, negative = np.split(found.x, 2)
    return _exactly(positive - negative) * unit / columns


def _weights(X: Array, y: Array, near: Array) -> Iterator[Array]:
    """Exact interpolating weights on the support of those nearby, which may be read in ways."""
    from linreg_theory.fits.rational import nearest

    sizes = np.abs(near * _largest(X.T)).astype(float)
    seen = set()
    for tight in _TIGHT:
        (support,) = np.nonzero(sizes > tight * max(sizes))
        if not len(support) or tuple(support) in seen:
            continue
        seen.add(tuple(support))
        solved = nearest(X[:, support], y, near[support], np.abs(near[support]).astype(float))
        if solved is not None:
            w = np.full(len(near), mpq(0), dtype=object)
            w[support] = solved
            yield w


def _proofs(X: Array, w: Array) -> Iterator[tuple[Array, Array]]:
    """Candidates for b and the direction that prove the radius of these weights."""
    if np.count_nonzero(w) == len(X):
        yield from _only_proof(X, w)
    near, level, multipliers = _smallest_dual(X, w)
    for tight in _TIGHT:
        dual = _exact_dual(X, w, near, level, tight)
        direction = None if dual is None else _exact_direction(X, w, dual, multipliers, tight)
        if dual is not None and direction is not None:
            yield dual, direction


def _only_proof(X: Array, w: Array) -> Iterator[tuple[Array, Array]]:
    """With as many weights as samples there is one b at most, whatever the scales are."""
    (support,) = np.nonzero(w)
    square = X[:, support]
    dual = eliminate(square.T, np.array([mpq(1 if v > 0 else -1) for v in w[support]]))
    if dual is None:
        return
    largest = int(np.argmax(np.abs(dual)))
    moved = np.full(len(X), mpq(0), dtype=object)
    moved[largest] = mpq(-1 if dual[largest] > 0 else 1)
    change = eliminate(square, moved)
    if change is not None:
        direction = np.full(len(w), mpq(0), dtype=object)
        direction[support] = change
        yield dual, direction


def _smallest_dual(X: Array, w: Array) -> tuple[Array, float, Array]:
    """About the b of smallest t = max |b_i| with |x_j'b| <= 1, and sg(w_j) on the support.

    Returns b, t and the multipliers (D,) of the x_j'b.
    """
    n = len(X)
    fixed = w != 0
    unit = min(_largest(X.T)[fixed])
    data = (X / unit).T.astype(float)
    level = np.ones((n, 1))
    zeros = np.zeros((len(w), 1))
    each = np.eye(n)
    found = linprog(
        np.append(np.zeros(n), 1.0),
        A_eq=np.hstack([data, zeros])[fixed],
        b_eq=np.array([1.0 if value > 0 else -1.0 for value in w[fixed]]),
        A_ub=np.vstack(
            [np.hstack([each, -level]), np.hstack([-each, -level])]
            + [np.hstack([sign * data, zeros])[~fixed] for sign in (1, -1)]
        ),
        b_ub=np.append(np.zeros(2 * n), np.ones(2 * int(np.sum(~fixed)))),
        bounds=[(None, None)] * (n + 1),
        method="highs-ds",
    )
    if found.status != 0 or found.x is None:
        raise Unresolved(f"the linear program failed: {found.message}")
    multipliers = np.zeros(len(w))
    multipliers[fixed] = found.eqlin.marginals
    above, below = np.split(found.ineqlin.marginals[2 * n :], 2)
    multipliers[~fixed] = above - below
    return _exactly(found.x[:n]) / unit, mpq(float(found.x[n])) / unit, multipliers


def _exact_dual(X: Array, w: Array, near: Array, level: Any, tight: float) -> Array | None:
    """The b next to `near` on which the same constraints are tight, exactly."""
    from linreg_theory.fits.rational import nearest

    pulls = (near @ X).astype(float)
    columns = np.flatnonzero((w != 0) | (np.abs(pulls) > 1 - tight))
    rows = np.flatnonzero(np.abs(near) >= level * (1 - mpq(tight)))
    n, c = len(X), len(columns)
    matrix = np.full((c + len(rows), n + 1), mpq(0), dtype=object)
    matrix[:c, :n] = X[:, columns].T
    matrix[c + np.arange(len(rows)), rows] = mpq(1)
    matrix[c:, n] = [mpq(-1 if near[i] > 0 else 1) for i in rows]
    right = np.full(len(matrix), mpq(0), dtype=object)
    right[:c] = [mpq(1 if pull > 0 else -1) for pull in pulls[columns]]
    freedom = np.append(np.abs(near), level).astype(float)
    solved = nearest(matrix, right, np.append(near, level), freedom)
    return None if solved is None else solved[:n]


def _exact_direction(
    X: Array, w: Array, dual: Array, multipliers: Array, tight: float
) -> Array | None:
    """A d that changes only residuals at the level, against the signs of b, by one in all."""
    from linreg_theory.fits.rational import nearest

    weight = np.abs(multipliers)
    columns = np.flatnonzero((abs(dual @ X) == 1) & ((w != 0) | (weight > tight * max(weight))))
    against = np.array([mpq(-1 if value > 0 else 1) for value in dual], dtype=object)
    near = _exactly(multipliers[columns])
    grown = against * (X[:, columns] @ near)
    free = (abs(dual) == max(abs(dual))) & (np.abs(grown) > mpq(tight) * np.sum(np.abs(grown)))
    if not np.any(free) or np.sum(grown[free]) == 0:
        return None
    near = near / np.sum(grown[free])
    total = against[free] @ X[free][:, columns]
    matrix = np.vstack([X[~free][:, columns], total[None, :]])
    right = np.array([mpq(0)] * (len(matrix) - 1) + [mpq(1)], dtype=object)
    solved = nearest(matrix, right, near, np.abs(near).astype(float))
    if solved is None:
        return None
    direction = np.full(len(w), mpq(0), dtype=object)
    direction[columns] = solved
    return direction


def _largest(rows: Array) -> Array:
    """The largest size in each row, 1 where all are zero."""
    return np.array([max(map(abs, row)) or mpq(1) for row in rows], dtype=object)


def _exactly(array: Array) -> Array:
    try:
        return np.asarray(np.frompyfunc(mpq, 1, 1)(array), dtype=object)
    except TypeError:
        raise TypeError("problem must hold numbers: symbols have no linear program") from None


def _fractions(array: Array) -> Array:
    return np.asarray(np.frompyfunc(_fraction, 1, 1)(array), dtype=object)


def _fraction(number: mpq) -> Fraction:
    return Fraction(int(number.numerator), int(number.denominator))
