"""Small budgets: the MNIST network on few real images, in minutes on two cores.

  CPU  == the recipes: 5,000 MNIST digits with all labels and with 100, the same with a linear
          head, Fashion-MNIST

The layers are Table 1's in flavour "paper"; data, epochs and ramps are the budget's, and each
method has one value that was chosen on held-out images (benchmarks/choices.py). All methods of a
recipe make as many steps, so that they compare; those with more passes take longer.
"""

from __future__ import annotations

from deep.recipes.mnist import paper_layers
from deep.recipes.recipe import COMBINED, SEMI, WITH_VAT, Layer, Recipe
from deep.settings import METHODS

__all__ = ["CPU"]

_DIGITS = Layer("budget", {"data.name": "mnist-5000"}, "4,000 digits to train on, 1,000 to test")


def _length(epochs: int, steps: int, why: str) -> Layer:
    return Layer(
        "budget",
        {
            "schedule.epochs": epochs,
            "schedule.steps": steps,
            "schedule.ramp_up": 3 * epochs / 10,  # the appendix: 30 of 100
        },
        why,
    )


_FEW_LABELS = _length(
    15,
    31,
    "465 steps: in the mean over the methods about two minutes a run on one core. The ramp keeps "
    "its 3 tenths",
)
_ALL_LABELS = _length(14, 31, "434 steps: likewise")

_WHY = "the best of those tried, by the error on 500 images held out of the training set"
_CHOSEN_FEW = (
    Layer("validation", {"loss.weight": 30.0}, _WHY, methods=("pi",)),
    Layer("validation", {"loss.weight": 10.0}, _WHY, methods=("temporal",)),
    Layer("validation", {"attack.epsilon": 0.5}, _WHY, methods=WITH_VAT),
    Layer(
        "validation",
        {"attack.delta": 0.0025},
        f"5 flips of 2,048 units: {_WHY}",
        methods=("vadd-kl", "vadd-qe", *COMBINED),
    ),
)
_CHOSEN_ALL = (
    Layer("validation", {"loss.weight": 10.0}, _WHY, methods=("pi",)),
    Layer("validation", {"loss.weight": 3.0}, _WHY, methods=("temporal",)),
    Layer("validation", {"attack.epsilon": 0.01}, _WHY, methods=("at",)),
    Layer("validation", {"attack.epsilon": 0.25}, _WHY, methods=WITH_VAT),
    Layer("validation", {"attack.delta": 0.0025}, f"5 flips of 2,048: {_WHY}", methods=("sadd",)),
    Layer(
        "validation",
        {"attack.delta": 0.001},
        f"2 flips of 2,048 units: {_WHY}",
        methods=("vadd-kl", "vadd-qe", *COMBINED),
    ),
)

CPU = (
    Recipe(
        name="cpu/mnist5000",
        title="5,000 MNIST digits, all 4,000 training labels",
        flavour="cpu",
        layers=(*paper_layers(few=False), _DIGITS, _ALL_LABELS, *_CHOSEN_ALL),
        rows=METHODS,
        table=1,
        column="mnist-all",
        remarks=("To choose values, hold images out: --set data.validation=500.",),
    ),
    Recipe(
        name="cpu/mnist5000-100",
        title="5,000 MNIST digits, 100 training labels",
        flavour="cpu",
        layers=(
            *paper_layers(few=True),
            _DIGITS,
            Layer("budget", {"data.labels": 100}, "10 a class; 3,900 images without"),
            _FEW_LABELS,
            *_CHOSEN_FEW,
        ),
        rows=SEMI,
        table=1,
        column="mnist-1000",
        methods=SEMI,
        remarks=("To choose values, hold images out: --set data.validation=500.",),
    ),
    Recipe(
        name="cpu/linear-head",
        title="5,000 MNIST digits, a small network whose masked layer feeds its logits",
        flavour="cpu",
        layers=(
            *paper_layers(few=False),
            _DIGITS,
            Layer(
                "budget",
                {
                    "network.name": "conv-small",
                    "network.width": 0.25,
                    "network.norm": "full",
                    "attack.delta": 0.1,
                },
                "the plan of Table 2's network with an eighth of its filters, as quick as MNIST's; "
                "3 flips of its 32 units",
            ),
            _ALL_LABELS,
        ),
        rows=("plain", "sadd", "vadd-kl", "vadd-qe"),
        table=None,
        column=None,
        remarks=("`linreg-deep explain` can compare its masks with the worst of all.",),
    ),
    Recipe(
        name="cpu/fashion-mnist",
        title="Fashion-MNIST, all 60,000 training labels",
        flavour="cpu",
        layers=(
            *paper_layers(few=False),
            Layer("budget", {"data.name": "fashion-mnist"}),
            _length(2, 468, "936 steps: twice through the images, a minute for plain"),
        ),
        rows=("plain", "pi", "vadd-kl", "vadd-qe"),
        table=1,
        column=None,
    ),
)
