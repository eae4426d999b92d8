"""The all-convolutional networks for SVHN and CIFAR-10, and small ones on the same plan.

  Convolutional  == 3 convolutions, pool, drop, 3 convolutions, pool, drop, 3 convolutions, mean
                    over the image, [attack], classes
  FILTERS        == name -> filters: of the first three, the next three, and each of the last three

"conv-large" has 3,121,802 parameters with a normalisation and ten classes, and 128 attacked
units; "conv-small" has the widths that its users know from SVHN. `width` makes either smaller.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from deep.networks.base import Network, scaled_width, top
from deep.networks.layers import (
    Normalisation,
    convolution,
    linear,
    normalisation,
    pooled,
    pooled_size,
)
from deep.networks.noise import Draw
from deep.settings import NetworkSettings, NoiseSettings

__all__ = ["FILTERS", "Convolutional"]

FILTERS: dict[str, tuple[int, int, int, int, int]] = {
    "conv-large": (128, 256, 512, 256, 128),
    "conv-small": (64, 128, 128, 128, 128),
}
_SLOPE = 0.1  # of the leaky ReLU below zero
_POOLED_AFTER = (2, 5)  # and then dropped
_VALID = 6  # the one convolution without padding


class Convolutional(Network):
    """Nine convolutions and a linear layer on their means over the image.

    Parameters
    ----------
    settings : NetworkSettings
        Convolutions have biases only where `norm` is "none".
    noise : NoiseSettings
    shape : (int, int, int)
        Channels, height and width of an image.
    classes : int
    generator : torch.Generator
        Of the initial weights.

    Raises
    ------
    ValueError
        If an image is too small: two poolings must leave 3 x 3 pixels.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        noise: NoiseSettings,
        shape: tuple[int, int, int],
        classes: int,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        if min(pooled_size(pooled_size(size)) for size in shape[1:]) < 3:
            raise ValueError(
                f"network {settings.name} needs images of at least 9 x 9 pixels, got {shape[1:]}"
            )
        self._rate = noise.hidden_dropout
        first, second, *last = (scaled_width(n, settings.width) for n in FILTERS[settings.name])
        plan = [(first, 3)] * 3 + [(second, 3)] * 3 + [(last[0], 3), (last[1], 1), (last[2], 1)]
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        channels = shape[0]
        for number, (filters, kernel) in enumerate(plan):
            self.convolutions.append(
                convolution(
                    channels,
                    filters,
                    kernel,
                    generator,
                    bias=settings.norm == "none",
                    padding="valid" if number == _VALID else "same",
                )
            )
            self.norms.append(normalisation(settings.norm, filters, settings.norm_decay))
            channels = filters
        self.units = channels
        self.last = linear(channels, classes, generator)
        self.top_norm = top(settings, classes)

    def under(self, x: Tensor, draw: Draw, update_stats: bool = True) -> Tensor:
        """The means over the last maps (B, H) of images (B, channels, height, width)."""
        x = draw.gaussian(x)
        layers = zip(self.convolutions, self.norms, strict=True)
        for number, (convolve, norm) in enumerate(layers):
            x = norm(convolve(x), update_stats)
            if number in _POOLED_AFTER:
                x = pooled(x)  # before the leaky ReLU, which commutes with maxima
            x = F.leaky_relu(x, _SLOPE)
            if number in _POOLED_AFTER:
                x = draw.hidden(f"drop{number}", x, self._rate)
        return x.mean((2, 3))

    def upper(self, h: Tensor, update_stats: bool = True) -> Tensor:
        """The logits (B, classes) of h (B, H)."""
        logits: Tensor = self.top_norm(self.last(h), update_stats)
        return logits

    @property
    def head(self) -> tuple[Tensor, Tensor] | None:
        """The last layer, unless its outputs are normalised."""
        if isinstance(self.top_norm, Normalisation):
            return None
        return self.last.weight, self.last.bias
