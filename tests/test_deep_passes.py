"""The passes of a step: how often each runs, what it moves, and what the attacked one does."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from deep.inspection.diagnostics import diagnose
from deep.methods.adversaries import adversarial_mask, scaled
from deep.methods.divergences import cross_entropy, kl
from deep.methods.passes import Step
from deep.networks.layers import Normalisation
from deep.networks.noise import Draw
from tests.deep_steps import batch, build, generator, gradients, make, step

torch.set_num_threads(1)


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
