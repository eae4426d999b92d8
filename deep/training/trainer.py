"""One run from its settings to its result: the only loop there is.

  Trainer(settings, hardware, folder, ...)
                  == a run that is to be begun, or to go on, in its own folder
  trainer.fit()   == the result, or None if somebody stopped it; says why in one line

An epoch ends with a line in metrics.jsonl and then a checkpoint that knows of it, so that whatever
happens between two writes, the run goes on from the checkpoint and writes each epoch once. Errors
in the result are in per cent, of the last epoch and of the one with the lowest validation error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from deep.data.prepare import Transform, fit
from deep.data.sources import Images, load
from deep.data.splits import Split, split
from deep.methods.losses import check, vanishing
from deep.settings import Hardware, Settings
from deep.training import checkpoints
from deep.training.curves import Curves
from deep.training.environment import environment
from deep.training.hardware import Machine, available, launch
from deep.training.learner import Learner
from deep.training.progress import Interruption, Progress, time_left
from deep.training.runs import Run

__all__ = ["Trainer"]


@dataclass(frozen=True)
class _Job:
    """What every process is told."""

    settings: Settings
    hardware: Hardware
    folder: Path
    data: Path
    download: bool


class Trainer:
    """A run.

    Parameters
    ----------
    settings : Settings
        What is computed.
    hardware : Hardware
        Where; what is not there is done without, with a word.
    folder : Path
        The run's own folder, see `deep.training.runs`; `run_name` gives its name.
    data : Path
        The folder of data sets.
    download : bool
        Whether a missing data set may be downloaded.
    console : Console, optional
        Where lines and the bar go; standard output if None.
    """

    def __init__(
        self,
        settings: Settings,
        hardware: Hardware,
        folder: Path,
        *,
        data: Path = Path("data"),
        download: bool = False,
        console: Console | None = None,
    ) -> None:
        self._console = console or Console()
        self._job = _Job(settings, hardware, folder, data, download)

    def fit(self) -> dict[str, Any] | None:
        """Train to the end, from the beginning or the last checkpoint.

        Returns
        -------
        dict or None
            What result.json holds; None if the run was interrupted and can go on.

        Raises
        ------
        ValueError
            In one line, before anything is created: settings that do not go together, a folder
            of something else, other data or labels than the run began with.
        OSError
            If data cannot be read or the folder not written; what was there remains.
        ArithmeticError
            If the loss is no number any more; the last checkpoint is of the epoch before.
        """
        job = self._job
        if (result := Run(job.folder, job.settings, self._say).result) is not None:
            self._say(f"{job.folder} is finished and not run again: {_in_words(result)}")
            return result
        check(job.settings)
        if (reason := vanishing(job.settings)) is not None:
            self._say(f"note: {reason}")
        hardware = available(job.hardware, self._say)
        _divisible(job.settings, hardware.devices)
        console = self._console if hardware.devices == 1 else None  # no other process can have it
        found: dict[str, Any] | None = launch(hardware, _work, job, console)
        return found

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def _work(machine: Machine, job: _Job, console: Console | None) -> dict[str, Any] | None:
    """What each process does."""
    console = console or Console(quiet=not machine.first)
    images, cut, transform = _data(machine, job)
    learner = Learner(job.settings, machine, images, cut, transform)
    identity = {
        "data": images.name,
        "images": images.checksum,
        "split": cut.checksum,
        "transform": transform.checksum,
    }
    with Progress(console, learner.total) as bar:
        session = _Session(machine, job, learner, bar)
        with session.run.alone() if machine.first else nullcontext():
            seen = environment(machine.hardware, machine.device, machine.processes)
            with _one_line(job.folder):
                if machine.first:
                    session.run.begin(identity, cut.tensors(), seen)
                session.restore()
                return session.finish(identity) if session.train() else None


class _Session:
    """The loop, from a checkpoint or the beginning until the end or an interruption."""

    def __init__(self, machine: Machine, job: _Job, learner: Learner, bar: Progress) -> None:
        self.machine, self.learner, self.bar = machine, learner, bar
        self.settings, self.folder = job.settings, job.folder
        self.run = Run(job.folder, job.settings, bar.say)

    def restore(self) -> None:
        """Go on from the last checkpoint that can be read, all processes from the same."""
        state = None
        if self.machine.first:  # it sets damaged files aside, so that the others do not meet them
            state = checkpoints.newest(self.folder, self.bar.say)
        self.machine.barrier()
        if not self.machine.first:
            state = checkpoints.newest(self.folder, self.bar.say)
        if state is not None:
            self.learner.load_state_dict(state)
            self.bar.say(
                f"{self.folder}: going on after {self.learner.taken} of {self.learner.total} steps"
            )
        self.bar.begin(self.learner.taken)
        if not self.machine.first:
            return
        # A run that is killed before its first checkpoint has one line at most.
        if state is None and (lines := len(self.run.rows())) > 1:
            raise ValueError(
                f"{self.folder} has metrics of {lines} epochs and no checkpoint to go on from"
            )
        self.run.rewind(self.learner.epoch)

    def train(self) -> bool:
        """Whether the run came to its end."""
        learner, epochs = self.learner, self.settings.schedule.epochs
        with Interruption() as stop, self._curves() as curves:
            while learner.epoch < epochs:
                for batch in learner.batches.epoch():
                    learner.step(batch)
                    self.bar.advance(self._where())
                    asked = self.machine.any(stop.asked)
                    if asked or self._checkpoint_due():
                        self.save()
                    if asked:
                        self.bar.say(
                            f"interrupted; {self.folder} goes on after step {learner.taken} of "
                            f"{learner.total} when it is run again"
                        )
                        return False
                self._close_epoch(curves)
        return True

    def save(self) -> None:
        """A checkpoint of everything, by the first process."""
        state = self.learner.state_dict()
        if self.machine.first:
            checkpoints.save(self.folder, state, self.learner.taken)

    def finish(self, identity: Mapping[str, str]) -> dict[str, Any]:
        """Write the result and say it."""
        learner, settings, best = self.learner, self.settings, self.learner.best
        result: dict[str, Any] = {
            "recipe": settings.recipe,
            "flavour": settings.flavour,
            "method": settings.method,
            "seed": settings.seed,
            "labels": settings.data.labels,
            "epochs": learner.epoch,
            "steps": learner.taken,
            "seconds": round(learner.seconds, 3),
            "test_error_last": learner.errors["test"],
            "validation_error_last": learner.errors["validation"],
            "test_error_best_validation": best.test_error if best else None,
            "validation_error_best": best.validation_error if best else None,
            "best_epoch": best.epoch if best else None,
            **identity,
        }
        if self.machine.first:
            result["environment"] = self.run.environment()
            self.run.finish(result)
        self.bar.say(f"{self.folder}: {_in_words(result)}")
        return result

    def _checkpoint_due(self) -> bool:
        every, batches = self.machine.hardware.checkpoint_steps, self.learner.batches
        # The epoch's own checkpoint follows its last step.
        return every is not None and batches.step % every == 0 and batches.step < batches.steps

    def _close_epoch(self, curves: Curves | None) -> None:
        row = self.learner.close_epoch()
        if self.machine.first:
            self.run.record(row)
        if curves is not None:
            curves.add(row)
        self.save()
        if row["test_error"] is not None and not self.bar.moving:
            self.bar.say(self._line(row))

    def _where(self) -> str:
        learner, test = self.learner, self.learner.errors["test"]
        words = f"epoch {learner.epoch + 1}/{self.settings.schedule.epochs}"
        return words if test is None else f"{words}, test error {test:.4g}"

    def _line(self, row: Mapping[str, Any]) -> str:
        learner = self.learner
        left = time_left(learner.seconds, learner.taken, learner.total - learner.taken)
        errors = {part: row[f"{part}_error"] for part in ("validation", "test")}
        parts = [f"{part} {value:.4g}" for part, value in errors.items() if value is not None]
        epochs = self.settings.schedule.epochs
        loss = row["losses"]["total"]
        return f"epoch {row['epoch']}/{epochs}: loss {loss:.4g}, error {', '.join(parts)}, {left}"

    def _curves(self) -> AbstractContextManager[Curves | None]:
        if not self.machine.first:
            return nullcontext()
        return Curves(self.folder / "tensorboard", self.run.rows())


def _data(machine: Machine, job: _Job) -> tuple[Images, Split, Transform]:
    """Images, split and transform, by the first process before the others, which find its files."""
    if not machine.first:
        machine.barrier()
    images = load(job.settings.data, job.data, job.download and machine.first)
    cut = split(images.train_labels, job.settings.data)
    transform = fit(images.train[cut.training], job.settings.data, job.data / "whitening")
    if machine.first:
        machine.barrier()
    return images, cut, transform


def _divisible(settings: Settings, devices: int) -> None:
    for key in ("batch", "batch_unlabelled"):
        size = getattr(settings.optimiser, key)
        if size % devices:
            raise ValueError(
                f"optimiser.{key} must be a multiple of the {devices} devices, got {size}"
            )


@contextmanager
def _one_line(folder: Path) -> Iterator[None]:
    """What the system says of a full disk, with what it means for the run."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(
            error.errno,
            f"{folder} cannot be written: {reason}; what is there is whole, and the run goes on "
            "from its last checkpoint when it is run again",
        ) from error


def _in_words(result: Mapping[str, Any]) -> str:
    """The errors of a result."""
    words = f"test error {result['test_error_last']:.4g} after epoch {result['epochs']}"
    if (best := result["test_error_best_validation"]) is not None:
        words += f", {best:.4g} at the best validation epoch, {result['best_epoch']}"
    return words
