"""Temporal ensembling: its targets are corrected averages of earlier steps, and go on."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from deep.methods.ensembles import Ensemble
from deep.networks.noise import Draw
from tests.deep_steps import batch, build, generator, make, seen_once, step

torch.set_num_threads(1)


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
