"""The command line: linreg-theory verify | report | figures | masks | fit | check | claims.

  main()  == the program; `app` is its typer application

Exit status: 0 if every verdict stands and every mutant is refuted, 1 if not, 2 for unusable
input (one line on standard error, nothing begun).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from linreg_theory import (
    __version__,
    certificate_files,
    certificates,
    comparison,
    datasets,
    files,
    inputs,
    status,
    verification,
)
from linreg_theory import weights as weights_
from linreg_theory.claims.claim import KINDS, Claim
from linreg_theory.evidence import (
    PROFILES,
    Derivations,
    Proofs,
    Setting,
    check_derivations,
    check_proofs,
)
from linreg_theory.inputs import usable

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Check what adversarial training and adversarial dropout regularise in linear regression.",
)

DataOption = Annotated[
    str, typer.Option(help=f"{', '.join(datasets.NAMES)}, or a CSV file with a header line.")
]
TargetOption = Annotated[str | None, typer.Option(help="The CSV column to predict.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed of everything that is drawn.")]
JobsOption = Annotated[int, typer.Option(min=0, help="Processes; 0 for one a core.")]
JsonOption = Annotated[Path | None, typer.Option("--json", help="Write the run to this file.")]


def main() -> None:
    """Run the program."""
    app()


@app.command()
def verify(
    claims: Annotated[list[str] | None, typer.Argument(help="AT-1, AD-7, ... or names.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help=f"One of {', '.join(KINDS)}.")] = None,
    profile: Annotated[str, typer.Option(help=f"{', '.join(PROFILES)}.")] = "default",
    data: DataOption = "diabetes",
    target: TargetOption = None,
    seed: SeedOption = 0,
    json: JsonOption = None,
    jobs: JobsOption = 0,
) -> None:
    """Try every claim, and every mutant of it, and say what stands."""
    chosen = usable(verification.select, claims or [])
    kinds = [usable(inputs.one_of, "kind", name, KINDS) for name in kind or KINDS]
    usable(inputs.one_of, "profile", profile, tuple(PROFILES))
    dataset = usable(inputs.dataset, data, target)
    usable(inputs.writable, json)
    if kind:
        chosen = usable(inputs.with_kind, chosen, kinds, bool(claims))
    started = time.perf_counter()
    setting = _setting(dataset, profile, seed, kinds, asked=bool(kind))
    results = _verified(chosen, kinds, setting, dataset.name, jobs)
    seconds = time.perf_counter() - started
    console = _console()
    console.print(status.status_table(results))
    console.print(f"\n{status.summary(results)}", highlight=False, markup=False)
    console.print(
        f"Data: {dataset}. Profile {profile}, seed {seed}, {seconds:.1f} s.", highlight=False
    )
    if setting.proofs.absent:
        console.print(f"Formal evidence is absent: {setting.proofs.absent}.", highlight=False)
    if json:
        run = verification.as_json(results, dataset, profile, seed, seconds)
        usable(files.write_json, json, run)
    raise typer.Exit(0 if all(result.confirmed for result in results) else 1)


@app.command()
def claims() -> None:
    """List the claims and their verdicts as a Markdown table."""
    typer.echo(status.verdict_table(verification.select([])))


@app.command()
def masks(
    k: Annotated[int, typer.Option("-k", "--budget", help="Features that may be dropped.")],
    data: DataOption = "diabetes",
    target: TargetOption = None,
    weights: Annotated[str, typer.Option(help=f"{', '.join(weights_.WEIGHTS)}.")] = "ols",
    rows: Annotated[
        int, typer.Option(min=1, help="Samples that the slow routes are tried on.")
    ] = 20,
    seed: SeedOption = 0,
    json: JsonOption = None,
) -> None:
    """How often the paper's greedy masks are optimal on data, and what they miss."""
    dataset = usable(inputs.dataset, data, target)
    w = usable(weights_.weights, dataset.problem, weights, seed)
    usable(inputs.writable, json)
    compared = usable(comparison.compare_masks, dataset.problem, w, k, rows=rows, seed=seed)
    console = _console()
    console.print(f"{dataset}, {weights} weights, k = {k}", highlight=False)
    console.print(comparison.table(compared))
    if json:
        details = {"data": dataset.name, "weights": weights, "seed": seed}
        usable(files.write_json, json, details | compared.as_json())
    raise typer.Exit(0 if compared.agree else 1)


