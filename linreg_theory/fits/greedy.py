"""The paper's own objective, Formula 15, as what it is: not convex, not continuous.

  fit_greedy(X, y, k, ...) == a GreedyFit: the best of several descents
  GreedyFit                == weights, the greedy objective, the exact worst case beside it

A descent fixes the greedy masks, moves towards the least-squares weights of the masked data and
goes only as far as Formula 15 itself falls. It ends where no step lowers it: at a point like a
local minimum, of which there may be many. Nothing proves that the best one is the minimum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import Ties, greedy_masks, objective, worst_case
from linreg_theory.arrays import Array, as_array, as_budget
from linreg_theory.problem import Problem
from linreg_theory.weights import least_squares, random_weights, ridge

__all__ = ["GreedyFit", "fit_greedy"]

_STEPS = 200  # per descent; each lowers the objective by at least the next line's share
_LEAST = 1e-12
_HALVINGS = 12


@dataclass(frozen=True, eq=False)
class GreedyFit:
    """The best point that the descents found."""

    coef: Array  # (D,)
    intercept: float
    objective: float  # Formula 15
    worst_case: float  # the exact maximum over the same drops, at the same weights
    found: Array  # (starts,), what each descent ended with


def fit_greedy(
    X: Any,
    y: Any,
    k: int,
    *,
    intercept: bool = False,
    starts: int = 8,
    seed: int = 0,
    ties: Ties = "break",
) -> GreedyFit:
    """Lower Formula 15 from least squares, ridge, zero and random weights.

    Parameters
    ----------
    X : array-like, shape (N, D)
    y : array-like, shape (N,)
    k : int
        The budget, from 0 to D.
    intercept : bool
        Fit a constant too, which is never dropped.
    starts : int
        The number of descents, at least 1.
    seed : int
        Of the random starts.
    ties : {"break", "literal"}
        How Formula 14 is read, see `greedy_masks`.

    Raises
    ------
    TypeError, ValueError
        For unusable data, budget or number of starts.
    """
    problem = Problem(as_array("X", X, 2), as_array("y", y, 1))
    k = as_budget("k", k, problem.n_features)
    if starts < 1:
        raise ValueError(f"starts must be at least 1, got {starts}")
    rng = np.random.default_rng(seed)
    middle = float(np.mean(problem.y)) if intercept else 0.0
    centred = Problem(problem.X, problem.y - middle)
    first = [least_squares(centred), ridge(centred, 1.0), np.zeros(problem.n_features)]
    first += [random_weights(centred, rng) for _ in range(starts - len(first))]
    ends = [_descend(problem, k, np.append(w, middle), intercept, ties) for w in first[:starts]]
    values = np.array([_value(problem, point, k, ties) for point in ends])
    best = ends[int(np.argmin(values))]
    exact = worst_case(Problem(problem.X, problem.y - best[-1]), best[:-1], k)
    return GreedyFit(best[:-1], float(best[-1]), float(values.min()), float(exact), values)


def _value(problem: Problem, point: Array, k: int, ties: Ties) -> float:
    """Formula 15 at the weights and the intercept, which is the last entry."""
    return float(objective(Problem(problem.X, problem.y - point[-1]), point[:-1], k, ties))


def _descend(problem: Problem, k: int, point: Array, intercept: bool, ties: Ties) -> Array:
    value = _value(problem, point, k, ties)
    for _ in range(_STEPS):
        masks = greedy_masks(Problem(problem.X, problem.y - point[-1]), point[:-1], k, ties)
        design = masks * problem.X
        if intercept:
            design = np.hstack([design, np.ones((problem.n_samples, 1))])
        solved = np.linalg.lstsq(design, problem.y, rcond=None)[0]
        goal = solved if intercept else np.append(solved, 0.0)
        for halving in range(_HALVINGS):
            tried = point + (goal - point) / 2**halving
            lower = _value(problem, tried, k, ties)
            if lower < value * (1 - _LEAST):
                break
        else:
            return point
        point, value = tried, lower
    return point
