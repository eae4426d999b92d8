"""Where robust regression changes its nature, and identities that show how, as functions.

  zero_radius(p, norm)        == the delta from which zero weights minimise adversarial training
  zero_budget(p)              == the k from which they minimise exact adversarial dropout
  interpolation_radius(p)     == the largest delta at which interpolating weights minimise
                                 adversarial training; 0 if none interpolate, infinity for y = 0
  interpolation(p)            == an Interpolation, which proves that radius; None for 0
  support_bound(p, k)         == how many non-zeros every minimiser of dropout has at least
  halved_design(p)            == a HalvedDesign: adversarial training that equals the worst case
                                 of dropout at the full budget k = D
  share_duplicates(p, w)      == the weights, averaged over equal columns

Fractions give exact answers, and so do floats, which are taken at their exact value; except
that `zero_radius`, `halved_design` and `share_duplicates` are formulas and answer floats with
floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from operator import eq
from typing import Any

import numpy as np

from linreg_theory.adversarial_training import zero_radius
from linreg_theory.arithmetic import checked, quiet
from linreg_theory.arrays import Array, as_budget, is_exact, together
from linreg_theory.interpolation import Interpolation, interpolation, interpolation_radius
from linreg_theory.problem import Problem
from linreg_theory.solvers import collapse_budget, zero_is_optimal

__all__ = [
    "HalvedDesign",
    "Interpolation",
    "halved_design",
    "interpolation",
    "interpolation_radius",
    "share_duplicates",
    "support_bound",
    "zero_budget",
    "zero_radius",
]


@dataclass(frozen=True, eq=False)
class HalvedDesign:
    """Adversarial training in which every entry has a radius of its own."""

    problem: Problem  # X / 2 and y
    radii: Array  # (N, D), |X| / 2

    @quiet
    def worst_case(self, w: Any, *, per_sample: bool = False) -> Any:
        """sum_i (|y_i - x_i'w / 2| + sum_j |x_ij w_j| / 2)^2, or its (N,) terms."""
        e, radii, w = together(self.problem.residuals(w), self.radii, self.problem.weights(w))
        sizes = np.abs(e) + radii @ np.abs(w)
        losses = checked("the worst case", sizes * sizes)
        return losses if per_sample else checked("the worst case", np.sum(losses))


def zero_budget(problem: Problem) -> int:
    """The smallest k, from 0 to D, at which zero weights minimise exact adversarial dropout.

    Raises
    ------
    TypeError
        For symbols.
    Unresolved
        If a linear program's answer passes no exact check.
    """
    return collapse_budget(problem)


def support_bound(problem: Problem, k: int) -> int:
    """The least number of non-zero weights that a minimiser of exact dropout can have.

    k + 1, for all k non-zeros can be dropped at once, which costs ||y||^2; 0 where zero
    weights are a minimiser. Parameters and errors as `solvers.zero_is_optimal`.
    """
    k = as_budget("k", k, problem.n_features)
    return 0 if zero_is_optimal(problem, k).optimal else k + 1


def halved_design(problem: Problem) -> HalvedDesign:
    """Adversarial training whose worst case at w is that of at most D drops, per sample.

    Of a sample at full budget the adverse products go: one half of all products, and one half
    of their sizes.
    """
    half = Fraction(1, 2) if is_exact(problem.X) else problem.X.dtype.type(0.5)
    halved = problem.X * half
    return HalvedDesign(Problem(halved, problem.y), np.abs(halved))


def share_duplicates(problem: Problem, w: Any) -> Array:
    """The weights (D,), averaged over equal columns; no robust objective is higher there.

    The predictions stay; permuting equal columns changes neither objective and both are convex,
    so the average over all permutations is at most as high.
    """
    w = problem.weights(w)
    shared = w.copy()
    for columns in _equal_columns(problem.X):
        if len(columns) > 1:
            share = Fraction(1, len(columns)) if is_exact(w) else w.dtype.type(1 / len(columns))
            shared[columns] = np.sum(w[columns]) * share
    return shared


def _equal_columns(X: Array) -> list[list[int]]:
    """The columns in groups of equal ones."""
    groups: dict[Any, list[int]] = {}
    if not is_exact(X):
        for j, column in enumerate(X.T):
            groups.setdefault((column + 0.0).tobytes(), []).append(j)  # -0.0 equals 0.0
        return list(groups.values())
    found: list[list[int]] = []
    for j, column in enumerate(X.T):
        same = (group for group in found if all(map(eq, X[:, group[0]], column)))
        group = next(same, None)
        if group is None:
            found.append([j])
        else:
            group.append(j)
    return found
