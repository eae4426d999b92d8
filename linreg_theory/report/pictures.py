"""The figures of the report, as pictures that the page itself holds.

  Drawn                          == a figure with its picture as a data URI
  drawn(figure, dataset, seed)   == compute a figure's data and draw them
  data_uri(kind, content)        == bytes as an address that loads nothing

Text is drawn as outlines: a picture inside an <img> sees the fonts of the reader's machine only.
A picture of very many marks would make the page heavy, and is a bitmap instead.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.figure import Figure as Picture

from linreg_theory.datasets import Dataset
from linreg_theory.figures import Figure
from linreg_theory.pictures import STYLE

__all__ = ["Drawn", "data_uri", "drawn"]

_HEAVY = 1_500_000  # bytes of a drawing from which a bitmap is the lighter one
_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
_METADATA: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "png": {}}


@dataclass(frozen=True)
class Drawn:
    """A figure with its picture."""

    name: str
    title: str
    caption: str
    claims: tuple[str, ...]  # the first is where it is shown
    source: str  # a data URI
    width: int  # in pixels of the screen
    height: int


def drawn(figure: Figure, dataset: Dataset, seed: int) -> Drawn:
    """Compute a figure's data and draw nothing but these."""
    data = figure.compute(dataset, seed)
    with matplotlib.rc_context(STYLE | {"svg.fonttype": "path"}):
        picture = figure.draw(data)
        kind, content = "svg", _saved(picture, "svg")
        if len(content) > _HEAVY:
            kind, content = "png", _saved(picture, "png")
    width, height = picture.get_size_inches()
    return Drawn(
        name=figure.name,
        title=figure.title,
        caption=figure.caption,
        claims=figure.claims,
        source=data_uri(_TYPES[kind], content),
        width=round(96 * width),
        height=round(96 * height),
    )


def data_uri(kind: str, content: bytes) -> str:
    """Bytes of a media type as an address that loads nothing."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _saved(picture: Picture, kind: str) -> bytes:
    place = io.BytesIO()
    picture.savefig(place, format=kind, dpi=160, metadata=_METADATA[kind])
    return place.getvalue()
