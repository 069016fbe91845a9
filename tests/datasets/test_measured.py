"""The measured tables are what their cards say, and the models on the cards describe them."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from kansr.datasets import every_shipped_table, shipped_table, shipped_tables, table_collections
from kansr.errors import UsageError
from kansr.formula.evaluate import evaluate
from kansr.formula.names import is_safe
from kansr.formula.parse import parse
from kansr.table import read_table
from tests.benchmarks.measured import CLOSE, Measured, card, compared, measured

TABLES = shipped_tables("measured")
FIELDS = {"name", "title", "kind", "source", "digits", "licence", "rows", "target", "columns", "model", "errors"}
POOR = {"skeena-sockeye": 0.4, "mouse-brains": 0.6}  # what is left over is theirs: fish and mice differ


@pytest.fixture(params=TABLES, ids=[table.path.stem for table in TABLES])
def shipped(request):
    return request.param


def test_there_are_many_and_some_have_columns_enough():
    about = [card(table) for table in TABLES]
    assert sum(one["kind"] == "measured" for one in about) >= 36
    assert sum(len(one["columns"]) > 2 for one in about) >= 10
    assert len({one["title"] for one in about}) == len(TABLES)


def test_a_card_says_what_the_table_holds(shipped):
    about, table = card(shipped), read_table(shipped.path)
    assert set(about) == FIELDS
    assert (about["name"], about["rows"], about["target"]) == (shipped.path.stem, len(table), table.target)
    assert (tuple(about["columns"]), shipped.rows) == ((*table.features, table.target), len(table))
    assert all({"unit", "meaning"} == set(column) and column["unit"] for column in about["columns"].values())
    assert about["kind"] in {"measured", "reference"}
    assert about["errors"] in {"absolute", "relative"}
    assert all(is_safe(name) for name in about["columns"])
    assert f"# {about['title']}\n" in shipped.card


def test_a_table_is_small_and_every_cell_is_a_number(shipped):
    table = read_table(shipped.path)
    assert 6 <= len(table) <= 250
    assert 1 <= len(table.features) <= 4
    assert np.isfinite(table.x).all()
    assert np.isfinite(table.y).all()
    assert {warning.kind for warning in table.warnings} <= {"few-rows", "counter"}


def test_relative_errors_need_a_target_above_zero(shipped):
    known = measured(shipped)
    assert not known.relative or known.y.min() > 0


def test_the_model_on_the_card_has_a_value_at_every_row_and_describes_it_when_refitted(shipped):
    known = measured(shipped)
    assert np.isfinite(evaluate(known.model, known.columns)).all()
    before, after = (known.score(formula, 0) for formula in (known.model, known.fitted()))
    assert after[0] <= before[0] + 1e-6
    assert after[1] > POOR.get(known.name, 0.75)


def test_a_formula_is_judged_against_the_model_and_not_by_itself(shipped):
    known = measured(shipped)
    mean = sp.Float(float(np.exp(np.log(known.y).mean()) if known.relative else known.y.mean()))
    itself, flat = compared(known, known.fitted()), compared(known, mean)
    assert itself["good"]
    assert abs(itself["difference"]) < CLOSE
    assert not flat["good"]
    assert flat["r2"] == pytest.approx(0, abs=1e-9)


def test_bic_is_the_textbook_one():
    x, y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.1, 1.9, 3.2, 3.8])
    known = Measured(name="line", target="y", columns={"x": x}, y=y, model=parse("1.5*x", ["x"]), relative=False)
    rss = np.sum((y - x) ** 2)
    assert known.score(parse("x", ["x"]), 2)[0] == pytest.approx(4 * np.log(rss / 4) + 2 * np.log(4))
    assert evaluate(known.fitted(), {"x": x}) == pytest.approx(x * np.sum(x * y) / np.sum(x**2))
    assert known.score(parse("log(x - 2)", ["x"]), 1)[0] == float("inf")


def test_a_table_of_a_collection_is_found_by_its_long_and_its_short_name():
    assert table_collections() == ("measured",)
    assert shipped_table("measured/ohm") == shipped_table("ohm") == TABLES[[t.path.stem for t in TABLES].index("ohm")]
    assert set(every_shipped_table()) == {*shipped_tables(), *TABLES}
    assert shipped_tables("measurd") == ()
    with pytest.raises(UsageError, match="kansr datasets list measured"):
        shipped_table("measured")
    with pytest.raises(UsageError, match="did you mean measured/ohm"):
        shipped_table("measured/om")


@pytest.mark.parametrize("shorter", [table.path.stem for table in TABLES])
def test_no_two_tables_share_a_short_name(shorter):
    assert [table.path.stem for table in every_shipped_table()].count(shorter) == 1


def test_the_readme_lists_each_table_as_its_card_has_it(shipped):
    about, name = card(shipped), shipped.path.stem
    text = (shipped.path.parents[2] / "README.md").read_text(encoding="utf-8")
    names = ", ".join(f"`{column}`" for column in about["columns"])
    row = f"| [{about['title']}](collections/measured/{name}.md) | {about['kind']} | {about['rows']} | {names} |"
    assert f"| [{name}.csv](collections/measured/{name}.csv) {row} `{about['model']}` |" in text
