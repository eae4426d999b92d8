"""All that changes while a run goes on, and one step of it.

  Learner(settings, machine, images, split, transform)
                        == network, optimiser, batches, memory and generators of a run, new
  learner.step(batch)   == one step of Adam on the loss of the method
  learner.rates()       == sets the optimiser to what the epoch is run with
  learner.close_epoch() == what metrics.jsonl says of the epoch, evaluated; the next one begins
  learner.state_dict(), learner.load_state_dict(state)
                        == everything, exactly: weights after a continued run are those of one
                           that was never stopped

Every random number comes from a generator with one purpose: initial weights, batches, noise, and
diagnostics, which therefore cannot change what is learned.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from math import isfinite
from typing import Any

import torch
from torch import Tensor

from deep.data.batches import Batch, Batches
from deep.data.prepare import Transform
from deep.data.sources import Images
from deep.data.splits import Split
from deep.inspection.diagnostics import Diagnostics, diagnose
from deep.methods.ensembles import Ensemble
from deep.methods.losses import StepResult, terms
from deep.methods.schedules import Rates, at
from deep.networks import network
from deep.networks.noise import Draw
from deep.settings import Settings
from deep.training.evaluation import Best, error
from deep.training.hardware import Machine

__all__ = ["Learner"]


class Learner:
    """A run's state.

    Parameters
    ----------
    settings : Settings
    machine : Machine
    images : Images
    split : Split
    transform : Transform
        Of the images.

    Attributes
    ----------
    epoch, taken : int
        Epochs finished, and steps of the whole run.
    best : Best or None
    errors : dict
        "validation" and "test" of the last evaluation, None before or without images.
    seconds : float
        Of training and evaluation, in all sessions.
    """

    def __init__(
        self,
        settings: Settings,
        machine: Machine,
        images: Images,
        split: Split,
        transform: Transform,
    ) -> None:
        self.settings, self.machine = settings, machine
        generator = machine.generator
        self.network = network(
            settings.network,
            settings.noise,
            images.shape,
            images.classes,
            generator(settings.seed, "weights"),
        )
        machine.placed(self.network)
        self.network.train()
        self.batches = Batches(
            images,
            split,
            settings,
            machine.device,
            generator(settings.seed, "batches"),
            transform,
        )
        optimiser = settings.optimiser
        self.optimiser = torch.optim.Adam(
            self.network.parameters(),
            lr=optimiser.lr,
            betas=(optimiser.beta1, optimiser.beta2),
            eps=optimiser.epsilon,
        )
        self.ensemble = None
        if settings.method == "temporal":
            decay = settings.loss.ensemble_decay
            self.ensemble = Ensemble(len(images.train), images.classes, decay, machine.device)
        self.noise = generator(settings.seed, "noise")
        self.epoch = self.taken = 0
        self.best: Best | None = None
        self.errors: dict[str, float | None] = {"validation": None, "test": None}
        self.seconds = 0.0
        self._sums: dict[str, dict[str, Tensor]] = {"losses": {}, "raw": {}}
        self._diagnostics: Diagnostics | None = None
        self._epoch_seconds = 0.0
        self._since = time.monotonic()

    @property
    def total(self) -> int:
        """Steps of the whole run."""
        return self.batches.steps * self.settings.schedule.epochs

    def rates(self) -> Rates:
        """What the epoch under way is run with; the optimiser is set to it."""
        rates = at(self.settings, self.epoch)
        for group in self.optimiser.param_groups:  # Adam reads these, not its own attributes
            group["lr"] = rates.lr
            group["betas"] = (rates.beta1, self.settings.optimiser.beta2)
        return rates

    def step(self, batch: Batch) -> None:
        """One step on this process's part of a global batch."""
        rates, machine = self.rates(), self.machine
        own = self._in_memory_format(batch.part(machine.rank, machine.processes))
        with machine.shared_draws():
            with machine.autocast():
                result = terms(
                    self.network,
                    own,
                    self.settings,
                    Draw(self.noise, self.settings.noise),
                    rates.weight,
                    self.ensemble,
                    rates.vat_weight,
                )
            if self.batches.step == self.batches.steps:
                self._diagnose(result)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(result.total)
        machine.mean_gradients(self.network.parameters())
        self.optimiser.step()
        self.taken += 1
        self._add("losses", result.losses | {"total": result.total})
        self._add("raw", result.raw)
        self._tick()

    def close_epoch(self) -> dict[str, Any]:
        """Evaluate where it is due, and sum the epoch up as one line of metrics.jsonl.

        Raises
        ------
        ArithmeticError
            If the loss is no number any more.
        """
        self._check_finite()
        steps = self.batches.steps
        means = {
            part: {name: float(total) / steps for name, total in sums.items()}
            for part, sums in self._summed().items()
        }
        rates = self.rates()
        self.epoch += 1
        schedule = self.settings.schedule
        if self.epoch % schedule.evaluate_every == 0 or self.epoch == schedule.epochs:
            self._evaluate()
            errors = self.errors
        else:
            errors = dict.fromkeys(self.errors)
        self._tick()
        row = {
            "epoch": self.epoch,
            "step": self.taken,
            "rates": asdict(rates),
            **means,
            "diagnostics": self._diagnostics.as_dict() if self._diagnostics else None,
            "validation_error": errors["validation"],
            "test_error": errors["test"],
            "seconds": round(self._epoch_seconds, 3),
            "time": round(time.time(), 3),
        }
        self._sums = {"losses": {}, "raw": {}}
        self._diagnostics, self._epoch_seconds = None, 0.0
        return row

    def state_dict(self) -> dict[str, Any]:
        """Everything that a run needs to go on; to be asked for in all processes at once.

        Raises
        ------
        ArithmeticError
            If the loss is no number any more: nothing good could go on from here.
        """
        self._check_finite()
        self._tick()
        return {
            "device": self.machine.device.type,
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "ensemble": self.ensemble.state_dict() if self.ensemble else None,
            "batches": self.batches.state_dict(),
            "noise": self.noise.get_state(),
            "epoch": self.epoch,
            "taken": self.taken,
            "best": asdict(self.best) if self.best else None,
            "errors": dict(self.errors),
            "sums": self._summed(),
            "diagnostics": asdict(self._diagnostics) if self._diagnostics else None,
            "seconds": self.seconds,
            "epoch_seconds": self._epoch_seconds,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state of a run with the same settings and data.

        Raises
        ------
        ValueError, RuntimeError
            If it is another run's, or from another kind of device.
        """
        if state["device"] != self.machine.device.type:
            raise ValueError(
                f"device must be the {state['device']} that the run began on, whose random "
                f"numbers it goes on with, got {self.machine.device.type}"
            )
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.ensemble:
            self.ensemble.load_state_dict(state["ensemble"])
        self.batches.load_state_dict(state["batches"])
        self.noise.set_state(state["noise"])
        self.epoch, self.taken = state["epoch"], state["taken"]
        self.best = Best(**state["best"]) if state["best"] else None
        self.errors = dict(state["errors"])
        self._sums = {
            part: {name: total.to(self.machine.device) for name, total in sums.items()}
            for part, sums in state["sums"].items()
        }
        self._diagnostics = Diagnostics(**state["diagnostics"]) if state["diagnostics"] else None
        self.seconds, self._epoch_seconds = state["seconds"], state["epoch_seconds"]
        self._since = time.monotonic()

    def _in_memory_format(self, batch: Batch) -> Batch:
        def images(x: Tensor | None) -> Tensor | None:
            return None if x is None else self.machine.images(x)

        x = self.machine.images(batch.x)
        return replace(batch, x=x, x2=images(batch.x2), u=images(batch.u), u2=images(batch.u2))

    def _diagnose(self, result: StepResult) -> None:
        """Look at the epoch's last search, before the step that it leads to."""
        if result.attack is not None:
            generator = self.machine.generator(self.settings.seed, "diagnostics", self.epoch)
            self._diagnostics = diagnose(self.network, result.attack, self.settings, generator)

    def _evaluate(self) -> None:
        for part in ("validation", "test"):
            self.errors[part] = error(self.network, self.batches, part, self.machine, self.settings)
        validation, test = self.errors["validation"], self.errors["test"]
        assert test is not None
        self.best = Best.after(self.best, self.epoch, validation, test)

    def _check_finite(self) -> None:
        total = self._sums["losses"].get("total")
        if total is not None and not isfinite(float(self.machine.sum(total))):
            raise ArithmeticError(
                f"the loss is not finite in epoch {self.epoch + 1}: optimiser.lr may be too high"
            )

    def _add(self, part: str, values: Mapping[str, Tensor]) -> None:
        """Sum on the device: to ask for a number at each step would make it wait."""
        precise = torch.float32 if self.machine.device.type == "mps" else torch.float64
        for name, value in values.items():
            value = value.detach().to(precise)
            known = self._sums[part].get(name)
            self._sums[part][name] = value if known is None else known + value

    def _summed(self) -> dict[str, dict[str, Tensor]]:
        """The sums of the epoch so far, each the mean over the processes."""
        share = 1 / self.machine.processes
        return {
            part: {name: self.machine.sum(total) * share for name, total in sums.items()}
            for part, sums in self._sums.items()
        }

    def _tick(self) -> None:
        now = time.monotonic()
        self.seconds += now - self._since
        self._epoch_seconds += now - self._since
        self._since = now
