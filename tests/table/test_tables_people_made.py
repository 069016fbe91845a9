"""Text files as people and instruments write them: titles, units below the header, notes at the end, odd encodings."""

import numpy as np
import pytest

from kansr.errors import TableError
from kansr.table import TableSpec, read_features, read_table

N = 30
ROWS = [[i * i / 8, i % 5 + 0.25, i * 1.5] for i in range(N)]
BODY = "\n".join(",".join(map(str, row)) for row in ROWS) + "\n"
TEXT = f"t,u,v\n{BODY}"
GERMAN = TEXT.replace(",", ";").replace(".", ",")


def written(path, content, spec=TableSpec()):  # noqa: B008
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, spec)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"Lab book 7\n{TEXT}", ["remark"]),
        (f"Lab book 7,,\nDevice: A,,\n\n{TEXT}", ["remark"]),
        (f"Lab book 7;;\n{GERMAN}", ["remark", "decimal-comma"]),
        (f"\ufeff# 3 May 2020\nLab book 7\n{TEXT}", ["remark"]),
        (f"{TEXT}Source: lab book 7\n", ["remark"]),
        (f"{TEXT}\nSource: lab book 7,,\nchecked,,\n", ["remark"]),
        (f"{TEXT}(30 rows affected), in all\n", ["remark"]),
        (f"{GERMAN}Quelle: Laborbuch\n", ["remark", "decimal-comma"]),
        (f"Lab book 7\n{TEXT}The end", ["remark", "remark"]),
        (GERMAN.encode("utf-8-sig"), ["decimal-comma"]),
        (GERMAN.encode("utf-16"), ["decimal-comma"]),
        (f"# µ-Meter, Gerät 7\n{TEXT}".encode("cp1252"), ["encoding"]),
    ],
)
def test_the_rows_are_read_whatever_stands_around_them(content, said, tmp_path):
    table = written(tmp_path / "data.csv", content)
    assert (table.features, table.target, [warning.kind for warning in table.warnings]) == (("t", "u"), "v", said)
    np.testing.assert_array_equal(np.column_stack([table.x, table.y]), ROWS)


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("t,u,v\ns,m,m/s\n", ("t [s]", "u [m]", "v [m/s]")),
        ("t,u,v\n(s),[m],m s^-1\n", ("t [s]", "u [m]", "v [m s^-1]")),
        ("t,u,v\n\ns,,m/s\n", ("t [s]", "u", "v [m/s]")),
        ("t [min],u,v\ns,-,m/s\n", ("t [min]", "u [-]", "v [m/s]")),
        ('"t","u","v"\n"s","m","m/s"\n', ("t [s]", "u [m]", "v [m/s]")),
    ],
)
def test_units_below_the_header_are_those_of_the_columns(head, names, tmp_path):
    table = written(tmp_path / "data.csv", head + BODY)
    assert (*table.features, table.target) == names
    assert len(table) == N
    assert table.units[names[2]] == names[2].partition("[")[2][:-1]
    assert "line below the header holds units" in str(table.warnings[0])
    np.testing.assert_array_equal(read_features(tmp_path / "data.csv", ["u"])[:, 0], [row[1] for row in ROWS])


def test_units_below_the_header_are_found_between_words_and_beside_text(tmp_path):
    rows = "".join(f"iron {i}.5 {i * i}\n" for i in range(N))
    table = written(tmp_path / "data.txt", f"metal t v\n- s m/s\n{rows}")
    assert (table.features, len(table)) == (("t [s]",), N)


def test_a_first_row_of_gaps_or_of_labels_holds_no_units(tmp_path):
    assert written(tmp_path / "gaps.csv", f"t,u,v\nNA,-,NA\n{BODY}", TableSpec(null_values=("-",))).features == (
        "t",
        "u",
    )
    labels = "".join(f"{'ms'[i % 2]},{i},{i * i}\n" for i in range(N))
    assert len(written(tmp_path / "labels.csv", f"kind,t,v\n{labels}")) == N


def test_a_unit_below_the_header_that_is_none_is_refused_like_one_in_the_header(tmp_path):
    with pytest.raises(Exception, match="'blorps' is no unit"):
        written(tmp_path / "data.csv", f"t,u,v\ns,m,blorps\n{BODY}")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"{TEXT}1,2\n", "row 31 has 2 cells"),
        (f"{TEXT}total,45\n", "row 31 has 2 cells"),
        (f"t,u,v\n1,2\nSource\n{BODY}", "row 1 has 2 cells"),
        (f"{TEXT}total,2,3\n", '"total" is not a number.*row 31'),
    ],
)
def test_a_line_that_could_be_a_row_is_never_left_out(content, says, tmp_path):
    with pytest.raises(TableError, match=says):
        written(tmp_path / "data.csv", content)


def test_the_guess_of_an_encoding_shows_a_word_and_can_be_overruled(tmp_path):
    content = TEXT.replace("t,", "Zeit für t,", 1).encode("cp1252")
    assert '"für"; --encoding' in str(written(tmp_path / "data.csv", content).warnings[0])
    assert written(tmp_path / "data.csv", content, TableSpec(encoding="latin-1")).features[0] == "Zeit für t"
