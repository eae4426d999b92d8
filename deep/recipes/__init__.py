"""Named experiments: the cells of Tables 1 and 2, the autoencoders of Figures 2 and 3, CPU budgets.

  RECIPES                 == name -> Recipe, such as "table1/mnist-1000/paper"
  find(name)              == the recipe of that name
  settings(name, m, seed) == the settings of method m in it
  Recipe, Layer, SOURCES  == what they are made of (`deep.recipes.recipe`)
  scaled(settings, n)     == the same in n epochs, ramps included
  unused(s, key)          == whether a run leaves a setting alone

A recipe is layers of values, each with its source; see `deep.recipes.recipe`.
"""

from __future__ import annotations

import difflib

from deep.recipes.autoencoder import AUTOENCODER
from deep.recipes.cifar10 import CIFAR10
from deep.recipes.cpu import CPU
from deep.recipes.mnist import MNIST
from deep.recipes.recipe import SOURCES, Layer, Recipe, scaled, unused
from deep.recipes.svhn import SVHN
from deep.settings import Settings

__all__ = ["RECIPES", "SOURCES", "Layer", "Recipe", "find", "scaled", "settings", "unused"]

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for recipe in (*MNIST, *SVHN, *CIFAR10, *AUTOENCODER, *CPU)
}


def find(name: str) -> Recipe:
    """The recipe of that name.

    Raises
    ------
    ValueError
        If there is none; the message names the nearest.
    """
    if name in RECIPES:
        return RECIPES[name]
    near = difflib.get_close_matches(name, RECIPES, n=1, cutoff=0.4)
    hint = f", perhaps {near[0]}" if near else ""
    raise ValueError(f"there is no recipe {name!r}{hint}; `linreg-deep list` has all")


def settings(name: str, method: str, seed: int = 0) -> Settings:
    """The settings of a recipe's method.

    Raises
    ------
    ValueError
        For an unknown recipe, a method it does not run, or a negative seed.
    """
    return find(name).settings(method, seed)
