"""Published errors: those printed, whose they are, and that each has its recipes."""

from __future__ import annotations

from deep.recipes import RECIPES
from deep.tables.published import COLUMNS, PUBLISHED, paper, users

PRINTED = """
    mnist-1000 plain 2.99 0.23, mnist-1000 vat 1.35 0.14, mnist-1000 pi 1.00 0.08
    mnist-1000 vadd-kl 0.99 0.07, mnist-1000 vadd-qe 0.99 0.09
    mnist-all plain 0.53 0.03, mnist-all at 0.51 0.03, mnist-all vat 0.50 0.01
    mnist-all pi 0.50 0.02, mnist-all sadd 0.46 0.01, mnist-all vadd-kl 0.47 0.01
    mnist-all vadd-qe 0.46 0.02
    svhn-1000 pi 4.35 0.04, svhn-1000 vat 3.74 0.09, svhn-1000 vadd-kl 4.16 0.08
    svhn-1000 vadd-qe 4.26 0.14, svhn-1000 vadd-kl+vat 3.55 0.05, svhn-1000 vadd-qe+vat 3.55 0.07
    svhn-all pi 2.53 0.05, svhn-all vat 2.69 0.04, svhn-all sadd 2.46 0.05
    svhn-all vadd-kl 2.31 0.01, svhn-all vadd-qe 2.37 0.03
    svhn-all vadd-kl+vat 2.23 0.03, svhn-all vadd-qe+vat 2.34 0.05
    cifar10-4000 pi 12.62 0.29, cifar10-4000 vat 11.96 0.10, cifar10-4000 vadd-kl 11.68 0.19
    cifar10-4000 vadd-qe 11.32 0.11, cifar10-4000 vadd-kl+vat 10.07 0.11
    cifar10-4000 vadd-qe+vat 9.22 0.10
    cifar10-all pi 5.77 0.11, cifar10-all vat 5.65 0.17, cifar10-all sadd 5.46 0.16
    cifar10-all vadd-kl 5.27 0.10, cifar10-all vadd-qe 5.24 0.12
    cifar10-all vadd-kl+vat 4.40 0.12, cifar10-all vadd-qe+vat 4.73 0.04
"""


def test_published_numbers_are_those_printed() -> None:
    found = {
        f"{e.column} {e.method} {e.mean:.2f} {e.spread:.2f}"
        for e in PUBLISHED
        if e.source.startswith("Table")
    }
    printed = {cell.strip() for line in PRINTED.strip().splitlines() for cell in line.split(",")}
    assert found == printed
    assert len(printed) == 12 + 26


def test_quoted_numbers_and_those_of_users_are_kept_apart() -> None:
    temporal = paper("svhn-1000", "temporal")
    assert temporal is not None
    assert (temporal.whose, temporal.mean) == ("quoted", 4.42)
    own = paper("cifar10-4000", "vadd-kl+vat")
    assert own is not None
    assert (own.whose, own.mean) == ("authors", 10.07)
    quoted = {(e.column, e.method): e.mean for e in PUBLISHED if e.whose == "quoted"}
    assert len(quoted) == 11
    assert quoted["cifar10-all", "pi"] == 5.56
    assert quoted["cifar10-4000", "vat"] == 10.55
    reruns = {(e.column, e.method): e.mean for e in PUBLISHED if e.whose == "users"}
    assert reruns == {
        ("cifar10-all", "vadd-kl+vat"): 9.86,
        ("cifar10-all", "vadd-kl"): 17.12,
        ("cifar10-4000", "pi"): 28.17,
        ("cifar10-4000", "vadd-kl"): 15.43,
        ("cifar10-4000", "vadd-qe"): 18.07,
        ("cifar10-4000", "vadd-kl+vat"): 12.73,
    }
    assert [e.mean for e in users("cifar10-4000", "vadd-kl+vat")] == [12.73]
    assert paper("mnist-1000", "sadd") is None
    assert users("mnist-all", "pi") == []


def test_every_cell_of_both_tables_has_its_recipe_in_both_flavours() -> None:
    printed = {(e.column, e.method) for e in PUBLISHED}
    assert len({column for column, _ in printed}) == 6
    for column, method in printed:
        for flavour in ("paper", "official"):
            recipe = RECIPES[f"table{COLUMNS[column].table}/{column}/{flavour}"]
            assert method in recipe.rows
            own = recipe.settings(method)
            assert (own.data.name, own.data.labels) == (
                COLUMNS[column].data,
                COLUMNS[column].labels,
            )
    for recipe in RECIPES.values():
        if recipe.flavour != "cpu" and recipe.column:
            assert {(recipe.column, method) for method in recipe.rows} <= printed
