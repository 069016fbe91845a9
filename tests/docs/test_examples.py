"""What the pages show is what comes out: each page in a folder of its own, its examples one after the other."""

import re

import pytest

from tests.docs.alike import alike
from tests.docs.pages import ROOT, SLOW, Example, examples, name_of, pages, snippets, with_examples
from tests.docs.terminal import typed, working_in


def marked(found):
    """Give a case for each page; long ones run with -m recovery."""
    slow = [pytest.mark.recovery] if SLOW in found.read_text(encoding="utf-8") else []
    return pytest.param(found, id=name_of(found), marks=slow)


TOLD = [marked(page) for page in pages() if examples(page.read_text(encoding="utf-8"))]
CODED = [marked(page) for page in pages() if snippets(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", TOLD)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # as `kansr.cli.main.main` does
def test_the_examples_of_a_page_print_what_it_shows(page, tmp_path):
    with working_in(tmp_path):
        for example in examples(page.read_text(encoding="utf-8")):
            lines, code = typed(example.command, tmp_path)
            shown = "\n".join([f"$ {example.command}", *example.lines, "", "printed:", *lines])
            assert alike(example.lines, lines), shown
            assert (code == 0) == (not any(line.startswith("error: ") for line in example.lines)), shown


@pytest.mark.parametrize("page", CODED)
def test_the_python_of_a_page_prints_what_its_comments_say(page, tmp_path, capsys):
    for code in snippets(page.read_text(encoding="utf-8")):
        with working_in(tmp_path):
            exec(compile(code, name_of(page), "exec"), {})
        assert capsys.readouterr().out.splitlines() == re.findall(r"^print.*# (.*)$", code, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        (["y = 2*x"], ["y = 3*x"]),
        (["y = 2.00*x"], ["y = 2.10*x"]),
        (["  verdict  Exact"], ["  verdict  An approximation"]),
        (["a", "b"], ["a"]),
        (["a"], ["a", "b"]),
        (["...", "b"], ["a", "c"]),
        (["x1 + 1.0"], ["x2 + 1.0"]),
    ],
)
def test_what_differs_is_not_alike(shown, printed):
    assert not alike(shown, printed)


def test_seconds_layout_and_rounding_may_differ():
    assert alike(
        ["  0.3 s  linear  3*x", "error  5.77e-17 of 1.24", "run  runs/a-001  (2.1 s)", "╭──╮"],
        ["error 0 of 1.2401", "run runs/a-001  (12.9 s)", "", "╭────╮"],
    )


def test_recording_changes_what_was_printed_and_nothing_else():
    text = "# A\n```console\n$ b\nold\n$ c\n...\n```\n`d`\n"
    found = [Example("b", ("new",)), Example("c", ("many", "lines"))]
    assert with_examples(text, found) == text.replace("old", "new")


def test_every_page_of_the_site_is_in_its_menu():
    menu = (ROOT / ".docs" / "zensical.toml").read_text(encoding="utf-8")
    listed = re.findall(r'"([\w/-]+\.md)"', menu)
    written = [page.relative_to(ROOT / ".docs" / "pages").as_posix() for page in pages()[1:]]
    assert sorted(listed) == sorted(written)
