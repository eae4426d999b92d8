"""The networks by name.

network(settings, noise, shape, classes, g)  == the network of that name, its weights drawn from g
Network                                      == what all of them are: `under`, `upper`, `units`
"""

from __future__ import annotations

import torch

from deep.networks.autoencoder import Autoencoder
from deep.networks.base import Network
from deep.networks.conv import Convolutional
from deep.networks.mnist import Mnist
from deep.settings import NetworkSettings, NoiseSettings

__all__ = ["Network", "network"]

_KINDS: dict[str, type[Mnist] | type[Convolutional] | type[Autoencoder]] = {
    "mnist": Mnist,
    "conv-large": Convolutional,
    "conv-small": Convolutional,
    "autoencoder": Autoencoder,
}


def network(
    settings: NetworkSettings,
    noise: NoiseSettings,
    shape: tuple[int, int, int],
    classes: int,
    generator: torch.Generator,
) -> Network:
    """The network of that name, on the generator's device.

    Parameters
    ----------
    settings : NetworkSettings
    noise : NoiseSettings
        The rate of its hidden dropout.
    shape : (int, int, int)
        Channels, height and width of an image.
    classes : int
    generator : torch.Generator
        Every initial weight comes from it, none from the global one.

    Raises
    ------
    ValueError
        If the images do not fit the network, or there is no class.
    """
    if len(shape) != 3 or min(shape) < 1:
        raise ValueError(f"shape must be channels, height and width, got {shape}")
    if classes < 1:
        raise ValueError(f"classes must be at least 1, got {classes}")
    return _KINDS[settings.name](settings, noise, shape, classes, generator)
