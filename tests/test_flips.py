"""The cases of flips before a softmax head, and the bounds on its worst losses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from linreg_theory.arrays import exactly
from linreg_theory.cases.flips import FlipCase, FlippedHeads
from linreg_theory.claims import by_14
from linreg_theory.evidence.oracles import Enumeration
from linreg_theory.heads import Head
from linreg_theory.relations import holds
from linreg_theory.solvers import mask_space


def three_equal_classes() -> FlipCase:
    """Whatever is flipped, the classes stay equal: the cross entropy is log 3."""
    head = Head(*(exactly(np.array(part)) for part in ([1.0], [[0.0] * 3], [0.0] * 3)))
    return FlipCase(head, np.array([1], np.int8), 0, 1)


def test_labels_and_budgets_take_every_value() -> None:
    cases = list(FlippedHeads().planted(60, 0))
    places = {(c.head.W.shape[1], c.label) for c in cases}
    assert places >= {(classes, label) for classes in (2, 3, 4) for label in range(classes)}
    budgets = {(len(c.mask), c.k) for c in cases}
    assert budgets == {(units, k) for units in (1, 2, 3) for k in range(units + 1)}


def test_one_best_margin_does_not_bound_three_classes() -> None:
    """The factor C, log C for the cross entropy, cannot be left out."""
    case = three_equal_classes()
    margins = by_14._margins(case, case.mask[None, :])
    best = by_14._best(case, by_14._changes(case))
    (bound, worst), (_, most) = by_14._exact_losses(case, margins, best)
    assert holds("<=", [bound, worst], [worst, most])
    assert holds("<=", worst, bound) is False
    (logistic, reached), (losses, most_entropy) = by_14._cross_entropies(case, best)
    assert holds("<=", logistic, reached)
    assert holds("<=", losses, most_entropy)
    assert holds("<=", losses, logistic * len(losses)) is False


@pytest.mark.parametrize("k", [0, 1])
def test_two_classes_reach_the_logistic_loss(k: int) -> None:
    head = Head(*(exactly(np.array(p)) for p in ([1.0], [[-2.0, 0.0]], [0.0, 0.0])))
    case = FlipCase(head, np.array([1], np.int8), 1, k)
    margins = by_14._margins(case, mask_space(case.mask, k))
    best = by_14._best(case, by_14._changes(case))
    lower, higher = by_14._exact_losses(case, margins, best)
    assert lower == higher
    assert best[0] == 2 * k - 2
    assert holds("<=", *by_14.pair(replace(case, label=0), Enumeration()))
