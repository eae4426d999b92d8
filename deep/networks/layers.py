"""Layers that the networks are made of.

  Normalisation(C, mode)    == batch norm ("full"), or subtraction of the batch mean only ("mean")
  Unchanged                 == what stands where there is no normalisation
  normalisation(mode, C, d) == one of the two; "none" is `Unchanged`
  convolution, linear       == torch's own layers, initialised from a generator
  initialise(weight, g)     == truncated normal of variance about 2 / fan-in, in place
  pooled(x)                 == 2 x 2 maxima; an odd edge is padded (28, 14, 7, 4), as TensorFlow's
                               SAME does
  pooled_size(n)            == ceil(n / 2)
  summed_over_processes(x)  == the sum of x over all processes, differentiable; x if there is one

`Normalisation` is told in each call whether its running statistics move. Switching
`track_running_stats` around a pass instead is known to fail silently in some versions of torch.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = [
    "Normalisation",
    "Unchanged",
    "convolution",
    "initialise",
    "linear",
    "normalisation",
    "pooled",
    "pooled_size",
    "summed_over_processes",
]

# A normal distribution cut at two standard deviations has 0.774 of the variance: 1.3 undoes it.
_TRUNCATION = 1.3

# Layers without their own initialisation, which would draw from the global generator.
_uninitialised: Any = nn.utils.skip_init


class Normalisation(nn.Module):
    """Normalisation over all axes but the channels, with a scale and a shift to learn.

    In training, "full" divides the distance to the batch mean by sqrt(eps + v) with v the biased
    batch variance, and its running variance takes the unbiased one, as
    `BatchNorm2d(eps, momentum=1 - decay)` does; "mean" subtracts the batch mean and divides by
    nothing, with a gradient through the mean. In evaluation both use the running statistics.

    Parameters
    ----------
    channels : int
    mode : {"full", "mean"}
    decay : float
        Share of the old running statistics that an update keeps.
    eps : float

    Raises
    ------
    ValueError
        For another mode, fewer than one channel, or a decay outside 0..1.
    """

    running_mean: Tensor
    running_var: Tensor | None
    updates: Tensor

    def __init__(
        self, channels: int, mode: Literal["full", "mean"], decay: float = 0.99, eps: float = 1e-6
    ) -> None:
        super().__init__()
        if mode not in ("full", "mean"):
            raise ValueError(f'mode must be "full" or "mean", got {mode!r}')
        if channels < 1:
            raise ValueError(f"channels must be at least 1, got {channels!r}")
        if not 0 <= decay <= 1:
            raise ValueError(f"decay must be between 0 and 1, got {decay!r}")
        self.mode, self.decay, self.eps = mode, decay, eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels) if mode == "full" else None)
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def forward(self, x: Tensor, update_stats: bool = True) -> Tensor:
        """x (B, C) or (B, C, height, width), normalised; statistics move if so told, in training.

        Raises
        ------
        ValueError
            If x has other channels, or "full" meets one value a channel in training.
        """
        if x.ndim < 2 or x.shape[1] != len(self.weight):
            raise ValueError(f"x must have {len(self.weight)} channels, got shape {tuple(x.shape)}")
        update = self.training and update_stats
        if update:
            self.updates += 1
        if self.mode == "mean":
            return self._mean_only(x, update)
        if self.training and _processes() > 1:
            return self._full_over_processes(x, update)
        moving = update or not self.training
        return F.batch_norm(
            x,
            self.running_mean if moving else None,
            self.running_var if moving else None,
            self.weight,
            self.bias,
            self.training,
            1 - self.decay,
            self.eps,
        )

    def _mean_only(self, x: Tensor, update: bool) -> Tensor:
        mean = self._batch_mean(x)[0] if self.training else self.running_mean
        if update:
            self.running_mean.lerp_(mean.detach(), 1 - self.decay)
        shift = self.bias - self.weight * mean  # one product and one sum on the large tensor
        return (x * _along(self.weight, x) + _along(shift, x)).to(x.dtype)

    def _full_over_processes(self, x: Tensor, update: bool) -> Tensor:
        assert self.running_var is not None
        mean, count = self._batch_mean(x)
        centred = x - _along(mean, x)
        squares = centred.square().sum(_others(x), dtype=mean.dtype)
        variance = summed_over_processes(squares) / count
        if update:
            self.running_mean.lerp_(mean.detach(), 1 - self.decay)
            unbiased = variance.detach() * (count / (count - 1))
            self.running_var.lerp_(unbiased, 1 - self.decay)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return (centred * _along(scale, x) + _along(self.bias, x)).to(x.dtype)

    def _batch_mean(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The mean (C,) over all processes, and how many values a channel it is of."""
        # bfloat16 would round the mean to three digits.
        precise = torch.promote_types(x.dtype, torch.float32)
        total = x.sum(_others(x), dtype=precise)
        count = total.new_tensor([x.numel() / x.shape[1]])
        both = summed_over_processes(torch.cat([total, count]))
        return both[:-1] / both[-1], both[-1].detach()

    def extra_repr(self) -> str:
        """What `print` shows."""
        return f"{len(self.weight)}, {self.mode!r}, decay={self.decay}, eps={self.eps}"


