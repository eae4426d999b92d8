"""Settings: what is accepted, what is refused, and in which words."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from deep.settings import METHODS, Hardware, Settings, changed, flat

PLAIN = Settings(recipe="test", flavour="cpu", method="plain", seed=0)


def refusal(*pairs: str, settings: Settings = PLAIN) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        changed(settings, pairs)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_methods_are_those_of_both_tables() -> None:
    assert set(METHODS) == {
        *("plain", "pi", "temporal", "at", "vat", "sadd"),
        *("vadd-kl", "vadd-qe", "vadd-kl+vat", "vadd-qe+vat"),
    }


def test_the_command_line_wins_and_nothing_else_changes() -> None:
    after = changed(PLAIN, ["optimiser.lr=0.01", "data.name=svhn", "data.flip=true"])
    before = flat(PLAIN)
    differs = {key for key, value in flat(after).items() if value != before[key]}
    assert differs == {"optimiser.lr", "data.name", "data.flip"}
    assert (after.optimiser.lr, after.data.name, after.data.flip) == (0.01, "svhn", True)


def test_the_last_of_two_pairs_wins() -> None:
    assert changed(PLAIN, ["loss.weight=2", "loss.weight=3"]).loss.weight == 3


def test_null_is_a_value() -> None:
    limited = changed(PLAIN, ["schedule.steps=7"])
    assert limited.schedule.steps == 7
    assert changed(limited, ["schedule.steps=null"]).schedule.steps is None


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        PLAIN.data.labels = 5  # type: ignore[misc]
    assert PLAIN.data.labels is None


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("optimiser.learning_rate=1", "optimiser.learning_rate"),
        ("lr=1", "lr"),
        ("data=1", "data"),
        ("optimiser.lr", "key=value"),
        ("optimiser.lr=fast", "optimiser.lr"),
        ("optimiser.lr=0", "optimiser.lr"),
        ("optimiser.lr=NaN", "optimiser.lr"),
        ("data.name=imagenet", "data.name"),
        ("data.labels=0", "data.labels"),
        ("data.labels=2.5", "data.labels"),
        ("noise.views=3", "noise.views"),
        ("noise.hidden_dropout=1", "noise.hidden_dropout"),
        ("attack.delta=1.5", "attack.delta"),
        ("schedule.epochs=-1", "schedule.epochs"),
        ("network.top_norm=perhaps", "network.top_norm"),
        ("method=dropout", "method"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(pair: str, words: str) -> None:
    assert words in refusal(pair)


def test_several_errors_are_all_named() -> None:
    message = refusal("optimiser.lr=-1", "data.name=imagenet")
    assert "optimiser.lr" in message
    assert "data.name" in message


@pytest.mark.parametrize("method", ["at", "sadd"])
def test_supervised_methods_need_all_labels(method: str) -> None:
    few = ["data.labels=100", "optimiser.batch_unlabelled=128"]
    assert "data.labels" in refusal(f"method={method}", *few)
    assert changed(PLAIN, ["method=pi", *few]).data.labels == 100


def test_few_labels_need_an_unlabelled_batch() -> None:
    assert "optimiser.batch_unlabelled" in refusal("data.labels=100")


def test_ramps_must_fit_into_the_epochs() -> None:
    assert "schedule.ramp_up" in refusal("schedule.epochs=40", "schedule.ramp_down=11")
    assert changed(PLAIN, ["schedule.epochs=40", "schedule.ramp_down=10"]).schedule.epochs == 40


def test_flat_names_every_field_once() -> None:
    names = {name for name in Settings.model_fields if "." in name} | {
        f"{part}.{name}"
        for part, field in Settings.model_fields.items()
        for name in _fields(field.annotation)
    }
    assert {key for key in flat(PLAIN) if "." in key} == names
    assert len(names) > 40


def _fields(annotation: Any) -> list[str]:
    kinds = [annotation, *get_args(annotation)]
    parts = [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]
    return [name for part in parts for name in part.model_fields]


def test_settings_survive_json_exactly() -> None:
    odd = changed(PLAIN, ["optimiser.lr=0.1", "attack.xi=1e-06", "data.labels=null"])
    assert Settings.model_validate_json(odd.model_dump_json()) == odd
    assert Settings.model_validate(json.loads(json.dumps(odd.model_dump()))) == odd


def test_unknown_keys_of_a_file_are_refused() -> None:
    tree = PLAIN.model_dump()
    tree["data"]["colour"] = "red"
    with pytest.raises(ValidationError, match=r"data\.colour"):
        Settings.model_validate(tree)


@pytest.mark.parametrize("wish", [{"device": "tpu"}, {"devices": 0}, {"precision": "16"}])
def test_hardware_is_checked_too(wish: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wish))):
        Hardware.model_validate(wish)
