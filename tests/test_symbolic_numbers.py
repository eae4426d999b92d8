"""The derivations hold in numbers, and their ends are what the package computes."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from linreg_theory import Problem, adversarial_dropout, adversarial_training, noise
from proofs.symbolic import CHAINS
from proofs.symbolic.evaluation import Values
from tests.symbolic_values import D, K, N, each, grid, values_for


@dataclass(frozen=True)
class Case:
    """The package's view of the numbers of a chain."""

    numbers: Any

    @property
    def p(self) -> Problem:
        return Problem(self.numbers["x"], self.numbers["y"])

    @property
    def w(self) -> Any:
        return np.array(self.numbers["w"], dtype=object)

    def of(self, name: str) -> Any:
        return np.array(self.numbers[name])

    @property
    def ball(self) -> tuple[Problem, Any, Any]:
        return self.p, self.w, self.numbers["delta"]

    @property
    def budget(self) -> tuple[Problem, Any, int]:
        return self.p, self.w, K

    @property
    def masks(self) -> tuple[Problem, Any, Any]:
        return self.p, self.w, self.of("m")

    def fgsm(self, scale: int = 1) -> Any:
        p, w, delta = self.ball
        return adversarial_training.objective(p, w, scale * delta) - p.loss(w)

    def largest(self, w: Any = None, k: int = K) -> Any:
        at = self.w if w is None else w
        return adversarial_dropout.worst_case(self.p, at, k, per_sample=True)

    def greedy(self) -> Any:
        sides = adversarial_dropout.sides(*self.budget)
        return (sides.residual + sides.raising) * (sides.residual + sides.raising)


at, ad = adversarial_training, adversarial_dropout
End = Callable[[Case], Any]
Ends = tuple[End | None, End | None]


def _formula_13(c: Case) -> Any:
    split, (_, w, delta) = at.decompose(*c.ball), c.ball
    return split.clean + split.l1 + delta * delta * (w @ split.gamma @ w)


def _literal(c: Case) -> Any:
    split, (p, w, delta) = at.decompose(*c.ball), c.ball
    inner = np.trace(split.gamma) * (w @ w)
    return split.clean + split.l1 + delta * delta * inner - at.objective(p, w, delta)


def _minors(c: Case) -> Any:
    gamma = at.decompose(*c.ball).gamma
    return gamma[:, :, None, None] * gamma[None, None]


def _formula_16(c: Case, split: Any) -> Any:
    return split.clean + split.l1 + c.w @ split.gamma @ c.w


def _penalties(c: Case) -> Any:
    split = ad.decompose(c.p, c.w, 0)
    return split.l1 + split.quadratic


def _other_units(c: Case) -> Any:
    moved = Problem(c.p.X / c.of("c"), c.p.y)
    _, w, delta = c.ball
    after = at.worst_case(moved, c.of("c") * w, delta, per_sample=True)
    return after - at.worst_case(*c.ball, per_sample=True)


def _halved(c: Case) -> Any:
    half = Problem(c.p.X / 2, c.p.y)
    reach = abs(half.residuals(c.w)) + np.sum(abs(half.products(c.w)), axis=1)
    return reach * reach


def _ball(norm: Any = np.inf) -> End:
    return lambda c: at.worst_case(*c.ball, norm, per_sample=True)


def _linearised(mask: str) -> End:
    return lambda c: ad.linearised_loss(c.p, c.w, c.of(mask), per_sample=True)


def _without_weights(c: Case) -> Any:
    return c.p.loss(0 * c.w)


def _edits(c: Case) -> Any:
    return np.sum(c.of("m") != c.of("mu"), axis=1)


_broken: End = lambda c: ad.objective(*c.budget, "break")  # noqa: E731
_squares: End = lambda c: c.p.residuals(c.w) ** 2  # noqa: E731
_masked: End = lambda c: ad.masked_loss(*c.masks, per_sample=True)  # noqa: E731

