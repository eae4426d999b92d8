"""The loop: what it computes, what it says of it, and that nothing but its seed decides."""

from __future__ import annotations

import io
import json
import random
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import Tensor

from deep.data import sources, splits
from deep.methods import adversaries, losses, passes, schedules
from deep.settings import METHODS, Hardware, Settings, changed
from deep.training import hardware
from deep.training import trainer as loop
from deep.training.curves import Curves, scalars
from deep.training.evaluation import Best, error
from deep.training.hardware import Machine, available, launch
from deep.training.learner import Learner
from deep.training.progress import Progress, time_left
from deep.training.runs import Run
from linreg_theory import masks
from tests.deep_tiny import (
    CONV,
    CPU,
    EPOCHS,
    FULL,
    SEMI,
    STEPS,
    VIEWS,
    differences,
    last_state,
    metrics,
    tiny,
    told,
    trainer,
)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def learner(settings: Settings, wishes: Hardware = CPU) -> Learner:
    """A run's state, nothing of which is on the disk."""

    def made(machine: Machine) -> Learner:
        images, cut, transform = loop._data(
            machine, loop._Job(settings, wishes, Path("none"), Path("none"), False)
        )
        return Learner(settings, machine, images, cut, transform)

    result: Learner = launch(wishes, made)
    return result


@pytest.mark.parametrize("method", METHODS)
def test_every_method_runs_and_moves_all_parameters(method: str, tmp_path: Path) -> None:
    settings = tiny(method, *(SEMI if method not in ("at", "sadd") else ()))
    result = trainer(settings, tmp_path / "run").fit()
    assert result is not None
    before = dict(learner(settings).network.named_parameters())
    after = last_state(tmp_path / "run")["network"]
    assert [name for name in before if torch.equal(before[name], after[name])] == []
    rows = metrics(tmp_path / "run")
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    for row in rows:
        terms = [value for name, value in row["losses"].items() if name != "total"]
        assert sum(terms) == pytest.approx(row["losses"]["total"], rel=1e-5)
        assert 0 <= row["test_error"] <= 100
        searched = method.startswith(("sadd", "vadd"))
        assert (row["diagnostics"] is not None) == searched
        assert ("flips" in row["raw"]) == searched


def test_a_line_holds_all_that_was_asked_for(tmp_path: Path) -> None:
    trainer(tiny("vadd-kl+vat", *CONV, *SEMI), tmp_path / "run").fit()
    (row, *_) = metrics(tmp_path / "run")
    assert set(row) == {
        "epoch",
        "step",
        "rates",
        "losses",
        "raw",
        "diagnostics",
        "validation_error",
        "test_error",
    }
    assert set(row["rates"]) == {"lr", "beta1", "weight", "vat_weight"}
    assert set(row["losses"]) == {"supervised", "vadd-kl", "vat", "total"}
    assert row["raw"]["flips"] >= 0
    assert row["raw"]["jacobian_norm"] > 0
    found = row["diagnostics"]
    assert found["adversarial_divergence"] >= found["random_divergence"] >= 0
    assert found["exact"] + found["inexact"] + found["undecided"] == 4  # this head is linear
    trainer(tiny("vadd-kl"), tmp_path / "two layers").fit()
    assert metrics(tmp_path / "two layers")[0]["diagnostics"]["exact_share"] is None


def test_losses_are_means_over_the_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []

    def recorded(*arguments: Any, **options: Any) -> Any:
        result = losses.terms(*arguments, **options)
        seen.append(float(result.total.detach()))
        return result

    monkeypatch.setattr("deep.training.learner.terms", recorded)
    trainer(tiny("pi"), tmp_path / "run").fit()
    for row in metrics(tmp_path / "run"):
        steps = seen[row["step"] - STEPS : row["step"]]
        assert row["losses"]["total"] == pytest.approx(np.mean(steps), rel=1e-12)


def rates_used(settings: Settings, folder: Path, patch: pytest.MonkeyPatch) -> list[Any]:
    """What Adam finds in its groups at every step."""
    used: list[Any] = []
    real = torch.optim.Adam.step

    def step(self: torch.optim.Adam) -> Any:
        used.append([(group["lr"], group["betas"]) for group in self.param_groups])
        return real(self)

    with patch.context() as patched:
        patched.setattr(torch.optim.Adam, "step", step)
        trainer(settings, folder).fit()
    return used


