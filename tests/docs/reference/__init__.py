"""The pages of the reference, made from the code: one page a file, `WRITERS` their table.

Each writer gives the text of its page. A test compares these texts with the pages that are there.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.docs.reference.commands import commands
from tests.docs.reference.datasets import datasets
from tests.docs.reference.exits import exit_codes
from tests.docs.reference.functions import functions
from tests.docs.reference.python import python
from tests.docs.reference.recipe import recipe

WRITERS: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "recipe.md": recipe,
    "functions.md": functions,
    "exit-codes.md": exit_codes,
    "python.md": python,
    "datasets.md": datasets,
}
