"""The one place where the files of a run are checked."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kansr.formula.parse import MAX_LENGTH
from kansr.record import DamagedError, read, read_lines
from kansr.record.kinds import LONGEST

PLACE = Path("run/some.json")
STAGE = {"stage": "start", "grid": 5, "parameters": 8, "rmse_train": 0.1, "rmse_validation": None, "seconds": 1}
GRAPH = {"inputs": 1, "kinds": ["sum"], "edges": [[0, 1]], "edges_text": ["x -> y"]}


def test_what_a_schema_takes_comes_back_as_it_was():
    assert read("graph.json", json.dumps(GRAPH), PLACE) == GRAPH
    assert list(read_lines("metrics.jsonl", json.dumps(STAGE), PLACE)) == [STAGE]


def test_keys_that_are_not_known_are_left_out_and_those_that_may_be_missing_stay_so():
    less = {key: value for key, value in GRAPH.items() if key != "edges_text"}
    assert read("graph.json", json.dumps(less | {"more": [1]}), PLACE) == less


def test_a_file_without_a_schema_is_parsed_only():
    assert read("own.json", '{"a": [1, null]}', PLACE) == {"a": [1, None]}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("grid", "true", "should be a valid integer"), ("grid", "-1", "greater than or equal to 0"),
     ("grid", "5.5", "should be a valid integer"), ("rmse_train", "Infinity", "should be a finite number"),
     ("rmse_train", "1e999", "should be a finite number"), ("seconds", "1" * 5000, "finite"),
     ("stage", "null", "should be a text"), ("stage", '"' + "x" * 100_001 + '"', "at most 100,000 characters"),
     ("seconds", "1e13", "less than or equal"), ("stage", "[" * 300 + "]" * 300, "too many lists in lists")],
)  # fmt: skip
def test_each_kind_has_its_bounds_and_the_sentence_names_the_line_and_the_key(key, value, said):
    text = json.dumps(STAGE | {key: "@"}).replace('"@"', value)
    with pytest.raises(DamagedError, match=said) as caught:
        list(read_lines("metrics.jsonl", f"{json.dumps(STAGE)}\n{text}", PLACE))
    assert caught.value.what.startswith("line 2")
    assert key in caught.value.what
    assert len(caught.value.what) < 200
    assert (caught.value.where, caught.value.exit_code) == (str(PLACE), 2)
    assert caught.value.hint


def test_a_key_that_is_missing_is_named():
    with pytest.raises(DamagedError, match="edges is missing"):
        read("graph.json", '{"inputs": 1, "kinds": ["sum"]}', PLACE)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": ' * 100_000, "\x00", '"\\ud800'])
def test_what_is_no_json_is_a_sentence(text):
    with pytest.raises(DamagedError, match="cannot be read"):
        read("graph.json", text, PLACE)


def test_a_text_that_is_no_utf8_as_names_of_files_may_be_is_kept():
    card = {
        "source": "caf\udce9.csv", "sha256": "0", "rows": 1, "target": "y", "features": ["x"], "columns": [],
        "split": {"train": 1, "validation": 0, "test": 0}, "warnings": [],
    }  # fmt: skip
    assert read("data.json", json.dumps(card), PLACE)["source"] == "caf\udce9.csv"


def test_a_text_may_be_as_long_as_a_formula():
    assert LONGEST == MAX_LENGTH


def test_the_doors_of_runs_load_pydantic_when_a_file_is_read_and_torch_never():
    code = "import sys, kansr.run, kansr.record; print({'pydantic', 'torch'} & set(sys.modules)); "
    code += "kansr.record.read('graph.json', sys.argv[1], None); print({'pydantic', 'torch'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code, json.dumps(GRAPH)], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["set()", "{'pydantic'}"]
