"""How wrong a network is on images it was not trained on.

  error(network, batches, part, machine, settings)
                      == share of wrong labels in per cent, each image once; of an autoencoder the
                         mean square of output less pixel
  Best                == the epoch with the lowest validation error so far, and its test error
  best.after(epoch, validation, test)
                      == the same with one more epoch; the first of equally good ones stays

A test error is reported of the last epoch and of the best validation epoch, never the best of the
test errors themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from deep.data.batches import Batches
from deep.methods.divergences import reconstruction_error
from deep.networks import Network
from deep.networks.noise import Draw
from deep.settings import Settings
from deep.training.hardware import Machine

__all__ = ["Best", "error"]

Part = Literal["validation", "test"]


@dataclass(frozen=True)
class Best:
    """The best epoch by validation error.

    Attributes
    ----------
    epoch : int
        From 1.
    validation_error, test_error : float
        Of that epoch.
    """

    epoch: int
    validation_error: float
    test_error: float

    @staticmethod
    def after(best: Best | None, epoch: int, validation: float | None, test: float) -> Best | None:
        """The best of all epochs up to this one; None without validation images."""
        if validation is None or (best is not None and best.validation_error <= validation):
            return best
        return Best(epoch, validation, test)


def error(
    network: Network, batches: Batches, part: Part, machine: Machine, settings: Settings
) -> float | None:
    """The network's error on a part of the data, in float32; None if the part is empty.

    No unit is dropped and running statistics are used and left alone. With
    `noise.gaussian_at_test` every evaluation adds the same Gaussian noise.

    Parameters
    ----------
    network : Network
        Returned in training mode.
    batches : Batches
    part : {"validation", "test"}
    machine : Machine
        Its processes share the batches.
    settings : Settings
    """
    wrong = torch.zeros(2, device=machine.device)  # what is wrong, of how much
    network.eval()
    with torch.no_grad():
        for number, (x, y) in enumerate(batches.in_order(part)):
            if number % machine.processes == machine.rank:
                generator = machine.generator(settings.seed, "evaluation", part, number)
                outputs = network(machine.images(x), Draw.none(settings.noise, generator))
                each = _wrong(outputs, x, y, settings)
                wrong += torch.stack([each, torch.tensor(float(len(x)), device=machine.device)])
    network.train()
    total, count = machine.sum(wrong).tolist()
    return total / count if count else None


def _wrong(outputs: Tensor, x: Tensor, y: Tensor, settings: Settings) -> Tensor:
    """The sum over a batch of each image's error."""
    if settings.network.name == "autoencoder":
        return reconstruction_error(outputs, x, settings.network.output) * len(x)
    return 100.0 * (outputs.argmax(1) != y).sum()
