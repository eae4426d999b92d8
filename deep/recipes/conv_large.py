"""What the recipes of Table 2 share: the large network and its training.

  recipe(place, title, labels, official, own, remark)
    == a recipe of Table 2: the shared layers, and those of its data set

The appendix describes network and training, the published commands give the same and more; where
they disagree, the flavour decides.
"""

from __future__ import annotations

from deep.recipes.recipe import COMBINED, DROPOUT, OFFICIAL_SEARCH, SEMI, WITH_VAT, Layer, Recipe
from deep.settings import METHODS

__all__ = ["recipe"]

_ROWS_FEW = ("pi", "temporal", "vat", "vadd-kl", "vadd-qe", *COMBINED)
_ROWS_ALL = ("pi", "temporal", "vat", "sadd", "vadd-kl", "vadd-qe", *COMBINED)

_SHARED_REMARKS = (
    "Temporal ensembling is quoted in Table 2, not run by its authors: its values are Laine and "
    "Aila's in this network.",
    "Plain is not in Table 2; it is this network with cross entropy alone.",
)
_REMARKS = {
    "paper": (
        *_SHARED_REMARKS,
        "The appendix prints one hidden dropout layer; here, as in the program, there are two, one "
        "after each pooling.",
        "Where the paper is silent, the published commands decide.",
    ),
    "official": (
        *_SHARED_REMARKS,
        "The program evaluates on draws from a shuffled queue (about 0.2 points of noise), and its "
        "seed does nothing; neither is repeated here.",
    ),
}

_NETWORK = (
    Layer(
        "appendix",
        {"network.name": "conv-large", "network.width": 1.0, "noise.hidden_dropout": 0.5},
    ),
    Layer(
        "appendix",
        {
            "noise.top_dropout": 0.0,
            "attack.delta": 0.05,
            "attack.reading": "flips",
            "attack.base": "ones",
        },
        '"p = 1.0, which means dropping 6 units": the mask starts from ones, 6 = floor(0.05 x 128)',
    ),
)
_TRAINING = Layer(
    "appendix",
    {
        "optimiser.lr": 0.003,
        "optimiser.beta1": 0.9,
        "optimiser.beta1_end": 0.5,
        "optimiser.beta2": 0.999,
        "optimiser.batch": 100,
        "optimiser.batch_unlabelled": 0,
        "schedule.epochs": 300,
        "schedule.ramp_up": 80,
        "schedule.ramp_down": 50,
        "loss.weight": 1.0,
    },
)
_CODE = (
    Layer(
        "code",
        {
            "optimiser.epsilon": 1e-8,
            "schedule.ramp_lr": True,
            "schedule.evaluate_every": 1,
            "data.scaling": "centred",
            "data.translate": 2,
            "data.split_seed": 1,
            "data.split_order": "official",
            "loss.vat_weight": 1.0,
            "loss.ramp_vat": False,
            "loss.qe": "mean",
            "loss.stop_clean": False,
            "attack.power_iterations": 1,
        },
    ),
    Layer(
        "code",
        {"data.validation": 0},
        "its authors can have chosen values on the test images only",
    ),
)
_WEIGHTS = (
    Layer("appendix", {"loss.weight": 25.0}, methods=("vadd-qe", "vadd-qe+vat")),
    Layer(
        "chosen",
        {"loss.weight": 25.0},
        "not given; the same divergence as in VAdD (QE), which has 25. The program's defaults are "
        "100 with few labels and 10 with all; Laine and Aila's 100 would be scaled by the share "
        "of labels",
        methods=("pi",),
    ),
    Layer(
        "neighbours",
        {"loss.weight": 30.0, "loss.ensemble_decay": 0.6},
        "Laine and Aila's weight; they scale it by the share of labelled images, which their "
        "average of the cross entropy over the whole batch cancels",
        methods=("temporal",),
    ),
    Layer(
        "chosen",
        {"loss.weight": 1.0, "attack.norm": "inf", "attack.epsilon": 0.03},
        "AT is not in Table 2; Formula 2's ball, about 8 grey levels of 255 where nothing is "
        "whitened, to be set on a validation split",
        methods=("at",),
    ),
)
_PAPER = (
    Layer("paper", {"noise.views": 1}, "Formula 5 has the same x on both sides"),
    Layer(
        "appendix",
        {"noise.shared": False},
        "the second version's main text: with a mask of ones the derivative vanishes unless the "
        "other noise is drawn anew for the second pass",
    ),
    Layer("paper", {"attack.search": "loss"}, methods=DROPOUT),
    Layer(
        "paper",
        {"attack.renormalise": False},
        "no renormalisation is mentioned",
    ),
    Layer("paper", {"loss.entropy": 0.0, "data.unlabelled_includes_labelled": False}),
    Layer(
        "appendix",
        {
            "network.norm_decay": 0.999,
            "network.top_norm": False,
            "noise.gaussian": 0.15,
            "noise.gaussian_at_test": False,
        },
    ),
    Layer(
        "chosen",
        {"attack.xi": 1e-2},
        "the program's 1e-6 is lost in float32: much of x + xi d would be x",
        methods=WITH_VAT,
    ),
)
_OFFICIAL = (
    Layer(
        "code",
        {"noise.views": 2, "noise.shared": True},
        "the passes share their dropout masks and see two augmentations of each image; without "
        "the second view the derivative at a mask of ones would be zero",
    ),
    *OFFICIAL_SEARCH,
    Layer("code", {"attack.renormalise": True}, "masks are scaled to sum to H"),
    Layer("code", {"loss.entropy": 0.0, "data.unlabelled_includes_labelled": True}),
    Layer("code", {"network.norm_decay": 0.99}),
    Layer(
        "code",
        {"attack.xi": 1e-6},
        "in float32 much of x + xi d is x itself; the paper flavour has 1e-2",
        methods=WITH_VAT,
    ),
)
_FEW = (
    Layer("appendix", {"optimiser.batch": 32, "optimiser.batch_unlabelled": 128}),
    Layer("code", {"schedule.steps": 400}, "120,000 steps in all"),
)
_ENTROPY = Layer(
    "code",
    {"loss.entropy": 1.0},
    "in all its semi-supervised losses; the paper does not mention it",
    methods=("pi", "vat", "vadd-kl", "vadd-qe", *COMBINED),
)
_ONCE = Layer("chosen", {"schedule.steps": None}, "an epoch is once through the images")


def recipe(
    place: str,
    title: str,
    labels: int | None,
    official: bool,
    own: tuple[Layer, ...],
    remark: str,
) -> Recipe:
    """One place of Table 2 in one flavour.

    Parameters
    ----------
    place : str
        The column of Table 2, such as "svhn-1000".
    title : str
    labels : int or None
        Labelled images; None for all.
    official : bool
        Which flavour.
    own : tuple of Layer
        What the data set adds; these win.
    remark : str
        What a reader of the results should know of this data set.
    """
    flavour = "official" if official else "paper"
    layers = [*_NETWORK, _TRAINING, *_CODE, *_WEIGHTS, Layer("paper", {"data.labels": labels})]
    layers += _OFFICIAL if official else _PAPER
    layers += [_ONCE] if labels is None else _FEW
    layers += [_ENTROPY] if official and labels else []
    return Recipe(
        name=f"table2/{place}/{flavour}",
        title=f"Table 2, {title}",
        flavour="official" if official else "paper",
        layers=(*layers, *own),
        rows=_ROWS_FEW if labels else _ROWS_ALL,
        table=2,
        column=place,
        methods=SEMI if labels else METHODS,
        remarks=(*_REMARKS[flavour], remark),
    )
