"""What a step of training sees, in an order that can be taken up again anywhere.

  Batches(images, split, settings, device, generator) == the batches of a run; `steps` an epoch,
                   `epoch()` yields them, `state_dict()` and `load_state_dict()` stop and go on
  Batch         == x, y, x2, u, u2, index of one step; `part(rank, world)` is one process's rows

Labelled and unlabelled images are shuffled anew when an epoch begins. A batch never goes over
the end of a shuffle: what is left, less than a batch, is passed over, and the set is shuffled
again. So the smaller set is cycled, no image is twice in one batch, and every image has the
same chance to be passed over. A batch larger than its set is an error.

An epoch has `schedule.steps` steps, or as many whole batches as the larger set has (of two
equally large ones, the one with more batches).

All draws come from one generator, in this order: the shuffles of the labelled and of the
unlabelled set where they are due; then the moves of x, x2, u and u2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import torch
from torch import Tensor

from deep.data.augment import augmented
from deep.data.prepare import CHUNK, Prepare, Transform, fit
from deep.data.sources import Images
from deep.data.splits import Split
from deep.settings import Settings

__all__ = ["Batch", "Batches"]

WHITENED_AT_ONCE = 2**30  # bytes of float32 images that are kept whitened, not whitened per batch


@dataclass(frozen=True, eq=False)
class Batch:
    """One step's images, on the device.

    Attributes
    ----------
    x : Tensor of float32, shape (B, C, H, W)
        Labelled images, prepared and augmented.
    y : Tensor of int64, shape (B,)
        Their labels.
    x2 : Tensor like x, or None
        The same images augmented independently, with `noise.views` = 2; without augmentation
        it is x itself.
    u, u2 : Tensor of float32, shape (U, C, H, W), or None
        Likewise for unlabelled images; None with `optimiser.batch_unlabelled` = 0, where the
        unsupervised terms see x and x2.
    index : Tensor of int64
        The rows of the training images that the unsupervised terms see: (U,) of u, or (B,) of
        x where there is no u. No row occurs twice.
    """

    x: Tensor
    y: Tensor
    x2: Tensor | None
    u: Tensor | None
    u2: Tensor | None
    index: Tensor

    def part(self, rank: int, world: int) -> Batch:
        """The rows of one of `world` processes that share the batch in equal parts.

        Parts of all ranks, one after the other, are the batch: process `rank` has rows
        rank n / world to (rank + 1) n / world of n.

        Raises
        ------
        ValueError
            If there is no such rank, or a number of rows is no multiple of `world`.
        """
        if not 0 <= rank < world:
            raise ValueError(f"rank must be from 0 to {world - 1}, got {rank}")
        rows = {each.name: getattr(self, each.name) for each in fields(self)}
        for name, tensor in rows.items():
            if tensor is None:
                continue
            size, rest = divmod(len(tensor), world)
            if rest:
                key = "batch_unlabelled" if name.startswith("u") else "batch"
                raise ValueError(
                    f"optimiser.{key} must be a multiple of the {world} processes, "
                    f"got {len(tensor)}"
                )
            rows[name] = tensor[rank * size : (rank + 1) * size]
        return Batch(**rows)


class Batches:
    """The batches of a run, epoch after epoch.

    Every process of a run makes the same batches from the same generator and takes its `part`.

    Parameters
    ----------
    images : Images
        They are kept on the device as bytes and prepared batch by batch; whitened images are
        kept in float32 instead where that takes up to a gigabyte.
    split : Split
    settings : Settings
        `data`, `noise.views`, `optimiser.batch`, `optimiser.batch_unlabelled` and
        `schedule.steps` count.
    device : torch.device or str
    generator : torch.Generator
        Its own: its state is part of this object's state.
    transform : Transform, optional
        As `prepare.fit` gives it; fitted to the split's training images if None.

    Attributes
    ----------
    steps : int
        Of an epoch.
    step : int
        Those taken of the epoch under way; 0 between epochs.

    Raises
    ------
    ValueError
        If a batch is larger than its set, or unlabelled images are wanted and there are none.
    """

    def __init__(
        self,
        images: Images,
        split: Split,
        settings: Settings,
        device: torch.device | str,
        generator: torch.Generator,
        transform: Transform | None = None,
    ) -> None:
        sets = [_Shuffles("batch", "labelled", split.labelled, settings)]
        if settings.optimiser.batch_unlabelled:
            sets.append(_Shuffles("batch_unlabelled", "unlabelled", split.unlabelled, settings))
        if transform is None:
            transform = fit(images.train[split.training], settings.data)
        device = torch.device(device)
        self.steps = settings.schedule.steps or max((len(e.rows), e.passes) for e in sets)[1]
        self.step = 0
        self.transform = transform
        self._sets = sets
        self._generator = generator
        self._data = settings.data
        self._views = settings.noise.views
        self._split = split
        self._train = _Pictures(images.train, images.train_labels, transform, device)
        self._test = _Pictures(images.test, images.test_labels, transform, device)

    def epoch(self) -> Iterator[Batch]:
        """The batches of the epoch that is under way, or of a new one.

        A state taken while a batch is in use is the state after that batch. After the last
        batch, until the iteration ends, the epoch is under way with nothing left: an epoch
        taken up there yields nothing more.
        """
        if self.step == 0:
            for each in self._sets:
                each.shuffle(self._generator)
        while self.step < self.steps:
            batch = self._next()
            self.step += 1
            yield batch
        self.step = 0

    def in_order(
        self, part: Literal["train", "validation", "test"], size: int = 500
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and labels in order, each once, prepared but not augmented; nothing is drawn.

        Parameters
        ----------
        part : {"train", "validation", "test"}
            "train" is all that is not held out, labelled or not.
        size : int
            The last batch has what is left.

        Yields
        ------
        x : Tensor of float32, shape (B, C, H, W)
        y : Tensor of int64, shape (B,)

        Raises
        ------
        ValueError
            If there is no such part, or `size` is not positive.
        """
        if size < 1:
            raise ValueError(f"size must be positive, got {size}")
        if part not in ("train", "validation", "test"):
            raise ValueError(f'part must be "train", "validation" or "test", got {part!r}')
        rows = torch.arange(len(self._test.labels))
        if part != "test":
            rows = self._split.training if part == "train" else self._split.validation
        pictures = self._test if part == "test" else self._train
        return (pictures.rows(each) for each in torch.split(rows, size) if len(each))

    def state_dict(self) -> dict[str, Any]:
        """Order, position and generator: tensors and numbers, nothing else."""
        return {
            "step": self.step,
            "sets": {
                each.name: {"order": each.order, "position": each.position} for each in self._sets
            },
            "generator": self._generator.get_state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state: the batches that follow are those that would have followed.

        Raises
        ------
        ValueError
            If the state is of other images or steps; nothing is changed then.
        """
        step, sets = int(state["step"]), state["sets"]
        if not 0 <= step <= self.steps:
            raise ValueError(f"state must be within an epoch of {self.steps} steps, got {step}")
        if set(sets) != {each.name for each in self._sets}:
            raise ValueError(
                f"state must be of the sets {', '.join(each.name for each in self._sets)}, "
                f"got {', '.join(sets)}"
            )
        for each in self._sets:
            each.check(**sets[each.name])
        for each in self._sets:
            each.order = sets[each.name]["order"].clone()
            each.position = int(sets[each.name]["position"])
        self.step = step
        self._generator.set_state(state["generator"])

    def _next(self) -> Batch:
        index = [each.take(self._generator) for each in self._sets]
        x, y = self._train.rows(index[0])
        x, x2 = self._both_views(x)
        u = u2 = None
        if len(index) > 1:
            u, u2 = self._both_views(self._train.rows(index[1])[0])
        return Batch(x, y, x2, u, u2, index[-1].to(x.device))

    def _both_views(self, prepared: Tensor) -> tuple[Tensor, Tensor | None]:
        first = self._view(prepared)
        return first, self._view(prepared) if self._views == 2 else None

    def _view(self, prepared: Tensor) -> Tensor:
        return augmented(prepared, self._data.translate, self._data.flip, self._generator)


class _Shuffles:
    """Batches of rows from one shuffle of them after the other."""

    def __init__(self, key: str, name: str, rows: Tensor, settings: Settings) -> None:
        self.name = name
        self.rows = rows
        self.batch: int = getattr(settings.optimiser, key)
        self.order = torch.empty(0, dtype=torch.int64)
        self.position = 0
        if self.batch > len(rows):
            raise ValueError(
                f"optimiser.{key} must be at most {len(rows)}, the number of {name} images, "
                f"got {self.batch}"
            )

    @property
    def passes(self) -> int:
        """Whole batches in a shuffle."""
        return len(self.rows) // self.batch

    def shuffle(self, generator: torch.Generator) -> None:
        places = torch.randperm(len(self.rows), generator=generator, device=generator.device)
        self.order = self.rows[places.cpu()]
        self.position = 0

    def take(self, generator: torch.Generator) -> Tensor:
        if self.position + self.batch > len(self.order):
            self.shuffle(generator)
        self.position += self.batch
        return self.order[self.position - self.batch : self.position]

    def check(self, order: Tensor, position: int) -> None:
        if len(order) and not torch.equal(order.sort().values, self.rows):
            raise ValueError(
                f"state must be an order of the {len(self.rows)} {self.name} images of this "
                f"split, got {len(order)} others"
            )
        if not 0 <= position <= len(order):
            raise ValueError(f"state has position {position} among {len(order)} images")


class _Pictures:
    """Images on a device as bytes, or whitened, and their labels."""

    def __init__(
        self, images: Tensor, labels: Tensor, transform: Transform, device: torch.device
    ) -> None:
        prepare = transform.on(device)
        self.labels = labels.to(device)
        self._images = images.to(device)
        self._prepare: Prepare | None = prepare
        if transform.whitens and 4 * images.numel() <= WHITENED_AT_ONCE:
            self._images = torch.cat([prepare(each) for each in torch.split(self._images, CHUNK)])
            self._prepare = None

    def rows(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Prepared images (B, C, H, W) and labels (B,), copies both."""
        index = index.to(self.labels.device)
        images = self._images[index]
        return images if self._prepare is None else self._prepare(images), self.labels[index]
