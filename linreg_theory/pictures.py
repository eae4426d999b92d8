"""One style for all pictures: safe for colour-blind readers, readable in grey, nothing to spare.

  sheet(rows, columns, ...) == an empty picture and its panels, in the style
  STYLE                     == matplotlib's settings, for a figure's whole life
  COLOURS                   == name -> colour; each differs from the others in lightness, too
  MARKS, DASHES             == markers and line styles in the order of COLOURS
  BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, BLACK, GREY
                            == the colours by name
  note(panel, text, ...)    == a small remark in a panel
  saved(draw, path)         == the picture that `draw()` returns, whole at `path`
  FORMATS                   == svg | png | pdf

Colours are Okabe and Ito's. A series is told apart by its colour and by its marker or dash, so
that a grey print loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from linreg_theory.files import whole_file

__all__ = [
    "BLACK",
    "BLUE",
    "COLOURS",
    "DASHES",
    "FORMATS",
    "GREEN",
    "GREY",
    "MARKS",
    "ORANGE",
    "PURPLE",
    "RED",
    "SKY",
    "STYLE",
    "YELLOW",
    "note",
    "saved",
    "sheet",
]

FORMATS = ("svg", "png", "pdf")

BLACK, GREY = "#000000", "#8c8c8c"
BLUE, ORANGE, GREEN, RED = "#0072b2", "#e69f00", "#009e73", "#d55e00"
PURPLE, SKY, YELLOW = "#cc79a7", "#56b4e9", "#f0e442"

COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY, BLACK)
MARKS = ("o", "s", "^", "D", "v", "P", "x")
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 2)))

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.4,
    "lines.markersize": 3.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "mathtext.fontset": "dejavusans",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",  # text stays text: searchable, and small
    "svg.hashsalt": "linreg-theory",
    "pdf.fonttype": 42,
}

_DATELESS: dict[str, dict[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {},
}


def sheet(
    rows: int = 1, columns: int = 1, *, width: float = 7.2, height: float | None = None, **how: Any
) -> tuple[Picture, Any]:
    """A picture and its panels, an array (rows, columns) of axes.

    `width` and `height` are inches; by default a panel is a little wider than high. Other
    arguments go to `Figure.subplots`.
    """
    with matplotlib.rc_context(STYLE):
        each = width / columns
        picture = Picture(figsize=(width, height or rows * max(0.78 * each, 2.2)))
        picture.set_layout_engine("constrained")
        panels = picture.subplots(rows, columns, squeeze=False, **how)
    return picture, np.asarray(panels)


def note(panel: Axes, text: str, x: float = 0.02, y: float = 0.98, **how: Any) -> None:
    """A small remark, at a place in units of the panel."""
    options: Any = {"fontsize": 7.5, "color": "#444444", "va": "top", "ha": "left"} | how
    panel.text(x, y, text, transform=panel.transAxes, **options)


def saved(draw: Callable[[], Picture], path: Path) -> Path:
    """Draw a picture in the style and write it whole; the path's ending says the format.

    Raises
    ------
    ValueError
        For a format that is not one of FORMATS; nothing is drawn.
    OSError
        If the file cannot be written; nothing is left behind.
    """
    kind = path.suffix.lstrip(".")
    if kind not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {kind!r}")
    with matplotlib.rc_context(STYLE), whole_file(path) as place:
        draw().savefig(place, format=kind, dpi=200, metadata=_DATELESS[kind])
    return path
