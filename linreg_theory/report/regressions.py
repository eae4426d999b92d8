"""What follows in a small regression problem: residuals, products, masks and losses in numbers.

  of_regression(case, delta, k)  == Quantities, the attack among them whose strength is given

All of them come from the package's own functions, in the case's fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from linreg_theory import adversarial_dropout as dropout
from linreg_theory import adversarial_training as training
from linreg_theory.arithmetic import sign
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.masks import flips
from linreg_theory.problem import Problem
from linreg_theory.report.quantities import Quantity, quantity

__all__ = ["of_regression"]

_Loss = Callable[[Any], Any]


def of_regression(case: RegressionCase, delta: Any = None, k: int | None = None) -> list[Quantity]:
    """Residuals and products, then what the case is about.

    Parameters
    ----------
    case : RegressionCase
    delta : number or None
        The radius of adversarial training, if the case has one.
    k : int or None
        The budget of adversarial dropout, if the case has one.
    """
    found = list(_residuals(case.problem, case.w))
    if "base" in case.vary:
        found += _from_a_mask(case, k)
    elif "other" in case.vary:
        found += _at_the_middle(case, delta, k)
    else:
        found += [] if delta is None else _attacked(case.problem, case.w, delta)
        found += [] if k is None else _dropped(case.problem, case.w, k)
    return found


def _residuals(problem: Problem, w: Any) -> Iterator[Quantity]:
    yield quantity("e", "residuals $y - X w$", problem.residuals(w))
    yield quantity("l(w)", "clean loss $\\sum_i e_i^2$", problem.loss(w))
    yield quantity("a", "products $x_{ij} w_j$", problem.products(w))
    yield quantity("\\nabla l", "input gradients $-2 e_i w_j$", problem.input_gradients(w))


def _attacked(problem: Problem, w: Any, delta: Any) -> Iterator[Quantity]:
    """Formulas 12 and 13; the terms of the latter are the same for -delta."""
    step = delta * sign(problem.input_gradients(w))
    attacked = Problem(problem.X + step, problem.y).loss(w)
    terms = training.decompose(problem, w, abs(delta))
    yield quantity("r", "FGSM step $\\delta\\,\\mathrm{sg}(\\nabla l)$", step)
    yield quantity("l_{AT}", "Formula 12, the loss with the step", attacked)
    yield quantity("\\sum_{ij} |\\delta \\nabla_{x_{ij}} l|", "second term of Formula 13", terms.l1)
    yield quantity("\\Gamma_{AT}", "sum of outer products of the signs", terms.gamma)
    yield quantity("", "the same with inner products, as printed", np.trace(terms.gamma))
    yield quantity("\\delta^2 w^\\top \\Gamma_{AT} w", "third term of Formula 13", terms.quadratic)
    yield quantity("", "Formula 13, the sum of its three terms", terms.total)
    if delta >= 0:
        worst = training.worst_case(problem, w, delta)
        yield quantity("\\sum_i (|e_i| + \\delta \\|w\\|_1)^2", "exact worst case", worst)


def _dropped(problem: Problem, w: Any, k: int) -> Iterator[Quantity]:
    """Formulas 14 to 16 and the exact worst case."""
    yield quantity(
        "J", "$x_{ij} \\nabla_{x_{ij}} l$, which Formula 14 ranks", _jacobian(problem, w)
    )
    for ties, words in (("literal", "as printed"), ("break", "ties broken")):
        masks = dropout.greedy_masks(problem, w, k, "break" if ties == "break" else "literal")
        linear = dropout.linearised_loss(problem, w, masks)
        yield quantity("\\epsilon", f"mask of Formula 14, {words}", masks)
        yield quantity("|S|", f"how many features it drops, {words}", np.sum(1 - masks, axis=1))
        yield quantity("", f"linearised loss with it, {words}", linear)
        loss = dropout.masked_loss(problem, w, masks)
        yield quantity("l_{AdD}", f"Formula 15, the loss with it, {words}", loss)
    terms = dropout.decompose(problem, w, k)
    yield quantity("\\sum_{ij} |x_{ij} \\nabla_{x_{ij}} l|", "second term of Formula 16", terms.l1)
    yield quantity("\\Gamma_{AdD}", "sum of outer products of what is dropped", terms.gamma)
    yield quantity("", "the same with inner products, as printed", np.trace(terms.gamma))
    yield quantity("w^\\top \\Gamma_{AdD} w", "third term of Formula 16", terms.quadratic)
    sides = dropout.sides(problem, w, k)
    yield quantity("P", "the most that $k$ drops add to $|e|$", sides.raising)
    yield quantity("M", "the most that $k$ drops take from it", sides.lowering)
    worst = dropout.worst_case_masks(problem, w, k)
    yield quantity("\\epsilon^*", "a worst mask within the budget", worst)
    exact = dropout.worst_case(problem, w, k)
    yield quantity("\\max(|e| + P, M - |e|)^2", "exact worst case, summed", exact)


def _at_the_middle(case: RegressionCase, delta: Any, k: int | None) -> Iterator[Quantity]:
    """Losses at two weights and halfway between them: convex ones are no larger there."""
    problem, v = case.problem, case.other
    for latex, name, loss in _losses(problem, delta, k):
        ends = loss(case.w), loss(v)
        yield quantity(f"{latex}(w)", name, ends[0])
        yield quantity(f"{latex}(v)", name, ends[1])
        middle = loss((case.w + v) / 2)
        yield quantity(f"{latex}(\\tfrac{{w + v}}{{2}})", f"{name} in the middle", middle)
        yield quantity("", "mean of the ends", (ends[0] + ends[1]) / 2)
        yield quantity("", "four times the middle", 4 * middle)
        yield quantity("", "four times the mean", 2 * (ends[0] + ends[1]))


def _losses(problem: Problem, delta: Any, k: int | None) -> Iterator[tuple[str, str, _Loss]]:
    if delta is not None:
        yield "l_{AT}", "Formula 12", lambda w: training.objective(problem, w, delta)
        yield "L", "exact worst case", lambda w: training.worst_case(problem, w, delta)
    if k is not None:
        yield "l_{AdD}", "Formula 15", lambda w: dropout.objective(problem, w, k)
        yield "W", "exact worst case", lambda w: dropout.worst_case(problem, w, k)


def _from_a_mask(case: RegressionCase, k: int | None) -> Iterator[Quantity]:
    """First-order steps from a mask, with the Jacobian at all ones and at the mask."""
    problem, w, base = case.problem, case.w, np.asarray(case.base)
    ones = np.ones(problem.X.shape, dtype=np.int8)
    yield quantity("D(\\epsilon^s)", "loss at this mask", dropout.masked_loss(problem, w, base))
    yield quantity("J(1)", "Jacobian at all ones", _jacobian(problem, w))
    if k is None:  # Formula 10 keeps one term of the expansion
        for latex, masks in (("(\\epsilon^s)", base), ("(1)", ones)):
            expansion = dropout.linearised_loss(problem, w, masks)
            yield quantity(f"\\hat D{latex}", "expansion around all ones", expansion)
            score = np.sum(masks * _jacobian(problem, w))
            yield quantity(f"{latex}^\\top J", "what Formula 10 keeps of it", score)
        return
    yield quantity("J(\\epsilon^s)", "Jacobian at this mask", _jacobian(problem, w, base))
    for latex, words in (("1", "ones"), ("\\epsilon^s", "base")):
        step = dropout.greedy_flips(problem, w, k, base, at="ones" if words == "ones" else "base")
        yield quantity("\\epsilon'", f"the mask after the step with $J({latex})$", step)
        yield quantity("", "flips in this step", flips(step, base))
        yield quantity("D(\\epsilon')", "loss there", dropout.masked_loss(problem, w, step))


def _jacobian(problem: Problem, w: Any, at: Any = None) -> Any:
    return dropout.jacobian(problem, w, at)
