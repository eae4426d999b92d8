r"""LaTeX as MathML, when the page is made: a reader's browser needs neither network nor script.

  formula(latex)     == one formula on a line of its own
  inline(latex)      == one formula within a sentence
  flowing(latex)     == a long statement, cut where a narrow window may break the line
  prose(text)        == a sentence with $formulas$ in it
  assumption(text)   == an assumption of a claim: LaTeX, or a sentence
  matrix(rows)       == an array of numbers in brackets, from nested lists of text
  FONT               == the mathematical letters that the page brings along

A browser does not break a formula, so `flowing` makes several of one: it cuts at \quad, around
\text and before relations, wherever no bracket is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup, escape
from math_core import LatexError, LatexToMathML

__all__ = ["FONT", "assumption", "flowing", "formula", "inline", "matrix", "prose"]

FONT = Path(__file__).parent / "fonts" / "mathematics.woff"

_LONG = 24  # characters before a relation from which the line may be broken there

_CONVERTER = LatexToMathML(fancy_error=False)

_TOKEN = re.compile(r"\\text\{[^{}]*\}|\\[a-zA-Z]+|\\.|[^\\]", re.DOTALL)
_RELATIONS = {"=", "<", ">", r"\le", r"\ge", r"\iff", r"\implies", r"\Rightarrow"}
_OPENING, _CLOSING = {"{", "(", "[", r"\{"}, {"}", ")", "]", r"\}"}
_SIZED = re.compile(r"\\[bB]igg?([lr])(?![a-zA-Z])")
_WIDTHS = {r"\quad": "\u2003", r"\qquad": "\u2003\u2003"}
_PUNCTUATION = re.compile(r"[\s.,;:]+")
_ACCENTS = {r"\"o": "ö", r"\"u": "ü", r"\"a": "ä"}


def formula(latex: str) -> Markup:
    """One formula on a line of its own."""
    return _converted(latex, block=True)


def inline(latex: str) -> Markup:
    """One formula within a sentence."""
    return _converted(latex, block=False)


def flowing(latex: str) -> Markup:
    """A statement as words and formulas in their large form, between which lines may break."""
    return Markup("").join(_piece(kind, body) for kind, body in _pieces(latex))


def prose(text: str) -> Markup:
    """A sentence with $formulas$ in it.

    Raises
    ------
    ValueError
        If a formula is not closed, or is none.
    """
    for written, letter in _ACCENTS.items():
        text = text.replace(written, letter)
    parts = text.split("$")
    if len(parts) % 2 == 0:
        raise ValueError(f"a formula is not closed: {text!r}")
    return Markup("").join(inline(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def assumption(text: str) -> Markup:
    """An assumption: LaTeX as a whole, or a sentence whose brackets may hold LaTeX."""
    bare = re.sub(r"\\text\{[^{}]*\}|\\[a-zA-Z]+", "", text)
    if re.search(r"[a-z]{2,} [a-z]+", bare):
        return prose(re.sub(r"(?<=\()[^()]*\\[^()]*(?=\))|[^\s()]*\\[^\s()]*", r"$\g<0>$", text))
    return flowing(text)


def matrix(rows: Sequence[Sequence[str]]) -> str:
    """The LaTeX of an array of numbers, a row for each of `rows`."""
    body = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"


@lru_cache(maxsize=4096)
def _converted(latex: str, block: bool, large: bool = False) -> Markup:
    try:
        # Brackets of a fixed size would not grow with what stands between them.
        source = _SIZED.sub(lambda m: r"\left" if m[1] == "l" else r"\right", latex)
        mathml = _CONVERTER.convert_with_local_state(source, displaystyle=block or large)
    except LatexError as error:
        raise ValueError(f"cannot typeset {latex!r}: {error}") from None
    return Markup(mathml.replace('display="block"', 'displaystyle="true"', 1) if large else mathml)


def _piece(kind: str, body: str) -> Markup:
    if kind == "break":
        return Markup("<wbr>")
    if kind == "text":
        return escape(body)
    if _PUNCTUATION.fullmatch(body):
        return escape(body.strip())
    # A relation at an end needs a neighbour beyond it to be spaced as one.
    tokens = _TOKEN.findall(body.strip())
    before = "{} " if tokens[0] in _RELATIONS else ""
    after = " {}" if tokens[-1] in {*_RELATIONS, "+", "-"} else ""
    return _converted(f"{before}{body}{after}", block=False, large=True)


def _pieces(latex: str) -> Iterator[tuple[str, str]]:
    """Words, spaces and formulas, in order."""
    depth, current = 0, ""
    for token in _TOKEN.findall(latex):
        depth += (token in _OPENING) - (token in _CLOSING)
        kind = _cut(token, current) if depth == 0 else ""
        if not kind:
            current += token
            continue
        if current.strip():
            yield "formula", current
        current = ""
        if kind == "relation":
            yield "break", ""
            current = token
        else:
            yield "text", token[len(r"\text{") : -1] if kind == "text" else _WIDTHS.get(token, " ")
    if current.strip():
        yield "formula", current


def _cut(token: str, before: str) -> str:
    """What the line may be broken for at this token, if for anything."""
    if token.startswith(r"\text{") and not before.rstrip().endswith(("_", "^")):
        return "text"
    if token in (r"\quad", r"\qquad", r"\ "):
        return "space"
    return "relation" if token in _RELATIONS and len(before.strip()) > _LONG else ""
