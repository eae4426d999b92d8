"""The report: every claim is there, nothing is loaded, numbers are the claims', files are whole."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from typer.testing import CliRunner

from linreg_theory import cli, datasets, figures, report, verification
from linreg_theory.claims import CLAIMS
from linreg_theory.claims.claim import Claim
from linreg_theory.evidence import Proofs
from linreg_theory.report import writing
from linreg_theory.report.derivations import Derivations, read_derivations
from linreg_theory.report.erratum import ERRATA, Erratum
from linreg_theory.report.facts import gather
from linreg_theory.report.page import html
from linreg_theory.report.pictures import Drawn, drawn
from linreg_theory.report.theorems import showcase
from linreg_theory.report.typesetting import FONT, assumption, flowing, formula, prose
from linreg_theory.report.worked import Worked, work_through
from tests.reports import LINE, derivations, saved_run

MINUS = "\N{MINUS SIGN}"
VOID = {"meta", "link", "img", "br", "input", "wbr", "mspace"}


@pytest.fixture(scope="module")
def picture() -> Drawn:
    return drawn(LINE, datasets.load("planted"), 0)


@pytest.fixture(scope="module")
def chains() -> Derivations:
    return derivations("AT-1", "AD-7", "ME-6")


@pytest.fixture(scope="module")
def page(picture: Drawn, chains: Derivations) -> str:
    data = datasets.load("planted")
    run = report.run_of(saved_run())
    return html(gather(run, chains, showcase(), [picture], data, 0))


# -- what a page must be, each as a function that finds what is wrong ---------------------------


class Parsed(HTMLParser):
    """What the tests look at: elements that are open, ids, addresses, text, rows."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.text: list[tuple[tuple[str, ...], str]] = []
        self.rows: dict[str, dict[str, str | None]] = {}
        self.feed(source)
        self.close()
        self.wrong += [f"{tag} is not closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [values["id"] or ""] if "id" in values else []
        address = values.get("href") or ""
        (self.links if tag == "a" else self.loads).append(address)
        self.loads += [values.get(name) or "" for name in ("src", "srcset", "data", "poster")]
        if tag == "tr" and "data-verdict" in values:
            self.rows[(values.get("id") or "").removeprefix("row-")] = values

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        innermost = self.open.pop() if self.open else "nothing"
        if innermost != tag:
            self.wrong.append(f"{tag} closes {innermost}")

    def handle_data(self, data: str) -> None:
        self.text.append((tuple(self.open), data))


@lru_cache(maxsize=2)
def parsed(source: str) -> Parsed:
    """The page, read once for all checks of it."""
    return Parsed(source)


def malformed(source: str) -> list[str]:
    """Elements that are not closed, or closed out of turn."""
    return parsed(source).wrong


def missing_sections(source: str) -> list[str]:
    """Claims without a section or without a row in the table."""
    ids = set(parsed(source).ids)
    return [claim.ref for claim in CLAIMS if not {claim.ref, f"row-{claim.ref}"} <= ids]


def broken_links(source: str) -> list[str]:
    """Links that lead nowhere, or out, and ids that are not unique."""
    seen = parsed(source)
    ids = [f"#{each}" for each in seen.ids]
    return [a for a in seen.links if a not in ids] + [i for i in set(ids) if ids.count(i) > 1]


def loaded(source: str) -> list[str]:
    """Addresses that a browser would fetch."""
    seen = parsed(source)
    sheets = "".join(text for stack, text in seen.text if stack and stack[-1] == "style")
    scripts = "".join(text for stack, text in seen.text if stack and stack[-1] == "script")
    found = [a for a in seen.loads if a and not a.startswith("data:")]
    found += [a for a in re.findall(r"url\(([^)]*)\)", sheets) if not a.startswith("data:")]
    found += re.findall(r"@import[^;]*", sheets)
    return found + re.findall(r"fetch\(|XMLHttpRequest|import\(|https?://\S*", scripts)


def raw_latex(source: str) -> list[str]:
    """Text with a backslash or a dollar outside of code."""
    code = {"pre", "style", "script", "code"}
    texts = [text for stack, text in parsed(source).text if not code & set(stack)]
    return [text for text in texts if re.search(r"[\\$]", text)]


def wrong_filters(source: str) -> list[str]:
    """Rows whose data are not the claim's verdict and its kinds of evidence."""
    rows = parsed(source).rows
    found = []
    for claim in CLAIMS:
        row = rows.get(claim.ref, {})
        kinds = set((row.get("data-kinds") or "").split())
        if row.get("data-verdict") != claim.verdict or kinds != {*claim.kinds, "formal"}:
            found.append(claim.ref)
    return found


def letters_without_a_shape(source: str) -> set[str]:
    """Characters in formulas that the font of the page lacks."""
    shapes = TTFont(BytesIO(FONT.read_bytes())).getBestCmap()
    seen = parsed(source)
    texts = [t for s, t in seen.text if "math" in s and "mtext" not in s]
    needed = {c for text in texts for c in text if category(c) not in ("Mn", "Cf", "Zs", "Cc")}
    return {c for c in needed if ord(c) not in shapes}


# What is planted in the page, all at once, and what the checks then find.
FAULTS = (
    (malformed, "</article>", "", "closes article"),
    (missing_sections, 'id="AD-7"', 'id="AD-77"', "AD-7"),
    (missing_sections, '<tr id="row-ME-3"', "<tr", "ME-3"),
    (broken_links, 'id="erratum-3"', "", "#erratum-3"),
    (broken_links, 'href="#run"', 'href="https://example.org"', "https://example.org"),
    (broken_links, 'id="AD-8"', 'id="AD-9"', "#AD-9"),
    (loaded, "<main>", '<main><img src="https://example.org/a.png" alt="">', "/a.png"),
    (loaded, "<style>", "<style>@import 'a.css';", "@import 'a.css'"),
    (loaded, "<style>", "<style>b { background: url(//example.org/b.png) }", "/b.png"),
    (loaded, '"use strict";', 'fetch("x");', "fetch("),
    (raw_latex, "<main>", r"<main><p>\sum_i e_i</p>", r"\sum_i e_i"),
    (raw_latex, "<main>", "<main><p>the norm $x$</p>", "the norm $x$"),
    (wrong_filters, 'data-verdict="refuted"', 'data-verdict="holds"', "AT-2"),
    (wrong_filters, 'data-kinds="formal symbolic', 'data-kinds="symbolic', "AT-1"),
    (letters_without_a_shape, "<mi>", "<mi>⨄", "⨄"),
)


@pytest.fixture(scope="module")
def spoiled_page(page: str) -> str:
    for _, old, new, _ in FAULTS:
        assert old in page
        page = page.replace(old, new, 1)
    return page


@pytest.mark.parametrize(("check", "old", "new", "found"), FAULTS)
def test_the_page_is_right_and_a_planted_fault_is_found(
    check: Any, old: str, new: str, found: str, page: str, spoiled_page: str
) -> None:
    assert not check(page)
    assert any(found in each for each in check(spoiled_page)), (old, new)


def test_every_claim_says_what_it_says(page: str) -> None:
    sections = page.split('<article class="claim"')[1:]
    assert len(sections) == len(CLAIMS)
    for claim, section in zip(CLAIMS, sections, strict=True):
        words = "".join(text for _, text in Parsed(f"<p {section}").text)
        for said in (claim.ref, claim.verdict, claim.plain, claim.wording, claim.source):
            assert said in words
        assert all(mutant.mistake in words for mutant in claim.mutants)
        assert f"Theorem {claim.name}" in words
        assert section.count("<math") > 0
        assert ("Smallest counterexample" in words) == (claim.counterexample is not None)


def test_a_figure_is_shown_once_and_linked_from_its_other_claims(page: str, picture: Drawn) -> None:
    assert page.count(picture.source) == 1
    first, *others = picture.claims
    sections = dict(
        zip((c.ref for c in CLAIMS), page.split('<article class="claim"')[1:], strict=True)
    )
    assert picture.source in sections[first]
    for ref in others:
        assert f'href="#figure-{picture.name}"' in sections[ref]
    assert f'href="#figure-{picture.name}"' not in sections["ME-10"]


# -- typesetting ------------------------------------------------------------------------------


def test_everything_in_latex_typesets() -> None:
    made = [flowing(claim.statement) for claim in CLAIMS]
    made += [assumption(text) for claim in CLAIMS for text in claim.assumptions]
    made += [flowing(side) for entry in ERRATA for side in (entry.printed, entry.right)]
    made += [prose(entry.why) for entry in ERRATA]
    for derived in (chain for each in derivations().chains.values() for chain in each):
        made += [formula(derived.start), *(formula(step.right) for step in derived.steps)]
        made += [prose(step.reason) for step in derived.steps]
    assert len(made) > 600
    assert not [markup for markup in made if raw_latex(str(markup))]


def test_what_is_no_latex_is_named() -> None:
    with pytest.raises(ValueError, match=r"cannot typeset .*nonsense"):
        formula(r"\nonsense{x}")
    with pytest.raises(ValueError, match="not closed"):
        prose("an open $x")


def test_a_statement_is_cut_where_the_line_may_break() -> None:
    cut = flowing(r"l(w) + \sum_i (a = b)_i + c + d + e = f \text{ where } g,\quad h < i")
    assert cut.count("<math") == 4
    assert "<wbr>" in cut
    assert " where " in cut
    assert flowing(r"\Bigl(\sum_{i = 1} a = b \text{ and } c \quad d\Bigr)^2").count("<math") == 1


def test_assumptions_are_sentences_or_latex() -> None:
    assert assumption(r"\delta \ge 0").startswith("<math")
    assert assumption(r"\Gamma_{AT} is a sum of products").endswith("</math> is a sum of products")
    assert "(<math" in assumption(r"no element is the 0-th lowest (s_{i0} = -\infty)")
    assert assumption("greedy with ties broken & all") == "greedy with ties broken &amp; all"


# -- counterexamples --------------------------------------------------------------------------


def numbers(latex: str) -> list[Fraction]:
    """The numbers in a value in LaTeX, row by row."""
    plain = re.sub(r"(-?)\\tfrac\{(\d+)\}\{(\d+)\}", r"\1\2/\3", latex)
    return [Fraction(n) for n in re.findall(r"-?\d+(?:/\d+)?", plain)]


def miscalculated(worked: Worked, claim: Claim) -> list[str]:
    """Quantities that are not what the claim's counterexample gives, computed here by hand."""
    kept: Any = claim.counterexample
    found = {q.latex: numbers(q.value_latex) for q in (*worked.given, *worked.follows)}
    rows = [[Fraction(x) for x in row] for row in kept["X"]]
    y, w = ([Fraction(n) for n in kept[name]] for name in ("y", "w"))
    products = [[x * v for x, v in zip(row, w, strict=True)] for row in rows]
    e = [t - sum(row) for t, row in zip(y, products, strict=True)]
    slopes = [-2 * r * v for r in e for v in w]
    right = {
        "X": [x for row in rows for x in row],
        "y": y,
        "w": w,
        "a": [x for row in products for x in row],
        "e": e,
        "l(w)": [sum(r * r for r in e)],
        r"\nabla l": slopes,
    }
    return [name for name, value in right.items() if found[name] != value]


FAILING = [claim for claim in CLAIMS if claim.counterexample]


@pytest.mark.parametrize("claim", FAILING, ids=lambda claim: claim.ref)
def test_counterexamples_are_the_claims_and_worked_through(claim: Claim) -> None:
    worked = work_through(claim)
    assert worked is not None
    kept: Any = claim.counterexample
    for latex, side in ((worked.left, "computed"), (worked.right, "claimed")):
        shown = "".join(text for _, text in Parsed(str(latex)).text)
        bare = re.sub(r"[^\w.\-]", "", str(kept[side]).replace("about ", "")).lower()
        assert re.sub(r"[^\w.\-]", "", shown.replace(MINUS, "-")) == bare
    if "X" in kept:
        assert miscalculated(worked, claim) == []
        wrong = replace(worked.follows[0], value_latex="(41)")
        assert miscalculated(replace(worked, follows=(*worked.follows, wrong)), claim) == ["e"]


def test_a_wrong_counterexample_is_refused() -> None:
    claim = next(claim for claim in CLAIMS if claim.ref == "AT-2")
    for name, value in (("computed", "18"), ("w", ["1", "77"])):
        wrong = replace(claim, counterexample={**(claim.counterexample or {}), name: value})
        with pytest.raises(ValueError, match="AT-2: the counterexample on file"):
            work_through(wrong)


def test_attacks_are_in_the_examples_with_their_numbers() -> None:
    found = {}
    for ref in ("AT-2", "AD-5", "AD-14", "ME-3", "ME-6"):
        worked = work_through(next(claim for claim in CLAIMS if claim.ref == ref))
        assert worked is not None
        found[ref] = {(q.latex, q.name): numbers(q.value_latex) for q in worked.follows}
    assert found["AT-2"]["", "Formula 13, the sum of its three terms"] == [16]
    assert found["AT-2"]["", "the same with inner products, as printed"] == [2]
    assert found["AD-5"]["", "linearised loss with it, ties broken"] == [5]
    assert found["AD-5"]["|S|", "how many features it drops, ties broken"] == [2]
    assert found["AD-14"]["", "four times the middle"] == [16]
    assert found["ME-3"]["D(\\epsilon^s)", "loss at this mask"] == [4]
    assert found["ME-3"]["\\epsilon'", "the mask after the step with $J(1)$"] == [1]
    assert found["ME-6"]["", "its flips, as printed"] == [1]
    assert found["ME-6"]["", "its flips, repaired"] == [0]


# -- erratum ----------------------------------------------------------------------------------


def unlisted(entries: tuple[Erratum, ...]) -> set[str]:
    """Claims whose wording fails without an entry, and entries of claims whose wording stands."""
    listed = {ref for entry in entries for ref in entry.claims}
    return listed ^ {claim.ref for claim in FAILING}


def test_the_erratum_has_every_failing_wording() -> None:
    assert unlisted(ERRATA) == set()
    without = tuple(entry for entry in ERRATA if entry.claims != ("AT-3",))
    assert unlisted(without) == {"AT-3"}
    assert unlisted((*ERRATA, replace(ERRATA[0], claims=("AT-4",)))) == {"AT-4"}
    assert all(entry.printed != entry.right and entry.why.endswith(".") for entry in ERRATA)


# -- what is absent or fails is said ----------------------------------------------------------


def test_what_is_absent_is_called_absent(tmp_path: Path) -> None:
    assert "not beside this package" in read_derivations(tmp_path).absent
    assert showcase(tmp_path) == {}
    content = saved_run()
    for entry in content["claims"]:
        entry["evidence"][0].update(outcome="absent", cases=0)
    data = datasets.load("diabetes")
    page = gather(report.run_of(content), read_derivations(tmp_path), {}, [], data, 3)
    text = html(page)
    assert "Theorem: absent" in text
    assert "Derivation: absent, the derivations are not beside this package" in text
    assert "Formal evidence is absent in this run" in text
    assert "The run and the figures are of different data" in text
    assert 'data-kinds="formal' not in text
    assert not malformed(text)
    assert not broken_links(text)


def test_derivations_are_read_and_a_failing_one_is_said(tmp_path: Path, page: str) -> None:
    package = tmp_path / "proofs" / "symbolic"
    package.mkdir(parents=True)
    step = {"relation": "=", "right": "a", "reason": "its name", "confirmed_by": "normal form"}
    plain = {"name": "n", "ref": "AT-1", "part": "a_b", "start": "b", "steps": [step]}
    source = f"print({json.dumps(json.dumps([{**plain, 'where': [], 'given': [['c', '=']]}]))})"
    (package / "__main__.py").write_text(source)
    found = read_derivations(tmp_path)
    assert found.steps == 1
    assert found.chains["n"][0].part == "a b"
    assert found.chains["n"][0].given == (("c", "="),)
    (package / "__main__.py").write_text("raise SystemExit('n, step 2: the sides differ')")
    failed = read_derivations(tmp_path)
    assert failed.failed == "n, step 2: the sides differ"
    text = html(gather(report.run_of(saved_run()), failed, {}, [], datasets.load("planted"), 0))
    assert "The derivations failed: n, step 2: the sides differ" in text
    assert "The derivations failed" not in page


def test_what_is_not_confirmed_is_said(page: str, chains: Derivations) -> None:
    content = saved_run()
    entry = content["claims"][0]
    entry.update(confirmed=False, counterexample={"X": [["9"]]})
    tried = entry["evidence"][1]
    tried.update(outcome="refuted", failure={"X": [["<9>"]]})
    tried["mutants_surviving"] = ["doubles the l1 term"]
    run = report.run_of(content)
    text = html(gather(run, chains, {}, [], datasets.load("planted"), 0))
    for said in (
        "51 of 52 verdicts",
        "not confirmed in this run",
        "another counterexample",
        "&lt;9&gt;",
    ):
        assert said in text
        assert said not in page
    assert "not refuted by symbolic" in text
    assert report.summary(run) == "51 of 52 verdicts confirmed; not AT-1"


# -- runs that cannot be used -----------------------------------------------------------------


def spoiled(change: Any) -> str:
    content = copy.deepcopy(saved_run())
    change(content)
    return json.dumps(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "run.json is no JSON file: Expecting"),
        ("[]", "run.json: is no run of"),
        ('{"claims": []}', "run.json: is no run of"),
        (spoiled(lambda c: c["claims"].pop()), "run.json: misses BY-14; verify all claims"),
        (spoiled(lambda c: c["claims"].clear()), "misses AT-1, AT-2, AT-3 and 49 more"),
        (spoiled(lambda c: c["claims"].append({"ref": "AT-99"})), "has 53 claims"),
        (
            spoiled(lambda c: c["versions"].update({"linreg-theory": "0.0.1"})),
            "run.json: is a run of linreg-theory 0.0.1, this is",
        ),
        (spoiled(lambda c: c["versions"].clear()), "a run of linreg-theory an unknown version"),
        (
            spoiled(lambda c: c["claims"][3].update(statement="1 = 1")),
            "AT-4 has another statement than in this version",
        ),
        (spoiled(lambda c: c["claims"][3]["mutants"]["mistakes"].pop()), "other mutants"),
        (spoiled(lambda c: c.update(seed="0")), "seed is missing or of the wrong type"),
        (spoiled(lambda c: c.update(seed=True)), "seed is missing or of the wrong type"),
        (spoiled(lambda c: c["data"].pop("name")), "data: name is missing"),
        (
            spoiled(lambda c: c["claims"][0]["evidence"][1].update(kind="hearsay")),
            "AT-1, evidence: kind must be one of formal",
        ),
        (
            spoiled(lambda c: c["claims"][0]["evidence"][1].update(outcome="fine")),
            "AT-1, evidence: outcome must be one of",
        ),
        (spoiled(lambda c: c["claims"][0].update(evidence=[1])), "AT-1, evidence: 1 is no entry"),
    ],
)
def test_a_bad_run_is_one_line_and_nothing_is_begun(
    content: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "run.json").write_text(content)
    result = invoke(tmp_path, "--run", str(tmp_path / "run.json"))
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def invoke(folder: Path, *arguments: str) -> Any:
    command = ["report", "--out", str(folder / "out"), "--data", "planted", *arguments]
    return CliRunner().invoke(cli.app, command)


