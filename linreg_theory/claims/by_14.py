"""BY-14: the worst flips before a softmax head, by sorting for each class."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from linreg_theory.arithmetic import maximum, positive_part, top_sum
from linreg_theory.arrays import Array
from linreg_theory.cases.flips import FlipCase, FlippedHeads
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.heads import Head, cross_entropy, enclosed, entropy
from linreg_theory.masks import flip_at_most
from linreg_theory.solvers import mask_space


def pair(case: FlipCase, oracle: Oracle) -> Sides:
    """The largest margins over all masks, by sorting; and between what the worst loss lies.

    An equality is two inequalities. The losses are sum_c f(margin_c), with f(s) = max(1 + s, 0)
    in exact numbers and the exponential, whose logarithm is the cross entropy, in intervals.
    """
    margins, best = _margins(case, mask_space(case.mask, case.k)), _best(case, _changes(case))
    computed: list[Any] = [maximum(margins.T), best]
    claimed: list[Any] = [best, _at_best_flips(case)]
    if not isinstance(best[0], sympy.Basic):  # symbolic margins say it all
        for lower, higher in (_exact_losses(case, margins, best), *_cross_entropies(case, best)):
            computed.append(lower)
            claimed.append(higher)
    return computed, claimed


def _changes(case: FlipCase) -> Array:
    """What flipping each unit adds to the margin of each class over the label, (H, C)."""
    W, h = case.head.W, case.head.h
    signed: Array = ((1 - 2 * case.mask) * h)[:, None] * (W - W[:, [case.label]])
    return signed


def _margins(case: FlipCase, masks: Array) -> Array:
    """Logits less that of the label, (M, C), by definition."""
    logits = (masks * case.head.h) @ case.head.W + case.head.b
    margins: Array = logits - logits[:, [case.label]]
    return margins


def _best(case: FlipCase, changes: Array, k: int | None = None) -> Array:
    """The margins after the k largest useful flips for each class, (C,)."""
    gains = top_sum(positive_part(changes.T), case.k if k is None else k)
    best: Array = _margins(case, case.mask[None, :])[0] + gains
    return best


def _at_best_flips(case: FlipCase) -> Array:
    return np.diagonal(_margins(case, _best_flips(case)))


def _best_flips(case: FlipCase) -> Array:
    scores = ((1 - 2 * case.mask)[:, None] * _changes(case)).T
    masks: Array = flip_at_most(np.broadcast_to(case.mask, scores.shape), scores, case.k)
    return masks


def _exact_losses(case: FlipCase, margins: Array, best: Array) -> tuple[list[Any], list[Any]]:
    """The worst loss is at least that of the best margin, and at most C times it, or once."""
    hinges = positive_part(1 + margins)
    worst = maximum(np.sum(hinges, axis=1)[None, :])[0]
    others = np.delete(best, case.label)
    bound = 1 + maximum(positive_part(1 + others)[None, :])[0]
    times = 1 if len(best) == 2 else len(best)
    return [bound, worst], [worst, times * bound]


def _cross_entropies(case: FlipCase, best: Array) -> list[tuple[list[Any], list[Any]]]:
    """The logistic loss of the best margin, and log C more, against cross entropies.

    With two classes the former is an equality, which intervals do not decide; so is not asked.
    """
    if len(best) < 3:
        return []
    label = np.eye(len(best), dtype=int)[case.label]
    other = max((c for c in range(len(best)) if c != case.label), key=lambda c: best[c])
    head = Head(*(enclosed(part) for part in (case.head.h, case.head.W, case.head.b)))
    two = Head(enclosed([1]), enclosed([[best[other], 0]]))
    logistic = two.divergence(cross_entropy, [0, 1], [1])
    every = len(best)
    most = logistic + entropy(enclosed([1] * every) / every)
    masks = mask_space(case.mask, case.k)
    losses = [head.divergence(cross_entropy, label, mask) for mask in masks]
    reached = head.divergence(cross_entropy, label, _best_flips(case)[other])
    return [([logistic], [reached]), (losses, [most] * len(losses))]


def _twin(best: Any) -> Pair:
    def mutant(case: FlipCase, oracle: Oracle) -> Sides:
        largest = maximum(_margins(case, mask_space(case.mask, case.k)).T)
        return [largest, best(case)], [best(case), largest]

    return mutant


def _without_label(case: FlipCase) -> Array:
    return _best(case, ((1 - 2 * case.mask) * case.head.h)[:, None] * case.head.W)


CLAIM = Claim(
    ref="BY-14",
    name="head_margins_are_maximised_by_sorting",
    source="Beyond the paper, from ME-8; compare Algorithm 1",
    wording="The worst mask before a softmax is approximated by a first-order expansion.",
    statement=r"\max_{|S| \le k} (z_c - z_y) = z_c - z_y + \text{the } k \text{ largest positive }"
    r" (1 - 2 \epsilon_j) h_j (W_{jc} - W_{jy}) =: m_c;\quad"
    r" \log(1 + e^m) \le \max_{|S| \le k} CE \le \log(1 + e^m) + \log C,\ m = \max_{c \ne y} m_c,"
    r"\quad \text{equal to the former for } C = 2",
    verdict="holds",
    plain="Each class's margin is largest by sorting; the worst cross entropy lies within log C.",
    relation="<=",
    family=FlippedHeads(),
    # Neither certified nor integer: those programs are of the squared loss.
    pair=pair,
    mutants=(
        Mutant("sizes of the changes", _twin(lambda c: _best(c, np.abs(_changes(c))))),
        Mutant("one flip too few", _twin(lambda c: _best(c, _changes(c), max(c.k - 1, 0)))),
        Mutant("drops alone", _twin(lambda c: _best(c, c.mask[:, None] * _changes(c)))),
        Mutant("forgets the label's weights", _twin(_without_label)),
    ),
)
