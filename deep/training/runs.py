"""The folder of a run: what it is, what it saw and what came out, checked when it goes on.

  run_name(settings)      == the folder's name: recipe, method, seed and a digest of all settings
  read_settings(folder)   == the settings of a run that has begun
  Run(folder, settings, say)
                          == the folder; touches nothing until it is told to
  run.result              == what a finished run came to, or None
  run.begin(identity, split, environment)
                          == makes the folder, or checks that it is this run's
  run.record(row)         == one epoch's numbers, a line of metrics.jsonl
  run.rewind(epoch)       == metrics.jsonl up to an epoch, and no unfinished files
  run.finish(result)      == result.json, after which the run is not run again
  run.alone()             == a context that no other process can enter for this folder

settings.json      == the resolved settings
environment.json   == versions, device, code: at the beginning and each time the run went on
data.json          == names and checksums of images and split
split.safetensors  == which images are labelled, unlabelled, held out
metrics.jsonl      == one line an epoch
checkpoint-*       == the last two states (`deep.training.checkpoints`)
tensorboard/       == the curves
result.json        == of a finished run only

Lines that an interrupted run wrote after its last checkpoint are computed again and written anew;
everything else that is taken away is said.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import safetensors.torch
from filelock import FileLock, Timeout
from pydantic import ValidationError
from torch import Tensor

from deep.settings import Settings, flat
from deep.training import checkpoints
from deep.training.checkpoints import write_whole

__all__ = ["Run", "read_settings", "run_name"]


def run_name(settings: Settings) -> str:
    """Recipe, method and seed to read, eight hexadecimals for all the rest."""
    text = json.dumps(settings.model_dump(), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    recipe = settings.recipe.replace("/", "-")
    return f"{recipe}-{settings.method}-seed{settings.seed}-{digest}"


def read_settings(folder: Path) -> Settings:
    """The settings that a run was begun with.

    Raises
    ------
    OSError
        If the folder has no settings.json.
    ValueError
        If that is not the settings of a run.
    """
    path = folder / "settings.json"
    if not path.is_file():
        raise FileNotFoundError(f"{folder} is no run: it has no settings.json")
    try:
        return Settings.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(f"{path} holds no settings: {where}: {first['msg'].lower()}") from None


class Run:
    """One run's folder.

    Parameters
    ----------
    folder : Path
        Its own folder, not the one above.
    settings : Settings
        What is to be run.
    say : callable
        Takes the lines that a person should see.
    """

    def __init__(self, folder: Path, settings: Settings, say: Callable[[str], None]) -> None:
        self.folder, self.settings, self.say = folder, settings, say

    @property
    def result(self) -> dict[str, Any] | None:
        """What result.json holds, once the run is finished.

        Raises
        ------
        ValueError
            If the folder is a finished run with other settings.
        """
        path = self.folder / "result.json"
        if not path.is_file():
            return None
        self._check_settings()
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return result

    def begin(
        self,
        identity: Mapping[str, str],
        split: Mapping[str, Tensor],
        environment: Mapping[str, Any],
    ) -> None:
        """Make the folder with all that is fixed, or check that what is there is the same.

        Parameters
        ----------
        identity : mapping
            Names and checksums of what the run sees.
        split : mapping of int64 tensors
            The indices behind them.
        environment : mapping
            As `deep.training.environment` gives it; appended where the run goes on.

        Raises
        ------
        ValueError
            In one line, if the folder is no run's, or one with other settings, data or labels.
        OSError
            If it cannot be written.
        """
        self._check_foreign()
        self._check_settings()
        self._check_identity(identity)
        self._check_split(split)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._holds("settings.json"):
            self._write("settings.json", self.settings.model_dump())
        if not self._holds("data.json"):
            self._write("data.json", dict(identity))
        if not self._holds("split.safetensors"):
            write_whole(self.folder / "split.safetensors", safetensors.torch.save(dict(split)))
        self._note(environment)

    def record(self, row: Mapping[str, Any]) -> None:
        """Append one line to metrics.jsonl; it is on the disk when this returns."""
        with (self.folder / "metrics.jsonl").open("ab") as file:
            file.write(json.dumps(dict(row)).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def rows(self) -> list[dict[str, Any]]:
        """The whole lines of metrics.jsonl; a last one that was cut off is not among them."""
        path = self.folder / "metrics.jsonl"
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        return [json.loads(line) for line in lines]

    def rewind(self, epoch: int) -> None:
        """Keep the lines up to `epoch`, those that the checkpoint to go on from knows.

        Also takes away what a write that was cut off left beside its target, and says so.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        for path in sorted(self.folder.glob(".*.*")):
            if path.name.startswith((".checkpoint-", ".settings.", ".data.", ".split.")):
                path.unlink()
                self.say(f"removed {path.name}, which was never finished")
        path = self.folder / "metrics.jsonl"
        if not path.exists():
            return
        rows = self.rows()
        kept = [row for row in rows if row["epoch"] <= epoch]
        missing = sorted(set(range(1, epoch + 1)) - {row["epoch"] for row in kept})
        if missing:
            self.say(f"metrics.jsonl lacks epochs {missing}; they are not computed again")
        if len(kept) < len(rows):
            self.say(f"metrics.jsonl: epochs after {epoch} are computed again")
        write_whole(path, b"".join(json.dumps(row).encode() + b"\n" for row in kept))

    def environment(self) -> dict[str, Any]:
        """What environment.json holds."""
        noted: dict[str, Any] = self._read("environment.json")
        return noted

    def finish(self, result: Mapping[str, Any]) -> None:
        """Write result.json."""
        self._write("result.json", dict(result))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder against other processes; a process that dies lets go of it.

        Raises
        ------
        OSError
            If another process holds it.
        """
        self._check_foreign()
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BlockingIOError(f"{self.folder} is being run by another process") from None
        try:
            yield
        finally:
            lock.release()

    def _holds(self, name: str) -> bool:
        return (self.folder / name).exists()

    @property
    def _started(self) -> bool:
        return bool(checkpoints.files(self.folder)) or self._holds("metrics.jsonl")

    def _write(self, name: str, data: Any) -> None:
        text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
        write_whole(self.folder / name, text.encode())

    def _check_foreign(self) -> None:
        if self.folder.exists() and not self.folder.is_dir():
            raise NotADirectoryError(f"{self.folder} must be a folder, got a file")
        names = [p.name for p in self.folder.glob("*") if not p.name.startswith(".")]
        if names and not self._holds("settings.json"):
            raise ValueError(f"{self.folder} is no run, and not empty: it holds {names[0]}")

    def _check_settings(self) -> None:
        if not self._holds("settings.json"):
            return
        there, here = flat(read_settings(self.folder)), flat(self.settings)
        changes = [
            f"{key} is {there[key]!r} there and {here[key]!r} here"
            for key in here
            if there[key] != here[key]
        ]
        if changes:
            raise ValueError(f"{self.folder} is a run with other settings: {'; '.join(changes)}")

    def _check_identity(self, identity: Mapping[str, str]) -> None:
        there = self._read("data.json")
        if there is None:
            return
        for key in sorted(there.keys() | identity.keys()):
            if there.get(key) != identity.get(key):
                raise ValueError(
                    f"{self.folder} began with {key} {there.get(key)}, got {identity.get(key)}: "
                    "the data or the labels are not those of the run"
                )

    def _check_split(self, split: Mapping[str, Tensor]) -> None:
        path = self.folder / "split.safetensors"
        if not path.exists():
            self._must_be_new(path)
            return
        try:
            there = safetensors.torch.load(path.read_bytes())
        except safetensors.SafetensorError as error:
            raise ValueError(f"{path} holds no split: truncated or foreign ({error})") from None
        same = there.keys() == split.keys() and all(there[k].equal(split[k]) for k in there)
        if not same:
            raise ValueError(f"{path} is not the split of this run's data and settings")

    def _read(self, name: str) -> Any:
        """What a JSON file holds; None if it is not there, which only a new run may lack."""
        path = self.folder / name
        if not path.exists():
            self._must_be_new(path)
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            raise ValueError(f"{path} is no JSON: {error}") from None

    def _must_be_new(self, path: Path) -> None:
        if self._started:
            raise ValueError(f"{path} is missing, so the run cannot be checked and does not go on")

    def _note(self, environment: Mapping[str, Any]) -> None:
        """Who computed: the first environment, and those in which the run went on."""
        noted = self._read("environment.json") if self._holds("environment.json") else None
        if noted is None:
            noted = {"began": dict(environment), "went_on": []}
        else:
            began = noted["began"]
            keys = ("code", "versions", "device", "processes", "threads", "options")
            changed = [key for key in keys if began.get(key) != environment.get(key)]
            if changed and self._started:
                self.say(f"changed since the run began: {', '.join(changed)}")
            noted["went_on"].append(dict(environment))
        self._write("environment.json", noted)
