"""The pictures of Figures 2 and 3.

draw_features(features, numbers) == one panel a kind: every unit's input weights as a tile
draw_activations(bars)           == two panels: counts of activations, and of units' means
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from numpy.typing import NDArray

from deep.figures.autoencoders import KINDS
from linreg_theory.pictures import COLOURS, DASHES, sheet

__all__ = ["draw_activations", "draw_features"]

_GAP = 1  # pixels between tiles
_BRIGHT = 0.995  # the share of weights within the grey range of a panel


def draw_features(
    features: Mapping[str, NDArray[np.float32]], numbers: Mapping[str, Any]
) -> Picture:
    """The features (H, height, width) of each kind, in one grey range a panel: black is negative.

    One range for all tiles of a panel, so that a filter that learned nothing is seen as flat grey.
    """
    picture, panels = sheet(1, len(KINDS), width=10.5, height=3.85)
    for panel, kind in zip(panels[0], KINDS, strict=True):
        tiles = _tiled(features[kind])
        limit = float(np.quantile(np.abs(features[kind]), _BRIGHT)) or 1.0
        panel.imshow(tiles, cmap="gray", vmin=-limit, vmax=limit, interpolation="nearest")
        panel.set_axis_off()
        panel.set_anchor("N")  # the layout leaves room for titles above a slot, not within it
        own = numbers["kinds"][kind]
        panel.set_title(
            f"{_words(kind)}\n{own['dead'][0]} dead, {own['rare'][0]} "
            f"nearly, of {len(features[kind])}; error {own['error'][0]:.3g}"
        )
    return picture


def draw_activations(bars: Mapping[str, Any]) -> Picture:
    """The histograms on a logarithmic scale: the mean over seeds, all seeds within the band.

    A scale of logarithms has no zero: where a bin is empty in some seeds, the band ends at the
    panel's lower edge, below any mean; where it is empty in all, nothing is drawn.
    """
    picture, panels = sheet(1, 2, width=8.0, height=3.2)
    edge = 0.5 / len(bars["means"]["counts"][KINDS[0]])
    for panel, part, words in zip(
        panels[0],
        ("activations", "means"),
        ("activation of a unit on an image", "mean activation of a unit"),
        strict=True,
    ):
        for number, kind in enumerate(KINDS):
            counts = np.array(bars[part]["counts"][kind], dtype=float)
            _steps(panel, bars[part]["edges"], counts, edge, number, _words(kind))
        panel.set_yscale("log")
        panel.set_ylim(bottom=edge)
        panel.set_xlabel(words)
        panel.set_ylabel("count")
    panels[0][0].legend()
    return picture


def _steps(
    panel: Axes,
    edges: list[float],
    counts: NDArray[np.float64],
    least: float,
    number: int,
    name: str,
) -> None:
    """A histogram (seeds, bins) as a line, with a band over the seeds that ends at `least`."""
    counts = np.where(counts.any(0), counts, np.nan)
    panel.stairs(
        counts.mean(0),
        edges,
        baseline=None,
        color=COLOURS[number],
        linestyle=DASHES[number],
        label=name,
    )
    low = np.maximum(counts.min(0), least)
    panel.stairs(counts.max(0), edges, baseline=low, fill=True, color=COLOURS[number], alpha=0.15)


def _tiled(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tiles (H, height, width) as one image, nearly square; gaps are not a number."""
    count, height, width = features.shape
    across = ceil(count**0.5)
    down = ceil(count / across)
    sheet_ = np.full(
        (down * (height + _GAP) - _GAP, across * (width + _GAP) - _GAP), np.nan, np.float32
    )
    for number, tile in enumerate(features):
        row, column = divmod(number, across)
        top, left = row * (height + _GAP), column * (width + _GAP)
        sheet_[top : top + height, left : left + width] = tile
    return sheet_


def _words(kind: str) -> str:
    return kind.replace("-", " ")
