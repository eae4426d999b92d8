"""Random noise of one forward pass, and which passes share it.

  Draw(generator, noise)   == the noise of one pass; dropout masks are drawn when first asked for
  Draw.none(noise, g)      == evaluation: no dropout; Gaussian noise only with `gaussian_at_test`
  draw.hidden(name, h, r)  == h with inverted dropout of rate r: entries are zero or h / (1 - r)
  draw.top(h, r)           == a mask of the attacked layer, zeros and ones, fresh at every call
  draw.gaussian(x)         == x + sigma n, fresh at every call
  draw.again()             == the noise of the second pass on the same images
  draw.fresh()             == noise that shares nothing with this

A hidden mask is kept under its layer's name and shape, so that passes with the same `Draw` see
the same function of their input. `again` keeps these masks if `NoiseSettings.shared` says so
(the authors' program: one fixed seed a layer) and draws new ones if not (the paper's text).
Every number comes from the generator given; it must be on the device of the tensors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor

from deep.settings import NoiseSettings

__all__ = ["Draw"]

_Method = TypeVar("_Method", bound=Callable[..., Any])


def _eager(method: _Method) -> _Method:
    """Outside of torch.compile, which would draw some masks anew that are there already."""
    uncompiled: Any = torch.compiler.disable
    disabled: _Method = uncompiled(method)
    return disabled


class Draw:
    """One pass's random noise.

    Parameters
    ----------
    generator : torch.Generator
        On the device of the tensors to come.
    noise : NoiseSettings
    """

    def __init__(self, generator: torch.Generator, noise: NoiseSettings) -> None:
        self.noise = noise
        self._generator: torch.Generator | None = generator
        self._sigma = noise.gaussian
        self._dropout = True
        self._masks: dict[tuple[str, torch.Size], Tensor] = {}

    @classmethod
    def none(
        cls, noise: NoiseSettings | None = None, generator: torch.Generator | None = None
    ) -> Draw:
        """No dropout, and no Gaussian noise unless `noise.gaussian_at_test`.

        Raises
        ------
        ValueError
            If Gaussian noise is asked for and there is no generator to draw it from.
        """
        noise = noise or NoiseSettings()
        draw = cls.__new__(cls)
        draw.noise = noise
        draw._generator = generator
        draw._sigma = noise.gaussian if noise.gaussian_at_test else 0.0
        draw._dropout = False
        draw._masks = {}
        if draw._sigma and generator is None:
            raise ValueError("generator must be given with noise.gaussian_at_test, got None")
        return draw

    @property
    def generator(self) -> torch.Generator:
        """Where the noise comes from.

        Raises
        ------
        ValueError
            If this is evaluation without noise, which has none.
        """
        if self._generator is None:
            raise ValueError("generator must be given to draw noise, got None")
        return self._generator

    @_eager
    def hidden(self, name: str, h: Tensor, rate: float) -> Tensor:
        """Inverted element-wise dropout of h, of any shape; one mask for a name and a shape.

        Raises
        ------
        ValueError
            If the rate is not at least 0 and below 1.
        """
        _check(rate)
        if not self._dropout or rate == 0:
            return h
        key = (name, h.shape)
        if key not in self._masks:
            # Scaled once, when drawn: a pass then costs one product.
            self._masks[key] = self._kept(h, rate).div_(1 - rate)
        return h * self._masks[key].to(h.dtype)

    @_eager
    def top(self, h: Tensor, rate: float) -> Tensor:
        """A mask for h (B, H): zeros with probability `rate`, else ones; not scaled.

        Raises
        ------
        ValueError
            If the rate is not at least 0 and below 1.
        """
        _check(rate)
        if not self._dropout or rate == 0:
            return torch.ones(h.shape, device=h.device)
        return self._kept(h, rate)

    @_eager
    def gaussian(self, x: Tensor) -> Tensor:
        """x with independent Gaussian noise of the standard deviation set."""
        if not self._sigma:
            return x
        noise = torch.randn(x.shape, generator=self.generator, device=x.device)
        return x + (self._sigma * noise).to(x.dtype)

    def again(self) -> Draw:
        """The noise of a second pass: hidden masks as here if shared, all else fresh."""
        other = self.fresh()
        if self.noise.shared:
            other._masks = self._masks
        return other

    def fresh(self) -> Draw:
        """Noise of the same kind that shares nothing with this."""
        if not self._dropout:
            return Draw.none(self.noise, self._generator)
        return Draw(self.generator, self.noise)

    def _kept(self, h: Tensor, rate: float) -> Tensor:
        # Drawn in the order of indices whatever the layout in memory, so that channels-last
        # changes the speed and not the masks.
        uniform = torch.rand(h.shape, generator=self.generator, device=h.device)
        return (uniform >= rate).float()


def _check(rate: float) -> None:
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be at least 0 and below 1, got {rate!r}")
