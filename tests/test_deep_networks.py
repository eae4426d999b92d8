"""The networks: shapes, numbers of parameters, where they are split, what they draw."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deep.networks import Network, network
from deep.networks.autoencoder import Autoencoder
from deep.networks.layers import Normalisation
from deep.networks.noise import Draw
from deep.settings import NetworkSettings, NoiseSettings

torch.set_num_threads(1)

RGB = (3, 32, 32)
GREY = (1, 28, 28)


def build(
    name: str, shape: tuple[int, int, int] = GREY, classes: int = 10, seed: int = 0, **more: Any
) -> Network:
    settings = NetworkSettings.model_validate({"name": name, **more})
    return network(settings, NoiseSettings(), shape, classes, torch.Generator().manual_seed(seed))


def images(shape: tuple[int, int, int], count: int = 2) -> Tensor:
    return torch.rand(count, *shape, generator=torch.Generator().manual_seed(1))


def learned(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


def new_draw(seed: int = 0, **noise: Any) -> Draw:
    return Draw(torch.Generator().manual_seed(seed), NoiseSettings(**noise))


@pytest.mark.parametrize(
    ("name", "shape", "more", "count"),
    [
        ("conv-large", RGB, {"norm": "full"}, 3_121_802),
        ("conv-large", RGB, {"norm": "mean"}, 3_121_802),
        ("conv-large", RGB, {"norm": "mean", "top_norm": True}, 3_121_822),
        ("conv-large", RGB, {}, 3_121_802 - 4096 + 2048),
        ("mnist", GREY, {}, 92_448 + 224 + 1_280_625 + 6_260),
        ("mnist", GREY, {"kernel": 1}, 32 + 32 * 64 + 64 * 128 + 224 + 1_280_625 + 6_260),
        ("mnist", GREY, {"norm": "full"}, 92_448 + 2 * 224 + 1_280_625 + 2 * 625 + 6_260),
        ("autoencoder", GREY, {}, 784 * 256 + 256 + 256 * 784 + 784),
    ],
)
def test_the_number_of_parameters(
    name: str, shape: tuple[int, int, int], more: dict[str, Any], count: int
) -> None:
    assert learned(build(name, shape, **more)) == count
    assert learned(build(name, shape, **more, width=0.5)) < 0.8 * count


@pytest.mark.parametrize(
    ("name", "shape", "units"),
    [
        ("mnist", GREY, 2048),
        ("mnist", (1, 8, 8), 128),
        ("conv-large", RGB, 128),
        ("conv-small", (1, 28, 28), 128),
        ("autoencoder", GREY, 256),
    ],
)
def test_the_attacked_layer_and_the_outputs(
    name: str, shape: tuple[int, int, int], units: int
) -> None:
    net = build(name, shape)
    x = images(shape)
    h = net.under(x, new_draw())
    outputs = net.upper(h)
    assert net.units == units
    assert h.shape == (2, units)
    classes = 784 if name == "autoencoder" else 10
    assert outputs.shape == (2, classes)
    assert not torch.equal(net.under(x, new_draw(1)), h) or name == "autoencoder"


def test_the_layers_of_the_mnist_network() -> None:
    """28, 14, 7, 4: the last map has an odd edge that pooling pads."""
    sizes: list[tuple[int, ...]] = []
    net = build("mnist")
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda _m, _i, out: sizes.append(tuple(out.shape[1:])))
    net(images(GREY))
    assert sizes == [(32, 28, 28), (64, 14, 14), (128, 7, 7)]


def test_the_layers_of_conv_large() -> None:
    sizes: list[tuple[int, ...]] = []
    net = build("conv-large", RGB, norm="mean", width=0.125)
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda _m, _i, out: sizes.append(tuple(out.shape[1:])))
            assert module.bias is None
    net(images(RGB))
    first, second = [(16, 32, 32)] * 3, [(32, 16, 16)] * 3
    assert sizes == [*first, *second, (64, 6, 6), (32, 6, 6), (16, 6, 6)]


def test_pooling_before_the_rectifier_is_pooling_behind_it() -> None:
    """The published order, written out with torch's own layers."""
    net = build("mnist").eval()
    x = images(GREY)
    published = x
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            published = nn.MaxPool2d(2, ceil_mode=True)(nn.ReLU()(module(published)))
    torch.testing.assert_close(net.under(x, Draw.none()), published.flatten(1))
    floored = nn.MaxPool2d(2)(published)
    assert floored.flatten(1).shape != published.flatten(1).shape


