"""`kansr datasets`: what comes with kansr is listed and shown, and laws become tables."""

import csv
import io
import json

import numpy as np
import pytest

from kansr.datasets import collections, every_shipped_table, law, shipped_tables, table_collections


def rows_of(text):
    """Give the header of a CSV text, and its numbers [rows, columns]."""
    header, *rows = csv.reader(io.StringIO(text))
    return header, np.array(rows, dtype=float)


def test_collections_and_tables_are_listed_with_their_sizes(here):
    lines = here("datasets").stdout.splitlines()
    for one in collections():
        assert any(line.split()[:2] == [one.name, str(len(one.laws))] and one.sources[0] in line for line in lines)
    for table in shipped_tables():
        assert any(line.split()[:2] == [table.name, str(table.rows)] and table.title in line for line in lines)
    for name in table_collections():
        assert any(line.split()[:2] == [name, str(len(shipped_tables(name)))] for line in lines)
    assert here("datasets", "list").stdout.splitlines() == lines


def test_the_tables_of_a_collection_are_listed_with_their_rows(here):
    lines = here("datasets", "list", "measured").stdout.splitlines()
    assert [line.split(maxsplit=2) for line in lines] == [
        [table.name, str(table.rows), table.title] for table in shipped_tables("measured")
    ]


def test_json_holds_every_table_also_those_of_collections(here):
    names = [table["name"] for table in json.loads(here("datasets", "--json").stdout)["tables"]]
    assert names == [table.name for table in every_shipped_table()]
    assert len(names) > len(shipped_tables())


def test_the_laws_of_a_collection_are_listed_with_their_formulas(here):
    lines = here("datasets", "list", "nguyen").stdout.splitlines()
    assert lines[0] == "Nguyen-1    y = x1**3 + x1**2 + x1"
    assert len(lines) == 20


def test_a_law_is_shown_with_its_columns_units_rows_and_source(here):
    text = here("datasets", "show", "feynman/I.12.2").stdout
    for part in ("F = q1*q2*r/(4*pi*epsilon*r**3)", "1 to 5  F/m", "in N", "2000 rows", "Udrescu and Tegmark 2020"):
        assert part in text
    assert "f = voigt(x, sigma, gamma)" in here("datasets", "show", "outside/voigt").stdout
    assert "21 rows, on a grid" in here("datasets", "show", "Keijzer-1").stdout


def test_a_shipped_table_is_shown_with_its_place_and_card(here, root):
    text = here("datasets", "show", "boyle").stdout
    assert text.startswith(f"{root / 'datasets' / 'boyle.csv'}\n")
    assert (root / "datasets" / "boyle.md").read_text(encoding="utf-8") in text


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        ((), {"collections", "tables"}),
        (("list", "jin"), {"name", "laws", "sources"}),
        (("show", "special/jv"), set(law("special/jv").to_json())),
        (("show", "boyle"), {"name", "title", "rows", "path", "card"}),
        (("show", "measured/ohm"), {"name", "title", "rows", "path", "card"}),
        (("list", "measured"), {"name", "tables"}),
    ],
)
def test_json_is_one_object(here, arguments, keys):
    action = arguments or ("list",)
    assert set(json.loads(here("datasets", *action, "--json").stdout)) == keys


def test_a_law_becomes_a_table_on_stdout(here):
    header, rows = rows_of(here("datasets", "make", "I.12.1", "--rows", 30).stdout)
    assert header == ["mu", "Nn", "F"]
    assert rows.shape == (30, 3)
    assert np.array_equal(rows[:, 2], rows[:, 0] * rows[:, 1])
    assert rows_of(here("datasets", "make", "Keijzer-1").stdout)[1].shape == (21, 2)


def test_a_shipped_table_is_made_as_it_is(here, root):
    assert here("datasets", "make", "planets").stdout == (root / "datasets" / "planets.csv").read_text(encoding="utf-8")
    path = root / "datasets" / "collections" / "measured" / "ohm.csv"
    for name in ("measured/ohm", "ohm"):
        assert here("datasets", "make", name).stdout == path.read_text(encoding="utf-8")


def test_seed_and_noise_are_those_of_the_library(here):
    _, rows = rows_of(here("datasets", "make", "I.6.2", "--rows", 200, "--noise", 0.1, "--seed", 3).stdout)
    x, y = law("I.6.2").sample(200, 3, 0.1)
    assert np.array_equal(rows, np.column_stack([x, y]))


def test_a_file_is_written_and_never_overwritten_without_force(here, tmp_path):
    assert here("datasets", "make", "jin/Jin-1", "--rows", 5, "-o", "law.csv").stdout == ""
    text = (tmp_path / "law.csv").read_text()
    answer = here("datasets", "make", "jin/Jin-2", "--rows", 5, "-o", "law.csv")
    assert (answer.returncode, (tmp_path / "law.csv").read_text()) == (2, text)
    assert "--force" in answer.stderr
    assert here("datasets", "make", "jin/Jin-2", "--rows", 5, "-o", "law.csv", "--force").returncode == 0
    assert (tmp_path / "law.csv").read_text() != text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show",), "kansr datasets show feynman/I.6.2a"),
        (("make",), "kansr datasets make boyle"),
        (("list", "feynmann"), "did you mean feynman?"),
        (("list", "specials"), "did you mean special?"),
        (("show", "boile"), "did you mean boyle?"),
        (("show", "nguyen"), "kansr datasets list nguyen"),
        (("make", "nguyen/Nguyen-13"), "did you mean nguyen/Nguyen-"),
        (("make", "boile"), "did you mean boyle?"),
        (("show", "measured"), "kansr datasets list measured"),
        (("make", "measured/om"), "did you mean measured/ohm?"),
        (("list", "measurd"), "did you mean measured?"),
        (("make", "boyle", "--rows", "5"), "not a law"),
        (("make", "jin/Jin-1", "--noise", "-1"), "x>=0"),
        (("make", "jin/Jin-1", "--rows", "0"), "x>=1"),
        (("drop",), "list"),
    ],
)
def test_a_wrong_word_is_a_usage_error_that_says_what_is_right(here, arguments, says):
    answer = here("datasets", *arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert says in answer.stderr
