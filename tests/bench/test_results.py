"""The file of results: what is in it is not done again, and nothing of the user's is lost."""

import json

import pytest

from kansr.bench import results
from kansr.bench.attempt import record
from kansr.bench.case import chosen, plan
from kansr.datasets import collection
from kansr.errors import RunError, UsageError

CASES = plan(["kansr", "mlp"], "nguyen", chosen(collection("nguyen"), limit=2), noises=(0.0, 0.01), seeds=2)


def test_every_combination_is_one_case_with_a_key_of_its_own():
    assert len({case.key for case in CASES}) == len(CASES) == 2 * 2 * 2 * 2
    assert [case.engine for case in CASES[:2]] == ["kansr", "mlp"]
    assert CASES[0].law is CASES[1].law


def test_what_is_added_is_found_by_its_case(tmp_path):
    path = tmp_path / "r.jsonl"
    for case in CASES[:3]:
        results.add(path, record(case, "done", formula=case.law.formula))
    found = results.read(path)
    assert set(found) == {case.key for case in CASES[:3]}
    assert found[CASES[2].key]["formula"] == CASES[2].law.formula


def test_half_a_line_is_passed_over_and_the_next_result_gets_a_line_of_its_own(tmp_path):
    path = tmp_path / "r.jsonl"
    results.add(path, record(CASES[0], "done"))
    with path.open("a") as file:
        file.write(json.dumps(record(CASES[1], "done"))[:50])
    assert set(results.read(path)) == {CASES[0].key}
    results.add(path, record(CASES[1], "error"))
    assert [r["status"] for r in results.read(path).values()] == ["done", "error"]


def test_of_two_results_of_a_case_the_first_counts(tmp_path):
    path = tmp_path / "r.jsonl"
    results.add(path, record(CASES[0], "done"))
    results.add(path, record(CASES[0], "timeout"))
    assert [r["status"] for r in results.read(path).values()] == ["done"]


@pytest.mark.parametrize("text", ["x,y\n1,2\n", '{"a": 1}\n', "[1, 2]\n", "3\n"])
def test_a_file_that_holds_something_else_is_refused(tmp_path, text):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(RunError, match="not a file of results"):
        results.read(path)
    assert path.read_text() == text


def test_laws_are_chosen_in_their_order():
    nguyen = collection("nguyen")
    assert [law.name for law in chosen(nguyen, every=4, limit=3)] == ["Nguyen-1", "Nguyen-5", "Nguyen-9"]
    assert [law.name for law in chosen(nguyen, only=["Nguyen-7", "Nguyen-2"])] == ["Nguyen-7", "Nguyen-2"]
    assert len(chosen(collection("feynman"), every=3, limit=30)) == 30
    with pytest.raises(UsageError, match="Nguyen-77"):
        chosen(nguyen, only=["Nguyen-77"])
    with pytest.raises(UsageError, match="no law of special is left"):
        chosen(collection("special"), only=["jv"])