def test_unusable_options_are_one_line_and_nothing_is_begun(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "full" / "index.html").mkdir(parents=True)
    (tmp_path / "run.json").write_text(json.dumps(saved_run()))
    run = ["--run", str(tmp_path / "run.json")]
    for arguments, message in (
        (["--profile", "slow"], "profile must be one of quick, default, thorough"),
        ([*run, "--profile", "quick"], "--run takes no --profile"),
        (["--run", str(tmp_path / "no.json")], "No such file"),
        (["--run", str(tmp_path)], "Is a directory"),
        (["--target", "y"], "target is for CSV files"),
        (["--data", "iris"], "data must be one of"),
        (["--out", str(tmp_path / "file")], "out must be a folder, got the file"),
        (["--out", str(tmp_path / "a" / "b")], "out must be a folder in an existing one"),
        (["--out", str(tmp_path / "full")], "out must have room for the file index.html"),
    ):
        result = invoke(tmp_path, *arguments)
        assert result.exit_code == 2, arguments
        assert message in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
        assert not (tmp_path / "out").exists()


# -- the command ------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, chains: Derivations) -> None:
    """One figure, and derivations that are at hand."""
    monkeypatch.setattr(figures, "FIGURES", (LINE,))
    monkeypatch.setattr(writing, "read_derivations", lambda: chains)


