"""Random problems for the derivations about counts and selections: every step holds in them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from linreg_theory import Problem
from linreg_theory import adversarial_dropout as ad
from linreg_theory.masks import algorithm_1, algorithm_1_transcribed, flip_at_most
from proofs.symbolic import CHAINS
from tests.symbolic_values import D, K, N, bits, greedy, pushes, rational, table, values_for
from tests.test_symbolic_numbers import assert_steps_hold


def _near(draw: random.Random, *_: Any) -> Any:
    """A drop in some samples, so that distances from all ones are rational."""
    drops = [draw.randint(0, 1) for _ in range(N)]
    return {"m": [[1 - drop, 1, 1] for drop in drops], "d": drops}


def _wide(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    budget = min(K * K, D)
    wide = ad.greedy_masks(problem, w, budget, "break")
    return {**greedy(draw, problem, w, radius), "mu": wide, "k'": budget}


def _void(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """A limit that excludes nothing, and two masks that differ in a unit or in none."""
    mask, steps = bits(draw), [draw.randint(0, 1) for _ in range(N)]
    other = mask.copy()
    for row, step in zip(other, steps, strict=True):
        row[0] = (row[0] + step) % 2
    return {"delta": Fraction(3, 5) + radius, "m": mask, "mu": other, "d": steps}


def _opposite(draw: random.Random, *_: Any) -> Any:
    mask = bits(draw)
    return {"m": mask, "mu": 1 - mask}


def _ranked(draw: random.Random, radius: Fraction, row: Callable[[Fraction], Any]) -> Any:
    """Weights of one, residuals that are not zero, and the order of the products."""
    w, residuals = np.ones(D, dtype=int), [draw.choice((1, -1)) * (radius + 1) for _ in range(N)]
    X = np.array([row(residual) for residual in residuals], dtype=object)
    problem = Problem(X, X @ w + residuals)
    J = ad.jacobian(problem, w)
    places = np.argsort(np.argsort(J, axis=1, kind="stable"), axis=1)
    return {
        "x": X, "y": problem.y, "w": w, "e": problem.residuals(w),
        "tau": [min(sorted(products)[K - 1], 0) for products in J],
        "b": (places < K).astype(int), "B": (places <= K).astype(int),
    }  # fmt: skip


def _tied(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    return _ranked(draw, radius, lambda residual: [1 if residual > 0 else -1] * D)


def _untied(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    return _ranked(draw, radius, lambda residual: draw.sample(range(-3, 4), D))


def _search(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """Algorithm 1 as printed, and what its visits flip."""
    base, slopes = bits(draw), np.array(table(draw, N, D), dtype=object)
    rows = list(zip(base, slopes, strict=True))
    return {
        "mu": base, "s": slopes, "l": radius, "f": math.floor(radius**2),
        "m": [algorithm_1_transcribed(*row, radius) for row in rows],
        "u": [_visits(*row, radius) for row in rows],
    }  # fmt: skip


def _visits(base: Any, slopes: Any, limit: Fraction) -> list[int]:
    """1 where a visit flips a unit: the test comes first."""
    found: list[int] = []
    for unit in np.argsort(-abs(slopes), kind="stable"):
        helps = (1 - 2 * base[unit]) * slopes[unit] > 0
        found.append(int(sum(found) <= limit**2 and helps))
    return found


def _repaired(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    found = _search(draw, problem, w, radius)
    return {**found, "m": algorithm_1(found["mu"], found["s"], radius, "repaired")}


def _carried(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """One feature that counts, dropped: x = 1, y = 1 + delta, w = 2 + delta."""
    X, weights = np.array([[1] + [0] * (D - 1)] * N), np.array([2 + radius] + [1] * (D - 1))
    one = Problem(X, np.array([1 + radius] * N))
    mask = [[0] + [1] * (D - 1)] * N
    return {"x": X, "y": one.y, "w": weights, "e": one.residuals(weights), "m": mask}


def _outwards(problem: Problem, w: Any) -> Any:
    """What every drop pushes on."""
    sides = np.where(problem.residuals(w) >= 0, 1, -1)
    return sides[:, None] * problem.products(w)


def _dropping(gains: Any, budget: int) -> Any:
    """The mask that drops the most valuable gains, as many as pay."""
    return flip_at_most(np.ones(gains.shape, dtype=int), -gains, budget)


def _thresholds(gains: Any, budget: int) -> list[Any]:
    return [max(sorted(row)[-budget], Fraction(0)) for row in gains]


def _budgets(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """Masks of one drop and of three, the threshold of two, the gains in falling order."""
    gains = _outwards(problem, w)
    fewer = np.ones((N, D), dtype=int)
    fewer[np.arange(N), [draw.randrange(D) for _ in range(N)]] = 0
    return {
        **pushes(draw, problem, w, radius), "k": 1, "h": gains, "m": fewer, "mu": bits(draw),
        "theta": _thresholds(gains, 2),
        "z": [sorted((max(gain, 0) for gain in row), reverse=True) for row in gains],
    }  # fmt: skip


def _saturated(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    gains = _outwards(problem, w)
    return {"h": gains, "m": _dropping(gains, D)}


def _adverse(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """Data, weights and residuals that are not negative, and the k largest dropped."""
    X, weights = abs(problem.X), abs(w)
    sized = Problem(X, 2 * X @ weights)
    mask = _dropping(sized.products(weights), K)
    return {"x": X, "y": sized.y, "w": weights, "e": sized.residuals(weights), "m": mask}


def _flipped(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    base, slopes = bits(draw), np.array(table(draw, N, D), dtype=object)
    mask = base.copy()
    for row in mask:
        for unit in draw.sample(range(D), K):
            row[unit] = draw.randint(0, 1)
    worth = np.maximum((1 - 2 * base) * slopes, 0)
    thresholds = [abs(rational(draw)) for _ in range(N)]
    return {"mu": base, "s": slopes, "m": mask, "h": worth, "theta": thresholds}


def _sorted(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    found = _flipped(draw, problem, w, radius)
    mask = flip_at_most(found["mu"], found["s"], K)
    return {**found, "m": mask, "theta": _thresholds(found["h"], K)}


def _uphill(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    base = bits(draw)
    return {"mu": base, "m": ad.greedy_flips(problem, w, K, base, at="base")}


def _promised(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """y = 2/3 x'w, so that y = -2 e; all units go from off to on."""
    moved = Problem(problem.X, problem.X @ w * Fraction(2, 3))
    masks = {"m": np.ones((N, D), dtype=int), "mu": np.zeros((N, D), dtype=int)}
    return {"y": moved.y, "e": moved.residuals(w), **masks}


