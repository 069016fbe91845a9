"""The command line as a whole: help, misspelt words, exit codes."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from kansr.cli.export import FORMATS as LANGUAGES
from kansr.cli.main import COMMANDS, LazyGroup, _told, group
from kansr.errors import KansrError, TableError
from kansr.export import FORMATS


def test_help_names_every_command_and_ends_with_an_example(kansr):
    shown = kansr("--help")
    assert shown.returncode == 0
    assert all(command in shown.stdout for command in COMMANDS)
    assert "kansr fit data.csv" in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_holds_an_example_that_calls_it(kansr, command):
    shown = kansr(command, "--help")
    assert shown.returncode == 0
    assert f"kansr {command}" in shown.stdout.split("Example:")[1]


def test_every_command_is_where_the_group_looks_for_it():
    assert isinstance(group, LazyGroup)
    assert all(group.get_command(None, name).name == name for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_does(command):
    options = [option for option in group.get_command(None, command).params if option.param_type_name == "option"]
    assert all(option.help for option in options)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fitt", "a.csv"], "Did you mean 'fit'?"),
        (["exprot"], "Did you mean 'export'?"),
        (["data.csv"], "Did you mean 'kansr fit data.csv'?"),
        (["dance"], "Commands: fit"),
        (["fit", "a.csv", "--gird", "3"], "--grid"),
        (["fit", "a.csv", "--grid", "3,x"], "3,5,10"),
        (["fit", "a.csv", "--grid"], "--grid"),
        (["fit", "a.csv", "--seed", "pi"], "'pi'"),
        (["fit", "a.csv", "--budget", "soon"], "'soon'"),
        (["fit", "a.csv", "-x", "a,,b"], "empty name"),
        (["extend"], "--grid"),
        (["extend", "--grid", "0"], "1<=x<=100000"),
        (["prune", "--tolerance", "-1"], "x>=0"),
        (["export"], "--to"),
        (["export", "--to", "cobol"], "latex"),
        (["export", "--to", "fotran"], "Did you mean 'fortran'?"),
        (["export", "--to", "pyhton"], "Did you mean 'python'?"),
        (["recipes", "shwo"], "Did you mean 'show'?"),
        (["fit", "a.csv", "--missing", "dorp"], "Did you mean 'drop'?"),
        (["completion", "bsh"], "Did you mean 'bash'?"),
        (["predict"], "TABLE"),
        (["predict", "a", "b", "c"], "kansr predict [RUN] TABLE"),
        (["recipes", "show"], "kansr recipes show default"),
        (["recipes", "show", "quik"], "did you mean quick?"),
    ],
)
def test_a_wrong_word_is_a_usage_error_that_says_what_is_right(kansr, arguments, says):
    answer = kansr(*arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("error: ")
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_formats_of_export_are_those_of_its_room():
    assert list(FORMATS) == list(LANGUAGES)


def test_the_help_of_export_says_a_word_of_every_format(kansr):
    shown = kansr("export", "--help").stdout
    assert [name for name, words in LANGUAGES.items() if f"  {name:12s} {words}" not in shown] == []


def test_the_version_is_said(kansr):
    assert kansr("--version").stdout.startswith("kansr")


def test_a_known_error_says_what_where_and_what_to_do(capsys):
    code = _told(TableError("a cell is not a number: 'x\x1b[2J'", where="row 3", hint="--missing drop"), verbose=True)
    assert code == 3
    assert capsys.readouterr().err == "error: a cell is not a number: 'x\\x1b[2J' (row 3)\n  --missing drop\n"


def test_an_unexpected_error_is_one_sentence_and_a_traceback_only_when_asked_for(capsys):
    try:
        raise ZeroDivisionError("by zero")
    except ZeroDivisionError as error:
        assert _told(error, verbose=False) == 1
        quiet = capsys.readouterr().err
        assert _told(error, verbose=True) == 1
        verbose = capsys.readouterr().err
    assert quiet.startswith("error: ZeroDivisionError: by zero\n")
    assert "report" in quiet
    assert "Traceback" not in quiet
    assert "Traceback" in verbose


def test_every_error_has_an_exit_code_of_its_own_kind():
    def below(kind):
        return {kind}.union(*map(below, kind.__subclasses__()))

    assert {kind.exit_code for kind in below(KansrError)} == {1, 2, 3, 4, 5}


def test_a_reader_that_goes_away_is_not_an_error(root):
    command = f"{sys.executable} -m kansr recipes show default | head -n 1; echo ${{PIPESTATUS[0]}}"
    answer = subprocess.run(["bash", "-c", command], cwd=root, capture_output=True, text=True, check=False)
    assert answer.stdout.splitlines()[-1] == "0"
    assert answer.stderr == ""


def test_recipes_are_listed_and_shown(kansr):
    assert [line.split()[0] for line in kansr("recipes").stdout.splitlines()] == [
        "default",
        "instant",
        "quick",
        "thorough",
    ]
    assert "training:" in kansr("recipes", "show", "quick").stdout


def test_a_terminal_that_knows_only_ascii_is_no_error(kansr):
    answer = kansr("Δp.csv", PYTHONIOENCODING="ascii")
    assert answer.returncode == 2
    assert "\\u0394p" in answer.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals there")
def test_no_table_on_a_terminal_is_a_usage_error_with_an_example(root):
    import pty

    terminal, stdin = pty.openpty()
    command = [sys.executable, "-m", "kansr", "fit"]
    answer = subprocess.run(command, cwd=root, stdin=stdin, capture_output=True, text=True, timeout=20, check=False)
    os.close(terminal)
    os.close(stdin)
    assert answer.returncode == 2
    assert "kansr fit data.csv" in answer.stderr


def examples(command):
    """Give the words of each example of kansr in the help of a command, as a shell would split them."""
    text = group.get_command(None, command).help.split("Example:")[1]
    lines = (part.strip() for line in text.splitlines() for part in re.split(r"\||&&", line))
    lines = (re.sub(r'^eval "\$\((.*)\)".*', r"\1", line).partition(" > ")[0] for line in lines)
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("kansr ")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_of_the_help_is_a_command_line_that_is_taken(command):
    found = examples(command)
    assert found
    for words in found:
        group.get_command(None, words[0]).make_context(words[0], list(words[1:]))
