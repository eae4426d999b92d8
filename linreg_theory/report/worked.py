"""The smallest counterexample to a printed wording, worked through with numbers.

  Worked                  == what is given, what follows from it, and both sides of the wording
  work_through(claim)     == the Worked counterexample of a claim; None for a claim that holds
  rebuilt(claim)          == the case of the kept counterexample, as the claim's functions take it
  in_numbers(example)     == a kept counterexample in one line

Both sides come from the claim's own `printed`, evaluated again, and must be those on file.
What follows in between comes from the package's functions, in fractions.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from linreg_theory.cases.family import text
from linreg_theory.cases.regression import RegressionCase
from linreg_theory.claims.claim import Claim
from linreg_theory.evidence.oracles import Enumeration
from linreg_theory.report.layers import of_layers
from linreg_theory.report.quantities import ABOUT, Quantity, in_latex, quantity
from linreg_theory.report.regressions import of_regression
from linreg_theory.report.typesetting import inline, prose

__all__ = ["Worked", "in_numbers", "rebuilt", "work_through"]

_SIDES = ("computed", "claimed")
_SEARCH = 3000  # cases per shape, as the runs search for counterexamples

_RELATIONS = {"=": "=", "<=": r"\le", ">=": r"\ge", "iff": r"\iff"}

_GIVEN = {
    "X": ("X", "data, a row for each sample"),
    "y": ("y", "targets"),
    "w": ("w", "weights"),
    "delta": (r"\delta", "radius"),
    "k": ("k", "budget"),
    "base": (r"\epsilon^s", "mask to start from"),
    "other": ("v", "other weights"),
    "scales": ("c", "factors of the features"),
    "h": ("h", "units before the softmax head"),
    "W": ("W", "weights of the head, a row for each unit"),
    "b": ("b", "biases of the classes"),
    "mask": (r"\epsilon", "mask"),
    "target": ("g", "target distribution"),
    "jacobian": ("J", "Jacobian by the mask"),
    "limit": ("l", "limit on the distance of the masks"),
    "budget": ("k", "budget"),
    "weights": (r"\omega", "what the units weigh"),
    "H": ("H", "units of the layer"),
    "first": (r"\epsilon^1", "a mask"),
    "second": (r"\epsilon^2", "another mask"),
    "below": ("N_l", "units of the layer below"),
    "above": ("N_u", "units of the layer above"),
    "p": ("y", "a distribution"),
    "q": ("y'", "another distribution"),
}


@dataclass(frozen=True)
class Worked:
    """A counterexample with its numbers."""

    given: tuple[Quantity, ...]
    follows: tuple[Quantity, ...]
    compared: Markup  # what the two sides are, in words
    left: Markup
    relation: Markup
    right: Markup
    rounded: bool  # whether the sides are no exact numbers


def work_through(claim: Claim) -> Worked | None:
    """The kept counterexample, evaluated again.

    Raises
    ------
    ValueError
        If the kept case is none of the claim's, or its sides are not those on file.
    """
    if claim.printed is None or claim.counterexample is None:
        return None
    case, kept = rebuilt(claim), claim.counterexample
    strength = _strength(claim, case)
    computed, claimed = claim.printed(case, Enumeration())
    if (text(computed), text(claimed)) != tuple(kept[side] for side in _SIDES):
        raise ValueError(f"{claim.ref}: the counterexample on file has other sides")
    return Worked(
        given=tuple(_given(kept | strength)),
        follows=tuple(_follows(case, strength)),
        compared=prose(inspect.getdoc(claim.printed) or ""),
        left=inline(in_latex(computed).replace(ABOUT, "")),
        relation=inline(_RELATIONS[claim.printed_relation]),
        right=inline(in_latex(claimed).replace(ABOUT, "")),
        rounded=ABOUT in in_latex([computed, claimed]),
    )


def rebuilt(claim: Claim) -> Any:
    """The case of the kept counterexample, found as it was found.

    Raises
    ------
    ValueError
        If the claim's cases do not contain it.
    """
    kept = {k: v for k, v in (claim.counterexample or {}).items() if k not in _SIDES}
    for case in (claim.printed_family or claim.family).grid(_SEARCH):
        if case.describe() == kept:
            return case
    raise ValueError(f"{claim.ref}: the counterexample on file is none of the claim's cases")


def in_numbers(example: dict[str, Any]) -> Markup:
    """What is given, in one line."""
    parts = [inline(f"{q.latex} = {q.value_latex}") for q in _given(example)]
    return Markup(", ").join(parts)


def _given(kept: dict[str, Any]) -> Iterable[Quantity]:
    for name, value in kept.items():
        if name not in _SIDES:
            symbol, meaning = _GIVEN[name]
            yield quantity(symbol, meaning, value)


def _follows(case: Any, strength: dict[str, Any]) -> Iterable[Quantity]:
    if isinstance(case, RegressionCase):
        return of_regression(case, **strength)
    return of_layers(case)


def _strength(claim: Claim, case: Any) -> dict[str, Any]:
    """Radius and budget: as the case varies them, or as the printed wording sets them itself."""
    if not isinstance(case, RegressionCase):
        return {}
    said = {name: getattr(case, name) for name in ("delta", "k") if name in case.vary}
    unsaid: dict[str, dict[str, Any]] = {
        "AT-8": {"delta": 1 + case.problem.loss(case.w)},
        "AD-10": {"k": 0},
        "AD-12": {"k": case.k},
        "AD-14": {"k": case.k},
    }
    return said | unsaid.get(claim.ref, {})
