"""BY-8: up to which radius interpolation is robust, which the printed objective forgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import isinf
from typing import Any

import numpy as np

from linreg_theory.adversarial_training import objective, zero_radius
from linreg_theory.cases.fitted import Fitted, FittedCase, decided
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.problem import Problem
from linreg_theory.thresholds import Interpolation, interpolation

Threshold = Callable[[FittedCase, Any], Any]


def pair(case: FittedCase, oracle: Oracle) -> Sides:
    """The weights' printed objective is 0; their worst case; at which radii the fit interpolates.

    The radii are the case's, the threshold and one a little larger.
    """
    return _sides(case, oracle, lambda _, radius: radius)


def _sides(case: FittedCase, oracle: Oracle, threshold: Threshold) -> Sides:
    exact, found = _found(case)
    problem, delta = exact.problem, exact.delta
    reach = delta * np.sum(np.abs(exact.w))
    computed: list[Any] = [
        objective(problem, exact.w, delta),
        np.sum(oracle.ball(problem, exact.w, delta)),
    ]
    claimed: list[Any] = [0, problem.n_samples * reach * reach]
    radii = [delta] if isinf(found.radius) else [delta, found.radius, found.radius * 9 / 8]
    limit = threshold(exact, found.radius)
    for radius in radii:
        computed.append(_interpolates(exact, found, radius, oracle))
        claimed.append(bool(radius <= limit))
    return computed, claimed


@lru_cache(maxsize=8)  # a case meets every mutant
def _found(case: FittedCase) -> tuple[FittedCase, Interpolation]:
    """The case in fractions, its targets exactly X w also where floats round, and the proof."""
    exact = case.exact()
    exact = replace(exact, problem=Problem(exact.problem.X, exact.problem.X @ exact.w))
    found = decided(interpolation, exact.problem)
    assert found is not None, "the weights interpolate"
    return exact, found


def _interpolates(case: FittedCase, found: Interpolation, radius: Any, oracle: Oracle) -> bool:
    """Whether interpolating weights of least norm have the optimum's worst case."""
    worst = np.sum(oracle.ball(case.problem, found.w, radius))
    return bool(worst == case.trained(radius).value)


def _twin(threshold: Threshold) -> Pair:
    return lambda case, oracle: _sides(case, oracle, threshold)


def _printed_pays(case: FittedCase, oracle: Oracle) -> Sides:
    (_, *computed), (_, *claimed) = pair(case, oracle)
    exact, _ = _found(case)
    printed = objective(exact.problem, exact.w, exact.delta)
    return [printed, *computed], [claimed[0], *claimed]


CLAIM = Claim(
    ref="BY-8",
    name="fgsm_erases_interpolation",
    source="Beyond the paper, from AT-5; Ribeiro et al. (2023)",
    wording="The paper takes its objective, a fast gradient sign step, for adversarial training.",
    statement=r"Xw = y \Rightarrow \text{Formula 12 is } 0 \text{ at } w, \text{ its infimum;}"
    r" \quad \text{interpolating } w \text{ minimise } \sum_i (|e_i| + \delta \|w\|_1)^2"
    r" \iff \delta \le \max_b \frac{1}{N \|b\|_\infty},\ b \in \arg\max \{y^\top b :"
    r" \|X^\top b\|_\infty \le 1\}",
    verdict="holds",
    plain="Interpolation is robust up to a radius; the printed objective is 0 there at any radius.",
    relation="=",
    # Not symbolic: optima need numbers. Not integer: AT-5 has compared that maximum.
    family=Fitted(frozenset({"delta"}), shapes=((1, 2), (2, 2)), interpolated=True),
    kinds=("certified", "exact", "property"),
    pair=pair,
    mutants=(
        Mutant("forgets N", _twin(lambda c, radius: c.problem.n_samples * radius)),
        Mutant("zero's threshold", _twin(lambda c, radius: zero_radius(c.problem))),
        Mutant("half of it", _twin(lambda c, radius: radius / 2)),
        Mutant("the printed objective pays for the norm", _printed_pays),
    ),
)
