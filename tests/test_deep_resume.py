"""A run stopped anywhere, by anything, ends with the bits of one that was not stopped."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import torch

from deep.settings import Settings
from deep.training import checkpoints
from deep.training.curves import Curves
from deep.training.learner import Learner
from deep.training.runs import Run
from tests.deep_tiny import (
    CONV,
    CPU,
    EPOCHS,
    FULL,
    SEMI,
    STEPS,
    VIEWS,
    differences,
    last_state,
    metrics,
    tiny,
    told,
    trainer,
)

CASES = {
    "plain": tiny("plain"),
    "temporal": tiny("temporal", *SEMI),
    "temporal, batch norm": tiny("temporal", *CONV, *FULL),
    "pi, two views": tiny("pi", *SEMI, *VIEWS),
    "vadd-kl+vat, batch norm": tiny("vadd-kl+vat", *CONV, *FULL, *SEMI, *VIEWS),
    "vadd-qe, mean-only": tiny("vadd-qe", *CONV, "network.norm=mean", "schedule.evaluate_every=2"),
}
EACH_STEP = CPU.model_copy(update={"checkpoint_steps": 1})


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


class Killed(BaseException):
    """Not an Exception, so that nothing on the way can take it for one of its own."""


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a run that nothing happened to."""
    found: dict[str, Path] = {}

    def run(name: str) -> Path:
        if name not in found:
            torch.set_num_threads(1)
            found[name] = tmp_path_factory.mktemp("whole") / "run"
            assert trainer(CASES[name], found[name]).fit()
        return found[name]

    return run


def assert_same_run(folder: Path, reference: Path) -> None:
    assert differences(last_state(reference), last_state(folder)) == []
    assert metrics(folder) == metrics(reference)
    assert [row["epoch"] for row in metrics(folder)] == list(range(1, EPOCHS + 1))
    results = [json.loads((each / "result.json").read_text()) for each in (folder, reference)]
    for result in results:
        del result["seconds"], result["environment"]
    assert results[0] == results[1]


def killed_before(monkeypatch: pytest.MonkeyPatch, steps: set[int]) -> None:
    """Each of these steps of the whole run dies once, half of them after they were made."""
    real, left = Learner.step, set(steps)

    def step(self: Learner, batch: Any) -> None:
        if self.taken in left:
            left.discard(self.taken)
            if self.taken % 2:
                real(self, batch)
            raise Killed
        real(self, batch)

    monkeypatch.setattr(Learner, "step", step)


def until_finished(settings: Settings, folder: Path, hardware: Any = CPU) -> int:
    """How often the run died on its way to the end."""
    for deaths in range(50):
        try:
            assert trainer(settings, folder, hardware).fit() is not None
        except Killed:
            continue
        return deaths
    raise AssertionError("the run did not get on")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("hardware", [CPU, EACH_STEP], ids=["each epoch", "each step"])
def test_killed_at_random_steps(
    name: str,
    hardware: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    uninterrupted: Callable[[str], Path],
) -> None:
    steps = set(random.Random(name).sample(range(EPOCHS * STEPS), 4))
    reference = uninterrupted(name)
    killed_before(monkeypatch, steps)
    assert until_finished(CASES[name], tmp_path / "run", hardware) == 4
    assert_same_run(tmp_path / "run", reference)


@pytest.mark.parametrize(
    ("place", "attribute"),
    [(os, "fsync"), (os, "replace"), (Run, "record"), (Curves, "add"), (Path, "unlink")],
    ids=["while written", "before renamed", "before metrics", "after metrics", "rotation"],
)
def test_killed_at_every_write(
    place: Any,
    attribute: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    uninterrupted: Callable[[str], Path],
) -> None:
    """The n-th call dies, for every n there is, so at every such moment of the run."""
    name = "temporal"
    reference, real = uninterrupted(name), getattr(place, attribute)
    calls, folder = 0, tmp_path / "run"
    die_at = 1

    def dying(*arguments: Any, **options: Any) -> Any:
        nonlocal calls, die_at
        calls += 1
        if calls == die_at:
            calls, die_at = 0, die_at + 1
            raise Killed
        return real(*arguments, **options)

    monkeypatch.setattr(place, attribute, dying)
    deaths = until_finished(CASES[name], folder)
    monkeypatch.undo()
    assert deaths >= 1
    assert_same_run(folder, reference)
    assert list(folder.glob(".checkpoint-*")) == []


@pytest.mark.parametrize("part", ["network", "optimiser", "ensemble", "batches", "noise", "sums"])
def test_every_part_of_the_state_is_needed(
    part: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    uninterrupted: Callable[[str], Path],
) -> None:
    """The tests above can fail: a state that forgets one part gives another run."""
    real = Learner.load_state_dict

    def forgetful(self: Learner, state: dict[str, Any]) -> None:
        real(self, {**state, part: self.state_dict()[part]})

    name = "temporal"
    reference = uninterrupted(name)
    monkeypatch.setattr(Learner, "load_state_dict", forgetful)
    killed_before(monkeypatch, {STEPS + 2})
    until_finished(CASES[name], tmp_path / "run", EACH_STEP)
    with pytest.raises(AssertionError):
        assert_same_run(tmp_path / "run", reference)


