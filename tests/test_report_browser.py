"""The report in a real browser, Debian's chromium: as it is read, on a screen and on paper."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from linreg_theory import datasets, figures, report
from linreg_theory.claims import CLAIMS
from linreg_theory.claims.claim import VERDICTS
from linreg_theory.report import writing
from linreg_theory.report.derivations import Derivations, read_derivations
from tests.reports import LINE, derivations, saved_run

PHONE, DESKTOP, PAPER = 390, 1280, 718  # pixels; the last is A4 within its margins

# Elements beyond the right edge that no box around them scrolls.
OVERFLOWING = """() => {
  const edge = document.documentElement.clientWidth + 0.5;
  const boxed = (e) => {
    for (let p = e.parentElement; p; p = p.parentElement)
      if (getComputedStyle(p).overflowX !== "visible") return true;
    return false;
  };
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > edge && e.getClientRects().length && !boxed(e))
    .map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 40)}`);
}"""

# Text whose contrast with what is behind it is below what WCAG 2 asks for at level AA.
ILLEGIBLE = """() => {
  const channels = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(e).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility() || e.closest("script, style")) continue;
    const style = getComputedStyle(e);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const [a, b] = [light(channels(style.color)), light(behind(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) found.push(node.data.trim().slice(0, 40));
  }
  return found;
}"""

# Figures that are not drawn, or not within their box.
UNSEEN = """() => [...document.querySelectorAll("figure img")]
  .filter((i) => {
    const { width, height } = i.getBoundingClientRect();
    return !(i.complete && i.naturalWidth > 0 && width > 250 && height > 100);
  })
  .map((i) => i.alt)"""

VISIBLE_ROWS = """() => [...document.querySelectorAll("table.status tbody tr")]
  .filter((row) => row.checkVisibility()).map((row) => row.id.replace("row-", ""))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "these tests need chromium (Debian: apt-get install chromium)"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=sandbox)
        yield opened
        opened.close()


def written(folder: Path, figures_: Any, found: Derivations) -> Path:
    """The page of a run on other data than its figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "FIGURES", figures_)
        patch.setattr(writing, "read_derivations", lambda: found)
        planted = datasets.load("planted")
        return report.write(report.run_of(saved_run("diabetes")), planted, 0, folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All there is: every figure, every derivation as its own process prints it."""
    found = read_derivations()
    assert found.steps == derivations().steps > 200
    return written(tmp_path_factory.mktemp("whole"), figures.FIGURES, found)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All claims, with little beside them: it opens faster."""
    return written(tmp_path_factory.mktemp("page"), (LINE,), derivations("AT-1", "AD-7"))


@contextmanager
def opened(
    browser: Browser, file: Path, width: int = DESKTOP, **options: Any
) -> Iterator[tuple[Page, list[str]]]:
    """The page in a window, and what the browser complains of or loads."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url))
    page.goto(file.as_uri())
    yield page, [c for c in complaints if c != file.as_uri() and not c.startswith("data:")]
    context.close()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")


def altered(file: Path, old: str, new: str) -> Path:
    """The page with something planted in it."""
    source = file.read_text()
    assert old in source
    other = file.with_name("altered.html")
    other.write_text(source.replace(old, new, 1))
    return other


def test_it_loads_from_disk_alone_and_without_an_error(browser: Browser, file: Path) -> None:
    with opened(browser, file) as (page, complaints):
        assert complaints == []
        assert page.evaluate("document.fonts.check('16px \"Report Mathematics\"')")
    for planted in ("nonsense();", "document.body.style.background = 'url(https://a.example/)';"):
        with opened(browser, altered(file, '"use strict";', planted)) as (_, complaints):
            assert complaints


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_nothing_overflows_and_every_figure_is_seen(
    width: int, browser: Browser, whole: Path
) -> None:
    with opened(browser, whole, width) as (page, _):
        assert page.locator("figure").count() == len(figures.FIGURES)
        assert page.evaluate(UNSEEN) == []
        assert page.evaluate(OVERFLOWING) == []
        unfold(page)
        assert page.evaluate(OVERFLOWING) == []
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
        page.evaluate("document.querySelector('main p').style.minWidth = '2000px'")
        assert page.evaluate(OVERFLOWING)
        page.evaluate("document.querySelector('figure img').style.display = 'none'")
        assert len(page.evaluate(UNSEEN)) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_legible(scheme: Any, browser: Browser, whole: Path) -> None:
    with opened(browser, whole, color_scheme=scheme) as (page, _):
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
        unfold(page)
        assert page.evaluate(ILLEGIBLE) == []
        page.evaluate("document.querySelector('main p').style.color = '#787878'")
        assert page.evaluate(ILLEGIBLE)


def test_filters_by_verdict_and_by_kind(browser: Browser, file: Path) -> None:
    with opened(browser, file) as (page, _):
        assert page.evaluate(VISIBLE_ROWS) == [claim.ref for claim in CLAIMS]
        for verdict in VERDICTS:
            page.locator(f"input[name=verdict][value='{verdict}']").set_checked(False)
            for other in VERDICTS:
                page.locator(f"input[name=verdict][value='{other}']").set_checked(other == verdict)
            right = [claim.ref for claim in CLAIMS if claim.verdict == verdict]
            assert page.evaluate(VISIBLE_ROWS) == right
            assert page.locator("output").inner_text() == f"{len(right)} of 52 claims"
        page.get_by_role("button", name="Show all").click()  # the form tells the script afterwards
        page.wait_for_function("document.querySelector('output').textContent.startsWith('52 of')")
        assert len(page.evaluate(VISIBLE_ROWS)) == len(CLAIMS)
        for kind in ("integer", "symbolic"):
            page.locator(f"input[name=kind][value={kind}]").set_checked(True)
        both = [claim.ref for claim in CLAIMS if {"integer", "symbolic"} <= set(claim.kinds)]
        assert page.evaluate(VISIBLE_ROWS) == both


def test_without_script_everything_is_shown(browser: Browser, file: Path) -> None:
    with opened(browser, file, java_script_enabled=False) as (page, _):
        assert page.locator("table.status tbody tr:visible").count() == len(CLAIMS)
        assert page.locator(".filters:visible, button:visible").count() == 0
        assert page.locator("details").count() == page.locator("summary:visible").count()


def test_links_lead_to_claims_and_back(browser: Browser, file: Path) -> None:
    with opened(browser, file, PHONE) as (page, _):
        page.locator("#row-AD-7 a").click()
        assert page.url.endswith("#AD-7")
        assert page.locator("#AD-7 h3").is_visible()
        top = page.evaluate("document.getElementById('AD-7').getBoundingClientRect().top")
        assert 0 <= top < 100
        page.locator("#AD-7").get_by_role("link", name="Back to the table").click()
        top = page.evaluate("document.getElementById('row-AD-7').getBoundingClientRect().top")
        assert 0 <= top < 800
        page.locator("input[name=verdict][value=corrected]").set_checked(False)
        assert "AD-7" not in page.evaluate(VISIBLE_ROWS)
        page.locator("#AD-7").get_by_role("link", name="Back to the table").click()
        page.locator("#row-AD-7").wait_for(state="visible")


def test_the_keyboard_reaches_the_filters(browser: Browser, file: Path) -> None:
    with opened(browser, file) as (page, _):
        reached = []
        for _ in range(40):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.name || ''"))
            if reached[-1] == "verdict":
                break
        assert reached[-1] == "verdict"
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid"
        page.keyboard.press("Space")
        assert page.evaluate(VISIBLE_ROWS) == [c.ref for c in CLAIMS if c.verdict != "holds"]
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body")


def test_what_is_folded_opens_and_folds(browser: Browser, file: Path) -> None:
    with opened(browser, file) as (page, _):
        assert page.locator("details[open]").count() == 0
        page.get_by_role("button", name="Open everything").click()
        assert page.locator("details[open]").count() == page.locator("details").count() > 100
        page.get_by_role("button", name="Fold it again").click()
        assert page.locator("details[open]").count() == 0


def test_it_prints(browser: Browser, file: Path) -> None:
    with opened(browser, file, PAPER, color_scheme="dark") as (page, _):
        page.locator("input[name=verdict][value=holds]").set_checked(False)
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        assert page.evaluate(VISIBLE_ROWS) == [claim.ref for claim in CLAIMS]
        assert page.locator("nav:visible, .filters:visible, button:visible").count() == 0
        assert page.evaluate(OVERFLOWING) == []
        assert page.evaluate(ILLEGIBLE) == []
        assert page.pdf(format="A4").startswith(b"%PDF")
