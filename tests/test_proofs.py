"""The machine-checked proofs are whole, tied to the claims, and cannot be weakened unnoticed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from linreg_theory import datasets
from linreg_theory.claims import CLAIMS
from linreg_theory.evidence import PROFILES, Derivations, Setting, check_derivations, gather
from linreg_theory.evidence.formal import (
    FOLDER,
    PARTIAL,
    check_proofs,
    formal,
    printed_theorems,
)
from proofs.symbolic import CHAINS
from proofs.table import page, theorems

ROOT = Path(__file__).parent.parent
FORBIDDEN = re.compile(
    r"\b(Admitted|admit|Axioms?|Parameters?|Conjectures?|Abort|Declare Module|bypass_check)\b"
    r"|Unset (Guard|Positivity|Universe) Checking"
)


def listed(folder: Path) -> set[str]:
    """Proof files that _CoqProject names."""
    return set(re.findall(r"^\S+\.v$", (folder / "_CoqProject").read_text(), re.MULTILINE))


def files_outside_the_build(folder: Path) -> set[str]:
    """Proof files that _CoqProject does not name, or that it only names."""
    return {path.name for path in folder.glob("*.v")} ^ listed(folder)


def unproven_words(folder: Path) -> list[str]:
    """Words outside comments that let a file compile without a proof."""
    found = []
    for path in sorted(folder.glob("*.v")):
        source = re.sub(r"\(\*.*?\*\)", " ", path.read_text(), flags=re.DOTALL)
        found += [f"{path.name}: {match.group()}" for match in FORBIDDEN.finditer(source)]
    return found


def wrong_twins(folder: Path) -> dict[str, set[str]]:
    """The theorem of each reference, and its refuted twins in files that are built."""
    built = [path.read_text() for path in folder.glob("*.v") if path.name in listed(folder)]
    twins = set(re.findall(r"^Lemma (\w+_mutant_\w+)", "\n".join(built), re.MULTILINE))
    names = {name for name, _ in theorems(folder).values()}
    return {name: {twin for twin in twins if twin.startswith(f"{name}_mutant_")} for name in names}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The proofs as they are built, in a folder that a test may spoil."""
    assert check_proofs().failed == ""
    shutil.copytree(FOLDER, tmp_path / "rocq", copy_function=shutil.copy2)
    return tmp_path / "rocq"


def test_the_proofs_build_and_print_the_golden_file() -> None:
    proofs = check_proofs()
    assert proofs.absent == ""
    assert proofs.failed == ""
    output = (FOLDER / "showcase.out").read_text()
    assert output == (FOLDER / "showcase.v.out").read_text()
    assert output.count("Closed under the global context") == len(proofs.theorems)
    assert "Axioms:" not in output


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.ref)
def test_every_claim_has_its_theorem(claim: object) -> None:
    evidence = formal(claim, check_proofs())  # type: ignore[arg-type]
    partial = claim.name in PARTIAL  # type: ignore[attr-defined]
    assert evidence.outcome == ("partial" if partial else "confirmed")


def test_a_partial_theorem_exists_says_what_is_missing_and_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proofs = check_proofs()
    assert set(PARTIAL) <= proofs.theorems
    assert all(PARTIAL.values())
    claim = next(claim for claim in CLAIMS if claim.ref == "AD-15")
    assert formal(claim, proofs).outcome == "confirmed"
    monkeypatch.setitem(PARTIAL, claim.name, "that zero is optimal only if balanced")
    assert formal(claim, proofs).outcome == "partial"
    assert "| in part, not that zero is optimal only if balanced |" in page()


def test_every_file_is_in_the_build_and_proves_what_it_says(copy: Path) -> None:
    assert files_outside_the_build(FOLDER) == set()
    assert unproven_words(FOLDER) == []
    (copy / "forgotten.v").write_text("Lemma easy : 1 = 2. Admitted.\n")
    assert files_outside_the_build(copy) == {"forgotten.v"}
    assert unproven_words(copy) == ["forgotten.v: Admitted"]


def test_every_theorem_has_wrong_twins_in_the_build(copy: Path) -> None:
    """A statement that nothing like it contradicts may say nothing."""
    found = wrong_twins(FOLDER)
    assert [name for name, twins in found.items() if not twins] == []
    _spoil(copy / "_CoqProject", "twins_me.v\n", "")
    without = wrong_twins(copy)
    assert "unit_knapsack_is_solved_by_sorting" in [n for n, twins in without.items() if not twins]
    (copy / "claims_x.v").write_text("(* AT-10: new. *)\nTheorem untried : True.\n")
    assert wrong_twins(copy)["untried"] == set()


def test_every_wrong_twin_is_of_a_theorem_and_of_one_name() -> None:
    sources = "\n".join(path.read_text() for path in FOLDER.glob("*.v"))
    twins = re.findall(r"\b(?:Lemma|Theorem|Fact|Remark) (\w+_mutant_\w+)", sources)
    assert len(twins) == len(set(twins))
    assert set(twins) == set().union(*wrong_twins(FOLDER).values())


def test_a_proof_file_opens_with_a_glossary_and_keeps_to_eighty_columns() -> None:
    for path in FOLDER.glob("*.v"):
        lines = path.read_text().splitlines()
        assert any(line.startswith("(***") for line in lines[:20]), path.name
        assert max(map(len, lines)) <= 80, path.name