class Unchanged(nn.Module):
    """Passes x on; called as a `Normalisation` is."""

    def forward(self, x: Tensor, update_stats: bool = True) -> Tensor:
        """x."""
        return x


def normalisation(
    mode: Literal["none", "full", "mean"], channels: int, decay: float
) -> Normalisation | Unchanged:
    """The normalisation of that name."""
    return Unchanged() if mode == "none" else Normalisation(channels, mode, decay)


def convolution(
    channels: int,
    filters: int,
    kernel: int,
    generator: torch.Generator,
    *,
    bias: bool,
    padding: Literal["same", "valid"] = "same",
) -> nn.Conv2d:
    """A convolution of stride 1, its weights from the generator, its biases zero."""
    layer: nn.Conv2d = _uninitialised(
        nn.Conv2d, channels, filters, kernel, padding=padding, bias=bias, device=generator.device
    )
    return _initialised(layer, generator)


def linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """A linear layer, its weights from the generator, its biases zero."""
    layer: nn.Linear = _uninitialised(nn.Linear, inputs, outputs, device=generator.device)
    return _initialised(layer, generator)


def initialise(weight: Tensor, generator: torch.Generator) -> Tensor:
    """Normal numbers of standard deviation s = sqrt(1.3 * 2 / fan-in), cut at 2 s, in place."""
    fan_in = weight[0].numel()
    deviation = (_TRUNCATION * 2 / fan_in) ** 0.5
    with torch.no_grad():
        return nn.init.trunc_normal_(
            weight, std=deviation, a=-2 * deviation, b=2 * deviation, generator=generator
        )


def pooled(x: Tensor) -> Tensor:
    """Maxima over 2 x 2 squares of x (B, C, height, width); sizes are halved, rounded up."""
    return F.max_pool2d(x, 2, ceil_mode=True)


def pooled_size(size: int) -> int:
    """What `pooled` makes of a height or a width."""
    return (size + 1) // 2


def summed_over_processes(x: Tensor) -> Tensor:
    """The sum of x over all processes of `torch.distributed`; gradients are summed likewise."""
    summed: Tensor = _Sum.apply(x) if _processes() > 1 else x
    return summed


class _Sum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        total = x.detach().clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.clone()
        dist.all_reduce(total)
        return total


def _processes() -> int:
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def _initialised(layer: Any, generator: torch.Generator) -> Any:
    initialise(layer.weight, generator)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def _others(x: Tensor) -> list[int]:
    """All axes but the channels."""
    return [0, *range(2, x.ndim)]


def _along(channels: Tensor, x: Tensor) -> Tensor:
    """A number a channel, in a shape that fits x."""
    return channels.view(1, -1, *[1] * (x.ndim - 2))
