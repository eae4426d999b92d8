"""The command line: linreg-deep list | show | train | resume | sweep | table | figure | explain.

  main()  == the program; `app` is its typer application

Exit status: 0 if what was asked for is done; 1 if training failed; 2 for unusable input (one line
on standard error, nothing begun); 130 if a run was interrupted and can go on.
"""

from __future__ import annotations

import json as json_
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deep import commands, recipes, showing, sweeps
from deep.commands import usable
from deep.settings import METHODS, Settings
from deep.tables import comparison, layouts, results

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Train the networks of the paper Adversarial Dropout, one honest run at a time.",
)

RecipeArgument = Annotated[str, typer.Argument(help="A name that `linreg-deep list` shows.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="part.key=value; wins over the recipe.")
]
EpochsOption = Annotated[
    int | None, typer.Option(min=1, help="Other epochs; the ramps keep their share.")
]
OutOption = Annotated[Path, typer.Option(help="The folder of runs; each has its own in it.")]
DataOption = Annotated[Path, typer.Option(help="The folder of data sets.")]
DownloadOption = Annotated[bool, typer.Option("--download", help="Fetch a missing data set.")]
DeviceOption = Annotated[str | None, typer.Option(help="auto, cpu, cuda or mps.")]
DevicesOption = Annotated[int | None, typer.Option(min=1, help="How many of them.")]
PrecisionOption = Annotated[str | None, typer.Option(help="32 or bf16.")]
ChannelsOption = Annotated[
    bool | None, typer.Option("--channels-last/--channels-first", help="Order in memory.")
]
CompileOption = Annotated[
    bool | None, typer.Option("--compile/--no-compile", help="Use torch.compile.")
]
ThreadsOption = Annotated[int | None, typer.Option(min=1, help="Of a process on a CPU.")]
StepsOption = Annotated[
    int | None, typer.Option("--checkpoint-steps", min=1, help="Checkpoints within an epoch.")
]
RunsOption = Annotated[
    Path | None,
    typer.Option(help="A folder of runs or a CSV file; if not given, runs/ or what is kept."),
]


def main() -> None:
    """Run the program."""
    app()


@app.command(name="list")
def list_() -> None:
    """List recipes and methods."""
    words = Table.grid(padding=(0, 2))
    for method, text in showing.METHOD_WORDS.items():
        words.add_row(method, text)
    console = _console()
    console.print(showing.listing())
    console.print("\nMethods", style="bold")
    console.print(words)


@app.command()
def show(
    recipe: RecipeArgument,
    method: Annotated[
        str | None, typer.Option(help="One of its methods; all if not given.")
    ] = None,
    set_: SetOption = None,
    epochs: EpochsOption = None,
    measure: Annotated[bool, typer.Option("--measure", help="Time steps on this machine.")] = False,
    device: DeviceOption = None,
    threads: ThreadsOption = None,
    json: Annotated[bool, typer.Option("--json", help="Plain data.")] = False,
) -> None:
    """Show what a recipe resolves to: settings and their sources, reasons, cost."""
    found = usable(recipes.find, recipe)
    methods = (method,) if method else found.methods
    settings = {m: usable(commands.resolve, recipe, m, 0, epochs, set_) for m in methods}
    of, measured = showing.resolved(found, settings), {}
    if measure:
        measured = _measured(settings, device, threads)
    if json:
        typer.echo(json_.dumps(showing.as_data(of, measured), indent=1))
        return
    console = _console()
    console.print(f"{found.name}: {found.title}, flavour {found.flavour}\n", style="bold")
    console.print(showing.rich_settings(of), "", showing.rich_notes(of), "", sep="\n")
    console.print(showing.rich_cost(of, measured))


@app.command()
def train(
    recipe: RecipeArgument,
    method: Annotated[str, typer.Option(help=f"{', '.join(METHODS)}.")],
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    set_: SetOption = None,
    epochs: EpochsOption = None,
    out: OutOption = Path("runs"),
    data: DataOption = Path("data"),
    download: DownloadOption = False,
    device: DeviceOption = None,
    devices: DevicesOption = None,
    precision: PrecisionOption = None,
    channels_last: ChannelsOption = None,
    compile: CompileOption = None,
    threads: ThreadsOption = None,
    checkpoint_steps: StepsOption = None,
) -> None:
    """Train one run, or go on with it; a finished one is not run again."""
    settings = usable(commands.resolve, recipe, method, seed, epochs, set_)
    wishes = dict(device=device, devices=devices, precision=precision, compile=compile)
    wishes |= dict(channels_last=channels_last, threads=threads, checkpoint_steps=checkpoint_steps)
    hardware = usable(commands.hardware, **wishes)
    usable(commands.writable, out)
    folder = usable(commands.place, settings, out)
    commands.ended(usable(commands.fitted, settings, hardware, folder, data, download))


@app.command()
def resume(
    run: Annotated[Path, typer.Argument(help="The folder of a run.")],
    data: DataOption = Path("data"),
    download: DownloadOption = False,
    device: DeviceOption = None,
    devices: DevicesOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Go on with a run from its folder alone, on the hardware it began with or that given here."""
    settings = usable(commands.begun, run)
    before = usable(commands.asked, run)
    hardware = usable(commands.hardware, before, device=device, devices=devices, threads=threads)
    commands.ended(usable(commands.fitted, settings, hardware, run, data, download))


@app.command()
def sweep(
    recipe: RecipeArgument,
    methods: Annotated[str, typer.Option(help="Separated by commas; all if not given.")] = "",
    seeds: Annotated[str, typer.Option(help='Such as "0-4" or "0,2,7-9".')] = "0-4",
    set_: SetOption = None,
    epochs: EpochsOption = None,
    vary_split: Annotated[
        bool, typer.Option("--vary-split", help="Each seed its own labels and held-out images.")
    ] = False,
    out: OutOption = Path("runs"),
    data: DataOption = Path("data"),
    download: DownloadOption = False,
    device: DeviceOption = None,
    precision: PrecisionOption = None,
    channels_last: ChannelsOption = None,
    compile: CompileOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Train several methods with several seeds, one run after the other; again to go on."""

    def resolve(method: str, seed: int) -> Settings:
        pairs = [*(set_ or []), *([f"data.split_seed={seed}"] if vary_split else [])]
        return commands.resolve(recipe, method, seed, epochs, pairs)

    found = usable(recipes.find, recipe)
    names = [name.strip() for name in methods.split(",")] if methods else found.methods
    runs = usable(sweeps.plan, names, usable(sweeps.seeds_of, seeds), resolve)
    wishes = dict(device=device, precision=precision, compile=compile)
    hardware = usable(commands.hardware, **wishes, channels_last=channels_last, threads=threads)
    usable(commands.writable, out)
    console = _console()
    tally = usable(
        sweeps.sweep,
        runs,
        lambda s: commands.finished(s, commands.place(s, out)),
        lambda s: commands.fitted(s, hardware, commands.place(s, out), data, download),
        lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True),
    )
    typer.echo(f"{recipe}: {tally}")
    if tally.stopped:
        raise typer.Exit(commands.INTERRUPTED)
    raise typer.Exit(1 if tally.failed else 0)


@app.command()
def table(
    number: Annotated[int, typer.Argument(min=1, max=2, help="Of the paper: 1 or 2.")],
    runs: RunsOption = None,
    recipe: Annotated[list[str] | None, typer.Option(help="Only these recipes.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="key=value: only runs with this setting.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Plain data.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="A line a run, to be kept.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a page.")] = False,
) -> None:
    """Print our results beside the paper's, with what makes them comparable or not."""
    usable(_at_most_one, json=json, csv=csv, markdown=markdown)
    source = runs or (results.MEASURED if _only_kept() else Path("runs"))
    found, notes = usable(results.read, source)
    wanted = [usable(recipes.find, name).name for name in recipe or ()]
    chosen = usable(comparison.selected, found, where or ())
    chosen = [r for r in chosen if not wanted or r.settings.recipe in wanted]
    blocks = usable(comparison.blocks, number, chosen)
    if not blocks:
        notes.append(f"no finished run of Table {number} in {source}")
    for note in notes:
        typer.echo(note, err=True)
    if csv:
        shown = {block.recipe for block in blocks}
        typer.echo(results.as_csv([r for r in chosen if r.settings.recipe in shown]), nl=False)
    elif json:
        typer.echo(json_.dumps(layouts.as_data(blocks), indent=1, ensure_ascii=False))
    elif markdown:
        typer.echo(layouts.markdown(blocks))
    else:
        for block in blocks:
            _console().print(layouts.rich_table(block), "", sep="\n")


@app.command()
def figure(
    number: Annotated[int, typer.Argument(min=2, max=3, help="Of the paper: 2 or 3.")],
    runs: Annotated[Path, typer.Option(help="The folder of runs.")] = Path("runs"),
    recipes_: Annotated[
        str, typer.Option("--recipes", help="Whose autoencoders: the beginning of their names.")
    ] = "cpu/autoencoder",
    data: DataOption = Path("data"),
    out: Annotated[Path, typer.Option(help="The folder for pictures and data.")] = Path("figures"),
    format: Annotated[str, typer.Option(help="svg, png or pdf.")] = "svg",
) -> None:
    """Draw Figure 2 or 3 from trained autoencoders, with its data beside it."""
    usable(commands.writable, out)
    files, sentences = usable(commands.drawn, number, runs, recipes_, data, out, format)
    for line in (*sentences, *files):
        typer.echo(str(line))


@app.command()
def explain(
    runs: Annotated[list[Path], typer.Argument(help="Folders of finished runs.")],
    data: DataOption = Path("data"),
    images: Annotated[int, typer.Option(min=1, help="Test images to look at.")] = 1000,
    budgets: Annotated[str, typer.Option(help="Units to drop at most.")] = "1,2,5,10,20,50",
    json: Annotated[bool, typer.Option("--json", help="Plain data.")] = False,
) -> None:
    """Compare what masks do to trained networks with what their derivatives predict."""
    drops = usable(commands.integers, budgets)
    found = {run.name: usable(commands.explained, run, data, images, drops) for run in runs}
    if json:
        plain = {name: [asdict(row) for row in rows] for name, rows in found.items()}
        typer.echo(json_.dumps(plain, indent=1))
    else:
        _console().print(layouts.rich_rows(list(found.values())))


def _measured(
    settings: dict[str, Settings], device: str | None, threads: int | None
) -> dict[str, float]:
    """Seconds a step of each method."""
    hardware = usable(commands.hardware, device=device, threads=threads)
    from deep.training.timing import measure  # brings torch

    return {method: usable(measure, own, hardware) for method, own in settings.items()}


def _only_kept() -> bool:
    """Whether there are no runs here, but results that came with the program."""
    return results.MEASURED.exists() and not Path("runs").exists()


def _at_most_one(**flags: bool) -> None:
    given = [f"--{name}" for name, flag in flags.items() if flag]
    if len(given) > 1:
        raise ValueError(f"one form at a time, got {' and '.join(given)}")


def _console() -> Console:
    """Standard output; wide where nobody sees the edge."""
    return Console() if sys.stdout.isatty() else Console(width=160)
