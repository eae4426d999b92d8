"""The pictures of Figures 2 and 3, by what they hold."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure as Picture
from numpy.typing import NDArray

from deep.figures.autoencoders import KINDS
from deep.figures.drawing import draw_activations, draw_features
from deep.figures.sparsity import histograms
from linreg_theory.pictures import STYLE
from tests.deep_autoencoders import OWN, Numbers, at_random


def measured() -> Numbers:
    """What titles say: other numbers for each kind and seed."""
    return {
        "kinds": {
            kind: {
                "dead": [number, 77],
                "rare": [10 + number, 88],
                "error": [0.0123456 + number, 99.0],
            }
            for number, kind in enumerate(KINDS)
        }
    }


def random_features(count: int, height: int = 4, width: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(count)
    return {kind: rng.normal(size=(count, height, width)).astype(np.float32) for kind in KINDS}


def image_of(picture: Picture, panel: int) -> Any:
    (image,) = picture.axes[panel].images
    return image


def assert_tiles(shown: NDArray[np.float32], features: NDArray[np.float32]) -> None:
    """Every feature at its place, row by row, and nothing between."""
    count, height, width = features.shape
    across = next(n for n in range(1, 99) if n * n >= count)
    down = next(n for n in range(1, 99) if n * across >= count)
    assert shown.shape == (down * (height + 1) - 1, across * (width + 1) - 1)
    rest = shown.copy()
    for number in range(count):
        top, left = number // across * (height + 1), number % across * (width + 1)
        place = (slice(top, top + height), slice(left, left + width))
        np.testing.assert_array_equal(shown[place], features[number])
        rest[place] = np.nan
    assert np.isnan(rest).all()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 12, 13, 16])
def test_every_feature_is_found_at_its_place(count: int) -> None:
    features = random_features(count)
    picture = draw_features(features, measured())
    assert len(picture.axes) == len(KINDS)
    for panel, kind in enumerate(KINDS):
        shown = np.ma.filled(image_of(picture, panel).get_array(), np.nan)
        assert_tiles(shown, features[kind])
        if count > 1:
            with pytest.raises(AssertionError):
                assert_tiles(shown, features[kind][::-1])
        with pytest.raises(AssertionError):
            assert_tiles(shown, features[KINDS[panel - 1]])


def test_panels_say_whose_features_they_are() -> None:
    picture = draw_features(random_features(5), measured())
    titles = [panel.get_title() for panel in picture.axes]
    assert titles == [
        "no dropout\n0 dead, 10 nearly, of 5; error 0.0123",
        "dropout\n1 dead, 11 nearly, of 5; error 1.01",
        "adversarial dropout\n2 dead, 12 nearly, of 5; error 2.01",
    ]


def test_a_panel_has_one_grey_range_about_zero() -> None:
    features = random_features(9)
    features["dropout"] *= 10
    features[OWN][:] = 0
    picture = draw_features(features, measured())
    limits = [image_of(picture, panel).get_clim() for panel in range(3)]
    assert all(low == -high for low, high in limits)
    for kind, (_, high) in zip(KINDS[:2], limits[:2], strict=True):
        sizes = np.abs(features[kind])
        assert 0.9 * sizes.max() < high <= sizes.max()
    assert limits[2] == (-1, 1)
    assert image_of(picture, 0).get_cmap()(0.0) == (0, 0, 0, 1)  # black is negative


def bars(*kinds: list[list[int]]) -> Numbers:
    part = {"edges": [0.0, 1.0, 2.0, 3.0, 4.0], "counts": dict(zip(KINDS, kinds, strict=True))}
    return {"activations": part, "means": part}


def stairs(picture: Picture, panel: int) -> list[Any]:
    """Lines and bands, in turn."""
    return [patch for patch in picture.axes[panel].patches if hasattr(patch, "get_data")]


def test_a_histogram_is_a_line_a_kind_on_a_logarithmic_scale() -> None:
    picture = draw_activations(histograms(at_random(0)))
    assert len(picture.axes) == 2
    assert [axes.get_yscale() for axes in picture.axes] == ["log", "log"]
    assert [axes.get_xlabel() for axes in picture.axes] == [
        "activation of a unit on an image",
        "mean activation of a unit",
    ]
    for panel in range(2):
        lines = stairs(picture, panel)[::2]
        assert [line.get_label() for line in lines] == [
            "no dropout",
            "dropout",
            OWN.replace("-", " "),
        ]
        assert len({line.get_edgecolor() for line in lines}) == len(KINDS)
        assert len({str(line.get_linestyle()) for line in lines}) == len(KINDS)
    legend = picture.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [k.replace("-", " ") for k in KINDS]


def test_lines_are_means_over_seeds_and_bands_hold_all_of_them() -> None:
    none = [[90, 10, 0, 0], [70, 20, 0, 10]]
    usual = [[100, 0, 0, 0], [96, 4, 0, 0]]
    own = [[80, 10, 0, 10], [80, 10, 0, 10]]
    picture = draw_activations(bars(none, usual, own))
    for panel in range(2):
        bottom = picture.axes[panel].get_ylim()[0]
        patches = stairs(picture, panel)
        for rows, line, band in zip((none, usual, own), patches[::2], patches[1::2], strict=True):
            for number, counts in enumerate(zip(*rows, strict=True)):
                mean = line.get_data().values[number]
                high = band.get_data().values[number]
                low = band.get_data().baseline[number]
                if not any(counts):
                    assert np.isnan([mean, high, low]).all()
                    continue
                assert mean == sum(counts) / 2
                assert high == max(counts)
                assert low == min(counts) or (min(counts) == 0 and low == bottom)
                assert bottom <= low <= mean <= high
            assert line.get_data().edges.tolist() == [0, 1, 2, 3, 4]


def test_the_smallest_mean_is_within_the_picture() -> None:
    seeds = [[9, 0]] * 9 + [[8, 1]]
    part = {"edges": [0.0, 1.0, 2.0], "counts": dict.fromkeys(KINDS, seeds)}
    picture = draw_activations({"activations": part, "means": part})
    for axes in picture.axes:
        assert 0 < axes.get_ylim()[0] < 0.1


def cut_off(picture: Picture) -> list[str]:
    """Titles and labels that are not wholly within the picture."""
    with matplotlib.rc_context(STYLE):
        picture.draw_without_rendering()
    texts = [t for axes in picture.axes for t in (axes.title, axes.xaxis.label, axes.yaxis.label)]
    places = {t.get_text(): t.get_window_extent() for t in texts if t.get_text()}
    assert len(places) >= 3
    whole = picture.bbox
    return [
        text
        for text, place in places.items()
        if place.x0 < whole.x0 or place.y0 < whole.y0 or place.x1 > whole.x1 or place.y1 > whole.y1
    ]


def test_no_text_is_cut_off() -> None:
    features = random_features(256, 28, 28)
    picture = draw_features(features, measured())
    assert cut_off(picture) == []
    assert cut_off(draw_activations(histograms(at_random(0)))) == []
    picture = draw_features(features, measured())
    for panel in picture.axes:
        panel.set_anchor("C")
    assert len(cut_off(picture)) == len(KINDS)
