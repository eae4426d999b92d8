"""The methods: every term works, moves what it should, and nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from deep import methods
from deep import settings as all_settings
from deep.adversaries import adversarial_mask, scaled
from deep.diagnostics import diagnose
from deep.divergences import cross_entropy, kl, reconstruction_error
from deep.ensembles import Ensemble
from deep.layers import Normalisation
from deep.methods import METHODS, StepResult, check, terms, vanishing
from deep.networks import Network, network
from deep.noise import Draw
from deep.passes import Step
from deep.settings import Settings

torch.set_num_threads(1)

SHAPE = (1, 12, 12)
SUPERVISED_ONLY = ("at", "sadd")
UNSUPERVISED = {name: METHODS[name][1:] for name in METHODS if name != "plain"}


@dataclass(frozen=True)
class Batch:
    x: Tensor
    y: Tensor
    x2: Tensor | None
    u: Tensor | None
    u2: Tensor | None
    index: Tensor


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(method: str, semi: bool = False, net: str = "conv-small", **parts: Any) -> Settings:
    """Tiny networks, an attack of a tenth of the units, a sampled mask unless told otherwise."""
    tree: dict[str, Any] = {
        "recipe": "t",
        "flavour": "paper",
        "method": method,
        "data": {"labels": 10 if semi else None},
        "network": {"name": net, "width": 0.2, "norm": "full"},
        "noise": {"top_dropout": 0.5},
        "attack": {"delta": 0.1},
        "optimiser": {"batch_unlabelled": 6 if semi else 0},
    }
    for name, part in parts.items():
        tree[name] = {**tree.get(name, {}), **part}
    return Settings.model_validate(tree)


def build(settings: Settings, seed: int = 0) -> Network:
    return network(settings.network, settings.noise, SHAPE, 10, generator(seed)).train()


def batch(semi: bool = False) -> Batch:
    x, u = (torch.rand(n, *SHAPE, generator=generator(n)) for n in (4, 6))
    if semi:
        return Batch(x, torch.tensor([1, 5, 0, 9]), x.flip(3), u, u.flip(3), torch.arange(6))
    return Batch(x, torch.tensor([1, 5, 0, 9]), x.flip(3), None, None, torch.arange(4))


def step(
    settings: Settings,
    net: Network | None = None,
    data: Batch | None = None,
    ensemble: Ensemble | None = None,
    seed: int = 0,
    weight: float = 1.0,
) -> StepResult:
    data = data or batch(settings.data.labels is not None)
    if ensemble is None and settings.method == "temporal":
        ensemble = seen_once(data)
    draw = Draw(generator(seed), settings.noise)
    return terms(net or build(settings), data, settings, draw, weight, ensemble)


def seen_once(data: Batch) -> Ensemble:
    ensemble = Ensemble(6, 10, 0.6)
    rows = torch.rand(len(data.index), 10, generator=generator(9)).softmax(1)
    ensemble.record(data.index, rows)
    return ensemble


def gradients(net: Network, loss: Tensor) -> dict[str, Tensor]:
    names, parameters = zip(*net.named_parameters(), strict=True)
    found = torch.autograd.grad(loss, parameters, allow_unused=True, retain_graph=True)
    return {n: g for n, g in zip(names, found, strict=True) if g is not None}


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


class TestStatistics:
    """Running statistics move as often as stated, in the order stated."""

    @pytest.mark.parametrize(
        ("method", "semi", "views", "under", "upper"),
        [
            ("plain", False, 2, 1, 1),
            ("at", False, 2, 1, 1),
            ("vat", False, 2, 1, 1),
            ("temporal", False, 1, 1, 1),
            ("pi", False, 2, 2, 2),
            ("sadd", False, 2, 2, 2),
            ("sadd", False, 1, 1, 2),
            ("vadd-kl", False, 2, 2, 2),
            ("vadd-kl", False, 1, 1, 2),
            ("vadd-qe+vat", False, 2, 2, 2),
            ("plain", True, 2, 1, 1),
            ("vat", True, 2, 1, 1),
            ("temporal", True, 1, 2, 2),
            ("pi", True, 2, 3, 3),
            ("vadd-kl", True, 2, 3, 3),
            ("vadd-qe", True, 2, 3, 3),
            ("vadd-kl+vat", True, 2, 3, 3),
            ("vadd-kl", True, 1, 2, 3),
        ],
    )
    @pytest.mark.parametrize("entropy", [0.0, 1.0])
    def test_how_often(
        self, method: str, semi: bool, views: int, under: int, upper: int, entropy: float
    ) -> None:
        settings = make(
            method,
            semi,
            network={"top_norm": True},
            noise={"views": views, "top_dropout": 0.5},
            loss={"entropy": entropy},
        )
        net = build(settings)
        step(settings, net)
        norms = [m for m in net.modules() if isinstance(m, Normalisation)]
        assert [int(norm.updates) for norm in norms] == [under] * (len(norms) - 1) + [upper]

    @pytest.mark.parametrize("method", ["pi", "vadd-kl", "vadd-kl+vat"])
    def test_in_which_order(self, method: str) -> None:
        """Labelled, first view, second view; a later pass weighs more in the averages."""
        settings = make(method, True, noise={"views": 2, "top_dropout": 0.5})
        net, data = build(settings), batch(True)
        order: list[str] = []
        names = {id(getattr(data, name)): name for name in ("x", "u", "u2")}
        under = net.under

        def spy(x: Tensor, draw: Draw, update_stats: bool = True) -> Tensor:
            if update_stats:
                order.append(names[id(x)])
            return under(x, draw, update_stats)

        net.under = spy  # type: ignore[method-assign]
        step(settings, net, data)
        assert order == ["x", "u", "u2"]

    def test_the_labelled_pass_is_first_whoever_asks_first(self) -> None:
        settings = make("pi", True)
        net, data = build(settings), batch(True)
        sizes: list[int] = []
        under = net.under
        net.under = lambda x, *a, **k: sizes.append(len(x)) or under(x, *a, **k)  # type: ignore
        passes = Step(net, data, settings, Draw(generator(), settings.noise))
        assert len(passes.clean.outputs) == 6
        assert len(passes.labelled.outputs) == 4
        assert sizes == [4, 6]

    def test_an_update_too_many_would_be_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """VAT's passes are told not to move them; one that forgets is caught."""
        settings = make("vat", False)
        net = build(settings)
        under = net.under
        monkeypatch.setattr(net, "under", lambda x, draw, update_stats=True: under(x, draw))
        step(settings, net)
        norms = [m for m in net.modules() if isinstance(m, Normalisation)]
        assert int(norms[0].updates) == 3


