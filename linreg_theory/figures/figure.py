"""What a figure is: data first, then a picture of nothing but these data.

  Figure            == a name, what to see, the claims it belongs to, `compute` and `draw`
  Data              == plain JSON: names -> numbers, texts, lists and mappings of these

`compute(dataset, seed)` does all the work and returns plain data; `draw(data)` only draws. The
data are written beside the picture, tests check them, and the same command gives the same data.
What a clock measured stands under the key "measured" and is the one exception.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure as Picture

from linreg_theory.datasets import Dataset

__all__ = ["Data", "Figure"]

Data = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of the report."""

    name: str  # of its files
    title: str
    caption: str  # what to see, in whole sentences
    claims: tuple[str, ...]  # references, the first is where the report shows it
    compute: Callable[[Dataset, int], Data]
    draw: Callable[[Data], Picture]
