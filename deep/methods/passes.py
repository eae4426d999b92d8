"""The forward passes of one step: which there are, what they share, what they move.

  Batch               == what a step sees: x, y, x2, u, u2, index
  Step                == the passes on a batch, each run when a term first asks for it
  step.labelled       == the pass on the labelled images
  step.clean          == the first pass on the images of the unsupervised terms: the unlabelled
                         ones if there are any, else the labelled ones and then the labelled pass
  step.second(p)      == hidden layer and noise of the second pass, beside a first pass p
  step.attacked(...)  == the outputs of the second pass under its adversarial mask
  step.again(p)       == the function that a pass was, of its images
  Pass                == images, noise, hidden layer, mask and outputs of one
  same_trunk(s)       == whether nothing random differs below the attacked layer between the passes

Where the trunk is the same it runs once for both passes. Running statistics move in the order
labelled pass, first pass, second pass or what of it is computed, and not in `again`, nor in a
first pass that serves only VAT or the entropy.

With adversarial dropout from a sampled mask, ordinary passes scale masks as attacked ones, so
that without flips the outputs are the same; else they scale as dropout does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor

from deep.methods.adversaries import (
    Divergence,
    Forward,
    MaskAttack,
    adversarial_mask,
    jacobian,
    scaled,
)
from deep.methods.ensembles import Ensemble
from deep.networks import Network
from deep.networks.noise import Draw
from deep.settings import Settings

__all__ = ["Batch", "Pass", "Step", "same_trunk"]


class Batch(Protocol):
    """One step's images.

    Attributes
    ----------
    x, y : Tensor
        Labelled images and their labels.
    u : Tensor or None
        Unlabelled images.
    x2, u2 : Tensor or None
        Second views of the same images.
    index : Tensor
        Which training images the unsupervised terms see: u, or else x.
    """

    @property
    def x(self) -> Tensor: ...  # noqa: D102
    @property
    def y(self) -> Tensor: ...  # noqa: D102
    @property
    def x2(self) -> Tensor | None: ...  # noqa: D102
    @property
    def u(self) -> Tensor | None: ...  # noqa: D102
    @property
    def u2(self) -> Tensor | None: ...  # noqa: D102
    @property
    def index(self) -> Tensor: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Pass:
    """One forward pass.

    Attributes
    ----------
    x, other : Tensor, Tensor or None
        The images, and their second views.
    draw : Draw
    h, mask : Tensor, shape (B, H)
        The hidden layer, and the zeros and ones on it.
    outputs : Tensor, shape (B, C)
    """

    x: Tensor
    other: Tensor | None
    draw: Draw
    h: Tensor
    mask: Tensor
    outputs: Tensor


@dataclass(eq=False)
class Step:
    """The passes of one step.

    Attributes
    ----------
    network : Network
    batch : Batch
    settings : Settings
    draw : Draw
        The noise of the labelled pass; other images get noise of their own.
    ensemble : Ensemble or None
        The memory of temporal ensembling.
    attack : MaskAttack or None
        The last search for masks.
    """

    network: Network
    batch: Batch
    settings: Settings
    draw: Draw
    ensemble: Ensemble | None = None
    attack: MaskAttack | None = field(default=None, init=False)

    @cached_property
    def labelled(self) -> Pass:
        """The pass on labelled images."""
        return self._run(self.batch.x, self.batch.x2, self.draw, update=True)

    @cached_property
    def clean(self) -> Pass:
        """The first pass on the images of the unsupervised terms."""
        labelled = self.labelled  # before all others, for the order of running statistics
        if self.batch.u is None:
            return labelled
        alone = self.settings.method in ("plain", "vat")
        # Where only VAT looks at these outputs, they are constants.
        with torch.set_grad_enabled(not alone or self.settings.loss.entropy > 0):
            return self._run(self.batch.u, self.batch.u2, self.draw.fresh(), update=not alone)

    def second(self, first: Pass) -> tuple[Tensor, Draw]:
        """The hidden layer (B, H) of a second pass and its noise.

        Raises
        ------
        ValueError
            If two views are set and the batch has one.
        """
        draw = first.draw.again()
        if same_trunk(self.settings):
            return first.h, draw
        x = first.x if self.settings.noise.views == 1 else first.other
        if x is None:
            raise ValueError("batch must have second views where noise.views is 2, got none")
        return self.network.under(x, draw), draw

    def attacked(
        self, first: Pass, search: Divergence, divergence: Divergence, target: Tensor | None
    ) -> Tensor:
        """The outputs (B, C) of a second pass under its adversarial mask.

        Parameters
        ----------
        first : Pass
            Its mask is the base, if that is sampled.
        search : callable
            The divergence, of outputs, that the mask is to raise.
        divergence : callable
            That of the loss, for the record.
        target : Tensor, shape (B, C), or None
            As in `MaskAttack`.
        """
        settings = self.settings.attack
        h, _ = self.second(first)
        J = jacobian(self.network.upper, h, search)
        base = first.mask if settings.base == "sampled" else torch.ones_like(first.mask)
        mask = adversarial_mask(base, J, settings)
        self.attack = MaskAttack(h.detach(), base, mask, J, divergence, target)
        return self.network.upper(h * scaled(mask, settings, self.settings.noise.top_dropout))

    def again(self, first: Pass) -> Forward:
        """The function of images (B, ...) that a pass was: its masks, whether shared or not.

        A direction is one of one function; Gaussian noise on the input is new in each call.
        """

        def forward(x: Tensor) -> Tensor:
            h = self.network.under(x, first.draw, update_stats=False)
            return self.network.upper(h * self.factor(first.mask), update_stats=False)

        return forward

    def factor(self, mask: Tensor) -> Tensor:
        """What an ordinary pass multiplies its hidden layer by, for a mask (B, H)."""
        rate, attack = self.settings.noise.top_dropout, self.settings.attack
        attacks = self.settings.method.startswith(("sadd", "vadd"))
        if attacks and attack.base == "sampled":
            return scaled(mask, attack, rate)
        return mask / (1 - rate)

    def _run(self, x: Tensor, other: Tensor | None, draw: Draw, update: bool) -> Pass:
        h = self.network.under(x, draw, update_stats=update)
        mask = draw.top(h, self.settings.noise.top_dropout)
        outputs = self.network.upper(h * self.factor(mask), update_stats=update)
        return Pass(x, other, draw, h, mask, outputs)


def same_trunk(settings: Settings) -> bool:
    """Whether both passes compute the same hidden layer."""
    noise = settings.noise
    dropout = noise.hidden_dropout > 0 and settings.network.name != "autoencoder"
    return noise.views == 1 and noise.gaussian == 0 and (noise.shared or not dropout)
