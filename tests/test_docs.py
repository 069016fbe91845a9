"""What a user can type is documented: every command, every recipe, every key."""

from pathlib import Path

import pytest

from kansr.cli.main import COMMANDS
from kansr.recipe import shipped
from kansr.recipe.recipe import KEYS

ROOT = Path(__file__).parents[1]


def test_every_command_is_in_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"kansr {name}" not in text] == []


@pytest.mark.parametrize("page", ["README.md", "recipes/README.md"])
def test_every_shipped_recipe_is_named(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [recipe.name for recipe in shipped() if recipe.name not in text] == []


def test_every_key_is_explained_in_the_default_recipe():
    text = (ROOT / "recipes" / "default.yaml").read_text(encoding="utf-8")
    assert [key for key in KEYS if f"{key.rpartition('.')[2]}:" not in text] == []
