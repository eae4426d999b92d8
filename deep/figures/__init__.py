"""Figures 2 and 3 of the paper: what the units of its autoencoders look at, and how often.

  make(number, runs, names, ...) == the Drawn figure: its files, and what they show in sentences
  Drawn                          == files and sentences

The autoencoders of a figure are all finished runs of the recipes NAMES/no-dropout, NAMES/dropout
and NAMES/adversarial-dropout, seed by seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import safetensors.numpy

from deep.figures.autoencoders import KINDS, Autoencoders, gathered
from deep.figures.drawing import draw_activations, draw_features
from deep.figures.sparsity import findings, histograms, statistics
from linreg_theory.files import whole_file, write_json
from linreg_theory.pictures import FORMATS, saved

__all__ = ["Drawn", "make"]


@dataclass(frozen=True)
class Drawn:
    """What was made of a figure."""

    files: list[Path]
    sentences: list[str]


def make(number: int, runs: Path, names: str, data: Path, out: Path, form: str = "svg") -> Drawn:
    """Draw Figure 2 or 3, its data beside it.

    Parameters
    ----------
    number : {2, 3}
    runs : Path
        The folder of runs.
    names : str
        What the names of the recipes begin with, such as "cpu/autoencoder".
    data : Path
        The folder of data sets.
    out : Path
        Where the files go.
    form : {"svg", "png", "pdf"}

    Raises
    ------
    ValueError, OSError
        In one line, before anything is written: an unknown number or format, missing runs, runs
        that do not belong in one figure, or data that are not there.
    """
    if number not in (2, 3):
        raise ValueError(f"number must be 2 or 3, got {number}")
    if form not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {form!r}")
    seen = gathered(runs, names, data)
    out.mkdir(parents=True, exist_ok=True)
    numbers = statistics(seen)
    told = findings(numbers)
    content = _described(seen) | {"statistics": numbers, "findings": told}
    stem = out / f"figure{number}"
    files = [stem.with_suffix(".json"), stem.with_suffix(f".{form}")]
    if number == 2:
        features = {kind: seen.units[kind][0].features for kind in KINDS}
        files.append(stem.with_suffix(".safetensors"))
        with whole_file(files[-1]) as place:
            place.write_bytes(safetensors.numpy.save(features))
        saved(lambda: draw_features(features, numbers), files[1])
    else:
        content["histograms"] = bars = histograms(seen)
        saved(lambda: draw_activations(bars), files[1])
    write_json(files[0], content)
    return Drawn(files, [finding["sentence"] for finding in told])


def _described(seen: Autoencoders) -> dict[str, object]:
    """Which runs these are."""
    return {
        "recipes": {kind: f"{seen.names}/{kind}" for kind in KINDS},
        "seeds": seen.seeds,
        "images": seen.images,
        "data": seen.data,
    }