def test_learning_rate_and_beta1_follow_the_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tiny("plain", "schedule.epochs=5", "schedule.ramp_down=2")
    used = rates_used(settings, tmp_path / "run", monkeypatch)
    rates = [schedules.at(settings, epoch) for epoch in range(5)]
    expected = [[(rate.lr, (rate.beta1, 0.999))] for rate in rates for _ in range(STEPS)]
    assert used == expected
    assert len({str(each) for each in used}) == 4  # epochs 2 and 3 have the same, full rates


def test_rates_as_attributes_would_do_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above can fail: this is how others set them, and Adam does not look there."""

    def misplaced(self: Learner) -> Any:
        rates = schedules.at(self.settings, self.epoch)
        self.optimiser.lr = rates.lr  # type: ignore[attr-defined]
        return rates

    monkeypatch.setattr(Learner, "rates", misplaced)
    used = rates_used(tiny("plain"), tmp_path / "run", monkeypatch)
    assert len({str(each) for each in used}) == 1


def test_one_step_is_adam_on_the_total() -> None:
    """Against the update written out: the first step of Adam."""
    one = learner(tiny("vadd-kl", *CONV))
    before = {name: p.detach().clone() for name, p in one.network.named_parameters()}
    one.step(next(one.batches.epoch()))
    rates = one.rates()
    for name, parameter in one.network.named_parameters():
        assert parameter.grad is not None
        slope = parameter.grad
        expected = before[name] - rates.lr * slope / (slope.abs() + 1e-8)
        torch.testing.assert_close(parameter.detach(), expected, rtol=1e-4, atol=1e-7)
        assert not torch.equal(parameter.detach(), before[name])


def global_states() -> tuple[Any, ...]:
    """Of every generator that code could fall back on."""
    legacy: Any = np.random.get_state()  # noqa: NPY002
    return torch.get_rng_state().tolist(), legacy[1].tolist(), legacy[2:], random.getstate()


@pytest.mark.parametrize("method", ["temporal", "vadd-kl+vat"])
def test_two_identical_runs_are_identical_whatever_the_global_generators(
    method: str, tmp_path: Path
) -> None:
    settings = tiny(method, *SEMI, *VIEWS, *CONV, *FULL)
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        random.seed(seed)
        before = global_states()
        trainer(settings, tmp_path / str(seed)).fit()
        assert global_states() == before
    assert differences(last_state(tmp_path / "1"), last_state(tmp_path / "2")) == []
    assert metrics(tmp_path / "1") == metrics(tmp_path / "2")
    trainer(changed(settings, ["seed=1"]), tmp_path / "3").fit()
    assert differences(last_state(tmp_path / "1")["network"], last_state(tmp_path / "3")["network"])


def test_looking_does_not_change_what_is_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tiny("vadd-kl", *CONV, *FULL)
    trainer(settings, tmp_path / "looked").fit()
    monkeypatch.setattr(Learner, "_diagnose", lambda self, result: None)
    monkeypatch.setattr(Learner, "_evaluate", lambda self: self.errors.update(test=1.0))
    trainer(settings, tmp_path / "blind").fit()
    first, second = (last_state(tmp_path / name) for name in ("looked", "blind"))
    for part in ("network", "optimiser", "noise", "batches"):
        assert differences(first[part], second[part]) == []


def test_the_error_counts_each_image_once() -> None:
    settings = tiny("plain", *CONV, *FULL)
    one = learner(settings)
    one.step(next(one.batches.epoch()))
    before = {name: x.clone() for name, x in one.network.state_dict().items()}
    for part in ("validation", "test"):
        x, y = next(iter(one.batches.in_order(part, 10_000)))
        one.network.eval()
        with torch.no_grad():
            wrong = (one.network(x).argmax(1) != y).double().mean()
        found = error(one.network, one.batches, part, one.machine, settings)
        assert found == pytest.approx(100 * float(wrong))
        assert one.network.training
    assert differences(before, dict(one.network.state_dict())) == []


def test_noise_at_test_is_the_same_at_every_evaluation() -> None:
    quiet = tiny("plain", "network.name=autoencoder", "noise.gaussian=0.5")
    noisy = changed(quiet, ["noise.gaussian_at_test=true"])
    one = learner(quiet)
    found = [error(one.network, one.batches, "test", one.machine, s) for s in (quiet, noisy, noisy)]
    assert found[0] != found[1]
    assert found[1] == found[2]


def test_an_empty_validation_set_has_no_error_and_no_best(tmp_path: Path) -> None:
    result = trainer(tiny("plain", "data.validation=0"), tmp_path / "run").fit()
    assert result is not None
    assert result["validation_error_best"] is None
    assert result["test_error_best_validation"] is None
    assert result["test_error_last"] == metrics(tmp_path / "run")[-1]["test_error"]


def test_the_best_epoch_is_chosen_on_validation() -> None:
    best = None
    for epoch, (validation, test) in enumerate([(9.0, 1.0), (5.0, 8.0), (5.0, 0.0), (7.0, 2.0)], 1):
        best = Best.after(best, epoch, validation, test)
    assert best == Best(2, 5.0, 8.0)  # neither the best on test nor the later of equals
    assert Best.after(None, 1, None, 3.0) is None


def test_the_result_reports_last_and_best_validation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = {"validation": [30.0, 10.0, 20.0], "test": [5.0, 12.0, 11.0]}
    given = {part: iter(values) for part, values in errors.items()}
    monkeypatch.setattr(
        "deep.training.learner.error", lambda net, batches, part, m, s: next(given[part])
    )
    result = trainer(tiny("plain"), tmp_path / "run").fit()
    assert result is not None
    assert (result["test_error_last"], result["validation_error_last"]) == (11.0, 20.0)
    assert (result["test_error_best_validation"], result["validation_error_best"]) == (12.0, 10.0)
    assert result["best_epoch"] == 2
    assert json.loads((tmp_path / "run" / "result.json").read_text()) == result
    assert 5.0 not in result.values()  # the best on test is nowhere


def test_evaluation_where_it_is_due_and_at_the_end(tmp_path: Path) -> None:
    settings = tiny("plain", "schedule.epochs=5", "schedule.evaluate_every=2")
    trainer(settings, tmp_path / "run").fit()
    rows = metrics(tmp_path / "run")
    assert [row["test_error"] is not None for row in rows] == [False, True, False, True, True]


def test_the_autoencoder_reports_its_reconstruction(tmp_path: Path) -> None:
    settings = tiny("sadd", "network.name=autoencoder", "network.width=0.1", "attack.delta=0.3")
    trainer(settings, tmp_path / "run").fit()
    first, *_, last = metrics(tmp_path / "run")
    assert 0 < last["test_error"] < first["test_error"] < 1


def test_the_loss_must_stay_a_number(tmp_path: Path) -> None:
    settings = tiny("plain", "optimiser.lr=1e30", "schedule.ramp_lr=false")
    with pytest.raises(ArithmeticError, match=r"not finite in epoch 1: optimiser\.lr") as error:
        trainer(settings, tmp_path / "run").fit()
    assert "\n" not in str(error.value)
    assert list((tmp_path / "run").glob("checkpoint-*")) == []


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["data.labels=5000", "optimiser.batch_unlabelled=8"], "data.labels must be at most 950"),
        (["optimiser.batch=960"], "optimiser.batch must be at most 950"),
        (["network.name=autoencoder"], "method must be plain or sadd"),
        (["data.name=cifar10"], "cifar10"),
    ],
)
def test_what_cannot_run_creates_nothing(
    pairs: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, OSError), match=re.escape(message)) as error:
        trainer(tiny("vadd-kl", *pairs), tmp_path / "run").fit()
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_term_that_would_vanish_is_said(tmp_path: Path) -> None:
    _, lines = told(tiny("pi", "noise.top_dropout=0"), tmp_path / "run")
    assert lines[0].startswith("note: the term of pi is zero")


@pytest.mark.parametrize("change", ["images", "labels", "split"])
def test_other_data_or_labels_do_not_go_on(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same settings, but files behind them, or the choice of labels, are not what they were."""
    settings = tiny("plain", *SEMI)

    def other_images(*arguments: Any, **options: Any) -> sources.Images:
        images = sources.load(*arguments, **options)
        if change == "images":
            return replace(images, train=255 - images.train)
        return replace(images, train_labels=images.train_labels.flip(0))

    def other_split(labels: Tensor, data: Any) -> splits.Split:
        return splits.split(labels, data.model_copy(update={"split_seed": 99}))

    def died(self: Run, row: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Run, "record", died)
        with pytest.raises(KeyboardInterrupt):
            trainer(settings, tmp_path / "run").fit()
    with monkeypatch.context() as patch:
        if change == "split":
            patch.setattr(loop, "split", other_split)
        else:
            patch.setattr(loop, "load", other_images)
        expected = "began with " + ("split" if change == "split" else "images")
        with pytest.raises(ValueError, match=expected) as error:
            trainer(settings, tmp_path / "run").fit()
    assert "\n" not in str(error.value)
    assert trainer(settings, tmp_path / "run").fit()


