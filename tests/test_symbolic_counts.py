"""The derivations about counts, distances and the k largest: in numbers, and their rules."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from linreg_theory import Problem, adversarial_dropout
from linreg_theory.heads import cross_entropy, entropy, kullback_leibler
from linreg_theory.masks import (
    algorithm_1,
    algorithm_1_transcribed,
    allowed_flips,
    flip_at_most,
    flips,
)
from proofs.symbolic import CHAINS
from proofs.symbolic.evaluation import Values
from tests import test_symbolic_numbers as numbers
from tests.symbolic_values import D, K, N, bits, greedy, pushes, rational, table, values_for
from tests.test_symbolic_numbers import Case, End, Ends

ad = adversarial_dropout


# Numbers that meet what the derivations assume -------------------------------------------------


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
        "mu": base, "s": slopes, "l": radius, r"\lfloor l^2 \rfloor": math.floor(radius**2),
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


# What the package computes ---------------------------------------------------------------------


def _drops(ties: Any) -> End:
    return lambda c: np.sum(ad.greedy_masks(*c.budget, ties) == 0, axis=1)


def _flips(c: Case) -> Any:
    return flips(c.of("m"), c.of("mu"))


def _away(c: Case) -> Any:
    return flips(c.of("m"), np.ones((N, D), dtype=int))


def _left(c: Case) -> Any:
    return allowed_flips(K) - _away(c)


def _in_limit(c: Case) -> Any:
    return (c.numbers["delta"] * D) ** 2 - _flips(c)


def _linear(c: Case) -> Any:
    return np.sum((c.of("m") - c.of("mu")) * c.of("s"), axis=1)


def _best(letter: str) -> End:
    return lambda c: [sum(sorted(row)[-K:]) for row in c.of(letter)]


def _at(letter: str) -> End:
    return lambda c: ad.masked_loss(c.p, c.w, c.of(letter), per_sample=True)


def _push(budget: int) -> End:
    return lambda c: ad.sides(c.p, c.w, budget).raising


def _bend(c: Case) -> Any:
    return 2 * _push(2)(c) - _push(1)(c) - _push(3)(c)


def _between(divergence: Any) -> End:
    return lambda c: [divergence(*rows) for rows in zip(c.of("t"), c.of("q"), strict=True)]


def _with_entropy(c: Case) -> Any:
    return [kullback_leibler(t, q) + entropy(t) for t, q in zip(c.of("t"), c.of("q"), strict=True)]


def _multiple(c: Case) -> Any:
    return (1 + c.numbers["delta"]) ** 2 * ad.objective(*c.budget, "break", per_sample=True)


def _missed(c: Case) -> Any:
    pushed = ad.sides(c.p, c.w, min(K * K, D)).raising - ad.sides(*c.budget).raising
    return 2 * abs(c.p.residuals(c.w)) * pushed


def _shortfall(c: Case) -> Any:
    losses = [ad.linearised_loss(c.p, c.w, c.of(t), per_sample=True) for t in ("mu", "m")]
    return losses[0] - losses[1]


ENDS: dict[str, Ends] = {
    "euclidean_budget_allows_squared_flips": (_left, _left),
    "euclidean_budget_allows_squared_flips/near": (_away, lambda c: allowed_flips(K)),
    "euclidean_budget_allows_squared_flips/few": (None, lambda c: K),
    "euclidean_budget_allows_squared_flips/missed": (_shortfall, _missed),
    "euclidean_limit_is_void_from_inverse_root": (_flips, None),
    "euclidean_limit_is_void_from_inverse_root/needed": (lambda c: D, None),
    "euclidean_limit_is_void_from_inverse_root/flips": (_in_limit, _in_limit),
    "printed_mask_overspends_on_ties": (_drops("literal"), lambda c: K + 1),
    "printed_mask_overspends_on_ties/untied": (_drops("literal"), lambda c: K),
    "drops_are_capped_by_adverse_features": (
        _drops("break"),
        lambda c: np.minimum(K, np.sum(ad.jacobian(c.p, c.w) < 0, axis=1)),
    ),
    "algorithm_1_overshoots_by_one_flip": (
        _flips,
        lambda c: flips(c.of("mu"), algorithm_1(c.of("mu"), c.of("s"), c.numbers["l"])),
    ),
    "algorithm_1_overshoots_by_one_flip/repaired": (_flips, _flips),
    "algorithm_1_overshoots_by_one_flip/visit": (_flips, None),
    "greedy_has_no_constant_factor": (lambda c: c.largest(), _multiple),
    "greedy_has_no_constant_factor/carried": (lambda c: c.largest(), _multiple),
    "penalty_is_concave_in_budget": (None, lambda c: 2 * _push(2)(c)),
    "penalty_is_concave_in_budget/grows": (_push(2), _push(1)),
    "penalty_is_concave_in_budget/differences": (_bend, lambda c: 0),
    "penalty_is_concave_in_budget/saturated": (_push(D), _push(D)),
    "penalty_is_concave_in_budget/k_norm": (_push(K), _push(K)),
    "unit_knapsack_is_solved_by_sorting": (_linear, None),
    "unit_knapsack_is_solved_by_sorting/attained": (_best("h"), _best("h")),
    "jacobian_belongs_at_the_base_mask": (_at("m"), _at("mu")),
    "jacobian_belongs_at_the_base_mask/lowers": (
        lambda c: _at("m")(c) - _at("mu")(c),
        lambda c: -3 * c.p.residuals(c.w) ** 2,
    ),
    "worst_dropout_is_feature_deletion": (_at("m"), lambda c: c.largest()),
    "worst_dropout_is_feature_deletion/bound": (None, None),
    "worst_dropout_is_feature_deletion/attained": (
        None,
        lambda c: (
            c.of("varsigma") * c.p.residuals(c.w)
            + np.where(c.of("varsigma") > 0, c.of("A"), c.of("B"))
        ),
    ),
    "cross_entropy_is_not_zero_on_equals": (_between(cross_entropy), _with_entropy),
    "cross_entropy_is_not_zero_on_equals/equals": (
        _between(cross_entropy),
        lambda c: [1 - sum(t * t for t in row) for row in c.of("t")],
    ),
    "cross_entropy_is_not_zero_on_equals/signed": (_between(cross_entropy), lambda c: 0),
}


def _drawn(key: str) -> list[Values]:
    return [values_for(key, seed, BUILDERS) for seed in range(6)]


def test_every_derivation_has_its_ends_stated() -> None:
    assert set(ENDS) | set(numbers.ENDS) == set(CHAINS)
    assert not set(ENDS) & set(numbers.ENDS)


@pytest.mark.parametrize("key", ENDS)
def test_ends_are_what_the_package_computes(key: str) -> None:
    numbers.assert_ends_agree(key, ENDS[key], _drawn(key))


@pytest.mark.parametrize("key", ENDS)
def test_steps_and_assumptions_hold_in_numbers(key: str) -> None:
    numbers.assert_steps_hold(key, _drawn(key))