class TestTrunk:
    """Where both passes compute the same hidden layer it is computed once."""

    @pytest.mark.parametrize(
        ("method", "noise", "runs"),
        [
            ("plain", {}, 1),
            ("sadd", {}, 1),
            ("vadd-kl", {}, 1),
            ("vadd-qe", {}, 1),
            ("pi", {}, 1),
            ("vadd-kl", {"views": 2}, 2),
            ("pi", {"shared": False}, 2),
            ("pi", {"shared": False, "hidden_dropout": 0.0}, 1),
            ("sadd", {"gaussian": 0.1}, 2),
            ("temporal", {}, 1),
            ("at", {}, 3),
            ("vat", {}, 3),
            ("vadd-kl+vat", {}, 3),
        ],
    )
    def test_how_often_it_runs(self, method: str, noise: dict[str, Any], runs: int) -> None:
        settings = make(method, noise={"top_dropout": 0.5, **noise})
        net = build(settings)
        calls = []
        under = net.under
        net.under = lambda *a, **k: calls.append(1) or under(*a, **k)  # type: ignore
        step(settings, net)
        assert len(calls) == runs

    def test_once_gives_what_twice_would_give(self) -> None:
        settings = make("vadd-kl", network={"norm": "none"})
        net = build(settings)
        result = step(settings, net)
        # The same by hand, with a trunk of its own for each pass.
        draw = Draw(generator(), settings.noise)
        data = batch()
        h = net.under(data.x, draw)
        mask = draw.top(h, 0.5)
        attack = result.attack
        assert attack is not None
        assert torch.equal(attack.base, mask)
        clean = net.upper(h * scaled(mask, settings.attack, 0.5))
        h2 = net.under(data.x, draw.again())
        adversarial = net.upper(h2 * scaled(attack.mask, settings.attack, 0.5))
        by_hand = kl(clean, adversarial)
        torch.testing.assert_close(result.losses["vadd-kl"], by_hand)
        mine, theirs = (gradients(net, loss) for loss in (result.losses["vadd-kl"], by_hand))
        for name, slope in theirs.items():
            torch.testing.assert_close(mine[name], slope)
        other = net.under(data.x, draw.fresh())
        assert not torch.allclose(other, h)


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


