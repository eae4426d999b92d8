"""Random translation and horizontal flip, a batch at a time, on its device.

  augmented(x, translate, flip, generator) == one view of a batch: moved, and flipped or not
  draw(images, translate, flip, generator) == the Moves of a view, one for each image
  moved(x, moves)     == the batch after them
  Moves               == padding, top, left, flipped: the crop and whether it is mirrored

Images are padded with zeros by `translate` pixels on each side and a crop of the old size is
taken at a uniformly random place; with `flip`, half of the crops are mirrored left to right.
Zero is what the prepared images make of it: their mean after whitening, mid-grey if they are
centred, black if not. Each call draws anew, flips included, so two views are independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

__all__ = ["Moves", "augmented", "draw", "moved"]


@dataclass(frozen=True, eq=False)
class Moves:
    """Where each image's crop begins in the padded image, and whether it is mirrored.

    Attributes
    ----------
    padding : int
        Zeros on each side.
    top, left : Tensor of int64, shape (B,)
        From 0 to 2 padding; `padding` is no move.
    flipped : Tensor of bool, shape (B,)
    """

    padding: int
    top: Tensor
    left: Tensor
    flipped: Tensor


def augmented(x: Tensor, translate: int, flip: bool, generator: torch.Generator) -> Tensor:
    """A view of the images: each moved and flipped at random.

    Parameters
    ----------
    x : Tensor, shape (B, C, H, W)
        Prepared images.
    translate : int
        The largest move in pixels, each way, in both directions.
    flip : bool
        Whether half of the images are mirrored.
    generator : torch.Generator
        May live on another device than `x`.

    Returns
    -------
    Tensor, shape (B, C, H, W)
        `x` itself, and no draw, for translate = 0 without flips.
    """
    if not translate and not flip:
        return x
    return moved(x, draw(len(x), translate, flip, generator))


def draw(images: int, translate: int, flip: bool, generator: torch.Generator) -> Moves:
    """The moves of a view: all tops, then all lefts, then all flips, of those there are."""
    where = generator.device
    top = left = torch.zeros(images, dtype=torch.int64, device=where)
    flipped = torch.zeros(images, dtype=torch.bool, device=where)
    if translate:
        places = 2 * translate + 1
        top, left = torch.randint(places, (2, images), generator=generator, device=where)
    if flip:
        flipped = torch.randint(2, (images,), generator=generator, device=where) == 1
    return Moves(translate, top, left, flipped)


def moved(x: Tensor, moves: Moves) -> Tensor:
    """The images after their moves, (B, C, H, W), without a loop over them."""
    count, channels, height, width = x.shape
    device = x.device
    rows = moves.top.to(device)[:, None] + torch.arange(height, device=device)  # (B, H)
    columns = torch.arange(width, device=device).expand(count, width)
    columns = torch.where(moves.flipped.to(device)[:, None], columns.flip(-1), columns)
    columns = moves.left.to(device)[:, None] + columns  # (B, W)
    image = torch.arange(count, device=device)[:, None, None, None]
    channel = torch.arange(channels, device=device)[None, :, None, None]
    padded = pad(x, [moves.padding] * 4)
    return padded[image, channel, rows[:, None, :, None], columns[:, None, None, :]]
