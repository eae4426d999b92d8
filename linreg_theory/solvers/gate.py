"""The gate every solver's answer passes: status, rounding, exact evaluation, proven bound.

  OPTIONS[solver]          == how each solver is asked for a zero gap
  solve(model, solver)     == the value a cvxpy solver claims, if it claims an optimum
  solve_convex(model, tol) == the same from Clarabel, for a convex program with parameters
  read_weights(values, claimed, value)
                           == finite weights that are worth what was claimed, and their value
  read(flips, k, ...)      == 0/1 flips (N, D), if they are flips and worth what was claimed
  admit(problem, w, ...)   == a Solution, if the masks reach a bound proven in fractions

A solver's word is a hint. Its answer is admitted only if the status is "optimal", every entry
is within 1e-5 of zero or one, the rounded flips keep to the budget, their exact objective is
what the solver said it was, and their exact loss reaches an upper bound that follows from
weak duality (see certificates). Everything else raises `Unresolved`.

Weights from a convex program are believed to be feasible, which any are, and worth what they are
worth; that no others are better nobody proves here. The fits do, and are compared with them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import cvxpy as cp
import numpy as np

from linreg_theory.arrays import Array
from linreg_theory.certificates import (
    BadCertificate,
    DropCertificate,
    certify_drops,
    check_drops,
)
from linreg_theory.problem import Problem
from linreg_theory.solvers.solution import BoundExceeded, Solution, Unresolved

__all__ = ["OPTIONS", "admit", "read", "read_weights", "solve", "solve_convex"]

OPTIONS: dict[str, dict[str, Any]] = {
    "HIGHS": {
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        "mip_feasibility_tolerance": 1e-9,
        "time_limit": 60.0,
    },
    "SCIPY": {"scipy_options": {"mip_rel_gap": 0.0, "time_limit": 60.0}},
}

_NEAR_INTEGER = 1e-5
_AGREES = Fraction(1, 10**6)  # relative; the solver adds floats, the check does not


def solve(model: cp.Problem, solver: str) -> float:
    """Run a solver with a zero gap requested; the optimal value it claims.

    Raises
    ------
    ValueError
        If the solver is not one whose zero-gap options are known.
    Unresolved
        If it fails, stops early or reports any status but "optimal".
    """
    if solver not in OPTIONS:
        raise ValueError(f"solver must be one of {', '.join(sorted(OPTIONS))}, got {solver!r}")
    return _solve(model, solver, OPTIONS[solver])


def solve_convex(model: cp.Problem, tol: float) -> float:
    """Run Clarabel with all its tolerances at `tol`; the optimal value it claims.

    What was compiled for other values of the model's parameters is used again. Errors as `solve`.
    """
    options = {name: tol for name in ("tol_gap_rel", "tol_gap_abs", "tol_feas")}
    return _solve(model, "CLARABEL", {"warm_start": True, **options})


def _solve(model: cp.Problem, solver: str, options: dict[str, Any]) -> float:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # inaccuracy is judged below, not warned of
            model.solve(solver=solver, **options)
    except cp.SolverError as error:
        raise Unresolved(f"{solver} failed: {error}") from error
    if model.status != cp.OPTIMAL:
        raise Unresolved(f"{solver} stopped with status {model.status!r}, not 'optimal'")
    return float(model.value)


def read(flips: Any, k: int, claimed: float, objective: Any) -> Array:
    """The 0/1 flips (N, D) behind a solver's binaries, checked against its own claim.

    Parameters
    ----------
    flips : array-like, shape (N, D)
        The solver's values.
    k : int
        At most so many flips a row.
    claimed : float
        The objective value that the solver reported.
    objective : callable
        The exact objective of 0/1 flips, as a Fraction.

    Raises
    ------
    Unresolved
        If the values are not binary, exceed the budget, or are not worth what was claimed.
    """
    values = np.asarray(np.nan if flips is None else flips, dtype=float)
    if not np.all(np.isfinite(values)) or not np.isfinite(claimed):
        raise Unresolved("the solver returned values that are not finite")
    rounded = np.rint(values).astype(np.int64)
    if np.max(np.abs(values - rounded)) > _NEAR_INTEGER or not np.isin(rounded, (0, 1)).all():
        raise Unresolved("the solver returned values that are not zero or one")
    if np.max(rounded.sum(axis=1)) > k:
        raise Unresolved(f"the solver flips more than {k} units")
    exact = objective(rounded)
    if abs(exact - Fraction(claimed)) > _AGREES * max(1, abs(exact)):
        raise Unresolved(f"the solver claims {claimed}, its flips are worth {float(exact)}")
    return rounded


def read_weights(
    values: Sequence[Any], claimed: float, value: Callable[..., float], error: float
) -> tuple[list[Array], float]:
    """Weights behind a solver's variables, and their value, checked against its own claim.

    Parameters
    ----------
    values : sequence of array-like
        What the solver found, variable by variable.
    claimed : float
        The objective value that it reported.
    value : callable
        The objective of these variables, which does not ask the solver.
    error : float
        By which the two may differ besides rounding, absolute.

    Raises
    ------
    Unresolved
        If there are no values, if they are not finite, or not worth what was claimed.
    """
    weights = [np.asarray(np.nan if v is None else v, dtype=float) for v in values]
    if not all(np.all(np.isfinite(w)) for w in weights) or not np.isfinite(claimed):
        raise Unresolved("the solver returned values that are not finite")
    worth = value(*weights)
    if not abs(worth - claimed) <= float(_AGREES) * worth + error:
        raise Unresolved(f"the solver claims {claimed}, its weights are worth {worth}")
    return weights, worth


def admit(problem: Problem, w: Any, k: int, base: Array, masks: Array, method: str) -> Solution:
    """A Solution, if the masks provably maximise the loss over at most k flips.

    Raises
    ------
    Unresolved
        If in exact arithmetic some mask falls short of the bound proven for its sample.
    """
    exact = problem.exact()
    proof = certify_drops(exact, w, k, base)
    claim = DropCertificate(proof.base, masks.tolist(), proof.up, proof.down)
    try:
        losses = np.array(check_drops(claim, exact, w, k), dtype=object)
    except BadCertificate as error:
        refused = BoundExceeded if "exceeds" in str(error) else Unresolved
        raise refused(f"{method}: {error}") from error
    return Solution(masks, losses, losses, method, "the masks reach a bound proven in fractions")
