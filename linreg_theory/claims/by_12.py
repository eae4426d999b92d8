"""BY-12: for the hinge loss the greedy deletion is the worst one."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.arithmetic import maximum, positive_part, top_sum
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides
from linreg_theory.masks import flip_at_most
from linreg_theory.solvers import mask_space


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The largest hinge loss over all masks: the greedy one's, and a sum of the k largest gains.

    Labels are the residuals of the case: any numbers, of any sign.
    """
    m, u = _margins(case)
    closed = _hinge(1 - m + top_sum(positive_part(u), case.k))
    return [_worst(case)] * 2, [_under(case, u), closed]


def _margins(case: RegressionCase) -> tuple[Array, Array]:
    """m_i = label_i x_i'w, and u_ij = label_i a_ij, which deleting feature j takes from it."""
    labels, a = case.problem.residuals(case.w), case.problem.products(case.w)
    u = labels[:, None] * a
    return np.sum(u, axis=1), u


def _hinge(x: Array) -> Array:
    """max(x, 0); as a maximum, which rounding does not make undecided near zero."""
    return maximum(np.stack([x, 0 * x], axis=-1))


def _worst(case: RegressionCase) -> Array:
    """By definition: every mask is tried."""
    masks = mask_space(np.ones(case.problem.n_features, dtype=np.int8), case.k)
    margins = _margins(case)[1] @ masks.T
    return maximum(np.concatenate([1 - margins, 0 * margins[:, :1]], axis=1))


def _under(case: RegressionCase, gains: Array, k: int | None = None) -> Array:
    """The hinge loss without the k features of the largest positive gains."""
    ones = np.ones(gains.shape, dtype=np.int8)
    masks = flip_at_most(ones, -gains, case.k if k is None else k)
    return _hinge(1 - np.sum(masks * _margins(case)[1], axis=1))


def _two_sided(case: RegressionCase, oracle: Oracle) -> Sides:
    """The larger of both directions, as for the squared loss."""
    m, u = _margins(case)
    ends = [s * (1 - m) + top_sum(positive_part(s * u), case.k) for s in (1, -1)]
    return _worst(case), maximum(np.stack(ends, axis=-1))


def _by(gains: Any) -> Pair:
    return lambda case, oracle: (_worst(case), _under(case, gains(case)))


def _one_too_few(case: RegressionCase, oracle: Oracle) -> Sides:
    return _worst(case), _under(case, _margins(case)[1], max(case.k - 1, 0))


CLAIM = Claim(
    ref="BY-12",
    name="hinge_deletion_is_one_sided",
    source="Beyond the paper, beside AD-7; Globerson and Roweis (2006)",
    wording="Deleting the k features that serve the margin most is the worst deletion.",
    statement=r"\max_{|S| \le k} \Bigl(1 - y \sum_{j \notin S} x_j w_j\Bigr)_+"
    r" = \Bigl(1 - y\, x^\top w + \max_{|S| \le k} \sum_{j \in S} y\, x_j w_j\Bigr)_+,"
    r" \text{ reached by the } k \text{ largest positive } y\, x_j w_j",
    verdict="holds",
    plain="The hinge loss has one side, so greedy is exact; the squared loss has two.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    # Neither certified nor integer: those programs are of the squared loss.
    pair=pair,
    mutants=(
        Mutant("two sides, as the squared loss has", _two_sided),
        Mutant("forgets the label", _by(lambda c: c.problem.products(c.w))),
        Mutant("largest sizes", _by(lambda c: np.abs(_margins(c)[1]))),
        Mutant("one deletion too few", _one_too_few),
    ),
)
