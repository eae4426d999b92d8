"""ME-10: the cross entropy as the distance of Formula 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from linreg_theory.arithmetic import Undecided
from linreg_theory.cases.distributions import DistributionCase, Distributions
from linreg_theory.claims.claim import Claim, Mutant, Oracle, Sides
from linreg_theory.heads import cross_entropy, entropy, kullback_leibler, quadratic_error


def pair(case: DistributionCase, oracle: Oracle) -> Sides:
    """The cross entropy of two distributions and of equal ones, and what they are.

    It is KL plus the entropy of its first argument. For a fixed teacher that is a constant;
    where the gradient reaches both outputs it also draws the first towards one-hot. It is never
    negative, and on equals zero for one-hot ones only; KL and QE always are.
    """
    p, q = case.p, case.q
    other, own = cross_entropy(p, q), cross_entropy(p, p)
    distances = [kullback_leibler(p, p), quadratic_error(p, p)]
    return (
        [other, own, *distances, _decided(other, "is_nonnegative"), _decided(own, "is_positive")],
        [kullback_leibler(p, q) + entropy(p), entropy(p), 0, 0, True, not _one_hot(case)],
    )


def printed(case: DistributionCase, oracle: Oracle) -> Sides:
    """The distance of a distribution from itself, and zero."""
    return cross_entropy(case.p, case.p), 0


def _decided(value: Any, property: str) -> bool:
    """A property of an exact number or expression, where SymPy knows it."""
    answer = getattr(sympy.sympify(value), property)
    if answer is None:
        raise Undecided(f"whether {value} {property} is not determined")
    return bool(answer)


def _one_hot(case: DistributionCase) -> bool:
    return sum(entry != 0 for entry in case.p) == 1


def _other_as(claimed: Callable[[DistributionCase], Any]) -> Any:
    """The cross entropy of two distributions, as something else."""

    def mutant(case: DistributionCase, oracle: Oracle) -> Sides:
        return cross_entropy(case.p, case.q), claimed(case)

    return mutant


def _always_positive(case: DistributionCase, oracle: Oracle) -> Sides:
    return _decided(cross_entropy(case.p, case.p), "is_positive"), True


CLAIM = Claim(
    ref="ME-10",
    name="cross_entropy_is_not_zero_on_equals",
    source="Preliminaries, Formula 1",
    wording="D is a non-negative function that represents the distance between two outputs, for"
    " example the cross entropy.",
    statement=r"CE[y, y'] = KL[y, y'] + \mathcal{H}(y) \ge 0,\quad CE[y, y] = \mathcal{H}(y),"
    r"\quad CE[y, y] = 0 \iff y \text{ is one-hot};\quad KL[y, y] = QE[y, y] = 0",
    verdict="corrected",
    plain="CE of equals is their entropy: a constant for a fixed teacher, else a pull to one-hot.",
    relation="=",
    family=Distributions(),
    pair=pair,
    mutants=(
        Mutant("zero on equals", printed),
        Mutant("KL without the entropy", _other_as(lambda c: kullback_leibler(c.p, c.q))),
        Mutant(
            "the entropy of the second",
            _other_as(lambda c: kullback_leibler(c.p, c.q) + entropy(c.q)),
        ),
        Mutant(
            "KL minus the entropy",
            _other_as(lambda c: kullback_leibler(c.p, c.q) - entropy(c.p)),
        ),
        Mutant("positive for one-hot, too", _always_positive),
    ),
    printed=printed,
    counterexample={
        "p": ["1/2", "1/2"],
        "q": ["1/2", "1/2"],
        "computed": "log(2)",
        "claimed": "0",
    },
)
