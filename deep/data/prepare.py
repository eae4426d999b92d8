"""From bytes to the numbers that a network sees: scaling, and whitening (ZCA).

  fit(train, data, store)   == the Transform of the settings, from training images only; with a
                               folder `store` it is kept there and found again
  Transform                 == scaling, zca, mean and matrix; `on(device)` is the function that
                               prepares batches there, `pixels(x)` goes back
  Prepare                   == such a function: bytes (B, C, H, W) to float32 of the same shape
  save(transform, path), load(path) == a Transform as a safetensors file with its checksum
  covariance(train)         == mean (D,) and covariance (D, D) of the bytes, from exact integers

Images are flattened channel by channel to D = C H W numbers, scaled to x / 255 ("unit") or
(x - 127.5) / 255 ("centred"), and, with ZCA, multiplied by U diag(s) U' after their mean is
taken off, where the covariance (over N, not N - 1) is U diag(v) U' and

s = 1 / sqrt(v + 1e-5) for "inside", s = 1 / sqrt(v) + 1e-6 for "official".

The second is what the authors' program computes, a slip that leaves nothing regularised, in
float64 here; it needs a covariance of full rank.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from deep.data.checksums import checksum
from deep.settings import DataSettings
from linreg_theory.files import whole_file

__all__ = ["Prepare", "Transform", "covariance", "fit", "load", "save"]

Prepare = Callable[[Tensor], Tensor]

INSIDE = 1e-5
OUTSIDE = 1e-6
FORMAT = "linreg-deep transform 1"
CHUNK = 1024  # images converted to float64 at a time


@dataclass(frozen=True, eq=False)
class Transform:
    """What is done to the bytes of an image before the network sees them.

    Attributes
    ----------
    scaling : {"unit", "centred"}
    zca : {"none", "inside", "official"}
    mean : Tensor of float64, shape (D,)
        Of the scaled training images; empty without ZCA.
    matrix : Tensor of float64, shape (D, D)
        Symmetric; empty without ZCA.
    """

    scaling: str
    zca: str
    mean: Tensor
    matrix: Tensor

    @property
    def whitens(self) -> bool:
        """Whether there is more to it than scaling."""
        return self.zca != "none"

    @property
    def checksum(self) -> str:
        """SHA-256 of all of it."""
        return checksum({"mean": self.mean, "matrix": self.matrix}, self.scaling, self.zca)

    def on(self, device: torch.device | str) -> Prepare:
        """The function that prepares batches on a device, its matrix copied there once.

        It takes bytes (B, C, H, W) on that device and returns float32 of the same shape.
        Whitening is computed in float64 where the device has it, whatever precision matrix
        products have been set to, as an ill-conditioned matrix magnifies what is rounded.

        Raises
        ------
        ValueError
            From the function, for images that are not bytes or have another size.
        """
        device = torch.device(device)
        if not self.whitens:
            return lambda images: _scaled(images, self.scaling, torch.float32)
        dtype = torch.float32 if device.type == "mps" else torch.float64
        mean, matrix = self.mean.to(dtype).to(device), self.matrix.to(dtype).to(device)

        def whitened(images: Tensor) -> Tensor:
            x = _scaled(images, self.scaling, dtype).flatten(1)
            if x.shape[1] != len(mean):
                raise ValueError(f"images must have {len(mean)} numbers each, got {x.shape[1]}")
            with torch.autocast(device.type, enabled=False):
                return ((x - mean) @ matrix).to(torch.float32).view(images.shape)

        return whitened

    def pixels(self, x: Tensor) -> Tensor:
        """Prepared images as bytes again, before rounding: float64 on the CPU, 0 to 255.

        Parameters
        ----------
        x : Tensor, shape (B, C, H, W)

        Raises
        ------
        RuntimeError
            If the whitening matrix is singular to float64.
        """
        scaled = x.detach().cpu().double()
        if self.whitens:
            flat = torch.linalg.solve(self.matrix, scaled.flatten(1), left=False)
            scaled = (flat + self.mean).view(x.shape)
        return scaled * 255 + (127.5 if self.scaling == "centred" else 0)


def fit(train: Tensor, data: DataSettings, store: Path | None = None) -> Transform:
    """The transform of the settings for these training images.

    Parameters
    ----------
    train : Tensor of uint8, shape (N, C, H, W)
        Training images only: neither validation nor test images.
    data : DataSettings
        `scaling` and `zca` count.
    store : Path, optional
        A folder that keeps fitted whitenings, each under the checksum of what it was fitted to;
        made if there is something to keep. Fitting 50,000 images of 3,072 numbers takes half a
        minute on two cores.

    Raises
    ------
    ValueError
        If `train` is not bytes; for "official" whitening of images whose covariance is singular.
    OSError
        If the store cannot be read or written, or what it holds was altered.
    """
    nothing = torch.empty(0, dtype=torch.float64)
    if data.zca == "none":
        return Transform(data.scaling, "none", nothing, nothing)
    if store is None:
        return _fitted(train, data)
    source = checksum({"train": train}, data.scaling, data.zca)
    path = store / f"zca-{data.zca}-{source[:16]}.safetensors"
    if path.exists():
        return load(path)
    transform = _fitted(train, data)
    store.mkdir(parents=True, exist_ok=True)
    save(transform, path)
    return transform


def save(transform: Transform, path: Path) -> None:
    """Write the transform, whole or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    header = {
        "format": FORMAT,
        "scaling": transform.scaling,
        "zca": transform.zca,
        "checksum": transform.checksum,
    }
    tensors = {"mean": transform.mean, "matrix": transform.matrix}
    with whole_file(path) as place:
        place.write_bytes(safetensors.torch.save(tensors, header))


