"""Tables that can be used but are odd: what is left out, what is only said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kansr.errors import TableError
from kansr.table import Table, TableSpec, table_from_frame

N = 40
WAVE = np.sin(np.arange(N) ** 2)
STEPS = np.arange(N) % 7 * 1.0
Y = WAVE + STEPS**2


def table(spec: TableSpec = TableSpec(), **columns: object) -> Table:  # noqa: B008
    return table_from_frame(pd.DataFrame({"a": WAVE, **columns, "y": columns.get("y", Y)}), spec)


def said(found: Table) -> list[tuple[str, str | None, int | None]]:
    return [(warning.kind, warning.column, warning.row) for warning in found.warnings]


def test_a_plain_table_has_no_warnings() -> None:
    assert said(table(b=STEPS)) == []


@pytest.mark.parametrize(
    ("values", "kind", "row"),
    [
        (["red", "green"] * (N // 2), "text", 1),
        ([1.0, "green", "red", "blue"] * (N // 4), "text", 2),
        (["2020-02-30", *["2020-02-29"] * (N - 1)], "date", 1),
        (["29.02.2020 12:00", *["2020-02-28"] * (N - 1)], "date", 1),
        (["2020-02-29"] * N, "constant", None),
        ([None] * N, "empty", None),
        ([2.5] * N, "constant", None),
        ([0.3, 0.1 + 0.2] * (N // 2), "constant", None),
        ([True] * N, "constant", None),
        ([1 + 2j] * N, "text", 1),
    ],
)
def test_columns_that_cannot_be_features_are_left_out_with_a_warning(
    values: object, kind: str, row: int | None
) -> None:
    found = table(b=values)
    assert found.features == ("a",)
    assert said(found) == [(kind, "b", row)]
    assert 'column "b"' in found.warnings[0].message


def test_the_second_of_two_equal_columns_is_left_out() -> None:
    found = table(b=STEPS, c=WAVE)
    assert (found.features, said(found)) == (("a", "b"), [("duplicate", "c", None)])
    assert 'same values as "a"' in found.warnings[0].message


def test_constant_columns_are_left_out_even_when_asked_for() -> None:
    found = table(TableSpec(features=("a", "b")), b=np.ones(N))
    assert (found.features, said(found)) == (("a",), [("constant", "b", None)])


def test_a_column_that_becomes_constant_without_the_missing_rows_is_left_out() -> None:
    found = table(b=[5.0] * (N - 1) + [6.0], c=[*STEPS[:-1], None])
    assert (found.features, len(found)) == (("a", "c"), N - 1)
    assert said(found) == [("missing", "c", N), ("constant", "b", None)]


@pytest.mark.parametrize("name", ["id", "ID", "sample_id", "row", "Row number", "index", "Unnamed: 0", "", "#"])
def test_a_row_counter_named_like_one_is_left_out(name: str) -> None:
    found = table(**{name: np.arange(1, N + 1)})
    assert found.features == ("a",)
    assert found.warnings[-1].kind == "id-like"


@pytest.mark.parametrize("name", ["time", "width", "grid", "humid"])
def test_a_row_counter_with_another_name_is_kept_with_a_warning(name: str) -> None:
    found = table(**{name: np.arange(N)})
    assert (found.features, said(found)) == (("a", name), [("counter", name, None)])


def test_a_row_counter_that_is_asked_for_is_kept() -> None:
    assert table(TableSpec(features=("id",)), id=np.arange(N)).features == ("id",)


def test_identifiers_that_do_not_count_are_kept() -> None:
    assert table(id=STEPS).features == ("a", "id")


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (-3.7e5, 12.0), (1e-200, 0.0), (1e300, 0.0)])
def test_a_straight_line_of_the_target_is_said_and_kept(slope: float, shift: float) -> None:
    found = table(b=slope * Y + shift)
    assert (found.features, said(found)) == (("a", "b"), [("leaking", "b", None)])


def test_a_straight_line_is_the_law_where_there_is_one_feature() -> None:
    found = table(y=2 * WAVE)
    assert (found.features, said(found)) == (("a",), [])


def test_a_nearly_straight_line_does_not_leak() -> None:
    assert said(table(b=Y + 1e-6 * WAVE)) == []


def test_a_target_of_two_values_looks_like_a_class() -> None:
    half = np.arange(N) % 2
    for y in (half, 3.0 - half, half > 0):
        found = table(y=y)
        assert said(found) == [("two-values", "y", None)]
        assert "regression" in found.warnings[0].message
    assert said(table(y=np.arange(N) % 3)) == []
    assert said(table(y=1.0 + 2e-16 * half)) == [("constant-target", "y", None)]


def test_a_constant_target_is_accepted_with_a_warning() -> None:
    assert said(table(y=np.full(N, 7.0))) == [("constant-target", "y", None)]


def test_few_rows_are_said() -> None:
    frame = pd.DataFrame({"a": WAVE, "b": STEPS, "y": Y})
    assert said(table_from_frame(frame[:12])) == [("few-rows", None, None)]


def test_columns_without_a_name_are_numbered_by_their_place() -> None:
    found = table(**{" ": STEPS})
    assert (found.features, said(found)) == (("a", "unnamed_2"), [("unnamed", "unnamed_2", None)])


def test_the_largest_numbers_overflow_nowhere() -> None:
    found = table(b=1.7e308 * WAVE, y=1.7e308 * np.cos(STEPS))
    assert (found.features, said(found)) == (("a", "b"), [("leaking", "b", None)][:0])


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["steel", "brass"] * (N // 2), ["--group b gives each of its 2 values", 'a column of 1 for "steel" and 0']),
        (["Na", "Fe", "Cu", "Au"] * (N // 4), ["--group b gives each of its 4 values constants of its own"]),
        (["2020-02-29", "29.2.2020"] * (N // 2), ["where all cells are written alike, such as 2023-12-31"]),
    ],
)
def test_a_column_of_labels_or_dates_that_is_left_out_is_told_what_it_could_be(
    values: list[str], says: list[str]
) -> None:
    (warning,) = table(b=values).warnings
    assert all(words in warning.message for words in says)
    with pytest.raises(TableError) as caught:
        table(TableSpec(features=("a", "b")), b=values)
    assert all(words in str(caught.value) for words in says)


@pytest.mark.parametrize("values", [[f"sample {i}" for i in range(N)], ["red"] * N])
def test_names_and_a_single_text_are_no_labels(values: list[str]) -> None:
    (warning,) = table(b=values).warnings
    assert "--group" not in warning.message
