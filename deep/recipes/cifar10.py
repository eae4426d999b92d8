"""Table 2, right half: CIFAR-10 with 4,000 labels and with all 50,000.

  CIFAR10  == the four recipes: two label counts, two flavours

What they share with SVHN is in `deep.recipes.conv_large`.
"""

from __future__ import annotations

from deep.recipes import conv_large
from deep.recipes.recipe import COMBINED, WITH_VAT, Layer

__all__ = ["CIFAR10"]

_BOTH = (
    Layer("paper", {"data.name": "cifar10"}),
    Layer("code", {"data.flip": True}),
    Layer("appendix", {"network.norm": "mean"}),
    Layer(
        "code",
        {"attack.epsilon": 8.0},
        "of the commands that combine VAT with VAdD; VAT alone has none",
        methods=WITH_VAT,
    ),
)
_PAPER = (
    Layer(
        "neighbours",
        {"data.zca": "inside"},
        "the appendix follows Laine and Aila, who regularise inside the root",
    ),
)
_OFFICIAL = (
    Layer(
        "code",
        {"data.zca": "official"},
        "the regulariser is added to the inverse root, which regularises next to nothing",
    ),
    Layer(
        "code",
        {"noise.gaussian": 0.15, "noise.gaussian_at_test": True},
        "the program's noise layer is on at test time as well",
    ),
    Layer("code", {"network.top_norm": False}),
)
_OFFICIAL_ALL = (
    Layer("code", {"schedule.steps": 500}, "150,000 steps in all"),
    Layer(
        "code",
        {"network.top_norm": True},
        "with all labels only; the commands with 4,000 labels have it off",
        methods=COMBINED,
    ),
)
_NORM = (
    "The mean-only normalisation is not that of the work the paper cites: no normalised weights "
    "lie under it."
)


def _own(labels: int | None, official: bool) -> tuple[Layer, ...]:
    if not official:
        return (*_BOTH, *_PAPER)
    return (*_BOTH, *_OFFICIAL, *(() if labels else _OFFICIAL_ALL))


CIFAR10 = tuple(
    conv_large.recipe(place, title, labels, official, _own(labels, official), _NORM)
    for place, title, labels in (
        ("cifar10-4000", "CIFAR-10 with 4,000 labels", 4000),
        ("cifar10-all", "CIFAR-10 with all 50,000 labels", None),
    )
    for official in (False, True)
)
