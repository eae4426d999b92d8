"""AT-3: the third term of Formula 13, said to be an L2 regularization."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_training import decompose
from linreg_theory.arithmetic import sign
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """The third term, Gamma and its 2 x 2 minors: the squared l1 norm, from a rank of one."""
    split = decompose(case.problem, case.w, case.delta)
    gamma = split.gamma
    one, other = gamma[:, None, :, None], gamma[None, :, None, :]
    minors = one * other - gamma[:, None, None, :] * gamma[None, :, :, None]
    signs, n = sign(case.w), _samples(case)
    return (
        [split.quadratic, gamma, minors],
        [_squared_l1(case, n), n * (signs[:, None] * signs), 0 * minors],
    )


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """w' Gamma w as an l2 penalty: it is one if there is a single weight."""
    squared_l2 = case.delta * case.delta * _samples(case) * (case.w @ case.w)
    return decompose(case.problem, case.w, case.delta).quadratic, squared_l2


def _samples(case: RegressionCase) -> Any:
    """n_+, the number of non-zero residuals."""
    return np.sum(np.abs(sign(case.problem.residuals(case.w))))


def _squared_l1(case: RegressionCase, samples: Any) -> Any:
    norm = np.sum(np.abs(case.w))
    return case.delta * case.delta * samples * norm * norm


def _all_samples(case: RegressionCase, oracle: Oracle) -> Sides:
    split = decompose(case.problem, case.w, case.delta)
    return split.quadratic, _squared_l1(case, case.problem.n_samples)


def _signs_do_not_matter(case: RegressionCase, oracle: Oracle) -> Sides:
    active = np.abs(sign(case.w))
    gamma = decompose(case.problem, case.w, case.delta).gamma
    return gamma, _samples(case) * (active[:, None] * active)


def _linear_in_delta(case: RegressionCase, oracle: Oracle) -> Sides:
    norm = np.sum(np.abs(case.w))
    split = decompose(case.problem, case.w, case.delta)
    return split.quadratic, case.delta * _samples(case) * norm * norm


CLAIM = Claim(
    ref="AT-3",
    name="gamma_at_term_is_squared_l1",
    source="Discussion, the sentence on the third term of Formula 13",
    wording="The third term indicates the L2 regularization with Gamma_AT.",
    statement=r"\Gamma_{AT} = n_+\, \mathrm{sg}(w)\, \mathrm{sg}(w)^\top,"
    r"\quad \mathrm{rank}\,\Gamma_{AT} \le 1,"
    r"\quad \delta^2 w^\top \Gamma_{AT} w = \delta^2 n_+ \|w\|_1^2",
    verdict="corrected",
    plain="The third term is a squared l1 norm: Gamma has rank one and is n_+ sg(w) sg(w)'.",
    relation="=",
    family=Regression(frozenset({"delta"})),
    pair=pair,
    mutants=(
        Mutant("squared l2 norm", printed),
        Mutant("counts zero residuals too", _all_samples),
        Mutant("forgets the signs of the weights", _signs_do_not_matter),
        Mutant("delta for delta^2", _linear_in_delta),
    ),
    printed=printed,
    # With one feature the two agree.
    printed_family=Regression(frozenset({"delta"}), shapes=((1, 2),)),
    counterexample={
        "X": [["0", "0"]],
        "y": ["1"],
        "w": ["1", "1"],
        "delta": "1",
        "computed": "4",
        "claimed": "2",
    },
)
