"""Recipes: every setting of a fit in one YAML file, read strictly. The only room that knows yaml and pydantic."""

from kansr.recipe.experiment import load_experiment
from kansr.recipe.recipe import Recipe, from_yaml, load_recipe, to_yaml, with_options
from kansr.shipped import ShippedRecipe, shipped, shipped_folder

__all__ = [
    "Recipe",
    "ShippedRecipe",
    "from_yaml",
    "load_experiment",
    "load_recipe",
    "shipped",
    "shipped_folder",
    "to_yaml",
    "with_options",
]
