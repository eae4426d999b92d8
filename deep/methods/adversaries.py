"""The adversaries: which units a mask drops, and where an input is pushed.

  jacobian(upper, h, D)      == J (B, H) = h * dD/dh at the mask of ones (Formula 11): the
                                derivative of D by the mask
  budget(attack, H)          == how many flips delta allows, an int from 0 to H
  adversarial_mask(m, J, a)  == m with the most valuable flips made: `masks.flip_at_most`
  scaled(m, attack, rate)    == what the hidden layer is multiplied by, for a mask m
  fgsm(f, x, D, attack)      == one step of size epsilon up the gradient of D, in l_inf or l_2
  virtual_direction(f, x, z, attack, g)
                             == the step of size epsilon (l_2) that moves the outputs z most
  Forward                    == x -> outputs, an ordinary pass whose batch statistics stand still
  Divergence                 == outputs -> a number
  MaskAttack                 == one search and what it found, for those who want to look at it
  full_precision(device)     == the context of every search: float32, with autocast off

Searches take gradients by the mask or the input alone: nothing is added to any parameter's.
What they return is a constant to whatever comes after. Mixed precision would be their end: in
float16 the gradients of a confident network round to zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import torch
from torch import Tensor

from deep.methods.divergences import kl
from deep.settings import AttackSettings
from linreg_theory import masks

__all__ = [
    "Divergence",
    "Forward",
    "MaskAttack",
    "adversarial_mask",
    "budget",
    "fgsm",
    "full_precision",
    "jacobian",
    "scaled",
    "virtual_direction",
]

Divergence = Callable[[Tensor], Tensor]
Forward = Callable[[Tensor], Tensor]


class Upper(Protocol):
    """The part of a network above the attacked layer."""

    def __call__(self, h: Tensor, update_stats: bool = True) -> Tensor:
        """The outputs of h."""
        ...


@dataclass(frozen=True, eq=False)
class MaskAttack:
    """A search for masks; all tensors without history.

    Attributes
    ----------
    h : Tensor, shape (B, H)
        The hidden layer of the attacked pass.
    base, mask : Tensor, shape (B, H)
        Zeros and ones: where the search began, and what it found.
    jacobian : Tensor, shape (B, H)
        Of the searched divergence, whose gradient is that of a mean over the batch.
    divergence : callable
        The divergence of the loss, from outputs, the other side being fixed.
    target : Tensor, shape (B, C), or None
        That other side, if the divergence is a cross entropy or a KL from it.
    """

    h: Tensor
    base: Tensor
    mask: Tensor
    jacobian: Tensor
    divergence: Divergence
    target: Tensor | None


def full_precision(device: torch.device) -> torch.autocast:
    """Without autocast."""
    return torch.autocast(device.type, enabled=False)


def jacobian(upper: Upper, h: Tensor, divergence: Divergence) -> Tensor:
    """J = h * dD/dh with all units on, which is dD/dm at m = 1 for outputs upper(h * m).

    Parameters
    ----------
    upper : callable
        Called with `update_stats=False`.
    h : Tensor, shape (B, H)
        Its own history is not touched.
    divergence : callable
        Outputs (B, C) to a number. For a mean over the batch, row n of J is 1/B times the
        derivative of sample n's own divergence.

    Returns
    -------
    Tensor, shape (B, H)
        float32 (float64 for such h), without history.
    """
    leaf = _precise(h.detach())
    with torch.enable_grad(), full_precision(h.device):
        leaf.requires_grad_()
        (slope,) = torch.autograd.grad(divergence(upper(leaf, update_stats=False)), leaf)
    return leaf.detach() * slope


def budget(attack: AttackSettings, units: int) -> int:
    """The number of flips that delta stands for among H units.

    The product delta H is that of the decimal number delta: 0.29 of 100 is 29, where floats
    would give 28. Read as "flips", it is rounded down; read literally, it bounds the Euclidean
    distance of two masks, which is the root of the number of flips.

    Raises
    ------
    ValueError
        If there are no units.
    """
    if units < 1:
        raise ValueError(f"units must be at least 1, got {units}")
    limit = Fraction(str(attack.delta)) * units
    if attack.reading == "flips":
        return masks.allowed_flips(limit, "flips")
    return min(units, masks.allowed_flips(limit, "euclidean"))


def adversarial_mask(base: Tensor, jacobian: Tensor, attack: AttackSettings) -> Tensor:
    """The mask (B, H) of zeros and ones that the linearised divergence is largest at.

    Parameters
    ----------
    base : Tensor, shape (B, H)
        The masks to start from.
    jacobian : Tensor, shape (B, H)
    attack : AttackSettings

    Raises
    ------
    ValueError
        If J is not finite, or the base holds anything but zeros and ones.
    """
    flipped: Tensor = masks.flip_at_most(base, jacobian, budget(attack, base.shape[-1]))
    return flipped


def scaled(mask: Tensor, attack: AttackSettings, top_dropout: float) -> Tensor:
    """The mask (B, H) as a factor of the hidden layer.

    Renormalised, each row sums to H. Else a sampled mask is divided by 1 - top_dropout, as in
    dropout, and one that started from ones by nothing. A row of zeros stays one.
    """
    if attack.renormalise:
        kept = mask.sum(-1, keepdim=True)
        return mask * (mask.shape[-1] / kept.clamp(min=1))
    return mask / (1 - top_dropout) if attack.base == "sampled" else mask


def fgsm(forward: Forward, x: Tensor, divergence: Divergence, attack: AttackSettings) -> Tensor:
    """The fast gradient step r, like x: epsilon sg(g), or epsilon g / |g|_2 for each image.

    Parameters
    ----------
    forward : callable
    x : Tensor, shape (B, ...)
    divergence : callable
        Outputs to the number whose gradient by x is g.
    attack : AttackSettings
        `epsilon` and `norm` count.
    """
    leaf = _precise(x.detach())
    with torch.enable_grad(), full_precision(x.device):
        leaf.requires_grad_()
        (slope,) = torch.autograd.grad(divergence(forward(leaf)), leaf)
    step = slope.sign() if attack.norm == "inf" else _unit(slope)
    return attack.epsilon * step


def virtual_direction(
    forward: Forward,
    x: Tensor,
    clean: Tensor,
    attack: AttackSettings,
    generator: torch.Generator,
) -> Tensor:
    """The virtual adversarial perturbation r, like x, with |r|_2 = epsilon for each image.

    KL[clean, f(x + d)] and its first derivative vanish at d = 0, so that its second derivative
    decides. A power iteration multiplies by that: d <- the gradient at xi d / |d|_2. It goes up,
    whatever the sign of d.

    Parameters
    ----------
    forward : callable
        The function whose outputs are `clean` at x: the same masks.
    x : Tensor, shape (B, ...)
    clean : Tensor, shape (B, C)
        Logits.
    attack : AttackSettings
        `epsilon`, `xi` and `power_iterations` count. With xi = 1e-6, much of x + xi d is x in
        float32.
    generator : torch.Generator
        Of the first d, normal numbers.
    """
    start = _precise(x.detach())
    clean = _precise(clean.detach())
    d = torch.randn(x.shape, generator=generator, device=x.device)
    with torch.enable_grad(), full_precision(x.device):
        for _ in range(attack.power_iterations):
            leaf = (attack.xi * _unit(d)).requires_grad_()
            (d,) = torch.autograd.grad(kl(clean, forward(start + leaf)), leaf)
    return attack.epsilon * _unit(d)


def _unit(d: Tensor) -> Tensor:
    """d with Euclidean norm 1 for each image; zero stays zero."""
    # The largest entry is taken out first: squares of small gradients would vanish.
    rows = d.flatten(1)
    rows = rows / rows.abs().amax(1, keepdim=True).clamp(min=torch.finfo(d.dtype).tiny)
    rows = rows / rows.square().sum(1, keepdim=True).sqrt().clamp(min=0.5)
    return rows.view_as(d)


def _precise(x: Tensor) -> Tensor:
    """A copy in float32 at least."""
    return x.to(torch.promote_types(x.dtype, torch.float32), copy=True)
