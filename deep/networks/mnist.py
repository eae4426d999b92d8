"""The paper's network for MNIST.

  Mnist  == conv 32, pool, drop, conv 64, pool, drop, conv 128, pool, [attack], 625, classes

On 28 x 28 images the attacked layer has 128 * 4 * 4 = 2048 units. The appendix prints kernels
of 1 x 1, almost surely the stride: the network is a well-known tutorial's, with 3 x 3 kernels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from deep.networks.base import Network, scaled_width, top
from deep.networks.layers import convolution, linear, normalisation, pooled, pooled_size
from deep.networks.noise import Draw
from deep.settings import NetworkSettings, NoiseSettings

__all__ = ["Mnist"]

FILTERS = (32, 64, 128)
HIDDEN = 625


class Mnist(Network):
    """Three convolutions, two linear layers, ReLU between them.

    Parameters
    ----------
    settings : NetworkSettings
        `width` and `kernel` change the convolutions; `norm` puts a normalisation behind every
        layer but the last, which then has no biases in its convolutions; `top_norm` behind that.
    noise : NoiseSettings
    shape : (int, int, int)
        Channels, height and width of an image.
    classes : int
    generator : torch.Generator
        Of the initial weights.
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
        self._rate = noise.hidden_dropout
        channels, height, width = shape
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        for number in FILTERS:
            filters = scaled_width(number, settings.width)
            self.convolutions.append(
                convolution(
                    channels, filters, settings.kernel, generator, bias=settings.norm == "none"
                )
            )
            self.norms.append(normalisation(settings.norm, filters, settings.norm_decay))
            channels, height, width = filters, pooled_size(height), pooled_size(width)
        self.units = channels * height * width
        self.hidden = linear(self.units, HIDDEN, generator)
        self.hidden_norm = normalisation(settings.norm, HIDDEN, settings.norm_decay)
        self.last = linear(HIDDEN, classes, generator)
        self.top_norm = top(settings, classes)

    def under(self, x: Tensor, draw: Draw, update_stats: bool = True) -> Tensor:
        """The flattened maps (B, H) of images (B, channels, height, width)."""
        x = draw.gaussian(x)
        layers = zip(self.convolutions, self.norms, strict=True)
        for number, (convolve, norm) in enumerate(layers):
            if number:
                x = draw.hidden(f"drop{number}", x, self._rate)
            x = norm(convolve(x), update_stats)
            # ReLU and maxima commute; this order touches a quarter of the entries.
            x = F.relu(pooled(x))
        return x.flatten(1)

    def upper(self, h: Tensor, update_stats: bool = True) -> Tensor:
        """The logits (B, classes) of h (B, H)."""
        hidden = F.relu(self.hidden_norm(self.hidden(h), update_stats))
        logits: Tensor = self.top_norm(self.last(hidden), update_stats)
        return logits