class TestAttack:
    @pytest.mark.parametrize("method", ["sadd", "vadd-kl", "vadd-qe"])
    @pytest.mark.parametrize(("base", "views"), [("sampled", 1), ("ones", 2)])
    @pytest.mark.parametrize("renormalise", [True, False])
    def test_adversarial_masks_do_more_than_random_ones_in_the_mean(
        self, method: str, base: str, views: int, renormalise: bool
    ) -> None:
        top = 0.5 if base == "sampled" else 0.0
        settings = make(
            method,
            noise={"views": views, "top_dropout": top},
            attack={"base": base, "renormalise": renormalise},
        )
        adversarial, random, opposite = 0.0, 0.0, 0.0
        for seed in range(8):
            net = build(settings, seed)
            attack = step(settings, net, seed=seed).attack
            assert attack is not None
            seen = diagnose(net, attack, settings, generator(seed))
            adversarial += seen.adversarial_divergence
            random += seen.random_divergence
            down = adversarial_mask(attack.base, -attack.jacobian, settings.attack)
            found = diagnose(net, replace(attack, mask=down), settings, generator(seed))
            opposite += found.adversarial_divergence
        assert adversarial > random > 0
        assert opposite < adversarial  # the sign of J counts

    def test_flips_are_within_the_budget_and_reported(self) -> None:
        settings = make("sadd", attack={"delta": 0.2})
        result = step(settings)
        assert result.attack is not None
        flips = (result.attack.mask != result.attack.base).sum(1)
        lengths = len(flips) * result.attack.jacobian.norm(dim=1)  # of each sample's own loss
        assert float(result.raw["jacobian_norm"]) == pytest.approx(float(lengths.mean()))
        units = result.attack.h.shape[1]
        assert int(flips.max()) == units // 5
        assert float(result.raw["flips"]) == float(flips.float().mean())
        literal = make("sadd", attack={"delta": 0.2, "reading": "literal"})
        assert float(step(literal).raw["flips"]) > 2 * float(result.raw["flips"])

    def test_no_gradient_flows_through_the_mask(self) -> None:
        """The loss's gradient is that under the same mask taken for a constant."""
        settings = make("sadd", network={"norm": "none"})
        net, data = build(settings), batch()
        result = step(settings, net, data)
        attack = result.attack
        assert attack is not None
        assert not attack.jacobian.requires_grad
        assert not attack.mask.requires_grad
        h = net.under(data.x, Draw(generator(), settings.noise))
        factor = scaled(attack.mask, settings.attack, 0.5)
        by_hand = cross_entropy(net.upper(h * factor), data.y)
        mine, theirs = (gradients(net, loss) for loss in (result.losses["sadd"], by_hand))
        assert mine.keys() == theirs.keys() == dict(net.named_parameters()).keys()
        for name, slope in theirs.items():
            torch.testing.assert_close(mine[name], slope)
        constant = gradients(net, cross_entropy(net.upper((h * factor).detach()), data.y))
        assert constant.keys() < mine.keys()  # but it does flow through h

    @pytest.mark.parametrize("method", ["vadd-kl", "vadd-qe", "pi"])
    def test_the_clean_side_is_a_constant_if_told(self, method: str) -> None:
        both = make(method, network={"norm": "none"}, noise={"views": 2, "top_dropout": 0.5})
        one = both.model_copy(update={"loss": both.loss.model_copy(update={"stop_clean": True})})
        net = build(both)
        free, stopped = step(both, net), step(one, net)
        assert torch.equal(free.raw[method], stopped.raw[method])
        # Only the second view's images can change a loss whose clean side is fixed.
        data = batch()
        assert data.x2 is not None
        x, x2 = data.x.clone().requires_grad_(), data.x2.clone().requires_grad_()
        for settings, reaches in ((both, True), (one, False)):
            found = step(settings, net, replace(data, x=x, x2=x2)).losses[method]
            by_first, by_second = torch.autograd.grad(found, (x, x2), allow_unused=True)
            assert (by_first is not None) is reaches
            assert by_second is not None

    def test_without_flips_there_is_no_divergence(self) -> None:
        """Both sides scale a sampled mask alike; a clean side scaled as dropout would differ."""
        for renormalise in (True, False):
            attack = {"delta": 0.0, "renormalise": renormalise}
            assert float(step(make("vadd-kl", attack=attack)).raw["vadd-kl"]) == 0
        ones = make("vadd-kl", attack={"delta": 0.0, "base": "ones"})
        assert float(step(ones).raw["vadd-kl"]) > 0

    @pytest.mark.parametrize("method", ["vadd-kl", "vadd-kl+vat"])
    def test_the_reversed_search_is_another_search(self, method: str) -> None:
        found = [
            step(make(method, noise={"views": 2}, attack={"search": search})).attack
            for search in ("loss", "reversed")
        ]
        assert found[0] is not None
        assert found[1] is not None
        assert not torch.allclose(found[0].jacobian, found[1].jacobian)

    def test_the_official_search_for_labels_goes_the_wrong_way(self) -> None:
        """It raises the loss of unsure samples only; of sure ones it removes what hurts."""
        base = {"base": "ones", "delta": 0.2, "renormalise": False}
        quirk = make("sadd", noise={"top_dropout": 0.0}, attack={**base, "search": "official-sadd"})
        sound = make("sadd", noise={"top_dropout": 0.0}, attack=base)
        net, data = build(sound), batch()
        outputs = step(sound, net).attack
        assert outputs is not None
        sure = net.upper(outputs.h).argmax(1)  # labels that the network believes in
        with torch.no_grad():
            assert net.head is not None
            net.head[0].mul_(30)
        changes = {}
        for settings in (quirk, sound):
            attack = step(settings, net, replace(data, y=sure)).attack
            assert attack is not None
            seen = diagnose(net, attack, settings, generator())
            changes[settings.attack.search] = seen.adversarial_divergence - seen.base_divergence
        assert changes["loss"] > 0.1
        assert changes["official-sadd"] < changes["loss"] / 10


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

        monkeypatch.setattr(methods, "kl", spy)
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


