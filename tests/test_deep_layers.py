"""Noise that passes share or not, normalisation that moves when told, initial weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn
from torch.multiprocessing.spawn import spawn

from deep.methods.ensembles import Ensemble
from deep.networks import layers
from deep.networks.layers import (
    Normalisation,
    convolution,
    linear,
    normalisation,
    pooled,
    pooled_size,
)
from deep.networks.noise import Draw
from deep.settings import NoiseSettings

torch.set_num_threads(1)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def draw(**noise: Any) -> Draw:
    return Draw(generator(), NoiseSettings(**noise))


class TestNoise:
    def test_hidden_dropout_is_inverted_and_of_its_rate(self) -> None:
        h = torch.full((50, 8, 10, 10), 3.0)
        dropped = draw().hidden("drop", h, 0.25)
        assert set(dropped.flatten().tolist()) == {0.0, 4.0}
        zeros = float((dropped == 0).float().mean())
        assert abs(zeros - 0.25) < 5 * (0.25 * 0.75 / h.numel()) ** 0.5
        assert abs(zeros - 0.75) > 0.1

    def test_one_mask_for_a_name_and_a_shape(self) -> None:
        noise, h = draw(), torch.ones(4, 50)
        first = noise.hidden("a", h, 0.5)
        assert torch.equal(noise.hidden("a", h, 0.5), first)
        assert not torch.equal(noise.hidden("b", h, 0.5), first)
        assert not torch.equal(noise.hidden("a", torch.ones(5, 50), 0.5)[:4], first)

    @pytest.mark.parametrize("shared", [True, False])
    def test_the_second_pass_shares_hidden_masks_if_told(self, shared: bool) -> None:
        noise, h = draw(shared=shared, gaussian=0.1), torch.ones(4, 50)
        again = noise.again()
        first = noise.hidden("a", h, 0.5)  # drawn after `again` was made, and yet shared
        assert torch.equal(again.hidden("a", h, 0.5), first) is shared
        assert not torch.equal(noise.fresh().hidden("a", h, 0.5), first)
        assert not torch.equal(again.top(h, 0.5), noise.top(h, 0.5))
        assert not torch.equal(again.gaussian(h), noise.gaussian(h))

    def test_gaussian_noise_has_its_deviation(self) -> None:
        x = torch.zeros(100, 1, 20, 20)
        n = draw(gaussian=0.15).gaussian(x)
        assert abs(float(n.std()) - 0.15) < 0.15 * 5 / (2 * x.numel()) ** 0.5
        assert draw().gaussian(x) is x

    def test_the_same_seed_draws_the_same(self) -> None:
        def everything(seed: int) -> Tensor:
            noise = Draw(generator(seed), NoiseSettings(gaussian=1.0))
            h = torch.ones(3, 40)
            return noise.gaussian(noise.hidden("a", h, 0.5) * noise.top(h, 0.5))

        before = torch.get_rng_state()
        assert torch.equal(everything(1), everything(1))
        assert not torch.equal(everything(1), everything(2))
        assert torch.equal(torch.get_rng_state(), before)

    def test_the_layout_in_memory_does_not_change_a_mask(self) -> None:
        h = torch.ones(2, 3, 8, 8)
        last = h.contiguous(memory_format=torch.channels_last)
        assert torch.equal(draw().hidden("a", h, 0.5), draw().hidden("a", last, 0.5))

    def test_evaluation_has_no_noise_but_what_is_asked_for(self) -> None:
        h = torch.ones(3, 40)
        none = Draw.none(NoiseSettings(gaussian=0.5), generator())
        for noise in (none, none.again(), Draw.none()):
            assert torch.equal(noise.hidden("a", noise.gaussian(h), 0.5), h)
            assert torch.equal(noise.top(h, 0.5), torch.ones(3, 40))
        at_test = NoiseSettings(gaussian=0.5, gaussian_at_test=True)
        assert not torch.equal(Draw.none(at_test, generator()).gaussian(h), h)
        with pytest.raises(ValueError, match="generator must be given"):
            Draw.none(at_test)
        with pytest.raises(ValueError, match="generator must be given"):
            _ = Draw.none().generator

    @pytest.mark.parametrize("rate", [1.0, -0.1])
    def test_a_rate_outside_its_range_is_refused(self, rate: float) -> None:
        with pytest.raises(ValueError, match="rate must be"):
            draw().hidden("a", torch.ones(1), rate)
        with pytest.raises(ValueError, match="rate must be"):
            draw().top(torch.ones(1), rate)


def by_definition(norm: Normalisation, x: Tensor) -> Tensor:
    """What training makes of x, written out."""
    axes = [axis for axis in range(x.ndim) if axis != 1]
    centred = x - x.mean(axes, keepdim=True)
    if norm.mode == "full":
        centred = centred / (1e-6 + centred.square().mean(axes, keepdim=True)).sqrt()
    shape = [1, -1, *[1] * (x.ndim - 2)]
    return centred * norm.weight.view(shape) + norm.bias.view(shape)


def learned(norm: Normalisation) -> Normalisation:
    with torch.no_grad():
        norm.weight.normal_(generator=generator(3))
        norm.bias.normal_(generator=generator(4))
    return norm


class TestNormalisation:
    @pytest.mark.parametrize("shape", [(7, 3), (4, 3, 5, 6)])
    def test_full_is_torch_batch_norm(self, shape: tuple[int, ...]) -> None:
        """Outputs, gradients and running statistics, over several updates and in evaluation."""
        kind = nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d
        theirs = kind(3, eps=1e-6, momentum=0.01)
        ours = learned(Normalisation(3, "full", 0.99))
        theirs.load_state_dict(ours.state_dict() | {"num_batches_tracked": torch.tensor(0)}, False)
        for seed in range(4):
            x = (2 + torch.randn(shape, generator=generator(seed))).requires_grad_()
            weights = torch.randn(shape, generator=generator(9))
            results = []
            for norm in (ours, theirs):
                out = norm(x)
                results.append((out, *torch.autograd.grad((out * weights).sum(), x)))
            for mine, other in zip(*results, strict=True):
                torch.testing.assert_close(mine, other)
            torch.testing.assert_close(ours.running_mean, theirs.running_mean)
            torch.testing.assert_close(ours.running_var, theirs.running_var)
            torch.testing.assert_close(ours(x, update_stats=False), by_definition(ours, x))
        ours.eval(), theirs.eval()
        torch.testing.assert_close(ours(x), theirs(x))
        ours.running_mean += 0.01
        with pytest.raises(AssertionError):
            torch.testing.assert_close(ours(x), theirs(x))

    @pytest.mark.parametrize("shape", [(7, 3), (4, 3, 5, 6)])
    def test_mean_only_subtracts_and_divides_by_nothing(self, shape: tuple[int, ...]) -> None:
        norm = learned(Normalisation(3, "mean", 0.9))
        x = 2 + torch.randn(shape, generator=generator())
        torch.testing.assert_close(norm(x), by_definition(norm, x))
        axes = [axis for axis in range(x.ndim) if axis != 1]
        torch.testing.assert_close(norm.running_mean, 0.1 * x.mean(axes))
        assert norm.running_var is None
        norm.eval()
        expected = by_definition(norm, x) + norm(torch.zeros_like(x)) - by_definition(norm, 0 * x)
        shift = (x.mean(axes) * norm.weight).view(1, -1, *[1] * (x.ndim - 2))
        torch.testing.assert_close(norm(x), expected + shift)

    def test_the_gradient_flows_through_the_mean(self) -> None:
        norm = Normalisation(3, "mean")
        x = torch.randn(5, 3, generator=generator(), requires_grad=True)
        (slope,) = torch.autograd.grad(norm(x)[0].sum(), x)
        torch.testing.assert_close(slope, torch.eye(5)[:1].T.expand(5, 3) - 1 / 5)

    @pytest.mark.parametrize("mode", ["full", "mean"])
    def test_statistics_move_only_when_told(self, mode: Literal["full", "mean"]) -> None:
        norm = Normalisation(3, mode)
        x = torch.randn(5, 3, generator=generator())
        norm(x, update_stats=False)
        norm.eval()
        norm(x)
        assert int(norm.updates) == 0
        assert torch.equal(norm.running_mean, torch.zeros(3))
        norm.train()
        norm(x)
        assert int(norm.updates) == 1
        assert not torch.equal(norm.running_mean, torch.zeros(3))

    def test_short_numbers_are_averaged_in_long_ones(self) -> None:
        """In bfloat16 alone, the mean of 1 + 1/256 would be 1."""
        x = torch.ones(256, 1, dtype=torch.bfloat16)
        x[0] = 2
        for norm in (Normalisation(1, "mean", 0.0), Normalisation(1, "full", 0.0)):
            out = norm(x)
            assert out.dtype == torch.bfloat16
            assert float(norm.running_mean) == 1 + 1 / 256

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: Normalisation(3, "batch"), "mode must be"),  # type: ignore[arg-type]
            (lambda: Normalisation(0, "full"), "channels must be"),
            (lambda: Normalisation(3, "full", 1.5), "decay must be"),
            (lambda: Normalisation(3, "full")(torch.ones(4, 2)), "x must have 3 channels"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, make: Callable[[], Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            make()

    def test_none_is_no_layer(self) -> None:
        x = torch.ones(2, 3)
        assert normalisation("none", 3, 0.9)(x, update_stats=True) is x
        assert isinstance(normalisation("mean", 3, 0.9), Normalisation)


class TestWeights:
    @pytest.mark.parametrize("kind", ["linear", "convolution"])
    def test_initial_weights_have_the_deviation_and_the_cut(self, kind: str) -> None:
        before = torch.get_rng_state()
        layer = (
            linear(400, 300, generator())
            if kind == "linear"
            else convolution(48, 64, 3, generator(), bias=True)
        )
        weight = layer.weight.detach()
        fan_in = weight[0].numel()
        he = (2 / fan_in) ** 0.5
        assert abs(float(weight.std()) / he - 1.003) < 5 / (2 * weight.numel()) ** 0.5
        cut = 2 * (1.3 * 2 / fan_in) ** 0.5
        assert 0.95 * cut < float(weight.abs().max()) <= cut
        assert layer.bias is not None
        assert not layer.bias.any()
        assert torch.equal(torch.get_rng_state(), before)

    def test_a_wrong_factor_is_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(layers, "_TRUNCATION", 1.0)
        with pytest.raises(AssertionError):
            self.test_initial_weights_have_the_deviation_and_the_cut("linear")

    def test_the_seed_decides(self) -> None:
        first, same, other = (linear(5, 4, generator(seed)).weight for seed in (1, 1, 2))
        assert torch.equal(first, same)
        assert not torch.equal(first, other)


def test_pooling_pads_odd_edges_at_the_end() -> None:
    x = torch.arange(9.0).view(1, 1, 3, 3) - 20  # padding with zeros would win
    assert pooled(x).tolist() == [[[[-16.0, -15.0], [-13.0, -12.0]]]]
    sizes = [28]
    while sizes[-1] > 4:
        sizes.append(pooled_size(sizes[-1]))
    assert sizes == [28, 14, 7, 4]
    assert pooled(torch.zeros(1, 1, 7, 7)).shape[-1] == 4 != nn.MaxPool2d(2)(x).shape[-1]


def one_of_two(rank: int, folder: str) -> None:
    """What each of two processes computes, written to a file."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2
    )
    found = {
        mode: statistics(mode, images()[3 * rank : 3 * rank + 3], rank) for mode in ("full", "mean")
    }
    memory = Ensemble(6, 2, 0.6)
    memory.record(torch.arange(3) + 3 * rank, predictions()[3 * rank : 3 * rank + 3])
    torch.save((found, memory.state_dict()), f"{folder}/{rank}")
    torch.distributed.destroy_process_group()


