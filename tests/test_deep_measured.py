"""The results that are kept: complete, of today's recipes, and in the pages as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deep import recipes
from deep.cli import app
from deep.settings import flat
from deep.tables import comparison, layouts, results
from deep.tables.results import Result

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "deep" / "README.md")
KEPT = ROOT / "benchmarks" / "results"
SEEDS = set(range(5))


@pytest.fixture(scope="module")
def kept() -> list[Result]:
    found, notes = results.read(results.MEASURED)
    assert not notes
    return found


def seeds_of(kept: list[Result], recipe: str, method: str) -> list[int]:
    own = [r.settings for r in kept if (r.settings.recipe, r.settings.method) == (recipe, method)]
    return sorted(settings.seed for settings in own)


def assert_complete(kept: list[Result]) -> None:
    for recipe in ("cpu/mnist5000", "cpu/mnist5000-100"):
        for method in recipes.find(recipe).methods:
            assert seeds_of(kept, recipe, method) == sorted(SEEDS), (recipe, method)


def test_every_method_has_five_seeds(kept: list[Result]) -> None:
    assert_complete(kept)
    for missing in range(len(kept)):
        if kept[missing].settings.recipe.startswith("cpu/mnist5000"):
            with pytest.raises(AssertionError):
                assert_complete(kept[:missing] + kept[missing + 1 :])
            break


def test_fashion_mnist_was_trained_with_the_methods_that_compare(kept: list[Result]) -> None:
    for method in ("plain", "pi", "vadd-kl"):
        assert seeds_of(kept, "cpu/fashion-mnist", method)


def test_results_are_of_the_recipes_as_they_are(kept: list[Result]) -> None:
    for result in kept:
        own = flat(result.settings)
        now = flat(recipes.settings(own["recipe"], own["method"], own["seed"]))
        differs = {key for key in own if own[key] != now[key]}
        assert differs <= {"data.split_seed"}, (result.where, differs)
        assert result.steps > 0
        assert 0 <= result.test_error_last <= 100


def test_each_seed_has_its_own_labels_where_there_are_few(kept: list[Result]) -> None:
    for result in kept:
        if result.settings.data.labels is not None:
            assert result.settings.data.split_seed == result.settings.seed


def blocks_of(page: str) -> list[str]:
    """The parts of a page that begin as a block of results does."""
    return [part for part in page.split("\n\n") if part.startswith("**cpu/")]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.parent.name)
def test_pages_show_the_tables_as_they_are(page: Path, kept: list[Result]) -> None:
    text, found = page.read_text(encoding="utf-8"), comparison.blocks(1, kept)
    shown = [block for block in found if layouts.markdown([block]).split("\n\n")[1] in text]
    assert [block.recipe for block in shown][:2] == ["cpu/mnist5000", "cpu/mnist5000-100"]
    without = [r for r in kept if r.settings.seed != 0]
    altered = layouts.markdown(comparison.blocks(1, without)).split("\n\n")
    assert not any(part in text for part in altered if part.startswith("| method"))


def test_the_command_shows_them_where_there_are_no_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: list[Result]
) -> None:
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(app, ["table", "1", "--json"])
    assert found.exit_code == 0, found.output
    shown = json.loads(found.stdout)
    assert {block["recipe"] for block in shown} == {r.settings.recipe for r in kept}


def findings() -> list[dict[str, Any]]:
    content = json.loads((KEPT / "figures" / "figure3.json").read_text(encoding="utf-8"))
    assert content["seeds"] == sorted(SEEDS)
    return list(content["findings"])


def test_the_page_says_of_the_autoencoders_what_was_found() -> None:
    text = " ".join((ROOT / "deep" / "README.md").read_text(encoding="utf-8").split())
    assert len(findings()) == 8
    for finding in findings():
        held = f"{sum(finding['holds'])} of {len(finding['holds'])}"
        assert f"{finding['claim']} | {held} |" in text, finding["claim"]
