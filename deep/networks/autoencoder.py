"""The autoencoder of Figures 2 and 3.

  Autoencoder         == pixels, 256 ReLU units [attack], pixels
  Autoencoder.features == what each unit looks at, (units, channels, height, width)

Its outputs are numbers before the output function (`NetworkSettings.output`), as logits are;
the reconstruction error of `divergences` applies that.
"""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor
from torch.nn import functional as F

from deep.networks.base import Network, scaled_width
from deep.networks.layers import linear, normalisation
from deep.networks.noise import Draw
from deep.settings import NetworkSettings, NoiseSettings

__all__ = ["Autoencoder"]

UNITS = 256


class Autoencoder(Network):
    """One hidden layer with ReLU; input and output weights are not tied.

    Parameters
    ----------
    settings : NetworkSettings
        `width` changes the number of hidden units, `norm` stands before their ReLU.
    noise : NoiseSettings
        Only its Gaussian noise plays a part: there is no dropout below the hidden layer.
    shape : (int, int, int)
        Channels, height and width of an image.
    classes : int
        Not used: there is an output for each pixel.
    generator : torch.Generator
        Of the initial weights.

    Raises
    ------
    ValueError
        With `top_norm`: outputs are pixels.
    """

    noisy = False

    def __init__(
        self,
        settings: NetworkSettings,
        noise: NoiseSettings,
        shape: tuple[int, int, int],
        classes: int,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        if settings.top_norm:
            raise ValueError("network.top_norm must be false for the autoencoder, got true")
        self.shape = shape
        self.units = scaled_width(UNITS, settings.width)
        self.hidden = linear(prod(shape), self.units, generator)
        self.hidden_norm = normalisation(settings.norm, self.units, settings.norm_decay)
        self.last = linear(self.units, prod(shape), generator)

    def under(self, x: Tensor, draw: Draw, update_stats: bool = True) -> Tensor:
        """The hidden layer (B, H) of images (B, channels, height, width)."""
        hidden = self.hidden(draw.gaussian(x).flatten(1))
        return F.relu(self.hidden_norm(hidden, update_stats))

    def upper(self, h: Tensor, update_stats: bool = True) -> Tensor:
        """A number a pixel (B, channels * height * width) of h (B, H)."""
        outputs: Tensor = self.last(h)
        return outputs

    @property
    def features(self) -> Tensor:
        """The input weights of every unit, in the shape of an image."""
        return self.hidden.weight.detach().view(self.units, *self.shape)
