"""Divergences against independent formulas, at their edges, and by their gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
from torch import Tensor
from torch.nn import functional as F

from deep.methods.divergences import (
    cross_entropy,
    entropy,
    kl,
    quadratic_error,
    reconstruction_error,
    squared_distance,
)
from linreg_theory import heads

torch.set_num_threads(1)

Divergence = Callable[[Tensor, Tensor], Tensor]
PAIRS: list[Divergence] = [
    kl,
    partial(quadratic_error, reduction="mean"),
    partial(quadratic_error, reduction="sum"),
]


def logits(seed: int, scale: float = 2.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(6, 4, dtype=torch.float64, generator=generator)


def probabilities(z: Tensor) -> np.ndarray:
    return np.asarray(scipy.special.softmax(z.numpy(), axis=1))


def test_kl_weighs_by_its_first_argument() -> None:
    q, p = logits(1), logits(2)
    theirs = scipy.stats.entropy(probabilities(q), probabilities(p), axis=1).mean()
    other = scipy.stats.entropy(probabilities(p), probabilities(q), axis=1).mean()
    assert float(kl(q, p)) == pytest.approx(theirs, rel=1e-12)
    assert float(kl(p, q)) == pytest.approx(other, rel=1e-12)
    assert abs(theirs - other) > 0.1
    ours = np.mean(
        [
            heads.kullback_leibler(a, b)
            for a, b in zip(probabilities(q), probabilities(p), strict=True)
        ]
    )
    assert float(kl(q, p)) == pytest.approx(ours, rel=1e-12)


def test_quadratic_error_is_of_probabilities_and_of_the_sum_or_mean_over_classes() -> None:
    q, p = logits(1), logits(2)
    rows = zip(probabilities(q), probabilities(p), strict=True)
    total = np.mean([heads.quadratic_error(a, b) for a, b in rows])
    assert float(quadratic_error(q, p, "sum")) == pytest.approx(total, rel=1e-12)
    assert float(quadratic_error(q, p, "mean")) == pytest.approx(total / 4, rel=1e-12)
    assert float((q - p).square().sum(1).mean()) != pytest.approx(total, rel=0.1)
    direct = squared_distance(F.softmax(q, 1), F.softmax(p, 1), "sum")
    assert float(direct) == pytest.approx(total, rel=1e-12)


def test_cross_entropy_and_entropy() -> None:
    z, labels = logits(1), torch.tensor([0, 1, 2, 3, 0, 1])
    one_hot = np.eye(4)[labels.numpy()]
    theirs = np.mean(
        [heads.cross_entropy(t, p) for t, p in zip(one_hot, probabilities(z), strict=True)]
    )
    assert float(cross_entropy(z, labels)) == pytest.approx(theirs, rel=1e-12)
    spread = scipy.stats.entropy(probabilities(z), axis=1).mean()
    assert float(entropy(z)) == pytest.approx(spread, rel=1e-12)
    assert float(cross_entropy(z, labels)) != pytest.approx(spread, rel=0.1)


def test_reconstruction_error_applies_the_output_function() -> None:
    images = torch.rand(3, 1, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    outputs = logits(4)[:3]
    pixels = images.reshape(3, 4)
    linear = float(((outputs - pixels) ** 2).mean())
    sigmoid = float(((scipy.special.expit(outputs.numpy()) - pixels.numpy()) ** 2).mean())
    assert float(reconstruction_error(outputs, images, "linear")) == pytest.approx(linear)
    assert float(reconstruction_error(outputs, images, "sigmoid")) == pytest.approx(sigmoid)
    assert abs(linear - sigmoid) > 0.1


@pytest.mark.parametrize("divergence", PAIRS)
def test_gradients_are_those_of_the_values(divergence: Divergence) -> None:
    q, p = logits(1).requires_grad_(), logits(2).requires_grad_()
    assert torch.autograd.gradcheck(divergence, (q, p))
    assert torch.autograd.gradcheck(lambda p: divergence(q.detach(), p), (p,))
    with pytest.raises(RuntimeError, match="Jacobian mismatch"):
        torch.autograd.gradcheck(lambda q, p: _with_half_the_gradient(divergence, q, p), (q, p))


def _with_half_the_gradient(divergence: Divergence, q: Tensor, p: Tensor) -> Tensor:
    value = divergence(q, p)
    return (value + value.detach()) / 2


@pytest.mark.parametrize("divergence", PAIRS)
def test_the_gradient_is_zero_and_not_rounding_where_both_agree(divergence: Divergence) -> None:
    z = (5 * logits(3)).float()
    p = z.clone().requires_grad_()
    for value in (divergence(z, p), divergence(p, z)):
        (slope,) = torch.autograd.grad(value, p)
        assert not slope.any()
    log_p = F.log_softmax(p, 1)
    plain = (F.softmax(z, 1) * (F.log_softmax(z, 1) - log_p)).sum(1).mean()
    assert torch.autograd.grad(plain, p)[0].any()  # what the written-out gradient is for


@pytest.mark.parametrize("size", [1e4, 1e30])
def test_extreme_logits_give_numbers(size: float) -> None:
    q = torch.tensor([[size, 0.0, -size], [0.0, 0.0, 0.0], [-size, -size, size]])
    p = q.flip(0).requires_grad_()
    labels = torch.tensor([2, 0, 0])
    losses = [kl(q, p), quadratic_error(q, p, "mean"), entropy(p), cross_entropy(p, labels)]
    for loss in losses:
        (slope,) = torch.autograd.grad(loss, p)
        assert loss.isfinite()
        assert slope.isfinite().all()
    naive = F.softmax(q, 1) * (F.softmax(q, 1).log() - F.softmax(p, 1).log())
    assert naive.sum().isnan()


@pytest.mark.parametrize("divergence", PAIRS)
def test_nothing_diverges_from_itself(divergence: Divergence) -> None:
    z = logits(1)
    assert float(divergence(z, z)) == 0
    assert float(divergence(z, z + 3)) == pytest.approx(0, abs=1e-12)  # shifts do not matter
    assert float(divergence(z, logits(2))) > 0.01


def test_short_numbers_are_computed_with_in_long_ones() -> None:
    q, p = logits(1).bfloat16(), logits(2).bfloat16()
    for value in (kl(q, p), quadratic_error(q, p, "mean"), entropy(p)):
        assert value.dtype == torch.float32
    assert float(kl(q, p)) == pytest.approx(float(kl(q.double(), p.double())), rel=1e-5)


def test_the_edge_cases_of_shapes_are_refused() -> None:
    for pair in PAIRS:
        with pytest.raises(ValueError, match="one shape"):
            pair(torch.zeros(2, 3), torch.zeros(2, 1))
    with pytest.raises(ValueError, match="reduction must be"):
        squared_distance(torch.ones(1, 2), torch.ones(1, 2), "max")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one shape"):
        reconstruction_error(torch.zeros(2, 3), torch.zeros(2, 1, 2, 2), "linear")