def _deleted(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """The duals of both directions, an allowed mask, and any threshold."""
    a = problem.products(w)
    tops = [np.sum((1 - _dropping(s * a, K)) * s * a, axis=1) for s in (1, -1)]
    return {
        **pushes(draw, problem, w, radius), "A": tops[0], "B": tops[1],
        "varsigma": [draw.choice((1, -1)) for _ in range(N)],
        "theta": [abs(rational(draw)) for _ in range(N)],
    }  # fmt: skip


def _reached(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    found = _deleted(draw, problem, w, radius)
    gains = np.array(found["varsigma"])[:, None] * problem.products(w)
    return {**found, "m": _dropping(gains, K), "theta": _thresholds(gains, K)}


def _outputs(draw: random.Random, *_: Any) -> Any:
    counts = [np.array([draw.randint(1, 4) for _ in range(D)]) for _ in range(2 * N)]
    rows = [[Fraction(int(count), int(sum(row))) for count in row] for row in counts]
    return {"t": rows[:N], "q": rows[N:]}


def _equals(draw: random.Random, *_: Any) -> Any:
    rows = _outputs(draw)["t"]
    return {"t": rows, "q": rows}


BUILDERS = {
    "euclidean_budget_allows_squared_flips": _near,
    "euclidean_budget_allows_squared_flips/missed": _wide,
    "euclidean_limit_is_void_from_inverse_root": _void,
    "euclidean_limit_is_void_from_inverse_root/needed": _opposite,
    "printed_mask_overspends_on_ties": _tied,
    "printed_mask_overspends_on_ties/untied": _untied,
    "drops_are_capped_by_adverse_features": greedy,
    "algorithm_1_overshoots_by_one_flip": _search,
    "algorithm_1_overshoots_by_one_flip/repaired": _repaired,
    "greedy_has_no_constant_factor": _carried,
    "penalty_is_concave_in_budget": _budgets,
    "penalty_is_concave_in_budget/saturated": _saturated,
    "penalty_is_concave_in_budget/k_norm": _adverse,
    "unit_knapsack_is_solved_by_sorting": _flipped,
    "unit_knapsack_is_solved_by_sorting/attained": _sorted,
    "jacobian_belongs_at_the_base_mask": _uphill,
    "jacobian_belongs_at_the_base_mask/lowers": _promised,
    "worst_dropout_is_feature_deletion": _deleted,
    "worst_dropout_is_feature_deletion/attained": _reached,
    "cross_entropy_is_not_zero_on_equals": _outputs,
    "cross_entropy_is_not_zero_on_equals/equals": _equals,
}


@pytest.mark.parametrize("key", BUILDERS)
def test_builders_have_a_derivation(key: str) -> None:
    assert key in CHAINS


@pytest.mark.parametrize("key", [key for key in CHAINS if key.split("/")[0] in BUILDERS])
def test_steps_and_assumptions_hold_in_numbers(key: str) -> None:
    assert_steps_hold(key, [values_for(key, seed, BUILDERS) for seed in range(6)])
