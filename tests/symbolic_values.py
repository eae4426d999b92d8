"""Random problems in the letters of the derivations, which meet what each chain assumes.

  values_for(key, seed)       == numbers for the letters of a chain, as `Values`
  OWN                         == key, or its name -> the letters of its own, given a problem
  each(term, values)          == a term at all values of its free indices, in one list
  grid(term, values)          == the same as an array over its free indices, in alphabetical order
  rational, table, bits       == a random number; numbers; masks, all from a generator
  pushes, greedy              == P, M and an allowed mask; the greedy one
  N, D, K                     == samples, features, budget

Every third seed has a zero residual.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from linreg_theory import Problem, adversarial_dropout
from proofs.symbolic import CHAINS, evaluate
from proofs.symbolic.evaluation import Values

Expr = Any
Builder = Callable[[random.Random, Problem, Any, Fraction], Any]

N, D, K = 2, 3, 2


def rational(draw: random.Random) -> Fraction:
    """A number between -4 and 4."""
    return Fraction(draw.randint(-4, 4), draw.choice((1, 2, 3)))


def table(draw: random.Random, *shape: int) -> Any:
    """Such numbers, in nested lists."""
    if not shape:
        return rational(draw)
    return [table(draw, *shape[1:]) for _ in range(shape[0])]


def _problem(seed: int) -> tuple[random.Random, Problem, Any, Fraction]:
    draw = random.Random(seed)
    X, y, weights = (np.array(table(draw, *s), dtype=object) for s in ((N, D), (N,), (D,)))
    if seed % 3 == 0:
        y[0] = X[0] @ weights  # a zero residual
    return draw, Problem(X, y), weights, abs(rational(draw))


def values_for(key: str, seed: int, builders: Mapping[str, Builder] | None = None) -> Values:
    """A random problem in the chain's letters, which meets what the chain assumes."""
    builders = OWN if builders is None else builders
    draw, problem, weights, radius = _problem(seed)
    own = builders.get(key.split("/")[0], _nothing)(draw, problem, weights, radius)
    special = builders.get(key, _nothing)(draw, problem, weights, radius)
    numbers = {
        "N": N, "D": D, "k": K, "delta": radius, "x": problem.X, "y": problem.y, "w": weights,
        "e": problem.residuals(weights), "m": bits(draw), "mu": bits(draw), "E": 5,
        "v": table(draw, D), "c": [abs(rational(draw)) + 1 for _ in range(D)],
        "h": draw.randint(-3, 3), "epsilon": draw.randint(0, 1), **own, **special,
    }  # fmt: skip
    draws = numbers.pop("draws", ())
    functions = {"phi": lambda u: u * u - 3 * u, "lg": _logarithm}
    return Values(numbers, CHAINS[key].given.namings, draws, functions)


