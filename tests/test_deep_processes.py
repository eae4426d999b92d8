"""Two processes give what one gives: the same batch, the same randomness, shared gradients."""

from __future__ import annotations

import json
import os
import signal
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed
from rich.console import Console
from torch import Tensor

from deep.settings import Settings
from deep.training import trainer as loop
from deep.training.hardware import Machine, launch
from deep.training.learner import Learner
from tests.deep_tiny import (
    CONV,
    CPU,
    FULL,
    SEMI,
    VIEWS,
    last_state,
    metrics,
    tiny,
    trainer,
)

# Channels last takes other kernels for half a batch than for a whole one; they round apart.
ONE = CPU.model_copy(update={"channels_last": False})
TWO = ONE.model_copy(update={"devices": 2, "threads": 1})

# Adam divides by the root of the squared gradient: with its usual epsilon, a gradient that is zero
# but for rounding, such as that of a bias before a batch norm, still makes a full step.
SMOOTH = "optimiser.epsilon=1e-3"
# VAT's direction is a difference between nearly equal outputs: what rounding does to it shrinks
# with xi.
FAR = "attack.xi=1"
CASES = {
    "mnist": tiny("vadd-kl", SMOOTH),
    "mnist, semi-supervised": tiny("vadd-qe+vat", *SEMI, *VIEWS, SMOOTH),
    "batch norm": tiny("vadd-kl+vat", *CONV, *FULL, *SEMI, SMOOTH, FAR),
    "batch norm, ensemble": tiny("temporal", *CONV, *FULL, *SEMI, SMOOTH),
    "mean-only batch norm": tiny("pi", *CONV, "network.norm=mean", *VIEWS, SMOOTH),
    "noisy evaluation": tiny(
        "at", "network.norm=full", "noise.gaussian=0.2", "noise.gaussian_at_test=true", SMOOTH
    ),
}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


DEFECTS = {
    "gradients not averaged": "mnist",
    "noise not shared": "mnist",
    "statistics of one half": "batch norm",
}
ENDLESS = tiny("plain", "schedule.epochs=5000", "schedule.evaluate_every=5000")


class Stopped(Exception):
    pass


def _in_two(machine: Machine, job: Any, console: None) -> None:
    """All that the tests below look at, in one start of two processes, which takes seconds."""
    assert machine.processes == torch.distributed.get_world_size() == 2
    folder = job.folder
    for name, settings in CASES.items():
        _run(machine, settings, folder / "two" / name)
    _run(machine, CASES["batch norm, ensemble"], folder / "changed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Machine, "mean_gradients", lambda self, parameters: None)
        _run(machine, CASES["mnist"], folder / "gradients not averaged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Machine, "shared_draws", lambda self: nullcontext())
        _run(machine, CASES["mnist"], folder / "noise not shared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deep.networks.layers._processes", lambda: 1)
        _run(machine, CASES["batch norm"], folder / "statistics of one half")
    with machine.shared_draws():
        generator = machine.generator(0, "test")
        with pytest.raises(NotImplementedError, match="no draw for several processes"):
            torch.randperm(4, generator=generator, device=machine.device)
        rows = torch.rand(3, 2, generator=generator)
        assert rows.shape == (3, 2)
    everyone = torch.rand(6, 2, generator=machine.generator(0, "test"))
    assert torch.equal(rows, everyone[3 * machine.rank : 3 * machine.rank + 3])
    assert machine.any(machine.rank == 1)
    assert not machine.any(False)
    assert _run(machine, ENDLESS, folder / "stopped") is None
    machine.barrier()
    if machine.rank == 1:
        raise ValueError("this is the end")


def _run(machine: Machine, settings: Settings, folder: Path) -> Any:
    job = loop._Job(settings, TWO, folder, Path("data"), False)
    return loop._work(machine, job, Console(quiet=True))


def _two(folder: Path) -> str:
    """The runs in two processes, and how their last line ended.

    The process that waits for them gets SIGTERM while they are at the last, endless run.
    """
    over = threading.Event()
    _half(CASES["batch norm, ensemble"], folder / "changed")

    def send() -> None:
        while not over.wait(0.02):
            if list((folder / "stopped").glob("checkpoint-*")):
                os.kill(os.getpid(), signal.SIGTERM)
                return

    watcher = threading.Thread(target=send)
    watcher.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "_work", _in_two)
            with pytest.raises(RuntimeError) as error:
                trainer(CASES["mnist"], folder, TWO).fit()
    finally:
        over.set()
        watcher.join()
    return str(error.value)


def _half(settings: Settings, folder: Path) -> None:
    """Half of a run in one process."""
    real = Learner.step

    def step(self: Learner, batch: Any) -> None:
        if self.taken == 6:
            raise Stopped
        real(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Learner, "step", step)
        with pytest.raises(Stopped):
            trainer(settings, folder, CPU.model_copy(update={"checkpoint_steps": 1})).fit()


def compare(first: Path, second: Path) -> None:
    """All of two runs but what clocks say, to rounding."""
    one, other = last_state(first), last_state(second)
    for part in ("network", "ensemble"):
        torch.testing.assert_close(one[part], other[part], rtol=1e-3, atol=1e-5)
    for part in ("noise", "batches"):
        torch.testing.assert_close(one[part], other[part], rtol=0, atol=0)
    for row, twin in zip(metrics(first), metrics(second), strict=True):
        for part in ("losses", "rates"):
            assert twin[part] == pytest.approx(row[part], rel=1e-3, abs=1e-6)
        assert twin["raw"] == pytest.approx(row["raw"], rel=1e-2, abs=1e-6)
        assert twin["test_error"] == pytest.approx(row["test_error"], abs=1.01)


def test_two_processes_give_the_result_of_one(tmp_path: Path) -> None:
    """One test, as the two processes are started once: what follows looks at what they left."""
    line = _two(tmp_path)
    for name, settings in CASES.items():
        trainer(settings, tmp_path / "one" / name, ONE).fit()
        compare(tmp_path / "one" / name, tmp_path / "two" / name)
    compare(tmp_path / "one" / "batch norm, ensemble", tmp_path / "changed")
    for defect, name in DEFECTS.items():
        with pytest.raises(AssertionError):  # so the comparison can fail
            compare(tmp_path / "one" / name, tmp_path / defect)
    check_stopped(tmp_path / "stopped")
    assert line == "one of 2 processes ended: ValueError: this is the end"


def check_stopped(folder: Path) -> None:
    """SIGTERM to the process that waits for the two was handed on; they saved and ended alike."""
    assert 0 < last_state(folder)["taken"] < ENDLESS.schedule.epochs * 4
    assert not (folder / "result.json").exists()
    noted = json.loads((folder / "environment.json").read_text())
    assert noted["began"]["processes"] == 2
    assert noted["began"]["threads"] == 1


@pytest.mark.parametrize("key", ["batch", "batch_unlabelled"])
def test_batches_must_be_divisible(key: str, tmp_path: Path) -> None:
    settings = tiny("pi", *SEMI, f"optimiser.{key}=7")
    with pytest.raises(ValueError, match=f"optimiser.{key} must be a multiple of the 2 devices"):
        trainer(settings, tmp_path / "run", TWO).fit()
    assert list(tmp_path.iterdir()) == []


def test_with_one_process_nothing_is_exchanged() -> None:
    def looked(machine: Machine) -> tuple[bool, bool, bool, Tensor]:
        x = torch.ones(2)
        return machine.first, machine.any(True), machine.any(False), machine.sum(x)

    first, yes, no, total = launch(CPU, looked)
    assert (first, yes, no, total.tolist()) == (True, True, False, [1.0, 1.0])
