"""Tables: what is averaged, what is refused in one column, and what a difference shows."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from scipy import stats

from deep.recipes import settings
from deep.settings import changed, flat
from deep.tables import layouts, results
from deep.tables.comparison import Block, Row, blocks, selected
from deep.tables.results import COLUMNS, Result, as_csv, read
from deep.tables.seeds import difference, summary

DIGITS = "cpu/mnist5000"


def result(
    method: str = "plain",
    seed: int = 0,
    error: float = 2.0,
    recipe: str = DIGITS,
    best: float | None = None,
    pairs: tuple[str, ...] = (),
    **others: Any,
) -> Result:
    own = changed(settings(recipe, method, seed), pairs)
    found = Result(
        settings=own,
        test_error_last=error,
        test_error_best_validation=best,
        validation_error_best=None if best is None else 1.0,
        epochs=24,
        steps=744,
        seconds=100.0,
        torch="2.14.1",
        device="cpu",
        code="abc",
        where=f"{method}-{seed}",
    )
    return replace(found, **others)


def many(method: str, errors: list[float], **others: Any) -> list[Result]:
    return [result(method, seed, error, **others) for seed, error in enumerate(errors)]


PLAIN = many("plain", [2.0, 2.4, 1.9, 2.2, 2.5])
BETTER = many("vadd-kl", [1.7, 2.0, 1.7, 1.9, 2.1])
SAME = many("pi", [2.1, 2.2, 2.0, 2.3, 2.4])
WORSE = many("vat", [2.6, 3.1, 2.4, 2.9, 3.0])


def only(found: list[Block]) -> Block:
    assert len(found) == 1
    return found[0]


def row(block: Block, method: str) -> Row:
    return next(each for each in block.rows if each.method == method)


def test_means_and_spreads_are_those_of_numpy() -> None:
    values = [2.0, 2.4, 1.9, 2.2, 2.5]
    found = summary(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.sd == pytest.approx(np.std(values, ddof=1))
    assert found.n == 5
    assert summary([3.0]).sd is None
    with pytest.raises(ValueError, match="none"):
        summary([])


def test_paired_differences_are_student_s() -> None:
    one, other = dict(enumerate([1.7, 2.0, 1.7, 1.9])), dict(enumerate([2.0, 2.4, 1.9, 2.2]))
    found = difference(one, other)
    values = np.array(list(one.values())) - np.array(list(other.values()))
    assert found.paired
    assert found.mean == pytest.approx(values.mean())
    assert found.error == pytest.approx(stats.sem(values))
    assert found.shows == "lower"
    assert stats.ttest_rel(list(one.values()), list(other.values())).pvalue < 0.05


def test_unpaired_differences_are_welch_s() -> None:
    one, other = {0: 1.7, 1: 2.0, 2: 1.7}, {5: 2.0, 6: 2.4, 7: 1.9, 8: 2.2}
    found = difference(one, other)
    expected = stats.ttest_ind(list(one.values()), list(other.values()), equal_var=False)
    assert not found.paired
    assert found.error is not None
    assert found.mean / found.error == pytest.approx(expected.statistic)
    assert (found.shows == "lower") == (expected.pvalue < 0.05)


@pytest.mark.parametrize("seed", range(20))
def test_verdicts_are_those_of_the_t_tests(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size, other_size = rng.integers(2, 8, 2)
    one = dict(enumerate(rng.normal(0.5 * (seed % 5), 1.0, size)))
    other = dict(enumerate(rng.normal(1.0, 1.0, other_size)))
    values, others = list(one.values()), list(other.values())
    paired = one.keys() == other.keys()
    test = stats.ttest_rel(values, others) if paired else None
    test = test or stats.ttest_ind(values, others, equal_var=False)
    apart = test.pvalue < 0.05
    expected = "not lower" if not apart else "lower" if test.statistic < 0 else "higher"
    assert difference(one, other).shows == expected


def test_runs_without_spread_are_judged_too() -> None:
    assert difference({0: 1.0, 1: 1.0}, {0: 1.0, 1: 1.0}).shows == "not lower"
    assert difference({0: 1.0, 1: 1.0}, {0: 2.0, 1: 2.0}).shows == "lower"
    assert difference({0: 3.0, 1: 3.0}, {5: 2.0, 6: 2.0}).shows == "higher"


def test_one_run_shows_nothing() -> None:
    found = difference({0: 1.0}, {0: 9.0})
    assert (found.mean, found.error, found.shows) == (-8.0, None, "one run only")


def test_a_block_has_our_numbers_beside_the_paper_s() -> None:
    block = only(blocks(1, [*PLAIN, *BETTER, *SAME, *WORSE]))
    assert [r.method for r in block.rows if r.last] == ["plain", "pi", "vat", "vadd-kl"]
    ours = row(block, "vadd-kl")
    assert ours.last is not None
    assert ours.last.mean == pytest.approx(1.88)
    assert ours.last.n == 5
    assert ours.paper is not None
    assert (ours.paper.mean, ours.paper.spread) == (0.47, 0.01)
    shown = {r.method: r.minus_plain.shows for r in block.rows if r.minus_plain}
    assert shown == {"vadd-kl": "lower", "pi": "not lower", "vat": "higher"}
    assert row(block, "plain").minus_plain is None
    assert row(block, "sadd").last is None  # the paper has it, we have not


def test_what_does_not_beat_plain_is_said_so() -> None:
    text = layouts.markdown(blocks(1, [*PLAIN, *BETTER, *SAME, *WORSE]))
    lines = {line.split(" | ")[0][2:]: line for line in text.splitlines() if line[:2] == "| "}
    assert "beats plain" in lines["vadd-kl"]
    assert "does not beat plain" in lines["pi"]
    assert "worse than plain" in lines["vat"]
    assert "1.88 ± 0.18" in lines["vadd-kl"]
    assert "-0.32 ± 0.04" in lines["vadd-kl"]
    assert "0.47 ± 0.01" in lines["vadd-kl"]


def test_conditions_say_why_the_paper_does_not_compare() -> None:
    block = only(blocks(1, PLAIN))
    apart = "; ".join(block.apart)
    for words in (
        "mnist-5000, not mnist",
        "4,000, not 60,000",
        "744, not 46,800",
        "cpu, not paper",
    ):
        assert words in apart
    assert "augmentation" not in apart
    assert "Not comparable with the paper" in layouts.markdown([block])


def test_the_paper_s_own_experiment_compares() -> None:
    name = "table2/svhn-1000/paper"
    whole = many("vadd-kl", [4.1, 4.2], recipe=name, steps=120_000, epochs=300)
    block = only(blocks(2, whole))
    assert block.apart == ()
    assert "Comparable with the paper" in layouts.markdown([block])


@pytest.mark.parametrize(
    ("pairs", "others", "words"),
    [
        (("data.validation=500",), {}, "data.validation is 0 in plain-0 and 500 in pi-1"),
        (("data.translate=2",), {}, "data.translate"),
        (("schedule.epochs=48",), {}, "schedule.epochs"),
        (("schedule.steps=62",), {}, "schedule.steps"),
        (("data.name=digits",), {}, "data.name"),
        (("network.width=0.5",), {}, "network.width"),
        (("optimiser.batch=64",), {}, "optimiser.batch"),
        ((), {"steps": 743}, "steps is 744 in plain-0 and 743 in pi-1"),
    ],
)
def test_runs_that_differ_are_refused_in_one_column(
    pairs: tuple[str, ...], others: dict[str, Any], words: str
) -> None:
    mixed = [*PLAIN, result("pi", 1, pairs=pairs, **others)]
    with pytest.raises(ValueError, match=words) as caught:
        blocks(1, mixed)
    assert "\n" not in str(caught.value)
    assert DIGITS in str(caught.value)


def test_labels_are_compared_too() -> None:
    mixed = [
        result("pi", 0, recipe="cpu/mnist5000-100"),
        result("vat", 0, recipe="cpu/mnist5000-100", pairs=("data.labels=200",)),
    ]
    with pytest.raises(ValueError, match=r"data\.labels is 100 .* and 200"):
        blocks(1, mixed)


@pytest.mark.parametrize("pair", ["loss.weight=2", "attack.delta=0.01", "attack.search=reversed"])
def test_one_method_is_one_set_of_values(pair: str) -> None:
    mixed = [*BETTER, result("vadd-kl", 9, pairs=(pair,))]
    with pytest.raises(ValueError, match=f"vadd-kl.*{pair.partition('=')[0]}"):
        blocks(1, mixed)
    key = pair.partition("=")[0]
    rest = selected(mixed, [f"{key}={flat(BETTER[0].settings)[key]}"])
    assert row(only(blocks(1, rest)), "vadd-kl").last == summary(
        [r.test_error_last for r in BETTER]
    )


def test_methods_may_have_their_own_values() -> None:
    block = only(blocks(1, [*PLAIN, *many("pi", [1.0, 1.1], pairs=("loss.weight=7",))]))
    assert row(block, "pi").last is not None


def test_a_seed_counts_once() -> None:
    with pytest.raises(ValueError, match="seed 0"):
        blocks(1, [*PLAIN, result("plain", 0, error=1.0)])
    other_split = result("plain", 0, pairs=("data.split_seed=2",))
    assert row(only(blocks(1, [*PLAIN, other_split])), "plain").last == summary(
        [r.test_error_last for r in [*PLAIN, other_split]]
    )


def test_pairs_need_the_same_split() -> None:
    moved = [
        replace(r, settings=changed(r.settings, [f"data.split_seed={r.settings.seed}"]))
        for r in BETTER
    ]
    paired = row(only(blocks(1, [*PLAIN, *BETTER])), "vadd-kl").minus_plain
    unpaired = row(only(blocks(1, [*PLAIN, *moved])), "vadd-kl").minus_plain
    assert paired is not None
    assert unpaired is not None
    assert paired.paired
    assert not unpaired.paired


def test_official_runs_may_differ_in_top_norm_as_the_commands_do() -> None:
    name = "table2/cifar10-all/official"
    found = [result(m, 0, recipe=name, steps=150_000) for m in ("vadd-kl", "vadd-kl+vat", "pi")]
    assert len({r.settings.network.top_norm for r in found}) == 2
    block = only(blocks(2, found))
    assert "flavour official, not paper" in block.apart
    assert [e.mean for e in row(block, "vadd-kl+vat").users] == [9.86]


def test_where_chooses_by_value() -> None:
    mixed = [*PLAIN, *many("plain", [9.0], pairs=("data.validation=500", "attack.norm=inf"))]
    assert len(selected(mixed, ["data.validation=0"])) == 5
    assert len(selected(mixed, ["data.labels=null"])) == 6
    assert len(selected(mixed, ["attack.norm=2"])) == 5  # a word, though it looks like a number
    assert len(selected(mixed, ["method=plain", "seed=3"])) == 1
    with pytest.raises(ValueError, match="key=value"):
        selected(mixed, ["seed"])
    with pytest.raises(ValueError, match=r"data\.colour"):
        selected(mixed, ["data.colour=1"])


def test_an_unknown_recipe_is_refused() -> None:
    strange = replace(PLAIN[0], settings=PLAIN[0].settings.model_copy(update={"recipe": "mine"}))
    with pytest.raises(ValueError, match="mine"):
        blocks(1, [strange])


def test_tables_and_recipes_are_kept_apart() -> None:
    both = [*PLAIN, result("vadd-kl", recipe="table2/svhn-1000/paper", steps=120_000)]
    auto = result("sadd", recipe="cpu/autoencoder/adversarial-dropout")
    assert [b.recipe for b in blocks(1, [*both, auto])] == [DIGITS]
    assert [b.recipe for b in blocks(2, [*both, auto])] == ["table2/svhn-1000/paper"]


def test_the_error_shown_is_never_the_best_on_test() -> None:
    block = only(blocks(1, many("plain", [2.0, 2.4], best=2.6)))
    plain = row(block, "plain")
    assert plain.last is not None
    assert plain.best is not None
    assert plain.last.mean == pytest.approx(2.2)
    assert plain.best.mean == pytest.approx(2.6)
    assert set(flat(PLAIN[0].settings)) | {"test_error_last", "test_error_best_validation"} <= set(
        COLUMNS
    )
    assert not [name for name in COLUMNS if "best" in name and "validation" not in name]


# Files


def run_folder(
    folder: Path, of: Result, drop: str = "", environment: dict[str, Any] | None = None
) -> Path:
    """A finished run as `deep.training.runs` leaves it."""
    place = folder / of.where
    place.mkdir(parents=True)
    (place / "settings.json").write_text(of.settings.model_dump_json())
    session = {"versions": {"torch": of.torch}, "device": of.device, "code": of.code}
    found = {
        "test_error_last": of.test_error_last,
        "test_error_best_validation": of.test_error_best_validation,
        "validation_error_best": of.validation_error_best,
        "epochs": of.epochs,
        "steps": of.steps,
        "seconds": of.seconds,
        "environment": environment or {"began": session, "went_on": []},
    }
    found.pop(drop, None)
    (place / "result.json").write_text(json.dumps(found))
    return place


def test_folders_and_csv_say_the_same(tmp_path: Path) -> None:
    runs = [*PLAIN, *many("at", [1.0], best=1.5, pairs=('attack.norm="2"',))]
    for each in runs:
        run_folder(tmp_path / "runs", each)
    found, notes = read(tmp_path / "runs")
    assert notes == []
    key = lambda r: (r.settings.method, r.settings.seed)  # noqa: E731
    assert sorted(found, key=key) == sorted(runs, key=key)
    path = tmp_path / "results.csv"
    path.write_text(as_csv(found))
    again, _ = read(path)
    assert [replace(r, where="") for r in again] == [
        replace(r, where="") for r in sorted(found, key=key)
    ]
    assert as_csv(again) == path.read_text()
    assert layouts.as_data(blocks(1, again)) == layouts.as_data(blocks(1, found))


def test_every_setting_is_a_column(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(PLAIN))))
    assert len(rows) == 5
    assert list(rows[0]) == list(COLUMNS)
    assert set(flat(PLAIN[0].settings)) <= set(COLUMNS)
    assert rows[0]["data.labels"] == "null"
    assert rows[0]["attack.norm"] == "2"


def test_a_setting_that_an_old_file_lacks_gets_its_default(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(PLAIN))))
    column = rows[0].index("network.output")
    path = tmp_path / "old.csv"
    path.write_text("\n".join(",".join(r[:column] + r[column + 1 :]) for r in rows))
    found, _ = read(path)
    assert [r.settings for r in found] == [r.settings for r in PLAIN]


def test_unfinished_runs_are_left_out_and_counted(tmp_path: Path) -> None:
    run_folder(tmp_path, PLAIN[0])
    (run_folder(tmp_path, PLAIN[1]) / "result.json").unlink()
    (tmp_path / "notes").mkdir()
    found, notes = read(tmp_path)
    assert [r.where for r in found] == ["plain-0"]
    assert notes == ["1 unfinished runs are left out"]


def test_a_run_that_went_on_elsewhere_says_so(tmp_path: Path) -> None:
    session = {"versions": {"torch": "2.14.1"}, "device": "cpu", "code": "abc"}
    other = session | {"device": "cuda: H100"}
    run_folder(tmp_path, PLAIN[0], environment={"began": session, "went_on": [session, other]})
    ((found,), _) = read(tmp_path)
    assert (found.torch, found.device) == ("2.14.1", "cpu; cuda: H100")


@pytest.mark.parametrize("drop", ["test_error_last", "steps", "environment"])
def test_a_result_that_lacks_a_number_is_refused(tmp_path: Path, drop: str) -> None:
    run_folder(tmp_path, PLAIN[0], drop)
    with pytest.raises(ValueError, match=f"plain-0 holds no result.*{drop}"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("settings.json", "{}", "recipe"),
        ("settings.json", "]", "settings"),
        ("result.json", "[]", "no result"),
        ("result.json", "{", "no result"),
    ],
)
def test_damaged_runs_are_refused_in_one_line(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    (run_folder(tmp_path, PLAIN[0]) / name).write_text(text)
    with pytest.raises(ValueError, match=words) as caught:
        read(tmp_path)
    assert "\n" not in str(caught.value)


def edited(column: str, value: str) -> str:
    rows = list(csv.DictReader(io.StringIO(as_csv(PLAIN[:1]))))
    rows[0][column] = value
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (edited("method", "best"), "line 2: method"),
        (edited("data.labels", "many"), r"line 2: data\.labels"),
        (edited("test_error_last", ""), "test_error_last must be a number"),
        (edited("test_error_last", "NaN"), "test_error_last must be a number"),
        (edited("steps", "true"), "steps must be a number"),
        (edited("colour", "red"), "there is no column 'colour'"),
        ("recipe,method\ncpu/mnist5000,plain,extra\n", "there is no column"),
        ("recipe\ncpu/mnist5000\n", "line 2: flavour"),
    ],
)
def test_foreign_csv_files_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "results.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        read(path)


def test_bytes_and_giants_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="no CSV"):
        read(path)
    monkeypatch.setattr(results, "LARGEST", 2)
    with pytest.raises(ValueError, match="larger than 2"):
        read(path)
    with pytest.raises(OSError, match="neither"):
        read(tmp_path / "nothing")


def test_a_terminal_sees_all_of_a_block() -> None:
    block = only(blocks(1, [*PLAIN, *BETTER]))
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(layouts.rich_table(block))
    text = console.export_text()
    for words in (
        "2.20 ± 0.25",
        "0.53 ± 0.03",
        "beats plain",
        "Not comparable",
        "1,000 test images",
    ):
        assert words in text
    assert math.isclose(block.rows[0].last.mean if block.rows[0].last else 0.0, 2.2)