def _child(settings: Settings, folder: Path, hardware: Any) -> None:
    torch.set_num_threads(1)
    trainer(settings, folder, hardware).fit()


def _written(folder: Path, process: BaseProcess, delay: float) -> None:
    """Wait until the folder changes, and a moment longer."""

    def names() -> set[str]:
        return {path.name for path in folder.glob("*")} if folder.exists() else set()

    before = names()
    while process.is_alive() and names() == before:
        time.sleep(0.001)
    time.sleep(delay)


def test_kill_minus_nine(tmp_path: Path, uninterrupted: Callable[[str], Path]) -> None:
    """Processes that get SIGKILL again and again, at moments nobody chose.

    They come from a server that has imported everything once.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.test_deep_resume"])
    for name in ("plain", "temporal, batch norm", "vadd-kl+vat, batch norm"):
        folder, moments = tmp_path / name, random.Random(name)
        codes = []
        for attempt in range(40):
            process = context.Process(target=_child, args=(CASES[name], folder, EACH_STEP))
            process.start()
            if attempt < 5:
                _written(folder, process, moments.uniform(0, 0.05))
                process.kill()
            process.join()
            codes.append(process.exitcode)
            if process.exitcode == 0:
                break
        assert -signal.SIGKILL in codes
        assert codes[-1] == 0
        assert_same_run(folder, uninterrupted(name))


def test_ctrl_c_saves_says_one_line_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: Callable[[str], Path]
) -> None:
    name, folder, real = "temporal", tmp_path / "run", Learner.step
    before = signal.getsignal(signal.SIGINT)

    def step(self: Learner, batch: Any) -> None:
        if self.taken == 5:
            os.kill(os.getpid(), signal.SIGINT)
        real(self, batch)

    monkeypatch.setattr(Learner, "step", step)
    result, lines = told(CASES[name], folder)
    assert result is None
    assert lines[-1] == (f"interrupted; {folder} goes on after step 6 of 12 when it is run again")
    assert last_state(folder)["taken"] == 6
    assert signal.getsignal(signal.SIGINT) is before
    monkeypatch.undo()
    result, lines = told(CASES[name], folder)
    assert result is not None
    assert f"{folder}: going on after 6 of 12 steps" in lines
    assert_same_run(folder, uninterrupted(name))


def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(self: Learner, batch: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("not reached")

    monkeypatch.setattr(Learner, "step", step)
    with pytest.raises(KeyboardInterrupt):
        trainer(CASES["plain"], tmp_path / "run").fit()
    assert checkpoints.files(tmp_path / "run") == []


def test_a_full_disk_ends_the_run_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: Callable[[str], Path]
) -> None:
    """The disk is full from the n-th write on, for every n; each time all goes on afterwards."""
    name, folder, real = "temporal", tmp_path / "run", os.fsync
    reference, full = uninterrupted(name), 0
    for room in range(1, 60):
        left = room

        def fsync(descriptor: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(descriptor)

        before = {path: path.read_bytes() for path in checkpoints.files(folder)}
        monkeypatch.setattr(os, "fsync", fsync)
        finished, said = False, ""
        try:
            finished = trainer(CASES[name], folder).fit() is not None
        except OSError as error:
            said, full = str(error), full + 1
        monkeypatch.undo()
        assert finished or ("No space left on device; what is there is whole" in said)
        assert "\n" not in said
        latest = list(before)[-1:]  # older ones may have been let go of for newer ones
        assert checkpoints.files(folder)[-1:] > latest or all(
            path.read_bytes() == before[path] for path in latest
        )
        if finished:
            break
    assert full > 3
    assert_same_run(folder, reference)


def test_a_finished_run_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first, _ = told(CASES["plain"], folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    second, lines = told(CASES["plain"], folder)
    assert second == first
    (line,) = lines
    assert "is finished and not run again: test error" in line
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_damaged_checkpoint_costs_an_epoch_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: Callable[[str], Path]
) -> None:
    folder = tmp_path / "run"
    reference = uninterrupted("plain")
    with monkeypatch.context() as patch:
        killed_before(patch, {2 * STEPS + 1})
        with pytest.raises(Killed):
            trainer(CASES["plain"], folder).fit()
    damaged = checkpoints.files(folder)[-1]
    damaged.write_bytes(damaged.read_bytes()[:-8])
    _, lines = told(CASES["plain"], folder)
    assert any("set aside" in line and damaged.name in line for line in lines)
    assert "metrics.jsonl: epochs after 1 are computed again" in lines
    assert_same_run(folder, reference)
    assert damaged.with_name(damaged.name + ".damaged").exists()


def test_without_any_checkpoint_metrics_are_not_thrown_away(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    trainer(CASES["plain"], folder).fit()
    (folder / "result.json").unlink()
    for path in checkpoints.files(folder):
        path.unlink()
    before = (folder / "metrics.jsonl").read_bytes()
    with pytest.raises(ValueError, match="metrics of 3 epochs and no checkpoint"):
        trainer(CASES["plain"], folder).fit()
    assert (folder / "metrics.jsonl").read_bytes() == before
