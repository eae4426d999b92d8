"""How far outputs are from labels and from one another; from logits, means over the batch.

  cross_entropy(z, y)              == -log p_y: logits (B, C), labels (B,)
  kl(q, p)                         == KL[q, p] = sum_c q_c log(q_c / p_c): the first argument is
                                      the distribution that weighs
  quadratic_error(q, p)            == sum_c (q_c - p_c)^2 of probabilities, or its mean over c
  squared_distance(q, p)           == the same, of probabilities and not of logits
  entropy(z)                       == -sum_c p_c log p_c
  reconstruction_error(z, x)       == mean square of output less pixel, by autoencoder outputs z

q and p are the softmax of logits; gradients flow into every argument that asks for one. In KL
[clean, adversarial], the loss of the paper and of its program, the clean logits come first.

All is computed in float32 at least, from logarithms of the softmax, so that no logit is too
large. `kl` has its gradient written out, p - q in the second argument: it is zero, and not
rounding, where the two agree. A search by that gradient would else act on rounding.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

__all__ = [
    "cross_entropy",
    "entropy",
    "kl",
    "quadratic_error",
    "reconstruction_error",
    "squared_distance",
]

Reduction = Literal["mean", "sum"]


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean of -log p_label over the batch: logits (B, C), integer labels (B,)."""
    return F.cross_entropy(_precise(logits), labels)


def kl(q_logits: Tensor, p_logits: Tensor) -> Tensor:
    """The mean over the batch of KL[q, p], for logits (B, C) each.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    _alike(q_logits, p_logits)
    divergence: Tensor = _KullbackLeibler.apply(_precise(q_logits), _precise(p_logits))
    return divergence


def quadratic_error(q_logits: Tensor, p_logits: Tensor, reduction: Reduction) -> Tensor:
    """The mean over the batch of the quadratic error of probabilities, for logits (B, C) each.

    Parameters
    ----------
    q_logits, p_logits : Tensor, shape (B, C)
    reduction : {"mean", "sum"}
        Over the classes: the paper's text says the sum, the authors' program takes the mean.

    Raises
    ------
    ValueError
        If the shapes differ, or for another reduction.
    """
    _alike(q_logits, p_logits)
    q, p = (F.softmax(_precise(logits), dim=1) for logits in (q_logits, p_logits))
    return squared_distance(q, p, reduction)


def squared_distance(q: Tensor, p: Tensor, reduction: Reduction) -> Tensor:
    """As `quadratic_error`, of probabilities (B, C)."""
    _alike(q, p)
    if reduction not in ("mean", "sum"):
        raise ValueError(f'reduction must be "mean" or "sum", got {reduction!r}')
    squares = (q - p).square()
    return squares.mean() if reduction == "mean" else squares.sum(1).mean()


def entropy(logits: Tensor) -> Tensor:
    """The mean over the batch of the entropy of the softmax of logits (B, C)."""
    logarithms = F.log_softmax(_precise(logits), dim=1)
    return -(logarithms.exp() * logarithms).sum(1).mean()


def reconstruction_error(
    outputs: Tensor, images: Tensor, output: Literal["sigmoid", "linear"]
) -> Tensor:
    """The mean over images and pixels of (output - pixel)^2.

    Parameters
    ----------
    outputs : Tensor, shape (B, pixels)
        Before the output function.
    images : Tensor, shape (B, channels, height, width)
    output : {"sigmoid", "linear"}
        The output function.

    Raises
    ------
    ValueError
        If there is not one output a pixel.
    """
    pixels = images.flatten(1)
    _alike(outputs, pixels)
    outputs = _precise(outputs)
    return F.mse_loss(outputs.sigmoid() if output == "sigmoid" else outputs, pixels)


class _KullbackLeibler(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, q_logits: Tensor, p_logits: Tensor) -> Tensor:
        log_q, log_p = F.log_softmax(q_logits, dim=1), F.log_softmax(p_logits, dim=1)
        q, ratio = log_q.exp(), log_q - log_p
        each = (q * ratio).sum(1, keepdim=True)
        ctx.save_for_backward(q, log_p.exp(), ratio, each)
        return each.mean()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        q, p, ratio, each = ctx.saved_tensors
        share = gradient / len(q)
        by_q = share * q * (ratio - each) if ctx.needs_input_grad[0] else None
        by_p = share * (p - q) if ctx.needs_input_grad[1] else None
        return by_q, by_p


def _precise(logits: Tensor) -> Tensor:
    """At least float32: mixed precision hands on shorter numbers."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))


def _alike(first: Tensor, second: Tensor) -> None:
    if first.ndim != 2 or first.shape != second.shape:
        raise ValueError(
            "both must have one shape, a row a sample, "
            f"got {tuple(first.shape)} and {tuple(second.shape)}"
        )
