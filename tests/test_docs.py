"""What the pages say is so: every command runs, every word is explained, every link leads somewhere."""

import json
import re
import shlex
from pathlib import Path

import pytest

from kansr.cli.main import COMMANDS, group, run
from kansr.errors import KansrError
from kansr.recipe import shipped
from kansr.recipe.recipe import KEYS
from tests.cli.test_json_contract import KEYS as CONTRACT

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "datasets/README.md", "recipes/README.md", "recipes/experiments/README.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    """Give the code blocks of the README in a language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    return [block for name, block in found if name == language]


def commands(page):
    """Give the words of each command of kansr that stands in a page, in a block or between backticks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = re.findall(r"^(?:    |\$ )?(?:pip install \. && )?(kansr [^`\n]*)$", text, flags=re.MULTILINE)
    inside = re.findall(r"`(kansr [a-z]+(?: [^`\n]*)?)`", text)
    return [tuple(shlex.split(line, comments=True)[1:]) for line in (*lines, *inside)]


SAID = sorted({words for page in PAGES for words in commands(page)})
WALK = [shlex.split(line, comments=True)[1:] for line in blocks("sh")[0].splitlines()]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Work in an empty folder that has the datasets, as the repository has."""
    (tmp_path / "datasets").symlink_to(ROOT / "datasets")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_pages_hold_commands():
    assert len(SAID) >= 20
    assert {words[0] for words in SAID} == set(COMMANDS)


@pytest.mark.parametrize("words", SAID, ids=" ".join)
def test_every_command_of_the_pages_exists_with_its_options(words):
    command = group.get_command(None, words[0])
    stands_in = {"TABLE": "data.csv", "RUN": "data-001", "G": "50", "SHARE": "0.1", "FIGURE": "network"}
    arguments = [stands_in.get(word.strip("[]"), word) for word in words[1:] if word.strip("[]") != "--help"]
    command.make_context(words[0], arguments, resilient_parsing=arguments == [])


def test_the_walk_through_of_the_readme_runs_and_prints_what_it_shows(place, capsys):
    assert run(["fit", "datasets/kan-example.csv"]) == 0
    answer = capsys.readouterr()
    screen = blocks("console")[0]
    assert screen.startswith("$ kansr fit datasets/kan-example.csv\n")
    assert f"  {answer.out.strip()}  " in next(line for line in screen.splitlines() if "y = " in line)
    for start in ("  verdict ", "datasets/kan-example.csv: 1000 rows", "  next "):
        shown = next(line for line in screen.splitlines() if line.startswith(start))
        assert shown.rstrip() in [line.rstrip() for line in answer.err.splitlines()]
    for words in WALK:
        assert run(words) == 0, capsys.readouterr().err
    assert len((place / "predictions.csv").read_text().splitlines()) == 1001


@pytest.mark.usefixtures("place")
def test_the_example_for_python_gives_what_its_comments_say(capsys):
    (code,) = blocks("python")
    exec(compile(code, "README.md", "exec"), {})
    expected = re.findall(r"# (.*)$", code, flags=re.MULTILINE)
    assert capsys.readouterr().out.splitlines() == expected


def test_the_example_of_the_contract_has_its_keys():
    assert list(json.loads(blocks("json")[0])) == CONTRACT


@pytest.mark.parametrize("page", ["README.md", "recipes/README.md"])
def test_every_shipped_recipe_is_named(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [recipe.name for recipe in shipped() if recipe.name not in text] == []


def test_every_key_is_explained_in_the_default_recipe():
    text = (ROOT / "recipes" / "default.yaml").read_text(encoding="utf-8")
    assert [key for key in KEYS if f"{key.rpartition('.')[2]}:" not in text] == []


def test_every_exit_code_is_explained():
    codes = {0, 130, *(kind.exit_code for kind in [KansrError, *KansrError.__subclasses__()])}
    assert [code for code in codes if f"\n| {code} | " not in README] == []


def test_every_room_is_in_the_tree_and_every_path_of_the_tree_exists():
    tree = next(block for block in blocks("") if block.startswith("kansr/\n"))
    paths = [("" if line[0] != " " else "kansr/") + line.split()[0] for line in tree.splitlines()]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    rooms = {f"kansr/{path.name}" for path in (ROOT / "kansr").iterdir() if path.suffix == ".py"}
    rooms |= {f"kansr/{path.parent.name}/" for path in (ROOT / "kansr").glob("*/__init__.py")}
    assert rooms - {"kansr/__init__.py", "kansr/__main__.py"} <= set(paths)


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_every_link_leads_to_a_file(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_the_checks_run_the_test_command_of_the_readme_to_the_letter():
    command = 'pip install ".[test]" && pytest'
    assert f"\n    {command}\n" in README
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
