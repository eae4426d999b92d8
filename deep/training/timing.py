"""How long a step takes on this machine.

  measure(settings, hardware, steps)  == seconds a step, the median of some after two to warm up

The images are made up, of the right shape and number; whitening, evaluation and checkpoints are
not in it.
"""

from __future__ import annotations

import time
from itertools import islice
from statistics import median

import torch

from deep.costs import DATA
from deep.data.prepare import fit
from deep.data.sources import fake
from deep.data.splits import Split
from deep.settings import Hardware, Settings
from deep.training.hardware import Machine, available, launch
from deep.training.learner import Learner

__all__ = ["measure"]

_WARM_UP = 2


def measure(settings: Settings, hardware: Hardware, steps: int = 5) -> float:
    """Seconds a step.

    Parameters
    ----------
    settings : Settings
    hardware : Hardware
        One device of it is measured.
    steps : int
        How many are timed.

    Raises
    ------
    ValueError
        If the device is not there, or `steps` is not positive.
    """
    if steps < 1:
        raise ValueError(f"steps must be positive, got {steps}")
    alone = available(hardware.model_copy(update={"devices": 1}), lambda line: None)
    times: list[float] = launch(alone, _times, _small(settings, steps + _WARM_UP), steps)
    return median(times)


def _small(settings: Settings, steps: int) -> Settings:
    """The same step on images that need no whitening, in an epoch that it does not end."""
    data = settings.data.model_copy(update={"zca": "none"})
    schedule = settings.schedule.model_copy(update={"steps": steps + 1})
    return settings.model_copy(update={"data": data, "schedule": schedule})


def _times(machine: Machine, settings: Settings, steps: int) -> list[float]:
    data, optimiser = DATA[settings.data.name], settings.optimiser
    images = fake(max(optimiser.batch, optimiser.batch_unlabelled), 1, data.shape, data.classes)
    split = Split(
        labelled=torch.arange(optimiser.batch),
        unlabelled=torch.arange(optimiser.batch_unlabelled),
        validation=torch.arange(0),
    )
    transform = fit(images.train[split.training], settings.data)
    learner = Learner(settings, machine, images, split, transform)
    found = []
    for batch in islice(learner.batches.epoch(), steps + _WARM_UP):
        _finished(machine)
        began = time.perf_counter()
        learner.step(batch)
        _finished(machine)
        found.append(time.perf_counter() - began)
    return found[_WARM_UP:]


def _finished(machine: Machine) -> None:
    """Wait for what the device was told to do."""
    if machine.device.type == "cuda":
        torch.cuda.synchronize(machine.device)
