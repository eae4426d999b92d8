"""ME-2: the Jacobian of Formula 11, at all ones and at other masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import jacobian
from linreg_theory.arrays import Array
from linreg_theory.cases.heads import HeadCase, Heads, RegressionsOrHeads, canonical
from linreg_theory.cases.masks import MaskedRegression
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.heads import cross_entropy, quadratic_error
from linreg_theory.problem import Problem


def pair(case: RegressionCase | HeadCase, oracle: Oracle) -> Sides:
    """Derivatives by the mask and by the units, from the definition, and the closed forms.

    J = h * (gradient by the masked units) at any mask. The gradient by the units themselves
    goes through the mask: h * grad_h D = eps * J, which is J at all ones and zero wherever a
    unit is dropped.
    """
    if isinstance(case, HeadCase):
        return _on_heads(case)
    J = jacobian(case.problem, case.w, case.base)
    at_ones = case.problem.X * case.problem.input_gradients(case.w)
    return _derivatives(case), [2 * at_ones, 2 * J, 2 * np.asarray(case.base) * J]


def _derivatives(case: RegressionCase) -> list[Array]:
    """2 dD/deps at all ones and at the base masks, and 2 h dD/dh at the base masks.

    Central differences with a step of one are exact for quadratics: D(+) - D(-) = 2 D'.
    Scaling h_j by 1 + t moves it by t h_j, so it gives h_j dD/dh_j.
    """
    mask = np.asarray(case.base).astype(np.int64)
    return [
        _central(case, lambda step: 1 + step),
        _central(case, lambda step: mask + step),
        _central(case, lambda step: mask * (1 + step)),
    ]


def _central(case: RegressionCase, factors: Callable[[Array], Any]) -> Array:
    """D(+) - D(-) for each sample and unit, where the units are multiplied by the factors."""
    columns = []
    for step in np.eye(case.problem.n_features, dtype=np.int64):
        up, down = (_residuals(case, factors(t * step)) for t in (1, -1))
        columns.append(up * up - down * down)
    return np.stack(columns, axis=1)


def _residuals(case: RegressionCase, factors: Any) -> Array:
    return Problem(case.problem.X * factors, case.problem.y).residuals(case.w)


def _on_heads(case: HeadCase, at_units: Any = lambda mask, J: mask * J) -> Sides:
    computed: list[Any] = []
    claimed: list[Any] = []
    for divergence in (cross_entropy, quadratic_error):
        J = canonical(case.head.jacobian(divergence, case.target, case.mask))
        computed += case.differentiated(divergence, case.target)
        claimed += [J, at_units(case.mask, J)]
    return computed, claimed


def _mutant(claimed: Callable[[RegressionCase], Any], place: int = 0) -> Any:
    """One derivative of a regression, and a wrong closed form of it."""

    def mutant(case: RegressionCase | HeadCase, oracle: Oracle) -> Sides:
        if isinstance(case, HeadCase):
            return _on_heads(case)
        return _derivatives(case)[place], 2 * claimed(case)

    return mutant


def _through_the_mask(case: RegressionCase | HeadCase, oracle: Oracle) -> Sides:
    """h * grad_h D, evaluated at the base masks, for J there."""
    if isinstance(case, HeadCase):
        return _on_heads(case, lambda mask, J: J)
    return _derivatives(case)[2], 2 * jacobian(case.problem, case.w, case.base)


CLAIM = Claim(
    ref="ME-2",
    name="jacobian_is_unit_times_gradient",
    source="Method, Formula 11",
    wording="The Jacobian by the mask at eps = 1 is approximately h * grad_h D.",
    statement=r"J(\epsilon) = h \odot \nabla_{h \odot \epsilon} D,\quad"
    r" h \odot \nabla_h D = \epsilon \odot J(\epsilon),\quad"
    r" \text{so } J(1) = h \odot \nabla_h D \text{ exactly}",
    verdict="holds",
    plain="An equality at eps = 1; at other masks h * grad_h D is eps * J, zero for dropped units.",
    relation="=",
    family=RegressionsOrHeads(MaskedRegression(frozenset({"base"})), Heads(), heads_as="symbols"),
    pair=pair,
    mutants=(
        Mutant("h * grad_h D is the Jacobian at any mask", _through_the_mask),
        Mutant("J at all ones for J at the mask", _mutant(lambda c: jacobian(c.problem, c.w), 1)),
        Mutant("forgets h", _mutant(lambda c: c.problem.input_gradients(c.w))),
        Mutant(
            "half the gradient",
            _mutant(lambda c: -c.problem.products(c.w) * c.problem.residuals(c.w)[:, None]),
        ),
    ),
)
