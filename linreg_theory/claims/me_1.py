"""ME-1: the first-order expansion of Formula 9, and what its maximiser is worth."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import linearised_loss, masked_loss, objective
from linreg_theory.arithmetic import Undecided
from linreg_theory.arrays import Array
from linreg_theory.cases.heads import HeadCase, Heads, RegressionsOrHeads
from linreg_theory.cases.masks import MaskedRegression
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.heads import cross_entropy, kullback_leibler, quadratic_error


def pair(case: RegressionCase | HeadCase, oracle: Oracle) -> Sides:
    """Divergences that are convex in the mask, and their expansions at all ones.

    The squared loss is above by exactly (sum_{j in S} a_ij)^2, so Formula 14's mask never
    lowers it, ties broken or not. Cross entropy and KL of a softmax head are above, too.
    """
    return _on_heads(case) if isinstance(case, HeadCase) else _on_regressions(case)


def printed(case: HeadCase, oracle: Oracle) -> Sides:
    """The quadratic error of a softmax head under the first-order choice, and without it."""
    head, ones = case.enclosed(), np.ones(len(case.mask))
    chosen = _dropped_where_negative(head.jacobian(quadratic_error, case.target, ones))
    if chosen.all():  # no step, no change
        return 0, 0
    error, clean = (head.divergence(quadratic_error, case.target, m) for m in (chosen, ones))
    return error, clean


def _on_regressions(case: RegressionCase, slope: int = 1, gap: Any = lambda a: a * a) -> Sides:
    """masked = expansion + gap, by both inequalities; and the greedy losses are no smaller."""
    problem, w, mask = case.problem, case.w, np.asarray(case.base)
    masked = masked_loss(problem, w, mask, per_sample=True)
    clean = problem.residuals(w) * problem.residuals(w)
    first = linearised_loss(problem, w, mask, per_sample=True) - clean
    expansion = clean + slope * first + gap(np.sum((1 - mask) * problem.products(w), axis=1))
    k = int(np.max(np.sum(mask == 0, axis=1)))  # so that all budgets are tried
    drops = objective(problem, w, k, "break", per_sample=True)
    printed_drops = objective(problem, w, k, per_sample=True)
    return [masked, expansion, drops, printed_drops], [expansion, masked, clean, clean]


def _on_heads(case: HeadCase) -> Sides:
    """Cross entropy and KL under the mask, and their expansions."""
    head, ones = case.enclosed(), np.ones(len(case.mask))
    values, expansions = [], []
    for divergence in (cross_entropy, kullback_leibler):
        first = (case.mask - ones) @ head.jacobian(divergence, case.target, ones)
        values.append(head.divergence(divergence, case.target, case.mask))
        expansions.append(head.divergence(divergence, case.target, ones) + first)
    return values, expansions


def _dropped_where_negative(J: Array) -> Array:
    """The first-order choice without a limit: the units whose Jacobian is negative go."""
    if any((value < 0) is None for value in J):
        raise Undecided("the sign of a Jacobian is not determined")
    return np.array([0 if value < 0 else 1 for value in J])


def _mutant(**change: Any) -> Any:
    def mutant(case: RegressionCase | HeadCase, oracle: Oracle) -> Sides:
        if isinstance(case, HeadCase):
            return _on_heads(case)
        return _on_regressions(case, **change)

    return mutant


CLAIM = Claim(
    ref="ME-1",
    name="expansion_is_a_lower_bound_if_convex",
    source="Method, Formula 9",
    wording="The divergence is its first-order expansion at eps = 1 nearly, so the mask that"
    " maximises the expansion maximises the divergence.",
    statement=r"D \text{ convex in } \epsilon \implies"
    r" D(\epsilon) \ge D(1) + (\epsilon - 1)^\top J(1),"
    r"\quad \text{so } (\epsilon - 1)^\top J(1) \ge 0 \implies D(\epsilon) \ge D(1);"
    r"\quad \text{squared loss: the difference is } \Bigl(\sum_{j \in S} a_{ij}\Bigr)^2",
    assumptions=(
        r"\epsilon \mapsto D[g, f(\epsilon)] \text{ is convex: the squared loss of a linear"
        r" model, cross entropy and } KL[g, f] \text{ of a softmax of linear logits; not QE}",
    ),
    verdict="holds if",
    plain="The expansion is a lower bound where D is convex; with QE a greedy drop can lower D.",
    relation=">=",
    family=RegressionsOrHeads(
        MaskedRegression(frozenset({"base"}), cut="orders"), Heads(), heads_as="numbers"
    ),
    pair=pair,
    mutants=(
        Mutant("the expansion is exact", _mutant(gap=lambda a: 0 * a)),
        Mutant("twice the Jacobian", _mutant(slope=2)),
        Mutant("(1 - eps) for (eps - 1)", _mutant(slope=-1)),
        Mutant("|sum a| for its square", _mutant(gap=np.abs)),
    ),
    printed=printed,
    printed_relation=">=",
    # With two classes QE is a function of one logit, which such a drop moves away from the target.
    printed_family=Heads(((1, 3),), full=True),
    counterexample={
        "h": ["1"],
        "W": [["1", "2", "0"]],
        "b": ["2", "0", "0"],
        "mask": ["1"],
        "target": ["0", "0", "1"],
        "computed": "about 1.429020546",
        "claimed": "about 1.495901016",
    },
)
