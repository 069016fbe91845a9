"""What `kansr check` tells of a table: each column, what is odd about the rows, and how much noise there is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kansr.errors import TableError, UsageError
from kansr.table import Table, TableSpec, survey
from kansr.table.noise import noise
from kansr.table.odd import far_out, odd_rows

RNG = np.random.default_rng(3)


def table(x: np.ndarray, y: np.ndarray) -> Table:
    names = tuple(f"x{i}" for i in range(1, x.shape[1] + 1))
    return Table(features=names, target="y", x=x, y=y, source="<test>", sha256="")


def kinds(found: Table) -> list[tuple[str, int | None]]:
    return [(warning.kind, warning.row) for warning in odd_rows(found)]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_every_column_is_told_with_its_role_and_type(tmp_path: Path) -> None:
    rows = [f"{i},{i / 7},{i % 2},red,2020-01-0{i % 9 + 1},,{i * i}" for i in range(30)]
    file = write(tmp_path / "a.csv", "\n".join(["n,v [m/s],flag,colour,day,gap,y", *rows, "1,,1,blue,2020-01-01,,5"]))
    found = survey(file, TableSpec())
    told = {one.name: (one.role, one.kind, one.missing, one.distinct) for one in found.columns}
    assert told["v [m/s]"] == ("feature", "number", 1, 30)
    assert told["flag"][:2] == ("feature", "yes/no")
    assert told["colour"] == ("left out", "text", 0, 2)
    assert told["day"][:2] == ("feature", "date")
    assert told["gap"][:3] == ("left out", "empty", 31)
    assert told["y"][:2] == ("target", "whole")
    assert (found.rows, len(found.table or ())) == (31, 30)
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))["usable"] is True


def test_a_table_that_cannot_be_used_is_told_with_the_reason(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "a,y\n" + "".join(f"{i},{i}\n" for i in range(20)) + "21,1 m\n")
    found = survey(file, TableSpec())
    assert found.table is None
    assert found.error is not None and found.error.where == 'row 21, column "y"'
    assert [(one.name, one.role, one.kind) for one in found.columns][-1] == ("y", "target", "broken")
    assert found.to_json()["usable"] is False


def test_what_is_no_table_and_a_misspelt_column_are_errors_as_in_a_fit(tmp_path: Path) -> None:
    with pytest.raises(TableError):
        survey(write(tmp_path / "a.csv", ""), TableSpec())
    file = write(tmp_path / "b.csv", "time,y\n" + "".join(f"{i * i},{i}\n" for i in range(20)))
    with pytest.raises(UsageError) as told:
        survey(file, TableSpec(target="tiem"))
    assert told.value.hint == 'did you mean "time"?'


def test_repeated_rows_are_counted_and_the_first_is_named() -> None:
    x = np.r_[RNG.normal(size=(50, 2)), np.ones((3, 2))]
    assert kinds(table(x, x.sum(1))) == [("repeated", 52)]


def test_a_value_far_from_the_rest_is_an_outlier_and_its_row_is_named() -> None:
    x = RNG.normal(size=(200, 1))
    y = x[:, 0] ** 2
    x[17] = 5000.0
    assert kinds(table(x, y)) == [("outlier", 18)]


@pytest.mark.parametrize("spread", [RNG.normal(size=400), RNG.uniform(-1, 1, 400), RNG.exponential(size=400)])
def test_ordinary_spreads_have_no_outliers(spread: np.ndarray) -> None:
    assert far_out(spread).size == 0


def test_a_target_that_few_rows_decide_is_told() -> None:
    y = np.exp(RNG.normal(0, 4, 1000))
    found = [warning for warning in odd_rows(table(RNG.normal(size=(1000, 1)), y)) if warning.kind == "heavy-tailed"]
    assert len(found) == 1 and "logarithm" in found[0].message


def test_an_ordinary_table_is_not_odd() -> None:
    x = RNG.uniform(1, 2, (300, 3))
    assert odd_rows(table(x, x[:, 0] * x[:, 1] / x[:, 2])) == ()


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_the_noise_is_told_to_a_tenth_where_rows_are_near_each_other(share: float) -> None:
    x = RNG.uniform(-1, 1, (1000, 2))
    smooth = np.sin(3 * x[:, 0]) + x[:, 1] ** 2
    y = smooth / smooth.std() * np.sqrt(1 - share**2) + share * RNG.normal(size=1000)
    found = noise(table(x, y))
    assert found is not None and found.share is not None
    assert abs(found.share - share) < 0.1 * share + 0.01


@pytest.mark.parametrize("columns", [1, 2, 4, 6])
def test_where_there_is_no_noise_none_is_claimed(columns: int) -> None:
    x = RNG.uniform(-1, 1, (1000, columns))
    found = noise(table(x, np.sin(3 * x).sum(1)))
    assert found is not None
    assert found.share is None or found.share < 0.02
    assert noise(table(x[:50], x[:50, 0])) is None
