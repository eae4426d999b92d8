"""Built-in data are what they say; a reader's file is read strictly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linreg_theory import datasets, weights
from linreg_theory.problem import Problem


@pytest.mark.parametrize(
    ("name", "shape"), [("diabetes", (442, 10)), ("digits", (1797, 64)), ("planted", (60, 8))]
)
def test_built_in_data(name: str, shape: tuple[int, int]) -> None:
    dataset = datasets.load(name)
    assert dataset.problem.X.shape == shape
    assert len(dataset.features) == shape[1]
    assert name in str(dataset)


def test_planted_data_have_ties_and_zero_residuals() -> None:
    problem = datasets.load("planted").problem
    w = np.array([2.0, -1, 1, 0, 1, -2, 2, 1])
    assert np.sum(problem.residuals(w) == 0) >= 20
    assert np.all(problem.X[:, 6] == problem.X[:, 0])
    assert np.all(problem.X[:, 7] == 0)


def test_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a, y ,b\n1,2,3\n\n4,5e0,-6\n", encoding="utf-8")
    dataset = datasets.read_csv(path, "y")
    assert dataset.features == ("a", "b")
    assert dataset.problem.X.tolist() == [[1, 3], [4, -6]]
    assert dataset.problem.y.tolist() == [2, 5]


@pytest.mark.parametrize(
    ("content", "target", "message"),
    [
        ("a,y\n1,2\n", None, "target must name a column of data.csv: a, y"),
        ("a,y\n1,2\n", "z", "target 'z' is no column of data.csv: a, y"),
        ("", "y", "target 'y' is no column"),
        ("a,a,y\n1,2,3\n", "y", "repeats a column name"),
        ("a,y\n", "y", "at least one line of data"),
        ("y\n1\n", "y", "one feature"),
        ("a,y\n1,2\n3\n", "y", "line 3: 1 cells, the header has 2"),
        ("a,y\n1,x\n", "y", "line 2, column 'y': no finite number: 'x'"),
        ("a,y\n1,nan\n", "y", "line 2, column 'y'"),
        ("a,y\n,2\n", "y", "line 2, column 'a'"),
        ("a,y\ninf,2\n", "y", "line 2, column 'a'"),
        ('a,y\n1,"2\n', "y", "is not a CSV file"),
    ],
)
def test_unusable_files(tmp_path: Path, content: str, target: str | None, message: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        datasets.read_csv(path, target)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"\xff\xfe\x00a,y\n")
    with pytest.raises(ValueError, match="is not a CSV file"):
        datasets.read_csv(path, "y")


@pytest.mark.parametrize("scale", [1.0, 1e200, 1e-200])
def test_weights_are_finite_at_any_scale(scale: float, rng: np.random.Generator) -> None:
    X = scale * rng.normal(size=(20, 4))
    X[:, 3] = 0
    problem = Problem(X, X @ [1.0, 2, 3, 0])
    for name in weights.WEIGHTS:
        assert np.all(np.isfinite(weights.weights(problem, name, 0)))
    fitted = weights.least_squares(problem)
    np.testing.assert_allclose(fitted[:3], [1, 2, 3], rtol=1e-10)
    assert np.all(np.abs(weights.ridge(problem, 1)) <= np.abs(fitted) + 1e-12)


def test_unknown_names() -> None:
    with pytest.raises(ValueError, match="data must be one of diabetes, digits, planted"):
        datasets.load("iris")
    with pytest.raises(ValueError, match="weights must be one of ols, ridge, random"):
        weights.weights(Problem([[1]], [1]), "lasso", 0)