def load(path: Path) -> Transform:
    """The transform that a file holds.

    Raises
    ------
    OSError
        In one line, if the file cannot be read, is none of these, or was altered.
    """
    with path.open("rb"):  # a missing file is said by the system, in its own words
        pass
    try:
        with safetensors.safe_open(str(path), framework="pt") as file:
            header = file.metadata() or {}
            # Copies, as tensors of a mapped file may begin at any address.
            tensors = {name: file.get_tensor(name).clone() for name in ("mean", "matrix")}
        transform = Transform(header["scaling"], header["zca"], **tensors)
    except (safetensors.SafetensorError, KeyError) as error:
        raise OSError(f"{path} is no stored transform: {error}") from None
    if header.get("format") != FORMAT or header.get("checksum") != transform.checksum:
        raise OSError(f"{path} is no stored transform, or was altered since it was written")
    return transform


def covariance(train: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and covariance of the bytes of images, in float64.

    Sums of bytes and of their products are whole numbers below 2^53 for up to 370,000 images,
    and so exact: every machine, with any number of threads, finds the same bits.

    Parameters
    ----------
    train : Tensor of uint8, shape (N, C, H, W)

    Returns
    -------
    mean : Tensor, shape (D,)
    covariance : Tensor, shape (D, D)
        Over N.

    Raises
    ------
    ValueError
        If the images are not bytes or there are none.
    """
    _bytes(train)
    if not len(train):
        raise ValueError("train must hold at least one image, got none")
    flat = train.flatten(1).cpu()
    count, size = flat.shape
    total = torch.zeros(size, dtype=torch.float64)
    products = torch.zeros(size, size, dtype=torch.float64)
    for chunk in torch.split(flat, CHUNK):
        x = chunk.double()
        total += x.sum(0)
        products += x.T @ x
    return total / count, (count * products - torch.outer(total, total)) / count**2


def _fitted(train: Tensor, data: DataSettings) -> Transform:
    mean, spread = covariance(train)
    values, vectors = torch.linalg.eigh(spread / 255**2)
    if data.zca == "inside":
        scales = 1 / torch.sqrt(values.clamp(min=0) + INSIDE)
    else:
        smallest = len(values) * torch.finfo(torch.float64).eps * values[-1]
        rank = int((values > smallest).sum())
        if rank < len(values):
            raise ValueError(
                f'data.zca "official" needs images whose covariance has full rank, '
                f'{len(values)}, got {rank}; "inside" does not'
            )
        scales = 1 / torch.sqrt(values) + OUTSIDE
    matrix = (vectors * scales) @ vectors.T
    scaled = (mean - (127.5 if data.scaling == "centred" else 0)) / 255
    return Transform(data.scaling, data.zca, scaled, (matrix + matrix.T) / 2)


def _scaled(images: Tensor, scaling: str, dtype: torch.dtype) -> Tensor:
    _bytes(images)
    x = images.to(dtype)
    return (x - 127.5) / 255 if scaling == "centred" else x / 255


def _bytes(images: Tensor) -> None:
    if images.dtype != torch.uint8 or images.ndim != 4:
        raise ValueError(
            f"images must be bytes (uint8) of shape (N, C, H, W), got {images.dtype} of shape "
            f"{tuple(images.shape)}"
        )
