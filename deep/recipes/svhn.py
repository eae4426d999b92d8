"""Table 2, left half: SVHN with 1,000 labels and with all 73,257.

  SVHN  == the four recipes: two label counts, two flavours

What they share with CIFAR-10 is in `deep.recipes.conv_large`.
"""

from __future__ import annotations

from deep.recipes import conv_large
from deep.recipes.recipe import WITH_VAT, Layer

__all__ = ["SVHN"]

_BOTH = (
    Layer("paper", {"data.name": "svhn"}),
    Layer("code", {"data.flip": False, "data.zca": "none"}),
    Layer("appendix", {"network.norm": "full"}),
    Layer(
        "code",
        {"attack.epsilon": 3.5},
        "of the commands that combine VAT with VAdD; VAT alone has none",
        methods=WITH_VAT,
    ),
    Layer(
        "neighbours",
        {"optimiser.lr": 0.001},
        "Laine and Aila's for temporal ensembling on SVHN",
        methods=("temporal",),
    ),
)
_OFFICIAL = (
    Layer(
        "code",
        {"network.top_norm": True, "noise.gaussian": 0.0, "noise.gaussian_at_test": False},
        "the appendix has Gaussian noise of 0.15, the SVHN commands have none; normalised logits "
        "are in no text",
    ),
)
_OFFICIAL_ALL = (
    Layer("code", {"schedule.steps": 732}, "219,600 steps in all"),
    Layer(
        "code",
        {"loss.weight": 10.0},
        "in the supervised SVHN commands only; 25 elsewhere and in the appendix",
        methods=("vadd-qe", "vadd-qe+vat"),
    ),
    Layer(
        "chosen",
        {"loss.weight": 10.0},
        "not given; as VAdD (QE) in the same place",
        methods=("pi",),
    ),
)
_IMAGES = "Laine and Aila normalise each SVHN image by itself; neither flavour here does."


def _own(labels: int | None, official: bool) -> tuple[Layer, ...]:
    if not official:
        return _BOTH
    return (*_BOTH, *_OFFICIAL, *(() if labels else _OFFICIAL_ALL))


SVHN = tuple(
    conv_large.recipe(place, title, labels, official, _own(labels, official), _IMAGES)
    for place, title, labels in (
        ("svhn-1000", "SVHN with 1,000 labels", 1000),
        ("svhn-all", "SVHN with all 73,257 labels", None),
    )
    for official in (False, True)
)
