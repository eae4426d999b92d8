"""The rules of the house, each shown to catch a planted violation."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linreg_theory.claims import CLAIMS
from linreg_theory.status import verdict_table

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "linreg_theory").rglob("*.py"))
TESTS = sorted((ROOT / "tests").glob("test_*.py"))

LONGEST_MODULE = 330
LONGEST_FUNCTION = 45


def names_missing_from_the_glossary(source: str) -> list[str]:
    """Public names of a module that its docstring does not mention."""
    tree = ast.parse(source)
    glossary = ast.get_docstring(tree) or ""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [name for name in ast.literal_eval(node.value) if name not in glossary]
    return []


def long_functions(source: str) -> list[str]:
    """Functions whose code, without the docstring, is longer than the house allows."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body and (node.end_lineno or 0) - body[0].lineno >= LONGEST_FUNCTION:
                found.append(node.name)
    return found


def hollow_tests(source: str) -> list[str]:
    """Test functions without an assertion of any sort."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            calls = [ast.unparse(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)]
            known = ("pytest.raises", "pytest.warns", "_found")
            checks = [c for c in calls if "assert" in c or c in known]
            if not checks and not any(isinstance(n, ast.Assert) for n in ast.walk(node)):
                found.append(node.name)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_module_opens_with_its_glossary_and_is_short(path: Path) -> None:
    source = path.read_text()
    assert ast.get_docstring(ast.parse(source))
    assert names_missing_from_the_glossary(source) == []
    assert len(source.splitlines()) <= LONGEST_MODULE
    assert long_functions(source) == []


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_test_asserts_something(path: Path) -> None:
    assert hollow_tests(path.read_text()) == []


def test_the_rules_catch_planted_violations() -> None:
    planted = '"""Says nothing."""\n__all__ = ["forgotten"]\n'
    assert names_missing_from_the_glossary(planted) == ["forgotten"]
    long = "def f():\n" + "    x = 1\n" * (LONGEST_FUNCTION + 1)
    assert long_functions(long) == ["f"]
    hollow = "def test_nothing():\n    allclose(1, 2)\n"
    assert hollow_tests(hollow) == ["test_nothing"]


def test_torch_is_not_imported() -> None:
    check = "import sys, linreg_theory, linreg_theory.cli; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True)
    planted = check.replace("import sys,", "import sys, torch,")
    assert subprocess.run([sys.executable, "-c", planted], stderr=subprocess.DEVNULL).returncode


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("problem.py", "from linreg_theory import masks"),
        ("masks.py", "import torch"),
        ("claims/at_1.py", "import cvxpy"),
        ("certificates.py", "import scipy"),
        ("solvers/gate.py", "from linreg_theory import evidence"),
    ],
)
def test_import_contracts_catch_a_planted_import(module: str, line: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "linreg_theory", tmp_path / "linreg_theory")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    program = Path(sys.executable).parent / "lint-imports"
    command = [str(program), "--no-cache"]
    clean = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert clean.returncode == 0, clean.stdout
    with (tmp_path / "linreg_theory" / module).open("a") as file:
        file.write(f"\n{line}\n")
    broken = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert broken.returncode == 1, broken.stdout
    assert "BROKEN" in broken.stdout


def test_the_readme_shows_the_verdicts_as_they_are() -> None:
    readme = (ROOT / "README.md").read_text()
    assert verdict_table(CLAIMS) in readme
    assert verdict_table(CLAIMS[1:]) not in readme


def test_the_readme_example_runs() -> None:
    """The first Python block of the README is a test; it passes, and its wrong twin fails."""
    readme = (ROOT / "README.md").read_text()
    example = readme.split("```python\n")[1].split("```")[0]
    _test_in(example)()
    twin = example.replace("Fraction(1, 2)", "Fraction(1, 3)")
    with pytest.raises(AssertionError):
        _test_in(twin)()


def test_the_readme_fits_run() -> None:
    """The second Python block asserts what it says of gaps; a wrong twin fails."""
    fits = (ROOT / "README.md").read_text().split("```python\n")[2].split("```")[0]
    exec(compile(fits, "README.md", "exec"), {})
    with pytest.raises(AssertionError):
        exec(compile(fits.replace("dual_gap_ == 0", "dual_gap_ > 0"), "README.md", "exec"), {})


def _test_in(source: str) -> Callable[[], None]:
    namespace: dict[str, Any] = {}
    exec(compile(source, "README.md", "exec"), namespace)
    return next(value for name, value in namespace.items() if name.startswith("test_"))
