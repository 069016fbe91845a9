"""Peaks one after another: the KAN keeps each, an MLP does not, and the figure shows it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from kansr.errors import UsageError
from kansr.experiments import continual
from kansr.progress import Clock, silent
from kansr.recipe import load_experiment


@pytest.fixture(scope="module")
def settings():
    """Give the shipped settings, with an MLP that is small and soon done."""
    shipped = load_experiment("continual", continual.Settings, quick=True)
    return replace(shipped, mlp_hidden=(16,), mlp_steps=200, rows=120)


@pytest.fixture(scope="module")
def record(settings):
    return continual.run(settings, clock=Clock(), report=silent)


def test_the_kan_learns_each_peak_to_what_its_grid_can_hold_and_forgets_nothing(record):
    assert len(record["phases"]) == 5
    for number, phase in enumerate(record["phases"]):
        assert phase["kan"]["rmse_rows"] < 4.0e-6
        assert phase["kan"]["rmse"] < 4.1e-6
        assert len(phase["kan"]["change_earlier"]) == number
        assert max(phase["kan"]["change_earlier"], default=0) < 1e-12
        assert all(error < 4.1e-6 for error in phase["kan"]["rmse_earlier"])


def test_where_no_row_fell_yet_the_kan_says_nothing(record):
    first = np.array(record["phases"][0]["kan"]["curve"])
    assert np.abs(first[np.array(record["x"]) > -0.55]).max() == 0


def test_the_mlp_forgets(record):
    last = record["phases"][-1]["mlp"]
    assert max(last["change_earlier"]) > 0.1


def test_the_record_is_json_and_its_summary_has_a_row_for_each_phase(record):
    assert json.loads(json.dumps(record)) == record
    assert [row[0] for row in record["summary"]["rows"]] == ["1", "2", "3", "4", "5"]
    assert all(len(row) == len(record["summary"]["columns"]) for row in record["summary"]["rows"])


def test_the_same_seed_gives_the_same_numbers(settings, record):
    again = continual.run(settings, clock=Clock(), report=silent)
    assert [p["mlp"]["curve"] for p in again["phases"]] == [p["mlp"]["curve"] for p in record["phases"]]
    assert [p["kan"]["curve"] for p in again["phases"]] == [p["kan"]["curve"] for p in record["phases"]]


def test_a_clock_that_is_over_ends_between_phases_and_is_drawn_too(settings):
    pytest.importorskip("matplotlib")
    from kansr.report.figures.continual import draw

    clock = Clock()

    def stop(_event):
        clock.interrupt()

    short = continual.run(settings, clock=clock, report=stop)
    assert len(short["phases"]) == 1
    assert len(draw(short).axes) == 3


def test_the_figure_has_a_column_for_each_phase(record):
    pytest.importorskip("matplotlib")
    from kansr.report.figures.continual import draw

    axes = draw(record).axes
    assert len(axes) == 15
    assert [a.get_title(loc="left") or a.get_title() for a in axes[:5]] == [f"phase {n}" for n in range(1, 6)]
    assert "earlier peaks moved 0" in axes[9].texts[0].get_text()


@pytest.mark.parametrize("change", [{"peaks": 0}, {"rows": 3}, {"mlp_hidden": (0,)}, {"sharpness": -1.0}], ids=str)
def test_settings_that_cannot_be_are_refused(settings, change):
    with pytest.raises(UsageError):
        replace(settings, **change)
