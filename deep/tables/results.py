"""What finished runs came to, from their folders or from a table kept as CSV.

  Result            == the settings of a run, and its errors
  read(path)        == (results, notes) of a folder of runs, or of a CSV file
  as_csv(results)   == the text of such a file: `COLUMNS`, one line a run
  COLUMNS           == the columns: every setting by its name ("part.key"), then the numbers
  value_of(key, s)  == the value of a setting in a text
  MEASURED          == the CSV file of results that is kept with the program, where there is one
  LARGEST           == a CSV file may be this large, in bytes

The numbers: test_error_last and test_error_best_validation in per cent (the second is empty
without a validation set), validation_error_best, epochs, steps, seconds; then the version of torch,
the device and the beginning of the code's digest. A value of a setting is JSON, or else text.
Settings that a file does not have get their defaults.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from deep.settings import Settings, flat

__all__ = ["COLUMNS", "LARGEST", "MEASURED", "Result", "as_csv", "read", "value_of"]

LARGEST = 50_000_000
MEASURED = Path(__file__).parent / "measured.csv"

_NUMBERS = (
    "test_error_last",
    "test_error_best_validation",
    "validation_error_best",
    "epochs",
    "steps",
    "seconds",
)
_TEXTS = ("torch", "device", "code")
_DEFAULTS = flat(Settings(recipe="", flavour="cpu", method="plain", seed=0))
COLUMNS: tuple[str, ...] = (*_DEFAULTS, *_NUMBERS, *_TEXTS)


@dataclass(frozen=True)
class Result:
    """One finished run."""

    settings: Settings
    test_error_last: float
    test_error_best_validation: float | None
    validation_error_best: float | None
    epochs: int
    steps: int
    seconds: float | None
    torch: str
    device: str
    code: str
    where: str  # the folder's name, or the line of the file


def read(path: Path) -> tuple[list[Result], list[str]]:
    """The results of a folder of runs or of a CSV file, and what was left out, in sentences.

    Raises
    ------
    OSError
        If there is no such file or folder.
    ValueError
        For a CSV file or a result.json that is not one of ours; in one line, naming it.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no {path}: neither a folder of runs nor a CSV file")
    if path.is_dir():
        return _of_folder(path)
    return _of_csv(path), []


def as_csv(results: Sequence[Result]) -> str:
    """Results as CSV, ordered by recipe, method and seed."""
    order = sorted(results, key=lambda r: (r.settings.recipe, r.settings.method, r.settings.seed))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in order:
        settings = flat(result.settings)
        row = [_text(settings[key]) for key in _DEFAULTS]
        row += [_text(getattr(result, name)) for name in _NUMBERS]
        writer.writerow(row + [getattr(result, name) for name in _TEXTS])
    return text.getvalue()


def value_of(key: str, text: str) -> Any:
    """The value of a setting: of settings that are words the text, of others its JSON.

    Raises
    ------
    ValueError
        If there is no such setting.
    """
    if key not in _DEFAULTS:
        raise ValueError(f"there is no setting {key!r}; `linreg-deep show` lists them")
    if isinstance(_DEFAULTS[key], str):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _of_folder(folder: Path) -> tuple[list[Result], list[str]]:
    found, unfinished = [], 0
    for settings in sorted(folder.glob("*/settings.json")):
        if (settings.parent / "result.json").exists():
            found.append(_of_run(settings.parent))
        else:
            unfinished += 1
    return found, [f"{unfinished} unfinished runs are left out"] if unfinished else []


def _of_run(folder: Path) -> Result:
    try:
        text = (folder / "settings.json").read_text(encoding="utf-8")
        settings = Settings.model_validate_json(text)
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        found = {name: result[name] for name in _NUMBERS}
        return _result(settings, found | _computed_with(result["environment"]), folder.name)
    except ValidationError as error:
        reason = _first(error)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        reason = f"{type(error).__name__} {error}"
    raise ValueError(f"{folder} holds no result: {reason}")


def _computed_with(environment: Mapping[str, Any]) -> dict[str, str]:
    """Version of torch, device and code that the run began with, and others it went on with."""
    sessions = [environment["began"], *environment["went_on"]]
    kinds = {
        "torch": [str(session["versions"]["torch"]) for session in sessions],
        "device": [str(session["device"]) for session in sessions],
        "code": [str(session["code"])[:12] for session in sessions],
    }
    return {what: "; ".join(dict.fromkeys(each)) for what, each in kinds.items()}


def _of_csv(path: Path) -> list[Result]:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is larger than {LARGEST} bytes")
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name} is no CSV file: {error}") from None
    return [_of_row(row, f"{path.name}, line {line}") for line, row in enumerate(rows, 2)]


def _of_row(row: Mapping[str, Any], where: str) -> Result:
    unknown = [str(key) for key in row if key not in COLUMNS]
    if unknown:
        raise ValueError(f"{where}: there is no column {unknown[0]!r} in a table of runs")
    tree: dict[str, Any] = {}
    for key in _DEFAULTS:
        if row.get(key) is not None:
            part, _, name = key.rpartition(".")
            (tree.setdefault(part, {}) if part else tree)[name] = value_of(key, row[key])
    try:
        settings = Settings.model_validate(tree)
        numbers = {name: json.loads(row.get(name) or "null") for name in _NUMBERS}
        texts = {name: row.get(name) or "" for name in _TEXTS}
        return _result(settings, numbers | texts, where)
    except ValidationError as error:
        reason = _first(error)
    except (ValueError, TypeError, KeyError) as error:
        reason = str(error)
    raise ValueError(f"{where}: {reason}")


def _result(settings: Settings, found: Mapping[str, Any], where: str) -> Result:
    """A result from plain data.

    Raises
    ------
    ValueError, TypeError, KeyError
        If a number is missing, or none.
    """
    return Result(
        settings=settings,
        test_error_last=_number(found, "test_error_last"),
        test_error_best_validation=_optional(found, "test_error_best_validation"),
        validation_error_best=_optional(found, "validation_error_best"),
        epochs=int(_number(found, "epochs")),
        steps=int(_number(found, "steps")),
        seconds=_optional(found, "seconds"),
        torch=str(found["torch"]),
        device=str(found["device"]),
        code=str(found["code"]),
        where=where,
    )


def _number(found: Mapping[str, Any], name: str) -> float:
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{name} must be a number, got {value!r}")
    return value


def _optional(found: Mapping[str, Any], name: str) -> float | None:
    return None if found.get(name) is None else _number(found, name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'settings'}: {first['msg'].lower()}"
