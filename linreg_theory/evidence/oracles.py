"""Where the maxima of a claim come from, so that one `pair` gives several kinds of evidence.

  Enumeration  == every mask, every corner is tried: the definition, also on symbols
  Certified    == an answer found by sorting, proven by an exact dual certificate
  Integer      == cvxpy's answer by two routes, admitted by the gate

A claim names the maximum it needs; the kind of evidence decides who finds it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory import adversarial_training, certificates, solvers
from linreg_theory.arithmetic import Undecided
from linreg_theory.arrays import Array
from linreg_theory.problem import Problem

__all__ = ["Certified", "Enumeration", "Integer"]


class Enumeration:
    """The definition of both maxima."""

    def dropout(self, problem: Problem, w: Any, k: int, base: Any = None) -> Array:
        """Largest losses (N,) over at most k flips."""
        return solvers.largest_masked_loss(problem, w, k, base)

    def ball(self, problem: Problem, w: Any, delta: Any) -> Array:
        """Largest losses (N,) over the corners of the balls."""
        return solvers.largest_ball_loss(problem, w, delta)


class Certified:
    """Exact answers of any size, each with a proof that was checked."""

    def dropout(self, problem: Problem, w: Any, k: int, base: Any = None) -> Array:
        """Largest losses (N,) over at most k flips."""
        proof = certificates.certify_drops(problem, w, k, base)
        return np.array(certificates.check_drops(proof, problem, w, k), dtype=object)

    def ball(self, problem: Problem, w: Any, delta: Any) -> Array:
        """Largest losses (N,) over the balls."""
        steps = adversarial_training.worst_perturbations(problem, w, delta)
        return np.array(certificates.check_ball(problem, w, delta, steps), dtype=object)


class Integer:
    """cvxpy's answers; the two routes must agree, and what the gate refuses is undecided."""

    def dropout(self, problem: Problem, w: Any, k: int, base: Any = None) -> Array:
        """Largest losses (N,) over at most k flips."""
        try:
            linear = solvers.integer_masks(problem, w, k, route="linear", base=base)
            quadratic = solvers.integer_masks(problem, w, k, route="quadratic", base=base)
        except solvers.BoundExceeded:
            raise
        except solvers.Unresolved as error:  # near-ties below the solver's tolerance, say
            raise Undecided(str(error)) from error
        if not np.array_equal(linear.losses, quadratic.losses):
            raise solvers.Unresolved("the two integer programs disagree")
        return linear.losses

    def ball(self, problem: Problem, w: Any, delta: Any) -> Array:
        """The same by an integer program over the corners: every entry is +delta or -delta.

        A corner is a choice of which entries of x + delta 1 fall by 2 delta, so it is a flip
        of units that subtract 2 delta w_j, without a budget.
        """
        low = Problem(np.full(problem.X.shape, 2 * delta, dtype=object), problem.y)
        shifted = Problem(low.X, problem.residuals(w) + delta * np.sum(w))
        return self.dropout(shifted, w, problem.n_features)