def _spoil(path: Path, old: str, new: str) -> None:
    source = path.read_text()
    assert old in source
    path.write_text(source.replace(old, new, 1))


def test_an_admitted_theorem_is_noticed(copy: Path) -> None:
    """Coq compiles it without a word; the printed assumptions do not."""
    source = (copy / "claims_nb.v").read_text()
    start = source.index("Proof.", source.index("Theorem worst_dropout_is_feature_deletion"))
    end = source.index("Qed.", start) + len("Qed.")
    (copy / "claims_nb.v").write_text(source[:start] + "Admitted." + source[end:])
    proofs = check_proofs(folder=copy)
    assert proofs.theorems == frozenset()
    assert proofs.failed
    printed = printed_theorems((copy / "showcase.out").read_text())
    assert "worst_dropout_is_feature_deletion" not in printed
    assert "gaussian_noise_is_ridge" in printed


def test_a_renamed_theorem_is_noticed(copy: Path) -> None:
    showcase = copy / "showcase.v"
    showcase.write_text(showcase.read_text().replace("dropout_noise_is_scaled_ridge", "renamed"))
    assert check_proofs(folder=copy).failed


def test_an_unsatisfiable_hypothesis_is_noticed(copy: Path) -> None:
    """The theorem is then true of nothing, closed, and of the same name."""
    old = "exact: claims_nb.dropout_noise_is_scaled_ridge."
    _spoil(copy / "showcase.v", old, "by [].")
    start = (copy / "showcase.v").read_text().index("Theorem dropout_noise_is_scaled_ridge :")
    source = (copy / "showcase.v").read_text()
    colon = source.index(":", start)
    (copy / "showcase.v").write_text(f"{source[:colon]}: False ->{source[colon + 1 :]}")
    assert check_proofs(folder=copy).failed
    printed = (copy / "showcase.out").read_text()
    assert "dropout_noise_is_scaled_ridge" in printed_theorems(printed)
    assert printed != (copy / "showcase.v.out").read_text()


def test_proofs_that_are_not_there_are_absent(
    tmp_path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "not beside this package" in check_proofs(folder=tmp_path).absent
    (copy / "showcase.out").unlink()
    assert "not built" in check_proofs(build=False, folder=copy).absent
    monkeypatch.setattr(shutil, "which", lambda program: None)
    assert "apt-get install coq" in check_proofs(folder=copy).absent


def test_make_does_not_rebuild_what_stands() -> None:
    check_proofs()
    assert subprocess.run(["make", "-q", "-C", FOLDER, "showcase.out"]).returncode == 0


def test_only_closed_theorems_are_read_off() -> None:
    output = "a\n     : P\nClosed under the global context\nb\n     : Q\nAxioms:\nb' : Q\n"
    assert printed_theorems(output) == {"a"}


# -- one name in four places ---------------------------------------------------


def test_claims_theorems_and_derivations_have_one_name() -> None:
    found = theorems()
    assert {claim.ref: claim.name for claim in CLAIMS}.items() <= {
        ref: name for ref, (name, _) in found.items()
    }.items()
    assert {name for name, _ in found.values()} <= check_proofs().theorems
    refs = {name: ref for ref, (name, _) in found.items()}
    for key, chain in CHAINS.items():
        assert refs[key.split("/")[0]] == chain.ref


def test_the_table_is_as_the_sources_are(tmp_path: Path) -> None:
    assert (ROOT / "proofs" / "README.md").read_text() == page()
    (tmp_path / "claims_x.v").write_text("(* AT-1: renamed. *)\nTheorem another_name : True.\n")
    assert theorems(tmp_path) == {"AT-1": ("another_name", "claims_x.v")}
    assert theorems(tmp_path)["AT-1"] != theorems()["AT-1"]


def test_derivations_are_checked_and_a_wrong_step_is_named(tmp_path: Path) -> None:
    derivations = check_derivations()
    assert derivations.failed == ""
    assert derivations.names == {chain.name for chain in CHAINS.values()}
    assert check_derivations(tmp_path).names == frozenset()
    shutil.copytree(ROOT / "proofs" / "symbolic", tmp_path / "proofs" / "symbolic")
    shutil.copy(ROOT / "proofs" / "__init__.py", tmp_path / "proofs")
    old = "loss + N * sigma**2 * features(w[j] ** 2)"
    _spoil(tmp_path / "proofs" / "symbolic" / "noise.py", old, old.replace("2", "3"))
    spoiled = check_derivations(tmp_path)
    assert spoiled.names == frozenset()
    assert "step" in spoiled.failed


def test_symbolic_evidence_says_whether_it_is_derived_for_any_size() -> None:
    claim = next(claim for claim in CLAIMS if claim.ref == "AT-4")
    problem = datasets.load("planted").problem
    for derivations, outcome, derived in (
        (Derivations(), "confirmed", False),
        (Derivations(frozenset({claim.name})), "confirmed", True),
        (Derivations(failed="step 2"), "refuted", False),
    ):
        setting = Setting(problem, PROFILES["quick"], 0, derivations=derivations)
        evidence = gather(claim, "symbolic", setting)
        assert (evidence.outcome, evidence.derived) == (outcome, derived)