def test_curves_show_every_number_once(tmp_path: Path) -> None:
    trainer(tiny("vadd-kl"), tmp_path / "run").fit()
    folder = tmp_path / "run" / "tensorboard"
    rows = metrics(tmp_path / "run")
    events = EventAccumulator(str(folder)).Reload()
    for name in ("losses/total", "test_error", "rates/lr", "diagnostics/flips"):
        points = {event.step: event.value for event in events.Scalars(name)}
        assert points == pytest.approx({r["epoch"]: scalars(r)[name] for r in rows})
        assert len(events.Scalars(name)) == EPOCHS
    assert [path.name for path in folder.iterdir()] == ["events.out.tfevents.run"]


def test_curves_are_written_anew_not_twice(tmp_path: Path) -> None:
    rows = [{"epoch": n, "time": float(n), "loss": n / 2, "none": None} for n in (1, 2, 3)]
    for kept in (3, 1):
        with Curves(tmp_path / "tensorboard", rows[:kept]) as curves:
            curves.add(rows[1])
    points = EventAccumulator(str(tmp_path / "tensorboard")).Reload().Scalars("loss")
    assert [point.step for point in points] == [1, 2]


class TestSearches:
    """Losses may be computed in bfloat16; what is searched for is found in float32."""

    BF16 = Hardware(device="cpu", precision="bf16")

    def seen(self, method: str, patch: pytest.MonkeyPatch, folder: Path) -> dict[str, set[Any]]:
        """The types in the searches, and of the hidden layer in the passes that are trained."""
        found: dict[str, set[Any]] = {"scores": set(), "searches": set(), "passes": set()}
        flip, jacobian, direction = (
            masks.flip_at_most,
            adversaries.jacobian,
            adversaries.virtual_direction,
        )

        def flipped(base: Tensor, scores: Tensor, budget: int) -> Tensor:
            found["scores"].add(scores.dtype)
            result: Tensor = flip(base, scores, budget)
            return result

        def watched(function: Any) -> Any:
            def call(x: Tensor, *arguments: Any, **options: Any) -> Tensor:
                outputs: Tensor = function(x, *arguments, **options)
                found["searches"] |= {x.dtype, outputs.dtype}
                return outputs

            return call

        def searched(upper: Any, h: Tensor, divergence: Any) -> Tensor:
            found["passes"].add(h.dtype)
            return jacobian(watched(upper), h, divergence)

        def directed(forward: Any, *arguments: Any) -> Tensor:
            return direction(watched(forward), *arguments)

        patch.setattr(masks, "flip_at_most", flipped)
        patch.setattr(passes, "jacobian", searched)
        patch.setattr(losses, "virtual_direction", directed)
        trainer(tiny(method), folder, self.BF16).fit()
        return found

    def test_in_float32_under_bf16(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        found = self.seen("vadd-kl+vat", monkeypatch, tmp_path / "run")
        assert found["scores"] == found["searches"] == {torch.float32}
        assert found["passes"] == {torch.bfloat16}  # so the searches were asked to in bf16

    def test_the_check_can_fail(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            adversaries, "full_precision", lambda d: torch.autocast(d.type, torch.bfloat16)
        )
        found = self.seen("vadd-kl+vat", monkeypatch, tmp_path / "run")
        assert torch.bfloat16 in found["searches"]


def test_bf16_learns_what_float32_learns(tmp_path: Path) -> None:
    settings = tiny("vadd-kl", *CONV, *FULL)
    for precision in ("32", "bf16"):
        trainer(settings, tmp_path / precision, Hardware(device="cpu", precision=precision)).fit()
    full, short = (metrics(tmp_path / name)[-1] for name in ("32", "bf16"))
    assert full["losses"]["supervised"] != short["losses"]["supervised"]
    assert short["losses"]["supervised"] == pytest.approx(full["losses"]["supervised"], rel=0.1)
    weights = last_state(tmp_path / "bf16")["network"].values()
    assert {w.dtype for w in weights} == {torch.float32, torch.int64}


@pytest.mark.parametrize("network", [(), (*CONV, *FULL)], ids=["mnist", "conv-small"])
def test_channels_last_is_the_same_run_to_rounding(network: Any, tmp_path: Path) -> None:
    settings = tiny("vadd-kl", *network, "optimiser.epsilon=1e-4")
    one = learner(settings, Hardware(device="cpu", channels_last=True))
    weights = [p for p in one.network.parameters() if p.ndim == 4 and min(p.shape[1:]) > 1]
    assert weights
    assert all(w.is_contiguous(memory_format=torch.channels_last) for w in weights)
    for last in (False, True):
        trainer(settings, tmp_path / str(last), Hardware(device="cpu", channels_last=last)).fit()
    plain, reordered = (last_state(tmp_path / name)["network"] for name in ("False", "True"))
    torch.testing.assert_close(plain, reordered, rtol=1e-3, atol=1e-4)


# torch's own tracing asks for this attribute; where warnings are errors it cannot hide it.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")
def test_compiled_is_the_same_run_to_rounding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With torch's tracing but not its C++: seconds, not minutes."""
    compiled: list[Any] = []

    def traced(function: Any) -> Any:
        compiled.append(function)
        return partial(torch.compile, backend="eager")(function)

    settings = tiny("vadd-kl", *CONV, *FULL, "optimiser.epsilon=1e-4")
    trainer(settings, tmp_path / "plain").fit()
    monkeypatch.setattr(hardware, "_compiled", traced)
    trainer(settings, tmp_path / "compiled", Hardware(device="cpu", compile=True)).fit()
    assert len(compiled) >= 2
    first, second = (last_state(tmp_path / name)["network"] for name in ("plain", "compiled"))
    assert first.keys() == second.keys()
    torch.testing.assert_close(first, second, rtol=1e-3, atol=1e-4)


class TestAvailable:
    """What is not there is done without, with a word; a device asked for by name is not."""

    def of(self, wishes: Hardware) -> tuple[Hardware, list[str]]:
        said: list[str] = []
        return available(wishes, said.append), said

    def test_auto_and_cpu(self) -> None:
        found, said = self.of(Hardware(device="cpu", devices=2, precision="bf16"))
        assert (found.device, found.devices, found.precision) == ("cpu", 2, "bf16")
        assert said == []
        assert self.of(Hardware())[0].device in ("cpu", "cuda", "mps")

    def test_a_missing_device_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        with pytest.raises(ValueError, match="device must be one that is there, got 'cuda'"):
            self.of(Hardware(device="cuda"))

    def test_fewer_gpus_without_bf16(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
        found, said = self.of(Hardware(devices=4, precision="bf16"))
        assert (found.device, found.devices, found.precision) == ("cuda", 2, "32")
        assert said == [
            "devices: 4 asked for, 2 there; going on with 2",
            "precision: no bf16 on this cuda device; going on in 32 bits",
        ]

    def test_no_compiler(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def failing(function: Any) -> Any:
            raise RuntimeError("no C++ compiler\nsecond line")

        monkeypatch.setattr(hardware, "_compiled", failing)
        found, (line,) = self.of(Hardware(device="cpu", compile=True))
        assert not found.compile
        assert line == (
            "compile: torch.compile is not usable here (RuntimeError: no C++ compiler); "
            "going on without"
        )


def test_generators_have_one_purpose_each() -> None:
    def drawn(machine: Machine) -> list[float]:
        keys: list[tuple[Any, ...]] = [(0, "a"), (0, "a"), (0, "b"), (1, "a"), (0, "a", 1)]
        return [float(torch.rand(1, generator=machine.generator(*key))) for key in keys]

    first, again, *others = launch(CPU, drawn)
    assert first == again
    assert len({first, *others}) == 4


def test_a_bar_on_a_terminal_and_lines_elsewhere(tmp_path: Path) -> None:
    _, lines = told(tiny("plain"), tmp_path / "run")
    assert lines[0].startswith("epoch 1/3: loss ")
    assert re.search(r", \d+:\d\d:\d\d left$", lines[0])
    assert len(lines) == EPOCHS + 1
    for terminal in (True, False):
        console = Console(force_terminal=terminal, record=True, width=100, file=io.StringIO())
        with Progress(console, 10) as bar:
            bar.begin(4)
            bar.advance("epoch 1/3")
            bar.say("[a line]")
        text = console.export_text()
        assert ("5/10" in text) == terminal
        assert "[a line]" in text
    assert time_left(3661.0, 1, 2) == "2:02:02 left"
    assert time_left(0.0, 0, 9) == "0:00:00 left"


def test_another_kind_of_device_does_not_go_on() -> None:
    """Its generators are of another kind: refused with a reason, not by what set_state says."""
    one = learner(tiny("plain"))
    state = one.state_dict()
    with pytest.raises(ValueError, match="device must be the cuda that the run began on"):
        one.load_state_dict({**state, "device": "cuda"})
    one.load_state_dict(state)
    assert one.taken == 0
