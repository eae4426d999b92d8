"""The page itself: facts in, one HTML file out, which loads nothing.

  html(page)         == the page as text
  NAME               == the file's name in the folder of the report

Templates only arrange; what they show is in the facts. Everything is escaped unless it is
markup made here.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from linreg_theory import __version__
from linreg_theory.claims import CLAIMS
from linreg_theory.claims.claim import KINDS
from linreg_theory.report import scope, typesetting
from linreg_theory.report.facts import Page
from linreg_theory.report.pictures import data_uri

__all__ = ["NAME", "html"]

NAME = "index.html"

_REFERENCE = re.compile(rf"\b({'|'.join(claim.ref for claim in CLAIMS)})\b")

_TEMPLATES = Path(__file__).parent / "templates"


def html(page: Page) -> str:
    """The page as text."""
    template = _environment().get_template("page.html.j2")
    return template.render(
        page=page,
        version=__version__,
        kinds=KINDS,
        scope=scope,
        style=_own("style.css"),
        script=_own("page.js"),
        font=Markup(data_uri("font/woff", typesetting.FONT.read_bytes())),
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "flowing": typesetting.flowing,
        "formula": typesetting.formula,
        "inline": typesetting.inline,
        "prose": typesetting.prose,
        "assumption": typesetting.assumption,
        "ref": _link,
        "linked": _linked,
        "relation": {"=": "=", "<=": r"\le", ">=": r"\ge"}.__getitem__,
    }
    return environment


def _link(ref: str) -> Markup:
    """A claim's reference as a link to its section."""
    return Markup('<a class="ref" href="#{0}">{0}</a>').format(ref)


def _linked(text: str) -> Markup:
    """Text in which every reference to a claim is a link."""
    parts = _REFERENCE.split(text)
    return Markup("").join(_link(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def _own(name: str) -> Markup:
    """A style sheet or a script, as it is."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))
