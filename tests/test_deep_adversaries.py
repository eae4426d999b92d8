"""Masks and perturbations: the right derivative, the one selection rule, what they achieve."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from deep.inspection import exactness
from deep.inspection.diagnostics import Diagnostics, diagnose, head_attack, random_mask
from deep.inspection.exactness import HeadAttack, none_is_worse
from deep.methods import adversaries
from deep.methods.adversaries import (
    MaskAttack,
    adversarial_mask,
    budget,
    fgsm,
    jacobian,
    scaled,
    virtual_direction,
)
from deep.methods.divergences import cross_entropy, kl, quadratic_error
from deep.networks import Network, network
from deep.networks.layers import Normalisation
from deep.networks.noise import Draw
from deep.settings import AttackSettings, NetworkSettings, NoiseSettings, Settings
from linreg_theory import heads, masks

torch.set_num_threads(1)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def mnist(**more: Any) -> Network:
    settings = NetworkSettings.model_validate({"name": "mnist", "width": 0.1, **more})
    return network(settings, NoiseSettings(), (1, 8, 8), 10, generator())


def hidden(net: Network, rows: int = 5) -> Tensor:
    kind = next(net.parameters()).dtype
    return torch.randn(rows, net.units, generator=generator(1)).to(kind)


def attack(**more: Any) -> AttackSettings:
    return AttackSettings.model_validate(more)


LABELS = torch.tensor([0, 3, 9, 3, 1])


def divergences(net: Network) -> list[Callable[[Tensor], Tensor]]:
    clean = net.upper(2 * hidden(net), update_stats=False).detach()
    return [
        lambda z: cross_entropy(z, LABELS),
        partial(kl, clean),
        lambda z: kl(z, clean),
        partial(quadratic_error, clean, reduction="mean"),
    ]


class TestJacobian:
    @pytest.mark.parametrize("which", range(4))
    @pytest.mark.parametrize("norm", ["none", "full"])
    def test_it_is_the_derivative_by_the_mask(self, which: int, norm: str) -> None:
        net = mnist(norm=norm, top_norm=norm == "full").double()
        h = hidden(net).double()
        divergence = divergences(net)[which] if norm == "none" else divergences(net)[0]
        ones = torch.ones_like(h, requires_grad=True)
        value = divergence(net.upper(h * ones, update_stats=False))
        (by_mask,) = torch.autograd.grad(value, ones)
        J = jacobian(net.upper, h, divergence)
        torch.testing.assert_close(J, by_mask)
        assert float(by_mask.abs().max()) > 1e-4
        (slope,) = torch.autograd.grad(
            divergence(net.upper(leaf := h.clone().requires_grad_(), update_stats=False)), leaf
        )
        assert not torch.allclose(J, slope)  # without the factor h

    def test_it_agrees_with_the_head_that_the_claims_use(self) -> None:
        net = network(
            NetworkSettings(name="conv-small", width=0.1),
            NoiseSettings(),
            (1, 9, 9),
            10,
            generator(),
        ).double()
        assert net.head is not None
        W, b = (part.detach().numpy() for part in net.head)
        h = hidden(net).double()
        J = jacobian(net.upper, h, lambda z: cross_entropy(z, LABELS))
        for row, label in enumerate(LABELS.tolist()):
            head = heads.Head(h[row].numpy(), W.T, b)
            target = np.eye(10)[label]
            theirs = head.jacobian(heads.cross_entropy, target, np.ones(net.units))
            np.testing.assert_allclose(5 * J[row].numpy(), theirs, rtol=1e-9, atol=1e-15)

    def test_nothing_else_is_touched(self) -> None:
        net = mnist(norm="full", top_norm=True)
        h = hidden(net).requires_grad_()
        before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
        for update in (False, True):
            found = jacobian(
                net.upper if not update else _updating(net), h, lambda z: cross_entropy(z, LABELS)
            )
            same = all(torch.equal(net.state_dict()[name], old) for name, old in before.items())
            assert same is not update  # a search that moves the statistics is seen
        assert not found.requires_grad
        assert h.grad is None
        assert all(parameter.grad is None for parameter in net.parameters())

    def test_it_is_computed_in_float32_whatever_is_around_it(self) -> None:
        net = mnist()
        h = hidden(net)
        search = partial(jacobian, net.upper, divergence=lambda z: cross_entropy(z, LABELS))
        expected = search(h)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            assert torch.equal(search(h), expected)
            short = search(h.bfloat16())
            rounded = net.upper(h).dtype
        assert rounded == torch.bfloat16  # autocast is on in there
        assert short.dtype == torch.float32
        torch.testing.assert_close(short, search(h.bfloat16().float()))


def _updating(net: Network) -> Any:
    return lambda h, update_stats=True: net.upper(h, update_stats=True)


class TestBudget:
    @pytest.mark.parametrize(
        ("units", "delta", "flips"),
        [
            (2048, 0.005, 10),
            (128, 0.05, 6),
            (256, 0.3, 76),
            (128, 0.1, 12),
            (100, 0.29, 29),  # 28.999999999999996 in floats
            (10, 0.3, 3),
            (128, 0.0, 0),
            (128, 1.0, 128),
        ],
    )
    def test_flips_are_the_rounded_down_product(self, units: int, delta: float, flips: int) -> None:
        assert budget(attack(delta=delta), units) == flips

    @pytest.mark.parametrize(
        ("units", "delta", "flips"),
        [(128, 0.05, 40), (2048, 0.005, 104), (256, 0.3, 256), (10, 0.3, 9), (256, 0.0625, 256)],
    )
    def test_read_literally_the_limit_is_on_the_root_of_the_flips(
        self, units: int, delta: float, flips: int
    ) -> None:
        assert budget(attack(delta=delta, reading="literal"), units) == flips
        assert flips == min(units, math.floor((round(units * delta, 9)) ** 2))

    def test_no_units_are_refused(self) -> None:
        with pytest.raises(ValueError, match="units must be"):
            budget(attack(), 0)


class TestMasks:
    @pytest.mark.parametrize("base", ["ones", "sampled"])
    def test_the_rule_is_that_of_the_claims(self, base: str) -> None:
        """The same masks as NumPy gives, and at most the budget; one more flip is another mask."""
        J = torch.randn(7, 40, generator=generator(2))
        J[:, ::5] = J[:, 1::5]  # ties
        start = (torch.rand(7, 40, generator=generator(3)) > 0.5).float()
        start = torch.ones(7, 40) if base == "ones" else start
        found = adversarial_mask(start, J, attack(delta=0.1))
        theirs = masks.flip_at_most(start.numpy(), J.numpy(), 4)
        assert np.array_equal(found.numpy(), theirs)
        assert int((found != start).sum(1).max()) == 4
        assert not torch.equal(found, adversarial_mask(start, J, attack(delta=0.125)))

    def test_it_is_the_linear_maximum(self) -> None:
        J = torch.randn(1, 8, generator=generator(2))
        start = (torch.rand(1, 8, generator=generator(3)) > 0.5).float()
        found = adversarial_mask(start, J, attack(delta=0.25))
        values = [
            float((torch.tensor(m) * J[0]).sum())
            for m in itertools.product((0.0, 1.0), repeat=8)
            if (torch.tensor(m) != start[0]).sum() <= 2
        ]
        assert float((found * J).sum()) == pytest.approx(max(values), rel=1e-6)
        assert float((start * J).sum()) < max(values)

    def test_renormalised_masks_sum_to_the_units(self) -> None:
        mask = torch.ones(2, 128)
        mask[0, :6] = 0
        found = scaled(mask, attack(), 0.5)
        torch.testing.assert_close(found.sum(1), torch.full((2,), 128.0))
        assert float(found[0].max()) == pytest.approx(128 / 122)
        assert not scaled(torch.zeros(2, 4), attack(), 0.5).any()

    @pytest.mark.parametrize(("base", "factor"), [("sampled", 2.0), ("ones", 1.0)])
    def test_else_they_are_scaled_as_in_dropout(self, base: str, factor: float) -> None:
        mask = torch.tensor([[1.0, 0.0, 0.0, 0.0]])
        settings = attack(renormalise=False, base=base)
        assert torch.equal(scaled(mask, settings, 0.5), factor * mask)
        assert float(scaled(mask, attack(base=base), 0.5).max()) == 4.0


class TestInputs:
    def quadratic(self) -> tuple[Callable[[Tensor], Tensor], Tensor]:
        """Logits whose divergence from those at zero grows fastest along the first axis."""
        A = torch.diag(torch.tensor([3.0, 1.0, 0.5]))
        return lambda x: x @ A, torch.zeros(4, 3)

    @pytest.mark.parametrize("norm", ["inf", "2"])
    def test_fgsm_has_its_size_and_goes_up(self, norm: str) -> None:
        net = mnist()
        x = torch.rand(5, 1, 8, 8, generator=generator(4))
        r = fgsm(net, x, lambda z: cross_entropy(z, LABELS), attack(epsilon=0.3, norm=norm))
        sizes = r.flatten(1).abs().amax(1) if norm == "inf" else r.flatten(1).norm(dim=1)
        torch.testing.assert_close(sizes, torch.full((5,), 0.3))
        before, up, down = (
            F.cross_entropy(net(x + s * r), LABELS, reduction="none") for s in (0, 1, -1)
        )
        assert bool((up > before).all())
        assert not bool((down > before).all())

    def test_fgsm_in_l_2_goes_further_than_the_sign_of_the_same_length(self) -> None:
        net = mnist()
        x = torch.rand(5, 1, 8, 8, generator=generator(4))
        loss = partial(_loss_of, net)
        straight = fgsm(net, x, lambda z: cross_entropy(z, LABELS), attack(epsilon=0.01))
        sign = fgsm(net, x, lambda z: cross_entropy(z, LABELS), attack(epsilon=1, norm="inf"))
        same_length = 0.01 * sign / sign.flatten(1).norm(dim=1)[:, None, None, None]
        assert loss(x + straight) > loss(x + same_length)

    def test_power_iterations_find_the_steepest_axis(self) -> None:
        forward, x = self.quadratic()
        clean = forward(x)
        found = {
            iterations: virtual_direction(
                forward, x, clean, attack(epsilon=2.0, power_iterations=iterations), generator(5)
            )
            for iterations in (1, 8)
        }
        second = _second_derivative(forward, x[0])
        axis = torch.linalg.eigh(second).eigenvectors[:, -1]
        for iterations, r in found.items():
            torch.testing.assert_close(r.norm(dim=1), torch.full((4,), 2.0))
            cosine = (r @ axis).abs() / 2
            assert bool((cosine > 0.999).all()) is (iterations == 8)

    def test_vat_moves_the_outputs_more_than_chance(self) -> None:
        net = mnist()
        x = torch.rand(5, 1, 8, 8, generator=generator(4))
        clean = net(x).detach()
        r = virtual_direction(net, x, clean, attack(epsilon=1.0), generator(5))
        n = torch.randn(r.shape, generator=generator(6))
        random = n / n.flatten(1).norm(dim=1)[:, None, None, None]
        assert float(kl(clean, net(x + r)).detach()) > 2 * float(
            kl(clean, net(x + random)).detach()
        )
        assert all(parameter.grad is None for parameter in net.parameters())
        assert not r.requires_grad

    def test_an_xi_below_float32_loses_the_direction(self) -> None:
        net = mnist()
        x = 1 + torch.rand(5, 1, 8, 8, generator=generator(4))
        clean = net(x).detach()

        def direction(xi: float) -> Tensor:
            r = virtual_direction(net, x, clean, attack(epsilon=1.0, xi=xi), generator(5))
            return r.flatten(1).float()

        short = {xi: direction(xi) for xi in (1e-2, 1e-6)}
        net, x, clean = net.double(), x.double(), net.double()(x.double()).detach()
        cosines = {xi: (direction(xi) * short[xi]).sum(1) for xi in short}
        assert float(cosines[1e-2].min()) > 0.999
        assert float(cosines[1e-6].mean()) < 0.9

    def test_flat_outputs_give_no_perturbation(self) -> None:
        x = torch.rand(3, 2)
        r = virtual_direction(
            lambda x: 0 * x, x, torch.zeros(3, 2), attack(epsilon=1.0), generator()
        )
        assert not r.any()

    def test_searches_are_in_float32_under_autocast(self) -> None:
        net = mnist()
        x = torch.rand(5, 1, 8, 8, generator=generator(4))
        clean = net(x).detach()

        def both() -> tuple[Tensor, Tensor]:
            first = virtual_direction(net, x, clean, attack(), generator(5))
            return first, fgsm(net, x, lambda z: cross_entropy(z, LABELS), attack())

        expected = both()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            for mine, theirs in zip(both(), expected, strict=True):
                assert torch.equal(mine, theirs)
            assert not torch.equal(net(x).float(), clean)  # it is on


def _loss_of(net: nn.Module, x: Tensor) -> float:
    return float(F.cross_entropy(net(x), LABELS).detach())


def _second_derivative(forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    clean = F.log_softmax(forward(x), 0)

    def divergence(r: Tensor) -> Tensor:
        return (clean.exp() * (clean - F.log_softmax(forward(x + r), 0))).sum()

    def slope(r: Tensor) -> Tensor:
        return torch.func.grad(divergence)(r)

    found: Tensor = torch.func.jacrev(slope)(torch.zeros_like(x))
    return found


def random_attack(seed: int, scale: float | None, ones: bool, classes: int) -> HeadAttack:
    """Eight units, up to three flips; every third with few units that matter."""
    rng = np.random.default_rng(seed)
    contributions = rng.normal(size=(8, classes)) * (rng.random((8, 1)) < (seed % 3 + 1) / 3)
    base = np.ones(8, bool) if ones else rng.random(8) < 0.5
    one_hot = np.eye(classes)[rng.integers(classes)]
    target = one_hot if seed % 2 else rng.dirichlet(np.ones(classes))
    return HeadAttack(contributions, rng.normal(size=classes), target, base, seed % 4, scale)


def every_mask(problem: HeadAttack) -> Iterator[NDArray[np.bool_]]:
    for bits in itertools.product((False, True), repeat=len(problem.base)):
        mask = np.array(bits)
        if np.sum(mask != problem.base) <= problem.budget:
            yield mask


def divergence_of(problem: HeadAttack, mask: NDArray[np.bool_]) -> float:
    """The cross entropy by the definition: softmax of scaled, masked sums."""
    factor = len(mask) / max(mask.sum(), 1) if problem.scale is None else problem.scale
    logits = problem.biases + factor * (mask @ problem.contributions)
    shifted = logits - logits.max()
    return float(-problem.target @ (shifted - np.log(np.exp(shifted).sum())))


class TestExactness:
    @pytest.mark.parametrize("scale", [None, 1.0, 2.0])
    @pytest.mark.parametrize("ones", [True, False])
    @pytest.mark.parametrize("guesses", [True, False])
    def test_against_all_masks(
        self, scale: float | None, ones: bool, guesses: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every verdict, on the worst masks, on those just below and on any, by enumeration.

        The masks that are best for one class find most; the search must do without them, too.
        """
        if not guesses:
            monkeypatch.setattr(exactness, "_best_of_each_class", lambda start, groups: iter(()))
        verdicts = []
        for seed in range(40):
            problem = random_attack(seed, scale, ones, 2 + seed % 4)
            harms = {tuple(mask): divergence_of(problem, mask) for mask in every_mask(problem)}
            worst = max(harms.values())
            rng = np.random.default_rng(seed)
            keys = sorted(harms, key=lambda m: -harms[m])
            some = rng.choice(len(harms), size=min(3, len(harms)), replace=False)
            tried = [*keys[:6], *(keys[i] for i in some)]
            for bits in tried:
                mask = np.array(bits)
                assert problem.harm(mask) == pytest.approx(harms[bits], rel=1e-9, abs=1e-12)
                truth = harms[bits] >= worst - 1e-10
                assert none_is_worse(problem, mask, 10_000) is truth
                verdicts.append(truth)
        assert 20 < verdicts.count(True) < len(verdicts) - 20

    def test_the_bracket_of_the_claim(self) -> None:
        """BY-14: the worst lies between the logistic loss of the best margin and log C more."""
        for seed in range(1, 21, 2):
            problem = random_attack(seed, 1.0, True, 4)
            worst = max(divergence_of(problem, mask) for mask in every_mask(problem))
            label = int(problem.target.argmax())
            margins = problem.contributions - problem.contributions[:, [label]]
            start = problem.biases - problem.biases[label] + margins.sum(0)
            gains = np.sort(np.maximum(-margins, 0), axis=0)[::-1][: problem.budget].sum(0)
            best = np.delete(start + gains, label).max()
            logistic = float(np.logaddexp(0, best))
            assert logistic <= worst + 1e-12
            assert worst <= logistic + math.log(4) + 1e-12

    def test_without_nodes_it_says_so(self) -> None:
        """Where the bounds decide, none are needed; elsewhere they are."""
        verdicts = set()
        for seed in range(1, 60, 2):
            problem = random_attack(seed, 1.0, True, 5)
            worst = max(every_mask(problem), key=lambda m: divergence_of(problem, m))
            verdicts.add(none_is_worse(problem, worst, 0))
            assert none_is_worse(problem, worst, 10_000) is True
        assert verdicts == {True, None}

    def test_two_classes_need_no_nodes(self) -> None:
        """There the worst mask is that of the one margin, so that the bound is attained."""
        for seed in range(1, 21, 2):
            problem = random_attack(seed, 1.0, True, 2)
            assert problem.target.max() == 1  # a label
            worst = max(every_mask(problem), key=lambda m: divergence_of(problem, m))
            assert none_is_worse(problem, worst, 0) is True

    def test_a_mask_outside_the_budget_is_refused(self) -> None:
        problem = random_attack(1, 1.0, True, 3)
        with pytest.raises(ValueError, match="at most 1 units, got 2"):
            none_is_worse(problem, np.arange(8) > 1, 10)

    def test_large_heads_are_cheap(self) -> None:
        """128 units, ten classes, six flips: most are decided by few nodes."""
        rng = np.random.default_rng(0)
        h, W = rng.random((12, 128)), rng.normal(size=(128, 10)) / 4
        verdicts = []
        for row in h:
            logits = row @ W
            target = np.eye(10)[logits.argmax()]
            problem = HeadAttack(row[:, None] * W, np.zeros(10), target, row > -1, 6, None)
            p = np.exp(logits - np.logaddexp.reduce(logits))
            J = row * (W @ (p - target))
            greedy = masks.flip_at_most(np.ones(128), J, 6) > 0
            verdicts.append(none_is_worse(problem, greedy, 500))
        assert verdicts.count(None) < len(verdicts)


