"""The drawn tables are what they say they are, and the judge of small tables knows true from false."""

import os
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kansr.formula.formula import judge
from kansr.formula.names import safe_names
from kansr.formula.parse import parse
from kansr.table import split_rows
from tests.benchmarks.apart import Fitted, apart, fitted
from tests.benchmarks.small import FALSE, SOFT, claims, facts, judged, killed, line, measured, record, summary, wanted
from tests.benchmarks.small_laws import FAMILIES
from tests.benchmarks.small_tables import FRESH, TWISTS, draw, last_digit

MANY = 5 * len(FAMILIES)
TABLES = [draw(0, index) for index in range(MANY)]


def some(**wanted):
    """Give the first table with some properties."""
    return next(t for t in TABLES if all(getattr(t, name) == value for name, value in wanted.items()))


def told(drawn, verdict, text):
    """Give the record of a table as if a fit had said this of it."""
    names = safe_names([f"x{i + 1}" for i in range(drawn.x.shape[1])])
    split = split_rows(len(drawn.y), 0)
    formula = judge(parse(text), names, drawn.x, y=drawn.y, split=split, label="given")
    ended = {"ended": "done", "said": "", "seconds": 1.0, "warned": []}
    found = facts(drawn) | ended | measured(drawn, verdict, formula)
    return found | {"claims": claims(found)}


def test_a_table_is_told_by_its_seed_and_number():
    one, same, other = draw(3, 17), draw(3, 17), draw(4, 17)
    assert np.array_equal(one.x, same.x)
    assert np.array_equal(one.y, same.y)
    assert np.array_equal(one.fresh, same.fresh)
    assert one.law.text == same.law.text != other.law.text


def test_all_families_twists_and_shapes_are_drawn():
    assert {t.family for t in TABLES} == set(FAMILIES)
    assert {t.twist for t in TABLES} == {*TWISTS, ""}
    assert {t.x.shape[1] for t in TABLES} == {1, 2, 3, 4}
    assert min(len(t.y) for t in TABLES) == 5
    assert 55 <= max(len(t.y) for t in TABLES) <= 60
    assert all(np.isfinite(t.x).all() and np.isfinite(t.y).all() for t in TABLES)


def test_the_noise_of_a_table_is_what_it_says():
    apart = [(t.y - t.truth) / t.sigma for t in TABLES if t.noise and t.digits is None and t.twist != "spike"]
    assert np.concatenate(apart).std() == pytest.approx(1.0, abs=0.05)
    absolute = some(noise=0.1, relative=False, digits=None)
    assert absolute.sigma == pytest.approx(np.full(len(absolute.y), 0.1 * absolute.truth.std()))
    relative = some(noise=0.3, relative=True, digits=None)
    assert np.median(relative.sigma / np.abs(relative.truth)) == pytest.approx(0.3)


def test_a_table_without_noise_holds_the_law_to_the_last_bit():
    for t in TABLES:
        if t.is_exact:
            assert t.noise == 0
            assert t.digits is None
            assert t.twist != "spike"
    assert sum(t.is_exact for t in TABLES) > MANY / 6


@pytest.mark.parametrize("drawn", [t for t in TABLES if t.digits is not None], ids=lambda t: t.name)
def test_rounded_targets_hold_the_digits_that_they_say(drawn):
    unit = last_digit(drawn.y, drawn.digits)
    assert drawn.y / unit == pytest.approx(np.round(drawn.y / unit), abs=1e-6)
    assert np.array_equal(drawn.y, [float(f"{v:.{drawn.digits}g}") if drawn.digits else round(v) for v in drawn.y])