class TestTemporal:
    def test_the_target_is_the_corrected_average(self) -> None:
        memory = Ensemble(5, 2, 0.6)
        first, second = torch.tensor([[0.25, 0.75]]), torch.tensor([[1.0, 0.0]])
        one = torch.tensor([3])
        targets, seen = memory.targets(one)
        assert not seen.any()
        assert not targets.any()
        memory.record(one, first)
        torch.testing.assert_close(memory.targets(one)[0], first)  # as if it were all
        memory.record(one, second)
        expected = (0.6 * 0.4 * first + 0.4 * second) / (1 - 0.6**2)
        targets, seen = memory.targets(one)
        torch.testing.assert_close(targets, expected)
        assert seen.all()
        assert not memory.targets(torch.tensor([0, 1, 2, 4]))[1].any()
        uncorrected = 0.6 * 0.4 * first + 0.4 * second
        assert not torch.allclose(targets, uncorrected)

    @pytest.mark.parametrize("semi", [False, True])
    def test_the_first_visit_has_no_term_and_later_ones_have(self, semi: bool) -> None:
        settings = make("temporal", semi)
        net, memory = build(settings), Ensemble(6, 10, 0.6)
        values = [
            float(step(settings, net, ensemble=memory, seed=seed).raw["temporal"])
            for seed in (0, 1)
        ]
        assert values[0] == 0 < values[1]
        seen = memory.targets(torch.arange(6))[1]
        assert seen.tolist() == [True] * (6 if semi else 4) + [False] * (0 if semi else 2)

    def test_the_target_is_of_before_this_step_and_a_constant(self) -> None:
        settings = make("temporal")
        net, data = build(settings), batch()
        memory = seen_once(data)
        old = memory.targets(data.index)[0]
        result = step(settings, net, data, memory)
        draw = Draw(generator(), settings.noise)
        h = net.under(data.x, draw)
        p = F.softmax(net.upper(2 * h * draw.top(h, 0.5)), 1)
        assert float(result.raw["temporal"]) == pytest.approx(
            float((old - p).square().mean().detach()), rel=1e-5
        )
        assert not torch.allclose(memory.targets(data.index)[0], old)

    def test_its_state_goes_on(self) -> None:
        data = batch()
        memory, again = seen_once(data), Ensemble(6, 10, 0.6)
        again.load_state_dict(memory.state_dict())
        state = memory.state_dict()
        for each in (memory, again):
            each.record(data.index, torch.full((4, 10), 0.1))
        every = torch.arange(6)
        assert torch.equal(memory.targets(every)[0], again.targets(every)[0])
        assert not torch.equal(memory.state_dict()["averages"], state["averages"])
        with pytest.raises(ValueError, match="averages must have shape"):
            Ensemble(7, 10, 0.6).load_state_dict(state)
        with pytest.raises(ValueError, match=r"visits must have shape .* got nothing"):
            again.load_state_dict({"averages": state["averages"]})

    @pytest.mark.parametrize(("size", "decay"), [((0, 2), 0.6), ((2, 2), 1.0)])
    def test_what_does_not_fit_is_refused(self, size: tuple[int, int], decay: float) -> None:
        with pytest.raises(ValueError, match=r"there must be|decay must be"):
            Ensemble(*size, decay)


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


def test_labelled_and_unlabelled_images_have_noise_of_their_own() -> None:
    settings = make("pi", True)
    data = batch(True)
    alike = replace(data, u=data.x, u2=data.x, index=torch.arange(4))
    seen: list[Tensor] = []
    net = build(settings)
    under: Callable[..., Tensor] = net.under

    def spy(*arguments: Any, **named: Any) -> Tensor:
        seen.append(under(*arguments, **named))
        return seen[-1]

    net.under = spy  # type: ignore[method-assign]
    step(settings, net, alike)
    assert len(seen) == 2
    assert not torch.allclose(seen[0], seen[1])


@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")  # the compiler looks at it
@pytest.mark.parametrize("planted", [False, True])
def test_compiled_passes_share_their_masks(planted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropout that is traced would be drawn anew in VAT's second pass."""
    if planted:
        monkeypatch.setattr(Draw, "hidden", inspect.unwrap(Draw.hidden))
    settings = make("vat", net="mnist", attack={"epsilon": 0.0})
    net = build(settings)
    compiled = torch.compile(net.under, backend="eager")
    monkeypatch.setattr(net, "under", compiled)
    assert (float(step(settings, net).raw["vat"]) > 0) is planted
