"""The state of a run as one safetensors file, whole or not there.

  save(folder, state, step, keep) == the state after a step as a file of the folder; of all files
                               the `keep` last remain
  load(path)              == the state that a file holds, exactly as it was
  newest(folder, say)     == the state of the last file that can be read, or None if there is no
                               file; says which ones it had to pass over
  files(folder)           == the checkpoints of a folder, oldest first
  write_whole(path, data) == bytes as a file, on the disk before the name points to them
  NotACheckpoint          == what `load` raises for a truncated, altered or foreign file

A state is a tree of dictionaries, lists and tuples with tensors, numbers, text, booleans and None
at its leaves. Tensors become the file's tensors, all else JSON in its header; a digest over both
tells a damaged file from a whole one. Nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from linreg_theory.files import whole_file

__all__ = ["NotACheckpoint", "files", "load", "newest", "save", "write_whole"]

_FORMAT = "linreg-deep checkpoint 1"
_PATTERN = "checkpoint-*.safetensors"
_PLAIN = (bool, int, float, str, type(None))
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


class NotACheckpoint(ValueError):
    """A file that holds no state: truncated, altered, of another program, or a pickle."""


def save(folder: Path, state: Mapping[str, Any], step: int, keep: int = 2) -> Path:
    """Write the state after `step` optimiser steps; then let go of all but the `keep` last.

    Raises
    ------
    OSError
        If it cannot be written, as on a full disk; the files that were there are untouched.
    TypeError
        For a leaf that is neither a tensor nor plain.
    """
    tensors: dict[str, Tensor] = {}
    plain = json.dumps(_packed(dict(state), "", tensors))
    header = {"format": _FORMAT, "plain": plain, "digest": _digest(plain, tensors)}
    path = folder / f"checkpoint-{step:09d}.safetensors"
    write_whole(path, safetensors.torch.save(tensors, header))
    for old in files(folder)[:-keep]:
        old.unlink()
    return path


def load(path: Path) -> dict[str, Any]:
    """The state of a file, its tensors on the CPU.

    Raises
    ------
    NotACheckpoint
        In one line, naming the file and what is wrong with it.
    OSError
        If there is no such file or it cannot be read.
    """
    head = _head(path)
    try:
        with safetensors.safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            # Memory of torch's own: tensors in a mapped file start anywhere, and where numbers
            # start may decide the order in which a CPU adds them.
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        pickled = head.startswith(_PICKLES)
        what = "a pickle, which is never loaded" if pickled else f"truncated or foreign ({error})"
        raise NotACheckpoint(f"{path} is no checkpoint: {what}") from None
    if header.get("format") != _FORMAT:
        raise NotACheckpoint(f"{path} is no checkpoint: a safetensors file of another program")
    plain = header.get("plain", "")
    if header.get("digest") != _digest(plain, tensors):
        raise NotACheckpoint(f"{path} is no checkpoint: altered since it was written")
    state: dict[str, Any] = _unpacked(json.loads(plain), tensors)
    return state


def newest(folder: Path, say: Callable[[str], None]) -> dict[str, Any] | None:
    """The state to go on from, or None where a run begins.

    A file that cannot be loaded is renamed, never deleted, and `say` is told, before the one
    before it is tried.

    Raises
    ------
    NotACheckpoint
        If there are files and none can be loaded.
    """
    found = files(folder)
    for path in reversed(found):
        try:
            return load(path)
        except NotACheckpoint as error:
            aside = path.with_name(path.name + ".damaged")
            path.rename(aside)
            say(f"{error}; set aside as {aside.name}, going back to the one before it")
    if found:
        raise NotACheckpoint(f"{folder}: none of its {len(found)} checkpoints can be loaded")
    return None


def files(folder: Path) -> list[Path]:
    """The checkpoints of a folder, oldest first."""
    return sorted(folder.glob(_PATTERN))


def write_whole(path: Path, data: bytes) -> None:
    """Write bytes so that, whenever the machine stops, the old file or the new one is there.

    Raises
    ------
    OSError
        If it cannot be written; the old file is untouched and nothing is left beside it.
    """
    with whole_file(path) as place, place.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if os.name == "posix":  # the new name is in the folder, which is written on its own
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _packed(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """The tree as JSON; its tensors go to `tensors` and leave their names.

    Lists are lists; everything that JSON has not is a dictionary with one key that says what.
    """
    if isinstance(value, Tensor):
        tensors[name] = value.detach().to("cpu", copy=True).contiguous()
        return {"tensor": name}
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, (str, int)):
                raise TypeError(f"state{name} must have keys of text or integers, got {key!r}")
        return {"dict": [[k, _packed(v, f"{name}/{k}", tensors)] for k, v in value.items()]}
    if isinstance(value, (list, tuple)):
        items = [_packed(each, f"{name}/{i}", tensors) for i, each in enumerate(value)]
        return items if isinstance(value, list) else {"tuple": items}
    if type(value) not in _PLAIN:
        raise TypeError(f"state{name} must be a tensor or plain, got {type(value).__name__}")
    return value


def _unpacked(value: Any, tensors: Mapping[str, Tensor]) -> Any:
    if isinstance(value, list):
        return [_unpacked(each, tensors) for each in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "tuple":
        return tuple(_unpacked(each, tensors) for each in content)
    return {key: _unpacked(each, tensors) for key, each in content}


def _digest(plain: str, tensors: Mapping[str, Tensor]) -> str:
    found = hashlib.blake2b(plain.encode(), digest_size=16)
    for name in sorted(tensors):
        tensor = tensors[name]
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        found.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()