def test_what_befalls_a_table_is_seen_in_it():
    repeated, spiked, wide = some(twist="replicates"), some(twist="spike"), some(twist="decades")
    assert len(np.unique(repeated.x, axis=0)) <= max(3, len(repeated.y) // 3)
    assert np.sum(np.abs(spiked.y - spiked.truth) > 20 * spiked.spread) == 1
    assert max(np.log10(column.max() / column.min()) for column in wide.x.T) > 5
    whole, few, follows = some(twist="whole-columns"), some(twist="few-levels"), some(twist="collinear")
    assert np.array_equal(whole.x, np.round(whole.x))
    assert min(len(np.unique(column)) for column in few.x.T) <= 5
    assert abs(np.corrcoef(follows.x[:, 0], follows.x[:, -1])[0, 1]) > 0.99


def test_fresh_rows_lie_within_the_table_and_hold_the_law():
    for t in TABLES:
        assert 0 < len(t.fresh) <= FRESH
        room = 1e-9 * np.ptp(t.x, axis=0) + (0.1 * np.ptp(t.x, axis=0) if t.twist == "collinear" else 0)
        assert (t.fresh >= t.x.min(0) - room).all()
        assert (t.fresh <= t.x.max(0) + room).all()
        assert np.isfinite(t.fresh_truth).all()


def test_no_fresh_row_lies_between_the_rows_that_enclose_a_jump():
    stepped = some(family="step")
    (jump,), column = stepped.law.jumps, stepped.x[:, 0]
    gap = column[column < jump].max(), column[column > jump].min()
    assert not ((stepped.fresh[:, 0] > gap[0]) & (stepped.fresh[:, 0] < gap[1])).any()


@pytest.mark.parametrize("family", [f for f in FAMILIES if FAMILIES[f].group == "inside"])
def test_the_law_itself_is_never_a_false_claim(family):
    exact = next(draw(1, i) for i in range(900) if (t := draw(1, i)).family == family and t.is_exact)
    assert told(exact, "exact", exact.law.formula)["claims"] == []
    assert told(exact, "exact", exact.law.formula)["right"]
    assert told(exact, "noise", exact.law.formula)["claims"] == ["noise of exact"]


def test_a_wrong_formula_is_a_false_claim():
    exact, noisy = some(family="sine", is_exact=True), some(group="inside", noise=0.02, twist="")
    near = told(exact, "exact", f"1.0001*({exact.law.formula})")
    assert near["claims"] == ["false exact"]
    assert near["right"]  # the form is the law's: it is the claim that is false
    middle = f"{noisy.y.mean():.6f}"
    assert told(noisy, "noise", middle)["claims"] == ["false noise"]
    assert not told(noisy, "noise", middle)["right"]
    assert told(noisy, "approximation", middle)["claims"] == []
    assert told(noisy, "noise", noisy.law.formula)["claims"] == []


def test_half_a_standard_deviation_of_the_noise_is_the_limit_in_units_of_each_row():
    noisy = replace(some(noise=0.3, relative=True, twist=""))
    relative = told(noisy, "noise", f"({noisy.law.formula})*1.1")  # a third of a standard deviation of 0.3 |y|
    assert relative["own"] == pytest.approx(1 / 3, rel=0.05)
    assert relative["claims"] == []
    far = told(noisy, "noise", f"({noisy.law.formula})*1.2")
    assert far["claims"] == [SOFT[0]] if far["right"] else ["false noise"]


def test_rounded_targets_are_judged_by_their_last_digit():
    rounded = some(group="inside", twist="rounded")
    near, far = (told(rounded, "exact", f"({rounded.law.formula}) + {apart}") for apart in (0.5, 2.0))
    assert near["claims"] == []
    assert far["claims"] == ["false exact"]


def test_a_formula_without_values_is_infinitely_far():
    lost = told(some(group="inside", is_exact=True, twist=""), "exact", "log(-1.5 - x1**2)")
    assert lost["fresh"] == lost["own"] == float("inf")
    assert lost["claims"] == ["false exact"]


def test_crashes_hangs_and_warnings_are_claims_and_refusals_are_none():
    drawn = TABLES[0]
    bare = {"said": "here", "seconds": 1.0, "result": None}
    assert record(drawn, Fitted(ended="ValueError", warned=(), **bare))["claims"] == ["crash"]
    assert record(drawn, Fitted(ended="refused", warned=(), **bare))["claims"] == []
    assert record(drawn, Fitted(ended="refused", warned=("a.py:1 overflow",), **bare))["claims"] == ["warning"]
    assert killed((0, 0, 1.0), "timeout", "killed")["claims"] == ["hang"]
    assert killed((0, 0, 1.0), "died", "SIGSEGV")["claims"] == ["crash"]


def test_the_summary_names_every_false_claim_before_the_counts():
    exact = some(family="line", is_exact=True)
    records = [
        told(exact, "exact", "0.5"),
        told(exact, "noise", exact.law.formula),
        killed((0, 0, 1.0), "timeout", "killed after 33 s"),
    ]
    text = summary(records)
    places = [text.index(f"{claim}: {n} of 3") for claim, n in zip(FALSE, (0, 1, 0, 1, 0, 1), strict=True)]
    assert places == sorted(places)
    assert text.index("verdicts") > places[-1]
    assert exact.name in text
    assert "3 with a false claim" in text
    assert all(told["name"] in line(told) for told in records)


def test_tables_are_chosen_by_family_group_or_twist():
    chosen = wanted(MANY, 0, "sine,spike")
    assert chosen == [t.index for t in TABLES if t.family == "sine" or t.twist == "spike"]
    assert wanted(7, 0, None) == list(range(7))
    with pytest.raises(SystemExit, match="none of 7"):
        wanted(7, 0, "nothing")


def test_a_written_table_is_the_table(tmp_path):
    for drawn in TABLES[:24]:
        drawn.frame().to_csv(tmp_path / "t.csv", index=False)
        read = np.loadtxt(tmp_path / "t.csv", delimiter=",", skiprows=1)
        assert np.array_equal(read, np.column_stack([drawn.x, drawn.y]))


def test_what_is_refused_and_what_breaks_are_told_apart():
    refused = fitted(pd.DataFrame({"x1": [1.0, 2.0], "y": ["a", "b"]}), budget=1.0)
    assert (refused.ended, refused.result) == ("refused", None)
    broken = fitted(3, budget=1.0)
    assert broken.ended == "AttributeError"
    assert ".py:" in broken.said


def test_a_process_that_hangs_dies_or_fails_is_a_result():
    def lost(task, ended, _message):
        return {"task": task, "ended": ended}

    assert list(apart(time.sleep, [60.0], jobs=1, limit=1.0, lost=lost)) == [{"task": 60.0, "ended": "timeout"}]
    assert list(apart(os._exit, [3], jobs=1, limit=60.0, lost=lost)) == [{"task": 3, "ended": "died"}]
    assert list(apart(int, ["x"], jobs=1, limit=60.0, lost=lost)) == [{"task": "x", "ended": "failed"}]


def test_a_table_is_fitted_and_judged_in_one_go():
    found = judged((0, some(family="constant", is_exact=True).index, 2.0))
    assert found["ended"] == "done"
    assert found["fresh"] == 0
    assert found["right"]