# Start and end of each derivation; None where only a moment, a bound or a name is.
ENDS: dict[str, Ends] = {
    "fgsm_objective_splits_in_three": (lambda c: at.objective(*c.ball), _formula_13),
    "fgsm_objective_splits_in_three/gradient": (None, lambda c: c.p.input_gradients(c.w)),
    "literal_gamma_at_overstates": (_literal, lambda c: 0),
    "gamma_at_term_is_squared_l1": (
        lambda c: at.decompose(*c.ball).quadratic,
        lambda c: c.fgsm() - at.decompose(*c.ball).l1,
    ),
    "gamma_at_term_is_squared_l1/rank": (_minors, lambda c: _minors(c).transpose(0, 3, 2, 1)),
    "fgsm_penalty_is_l1": (lambda c: at.decompose(*c.ball).l1, None),
    "fgsm_penalty_is_l1/objective": (lambda c: at.objective(*c.ball), None),
    "fgsm_penalty_vanishes_linearly": (lambda c: c.fgsm(), None),
    "fgsm_penalty_vanishes_linearly/linear": (
        lambda c: 4 * c.fgsm() - c.fgsm(2),
        lambda c: 2 * at.decompose(*c.ball).l1,
    ),
    "fgsm_penalty_vanishes_linearly/quadratic": (
        lambda c: c.fgsm(2) - 2 * c.fgsm(),
        lambda c: 2 * at.decompose(*c.ball).quadratic,
    ),
    "fgsm_penalty_is_active_iff_residual_nonzero": (
        lambda c: at.objective(*c.ball, per_sample=True) - _squares(c),
        None,
    ),
    "fgsm_is_worst_case_iff_no_zero_residual": (None, _ball()),
    "fgsm_is_worst_case_iff_no_zero_residual/attained": (None, _ball()),
    "fgsm_is_worst_case_iff_no_zero_residual/missed": (
        lambda c: at.worst_case(*c.ball) - at.objective(*c.ball),
        None,
    ),
    "ball_worst_case_is_convex_fgsm_is_not": (
        lambda c: at.worst_case(c.p, (c.w + c.of("v")) / 2, c.numbers["delta"], per_sample=True),
        lambda c: (
            (_ball()(c) + at.worst_case(c.p, c.of("v"), c.numbers["delta"], per_sample=True)) / 2
        ),
    ),
    "zero_is_robust_iff_radius_reaches_threshold": (
        lambda c: at.worst_case(*c.ball),
        _without_weights,
    ),
    "l2_ball_adds_norm_inside_the_square": (None, _ball(2)),
    "l2_ball_adds_norm_inside_the_square/attained": (None, lambda c: 49 * _ball(2)(c)),
    "robust_regressions_have_weak_duality": (lambda c: at.worst_case(*c.ball), None),
    "row_and_column_attacks_differ/l1_ball": (None, _ball(1)),
    "dropout_objective_splits_in_three": (
        lambda c: ad.objective(*c.budget),
        lambda c: _formula_16(c, ad.decompose(*c.budget)),
    ),
    "dropout_objective_splits_in_three/any_mask": (
        lambda c: ad.masked_loss(*c.masks),
        lambda c: _formula_16(c, ad.decompose_masks(*c.masks)),
    ),
    "gamma_add_term_is_squared_sum": (
        lambda c: ad.decompose(*c.budget, "break").quadratic,
        None,
    ),
    "greedy_loss_has_closed_form": (_broken, _broken),
    "greedy_loss_has_closed_form/printed_at_zero": (
        lambda c: ad.objective(*c.budget, per_sample=True),
        lambda c: c.p.y**2,
    ),
    "penalty_vanishes_without_budget": (_penalties, _penalties),
    "l1_term_is_not_a_norm": (lambda c: ad.decompose(*c.budget, "break").l1, None),
    "dropout_is_scale_free_training_is_not": (
        lambda c: ad.masked_loss(Problem(c.p.X * c.of("c"), c.p.y), c.of("v"), c.of("m")),
        lambda c: ad.masked_loss(*c.masks),
    ),
    "dropout_is_scale_free_training_is_not/training": (_other_units, None),
    "sparse_weights_cannot_win": (
        lambda c: np.sum(c.largest()),
        _without_weights,
    ),
    "greedy_mask_maximises_linearised_loss": (
        None,  # masks are fractions there
        lambda c: ad.linearised_loss(
            c.p, c.w, ad.greedy_masks(*c.budget, "break"), per_sample=True
        ),
    ),
    "greedy_mask_maximises_linearised_loss/bound": (None, None),
    "greedy_mask_maximises_linearised_loss/attained": (
        None,
        lambda c: [sum(max(t, 0) for t in sorted(row)[-K:]) for row in c.of("h")],
    ),
    "worst_mask_is_better_of_two_sides": (_masked, lambda c: c.largest()),
    "worst_mask_is_better_of_two_sides/gap": (lambda c: c.largest() - c.greedy(), None),
    "relaxed_masks_gain_nothing": (None, lambda c: c.largest()),
    "greedy_gap_has_closed_form": (lambda c: c.largest() - c.greedy(), None),
    "large_residual_makes_greedy_exact": (lambda c: c.largest(), lambda c: c.greedy()),
    "full_budget_is_training_on_halved_design": (lambda c: c.largest(k=D), _halved),
    "full_budget_is_training_on_halved_design/bound": (None, lambda c: c.largest(k=D)),
    "budgets_order_the_losses": (_squares, lambda c: c.largest()),
    "exact_dropout_is_convex_greedy_is_not": (
        lambda c: ad.masked_loss(c.p, (c.w + c.of("v")) / 2, c.of("m"), per_sample=True),
        lambda c: (c.largest() + c.largest(c.of("v"))) / 2,
    ),
    "zero_is_worst_case_optimal_iff_balanced": (
        lambda c: np.sum(c.largest()),
        _without_weights,
    ),
    "expansion_is_a_lower_bound_if_convex": (_masked, _linearised("m")),
    "jacobian_is_unit_times_gradient": (
        lambda c: ad.jacobian(*c.masks),
        lambda c: ad.jacobian(c.p, c.w),
    ),
    "jacobian_is_unit_times_gradient/any_divergence": (None, None),
    "jacobian_is_unit_times_gradient/any_mask": (
        None,
        lambda c: c.of("m") * ad.jacobian(*c.masks),
    ),
    "virtual_gradient_vanishes_at_the_base_mask/squared": (lambda c: np.zeros((N, D)), None),
    "dropping_constants_keeps_the_argmax": (_linearised("m"), _linearised("m")),
    "dropping_constants_keeps_the_argmax/differences": (
        lambda c: _linearised("m")(c) - _linearised("mu")(c),
        lambda c: np.sum((c.of("m") - c.of("mu")) * ad.jacobian(c.p, c.w), axis=1),
    ),
    "mask_distances_are_squared_norms": (
        lambda c: c.numbers["E"] * _edits(c),
        lambda c: c.numbers["E"] * _edits(c),
    ),
    "mask_distances_are_squared_norms/union": (
        lambda c: np.sum(c.of("m") | c.of("mu"), axis=1),
        lambda c: np.sum(c.of("m") | c.of("mu"), axis=1),
    ),
    "gaussian_noise_is_ridge": (
        None,
        lambda c: noise.gaussian_loss(c.p, c.w, c.numbers["sigma"]),
    ),
    "dropout_noise_is_scaled_ridge": (
        None,
        lambda c: noise.dropout_loss(c.p, c.w, c.numbers["q"]),
    ),
}


