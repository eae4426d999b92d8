"""Both robust regressions as convex programs for cvxpy: what our own fits are held against.

  ReferenceTraining(X, y, norm)  == adversarial training, compiled once for all radii
  r.solve(delta)                 == its ReferenceFit at one radius
  ReferenceDropout(X, y, k)      == exact adversarial dropout, compiled once
  r.solve()                      == its ReferenceFit
  ReferenceFit                   == weights, intercept, their value, what the solver claimed

Adversarial training is min |a|^2 over a >= e + delta t, a >= -e + delta t, t >= ||w||, the norm
written as sums of r >= |w| in l_inf balls; delta is a parameter. The residuals e are variables of
their own, so X enters once and not twice. Dropout's k largest positive products x_ij w_j are the
minimum of k z_i + sum_j T_ij over T_ij >= x_ij w_j - z_i, all variables at least 0.

Of the formulations tried these are the fastest with Clarabel (see benchmarks/fits.py). Columns
and targets are divided by their largest entries before the solver sees them; a value is always
computed from the weights, in the user's units, and never taken from the solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np

from linreg_theory import adversarial_dropout, adversarial_training
from linreg_theory.arrays import Array, as_array, as_budget, as_radius
from linreg_theory.problem import Problem
from linreg_theory.solvers import gate

__all__ = ["ReferenceDropout", "ReferenceFit", "ReferenceTraining"]

_ERROR = 10  # times tol |y|^2: what a value near zero may be off, the tolerances being absolute


@dataclass(frozen=True, eq=False)
class ReferenceFit:
    """Weights that a solver calls optimal; their value bounds the optimum from above."""

    w: Array  # (D,)
    intercept: float
    value: float  # the worst case of these weights, a sum over samples
    claimed: float  # the objective value that the solver reported, in the same unit
    iterations: int


class _Reference:
    """Scaled data, variables and residuals; subclasses add a >= their side of the problem."""

    def __init__(self, X: Any, y: Any, intercept: bool, tol: float) -> None:
        self.X = np.asarray(as_array("X", X, 2), dtype=float)
        self.y = np.asarray(as_array("y", y, 1), dtype=float)
        if len(self.y) != len(self.X):
            raise ValueError(f"y must have length {len(self.X)}, got {len(self.y)}")
        self.tol = float(as_radius("tol", tol))
        if self.tol == 0:
            raise ValueError("tol must be positive, got 0")
        self.columns = np.max(np.abs(self.X), axis=0)
        self.columns[self.columns == 0] = 1
        self.target = float(np.max(np.abs(self.y))) or 1.0
        self.scaled = self.X / self.columns
        N, D = self.X.shape
        self.weights, self.free = cp.Variable(D), cp.Variable()
        self.sizes, residuals = cp.Variable(N), cp.Variable(N)
        fitted = self.scaled @ self.weights + (self.free if intercept else 0)
        constraints = [residuals == self.y / self.target - fitted]
        constraints += [] if intercept else [self.free == 0]
        constraints += self.sides(residuals)
        self.model = cp.Problem(cp.Minimize(cp.sum_squares(self.sizes)), constraints)

    def sides(self, residuals: cp.Variable) -> list[cp.Constraint]:
        """What `sizes` must reach."""
        raise NotImplementedError

    def worst_case(self, problem: Problem, w: Array) -> float:
        """The objective, by its definition."""
        raise NotImplementedError

    def found(self) -> ReferenceFit:
        """Solve, through the gate."""
        unit = self.target**2
        claimed = gate.solve_convex(self.model, self.tol) * unit
        error = _ERROR * self.tol * max(float(self.y @ self.y), unit)
        values = self.weights.value, self.free.value
        (w, free), value = gate.read_weights(values, claimed, self._value, error)
        iterations = int(self.model.solver_stats.num_iters or 0)
        return ReferenceFit(*self._own(w, free), value, claimed, iterations)

    def _value(self, w: Array, free: Array) -> float:
        own, intercept = self._own(w, free)
        return float(self.worst_case(Problem(self.X, self.y - intercept), own))

    def _own(self, w: Array, free: Array) -> tuple[Array, float]:
        """Weights and intercept in the user's units."""
        return w * (self.target / self.columns), float(free * self.target)


class ReferenceTraining(_Reference):
    """Adversarial training of a linear regression, for one radius after the other.

    Parameters
    ----------
    X : array-like, shape (N, D)
    y : array-like, shape (N,)
    norm : {inf, 2}
        The norm of the ball.
    intercept : bool
        Fit a constant too, which is not perturbed.
    tol : float
        For all of the solver's tolerances.

    Raises
    ------
    TypeError, ValueError
        For unusable data, norm or tolerance.
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        norm: Any = np.inf,
        intercept: bool = False,
        tol: float = 1e-9,
    ) -> None:
        if norm not in (np.inf, 2):
            raise ValueError(f"norm must be inf or 2, got {norm!r}")
        self.norm = norm
        self.delta = cp.Parameter(nonneg=True)
        super().__init__(X, y, intercept, tol)

    def sides(self, residuals: cp.Variable) -> list[cp.Constraint]:
        """a >= |e| + delta t, t >= ||w||."""
        reach = cp.Variable()
        push = self.delta * reach
        sides = [self.sizes >= residuals + push, self.sizes >= push - residuals]
        lengths = 1 / self.columns  # of a unit weight, in the user's units
        if self.norm == 2:
            return [*sides, cp.norm2(cp.multiply(lengths, self.weights)) <= reach]
        size = cp.Variable(len(lengths))
        return [*sides, reach >= lengths @ size, size >= self.weights, size >= -self.weights]

    def worst_case(self, problem: Problem, w: Array) -> float:
        """sum_i (|e_i| + delta ||w||)^2."""
        return float(
            adversarial_training.worst_case(problem, w, float(self.delta.value), self.norm)
        )

    def solve(self, delta: Any) -> ReferenceFit:
        """The fit at this radius.

        Raises
        ------
        TypeError, ValueError
            For an unusable radius.
        Unresolved
            If the solver fails, or its answer does not pass the gate.
        """
        self.delta.value = float(as_radius("delta", delta))
        return self.found()


class ReferenceDropout(_Reference):
    """Exact adversarial dropout of a linear regression over at most k drops per sample.

    Parameters and errors as ReferenceTraining, with k from 0 to D.
    """

    def __init__(self, X: Any, y: Any, k: int, intercept: bool = False, tol: float = 1e-9) -> None:
        self.k = as_budget("k", k, np.shape(as_array("X", X, 2))[1])
        super().__init__(X, y, intercept, tol)

    def sides(self, residuals: cp.Variable) -> list[cp.Constraint]:
        """a >= e + P(k), a >= -e + M(k)."""
        N, D = self.scaled.shape
        products = cp.multiply(self.scaled, cp.reshape(self.weights, (1, D), order="C"))
        constraints = []
        for sign in (1, -1):
            level, over = cp.Variable((N, 1), nonneg=True), cp.Variable((N, D), nonneg=True)
            gain = self.k * level[:, 0] + cp.sum(over, axis=1)
            constraints += [over >= sign * products - level]
            constraints += [self.sizes >= sign * residuals + gain]
        return constraints

    def worst_case(self, problem: Problem, w: Array) -> float:
        """sum_i max(|e_i| + P_i(k), M_i(k) - |e_i|)^2."""
        return float(adversarial_dropout.worst_case(problem, w, self.k))

    def solve(self) -> ReferenceFit:
        """The fit. Raises Unresolved if the solver fails or its answer is refused by the gate."""
        return self.found()
