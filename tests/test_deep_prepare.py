"""Preparation and augmentation of images, each against a second way to get there."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from deep.data import augment, prepare
from tests.deep_data import data

torch.set_num_threads(1)


# ---------------------------------------------------------------- preparation


def pictures(count: int = 3000, shape: tuple[int, int, int] = (2, 4, 3), seed: int = 0) -> Tensor:
    """Correlated bytes whose covariance is well-conditioned."""
    generator = torch.Generator().manual_seed(seed)
    size = shape[0] * shape[1] * shape[2]
    mixing = torch.eye(size) + 0.3 * torch.randn(size, size, generator=generator) / size**0.5
    x = torch.randn(count, size, generator=generator) @ mixing
    return (128 + 30 * x).round().clamp(0, 255).to(torch.uint8).view(count, *shape)


def spread(x: Tensor) -> Tensor:
    return torch.cov(x.flatten(1).double().T, correction=0)


def assert_white(x: Tensor, tolerance: float) -> None:
    flat = x.flatten(1)
    torch.testing.assert_close(spread(x), torch.eye(flat.shape[1]).double(), rtol=0, atol=tolerance)
    assert float(flat.double().mean(0).abs().max()) < tolerance


def test_scaling() -> None:
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1, 1)
    unit = prepare.fit(images, data()).on("cpu")(images)
    centred = prepare.fit(images, data(scaling="centred")).on("cpu")(images)
    assert unit.dtype == centred.dtype == torch.float32
    torch.testing.assert_close(unit.flatten(), torch.tensor([0.0, 0.2, 1.0]), rtol=0, atol=0)
    torch.testing.assert_close(centred.flatten(), torch.tensor([-0.5, -0.3, 0.5]))
    with pytest.raises(ValueError, match="must be bytes"):
        prepare.fit(images, data()).on("cpu")(unit)


@pytest.mark.parametrize(("zca", "tolerance"), [("inside", 2e-3), ("official", 1e-5)])
@pytest.mark.parametrize("scaling", ["unit", "centred"])
def test_whitened_covariance_is_the_identity(zca: Any, tolerance: float, scaling: Any) -> None:
    images = pictures()
    transform = prepare.fit(images, data(zca=zca, scaling=scaling))
    x = transform.on("cpu")(images)
    assert x.shape == images.shape
    assert x.dtype == torch.float32
    assert_white(x, tolerance)
    with pytest.raises(AssertionError):  # without the mean, and of other images
        assert_white(prepare.fit(images, data(scaling=scaling)).on("cpu")(images), tolerance)
    with pytest.raises(AssertionError):
        assert_white(transform.on("cpu")(pictures(seed=1)), tolerance)


@pytest.mark.parametrize("zca", ["inside", "official"])
def test_whitening_is_the_formula(zca: Any) -> None:
    """By the singular values of the images, not by a covariance's eigenvalues."""
    images = pictures(300)
    scaled = (images.flatten(1).double().numpy() - 127.5) / 255
    x = scaled - scaled.mean(0)
    _, singular, rows = np.linalg.svd(x, full_matrices=False)
    values = singular**2 / len(x)
    scales = 1 / np.sqrt(values + 1e-5) if zca == "inside" else 1 / np.sqrt(values) + 1e-6
    expected = x @ (rows.T * scales) @ rows
    found = prepare.fit(images, data(zca=zca, scaling="centred")).on("cpu")(images)
    np.testing.assert_allclose(found.flatten(1).numpy(), expected, rtol=0, atol=2e-6)
    wrong = x @ (rows.T * (1 / np.sqrt(values * len(x) / (len(x) - 1)))) @ rows
    assert np.abs(found.flatten(1).numpy() - wrong).max() > 1e-3  # over N - 1


def test_the_two_modes_differ_where_variances_are_small() -> None:
    images = pictures()
    images[:, 0, 0, 0] = 100
    images[:3, 0, 0, 0] = 101  # variance 3 / 3000 of a grey level: 1.5e-8 after scaling
    inside, official = (
        prepare.fit(images, data(zca=each)).matrix[0, 0] for each in ("inside", "official")
    )
    assert 300 < float(inside) < 317  # at most 1 / sqrt(1e-5)
    assert float(official) > 7000
    well = pictures()
    matrices = [prepare.fit(well, data(zca=each)).matrix for each in ("inside", "official")]
    values, vectors = torch.linalg.eigh(spread(well / 255))
    gap = 1 / (values + 1e-5).sqrt() - 1 / values.sqrt() - 1e-6
    torch.testing.assert_close(matrices[0] - matrices[1], (vectors * gap) @ vectors.T)


def test_covariance_is_exact_in_any_order() -> None:
    images = pictures(2500)
    mean, covariance = prepare.covariance(images)
    flat = images.flatten(1).numpy().astype(np.int64)
    n, total = len(flat), flat.sum(0)
    whole = n * (flat.T @ flat) - np.outer(total, total)
    assert np.array_equal(covariance.numpy(), whole / n**2)
    assert np.array_equal(mean.numpy(), total / n)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
    assert torch.equal(prepare.covariance(images[order])[1], covariance)
    x = images.flatten(1).double() / 255  # scaled first, sums depend on their order
    assert not torch.equal(x.T @ x, x[order].T @ x[order])


def test_a_singular_covariance_is_for_inside_only() -> None:
    images = pictures()
    images[:, 1, 0, 0] = 0
    with pytest.raises(ValueError, match=r'"official" needs .* full rank, 24, got 23'):
        prepare.fit(images, data(zca="official"))
    x = prepare.fit(images, data(zca="inside")).on("cpu")(images)
    assert torch.isfinite(x).all()
    with pytest.raises(ValueError, match="at least one image"):
        prepare.fit(images[:0], data(zca="inside"))
    with pytest.raises(ValueError, match="must have 24 numbers each, got 12"):
        prepare.fit(images, data(zca="inside")).on("cpu")(images[:, :1])


