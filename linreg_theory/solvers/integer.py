"""Exact adversarial masks as integer programs, by two routes that do not use our theorem.

  integer_masks(p, w, k, route="linear")     == two linear programs over binaries: push the
                                                residual up as far as it goes, then down
  integer_masks(p, w, k, route="quadratic")  == the squared residual itself, non-convex, with
                                                its products linearised: z_jl = f_j f_l

f_ij = 1 flips unit j of sample i. Rows are scaled to their largest entry before the solver
sees them; what comes back is judged on the data as given (see gate).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal

import cvxpy as cp
import numpy as np

from linreg_theory.arrays import Array, as_budget, as_masks, exactly
from linreg_theory.problem import Problem
from linreg_theory.solvers import gate
from linreg_theory.solvers.solution import Solution

__all__ = ["integer_masks"]

_MOST_PRODUCTS = 20_000  # linearised products in one quadratic program


def integer_masks(
    problem: Problem,
    w: Any,
    k: int,
    solver: str = "HIGHS",
    *,
    route: Literal["linear", "quadratic"] = "linear",
    base: Any = None,
) -> Solution:
    """The masks with the largest loss over at most k flips, by integer programming.

    Parameters
    ----------
    problem : Problem
        Numbers only: symbols have no integer program.
    w : array-like, shape (D,)
    k : int
        At most so many flips per sample, from 0 to D.
    solver : str
        A cvxpy solver whose zero-gap options are known: "HIGHS" or "SCIPY".
    route : {"linear", "quadratic"}
        See the module.
    base : array-like, shape (N, D) or (D,), optional
        Masks to start from; all ones if None.

    Returns
    -------
    Solution
        With exact losses, each equal to its proven bound.

    Raises
    ------
    TypeError, ValueError
        For unusable input or an unknown solver or route.
    Unresolved
        If the solver's answer does not pass the gate.
    """
    k = as_budget("k", k, problem.n_features)
    if route not in _ROUTES:
        raise ValueError(f'route must be "linear" or "quadratic", got {route!r}')
    start = as_masks("base", 1 if base is None else base, problem.X.shape)
    w = exactly(problem.weights(w))
    exact = problem.exact()
    residuals = exact.y - (start * exact.X) @ w
    effects = exact.X * w * (2 * start - 1)
    scaled = _scaled(residuals, effects)
    flips = _ROUTES[route](*scaled, k, solver)
    masks = np.where(flips == 1, 1 - start, start)
    return gate.admit(exact, w, k, start, masks, f"{route} integer program, {solver}")


def _scaled(residuals: Array, effects: Array) -> tuple[Array, Array]:
    """Rows divided by their largest entry, as floats."""
    largest = [
        max(abs(e), *map(abs, c)) or Fraction(1) for e, c in zip(residuals, effects, strict=True)
    ]
    r = np.array([float(e / m) for e, m in zip(residuals, largest, strict=True)])
    c = np.array([[float(v / m) for v in row] for row, m in zip(effects, largest, strict=True)])
    return r, c


def _linear(r: Array, c: Array, k: int, solver: str) -> Array:
    """Both directions for all rows at once; the better one of each row."""
    best = np.zeros(c.shape, dtype=np.int64)
    reached = np.array([abs(Fraction(e)) for e in r], dtype=object)
    for direction in (1, -1):
        pushed = direction * c
        flips = cp.Variable(c.shape, boolean=True)
        model = cp.Problem(
            cp.Maximize(cp.sum(cp.multiply(pushed, flips))), [cp.sum(flips, axis=1) <= k]
        )
        claimed = gate.solve(model, solver)
        worth = exactly(pushed)
        chosen = gate.read(flips.value, k, claimed, lambda f, g=worth: Fraction(np.sum(f * g)))
        residual = abs(direction * exactly(r) + np.sum(chosen * worth, axis=1))
        better = residual > reached
        best[better], reached[better] = chosen[better], residual[better]
    return best


def _quadratic(r: Array, c: Array, k: int, solver: str) -> Array:
    """The squared residual, its products linearised; a few rows at a time."""
    products = max(1, c.shape[1] * (c.shape[1] - 1) // 2)
    step = max(1, _MOST_PRODUCTS // products)
    parts = [
        _quadratic_block(r[i : i + step], c[i : i + step], k, solver)
        for i in range(0, len(r), step)
    ]
    return np.concatenate(parts)


def _quadratic_block(r: Array, c: Array, k: int, solver: str) -> Array:
    """(r + c'f)^2 - r^2 = sum_j (2 r c_j + c_j^2) f_j + sum_{j<l} 2 c_j c_l f_j f_l."""
    flips = cp.Variable(c.shape, boolean=True)
    single = 2 * r[:, None] * c + c * c
    gain = cp.sum(cp.multiply(single, flips))
    constraints = [cp.sum(flips, axis=1) <= k]
    pairs = np.array(list(itertools.combinations(range(c.shape[1]), 2)), dtype=int).reshape(-1, 2)
    first, second = pairs[:, 0], pairs[:, 1]
    if len(pairs):
        both = cp.Variable((len(r), len(pairs)), nonneg=True)  # z_jl
        gain += cp.sum(cp.multiply(2 * c[:, first] * c[:, second], both))
        constraints += [
            both <= flips[:, first],
            both <= flips[:, second],
            both >= flips[:, first] + flips[:, second] - 1,
        ]
    claimed = gate.solve(cp.Problem(cp.Maximize(gain), constraints), solver)
    exact_r, exact_c = exactly(r), exactly(c)

    def worth(f: Array) -> Fraction:
        return Fraction(np.sum((exact_r + np.sum(f * exact_c, axis=1)) ** 2 - exact_r**2))

    return gate.read(flips.value, k, claimed, worth)


_ROUTES: dict[str, Callable[[Array, Array, int, str], Array]] = {
    "linear": _linear,
    "quadratic": _quadratic,
}
