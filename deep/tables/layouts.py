"""How tables of results look: in a terminal, in Markdown, as data.

  rich_table(block)   == a block as a table for a terminal, its conditions above and notes below
  markdown(blocks)    == the same as Markdown
  as_data(blocks)     == the same as plain data, for JSON
  rich_rows(rows)     == what `deep.inspection.explanation` found, a line a budget, for a terminal
  VERDICTS            == what a difference from plain shows, in words

Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from deep.tables.comparison import Block, Row
from deep.tables.published import Error
from deep.tables.seeds import Difference, Summary

if TYPE_CHECKING:  # it brings torch
    from deep.inspection import explanation

__all__ = ["VERDICTS", "as_data", "markdown", "rich_rows", "rich_table"]

_RISES = ("flips", "predicted", "realised", "random", "stepwise")
VERDICTS = {
    "lower": "beats plain",
    "not lower": "does not beat plain",
    "higher": "worse than plain",
    "one run only": "one run: cannot be told",
}
_HEADER = (
    "method",
    "runs",
    "test error, last epoch (%)",
    "at best validation (%)",
    "less plain (± standard error)",
    "",
    "paper (%)",
    "its users (%)",
)
_LEGEND = (
    'Mean ± standard deviation over seeds. Less plain: of the last epoch; "beats plain" where the '
    "95 % interval lies below zero. The paper's spread is as printed."
)


def rich_table(block: Block) -> Group:
    """A block for a terminal."""
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), show_edge=False)
    for number, name in enumerate(_HEADER):
        table.add_column(name, justify="left" if number in (0, 5) else "right")
    for row in block.rows:
        table.add_row(*(Text(cell, style=_style(row)) for cell in _cells(row)))
    lines = [Text(f"{block.recipe}: {block.title}", style="bold"), Text(_conditions(block))]
    notes = [Text(f"  {note}", style="dim") for note in _notes(block)]
    return Group(*lines, Text(""), table, Text(""), *notes)


def markdown(blocks: Sequence[Block]) -> str:
    """Blocks as Markdown, with a line on how to read them."""
    parts = []
    for block in blocks:
        lines = [f"**{block.recipe}**: {block.title}. {_conditions(block)}.", ""]
        lines += [_line(_HEADER), _line(["---"] * len(_HEADER))]
        lines += [_line(_cells(row)) for row in block.rows]
        parts.append("\n".join([*lines, "", " ".join(f"{note}." for note in _notes(block))]))
    return "\n\n".join([*parts, _LEGEND])


def as_data(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Blocks as plain data; errors in per cent."""
    return [asdict(block) for block in blocks]


def rich_rows(runs: Sequence[Sequence[explanation.Row]]) -> Table:
    """Predicted and real rises by budget, in nats: the mean over images and runs."""
    names = ["at most", "drops", "predicted", "realised", "at random", "stepwise"]
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), show_edge=False)
    for name in (*names, "realised >= predicted", "worst of all masks"):
        table.add_column(name, justify="right")
    for rows in zip(*runs, strict=True):
        numbers = [f"{fmean(getattr(r, name) for r in rows):.4g}" for name in _RISES]
        convex = f"{fmean(row.convex for row in rows):.1%}"
        table.add_row(str(rows[0].budget), *numbers, convex, _judged(rows))
    return table


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _conditions(block: Block) -> str:
    return ", ".join(f"{key} {value}" for key, value in block.conditions.items())


def _notes(block: Block) -> list[str]:
    apart = "; ".join(block.apart)
    compared = f"Not comparable with the paper: {apart}" if apart else "Comparable with the paper"
    return [compared, *(remark[:1].upper() + remark[1:] for remark in block.remarks)]


def _cells(row: Row) -> list[str]:
    shows = row.minus_plain.shows if row.minus_plain else None
    return [
        row.method,
        str(row.last.n) if row.last else "-",
        _spread(row.last),
        _spread(row.best),
        _difference(row.minus_plain),
        VERDICTS[shows] if shows else "",
        _published(row.paper),
        ", ".join(f"{error.mean:.2f}" for error in row.users),
    ]


def _spread(of: Summary | None) -> str:
    if of is None:
        return "-"
    return f"{of.mean:.2f}" if of.sd is None else f"{of.mean:.2f} ± {of.sd:.2f}"


def _difference(of: Difference | None) -> str:
    if of is None:
        return ""
    return f"{of.mean:+.2f}" if of.error is None else f"{of.mean:+.2f} ± {of.error:.2f}"


def _published(error: Error | None) -> str:
    if error is None:
        return "-"
    spread = "" if error.spread is None else f" ± {error.spread:.2f}"
    return f"{error.mean:.2f}{spread}{' (quoted)' if error.whose == 'quoted' else ''}"


def _style(row: Row) -> str:
    shows = row.minus_plain.shows if row.minus_plain else None
    return {"lower": "green", "higher": "red", "not lower": "yellow"}.get(shows or "", "")


def _judged(rows: Sequence[explanation.Row]) -> str:
    """How many masks of one budget are the worst there is, of those that were judged."""
    if any(row.exact is None for row in rows):
        return "no linear head"
    exact, inexact, undecided = (
        sum(getattr(row, name) for row in rows) for name in ("exact", "inexact", "undecided")
    )
    return f"{exact} of {exact + inexact}" + (f", {undecided} undecided" if undecided else "")
