"""Checkpoints: exact, whole or not there, and nothing else is ever loaded."""

from __future__ import annotations

import errno
import io
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from deep.training import checkpoints
from deep.training.checkpoints import NotACheckpoint, files, load, newest, save


def state() -> dict[str, Any]:
    """One of everything that a run keeps, the optimiser's integer keys among it."""
    generator = torch.Generator().manual_seed(3)
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).to(
        memory_format=torch.channels_last
    )
    optimiser = torch.optim.Adam(network.parameters())
    network(torch.rand(4, 1, 5, 5, generator=generator)).sum().backward()
    optimiser.step()
    return {
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "generator": generator.get_state(),
        "position": {"step": 7, "loss": 0.1 + 0.2, "best": None, "names": ["a", "b"]},
        "kinds": (torch.tensor(3.5), torch.ones(0, 2), torch.ones(3, dtype=torch.bfloat16)),
        "flags": torch.tensor([True, False]),
        "nothing": {},
        "float": float("inf"),
    }


def same(first: Any, second: Any) -> bool:
    """Whether two trees agree in structure, types and every bit."""
    if type(first) is not type(second) and not isinstance(first, dict):
        return False
    if isinstance(first, Tensor):
        return first.dtype == second.dtype and torch.equal(first, second)
    if isinstance(first, dict):
        return list(first) == list(second) and all(same(first[k], second[k]) for k in first)
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)


def test_a_state_comes_back_bit_for_bit(tmp_path: Path) -> None:
    original = state()
    again = load(save(tmp_path, original, 7))
    assert same(dict(original), again)
    again["network"]["0.weight"][0, 0, 0, 0] += 1e-7
    assert not same(dict(original), again)
    assert not same({"a": (1,)}, {"a": [1]})


def test_the_last_two_remain(tmp_path: Path) -> None:
    for step in (1, 2, 10, 100_000_000):
        save(tmp_path, {"step": step}, step)
        assert load(files(tmp_path)[-1]) == {"step": step}
    assert [load(path)["step"] for path in files(tmp_path)] == [10, 100_000_000]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("leaf", [1j, {1.5: "a key"}, {"in": {2, 3}}], ids=repr)
def test_what_cannot_be_kept_is_refused(tmp_path: Path, leaf: object) -> None:
    with pytest.raises(TypeError, match="state/part") as error:
        save(tmp_path, {"part": leaf}, 1)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path, {"weights": torch.arange(5.0), "step": 3}, 3)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(NotACheckpoint, match="no checkpoint") as error:
            load(path)
        assert "\n" not in str(error.value)
    path.write_bytes(whole)
    assert load(path)["step"] == 3


def test_an_altered_bit_anywhere_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path, {"weights": torch.arange(2.0), "step": 3}, 3)
    whole = bytearray(path.read_bytes())
    refused = 0
    for position in range(8, len(whole)):
        whole[position] ^= 1 << position % 7
        path.write_bytes(whole)
        try:
            found = load(path)
        except NotACheckpoint:
            refused += 1
        else:  # white space around the header, or the name of a key that nothing reads
            assert same(found, {"weights": torch.arange(2.0), "step": 3})
        whole[position] ^= 1 << position % 7
    assert refused > 0.9 * (len(whole) - 8)


def _pickled() -> bytes:
    return pickle.dumps({"weights": [1.0]})


def _of_torch() -> bytes:
    target = io.BytesIO()
    torch.save({"weights": torch.ones(2)}, target)
    return target.getvalue()


def _of_another_program() -> bytes:
    return safetensors.torch.save({"weights": torch.ones(2)}, {"format": "pt"})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_pickled, "pickle, which is never loaded"),
        (_of_torch, "pickle, which is never loaded"),
        (_of_another_program, "another program"),
        (lambda: b"", "truncated"),
        (lambda: b"not at all a checkpoint", "truncated or foreign"),
    ],
)
def test_foreign_files_are_refused_in_one_line(
    tmp_path: Path, content: Callable[[], bytes], reason: str
) -> None:
    path = tmp_path / "checkpoint-000000001.safetensors"
    path.write_bytes(content())
    with pytest.raises(NotACheckpoint, match=reason) as error:
        load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_no_pickle_is_executed(tmp_path: Path) -> None:
    """A file that would leave a mark if anything unpickled it; pickle itself does."""
    mark = tmp_path / "mark"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (mark,))

    path = tmp_path / "checkpoint-000000001.safetensors"
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(NotACheckpoint):
        load(path)
    assert not mark.exists()
    pickle.loads(path.read_bytes())
    assert mark.exists()


def test_a_damaged_file_is_passed_over_with_a_word_and_kept(tmp_path: Path) -> None:
    said: list[str] = []
    save(tmp_path, {"step": 1}, 1)
    last = save(tmp_path, {"step": 2}, 2)
    assert newest(tmp_path, said.append) == {"step": 2}
    assert said == []
    content = last.read_bytes()[:-1] if last.stat().st_size % 8 else last.read_bytes()[:-8]
    last.write_bytes(content)
    assert newest(tmp_path, said.append) == {"step": 1}
    (line,) = said
    assert last.name in line
    assert "set aside" in line
    assert last.with_name(last.name + ".damaged").read_bytes() == content


def test_if_none_can_be_loaded_nothing_begins_anew(tmp_path: Path) -> None:
    assert newest(tmp_path, pytest.fail) is None
    save(tmp_path, {"step": 1}, 1).write_bytes(b"")
    with pytest.raises(NotACheckpoint, match="none of its 1"):
        newest(tmp_path, lambda line: None)


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each of the three places where a write can fail, what was there stays readable."""
    save(tmp_path, {"step": 1}, 1)
    save(tmp_path, {"step": 2}, 2)
    before = sorted(path.name for path in tmp_path.iterdir())

    def full(*arguments: object, **options: object) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for place, name in ((os, "fsync"), (os, "replace"), (Path, "open")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, full)
            with pytest.raises(OSError, match="No space"):
                save(tmp_path, {"step": 3}, 3)
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        assert newest(tmp_path, pytest.fail) == {"step": 2}
    save(tmp_path, {"step": 3}, 3)
    assert newest(tmp_path, pytest.fail) == {"step": 3}


def test_a_write_in_place_would_lose_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above can fail: a writer that fills the old file destroys it."""

    def in_place(path: Path, data: bytes) -> None:
        path.write_bytes(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    save(tmp_path, {"step": 2}, 2)
    monkeypatch.setattr(checkpoints, "write_whole", in_place)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path, {"step": 2}, 2)
    with pytest.raises(NotACheckpoint, match="none of its 1"):
        newest(tmp_path, lambda line: None)


def test_killed_while_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies between writing and renaming, without any cleaning up."""
    save(tmp_path, {"step": 1}, 1)
    child = os.fork()
    if not child:
        monkeypatch.setattr(os, "replace", lambda *names: os._exit(9))
        save(tmp_path, {"step": 2}, 2)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert newest(tmp_path, pytest.fail) == {"step": 1}
    assert len(list(tmp_path.iterdir())) == 2  # the unfinished one has a name that nothing reads


def test_the_header_is_plain_json(tmp_path: Path) -> None:
    """Any safetensors reader can look into a file."""
    path = save(tmp_path, {"weights": torch.ones(3), "epoch": 4}, 1)
    with safetensors.safe_open(str(path), framework="pt") as file:
        assert list(file.keys()) == ["/weights"]
        assert json.loads(file.metadata()["plain"])["dict"][1] == ["epoch", 4]
    assert checkpoints.files(tmp_path) == [path]
