"""BY-9: the order of strength of the masks, and where random ones stand in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from linreg_theory.adversarial_dropout import masked_loss, objective
from linreg_theory.cases.regression import Regression, RegressionCase
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Pair, Sides


def pair(case: RegressionCase, oracle: Oracle) -> Sides:
    """No drop, greedy with ties broken, exact(k), exact(k + 1): each at most the next.

    So exact(k) is at most exact(D), too; and any k drops are at most exact(k).
    """
    more = min(case.k + 1, case.problem.n_features)
    exact, greedy = _exact(case, oracle, case.k), _greedy(case)
    computed = [case.problem.loss(case.w), greedy, exact, _neighbours(case)]
    return computed, [greedy, exact, _exact(case, oracle, more), exact]


def _exact(case: RegressionCase, oracle: Oracle, k: int) -> Any:
    return np.sum(oracle.dropout(case.problem, case.w, k))


def _greedy(case: RegressionCase) -> Any:
    return objective(case.problem, case.w, case.k, "break")


def _neighbours(case: RegressionCase) -> Any:
    """The loss without k features in a row, cyclically; others in each sample."""
    n, d = case.problem.X.shape
    place = (np.arange(d) - case.k - np.arange(n)[:, None]) % d
    return masked_loss(case.problem, case.w, (place >= case.k).astype(np.int8))


def _pairs(case: RegressionCase) -> int:
    d = case.problem.n_features
    return d * max(d - 1, 1)


def _random_mean(case: RegressionCase) -> Any:
    """D (D - 1) times the mean loss when each sample loses a random set of exactly k features.

    One feature is in it with probability k / D, two are with k (k - 1) / (D (D - 1)).
    """
    d, k, pairs = case.problem.n_features, case.k, _pairs(case)
    e, a = case.problem.residuals(case.w), case.problem.products(case.w)
    total, squares = np.sum(a, axis=1), np.sum(a * a, axis=1)
    first = k * (pairs // d) * (2 * e * total + squares)
    return np.sum(pairs * e * e + first + k * (k - 1) * (total * total - squares))


def _random_is_weaker(case: RegressionCase, oracle: Oracle) -> Sides:
    return _random_mean(case), _pairs(case) * _greedy(case)


def _twin(lower: Any, higher: Any) -> Pair:
    return lambda case, oracle: (lower(case, oracle), higher(case, oracle))


CLAIM = Claim(
    ref="BY-9",
    name="budgets_order_the_losses",
    source="Beyond the paper, from AD-7; compare Formulas 14 and 15",
    wording="More drops, and better chosen ones, are the stronger adversary.",
    statement=r"l(w) \le \sum_i \Bigl(e_i + \sum_{j \in S_i} a_{ij}\Bigr)^2 \le L(k) \le L(m)"
    r" \text{ for } m \ge k,\quad L(k) = \sum_i \max_{|S| \le k}"
    r" \Bigl(e_i + \sum_{j \in S} a_{ij}\Bigr)^2;\quad"
    r" \sum_i \Bigl(e_i + \sum_{j \in T_i} a_{ij}\Bigr)^2 \le L(k) \text{ for any } |T_i| \le k",
    assumptions=("greedy with ties broken",),
    verdict="holds",
    plain="No drop <= greedy <= exact(k) <= exact(D); random drops may do more than greedy.",
    relation="<=",
    family=Regression(frozenset({"k"}), cut="orders"),
    kinds=("certified", "symbolic", "exact", "property", "integer"),
    pair=pair,
    mutants=(
        Mutant("the random mean never exceeds greedy", _random_is_weaker),
        Mutant(
            "Formula 14 as printed, ties and zeros included",
            _twin(lambda c, o: objective(c.problem, c.w, c.k), lambda c, o: _exact(c, o, c.k)),
        ),
        Mutant(
            "greedy is the worst",
            _twin(lambda c, o: _exact(c, o, c.k), lambda c, o: _greedy(c)),
        ),
        Mutant(
            "one drop fewer is as strong",
            _twin(lambda c, o: _exact(c, o, c.k), lambda c, o: _exact(c, o, max(c.k - 1, 0))),
        ),
    ),
)
