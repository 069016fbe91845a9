"""A formula that the user brings is judged like one that was found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kansr.errors import FormulaError, UsageError
from kansr.formula.formula import judge
from kansr.formula.names import safe_names
from kansr.formula.parse import parse
from kansr.pipeline.score import score
from kansr.table import split_rows, table_from_frame


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"length (m)": rng.uniform(0.1, 2, 400), "t": rng.uniform(-1, 1, 400)})
    frame["period"] = 2 * np.sqrt(frame["length (m)"]) + 0.01 * rng.standard_normal(400)
    return table_from_frame(frame)


def names(table):
    return list(safe_names(table.features))


def test_the_right_formula_leaves_noise_and_a_wrong_one_does_not(table):
    length = names(table)[0]
    (right,) = score(table, f"2*sqrt({length})")
    assert right.said.verdict == "noise"
    assert not right.exact
    assert right.formula.rmse.test == pytest.approx(0.01, rel=0.3)
    (wrong,) = score(table, f"2*{length}")
    assert wrong.said.verdict == "approximation"


def test_decimals_are_refitted_with_error_bars_and_whole_numbers_stay(table):
    length = names(table)[0]
    yours, refitted = score(table, f"1.0*{length}**0.6 + 0*2", refit=True)
    assert refitted.formula.rmse.validation < yours.formula.rmse.validation
    assert refitted.formula.label == "refitted"
    (low, high) = sorted(float(c) for c in refitted.formula.errors)
    assert low == pytest.approx(0.5, abs=5 * max(refitted.formula.errors.values()))
    assert high == pytest.approx(2.0, abs=5 * max(refitted.formula.errors.values()))
    with pytest.raises(UsageError, match="no decimal constant"):
        score(table, f"2*{length}", refit=True)


def test_exact_means_rounding_on_all_parts():
    frame = pd.DataFrame({"x": np.linspace(0, 1, 50)})
    frame["y"] = 3 * frame["x"] ** 2
    (one,) = score(table_from_frame(frame), "3*x**2")
    assert one.exact
    assert one.to_json()["exact"] is True


def test_what_is_no_column_is_refused(table):
    with pytest.raises(FormulaError, match="no column"):
        score(table, "2*width")


def test_formulas_of_a_run_are_measured_on_the_same_rows(table):
    safe = safe_names(table.features)
    split = split_rows(len(table.y), 0)
    rival = judge(parse(f"1.9*sqrt({next(iter(safe))})", safe), safe, table.x, y=table.y, split=split, label="network")
    (_, again) = score(table, names(table)[0], rivals=[rival])
    assert again.name == "network"
    assert again.formula.rmse == rival.rmse
    other = table_from_frame(pd.DataFrame({"x": np.arange(20.0), "y": np.arange(20.0) ** 2}))
    with pytest.raises(UsageError, match="does not have"):
        score(other, "x", rivals=[rival])
