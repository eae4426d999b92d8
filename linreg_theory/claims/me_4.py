"""ME-4: the gradient of D[f(eps^s), f(eps)] at eps = eps^s."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import jacobian
from linreg_theory.arrays import Array
from linreg_theory.cases.heads import HeadCase, Heads, RegressionsOrHeads
from linreg_theory.cases.masks import MaskedRegression
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.heads import (
    Divergence,
    cross_entropy,
    kullback_leibler,
    quadratic_error,
    reversed_cross_entropy,
)
from linreg_theory.problem import Problem


def pair(case: RegressionCase | HeadCase, oracle: Oracle) -> Sides:
    """Derivatives of the divergence from the output under a mask, by that mask, and zero.

    The squared error by central differences, which are exact for it, and by the Jacobian; KL,
    cross entropy and QE of a softmax head by differentiating them.
    """
    if isinstance(case, HeadCase):
        output = case.head.probabilities(case.mask)
        return _at_zero([_gradient(case, D, output) for D in _MINIMAL])
    return _at_zero([_central(case, _output(case)), _jacobian(case, _output(case), case.base)])


def printed(case: HeadCase, oracle: Oracle) -> Sides:
    """A distance that is not least where the outputs agree: cross entropy, exchanged."""
    head = case.enclosed()
    output = head.probabilities(case.mask)
    return _at_zero(head.jacobian(reversed_cross_entropy, output, case.mask))


_MINIMAL = (kullback_leibler, cross_entropy, quadratic_error)


def _at_zero(gradients: Any) -> Sides:
    zeros = np.zeros(np.shape(gradients), dtype=np.int64)
    return gradients, zeros


def _gradient(case: HeadCase, divergence: Divergence, target: Any) -> Array:
    return case.differentiated(divergence, target)[0]


def _output(case: RegressionCase) -> Array:
    """f(eps^s) = (eps^s * x)'w."""
    output: Array = (np.asarray(case.base) * case.problem.X) @ case.w
    return output


def _jacobian(case: RegressionCase, target: Any, at: Any) -> Array:
    return jacobian(Problem(case.problem.X, target), case.w, at)


def _central(case: RegressionCase, target: Any) -> Array:
    """D(eps^s + unit) - D(eps^s - unit), which is twice the derivative of a quadratic."""
    mask, columns = np.asarray(case.base).astype(np.int64), []
    for step in np.eye(case.problem.n_features, dtype=np.int64):
        moved = (Problem(case.problem.X * (mask + t * step), target) for t in (1, -1))
        up, down = (problem.residuals(case.w) for problem in moved)
        columns.append(up * up - down * down)
    return np.stack(columns, axis=1)


def _supervised(case: RegressionCase | HeadCase, oracle: Oracle) -> Sides:
    """The gradient for a target of its own."""
    if isinstance(case, HeadCase):
        return _at_zero(_gradient(case, quadratic_error, case.target))
    return _at_zero(_central(case, case.problem.y))


def _at_all_ones(case: RegressionCase | HeadCase, oracle: Oracle) -> Sides:
    """The gradient at eps = 1, where the paper takes it to escape the zero."""
    if isinstance(case, HeadCase):
        output = case.head.probabilities(case.mask)
        full = replace(case, mask=np.ones_like(case.mask))
        return _at_zero(_gradient(full, quadratic_error, output))
    return _at_zero(_jacobian(case, _output(case), None))


def _inner_product(case: RegressionCase | HeadCase, oracle: Oracle) -> Sides:
    """-f(eps^s)'f(eps), which is not least where the two agree."""
    if isinstance(case, HeadCase):
        output = case.head.probabilities(case.mask)
        return _at_zero(_gradient(case, lambda p, q: -(p @ q), output))
    return _at_zero(-_output(case)[:, None] * case.problem.products(case.w))


CLAIM = Claim(
    ref="ME-4",
    name="virtual_gradient_vanishes_at_the_base_mask",
    source="Method, the paragraph above Algorithm 1",
    wording="eps^s is the minimal point of D[f(eps^s), f(eps)], leading the gradient to be zero,"
    " because the two distributions are identical.",
    statement=r"D[f, \cdot] \text{ differentiable and least at } f \implies"
    r" \nabla_\epsilon D[f(\epsilon^s), f(\epsilon)] \big|_{\epsilon = \epsilon^s} = 0",
    assumptions=(
        r"D[f, \cdot] \text{ is differentiable and least at } f \text{: the squared error, QE, KL}"
        r" \text{ and cross entropy with } f(\epsilon^s) \text{ first; not cross entropy with it}"
        r" \text{ second, a norm without its square, or } -f^\top f'",
    ),
    verdict="holds if",
    plain="True for KL, QE and cross entropy in this order, not for every non-negative distance.",
    relation="=",
    family=RegressionsOrHeads(MaskedRegression(frozenset({"base"})), Heads(), heads_as="symbols"),
    pair=pair,
    mutants=(
        Mutant("a target of its own for f(eps^s)", _supervised),
        Mutant("at all ones for at eps^s", _at_all_ones),
        Mutant("an inner product for a distance", _inner_product),
    ),
    printed=printed,
    printed_family=Heads(full=True, targets=False),
    counterexample={
        "h": ["1"],
        "W": [["1", "0"]],
        "b": ["0", "0"],
        "mask": ["1"],
        "computed": ["about -0.1966119332"],
        "claimed": ["0"],
    },
)
