"""The compiled kernels against NumPy, against fractions and against planted mistakes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linreg_theory import Problem, kernels
from linreg_theory import adversarial_dropout as ad
from linreg_theory.arrays import Array
from linreg_theory.testing import assert_relation, assert_rounding, budgets, regressions


@pytest.fixture(autouse=True)
def _compiled_at_every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ad, "_COMPILED", 1)


def by_numpy(function: Callable[..., Any], problem: Problem, *arguments: Any) -> Any:
    """The same on the path that the kernels replace."""
    kept, ad._COMPILED = ad._COMPILED, sys.maxsize
    try:
        return function(problem, *arguments)
    finally:
        ad._COMPILED = kept


def assert_as_numpy_and_fractions(problem: Problem, w: Array, k: int) -> None:
    """Both answers, on small multiples of a power of two, where no float operation rounds."""
    exact = ad.worst_case(problem.exact(), w, k, per_sample=True)
    found = ad.worst_case(problem, w, k, per_sample=True)
    assert_relation("=", [Fraction(loss) for loss in found], exact)
    masks = kernels.worst_masks(problem.X, problem.y, w, k)
    assert masks.dtype == np.int8
    np.testing.assert_array_equal(masks, by_numpy(ad.worst_case_masks, problem, w, k))
    np.testing.assert_array_equal(masks, ad.worst_case_masks(problem.exact(), w, k))


def whole(rng: np.random.Generator, n: int, d: int, top: int) -> tuple[Problem, Array]:
    """Small integers: products tie, and vanish, the more the smaller `top` is."""
    X, y = rng.integers(-top, top + 1, (n, d)), rng.integers(-top, top + 1, n)
    return Problem(X, y), rng.integers(-top, top + 1, d).astype(float)


@st.composite
def integers(draw: st.DrawFn) -> tuple[Problem, Array, int]:
    """Whole numbers, times powers of two down to subnormal products; often rows of one sign."""
    seed, n, d = draw(st.integers(0, 2**32)), draw(st.integers(1, 6)), draw(st.integers(1, 40))
    rng = np.random.default_rng(seed)
    problem, w = whole(rng, n, d, draw(st.sampled_from((1, 2, 1000))))
    scale = 2.0 ** draw(st.sampled_from((0, 0, -1074, -1040, -500, 400)))
    X = np.abs(problem.X) if draw(st.booleans()) else problem.X
    return Problem(scale * X, scale * problem.y), w, draw(budgets(d))


@given(integers())
def test_whole_numbers_give_what_numpy_and_fractions_give(case: Any) -> None:
    problem, w, k = case
    if np.abs(problem.X).max() > 1e-160:  # squares that underflow are not exact
        assert_as_numpy_and_fractions(problem, w, k)
    np.testing.assert_array_equal(
        kernels.extremes(problem.X, problem.y, w, k), reach(problem, w, k)
    )
    masks = by_numpy(ad.worst_case_masks, problem, w, k)
    np.testing.assert_array_equal(kernels.worst_masks(problem.X, problem.y, w, k), masks)


def reach(problem: Problem, w: Any, k: int) -> tuple[Array, Array]:
    """`extremes` by sorting whole rows."""
    a, d = np.sort(problem.X * w, axis=1), problem.n_features
    above, below = np.maximum(a[:, d - k :], 0).sum(axis=1), np.maximum(-a[:, :k], 0).sum(axis=1)
    residuals = problem.y - problem.X @ w
    return residuals + above, below - residuals


@given(regressions(numbers="float"), st.data())
def test_floats_are_within_their_proven_errors(regression: Any, data: st.DataObject) -> None:
    problem, w = regression
    k = data.draw(budgets(problem.n_features))
    assert_rounding(lambda p, w: ad.worst_case(p, w, k), problem, w)
    assert_rounding(lambda p, w: ad.worst_case(p, w, k, per_sample=True), problem, w)


def test_the_proven_errors_would_show_a_lost_product(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    problem, w = Problem(rng.normal(size=(3, 40)), rng.normal(size=3)), rng.normal(size=40)
    assert assert_rounding(lambda p, w: ad.worst_case(p, w, 4), problem, w)
    right = kernels.extremes
    monkeypatch.setattr(kernels, "extremes", lambda X, y, w, k: right(X, y, w, k - 1))
    with pytest.raises(AssertionError, match="outside the proven error"):
        assert_rounding(lambda p, w: ad.worst_case(p, w, 4), problem, w)


SHAPES = [(1, 1), (1, 5), (7, 1), (3, 33), (40, 100), (5, 1000), (1, 20_000)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_rows_of_every_size_at_every_sort_of_budget(shape: tuple[int, int]) -> None:
    """Products of whole numbers up to 2**20, so that some tie and every sum is exact."""
    n, d = shape
    problem, w = whole(np.random.default_rng(d), n, d, 2**10)
    for k in sorted({0, 1, d // 10, d // 2, d - 1, d}):
        np.testing.assert_array_equal(
            kernels.extremes(problem.X, problem.y, w, k), reach(problem, w, k)
        )
        masks = by_numpy(ad.worst_case_masks, problem, w, k)
        np.testing.assert_array_equal(kernels.worst_masks(problem.X, problem.y, w, k), masks)


def hard_rows() -> Iterator[tuple[str, Array]]:
    """Rows that defeat a guess from the row before, or whose order is in the last bits."""
    rng, d = np.random.default_rng(2), 200
    signs = rng.choice([-1.0, 1.0], (30, d))
    yield "wild scales, between and within rows", signs * np.exp(rng.normal(0, 60, (30, d)))
    yield "rows of other scales", rng.normal(size=(30, d)) * 10.0 ** rng.integers(-90, 90, (30, 1))
    yield "equal but for the last bits", signs * (1 + rng.integers(0, 50, (30, d)) * 2.0**-52)
    yield "subnormal", signs * rng.integers(0, 50, (30, d)) * 5e-324
    yield "mostly zero, of both signs", np.where(rng.random((30, d)) < 0.03, signs, 0.0 * signs)
    yield "all positive, then all negative", np.repeat([[1.0], [-1.0]], 15, 0) * rng.random((30, d))
    yield "one value", np.full((30, d), 3.0)
    yield "dense, then empty", np.where(np.arange(30)[:, None] % 3, signs * rng.random((30, d)), 0)


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in hard_rows()])
def test_hard_rows_keep_the_same_products(rows: Array) -> None:
    """w = 1, so the masks tell which products were taken; no sum decides anything but a side."""
    n, d = rows.shape
    for far in (1e300, -1e300):  # the sign of the residual, and with it the side, is beyond doubt
        problem = Problem(rows, np.full(n, far))
        for k in (1, 7, 20, 199):
            masks = by_numpy(ad.worst_case_masks, problem, np.ones(d), k)
            found = kernels.worst_masks(problem.X, problem.y, np.ones(d), k)
            np.testing.assert_array_equal(found, masks)
            gain = np.where(found == 0, np.sign(far) * rows, 0.0)
            assert np.all(gain >= 0)
            sums = kernels.extremes(rows, np.zeros(n), np.ones(d), k)
            residuals, side = -rows.sum(axis=1), 0 if far > 0 else 1
            expected = gain.sum(axis=1) + (1 - 2 * side) * residuals
            scale = np.abs(rows).sum(axis=1)
            assert np.all(np.abs(sums[side] - expected) / 2.0**-43 <= scale)


def test_a_wrong_order_of_ties_would_be_seen() -> None:
    problem, w = Problem([[2.0, 1.0, 1.0, 1.0]], [9.0]), np.ones(4)
    assert ad.worst_case_masks(problem, w, 3).tolist() == [[0, 0, 0, 1]]
    turned = ad.worst_case_masks(Problem(problem.X[:, ::-1], problem.y), w, 3)[:, ::-1]
    assert turned.tolist() == [[0, 1, 0, 0]]


def test_both_directions_tie_upwards_and_useless_drops_are_left() -> None:
    problem = Problem([[1.0, -1.0, 0.0, -0.0]], [0.0])
    assert ad.worst_case_masks(problem, np.ones(4), 4).tolist() == [[0, 1, 1, 1]]
    assert ad.worst_case_masks(problem, -np.ones(4), 4).tolist() == [[1, 0, 1, 1]]


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[1e200, 1.0]], [0.0], "a residual overflows"),  # a product
        ([[8e307, 8e307, -1.0]], [-1e308], "a residual overflows"),  # the sum
        ([[1e155, 1.0]], [0.0], "the worst case overflows"),  # the square
    ],
)
def test_overflow_is_reported_as_before(X: Any, y: Any, message: str) -> None:
    problem = Problem(X, y)
    w = np.full(problem.n_features, 1e200 if X[0][0] == 1e200 else 1.0)
    for run in (ad.worst_case, lambda *a: by_numpy(ad.worst_case, *a)):
        with pytest.raises(OverflowError, match=message):
            run(problem, w, 1)
    if "residual" in message:
        with pytest.raises(OverflowError, match=message):
            ad.worst_case_masks(problem, w, 1)


def test_sums_that_overflow_are_infinite() -> None:
    X, y = 8.9e307 * np.array([[1.0, 1.0, -1.0, -1.0]]), np.array([8e307])
    highest, lowest = kernels.extremes(X, y, np.ones(4), 2)
    assert (highest[0], lowest[0]) == (np.inf, 2 * 8.9e307 - 8e307)
    with pytest.raises(OverflowError, match="the worst case overflows"):
        ad.worst_case(Problem(X, y), np.ones(4), 2)
    with pytest.raises(OverflowError, match="a residual overflows"):
        kernels.extremes(2 * np.abs(X), y, np.ones(4), 2)


def test_unusable_input_never_reaches_the_kernel() -> None:
    X, y, w = np.ones((2, 3)), np.ones(2), np.ones(3)
    with pytest.raises(ValueError, match="k must be between 0 and 3"):
        kernels.extremes(X, y, w, 4)
    for data, targets, weights in ((X, w, w), (X, y, y), (X[0], y, w)):
        with pytest.raises(ValueError, match="X must have shape"):
            kernels.worst_masks(data, targets, weights, 1)


def test_nan_ends_in_an_error() -> None:
    for sign in (1.0, -1.0):
        X = np.full((3, 4), np.copysign(np.nan, sign))
        with pytest.raises(OverflowError, match="a residual"):
            kernels.extremes(X, np.zeros(3), np.ones(4), 2)


def test_only_plain_doubles_take_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> Any:
        raise AssertionError("compiled")

    monkeypatch.setattr(kernels, "extremes", refuse)
    monkeypatch.setattr(kernels, "worst_masks", refuse)
    problem, w = Problem(np.ones((2, 3)), np.ones(2)), np.ones(3)
    single = Problem(problem.X.astype(np.float32), problem.y.astype(np.float32))
    for function in (ad.worst_case, ad.worst_case_masks):
        for arguments in ((problem.exact(), w, 1), (single, w, 1), (problem, w, 1, [1, 0, 1])):
            assert np.all(np.isfinite(np.asarray(function(*arguments), float)))
        with pytest.raises(AssertionError, match="compiled"):
            function(problem, w, 1)


@settings(max_examples=10)
@given(integers())
def test_layouts_and_threads_change_nothing(case: Any) -> None:
    problem, w, k = case
    expected = kernels.extremes(problem.X, problem.y, w, k)
    odd = np.asfortranarray(problem.X), np.repeat(problem.y, 2)[::2], w[::-1].copy()[::-1]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: kernels.extremes(*odd, k), range(8)):
            np.testing.assert_array_equal(found, expected)


CHILD = """
import os, numpy as np
from linreg_theory import kernels
X = np.ones((100, 100))
kernels.extremes(X, X[0], X[0], 3)
child = os.fork()
if child == 0:
    os._exit(0 if kernels.extremes(X, X[0], X[0], 3)[0][0] == -96 else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == {status}
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_may_go_on() -> None:
    """As the workers of `verify` are where Python forks them; OpenMP would end them."""
    for status, outcome in ((0, 0), (1, 1)):
        command = [sys.executable, "-c", CHILD.format(status=status)]
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.returncode == outcome, run.stderr


def test_importing_the_package_does_not_import_numba() -> None:
    check = "import sys, linreg_theory, linreg_theory.cli; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True)
    planted = check.replace("import sys,", "import sys, linreg_theory.kernels,")
    assert subprocess.run([sys.executable, "-c", planted], stderr=subprocess.DEVNULL).returncode
