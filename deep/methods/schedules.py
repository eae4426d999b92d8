"""What changes from epoch to epoch: the learning rate, Adam's first decay, the weights.

  ramp_up(e, n)        == exp(-5 (1 - e / n)^2) below epoch n, then 1
  ramp_down(e, s, n)   == 1 up to epoch s, then exp(-12.5 ((e - s) / n)^2)
  Rates                == lr, beta1, weight, vat_weight
  at(settings, e)      == the rates of epoch e, counted from 0

Where the authors write exp(-((e - 250) / 2)^2 / 50), for 50 of 300 epochs, n = 50 gives the same
numbers; in a shorter run, n stands to the number of epochs as there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from deep.settings import Settings

__all__ = ["Rates", "at", "ramp_down", "ramp_up"]


@dataclass(frozen=True)
class Rates:
    """What one epoch is run with.

    Attributes
    ----------
    lr, beta1 : float
        Of Adam.
    weight : float
        Of the consistency, adversarial-dropout or AT term.
    vat_weight : float
        Of VAT, alone or beside another.
    """

    lr: float
    beta1: float
    weight: float
    vat_weight: float


def ramp_up(epoch: float, length: float) -> float:
    """From exp(-5) at epoch 0 to 1 at epoch `length`; 1 throughout if the length is 0."""
    _not_negative(epoch, length)
    return math.exp(-5 * (1 - epoch / length) ** 2) if epoch < length else 1.0


def ramp_down(epoch: float, start: float, length: float) -> float:
    """1 until `start`, then towards exp(-12.5) at `start + length`; 1 if the length is 0."""
    _not_negative(epoch, length)
    return math.exp(-12.5 * ((epoch - start) / length) ** 2) if epoch > start and length else 1.0


def at(settings: Settings, epoch: float) -> Rates:
    """The rates of an epoch, from 0.

    Raises
    ------
    ValueError
        If the epoch is negative.
    """
    schedule, optimiser, loss = settings.schedule, settings.optimiser, settings.loss
    up = ramp_up(epoch, schedule.ramp_up)
    down = ramp_down(epoch, schedule.epochs - schedule.ramp_down, schedule.ramp_down)
    return Rates(
        lr=optimiser.lr * (up if schedule.ramp_lr else 1.0) * down,
        beta1=optimiser.beta1 * down + optimiser.beta1_end * (1 - down),
        weight=loss.weight * up,
        vat_weight=loss.vat_weight * (up if loss.ramp_vat else 1.0),
    )


def _not_negative(epoch: float, length: float) -> None:
    if epoch < 0:
        raise ValueError(f"epoch must not be negative, got {epoch!r}")
    if length < 0:
        raise ValueError(f"length must not be negative, got {length!r}")
