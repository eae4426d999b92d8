"""Whether the steps of a derivation hold: each is confirmed, none is taken on trust.

  Step(relation, right, reason, because)  == left relation right; the left is where the
                                             step before arrived
  Chain(name, ref, start, steps, ...)     == a derivation, as data; part names one of several
  chain.end, chain.relation               == where it arrives, and how that compares to start
  check(chain)                            == a Confirmed per step; WrongStep at the first that
                                             is not
  WrongStep                               == names the chain and the number of the step

An equation is confirmed if both sides have the same normal form, given the names and the
equations that the chain assumes. An inequality is confirmed by a certificate: the difference
of its sides must be, as a normal form, exactly the gap that the step gives reasons for.

What is trusted, and nothing else:
  * `normal_form` and `terms`: multiplying sums out, renaming, counting and collapsing them,
    splitting the last term off a sum to k + 1; that the verified rules are applied where their
    left sides are; linearity of expectation;
  * `bounds`: that sums, products and square roots of non-negative gaps are non-negative, and
    that non-negative numbers are equal if their squares are;
  * the assumptions on letters in their definitions: all are real; delta, sigma, thresholds,
    norms, distances, limits, probabilities, ranked gains, P and M are at least 0, scales are
    positive; expectation is over gamma and m;
  * SymPy: products and rational numbers, derivatives of polynomials under sums, and |.|, sg,
    max and min at positive, zero and negative symbols, by which `rules` verifies what it offers.

What a chain assumes (`assuming`, shown with it) is not proved by it. Reasons are prose: they
are printed and decide nothing. Order statistics enter by thresholds, or as letters with a rank:
that P_i(k) is the sum of the k largest, and what a mask in the budget can add at most, is assumed
where it is used. A loop enters by what holds at a visit and when it has ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from proofs.symbolic.bounds import Bound, Fact
from proofs.symbolic.normal_form import NOTHING, Given, Unsupported, equal

__all__ = ["Chain", "Confirmed", "Step", "WrongStep", "check"]

Expr = Any
Relation = Literal["=", "<=", ">="]


@dataclass(frozen=True)
class Step:
    """`left relation right`, for a reason a reader understands and another that is checked."""

    relation: Relation
    right: Expr
    reason: str
    because: Bound | None = None  # the gap, or a combination of assumed equations


@dataclass(frozen=True)
class Chain:
    """A derivation. `name` is the claim's; one claim may need several parts."""

    name: str
    ref: str
    start: Expr
    steps: tuple[Step, ...]
    part: str = ""
    given: Given = NOTHING
    assuming: tuple[Fact, ...] = ()

    @property
    def key(self) -> str:
        """The name and the part."""
        return f"{self.name}/{self.part}" if self.part else self.name

    @property
    def end(self) -> Expr:
        """Where the derivation arrives."""
        return self.steps[-1].right

    @property
    def relation(self) -> Relation:
        """How the start compares to the end."""
        strict = {step.relation for step in self.steps} - {"="}
        if len(strict) > 1:
            raise ValueError(f"{self.key} goes up and down")
        return strict.pop() if strict else "="

    def left(self, number: int) -> Expr:
        """The left side of a step, counted from 1."""
        return self.start if number == 1 else self.steps[number - 2].right


@dataclass(frozen=True)
class Confirmed:
    """A step that holds, and by what: "normal form", "assumption" or "bound"."""

    number: int
    by: str


class WrongStep(ValueError):
    """A step that is not confirmed."""

    def __init__(self, chain: Chain, number: int, why: str) -> None:
        super().__init__(f"{chain.key}, step {number}: {why}")
        self.chain, self.number = chain, number


def check(chain: Chain) -> tuple[Confirmed, ...]:
    """Confirm every step, in order.

    Raises
    ------
    WrongStep
        At the first step that is not confirmed.
    ValueError
        If the chain has no step, or steps in both directions.
    """
    if not chain.steps:
        raise ValueError(f"{chain.key} has no steps")
    results = tuple(_confirm(chain, number) for number in range(1, len(chain.steps) + 1))
    _ = chain.relation
    return results


def _confirm(chain: Chain, number: int) -> Confirmed:
    step, left = chain.steps[number - 1], chain.left(number)
    smaller, larger = (step.right, left) if step.relation == ">=" else (left, step.right)
    because = step.because
    if step.relation not in ("=", "<=", ">="):
        raise WrongStep(chain, number, f"unknown relation {step.relation!r}")
    if because is None and step.relation != "=":
        raise WrongStep(chain, number, "an inequality needs a bound")
    if because is not None and not set(because.facts) <= set(chain.assuming):
        raise WrongStep(chain, number, "uses what the chain does not assume")
    if because is not None and step.relation == "=" and not because.exact:
        raise WrongStep(chain, number, "a bound does not make an equation")
    gap = 0 if because is None else because.gap
    try:
        confirmed = equal(larger, smaller + gap, chain.given)
    except Unsupported as error:
        raise WrongStep(chain, number, str(error)) from error
    if not confirmed:
        raise WrongStep(chain, number, "the sides differ")
    kind = "normal form" if because is None else "assumption" if because.exact else "bound"
    return Confirmed(number, kind)