@pytest.mark.usefixtures("quick")
def test_a_saved_run_becomes_a_page(tmp_path: Path) -> None:
    content = saved_run("diabetes")
    (tmp_path / "run.json").write_text(json.dumps(content))
    result = invoke(tmp_path, "--run", str(tmp_path / "run.json"), "--seed", "4")
    assert result.exit_code == 0, result.output
    assert "52 of 52 verdicts confirmed" in result.stdout
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["index.html"]
    text = (tmp_path / "out" / "index.html").read_text()
    assert "The run above is of other data: diabetes" in text
    assert "0; 4 for the figures" in text
    content["claims"][5]["confirmed"] = False
    (tmp_path / "run.json").write_text(json.dumps(content))
    result = invoke(tmp_path, "--run", str(tmp_path / "run.json"))
    assert result.exit_code == 1
    assert "51 of 52 verdicts confirmed; not AT-6" in result.stdout


@pytest.mark.usefixtures("quick")
def test_without_a_run_one_is_made_in_the_quick_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, tried = [], []

    def proofs(build: bool) -> Proofs:
        built.append(build)
        return Proofs(absent="coqc is not installed")

    def results(claims: Any, kinds: Any, setting: Any, jobs: int) -> Any:
        tried.append((len(claims), setting.seed, setting.effort.grid, jobs))
        yield from (verification.Result(claim, (), claim.counterexample) for claim in claims)

    monkeypatch.setattr(cli, "check_proofs", proofs)
    monkeypatch.setattr(cli, "check_derivations", lambda: pytest.fail("quick has no time"))
    monkeypatch.setattr(verification, "verify", results)
    result = invoke(tmp_path, "--seed", "5", "--jobs", "3")
    assert result.exit_code == 1  # without evidence nothing is confirmed
    assert "0 of 52 verdicts confirmed" in result.stdout
    assert built == [False]
    assert tried == [(52, 5, 25, 3)]


@pytest.mark.usefixtures("quick")
def test_a_disk_that_fills_leaves_the_old_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run.json").write_text(json.dumps(saved_run()))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.html").write_text("kept")

    def full(*arguments: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    result = invoke(tmp_path, "--run", str(tmp_path / "run.json"))
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert (tmp_path / "out" / "index.html").read_text() == "kept"
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_the_same_facts_give_the_same_page(page: str, picture: Drawn, chains: Derivations) -> None:
    again = drawn(LINE, datasets.load("planted"), 0)
    assert again == picture
    run = report.run_of(saved_run())
    assert html(gather(run, chains, showcase(), [again], datasets.load("planted"), 0)) == page