@pytest.mark.parametrize("key", ENDS)
def test_ends_are_what_the_package_computes(key: str) -> None:
    assert_ends_agree(key, ENDS[key], [values_for(key, seed) for seed in range(6)])


def assert_ends_agree(key: str, ends: Ends, drawn: list[Values]) -> None:
    """Where a derivation starts and arrives, in numbers, is what the package computes."""
    chain = CHAINS[key]
    for values in drawn:
        for term, end in zip((chain.start, chain.end), ends, strict=True):
            if end is not None:
                computed = np.array(end(Case(values.numbers)), dtype=object)
                assert np.all(grid(term, values) == computed)
                assert grid(term, values).shape == computed.shape


_EXPENSIVE = {"gaussian_noise_is_ridge", "dropout_noise_is_scaled_ridge"}


@pytest.mark.parametrize("key", ENDS)
def test_steps_and_assumptions_hold_in_numbers(key: str) -> None:
    assert_steps_hold(key, [values_for(key, s) for s in range(1 if key in _EXPENSIVE else 4)])


_HOLDS = {"=": operator.eq, "<=": operator.le, ">=": operator.ge}


def assert_steps_hold(key: str, drawn: list[Values]) -> None:
    """Every assumption and every step of a derivation holds in numbers."""
    chain = CHAINS[key]
    for values in drawn:
        for fact in chain.assuming:
            gaps = set(each(fact.gap, values))
            assert all(gap == 0 if fact.exact else gap >= 0 for gap in gaps), fact.text
        every = [each(t, values) for t in (chain.start, *(step.right for step in chain.steps))]
        for step, left, right in zip(chain.steps, every[:-1], every[1:], strict=True):
            holds = _HOLDS[step.relation]
            assert all(holds(one, other) for one, other in set(zip(left, right, strict=True)))
