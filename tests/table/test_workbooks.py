"""Spreadsheets: what people write into them, read as a text file would be, with errors by cell."""

import datetime
import zipfile

import numpy as np
import openpyxl
import pytest

from kansr.errors import TableError, UsageError
from kansr.table import TableSpec, read_features, read_table

N = 30
ROWS = [[i * i / 8, i % 5, i * 1.5] for i in range(N)]
CELLS = [["a", "b", "y"], *ROWS]


def workbook(path, *sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells, corner in sheets:
        sheet = book.create_sheet(name)
        for i, row in enumerate(cells):
            for j, cell in enumerate(row):
                sheet.cell(corner[0] + i, corner[1] + j, cell)
    book.save(path)
    return path


def one(path, cells, corner=(1, 1)):
    return workbook(path, ("Data", cells, corner))


def kinds(table):
    return [warning.kind for warning in table.warnings]


@pytest.mark.parametrize(
    ("cells", "corner", "said"),
    [
        (CELLS, (1, 1), []),
        (CELLS, (4, 3), []),
        ([["Lab book 7"], [], *CELLS], (1, 1), ["remark"]),
        ([*CELLS, [], ["Source: lab book 7"]], (1, 1), ["remark"]),
        ([["# made by hand"], *CELLS[:3], [], *CELLS[3:]], (1, 1), []),
        ([[f"{cell}" for cell in row] for row in CELLS], (1, 1), []),
        ([[f"{cell}".replace(".", ",") for cell in row] for row in CELLS], (1, 1), ["decimal-comma"]),
        (
            [[*row, None, note] for row, note in zip(CELLS, ["note", "odd", *[None] * N], strict=False)],
            (1, 1),
            ["text"],
        ),
    ],
)
def test_the_same_numbers_are_read_wherever_they_stand_in_a_sheet(cells, corner, said, tmp_path):
    table = read_table(one(tmp_path / "data.xlsx", cells, corner), TableSpec(target="y"))
    assert (table.features, kinds(table)) == (("a", "b"), said)
    np.testing.assert_array_equal(np.column_stack([table.x, table.y]), ROWS)


def test_units_below_the_header_are_the_units_of_the_columns(tmp_path):
    table = read_table(one(tmp_path / "data.xlsx", [["a", "b", "y"], ["m", "(s)", "m/s"], *ROWS]))
    assert table.features == ("a [m]", "b [s]")
    assert dict(table.units) == {"a [m]": "m", "b [s]": "s", "y [m/s]": "m/s"}


def test_without_a_header_the_columns_are_numbered(tmp_path):
    table = read_table(one(tmp_path / "data.xlsx", ROWS))
    assert (table.features, len(table), kinds(table)) == (("x1", "x2"), N, ["no-header"])


def test_the_first_sheet_that_holds_something_is_read_or_the_one_asked_for(tmp_path):
    other = [["p", "q"], *[[i, i * i] for i in range(N)]]
    path = workbook(tmp_path / "data.xlsx", ("Cover", [], (1, 1)), ("Data", CELLS, (1, 1)), ("More", other, (1, 1)))
    table = read_table(path)
    assert (table.target, kinds(table)) == ("y", ["sheet"])
    assert 'sheet "Data" is read, and not "Cover", "More"' in str(table.warnings[0])
    assert read_table(path, TableSpec(sheet="more")).target == "q"
    np.testing.assert_array_equal(read_features(path, ["q"], TableSpec(sheet="More"))[:3, 0], [0, 1, 4])
    with pytest.raises(UsageError, match=r'no sheet "Mroe"\n.*did you mean "More"'):
        read_table(path, TableSpec(sheet="Mroe"))


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("5 cm", '"5 cm" is not a number.*cell C6 of sheet "Data", column "b"'),
        ("?", r'"\?" is not a number.*cell C6 .*\n.*--null-value'),
        (1e999, "infinite.*cell C6"),
    ],
)
def test_a_cell_that_is_no_number_is_named_as_the_spreadsheet_names_it(cell, says, tmp_path):
    rows = [list(row) for row in CELLS]
    rows[4][1] = str(cell) if cell == 1e999 else cell
    with pytest.raises(TableError, match=says):
        read_table(one(tmp_path / "data.xlsx", rows, corner=(2, 2)))


def test_a_missing_cell_loses_its_row_and_is_named(tmp_path):
    rows = [list(row) for row in CELLS]
    rows[4][1] = None
    table = read_table(one(tmp_path / "data.xlsx", rows, corner=(2, 2)))
    assert len(table) == N - 1
    assert f"1 of {N} rows miss a value" in str(table.warnings[0])
    assert str(table.warnings[0]).endswith('(cell C6 of sheet "Data")')
    with pytest.raises(TableError, match=r"missing.*cell C6"):
        read_table(tmp_path / "data.xlsx", TableSpec(missing="fail"))


def test_dates_and_booleans_are_what_they_are(tmp_path):
    cells = [["day", "on", "x", "y"]]
    cells += [[datetime.date(2020, 1, 1) + datetime.timedelta(days=i), i % 2 == 0, i * i, i] for i in range(N)]
    table = read_table(one(tmp_path / "data.xlsx", cells))
    assert (table.features, kinds(table)[0]) == (("day", "on", "x"), "time")
    assert table.x[:3, :2].tolist() == [[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]]


def test_an_open_document_is_read_too(tmp_path):
    def cell(value):
        kind = "float" if isinstance(value, (int, float)) else "string"
        given = f' office:value="{value}"' if kind == "float" else ""
        return f'<table:table-cell office:value-type="{kind}"{given}><text:p>{value}</text:p></table:table-cell>'

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in CELLS)
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Data">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "data.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    table = read_table(tmp_path / "data.ods")
    np.testing.assert_array_equal(np.column_stack([table.x, table.y]), ROWS)


def test_a_workbook_is_known_by_its_content_and_a_zip_archive_is_none(tmp_path):
    one(tmp_path / "data.xlsx", CELLS).rename(tmp_path / "data")
    assert len(read_table(tmp_path / "data")) == N
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("data.csv", "x,y\n1,2\n")
    with pytest.raises(TableError, match="ZIP archive"):
        read_table(tmp_path / "data.zip")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a,b,y\n1,2,3\n", "name ends like an Excel workbook"),
        (b"PK\x03\x04 and so on", "damaged"),
    ],
)
def test_a_file_that_only_is_named_like_a_workbook_is_refused(content, says, tmp_path):
    (tmp_path / "data.xlsx").write_bytes(content)
    with pytest.raises(TableError, match=says):
        read_table(tmp_path / "data.xlsx")


def test_an_empty_workbook_has_no_data(tmp_path):
    with pytest.raises(TableError, match="sheet is empty"):
        read_table(one(tmp_path / "data.xlsx", []))
    with pytest.raises(TableError, match="header and no rows"):
        read_table(one(tmp_path / "data.xlsx", CELLS[:1]))
