"""Which training images are labelled, unlabelled, or held out for validation.

  split(labels, data)       == a Split of the training images by DataSettings
  Split                     == labelled, unlabelled, validation: sorted row numbers
  class_orders(labels, rule, seed) == the rows of each class, in the order they are chosen in
  quotas(sizes, total)      == how many to choose of each class: as equal as possible

The rows of each class are put into an order that depends on `data.split_seed` only. Labelled
images come from its front and validation images from its back, so the labelled images are the
same with and without a validation set, and 100 labels are among the 1,000 of the same seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from deep.data.checksums import checksum
from deep.settings import DataSettings

__all__ = ["Split", "class_orders", "quotas", "split"]

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers into the training images, int64 and ascending.

    Attributes
    ----------
    labelled : Tensor, shape (L,)
    unlabelled : Tensor, shape (U,)
        With or without the labelled rows, as the settings say; may be empty.
    validation : Tensor, shape (V,)
        In neither of the others; may be empty.
    """

    labelled: Tensor
    unlabelled: Tensor
    validation: Tensor

    @property
    def training(self) -> Tensor:
        """All rows that training may see, (T,): those that are not held out."""
        return torch.unique(torch.cat([self.labelled, self.unlabelled]))

    @property
    def checksum(self) -> str:
        """SHA-256 of the three."""
        return checksum(self.tensors())

    def tensors(self) -> dict[str, Tensor]:
        """The three by name, as a file holds them."""
        return {
            "labelled": self.labelled,
            "unlabelled": self.unlabelled,
            "validation": self.validation,
        }


def split(train_labels: Tensor, data: DataSettings) -> Split:
    """Choose the labelled and the validation images, balanced over the classes.

    Parameters
    ----------
    train_labels : Tensor of int64, shape (N,)
    data : DataSettings
        `labels` (None: all that are not held out), `validation`, `split_seed`, `split_order`
        and `unlabelled_includes_labelled` count.

    Returns
    -------
    Split
        Equal numbers of each class, see `quotas` for what does not divide.

    Raises
    ------
    ValueError
        If validation set or labelled subset are larger than the data.
    """
    labels = train_labels.detach().cpu().numpy()
    images = len(labels)
    if data.validation >= images:
        raise ValueError(
            f"data.validation must be at most {images - 1}, for an image to train on, "
            f"got {data.validation}"
        )
    if data.labels is not None and data.labels > images - data.validation:
        raise ValueError(
            f"data.labels must be at most {images - data.validation}, the training images "
            f"that are not held out, got {data.labels}"
        )
    orders = class_orders(labels, data.split_order, data.split_seed)
    kept, validation = _cut(orders, data.validation, from_back=True)
    wanted = sum(map(len, kept)) if data.labels is None else data.labels
    rest, labelled = _cut(kept, wanted, from_back=False)
    unlabelled = kept if data.unlabelled_includes_labelled else rest
    return Split(_sorted(labelled), _sorted(unlabelled), _sorted(validation))


def class_orders(
    labels: Rows, rule: Literal["pcg64", "official"] = "pcg64", seed: int = 1
) -> list[Rows]:
    """The rows of each class, in the order in which they are chosen.

    Parameters
    ----------
    labels : array of int64, shape (N,)
    rule : {"pcg64", "official"}
        "pcg64": NumPy's Generator on PCG64(seed) permutes the rows of one class after the
        other, lowest class first. "official": the legacy RandomState(seed) permutes all rows
        and each class keeps that order, as the authors' program does. With 1,000 labels and
        seed 1 that is its labelled subset of SVHN; its subset of CIFAR-10 cannot be had
        again, as it shuffles those images without a seed before.
    seed : int

    Returns
    -------
    list of arrays
        One for each class that occurs, by ascending class.

    Raises
    ------
    ValueError
        If the legacy generator does not take the seed.
    """
    if rule == "official":
        if seed >= 2**32:
            raise ValueError(f"data.split_seed must be below 2^32 for official, got {seed}")
        order = np.random.RandomState(seed).permutation(len(labels))
        return [order[labels[order] == each] for each in np.unique(labels)]
    rng = np.random.Generator(np.random.PCG64(seed))
    return [rng.permutation(np.flatnonzero(labels == each)) for each in np.unique(labels)]


def quotas(sizes: Sequence[int], total: int) -> list[int]:
    """How many to choose of each class, `total` together, as equal as the sizes allow.

    A class with too few images gives all it has, and the others share what it lacks. Of a
    remainder, the lowest classes with images left give one more each.

    Raises
    ------
    ValueError
        If the classes hold fewer than `total` images.
    """
    if total > sum(sizes):
        raise ValueError(f"total must be at most the {sum(sizes)} images, got {total}")
    chosen = [0] * len(sizes)
    while left := total - sum(chosen):
        hungry = [each for each, size in enumerate(sizes) if chosen[each] < size]
        share = left // len(hungry)
        if not share:
            for each in hungry[:left]:
                chosen[each] += 1
        for each in hungry if share else ():
            chosen[each] = min(sizes[each], chosen[each] + share)
    return chosen


def _cut(orders: Sequence[Rows], total: int, from_back: bool) -> tuple[list[Rows], list[Rows]]:
    """What is left of each class, and what was chosen."""
    parts = quotas([len(order) for order in orders], total)
    left, chosen = [], []
    for order, part in zip(orders, parts, strict=True):
        front, back = np.split(order, [len(order) - part if from_back else part])
        left.append(front if from_back else back)
        chosen.append(back if from_back else front)
    return left, chosen


def _sorted(rows: Iterable[Rows]) -> Tensor:
    together = np.concatenate([np.empty(0, np.int64), *rows]).astype(np.int64)
    return torch.from_numpy(np.sort(together))
