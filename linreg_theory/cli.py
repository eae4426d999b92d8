"""The command line: linreg-theory verify | claims | masks | fit | check | figures.

  main()  == the program; `app` is its typer application

Exit status: 0 if every verdict stands and every mutant is refuted, 1 if not, 2 for unusable
input (one line on standard error, nothing begun).
"""

from __future__ import annotations

import json as json_
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

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
    status,
    verification,
)
from linreg_theory import weights as weights_
from linreg_theory.claims.claim import KINDS
from linreg_theory.evidence import (
    PROFILES,
    Derivations,
    Proofs,
    Setting,
    check_derivations,
    check_proofs,
)
from linreg_theory.solvers import Unresolved

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Check what adversarial training and adversarial dropout regularise in linear regression.",
)

_Value = TypeVar("_Value")

DataOption = Annotated[
    str, typer.Option(help=f"{', '.join(datasets.NAMES)}, or a CSV file with a header line.")
]
TargetOption = Annotated[str | None, typer.Option(help="The CSV column to predict.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed of everything that is drawn.")]
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
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0 for one a core.")] = 0,
) -> None:
    """Try every claim, and every mutant of it, and say what stands."""
    chosen = _usable(verification.select, claims or [])
    kinds = [_usable(_one_of, "kind", name, KINDS) for name in kind or KINDS]
    effort = PROFILES[_usable(_one_of, "profile", profile, tuple(PROFILES))]
    dataset = _usable(_dataset, data, target)
    _usable(_writable, json)
    if kind:
        chosen = _usable(_with_kind, chosen, kinds, bool(claims))
    results = []
    started = time.perf_counter()
    proofs = Proofs()
    if "formal" in kinds:  # building them takes longer than everything else that is quick
        proofs = check_proofs(build=profile != "quick" or bool(kind))
    derivations = Derivations()
    if "symbolic" in kinds and profile != "quick":
        derivations = check_derivations()
    setting = Setting(dataset.problem, effort, seed, proofs, derivations)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(f"{len(chosen)} claims on {dataset.name}", total=len(chosen))
        for result in verification.verify(chosen, kinds, setting, jobs or os.cpu_count() or 1):
            results.append(result)
            progress.advance(task)
    seconds = time.perf_counter() - started
    console = _console()
    console.print(status.status_table(results))
    console.print(f"\n{status.summary(results)}", highlight=False, markup=False)
    console.print(
        f"Data: {dataset}. Profile {profile}, seed {seed}, {seconds:.1f} s.", highlight=False
    )
    if proofs.absent:
        console.print(f"Formal evidence is absent: {proofs.absent}.", highlight=False)
    if json:
        run = verification.as_json(results, dataset, profile, seed, seconds)
        _usable(files.write_json, json, run)
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
    dataset = _usable(_dataset, data, target)
    w = _usable(weights_.weights, dataset.problem, weights, seed)
    _usable(_writable, json)
    compared = _usable(comparison.compare_masks, dataset.problem, w, k, rows=rows, seed=seed)
    console = _console()
    console.print(f"{dataset}, {weights} weights, k = {k}", highlight=False)
    console.print(comparison.table(compared))
    if json:
        details = {"data": dataset.name, "weights": weights, "seed": seed}
        _usable(files.write_json, json, details | compared.as_json())
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

    dataset = _usable(_dataset, data, target)
    _usable(_writable, json)
    _usable(_writable, certificate)
    value = _usable(_parameter, method, delta, k, path)
    if certificate:
        proof = _usable(fitting.certified, dataset.problem, method, value)
        _usable(files.write_json, certificate, certificate_files.to_json(proof))
        typer.echo(f"{certificate}: optimal value {float(proof.value):.12g}, dual gap exactly 0")
    options: dict[str, Any] = {"tol": tol, "seed": seed}
    if path:
        fits = _usable(fitting.path, dataset.problem, method, points, **options)
    else:
        fits = [_usable(fitting.fit, dataset.problem, method, value, **options)]
    _console().print(fitting.table(dataset, fits))
    if not path:
        weights = zip(dataset.features, fits[0].coef, strict=True)
        lines = [("(intercept)", fits[0].intercept), *weights]
        typer.echo("\n".join(f"{name:>12}  {value: .8g}" for name, value in lines))
    if json:
        details = {"data": dataset.name, "version": __version__, "seed": seed, "tol": tol}
        _usable(files.write_json, json, details | {"fits": [f.as_json() for f in fits]})
    raise typer.Exit(0 if all(f.converged for f in fits) else 1)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A certificate, as `fit --certificate` writes it.")],
) -> None:
    """Judge a certificate in exact arithmetic, with no solver."""
    content = _usable(_json_of, file)
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
    from linreg_theory import figures  # brings matplotlib and the fits: only where needed

    chosen = _usable(figures.select, names or [])
    kind = _usable(_one_of, "format", format, figures.FORMATS)
    dataset = _usable(_dataset, data, target)
    _usable(_folder, out)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("figures", total=len(chosen))
        for figure in chosen:
            progress.update(task, description=figure.name)
            _usable(figures.make, figure, dataset, seed, out, kind)
            progress.advance(task)
            progress.console.print(f"{out / figure.name}.{kind}", highlight=False, markup=False)


