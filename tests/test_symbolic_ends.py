"""Where derivations about counts and selections start and arrive is what the package computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from linreg_theory import adversarial_dropout as ad
from linreg_theory.heads import cross_entropy, entropy, kullback_leibler
from linreg_theory.masks import algorithm_1, allowed_flips, flips
from proofs.symbolic import CHAINS
from tests import test_symbolic_numbers as numbers
from tests.symbolic_values import D, K, N, values_for
from tests.test_symbolic_numbers import Case, End, Ends
from tests.test_symbolic_steps import BUILDERS


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


def _excess(c: Case) -> Any:
    return (c.numbers["delta"] * D) ** 2 - D


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
    "euclidean_limit_is_void_from_inverse_root/needed": (_excess, lambda c: 0),
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


def test_every_derivation_has_its_ends_stated() -> None:
    assert set(ENDS) | set(numbers.ENDS) == set(CHAINS)
    assert not set(ENDS) & set(numbers.ENDS)


@pytest.mark.parametrize("key", ENDS)
def test_ends_are_what_the_package_computes(key: str) -> None:
    numbers.assert_ends_agree(key, ENDS[key], [values_for(key, s, BUILDERS) for s in range(6)])