def images() -> Tensor:
    return torch.randn(6, 2, 3, 3, generator=generator())


def predictions() -> Tensor:
    return torch.rand(6, 2, generator=generator(5))


def statistics(mode: Any, x: Tensor, rank: int) -> tuple[Tensor, ...]:
    """Outputs, gradients and running statistics for a loss that weighs each image differently."""
    norm = learned(Normalisation(2, mode, 0.9))
    x = x.clone().requires_grad_()
    out = norm(x)
    weights = torch.randn(6, 2, 3, 3, generator=generator(8))[3 * rank : 3 * rank + len(x)]
    loss = (weights * out.square()).sum()
    gradients = torch.autograd.grad(loss, [x, norm.weight, norm.bias])
    running = norm.running_mean if norm.running_var is None else norm.running_var
    return out.detach(), *gradients, norm.running_mean, running


def test_two_processes_have_one_batch(tmp_path: Path) -> None:
    """Means, variances, gradients and memories are those of the six images in one process."""
    spawn(one_of_two, (str(tmp_path),), nprocs=2)  # type: ignore[no-untyped-call]
    parts = [torch.load(tmp_path / str(rank)) for rank in (0, 1)]
    memory = Ensemble(6, 2, 0.6)
    memory.record(torch.arange(6), predictions())
    for mode in ("full", "mean"):
        whole = statistics(mode, images(), 0)
        halves = [part[0][mode] for part in parts]
        for which, tensor in enumerate(whole):
            first, second = (half[which] for half in halves)
            if which < 2:
                torch.testing.assert_close(torch.cat([first, second]), tensor)
            elif which < 4:
                torch.testing.assert_close(first + second, tensor)
            else:
                torch.testing.assert_close(first, tensor)
                torch.testing.assert_close(second, tensor)
        alone = statistics(mode, images()[:3], 0)
        with pytest.raises(AssertionError):  # statistics of its own part
            torch.testing.assert_close(alone[0], whole[0][:3])
    for part in parts:
        assert all(torch.equal(part[1][k], v) for k, v in memory.state_dict().items())
