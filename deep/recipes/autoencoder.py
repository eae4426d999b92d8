"""Figures 2 and 3: autoencoders of MNIST with one hidden layer of 256 units.

  AUTOENCODER  == no dropout, dropout and adversarial dropout, on MNIST and on 5,000 of its digits

The paper gives the layer, dropout 0.5, lambda 0.2 and delta 0.3, and nothing else. Figure 2 shows
the weights of these networks, Figure 3 the activations on 1,000 test images.
"""

from __future__ import annotations

from deep.recipes.recipe import Layer, Recipe

__all__ = ["AUTOENCODER"]

_NETWORK = (
    Layer(
        "paper",
        {
            "network.name": "autoencoder",
            "network.width": 1.0,
            "data.labels": None,
        },
        "784 - 256 ReLU - 784, its own image the target",
    ),
    Layer(
        "chosen",
        {
            "network.norm": "none",
            "network.norm_decay": 0.99,
            "network.top_norm": False,
            "network.output": "sigmoid",
            "noise.gaussian": 0.0,
            "noise.gaussian_at_test": False,
        },
        "one noisy layer only, the hidden one; outputs between 0 and 1 like the grey values",
    ),
)
_DATA = Layer(
    "chosen",
    {
        "data.scaling": "unit",
        "data.zca": "none",
        "data.translate": 0,
        "data.flip": False,
        "data.validation": 0,
        "data.split_seed": 1,
        "data.split_order": "pcg64",
        "data.unlabelled_includes_labelled": True,
    },
    "no preprocessing is mentioned",
)
_TRAINING = Layer(
    "chosen",
    {
        "optimiser.lr": 0.001,
        "optimiser.beta1": 0.9,
        "optimiser.beta1_end": 0.9,
        "optimiser.beta2": 0.999,
        "optimiser.epsilon": 1e-8,
        "optimiser.batch": 128,
        "optimiser.batch_unlabelled": 0,
        "schedule.steps": None,
        "schedule.ramp_up": 0,
        "schedule.ramp_down": 0,
        "schedule.ramp_lr": False,
        "schedule.evaluate_every": 1,
        "loss.entropy": 0.0,
    },
    "no training is described; Adam as for the MNIST network, lambda from the first step",
)
_ATTACK = (
    Layer(
        "paper",
        {
            "attack.delta": 0.3,
            "attack.base": "sampled",
            "attack.search": "loss",
            "noise.shared": True,
            "noise.views": 1,
            "loss.weight": 0.2,
        },
        "76 = floor(0.3 x 256) flips of the sampled mask",
    ),
    Layer(
        "chosen",
        {"attack.reading": "flips", "attack.renormalise": False},
        "flips are counted as in the authors' program; kept units are scaled as in dropout",
    ),
)
_NONE = Layer("paper", {"noise.top_dropout": 0.0})
_HALF = Layer("paper", {"noise.top_dropout": 0.5})
_KINDS: tuple[tuple[str, str, str, tuple[Layer, ...]], ...] = (
    ("no-dropout", "no dropout", "plain", (_NONE,)),
    ("dropout", "dropout", "plain", (_HALF,)),
    ("adversarial-dropout", "adversarial dropout", "sadd", (_HALF, *_ATTACK)),
)


def _recipe(kind: str, words: str, method: str, noise: tuple[Layer, ...], few: bool) -> Recipe:
    epochs = Layer(
        "budget" if few else "chosen",
        {"schedule.epochs": 100 if few else 50},
        "3,100 steps, under a minute" if few else "23,400 steps",
    )
    images = Layer("budget" if few else "paper", {"data.name": "mnist-5000" if few else "mnist"})
    return Recipe(
        name=f"{'cpu' if few else 'figures'}/autoencoder/{kind}",
        title=f"Figures 2 and 3, autoencoder with {words}{', 5,000 digits' if few else ''}",
        flavour="cpu" if few else "paper",
        layers=(*_NETWORK, images, _DATA, _TRAINING, *noise, epochs),
        rows=(),
        table=None,
        column=None,
        methods=(method,),
    )


AUTOENCODER = tuple(
    _recipe(kind, words, method, noise, few)
    for few in (False, True)
    for kind, words, method, noise in _KINDS
)
