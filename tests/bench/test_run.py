"""A run does each case once, whatever happened before, and its table counts what the records say."""

import json

import pytest

from kansr.bench import results
from kansr.bench.attempt import attempt, record
from kansr.bench.case import Case, chosen, plan
from kansr.bench.run import bench, limit
from kansr.bench.summary import summary, table
from kansr.datasets import collection, law

SQUARE = Case(engine="kansr", collection="feynman", law=law("feynman/I.12.1"), rows=60, budget=20.0)


def test_a_case_tells_what_it_has_at_each_step():
    before, between, after = attempt(SQUARE)
    assert [r["status"] for r in (before, between, after)] == ["timeout", "unscored", "done"]
    assert list(before) == list(between) == list(after)
    assert (before["formula"], between["exact"]) == (None, False)
    assert after["formula"] in {"mu*Nn", "Nn*mu"}
    assert (after["exact"], after["srbench"], after["close"], after["complexity"]) == (True, True, True, 3)
    assert json.loads(json.dumps(after, allow_nan=False)) == after


def test_a_second_run_goes_on_where_the_first_one_stopped(tmp_path):
    path = tmp_path / "r.jsonl"
    cases = plan(["no-engine"], "nguyen", chosen(collection("nguyen"), limit=3))
    first = next(bench(cases, out=path))
    assert [json.loads(line) for line in path.read_text().splitlines()] == [first]
    rest = [r["law"] for r in bench(cases, out=path)]
    assert rest == ["Nguyen-2", "Nguyen-3"]
    assert list(bench(cases, out=path)) == []
    assert set(results.read(path)) == {case.key for case in cases}


def test_an_engine_is_given_longer_than_its_budget_before_it_is_killed():
    assert limit(SQUARE) == 60.0


@pytest.mark.parametrize("workers", [1, 2])
def test_an_engine_that_fails_is_a_result(workers):
    case = Case(engine="dance", collection="feynman", law=SQUARE.law, rows=60)
    (found,) = bench([case], workers=workers)
    assert (found["status"], found["seconds"], found["exact"]) == ("error", None, False)
    assert "there is no engine 'dance'" in found["message"]


def test_the_table_counts_by_noise_and_engine():
    laws = chosen(collection("nguyen"), limit=2)
    cases = plan(["kansr", "mlp"], "nguyen", laws, noises=(0.0, 0.01))
    facts = [
        {"exact": True, "close": True, "seconds": 2.0, "complexity": 5},
        {"seconds": 9.0},
        {"exact": True, "srbench": True, "seconds": 4.0, "complexity": 7},
        {},
    ]
    records = [record(case, "done", **fact) for case, fact in zip(cases[:4], facts, strict=True)]
    records += [record(case, "timeout") for case in cases[4:5]]
    rows = summary(records)
    assert [(row.engine, row.noise, row.runs, row.failed) for row in rows] == [
        ("kansr", 0.0, 2, 0), ("mlp", 0.0, 2, 1), ("kansr", 0.01, 1, 1)
    ]  # fmt: skip
    assert (rows[0].exact, rows[0].srbench, rows[0].close) == (2, 1, 1)
    assert (rows[0].complexity, rows[0].seconds, rows[0].longest) == (6, 3.0, 4.0)
    assert (rows[2].complexity, rows[2].seconds) == (None, None)
    lines = table(rows).splitlines()
    assert lines[0].split()[:3] == ["noise", "engine", "runs"]
    assert lines[1].split() == ["0", "kansr", "2", "2", "0", "1", "1", "6", "3.0", "4.0", "0"]
    assert len({len(line) for line in lines}) == 1
