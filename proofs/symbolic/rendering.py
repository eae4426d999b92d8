r"""A derivation in LaTeX.

  render(chain)          == an `aligned` environment: the start, a line per step with its reason,
                            then what is named and what is assumed
  as_plain(chain, steps) == the same as plain data, each step with how it was confirmed
  latex(term)            == a term in the paper's notation: sg, [. != 0], (.)_+

What is assumed is printed below the steps, as what it is: given, not proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Max
from sympy.printing.latex import LatexPrinter

from proofs.symbolic.checker import Chain, Confirmed

__all__ = ["as_plain", "latex", "render"]

_OF_BUDGETS = {"P", "M"}  # their last index is a budget
_RELATIONS = {"=": "=", "<=": r"\le", ">=": r"\ge"}


class _Printer(LatexPrinter):  # type: ignore[misc]
    """SymPy's printer with the paper's names."""

    def _print_sign(self, term: Any, exp: Any = None) -> str:
        base = rf"\mathrm{{sg}}\left({self._print(term.args[0])}\right)"
        return base if exp is None else f"{base}^{{{exp}}}"

    def _print_Max(self, term: Max, exp: Any = None) -> str:
        others = [argument for argument in term.args if argument != 0]
        inside = ", ".join(self._print(argument) for argument in others)
        if len(others) < len(term.args):
            base = rf"\left({inside}\right)_{{+}}"
            return base if exp is None else rf"{{{base}}}^{{{exp}}}"
        base = rf"\max\left({inside}\right)"
        return base if exp is None else rf"{base}^{{{exp}}}"

    def _print_Sum(self, term: Any) -> str:
        signs = [
            rf"\sum_{{{self._print(index)}={self._print(lower)}}}^{{{self._print(upper)}}}"
            for index, lower, upper in reversed(term.limits)
        ]
        body = self._print(term.function)
        body = rf"\left({body}\right)" if term.function.is_Add else body
        return " ".join([*signs, body])

    def _print_Indexed(self, term: Any) -> str:
        indices = [self._print(index) for index in term.indices]
        if term.base.label.name in _OF_BUDGETS:
            return f"{self._print(term.base)}_{{{' '.join(indices[:-1])}}}({indices[-1]})"
        between = ", " if any(index.is_Add for index in term.indices) else " "
        return f"{self._print(term.base)}_{{{between.join(indices)}}}"


def latex(term: Any) -> str:
    """A term in the paper's notation."""
    return str(_Printer().doprint(term))


def render(chain: Chain) -> str:
    """The derivation as an aligned environment, to be put in display mathematics."""
    lines = [rf"& {latex(chain.start)}"]
    for step in chain.steps:
        relation, reason = _RELATIONS[step.relation], _text(step.reason)
        lines.append(rf"{relation}\;& {latex(step.right)} && {reason}")
    for naming in chain.given.namings:
        lines.append(rf"& \text{{where }} {latex(naming.symbol)} = {latex(naming.term)}")
    for fact in chain.assuming:
        relation = "=" if fact.exact else r"\ge"
        lines.append(rf"& \text{{given }} {latex(fact.gap)} {relation} 0")
    body = " \\\\\n".join(lines)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def as_plain(chain: Chain, confirmed: Sequence[Confirmed]) -> dict[str, Any]:
    """The derivation as plain data in LaTeX; reasons are prose with $mathematics$."""
    return {
        "ref": chain.ref,
        "name": chain.name,
        "part": chain.part,
        "start": latex(chain.start),
        "steps": [
            {
                "relation": step.relation,
                "right": latex(step.right),
                "reason": step.reason,
                "confirmed_by": result.by,
            }
            for step, result in zip(chain.steps, confirmed, strict=True)
        ],
        "where": [[latex(n.symbol), latex(n.term)] for n in chain.given.namings],
        "given": [[latex(fact.gap), "=" if fact.exact else ">="] for fact in chain.assuming],
    }


def _text(reason: str) -> str:
    return rf"\text{{({reason})}}"
