"""Ramps against the numbers that the authors' schedule gives."""

from __future__ import annotations

import math
from typing import Any

import pytest

from deep.methods.schedules import at, ramp_down, ramp_up
from deep.settings import Settings


def settings(**parts: Any) -> Settings:
    tree: dict[str, Any] = {"recipe": "t", "flavour": "official", "method": "vadd-kl+vat"}
    tree["optimiser"] = {"lr": 0.003, "beta1": 0.9, "beta1_end": 0.5}
    tree["schedule"] = {"epochs": 300, "ramp_up": 80, "ramp_down": 50, "ramp_lr": True}
    tree["loss"] = {"weight": 25.0}
    for name, part in parts.items():
        tree[name] |= part
    return Settings.model_validate(tree)


def rounded(value: float) -> float:
    return float(f"{value:.3g}")


UP = [(0, 0.00674), (20, 0.0601), (40, 0.287), (60, 0.732), (79, 0.999), (80, 1), (299, 1)]
DOWN = [(0, 1), (250, 1), (260, 0.607), (270, 0.135), (280, 0.0111), (299, 6.12e-6)]


@pytest.mark.parametrize(("epoch", "value"), UP)
def test_the_ramp_up_of_eighty_epochs(epoch: int, value: float) -> None:
    assert rounded(ramp_up(epoch, 80)) == pytest.approx(value, rel=1e-2)
    if 0 < epoch < 79:
        assert ramp_up(epoch, 60) != pytest.approx(value, rel=1e-2)


@pytest.mark.parametrize(("epoch", "value"), DOWN)
def test_the_ramp_down_of_fifty_epochs(epoch: int, value: float) -> None:
    assert rounded(ramp_down(epoch, 250, 50)) == pytest.approx(value, rel=1e-2)
    if epoch >= 250:
        printed = math.exp(-(((epoch - 250) / 2) ** 2) / 50)
        assert ramp_down(epoch, 250, 50) == pytest.approx(printed, rel=1e-12)
        if epoch > 250:
            assert ramp_down(epoch, 250, 60) != pytest.approx(printed, rel=1e-2)


@pytest.mark.parametrize("epochs", [30, 1200, 7])
def test_other_lengths_scale(epochs: int) -> None:
    """A run of other length with ramps in proportion passes through the same values."""
    share = epochs / 300
    short = settings(schedule={"epochs": epochs, "ramp_up": 80 * share, "ramp_down": 50 * share})
    for epoch in (0, 20, 40, 80, 250, 260, 299):
        mine, theirs = at(short, epoch * share), at(settings(), epoch)
        assert mine.lr == pytest.approx(theirs.lr, rel=1e-9)
        assert mine.beta1 == pytest.approx(theirs.beta1, rel=1e-9)
        assert mine.weight == pytest.approx(theirs.weight, rel=1e-9)
    unscaled = settings(schedule={"epochs": epochs, "ramp_up": 0, "ramp_down": min(epochs, 50)})
    assert at(unscaled, 20 * share).weight != pytest.approx(at(settings(), 20).weight)


def test_the_rates_of_an_epoch() -> None:
    first, last = at(settings(), 0), at(settings(), 270)
    assert first.lr == pytest.approx(0.003 * math.exp(-5))
    assert first.weight == pytest.approx(25 * math.exp(-5))
    assert (first.beta1, first.vat_weight) == (0.9, 1.0)
    down = math.exp(-2)
    assert last.lr == pytest.approx(0.003 * down)
    assert last.beta1 == pytest.approx(0.9 * down + 0.5 * (1 - down))
    assert last.weight == 25.0  # no ramp down, no share of labels
    constant = at(settings(schedule={"ramp_lr": False}), 0)
    assert constant.lr == 0.003
    assert at(settings(loss={"ramp_vat": True}), 0).vat_weight == pytest.approx(math.exp(-5))


def test_no_ramps_are_constants() -> None:
    flat = settings(schedule={"ramp_up": 0, "ramp_down": 0, "epochs": 2})
    for epoch in (0, 1, 5):
        rates = at(flat, epoch)
        assert (rates.lr, rates.beta1, rates.weight) == (0.003, 0.9, 25.0)


def test_negative_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="epoch must not be negative"):
        at(settings(), -1)
    with pytest.raises(ValueError, match="length must not be negative"):
        ramp_up(0, -1)
    with pytest.raises(ValueError, match="length must not be negative"):
        ramp_down(0, 0, -1)