@app.command()
def fit(
    method: Annotated[str, typer.Option(help="at, at2, adropout, greedy, ols, ridge or lasso.")],
    delta: Annotated[
        float | None, typer.Option(help="Radius (at, at2) or penalty (ridge, lasso).")
    ] = None,
    k: Annotated[int | None, typer.Option("-k", "--k", help="Budget (adropout, greedy).")] = None,
    data: DataOption = "diabetes",
    target: TargetOption = None,
    path: Annotated[bool, typer.Option("--path", help="All of a range of values.")] = False,
    points: Annotated[int, typer.Option(min=1, help="Values on a path.")] = 20,
    tol: Annotated[float, typer.Option(help="Dual gap, relative to the objective.")] = 1e-9,
    certificate: Annotated[
        Path | None, typer.Option(help="Solve exactly and write the proof here (at, adropout).")
    ] = None,
    seed: SeedOption = 0,
    json: JsonOption = None,
) -> None:
    """Fit a robust regression, or one of its neighbours, with the gap that is proven."""
    from linreg_theory import fitting  # compiles: only where it is needed

    dataset = usable(inputs.dataset, data, target)
    usable(inputs.writable, json)
    usable(inputs.writable, certificate)
    value = usable(inputs.parameter, method, delta, k, path)
    if certificate:
        proof = usable(fitting.certified, dataset.problem, method, value)
        usable(files.write_json, certificate, certificate_files.to_json(proof))
        typer.echo(f"{certificate}: optimal value {float(proof.value):.12g}, dual gap exactly 0")
    options: dict[str, Any] = {"tol": tol, "seed": seed}
    if path:
        fits = usable(fitting.path, dataset.problem, method, points, **options)
    else:
        fits = [usable(fitting.fit, dataset.problem, method, value, **options)]
    _console().print(fitting.table(dataset, fits))
    if not path:
        weights = zip(dataset.features, fits[0].coef, strict=True)
        lines = [("(intercept)", fits[0].intercept), *weights]
        typer.echo("\n".join(f"{name:>12}  {value: .8g}" for name, value in lines))
    if json:
        details = {"data": dataset.name, "version": __version__, "seed": seed, "tol": tol}
        usable(files.write_json, json, details | {"fits": [f.as_json() for f in fits]})
    raise typer.Exit(0 if all(f.converged for f in fits) else 1)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A certificate, as `fit --certificate` writes it.")],
) -> None:
    """Judge a certificate in exact arithmetic, with no solver."""
    content = usable(inputs.json_of, file)
    try:
        value = certificates.check_fit(certificate_files.from_json(content))
    except certificates.BadCertificate as error:
        typer.echo(f"{file.name}: refused. {error}")
        raise typer.Exit(1) from None
    typer.echo(f"{file.name}: proven. The optimal value is {float(value):.12g} ({value}).")


@app.command(name="figures")
def figures_(
    names: Annotated[list[str] | None, typer.Argument(help="Names; all by default.")] = None,
    out: Annotated[Path, typer.Option(help="The folder for pictures and data.")] = Path("figures"),
    data: DataOption = "diabetes",
    target: TargetOption = None,
    format: Annotated[str, typer.Option(help="svg, png or pdf.")] = "svg",
    seed: SeedOption = 0,
) -> None:
    """Draw the comparison figures, each with its data beside it."""
    from linreg_theory import figures, pictures  # bring matplotlib and the fits: only where needed

    chosen = usable(figures.select, names or [])
    kind = usable(inputs.one_of, "format", format, pictures.FORMATS)
    dataset = usable(inputs.dataset, data, target)
    usable(inputs.folder, out)
    with _progress() as progress:
        task = progress.add_task("figures", total=len(chosen))
        for figure in chosen:
            progress.update(task, description=figure.name)
            usable(figures.make, figure, dataset, seed, out, kind)
            progress.advance(task)
            progress.console.print(f"{out / figure.name}.{kind}", highlight=False, markup=False)


@app.command(name="report")
def report_(
    out: Annotated[Path, typer.Option(help="The folder for the page, index.html.")],
    run: Annotated[Path | None, typer.Option(help="What `verify --json` wrote.")] = None,
    profile: Annotated[str | None, typer.Option(help=f"{', '.join(PROFILES)}; quick.")] = None,
    data: DataOption = "diabetes",
    target: TargetOption = None,
    seed: SeedOption = 0,
    jobs: JobsOption = 0,
) -> None:
    """Write everything as one HTML page: verdicts, evidence, an erratum, figures."""
    from linreg_theory import report  # brings matplotlib and the fits: only where needed

    profile = usable(inputs.profile, profile, run, tuple(PROFILES))
    dataset = usable(inputs.dataset, data, target)
    found = usable(report.read_run, run) if run else None
    usable(inputs.folder, out, report.NAME)
    if found is None:
        claims, started = verification.select([]), time.perf_counter()
        setting = _setting(dataset, profile, seed, KINDS)
        results = _verified(claims, KINDS, setting, dataset.name, jobs)
        seconds = time.perf_counter() - started
        found = report.run_of(verification.as_json(results, dataset, profile, seed, seconds))
    with _progress() as progress:
        task = progress.add_task("report", total=len(report.steps()), completed=-1)

        def begun(step: str) -> None:
            progress.update(task, description=step, advance=1)

        usable(report.write, found, dataset, seed, out, begun)
        progress.advance(task)
    typer.echo(f"{out / report.NAME}: {report.summary(found)}")
    raise typer.Exit(0 if found.confirmed else 1)


def _setting(
    dataset: datasets.Dataset, profile: str, seed: int, kinds: Sequence[str], asked: bool = False
) -> Setting:
    """What a run starts from: data, effort, and what was proved and derived beforehand.

    Proofs are built only if they were asked for or the profile has the time: building them takes
    longer than everything else that is quick. Derivations take seconds, which quick has not.
    """
    proofs, derivations = Proofs(), Derivations()
    if "formal" in kinds:
        proofs = check_proofs(build=profile != "quick" or asked)
    if "symbolic" in kinds and profile != "quick":
        derivations = check_derivations()
    return Setting(dataset.problem, PROFILES[profile], seed, proofs, derivations)


def _verified(
    claims: Sequence[Claim], kinds: Sequence[str], setting: Setting, data: str, jobs: int
) -> list[verification.Result]:
    """The results of a run, with a bar that shows how far it is."""
    results = []
    with _progress() as progress:
        task = progress.add_task(f"{len(claims)} claims on {data}", total=len(claims))
        for result in verification.verify(claims, kinds, setting, jobs or os.cpu_count() or 1):
            results.append(result)
            progress.advance(task)
    return results


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))


def _console() -> Console:
    """Standard output; wide where nobody sees the edge."""
    return Console() if sys.stdout.isatty() else Console(width=150)