def _parameter(method: str, delta: float | None, k: int | None, path: bool) -> Any:
    """The one parameter that the method takes."""
    budget = method in ("adropout", "greedy")
    if delta is not None and (budget or method == "ols"):
        raise ValueError(f"method {method} takes no --delta")
    if k is not None and not budget:
        raise ValueError(f"method {method} takes no --k")
    value = k if budget else delta
    if path and value is not None:
        raise ValueError("--path takes no --delta or --k: it goes through all of them")
    return value


def _json_of(path: Path) -> Any:
    try:
        return json_.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is no JSON file: {error}") from None


def _console() -> Console:
    """Standard output; wide where nobody sees the edge."""
    return Console() if sys.stdout.isatty() else Console(width=150)


def _usable(function: Callable[..., _Value], *arguments: Any, **options: Any) -> _Value:
    """The function's value; unusable input ends the program with one line and status 2."""
    try:
        return function(*arguments, **options)
    except (ValueError, TypeError, OverflowError, OSError, Unresolved) as error:
        typer.echo(f"linreg-theory: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(2) from None


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def _dataset(data: str, target: str | None) -> datasets.Dataset:
    if data in datasets.NAMES:
        if target is not None:
            raise ValueError(f"target is for CSV files; {data} has its own")
        return datasets.load(data)
    path = Path(data)
    if not path.exists():
        return datasets.load(data)  # raises, naming what there is
    return datasets.read_csv(path, target)


def _writable(path: Path | None) -> None:
    """Find out before any work whether the file can be written."""
    if path is None:
        return
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(f"json must be a file in an existing folder, got {path}")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"json cannot be written: {path}")


def _folder(path: Path) -> None:
    """Make the folder, before any work, in one that exists; it must be possible to write there."""
    if path.exists() and not path.is_dir():
        raise ValueError(f"out must be a folder, got the file {path}")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"out must be a folder in an existing one, got {path}")
    path.mkdir(exist_ok=True)
    if not os.access(path, os.W_OK):
        raise ValueError(f"out cannot be written to: {path}")


def _with_kind(claims: Any, kinds: list[str], named: bool) -> Any:
    """The claims that have such evidence; a claim asked for by name must have it."""
    having = tuple(c for c in claims if "formal" in kinds or set(kinds) & set(c.kinds))
    lacking = [c for c in claims if c not in having]
    if named and lacking:
        raise ValueError(
            f"{lacking[0].ref} has no {' or '.join(kinds)} evidence, "
            f"only {', '.join(lacking[0].kinds)}"
        )
    return having
