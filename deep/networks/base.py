"""What every network is: a part under the attacked layer and a part above it.

  Network             == f(x) = upper(under(x) * mask), with `units` entries in the mask
  Network.head        == weights (classes, units) and biases if `upper` is that and no more
  scaled_width(n, w)  == how many filters n become at a width factor
  top(settings, C)    == the normalisation over the logits, of the network's own kind if it has one

The mask is no part of the network: whoever runs a pass multiplies by it, ones in evaluation.
"""

from __future__ import annotations

from torch import Tensor, nn

from deep.networks.layers import Normalisation, Unchanged
from deep.networks.noise import Draw
from deep.settings import NetworkSettings

__all__ = ["Network", "scaled_width", "top"]


class Network(nn.Module):
    """A network that is split at the layer adversarial dropout attacks.

    Attributes
    ----------
    units : int
        H, the size of that layer.
    noisy : bool
        Whether `under` has dropout of its own.
    """

    units: int
    noisy: bool = True

    def under(self, x: Tensor, draw: Draw, update_stats: bool = True) -> Tensor:
        """The hidden layer h (B, H) of images x (B, channels, height, width)."""
        raise NotImplementedError

    def upper(self, h: Tensor, update_stats: bool = True) -> Tensor:
        """The outputs (B, classes), logits for a classifier, of a masked hidden layer (B, H)."""
        raise NotImplementedError

    def forward(self, x: Tensor, draw: Draw | None = None) -> Tensor:
        """The outputs under all units, for evaluation; without noise if no draw is given."""
        h = self.under(x, Draw.none() if draw is None else draw, update_stats=False)
        return self.upper(h, update_stats=False)

    @property
    def head(self) -> tuple[Tensor, Tensor] | None:
        """Weights (classes, H) and biases (classes,) where the logits are linear in h."""
        return None


def scaled_width(filters: int, width: float) -> int:
    """The number of filters at a width factor, at least one."""
    return max(1, round(filters * width))


def top(settings: NetworkSettings, classes: int) -> Normalisation | Unchanged:
    """What stands behind the last layer."""
    if not settings.top_norm:
        return Unchanged()
    mode = "full" if settings.norm == "none" else settings.norm
    return Normalisation(classes, mode, settings.norm_decay)
