"""AD-2: the third term of Formula 16 is a squared sum of products, not an l2 term."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import decompose, greedy_masks, sides
from linreg_theory.arrays import Array
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """w' Gamma w with the matrix built, and the squares of what the drops add to a residual."""
    return _terms(case), [np.sum(_added(case) * _added(case)), _order_statistics(case)]


def _terms(case: RegressionCase) -> list[Any]:
    """w' Gamma w under Formula 14 as printed, and with ties broken."""
    problem, w, k = case.problem, case.w, case.k
    gammas = [decompose(problem, w, k).gamma, decompose(problem, w, k, "break").gamma]
    return [w @ gamma @ w for gamma in gammas]


def _products(case: RegressionCase) -> Array:
    """The products a_ij of what Formula 14 drops, zero elsewhere."""
    masks = greedy_masks(case.problem, case.w, case.k)
    products: Array = (1 - masks) * case.problem.products(case.w)
    return products


def _added(case: RegressionCase) -> Array:
    return np.sum(_products(case), axis=1)


def _order_statistics(case: RegressionCase, side: str = "raising") -> Any:
    s = sides(case.problem, case.w, case.k)
    reach = getattr(s, side)
    return np.sum(np.where(s.residual == 0, 0 * reach, reach * reach))


def printed(case: RegressionCase, oracle: Oracle) -> Sides:
    """An l2 term: each weight squared, on a scale that the data give it."""
    return _terms(case)[0], _sum_of_squares(case)


def _claiming(literal: Any, broken: Any) -> Pair:
    def mutant(case: RegressionCase, oracle: Oracle) -> Sides:
        return _terms(case), [literal(case), broken(case)]

    return mutant


def _squared_sum(case: RegressionCase) -> Any:
    return np.sum(_added(case) * _added(case))


def _sum_of_squares(case: RegressionCase) -> Any:
    return np.sum(_products(case) * _products(case))


def _drops_at_zero_residuals(case: RegressionCase) -> Any:
    raising = sides(case.problem, case.w, case.k).raising
    return np.sum(raising * raising)


def _not_squared(case: RegressionCase) -> Any:
    return np.sum(np.abs(_added(case)))


CLAIM = Claim(
    ref="AD-2",
    name="gamma_add_term_is_squared_sum",
    source="Discussion, Formula 16",
    wording="The third term is the L2 regularization with Gamma_AdD.",
    statement=r"w^\top \Gamma_{AdD} w = \sum_i \Bigl(\sum_{j \in S_i} a_{ij}\Bigr)^2,"
    r"\quad \text{and with ties broken } = \sum_{e_i \ne 0} P_i(k)^2",
    assumptions=(r"\Gamma_{AdD} is a sum of outer products",),
    verdict="corrected",
    plain="The third term squares the sum of the dropped products, it does not sum their squares.",
    relation="=",
    family=Regression(frozenset({"k"}), cut="orders"),
    pair=pair,
    mutants=(
        Mutant("sums the squares", _claiming(_sum_of_squares, _order_statistics)),
        Mutant("forgets the square", _claiming(_not_squared, _order_statistics)),
        Mutant("drops at zero residuals too", _claiming(_squared_sum, _drops_at_zero_residuals)),
        Mutant(
            "the other side",
            _claiming(_squared_sum, lambda case: _order_statistics(case, "lowering")),
        ),
    ),
    printed=printed,
    # With one feature there is nothing to add up.
    printed_family=Regression(frozenset({"k"}), shapes=((1, 2),), unit_weights=True),
    counterexample={
        "X": [["1", "1"]],
        "y": ["2"],
        "w": ["1", "1"],
        "k": "1",
        "computed": "4",
        "claimed": "2",
    },
)
