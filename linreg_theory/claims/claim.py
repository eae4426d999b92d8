"""What a claim is.

  Claim      == one sentence or formula of the paper, what is true of it, and how that fails
  Mutant     == a plausible wrong twin, which every kind of evidence must refute
  VERDICTS   == holds | holds if | corrected | refuted
  KINDS      == formal > certified > symbolic > exact > property > integer
  Pair       == a function of a case and an oracle that returns both sides of a statement
  Oracle     == where a maximum comes from: enumeration, a certificate, an integer program

`pair(case, oracle)` returns both sides of what is true; `printed(case, oracle)` both sides of
the paper's own wording, where that is something else: it must fail on the counterexample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from linreg_theory.arrays import Array
from linreg_theory.cases.family import Family
from linreg_theory.problem import Problem
from linreg_theory.relations import RELATIONS

__all__ = ["KINDS", "VERDICTS", "Claim", "Mutant", "Oracle", "Pair"]

VERDICTS = ("holds", "holds if", "corrected", "refuted")
KINDS = ("formal", "certified", "symbolic", "exact", "property", "integer")

Sides = tuple[Any, Any]


class Oracle(Protocol):
    """The largest losses (N,) an adversary can reach, exactly."""

    def dropout(self, problem: Problem, w: Any, k: int, base: Any = None) -> Array:
        """Over at most k flips of the masks."""

    def ball(self, problem: Problem, w: Any, delta: Any) -> Array:
        """Over the l_inf balls of radius delta."""


Pair = Callable[[Any, Oracle], Sides]


@dataclass(frozen=True)
class Mutant:
    """A wrong twin of a claim, with the mistake it makes."""

    mistake: str
    pair: Pair


@dataclass(frozen=True, kw_only=True, eq=False)
class Claim:
    """A statement of the analysis, as data, with the functions that test it.

    Raises
    ------
    ValueError
        If something is missing: a verdict or relation that does not exist, fewer than three
        mutants, or no counterexample where the paper's wording fails.
    """

    ref: str  # AT-1
    name: str  # a sentence; the theorem has the same name
    source: str  # section and formula
    wording: str  # what the paper says there
    statement: str  # LaTeX, what is true
    verdict: str
    plain: str  # the verdict in one plain sentence
    relation: str
    family: Family
    pair: Pair
    mutants: tuple[Mutant, ...]
    kinds: tuple[str, ...] = ("symbolic", "exact", "property")
    assumptions: tuple[str, ...] = ()
    printed: Pair | None = None  # the paper's wording, where it fails
    printed_relation: str = "="
    printed_family: Family | None = None  # its cases, where they are more than the claim's
    counterexample: dict[str, Any] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for what, value, allowed in (
            ("verdict", self.verdict, VERDICTS),
            ("relation", self.relation, RELATIONS),
            ("printed_relation", self.printed_relation, RELATIONS),
        ):
            if value not in allowed:
                raise ValueError(f"{self.ref}: {what} must be one of {allowed}, got {value!r}")
        if set(self.kinds) - set(KINDS) or not self.kinds:
            raise ValueError(f"{self.ref}: unknown kinds of evidence in {self.kinds}")
        if len(self.mutants) < 3:
            raise ValueError(f"{self.ref}: a claim needs at least three mutants")
        if (self.verdict == "holds") != (self.printed is None):
            raise ValueError(f"{self.ref}: {self.verdict!r} does not fit its printed wording")
        if (self.printed is None) != (self.counterexample is None):
            raise ValueError(f"{self.ref}: a failing wording needs its counterexample")