@pytest.mark.parametrize("name", ["mnist", "conv-large", "conv-small", "autoencoder"])
def test_the_parts_make_the_whole(name: str) -> None:
    net = build(name, width=0.25, norm="full").eval()
    x = images(GREY)
    outputs = net(x)
    torch.testing.assert_close(outputs, net.upper(net.under(x, Draw.none())))
    masked = net.upper(net.under(x, Draw.none()) * torch.tensor([1.0, 0.0])[:, None])
    torch.testing.assert_close(masked[0], outputs[0])
    assert not torch.allclose(masked[1], outputs[1])


@pytest.mark.parametrize("name", ["mnist", "conv-small"])
def test_statistics_move_only_when_told(name: str) -> None:
    net = build(name, width=0.25, norm="full", top_norm=True)
    norms = [m for m in net.modules() if isinstance(m, Normalisation)]
    x = images(GREY)

    def moved() -> list[int]:
        return [int(norm.updates) for norm in norms]

    h = net.under(x, new_draw(), update_stats=False)
    net.upper(h, update_stats=False)
    net(x)
    assert moved() == [0] * len(norms)
    net.under(x, new_draw())
    above = 2 if name == "mnist" else 1  # behind the attacked layer
    assert moved() == [1] * (len(norms) - above) + [0] * above
    net.upper(h)
    assert moved() == [1] * len(norms)


def test_dropout_stands_behind_the_first_two_pools() -> None:
    """Two masks in a pass, of the pooled shapes."""
    asked: list[tuple[str, tuple[int, ...]]] = []

    class Spy(Draw):
        def hidden(self, name: str, h: Tensor, rate: float) -> Tensor:
            asked.append((name, tuple(h.shape[1:])))
            return super().hidden(name, h, rate)

    build("mnist").under(images(GREY), Spy(torch.Generator(), NoiseSettings()))
    assert [shape for _, shape in asked] == [(32, 14, 14), (64, 7, 7)]
    asked.clear()
    large = build("conv-large", RGB, width=0.125)
    large.under(images(RGB), Spy(torch.Generator(), NoiseSettings()))
    assert [shape for _, shape in asked] == [(16, 16, 16), (32, 8, 8)]
    assert len({name for name, _ in asked}) == 2


def test_the_head_is_what_upper_computes() -> None:
    net = build("conv-small", width=0.25)
    head = net.head
    assert head is not None
    h = torch.rand(3, net.units)
    torch.testing.assert_close(net.upper(h), h @ head[0].T + head[1])
    assert build("conv-small", width=0.25, norm="full", top_norm=True).head is None
    assert build("mnist").head is None
    assert build("autoencoder").head is None


def test_every_initial_weight_comes_from_the_generator() -> None:
    before = torch.get_rng_state()
    for name in ("mnist", "conv-large", "conv-small", "autoencoder"):
        first, same, other = (build(name, seed=seed, width=0.25) for seed in (1, 1, 2))
        pairs = zip(first.parameters(), same.parameters(), other.parameters(), strict=True)
        for a, b, c in pairs:
            assert torch.equal(a, b)
            assert a.ndim == 1 or not torch.equal(a, c)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_autoencoder_shows_its_features() -> None:
    net = build("autoencoder")
    assert isinstance(net, Autoencoder)
    assert net.features.shape == (256, 1, 28, 28)
    x = images(GREY, 1)
    net.hidden.bias.data.zero_()
    expected = (net.features * x).sum((1, 2, 3)).relu()
    torch.testing.assert_close(net.under(x, Draw.none())[0], expected)


def test_noise_on_the_input_reaches_evaluation_only_if_asked() -> None:
    net = build("autoencoder").eval()
    x, at_test = images(GREY), NoiseSettings(gaussian=0.5, gaussian_at_test=True)
    noisy = net(x, Draw.none(at_test, torch.Generator().manual_seed(0)))
    assert not torch.allclose(noisy, net(x))
    assert torch.equal(net(x, Draw.none(NoiseSettings(gaussian=0.5))), net(x))


@pytest.mark.parametrize(
    ("name", "shape", "classes", "more", "message"),
    [
        ("conv-large", (3, 8, 32), 10, {}, "at least 9 x 9 pixels"),
        ("mnist", (1, 0, 28), 10, {}, "shape must be"),
        ("mnist", GREY, 0, {}, "classes must be"),
        ("autoencoder", GREY, 10, {"top_norm": True}, "top_norm must be false"),
    ],
)
def test_what_does_not_fit_is_refused(
    name: str, shape: tuple[int, int, int], classes: int, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as error:
        build(name, shape, classes, **more)
    assert "\n" not in str(error.value)
    build("conv-small", (3, 9, 9), width=0.1)(images((3, 9, 9)))
