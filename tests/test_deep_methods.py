"""The methods: every term works, moves what it should, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from deep import settings as all_settings
from deep.methods import losses
from deep.methods.adversaries import scaled
from deep.methods.divergences import kl, reconstruction_error
from deep.methods.losses import METHODS, check, terms, vanishing
from deep.networks.noise import Draw
from deep.settings import Settings
from tests.deep_steps import batch, build, generator, gradients, make, step

torch.set_num_threads(1)

SUPERVISED_ONLY = ("at", "sadd")
UNSUPERVISED = {name: METHODS[name][1:] for name in METHODS if name != "plain"}


def sensible(semi: bool) -> list[str]:
    return [name for name in METHODS if not semi or name not in SUPERVISED_ONLY]


def cases() -> list[Any]:
    return [
        pytest.param(name, semi, id=f"{name}-{'semi' if semi else 'supervised'}")
        for semi in (False, True)
        for name in sensible(semi)
    ]


def test_the_tables_of_methods_agree() -> None:
    assert tuple(METHODS) == all_settings.METHODS


@pytest.mark.parametrize(("method", "semi"), cases())
@pytest.mark.parametrize("views", [1, 2])
def test_every_method_moves_every_parameter(method: str, semi: bool, views: int) -> None:
    settings = make(method, semi, noise={"top_dropout": 0.5, "views": views})
    net = build(settings)
    before = {name: parameter.clone() for name, parameter in net.named_parameters()}
    optimiser = torch.optim.SGD(net.parameters(), 0.1)
    result = step(settings, net)
    torch.autograd.backward(result.total)
    optimiser.step()
    assert list(result.losses) == list(METHODS[method])
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None
        assert parameter.grad.isfinite().all()
        assert not torch.equal(parameter, before[name]), name


@pytest.mark.parametrize(("method", "semi"), [c for c in cases() if c.values[0] != "plain"])
@pytest.mark.parametrize("net", ["conv-small", "mnist"])
def test_every_further_term_is_positive_and_has_a_gradient(
    method: str, semi: bool, net: str
) -> None:
    settings = make(method, semi, net)
    built = build(settings)
    result = step(settings, built)
    for name in UNSUPERVISED[method]:
        assert float(result.raw[name]) > 1e-7
        slopes = gradients(built, result.losses[name])
        assert max(float(slope.abs().max()) for slope in slopes.values()) > 1e-7
        assert any(name.startswith("convolutions.0") for name in slopes)  # down to the input


def test_losses_are_weighted_and_raw_values_are_not() -> None:
    settings = make("vadd-kl+vat", True, loss={"vat_weight": 3.0, "entropy": 0.5})
    result = step(settings, weight=7.0)
    factors = {"supervised": 1.0, "vadd-kl": 7.0, "vat": 3.0, "entropy": 0.5}
    assert list(result.losses) == list(factors)
    for name, factor in factors.items():
        torch.testing.assert_close(result.losses[name].detach(), factor * result.raw[name])
    torch.testing.assert_close(
        result.total.detach(), sum(result.losses.values(), torch.tensor(0.0)).detach()
    )
    assert not any(value.requires_grad for value in result.raw.values())
    ramped = make("vat", True, loss={"ramp_vat": True})
    draw = Draw(generator(), ramped.noise)
    found = terms(build(ramped), batch(True), ramped, draw, 7.0, vat_weight=0.25)
    torch.testing.assert_close(found.losses["vat"].detach(), 0.25 * found.raw["vat"])


SEES_THE_SAME: list[tuple[str, dict[str, Any], bool]] = [
    ("ones", {}, True),
    ("sampled", {}, True),  # of a layer without dropout: ones
    ("ones", {"hidden_dropout": 0.0, "shared": False}, True),
    ("sampled", {"top_dropout": 0.5}, False),
    ("ones", {"top_dropout": 0.5}, False),
    ("ones", {"views": 2}, False),
    ("ones", {"gaussian": 0.15}, False),
    ("ones", {"shared": False}, False),
]


@pytest.mark.parametrize(("base", "noise", "zero"), SEES_THE_SAME)
@pytest.mark.parametrize("method", ["vadd-kl", "vadd-qe"])
@pytest.mark.parametrize("search", ["loss", "reversed"])
@pytest.mark.parametrize("semi", [False, True])
def test_the_jacobian_is_zero_only_where_both_passes_see_the_same(
    base: str, noise: dict[str, Any], zero: bool, method: str, search: str, semi: bool
) -> None:
    settings = make(
        method, semi, noise={"top_dropout": 0.0, **noise}, attack={"base": base, "search": search}
    )
    result = step(settings)
    length = float(result.raw["jacobian_norm"])
    assert (length == 0) is zero
    assert (vanishing(settings) is not None) is zero
    assert (float(result.raw["flips"]) == 0) is zero
    if zero:
        assert float(result.raw[method]) == 0
        reason = vanishing(settings) or ""
        assert "noise.views=2" in reason
        assert "\n" not in reason
    else:
        assert length > 1e-4


@pytest.mark.parametrize(("base", "noise", "zero"), SEES_THE_SAME)
def test_the_pi_model_compares_something_under_the_same_conditions(
    base: str, noise: dict[str, Any], zero: bool
) -> None:
    settings = make("pi", True, noise={"top_dropout": 0.0, **noise}, attack={"base": base})
    assert (float(step(settings).raw["pi"]) == 0) is zero
    assert (vanishing(settings) is not None) is zero


def test_what_compares_with_labels_never_vanishes() -> None:
    settings = make("sadd", noise={"top_dropout": 0.0}, attack={"base": "ones"})
    assert vanishing(settings) is None
    assert float(step(settings).raw["jacobian_norm"]) > 1e-4


class TestInputs:
    @pytest.mark.parametrize("shared", [True, False])
    @pytest.mark.parametrize("semi", [True, False])
    def test_perturbed_passes_have_the_masks_of_the_pass(self, shared: bool, semi: bool) -> None:
        """Without a perturbation there is no divergence, whatever dropout there is."""
        noise = {"top_dropout": 0.5, "shared": shared}
        still = make("vat", semi, noise=noise, attack={"epsilon": 0.0})
        assert float(step(still).raw["vat"]) == 0
        moved = make("vat", semi, noise=noise, attack={"epsilon": 1.0})
        assert float(step(moved).raw["vat"]) > 0

    @pytest.mark.parametrize("norm", ["inf", "2"])
    def test_at_is_worse_than_its_clean_loss(self, norm: str) -> None:
        still = step(make("at", network={"norm": "none"}, attack={"epsilon": 0.0, "norm": norm}))
        assert float(still.raw["at"]) == pytest.approx(float(still.raw["supervised"]))
        hit = step(make("at", network={"norm": "none"}, attack={"epsilon": 0.1, "norm": norm}))
        assert float(hit.raw["at"]) > float(hit.raw["supervised"])

    @pytest.mark.parametrize("semi", [True, False])
    def test_the_clean_side_of_vat_is_a_constant(
        self, semi: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sides: list[tuple[bool, bool]] = []

        def spy(q: Tensor, p: Tensor) -> Tensor:
            sides.append((q.requires_grad, p.requires_grad))
            return kl(q, p)

        monkeypatch.setattr(losses, "kl", spy)
        step(make("vat", semi, loss={"entropy": 1.0}))
        assert sides == [(False, True)]
        sides.clear()
        step(make("vadd-kl", semi))
        assert sides[-1] == (True, True)

    @pytest.mark.parametrize("entropy", [0.0, 1.0])
    def test_the_entropy_has_a_gradient_beside_vat(self, entropy: float) -> None:
        settings = make("vat", True, loss={"entropy": entropy})
        net = build(settings)
        result = step(settings, net)
        assert ("entropy" in result.losses) is (entropy > 0)
        if entropy:
            assert 0 < float(result.raw["entropy"]) < 2.303
            slopes = gradients(net, result.losses["entropy"])
            assert max(float(slope.abs().max()) for slope in slopes.values()) > 1e-6


class TestAutoencoder:
    def settings(self, method: str = "sadd", **parts: Any) -> Settings:
        return make(
            method, net="autoencoder", network={"name": "autoencoder", "norm": "none"}, **parts
        )

    def test_its_own_image_is_the_target(self) -> None:
        settings = self.settings(attack={"delta": 0.3})
        net, data = build(settings), batch()
        result = step(settings, net, data)
        draw = Draw(generator(), settings.noise)
        h = net.under(data.x, draw)
        clean = net.upper(h * scaled(draw.top(h, 0.5), settings.attack, 0.5))
        expected = reconstruction_error(clean, data.x, "sigmoid")
        torch.testing.assert_close(result.losses["supervised"], expected)
        assert float(result.raw["sadd"]) > float(result.raw["supervised"])
        assert result.attack is not None
        assert result.attack.target is None
        assert 0 < float(result.raw["flips"]) <= net.units * 3 // 10

    def test_the_trunk_runs_once_whatever_is_shared(self) -> None:
        settings = self.settings(noise={"top_dropout": 0.5, "shared": False})
        net = build(settings)
        calls = []
        under = net.under
        net.under = lambda *a, **k: calls.append(1) or under(*a, **k)  # type: ignore
        step(settings, net)
        assert len(calls) == 1

    @pytest.mark.parametrize(
        ("method", "parts", "message"),
        [
            ("vadd-kl", {}, "method must be plain or sadd"),
            ("sadd", {"loss": {"entropy": 1.0}}, "loss.entropy must be 0"),
            ("sadd", {"attack": {"search": "official-sadd"}}, "attack.search must be"),
        ],
    )
    def test_what_has_no_meaning_is_refused(
        self, method: str, parts: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            check(self.settings(method, **parts))
        check(self.settings("plain"))
        check(self.settings("sadd"))


@pytest.mark.parametrize(
    ("method", "search", "message"),
    [
        ("sadd", "reversed", "infinite"),
        ("vadd-kl", "official-sadd", "attack.search must be"),
        ("vadd-qe+vat", "official-sadd", "attack.search must be"),
    ],
)
def test_searches_that_have_no_meaning_are_refused(method: str, search: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        check(make(method, attack={"search": search}))
    assert "\n" not in str(error.value)
    for name in METHODS:
        check(make(name))


def test_what_a_step_lacks_is_said() -> None:
    data = replace(batch(), x2=None)
    with pytest.raises(ValueError, match="batch must have second views"):
        step(make("pi", noise={"views": 2}), data=data)
    settings = make("temporal")
    with pytest.raises(ValueError, match="ensemble must be given"):
        terms(build(settings), batch(), settings, Draw(generator(), settings.noise), 1.0)
    ramped = make("vat", loss={"ramp_vat": True})
    with pytest.raises(ValueError, match="vat_weight must be given"):
        step(ramped)


@pytest.mark.parametrize(("method", "semi"), cases())
def test_a_step_is_repeated_by_its_seed(method: str, semi: bool) -> None:
    settings = make(method, semi, noise={"gaussian": 0.1, "top_dropout": 0.5})
    before = torch.get_rng_state()
    first, same, other = (
        step(settings, build(settings), seed=seed).total.detach() for seed in (1, 1, 2)
    )
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("method", ["vadd-kl+vat", "sadd", "at", "temporal"])
def test_mixed_precision_trains(method: str) -> None:
    settings = make(method)
    net = build(settings)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result = step(settings, net)
    assert result.total.dtype == torch.float32
    torch.autograd.backward(result.total)
    slopes = [p.grad for p in net.parameters() if p.grad is not None]
    assert all(slope.isfinite().all() for slope in slopes)
    assert len(slopes) == len(list(net.parameters()))
    exact = step(settings, build(settings))
    assert float(result.raw["supervised"]) != float(exact.raw["supervised"])
    assert float(result.raw["supervised"]) == pytest.approx(
        float(exact.raw["supervised"]), rel=0.05
    )
