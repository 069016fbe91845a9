"""The reference says what the code says."""

import json
import re

import pytest

from kansr.errors import KansrError
from kansr.recipe.recipe import KEYS
from kansr.shipped import shipped_folder
from tests.cli.test_json_contract import KEYS as CONTRACT
from tests.docs.pages import PAGES
from tests.docs.reference import WRITERS
from tests.docs.reference.recipe import comments_of

MEND = "python -m tests.docs.reference writes it again"


@pytest.mark.parametrize("name", WRITERS)
def test_a_page_of_the_reference_is_as_the_code_says(name):
    assert (PAGES / "reference" / name).read_text(encoding="utf-8") == WRITERS[name](), MEND


def test_every_key_of_the_recipe_has_a_comment():
    comments = comments_of((shipped_folder("recipes") / "default.yaml").read_text(encoding="utf-8"))
    assert [key for key in KEYS if not comments.get(key)] == []


def test_every_key_of_the_json_contract_is_shown_and_explained():
    text = (PAGES / "reference" / "json.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```json\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`.*?`) \|", text, flags=re.MULTILINE)
    assert list(json.loads(shown)) == CONTRACT
    assert [key for row in rows for key in re.findall(r"`(\w+)`", row)] == CONTRACT


def test_every_exit_code_is_explained():
    text = (PAGES / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    codes = {0, 130, *(kind.exit_code for kind in [KansrError, *KansrError.__subclasses__()])}
    assert [code for code in codes if f"\n| {code} | " not in text] == []