@pytest.mark.parametrize("zca", ["none", "inside", "official"])
@pytest.mark.parametrize("scaling", ["unit", "centred"])
def test_pixels_go_back(zca: Any, scaling: Any) -> None:
    images = pictures(500)
    transform = prepare.fit(images, data(zca=zca, scaling=scaling))
    back = transform.pixels(transform.on("cpu")(images))
    torch.testing.assert_close(back, images.double(), rtol=0, atol=1e-3)


def test_a_transform_is_stored_once_and_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, settings, store = pictures(500), data(zca="inside"), tmp_path / "store"
    first = prepare.fit(images, settings, store)
    (path,) = store.iterdir()
    assert first.checksum == prepare.fit(images, settings).checksum  # deterministic
    other = prepare.fit(images[1:], settings, store)
    assert other.checksum != first.checksum
    assert len(list(store.iterdir())) == 2
    assert prepare.fit(images, data(), store).whitens is False
    assert len(list(store.iterdir())) == 2
    monkeypatch.setattr(prepare, "_fitted", None)
    again = prepare.fit(images, settings, store)
    assert torch.equal(again.matrix, first.matrix)
    assert torch.equal(again.mean, first.mean)
    assert again.checksum == first.checksum
    whole = path.read_bytes()
    for damaged in (whole[:-5], whole[:-1] + bytes([whole[-1] ^ 1]), pickle.dumps({"a": 1}), b""):
        path.write_bytes(damaged)
        with pytest.raises(OSError, match="is no stored transform") as caught:
            prepare.fit(images, settings, store)
        assert "\n" not in str(caught.value)
    with pytest.raises(FileNotFoundError):
        prepare.load(tmp_path / "absent")


def test_whitening_is_computed_in_float64() -> None:
    """Float32 loses what the large factor of a small variance magnifies."""
    images = pictures()
    images[:, 0, 0, 0] = 100
    images[:3, 0, 0, 0] = 101
    transform = prepare.fit(images, data(zca="official"))
    x = (images.flatten(1).double() / 255 - transform.mean) @ transform.matrix
    found = transform.on("cpu")(images).flatten(1)
    assert torch.equal(found, x.float())
    single = (images.flatten(1) / 255 - transform.mean.float()) @ transform.matrix.float()
    assert float((single - x).abs().max()) > 1e-5


def test_autocast_does_not_touch_whitening() -> None:
    images = pictures(100)
    whiten = prepare.fit(pictures(), data(zca="inside")).on("cpu")
    plain = whiten(images)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(whiten(images), plain)


# ---------------------------------------------------------------- augmentation


def one_by_one(x: Tensor, moves: augment.Moves) -> Tensor:
    """The definition: pad, crop and mirror each image on its own."""
    height, width = x.shape[2:]
    views = []
    for image, top, left, mirror in zip(x, moves.top, moves.left, moves.flipped, strict=True):
        padded = torch.zeros(len(image), height + 2 * moves.padding, width + 2 * moves.padding)
        padded[:, moves.padding :, moves.padding :][:, :height, :width] = image
        crop = padded[:, int(top) : int(top) + height, int(left) : int(left) + width]
        views.append(torch.fliplr(crop.permute(1, 2, 0)).permute(2, 0, 1) if mirror else crop)
    return torch.stack(views)


@pytest.mark.parametrize(("translate", "flip"), [(2, True), (2, False), (0, True), (5, True)])
def test_views_are_those_of_a_loop(translate: int, flip: bool) -> None:
    x = torch.randn(40, 3, 6, 7, generator=torch.Generator().manual_seed(0))
    moves = augment.draw(40, translate, flip, torch.Generator().manual_seed(1))
    view = augment.moved(x, moves)
    assert torch.equal(view, one_by_one(x, moves))
    assert torch.equal(
        view, augment.augmented(x, translate, flip, torch.Generator().manual_seed(1))
    )
    wrong = augment.Moves(translate, moves.left, moves.top, ~moves.flipped)
    assert not torch.equal(view, one_by_one(x, wrong))


def test_moves_are_uniform_and_views_independent() -> None:
    generator = torch.Generator().manual_seed(0)
    first, second = (augment.draw(5000, 2, True, generator) for _ in range(2))
    for each in (first.top, first.left, second.top, second.left):
        assert (torch.bincount(each, minlength=5) - 1000).abs().max() < 120
    pairs = torch.stack([first.flipped, second.flipped]).double()
    assert (pairs.mean(1) - 0.5).abs().max() < 0.03
    drawn = [first.top, first.left, first.flipped, second.top, second.left, second.flipped]
    together = torch.corrcoef(torch.stack([each.double() for each in drawn]))
    assert (together - torch.eye(6)).abs().max() < 0.06
    shared = torch.corrcoef(torch.stack([first.top.double(), first.top.double()]))
    assert (shared - torch.eye(2)).abs().max() > 0.9  # what sharing a draw would give


def test_no_augmentation_is_no_draw() -> None:
    x, generator = torch.randn(5, 1, 4, 4), torch.Generator().manual_seed(0)
    before = generator.get_state()
    assert augment.augmented(x, 0, False, generator) is x
    assert torch.equal(generator.get_state(), before)
    augment.augmented(x, 0, True, generator)
    assert not torch.equal(generator.get_state(), before)
