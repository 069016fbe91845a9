"""What the pages say is so: every command runs, every word is explained, every link leads somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from kansr.cli.main import COMMANDS, group, run
from kansr.recipe import shipped
from kansr.recipe.recipe import KEYS
from tests.docs.pages import name_of, pages

ROOT = Path(__file__).parents[1]
GENERATED = ".docs/pages/reference/commands.md"  # usage lines of the commands themselves
PAGES = (
    *(name for name in map(name_of, pages()) if name != GENERATED),
    "datasets/README.md",
    "recipes/README.md",
    "recipes/experiments/README.md",
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = (ROOT / ".docs" / "pages" / "code.md").read_text(encoding="utf-8")


def blocks(text, language):
    """Give the code blocks of a page in a language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [block for name, block in found if name == language]


def text_of(page):
    """Give the text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def commands(page):
    """Give the words of each command of kansr that stands in a page; those after a dollar sign are run elsewhere."""
    text = text_of(page)
    lines = re.findall(r"^    (?:pip install \. && )?(kansr .*)$", text, flags=re.MULTILINE)
    lines += [line for block in blocks(text, "sh") for line in block.splitlines() if line.startswith("kansr ")]
    inside = re.findall(r"`(kansr [a-z]+(?: [^`\n]*)?)`", text)
    return [tuple(shlex.split(line, comments=True)[1:]) for line in (*lines, *inside)]


SAID = sorted({words for page in PAGES for words in commands(page)})
WALK = [shlex.split(line, comments=True)[1:] for line in blocks(README, "sh")[0].splitlines()]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Work in an empty folder that has the datasets, as the repository has."""
    (tmp_path / "datasets").symlink_to(ROOT / "datasets")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_pages_hold_commands():
    assert len(SAID) >= 20
    assert {words[0] for words in SAID} == set(COMMANDS)


def test_every_command_is_in_the_table_of_the_readme():
    named = re.findall(r"^\| `kansr ([a-z]+)", README, flags=re.MULTILINE)
    assert set(named) == set(COMMANDS)


@pytest.mark.parametrize("words", SAID, ids=" ".join)
def test_every_command_of_the_pages_exists_with_its_options(words):
    command = group.get_command(None, words[0])
    stands_in = {"TABLE": "data.csv", "RUN": "data-001", "G": "50", "SHARE": "0.1", "FIGURE": "network"}
    arguments = [stands_in.get(word.strip("[]"), word) for word in words[1:] if word.strip("[]") != "--help"]
    command.make_context(words[0], arguments, resilient_parsing=arguments == [])


def test_the_walk_through_of_the_readme_runs(place, capsys):
    assert run(["fit", "datasets/kan-example.csv", "-q"]) == 0
    for words in WALK:
        assert run(words) == 0, capsys.readouterr().err
    assert len((place / "predictions.csv").read_text().splitlines()) == 1001


@pytest.mark.parametrize("page", ["README.md", "recipes/README.md"])
def test_every_shipped_recipe_is_named(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [recipe.name for recipe in shipped() if recipe.name not in text] == []


def test_every_key_is_explained_in_the_default_recipe():
    text = (ROOT / "recipes" / "default.yaml").read_text(encoding="utf-8")
    assert [key for key in KEYS if f"{key.rpartition('.')[2]}:" not in text] == []


def test_every_room_is_in_the_tree_and_every_path_of_the_tree_exists():
    tree = next(block for block in blocks(CODE, "") if block.startswith("kansr/\n"))
    paths = [("" if line[0] != " " else "kansr/") + line.split()[0] for line in tree.splitlines()]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    rooms = {f"kansr/{path.name}" for path in (ROOT / "kansr").iterdir() if path.suffix == ".py"}
    rooms |= {f"kansr/{path.parent.name}/" for path in (ROOT / "kansr").glob("*/__init__.py")}
    assert rooms - {"kansr/__init__.py", "kansr/__main__.py"} <= set(paths)


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_every_link_leads_to_a_file(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in link]
    links = [link for link in links if not link.startswith("figures/")]  # .ci/docs copies them
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_every_file_of_the_repository_that_a_page_names_exists():
    named = {path for page in PAGES for path in re.findall(r"`((?:kansr|tests|recipes|\.ci)/[\w./-]+)`", text_of(page))}
    assert len(named) >= 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_checks_run_the_test_command_of_the_readme_to_the_letter():
    command = 'pip install ".[test]" && pytest'
    assert f"\n    {command}\n" in README
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
