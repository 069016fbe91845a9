"""Every key of every file of a run, changed to every value that is none of its own: a sentence, and never a crash.

All edits are far too many for a test; it draws some of each file, the same ones each time. All of them:
`python -m tests.benchmarks.fuzz_run --seconds 600`.
"""

import json
import shutil
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
from rich.text import Text

from kansr import pipeline
from kansr.cli.console import clean, console
from kansr.pipeline.hand import set_function
from kansr.progress import Clock
from kansr.recipe import Recipe
from kansr.run import Run
from kansr.table import read_table
from tests.trust.attack import QUICK, SLOW, WRITING, content_of, fault, said
from tests.trust.edited import HARM, Edit, every_edit, json_edits, packed, parts_of, with_every_part, with_text

BELL = "\x07"
DRAWN = {
    "result.json": 60, "structure.json": 40, "network.safetensors": 60, "data.parquet": 30, "data.json": 20,
    "recipe.yaml": 30, "metrics.jsonl": 10, "graph.json": 10, "run.json": 10, "formula.json": 5,
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Give a folder with a table and a run on it: splines on one edge, a function of the user's on the other."""
    folder = tmp_path_factory.mktemp("damaged")
    rows = np.random.default_rng(0).uniform(0.5, 2, (120, 2)).tolist()
    (folder / "data.csv").write_text("a,b,y\n" + "".join(f"{a},{b},{np.exp(a) + b * b}\n" for a, b in rows))
    run = Run.create("data", folder / "run")
    recipe = Recipe(budget=0.5)
    pipeline.fit(read_table(folder / "data.csv"), recipe, run)
    set_function(run, "1", "exp", clock=Clock(0.5))
    with_every_part(run.folder)
    return folder


@pytest.fixture(scope="module")
def edits(place):
    """Give all edits of the run, by file."""
    found = {}
    for edit in every_edit(place / "run"):
        found.setdefault(edit.file, []).append(edit)
    return found


def faults_of(place, edit, commands):
    """Make an edit, run commands that only read, and take it back; yields what went wrong."""
    path = place / "run" / edit.file
    whole = path.read_bytes()
    path.write_bytes(edit.content)
    before = content_of(path.parent)
    for command in commands:
        answer = said(command, "run")
        if found := fault(*answer, edit):
            yield " ".join(command), edit.file, edit.what, found, answer[2][:200]
        if content_of(path.parent) != before:
            yield " ".join(command), edit.file, edit.what, "the run was changed"
    path.write_bytes(whole)


def test_the_run_itself_is_read_by_every_command(place, monkeypatch):
    monkeypatch.chdir(place)
    for command in (*QUICK, *SLOW):
        assert said(command, "run")[0] == 0, command


@pytest.mark.parametrize("file", DRAWN)
def test_a_value_of_another_kind_is_one_sentence_that_names_the_file(file, place, edits, monkeypatch):
    monkeypatch.chdir(place)
    order = np.random.default_rng(7).permutation(len(edits[file]))
    faults = []
    for number, i in enumerate(order[: DRAWN[file]]):
        commands = [QUICK[(number + step) % len(QUICK)] for step in range(4)]
        faults += faults_of(place, edits[file][i], commands)
    assert not faults


NAMED = (
    ("result.json", ("spread",), "1e999", "spread"),
    ("result.json", ("spread",), "NaN", "spread"),
    ("result.json", ("formula", "rmse", "test"), "Infinity", "formula.rmse.test"),
    ("result.json", ("formula", "symbols"), '{"c": "no such column"}', "no such column"),
    ("result.json", ("features",), "[]", "features"),
    ("result.json", ("exact",), "1", "exact"),
    ("structure.json", ("tried", 0, "staircase", 0), "[5, NaN]", "tried.0.staircase.0"),
    ("structure.json", ("tried", 0, "verdict"), "{}", "tried.0.verdict"),
    ("structure.json", ("inputs", 0, "influence"), '"far"', "inputs.0.influence"),
    ("data.json", ("rows",), "true", "rows"),
)


@pytest.mark.parametrize(("file", "way", "value", "key"), NAMED)
def test_the_sentence_names_the_key(file, way, value, key, place):
    path = place / "run" / file
    whole = path.read_text("utf-8")
    path.write_text(with_text(json.loads(whole), way, value))
    command = {"structure.json": ("show", "--structure")}.get(file, ("report", "-o", "page.html", "--force"))
    with chdir(place):
        code, out, err = said(command, "run")
    path.write_text(whole)
    first, *hint = err.splitlines()
    assert (code, out, len(hint)) == (2, "", 1)
    assert key in first
    assert first.endswith(f"(run/{file})")


GRAPHS = (
    (("curves", 1), '["cube root of x", 1.0, "abcd"]', "cube root of x"),
    (("curves",), "[]", "curves"),
    (("curves", 0), "[19, 3]", "theta"),
    (("graph", "kinds"), '[["sum"]]', "graph.kinds.0"),
    (("graph", "inputs"), "3", "graph"),
    (("scale",), "1e999", "scale"),
    (("features", 0), '"z"', "graph.inputs"),
)


@pytest.mark.parametrize(("way", "value", "key"), GRAPHS)
def test_a_network_that_cannot_be_is_a_sentence_that_names_the_key(way, value, key, place, monkeypatch):
    monkeypatch.chdir(place)
    header, numbers = parts_of(place / "run" / "network.safetensors")
    text = with_text(json.loads(header["__metadata__"]["kansr"]), way, value)
    edit = Edit(
        "network.safetensors", key, lambda: packed(json.dumps({**header, "__metadata__": {"kansr": text}}), numbers)
    )
    assert _sentence_of(place, edit).count(key)


@pytest.mark.parametrize(
    ("what", "key"),
    [("theta one less", "theta"), ("lower none", "lower"), ("upper float32", "upper"), ("theta all 1e+308", "theta"),
     ("theta first nan", "theta"), ("theta gone", "theta"), ("upper flat", "upper")],
)  # fmt: skip
def test_numbers_that_no_network_has_are_a_sentence(what, key, place, edits, monkeypatch):
    monkeypatch.chdir(place)
    edit = next(one for one in edits["network.safetensors"] if one.what == what)
    assert _sentence_of(place, edit).count(key)


def test_numbers_of_eight_bits_are_a_sentence(place, monkeypatch):
    monkeypatch.chdir(place)
    header, numbers = parts_of(place / "run" / "network.safetensors")
    start = header["theta"]["data_offsets"][0]
    size = header["theta"]["shape"][-1]
    small = {name: dict(part) for name, part in header.items() if name != "theta"}
    small["theta"] = {"dtype": "F8_E4M3", "shape": [1, size], "data_offsets": [start, start + size]}
    for name in ("upper", "lower"):
        moved = small[name]["data_offsets"]
        small[name]["data_offsets"] = [at - (7 * size if at > start else 0) for at in moved]
    content = packed(json.dumps(small), numbers[: start + size] + numbers[start + 8 * size :])
    assert "F8" in _sentence_of(place, Edit("network.safetensors", "F8", lambda: content))


def _sentence_of(place, edit):
    """Give the sentence with which `predict --network` refuses an edit."""
    path = place / "run" / edit.file
    whole = path.read_bytes()
    path.write_bytes(edit.content)
    answer = said(("predict", "data.csv", "--network"), "run")
    path.write_bytes(whole)
    assert answer[0] == 2, answer
    assert not fault(*answer, edit)
    return answer[2].splitlines()[0]


@pytest.mark.parametrize("file", ["metrics.jsonl", "structure.json", "result.json", "network.safetensors"])
def test_work_on_a_damaged_run_is_refused_before_it_changes_anything(file, place, edits, monkeypatch):
    monkeypatch.chdir(place)
    draw = np.random.default_rng(3)
    for i in draw.permutation(len(edits[file]))[:3]:
        edit = edits[file][i]
        shutil.rmtree("copy", ignore_errors=True)
        shutil.copytree("run", "copy")
        (place / "copy" / file).write_bytes(edit.content)
        before = content_of(place / "copy")
        code, _, err = said(WRITING[i % len(WRITING)], "copy")
        assert code in {0, 2}, (edit.what, err)
        if code == 2:
            assert content_of(place / "copy") == before, edit.what


CORPUS = sorted((Path(__file__).parent / "corpus_of_runs").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_what_fuzzing_found_stays_a_sentence(path, place, monkeypatch):
    """What `tests.benchmarks.fuzz_run` found; a file is called by what is wrong with it, and by its place in a run."""
    monkeypatch.chdir(place)
    edit = Edit(path.name.partition(".")[2], path.name, path.read_bytes)
    commands = (("predict", "data.csv"), ("export", "--to", "json"), ("report", "-o", "page.html", "--force"))
    assert not list(faults_of(place, edit, commands))


def test_no_text_of_any_record_steers_the_terminal(place, monkeypatch):
    monkeypatch.chdir(place)
    for file, command in (("structure.json", ("show", "--structure")), ("formula.json", ("predict", "data.csv"))):
        harmed = [one for one in json_edits(place / "run" / file) if one.what.endswith(json.dumps(HARM)[:40])]
        assert harmed
        assert not [found for edit in harmed for found in faults_of(place, edit, [command])]


def test_the_console_has_one_door(capsys):
    console().print(Text(f"a {HARM} b"))
    printed = capsys.readouterr().out
    assert printed.splitlines() == [f"a {clean(HARM.replace(BELL, ''))} b"]  # rich leaves bells out by itself
    assert clean(HARM) == r"x\x1b]0;owned\x07\x9b2J\u202e"
    assert clean("Δp\t1 µm\u00a0\n") == "Δp\t1 µm\u00a0\n"