def settings(**more: Any) -> Settings:
    tree: dict[str, Any] = {"recipe": "t", "flavour": "paper", "method": "sadd", **more}
    return Settings.model_validate(tree)


class TestDiagnostics:
    def search(self, net: Network, chosen: Settings, rows: int = 5) -> MaskAttack:
        h = hidden(net, rows).abs()
        labels = LABELS[torch.arange(rows) % 5]

        def loss(z: Tensor) -> Tensor:
            return cross_entropy(z, labels)

        J = jacobian(net.upper, h, loss)
        base = (torch.rand(h.shape, generator=generator(7)) > 0.5).float()
        base = base if chosen.attack.base == "sampled" else torch.ones_like(h)
        mask = adversarial_mask(base, J, chosen.attack)
        return MaskAttack(h, base, mask, J, loss, F.one_hot(labels, 10).float())

    def head_network(self, top_norm: bool = False) -> Network:
        return network(
            NetworkSettings(name="conv-small", width=0.2, norm="full", top_norm=top_norm),
            NoiseSettings(),
            (1, 9, 9),
            10,
            generator(),
        )

    @pytest.mark.parametrize("base", ["ones", "sampled"])
    def test_adversarial_masks_do_more_than_random_ones(self, base: str) -> None:
        chosen = settings(attack={"base": base, "delta": 0.2}, noise={"top_dropout": 0.5})
        net = self.head_network()
        found = self.search(net, chosen, 60)
        seen = diagnose(net, found, chosen, generator(8), samples=3)
        assert seen.adversarial_divergence > seen.random_divergence
        assert seen.adversarial_divergence > seen.base_divergence
        assert seen.flips == pytest.approx(float((found.mask != found.base).sum(1).float().mean()))
        each = 60 * found.jacobian  # of each sample's own divergence
        assert seen.jacobian_norm == pytest.approx(float(each.norm(dim=1).mean()), rel=1e-6)
        best = MaskAttack(
            found.h,
            found.base,
            adversarial_mask(found.base, -found.jacobian, chosen.attack),
            found.jacobian,
            found.divergence,
            found.target,
        )
        kind = diagnose(net, best, chosen, generator(8), samples=0)
        assert kind.adversarial_divergence < kind.random_divergence  # J's sign is seen

    def test_random_masks_flip_as_many_anywhere(self) -> None:
        base = (torch.rand(400, 6, generator=generator(1)) > 0.5).float()
        flips = torch.arange(400) % 4
        found = random_mask(base, flips, generator())
        assert torch.equal((found != base).sum(1), flips)
        share = (found != base).float().mean(0)
        assert float((share - 0.25).abs().max()) < 5 * (0.25 * 0.75 / 400) ** 0.5

    @pytest.mark.parametrize("renormalise", [True, False])
    @pytest.mark.parametrize("base", ["ones", "sampled"])
    def test_the_head_attack_has_the_networks_own_divergence(
        self, renormalise: bool, base: str
    ) -> None:
        chosen = settings(
            attack={"base": base, "delta": 0.2, "renormalise": renormalise},
            noise={"top_dropout": 0.5},
        )
        net = self.head_network().double()
        found = self.search(net, chosen)
        base_mask, mask = found.base.double(), found.mask.double()
        found = MaskAttack(found.h, base_mask, mask, found.jacobian, found.divergence, found.target)
        each = []
        for sample in range(5):
            problem = head_attack(net, found, chosen, sample)
            assert problem is not None
            each.append(problem.harm(found.mask[sample].numpy() > 0))
        factor = scaled(found.mask, chosen.attack, 0.5)
        theirs = float(found.divergence(net.upper(found.h * factor)).detach())
        assert np.mean(each) == pytest.approx(theirs, rel=1e-9)
        plain = float(found.divergence(net.upper(found.h * found.mask)).detach())
        scale = 1.0 if (base == "ones" and not renormalise) else 2.0
        assert (plain == pytest.approx(theirs, rel=1e-6)) is (scale == 1.0)

    def test_counts_add_up_and_a_better_mask_changes_them(self) -> None:
        chosen = settings(attack={"base": "ones", "delta": 0.1})
        net = self.head_network()
        found = self.search(net, chosen)
        seen = diagnose(net, found, chosen, generator(), samples=4)
        assert None not in (seen.exact, seen.inexact, seen.undecided)
        assert (seen.exact or 0) + (seen.inexact or 0) + (seen.undecided or 0) == 4
        lazy = MaskAttack(
            found.h, found.base, found.base, found.jacobian, found.divergence, found.target
        )
        nothing = diagnose(net, lazy, chosen, generator(), samples=4)
        assert (nothing.exact, nothing.inexact) == (0, 4)
        assert nothing.exact_share == 0.0
        assert nothing.as_dict()["exact_share"] == 0.0

    @pytest.mark.parametrize("why", ["top norm", "two layers", "quadratic error"])
    def test_only_linear_heads_are_judged(self, why: str) -> None:
        chosen = settings(attack={"base": "ones", "delta": 0.1})
        net = mnist() if why == "two layers" else self.head_network(why == "top norm")
        found = self.search(net, chosen)
        if why == "quadratic error":
            found = MaskAttack(
                found.h, found.base, found.mask, found.jacobian, found.divergence, None
            )
        seen = diagnose(net, found, chosen, generator())
        assert (seen.exact, seen.inexact, seen.undecided, seen.exact_share) == (None,) * 4
        assert seen.adversarial_divergence > 0

    def test_statistics_stand_still(self) -> None:
        chosen = settings(attack={"base": "ones", "delta": 0.1})
        net = self.head_network(top_norm=True)
        diagnose(net, self.search(net, chosen), chosen, generator())
        norms = [m for m in net.modules() if isinstance(m, Normalisation)]
        assert [int(norm.updates) for norm in norms] == [0] * len(norms)
        net.upper(torch.rand(2, net.units))
        assert [int(norm.updates) for norm in norms][-1] == 1

    def test_undecided_is_no_share(self) -> None:
        seen = Diagnostics(1.0, 1.0, 1.0, 1.0, 1.0, exact=0, inexact=0, undecided=4)
        assert seen.exact_share is None
        assert Diagnostics(1.0, 1.0, 1.0, 1.0, 1.0, 3, 1, 4).exact_share == 0.75


def test_the_searches_name_what_they_need() -> None:
    assert set(adversaries.__all__) >= {"jacobian", "adversarial_mask", "scaled", "fgsm"}
    assert Draw.none().again().hidden("a", torch.ones(1), 0.5) == 1
