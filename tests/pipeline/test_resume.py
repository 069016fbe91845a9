"""A fit that was killed or stopped goes on from the best graph that it had kept."""

from math import tanh

import numpy as np
import pytest
from scipy import special

from kansr import pipeline
from kansr.errors import KansrError, RunError, UsageError
from kansr.network.spec import KANSpec
from kansr.progress import Clock
from kansr.recipe import Recipe
from kansr.run import CHECKPOINT, DATA, RESULT, Run
from kansr.table import read_table


class Killed(BaseException):
    """Ends the process, as far as the work can tell."""


FEW, MANY = 60, 150  # rows: of few none is put aside; their network is read where no form without one fits
RECIPE = Recipe(budget=None, network=KANSpec(width=(2, 1)))


@pytest.fixture
def table(request, tmp_path, monkeypatch):
    """Give a table whose law only a network tells."""
    monkeypatch.chdir(tmp_path)
    rows = np.random.default_rng(0).uniform(0.5, 2, (getattr(request, "param", MANY), 2)).tolist()
    law = [(a, b, tanh(3 * a - 3) + special.j0(5 * b)) for a, b in rows]
    (tmp_path / "data.csv").write_text("a,b,y\n" + "".join(f"{a},{b},{y}\n" for a, b, y in law))
    return read_table(tmp_path / "data.csv")


@pytest.fixture
def killed(table):
    """Give a run that was killed when its first graph was trained and read."""
    run = Run.create("data")

    def report(event):
        if event.stage == "symbols":
            raise Killed

    with pytest.raises(Killed):
        pipeline.fit(table, RECIPE, run, report=report)
    return run


@pytest.mark.parametrize("table", [FEW, MANY], indirect=True)
def test_a_killed_fit_goes_on_from_the_graph_that_it_had_kept(killed):
    assert killed.has(CHECKPOINT)
    events = []
    result = pipeline.resume(killed, report=events.append, clock=Clock())
    assert events[0].stage == "taken up"
    assert "graph [2,1]" in events[0].message
    assert result.verdict == "exact"
    assert not killed.has(CHECKPOINT)
    assert pipeline.load(killed).formula.text == result.formula.text
    with pytest.raises(UsageError, match="came to its end"):
        pipeline.resume(killed)


def test_a_damaged_checkpoint_is_passed_over(killed):
    killed.path(CHECKPOINT).write_bytes(b"\x10" + bytes(200))
    events = []
    result = pipeline.resume(killed, report=events.append, clock=Clock(0.5))
    assert "begins anew" in events[0].message
    assert killed.has(RESULT)
    assert result.formula.text


def test_what_is_missing_is_said(killed):
    killed.path(DATA).unlink()
    with pytest.raises(RunError, match=r"before it had its data\.parquet"):
        pipeline.resume(killed)


def test_a_fit_out_of_time_goes_on_and_keeps_what_it_had(table):
    run = Run.create("data")
    first = pipeline.fit(table, Recipe(budget=0.01), run)
    assert first.status == "timeout"
    second = pipeline.resume(run, clock=Clock())
    assert second.verdict == "exact"
    assert run.read_json("result-before.json")["formula"]["formula"] == first.formula.text


def test_a_disk_that_fills_up_at_the_end_does_not_lose_the_formula(table):
    run = Run.create("data")

    def full(event):
        if event.stage == "constants":
            (run.folder / "formula.txt").mkdir(exist_ok=True)  # nothing can be written there any more

    with pytest.raises(KansrError) as told:
        pipeline.fit(table, RECIPE, run, report=full)
    assert "what was found is y = " in str(told.value)
    (run.folder / "formula.txt").rmdir()
    assert pipeline.resume(run, clock=Clock()).verdict == "exact"