def _nothing(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    return {}


def bits(draw: random.Random) -> Any:
    """A mask for every sample."""
    return np.array([[draw.randint(0, 1) for _ in range(D)] for _ in range(N)])


def _logarithm(u: Fraction) -> Any:
    """The exact logarithm, split into those of primes."""
    parts = [(1, sympy.factorint(u.numerator)), (-1, sympy.factorint(u.denominator))]
    logs = (s * times * sympy.log(p) for s, primes in parts for p, times in primes.items())
    return sum(logs, sympy.Integer(0))


def _ball(size: Callable[[Any], Any]) -> Any:
    """A perturbation of norm at most the radius, on the sphere as a rule."""

    def own(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
        steps = np.array(table(draw, N, D), dtype=object)
        lengths = np.array([size(row) for row in steps])
        steps = radius * steps / np.where(lengths == 0, 1, lengths)[:, None]
        return {"r": steps, r"\|w\|_\infty": np.max(np.abs(w))}

    return own


def _euclidean(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    return {
        "w": (weights := np.array([Fraction(2), Fraction(-3), Fraction(6)])),
        r"\|w\|_2": 7,
        "e": problem.residuals(weights),
        "r": np.array([[Fraction(3, 5), 0, Fraction(4, 5)]] * N) * radius,
    }


def greedy(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """Formula 14, ties broken, and what `pushes` has."""
    masks = adversarial_dropout.greedy_masks(problem, w, K, "break")
    return {**pushes(draw, problem, w, radius), "m": masks}


def _printed(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    masks = adversarial_dropout.greedy_masks(problem, w, K)
    return {**pushes(draw, problem, w, radius), "m": masks}


def pushes(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """P_i(k) and M_i(k) for every budget, and an allowed mask."""
    each = [adversarial_dropout.sides(problem, w, budget) for budget in range(1, D + 1)]
    mask = np.ones((N, D), dtype=int)
    for row in mask:
        row[draw.sample(range(D), draw.randint(0, K))] = 0
    return {
        "m": mask,
        "P": np.stack([s.raising for s in each], axis=1),
        "M": np.stack([s.lowering for s in each], axis=1),
    }


def _fractions(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    numbers = pushes(draw, problem, w, radius)
    return {**numbers, "m": numbers["m"] + (1 - numbers["m"]) * Fraction(1, 3)}


def _scores(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """Gains, the greedy mask for them and its threshold, the k-th gain or zero."""
    gains = np.array(table(draw, N, D), dtype=object)
    lowest = np.array([max(sorted(row)[-K], Fraction(0)) for row in gains])
    mask = np.ones((N, D), dtype=int)
    for row, gain in zip(mask, gains, strict=True):
        row[[t for t in np.argsort(-gain, kind="stable")[:K] if gain[t] > 0]] = 0
    return {**pushes(draw, problem, w, radius), "m": mask, "h": gains, "theta": lowest}


def _any_scores(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    thresholds = [abs(rational(draw)) for _ in range(N)]
    return {
        **_scores(draw, problem, w, radius),
        **_fractions(draw, problem, w, radius),
        "theta": thresholds,
    }


def _large_residuals(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    tops = np.array([sum(sorted(np.abs(row))[-K:]) for row in problem.products(w)])
    far = Problem(problem.X, problem.X @ w + tops / 2 + radius)
    return {
        "y": far.y, "e": far.residuals(w), "T": tops, **pushes(draw, far, w, radius)
    }  # fmt: skip


def _worst(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """The largest losses at w and at another v, and an allowed mask."""
    v = np.array(table(draw, D), dtype=object)
    losses = [adversarial_dropout.worst_case(problem, u, K, per_sample=True) for u in (w, v)]
    return {**pushes(draw, problem, w, radius), "v": v, "L": losses[0], "R": losses[1]}


def _balanced(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """Two samples that cancel: the same data with targets of opposite signs."""
    mirrored = Problem([problem.X[0]] * 2, [problem.y[0], -problem.y[0]])
    return {
        "x": mirrored.X, "y": mirrored.y, "e": mirrored.residuals(w),
        **_worst(draw, mirrored, w, radius), "m": [[1] * (D - 1) + [0]] * 2,
    }  # fmt: skip


def _sparse(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    weights = w * (np.arange(D) < K)
    return {
        "w": weights, "e": problem.residuals(weights),
        "L": adversarial_dropout.worst_case(problem, weights, K, per_sample=True),
        "m": [[int(t >= K) for t in range(D)]] * N,
    }  # fmt: skip


def _threshold(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    total = sum(abs(problem.y)) or Fraction(1)
    y, X = problem.y, problem.X
    y = y if any(y) else y + 1
    reach = max(abs(X.T @ y)) / (sum(abs(y)) or total)
    return {"y": y, "e": Problem(X, y).residuals(w), "delta": reach}


def _dual(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    alpha = np.array(table(draw, N), dtype=object)
    caps = abs(alpha) + 1
    return {"alpha": alpha, "A": caps, "delta": max(abs(problem.X.T @ alpha)) / sum(caps)}


def _rescaled(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    c = np.array([Fraction(draw.randint(1, 5)) for _ in range(D)])
    return {"c": c, "v": w / c}


def _second_weights(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    v = np.array(table(draw, D), dtype=object)
    return {"v": v, "f": problem.residuals(v)}


def _everything_dropped(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    zero = Problem(problem.X, problem.X @ w)
    return {"y": zero.y, "e": zero.residuals(w), "m": adversarial_dropout.greedy_masks(zero, w, K)}


def _gaussian(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    """Two equally likely values of every entry have the moments of the noise."""
    signs = itertools.product((1, -1), repeat=N * D)
    tables = [radius * np.reshape(s, (N, D)) for s in signs]
    weight = Fraction(1, len(tables))
    return {"sigma": radius, "draws": tuple((weight, {"gamma": t}) for t in tables)}


def _bernoulli(draw: random.Random, problem: Problem, w: Any, radius: Fraction) -> Any:
    q, found = Fraction(draw.randint(0, 4), 4), []
    for bits in itertools.product((0, 1), repeat=N * D):
        kept = sum(bits)
        found.append((q**kept * (1 - q) ** (N * D - kept), {"m": np.reshape(bits, (N, D))}))
    return {"q": q, "draws": tuple(found)}


def _ones(*_: Any) -> Any:
    return {"m": np.ones((N, D), dtype=int)}


def _equal_masks(draw: random.Random, *_: Any) -> Any:
    mask = bits(draw)
    return {"m": mask, "mu": mask}


_infinite = _ball(lambda row: max(abs(row)))
OWN: dict[str, Builder] = {
    "fgsm_is_worst_case_iff_no_zero_residual": _infinite,
    "row_and_column_attacks_differ/l1_ball": _ball(lambda row: sum(abs(row))),
    "l2_ball_adds_norm_inside_the_square": _euclidean,
    "ball_worst_case_is_convex_fgsm_is_not": _second_weights,
    "zero_is_robust_iff_radius_reaches_threshold": _threshold,
    "robust_regressions_have_weak_duality": _dual,
    "dropout_objective_splits_in_three": _printed,
    "dropout_objective_splits_in_three/any_mask": pushes,
    "gamma_add_term_is_squared_sum": greedy,
    "greedy_loss_has_closed_form": greedy,
    "greedy_loss_has_closed_form/printed_at_zero": _everything_dropped,
    "penalty_vanishes_without_budget": _ones,
    "l1_term_is_not_a_norm": greedy,
    "dropout_is_scale_free_training_is_not": _rescaled,
    "sparse_weights_cannot_win": _sparse,
    "greedy_mask_maximises_linearised_loss": _fractions,
    "greedy_mask_maximises_linearised_loss/bound": _any_scores,
    "greedy_mask_maximises_linearised_loss/attained": _scores,
    "worst_mask_is_better_of_two_sides": pushes,
    "relaxed_masks_gain_nothing": _fractions,
    "greedy_gap_has_closed_form": pushes,
    "large_residual_makes_greedy_exact": _large_residuals,
    "budgets_order_the_losses": pushes,
    "full_budget_is_training_on_halved_design": _fractions,
    "exact_dropout_is_convex_greedy_is_not": _worst,
    "zero_is_worst_case_optimal_iff_balanced": _balanced,
    "jacobian_is_unit_times_gradient": _ones,
    "jacobian_is_unit_times_gradient/any_mask": pushes,
    "virtual_gradient_vanishes_at_the_base_mask/squared": _equal_masks,
    "gaussian_noise_is_ridge": _gaussian,
    "dropout_noise_is_scaled_ridge": _bernoulli,
}
EXTENT = {"i": N, "n": N, "j": D, "l": D, "p": D, "q": D}


def _free(term: Expr) -> list[str]:
    variables = [d.variables[0] for d in term.atoms(sympy.Derivative)]
    symbols = set().union(*(t.free_symbols for t in (term, *variables)))
    return sorted(t.name for t in symbols if t.is_integer and t.name in EXTENT)


def grid(term: Expr, values: Values) -> Any:
    """The term as an array over its free indices."""
    free = _free(term)
    array = np.empty([EXTENT[name] for name in free], dtype=object)
    for place in np.ndindex(array.shape):
        indices = {name: t + 1 for name, t in zip(free, place, strict=True)}
        array[place] = evaluate(term, values.having(indices))
    return array


def each(term: Expr, values: Values) -> list[Any]:
    """The term at all values of all indices, so that sides with fewer of them compare."""
    found, names = grid(term, values), list(EXTENT)
    places = [names.index(name) for name in _free(term)]
    everywhere = np.ndindex(*EXTENT.values())
    return [found[tuple(place[t] for t in places)] for place in everywhere]
