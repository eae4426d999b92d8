"""Small budgets: the MNIST network on few real images, in minutes on two cores.

  CPU  == the recipes: 5,000 MNIST digits with all labels and with 100, Fashion-MNIST

The layers are Table 1's in flavour "paper"; data, epochs and ramps are the budget's. All methods of
a recipe make as many steps, so that they compare; those with more passes take longer.
"""

from __future__ import annotations

from deep.recipes.mnist import paper_layers
from deep.recipes.recipe import SEMI, Layer, Recipe
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


_TWO_MINUTES = _length(
    24,
    31,
    "744 steps: about two minutes for plain at 150 ms a step; the other methods make as many and "
    "take longer. The ramp keeps its 3 tenths",
)

CPU = (
    Recipe(
        name="cpu/mnist5000",
        title="5,000 MNIST digits, all 4,000 training labels",
        flavour="cpu",
        layers=(*paper_layers(few=False), _DIGITS, _TWO_MINUTES),
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
            _TWO_MINUTES,
        ),
        rows=SEMI,
        table=1,
        column="mnist-1000",
        methods=SEMI,
        remarks=("To choose values, hold images out: --set data.validation=500.",),
    ),
    Recipe(
        name="cpu/fashion-mnist",
        title="Fashion-MNIST, all 60,000 training labels",
        flavour="cpu",
        layers=(
            *paper_layers(few=False),
            Layer("budget", {"data.name": "fashion-mnist"}),
            _length(5, 468, "2,340 steps: about six minutes for plain at 150 ms a step"),
        ),
        rows=("plain", "pi", "vadd-kl", "vadd-qe"),
        table=1,
        column=None,
    ),
)
