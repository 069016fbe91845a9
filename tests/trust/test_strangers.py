"""A run folder from someone else: every text in it may be made to harm, every value may be of another kind."""

import ast
import copy
import json

import numpy as np
import pytest

from kansr import pipeline
from kansr.cli.main import run as kansr
from kansr.recipe import Recipe
from kansr.run import RESULT, Run
from kansr.table import read_table

HARM = 'x\x1b]0;owned\x07\x9b2J\u202e\n"""\n__import__("pathlib").Path("owned").touch()\n#'
KINDS = (None, [], {}, -1, 1e400, "x", True, [[1]], {"x": 1})


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """Give a run whose columns have names that were made to harm, and the record of its result."""
    folder = tmp_path_factory.mktemp("stranger")
    rows = np.random.default_rng(0).uniform(0.5, 2, (40, 2)).tolist()
    name = HARM.replace("\n", " ").replace('"', '""')
    (folder / "data.csv").write_text(f'"{name}",b,y\n' + "".join(f"{a},{b},{a * b}\n" for a, b in rows))
    run = Run.create("data", folder / "run")
    pipeline.fit(read_table(folder / "data.csv"), Recipe(budget=0.01), run)
    return run, run.read_json(RESULT)


def leaves(value, way=()):
    """Yield the way to each value in a record, the values that hold others, too."""
    yield way
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from leaves(part, (*way, key))


def changed(record, way, value):
    """Give a record with another value in one place."""
    record = copy.deepcopy(record)
    place = record
    for key in way[:-1]:
        place = place[key]
    place[way[-1]] = value
    return record


def said(capsys, *arguments):
    """Run a command; gives its exit code and all that it printed."""
    code = kansr([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_no_text_of_a_result_steers_the_terminal_or_becomes_code(stranger, capsys, tmp_path, monkeypatch):
    run, record = stranger
    monkeypatch.chdir(tmp_path)
    for way in [way for way in leaves(record) if way]:
        run.write_json(RESULT, changed(record, way, HARM))
        for command in (("show", run.folder), ("show", run.folder, "--json"), ("runs",)):
            code, printed = said(capsys, *command)
            assert code in {0, 2}, (way, printed)
            assert not set("\x1b\x07\x9b\u202e") & set(printed), (way, command)
        code, printed = said(capsys, "export", run.folder, "--to", "python", "--no-check", "-q")
        assert code in {0, 2}, (way, printed)
        names = [node.id for node in ast.walk(ast.parse(printed)) if isinstance(node, ast.Name)] if code == 0 else []
        assert "__import__" not in names, way
    run.write_json(RESULT, record)


def test_a_value_of_another_kind_is_a_sentence_and_no_crash(stranger, capsys):
    run, record = stranger
    ways = [way for way in leaves(record) if way]
    for number, way in enumerate(ways):
        for kind in KINDS[number % 3 :: 3]:
            run.path(RESULT).write_text(json.dumps(changed(record, way, kind)))
            code, printed = said(capsys, "show", run.folder)
            assert code in {0, 2}, (way, kind, printed)
    run.write_json(RESULT, record)


@pytest.mark.parametrize("name", ["network.safetensors", "graph.json", "metrics.jsonl", "recipe.yaml", "data.json"])
def test_a_file_that_was_cut_or_changed_is_a_sentence_and_no_crash(name, stranger, capsys):
    run, _ = stranger
    whole = run.path(name).read_bytes()
    draw = np.random.default_rng(0)
    for cut in draw.integers(0, len(whole), 6):
        for damaged in (whole[:cut], whole[:cut] + b"\xff" + whole[cut + 1 :]):
            run.path(name).write_bytes(damaged)
            code, printed = said(capsys, "extend", run.folder, "--grid", "3", "--budget", "0.01", "-q")
            assert code in {0, 2}, (name, cut, printed)
    run.path(name).write_bytes(whole)
