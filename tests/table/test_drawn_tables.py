"""Tables drawn with lines, as Markdown, psql, MySQL and reStructuredText have them; rows behind a mark of comments."""

import numpy as np
import pytest

from kansr.table import TableSpec, read_features, read_table
from kansr.table.long import long_table
from kansr.table.ruled import is_rule

N = 12
ROWS = [[i * i / 8 - 3, i % 5 + 0.25, -i * 1.5] for i in range(N)]
NAMES = ("größe", "u", "v")


def drawn(before, between, behind, header=NAMES, pad=0):
    def line(cells):
        return before + between.join(str(cell).rjust(pad) for cell in cells) + behind + "\n"

    return line(header), "".join(map(line, ROWS))


def markdown(rule):
    head, rows = drawn("| ", " | ", " |", pad=8)
    return f"{head}{rule}\n{rows}"


def grid(edge, rule, before="| ", between=" | ", behind=" |"):
    head, rows = drawn(before, between, behind, pad=8)
    return f"{edge}\n{head}{rule}\n{rows}{edge}\n"


HEAD, BODY = drawn("", "|", "", pad=9)
WIDE_HEAD, WIDE_BODY = drawn("", "  ", "", pad=10)
COMMA_HEAD, COMMA_BODY = drawn("", ",", "")

EQUAL = "=====  =====  =====\n"
DRAWN = {
    "markdown": markdown("|---|---|---|"),
    "markdown, aligned": markdown("|:---|:--:|---:|"),
    "markdown, short": markdown("|-|:-:|--|"),
    "markdown with Windows' lines": markdown("|---|---|---|").replace("\n", "\r\n"),
    "markdown without a frame": f"{HEAD}--- | :--: | ---\n{BODY}",
    "markdown below a title": "Lab book 7\n\n" + markdown("|---|---|---|"),
    "markdown saved with commas": f"{COMMA_HEAD}:---,:---:,---\n{COMMA_BODY}",
    "psql": f"{HEAD}---------+---------+---------\n{BODY}({N} rows)\n",
    "mysql": grid("+------+------+------+", "+------+------+------+") + f"{N} rows in set (0.00 sec)\n",
    "grid of reStructuredText": grid("+---+---+---+", "+===+===+===+"),
    "org": markdown("|---+---+---|"),
    "simple of reStructuredText": f"{EQUAL}{WIDE_HEAD}{EQUAL}{WIDE_BODY}{EQUAL}",
    "plain text": f"{WIDE_HEAD}{'-' * 40}\n{WIDE_BODY}",
    "plain text, parted": f"{WIDE_HEAD}--------- --------- ---------\n{WIDE_BODY}",
    "boxes": grid("┌───┬───┬───┐", "├───┼───┼───┤", "│ ", " │ ", " │"),
    "names behind #": f"# {WIDE_HEAD}#{'-' * 40}\n{WIDE_BODY}",
    "rules between rows": f"{COMMA_HEAD}" + COMMA_BODY.replace("\n", "\n-----\n", 3),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_the_lines_of_a_drawing_are_no_rows(name, tmp_path):
    (tmp_path / "data.txt").write_text(DRAWN[name], encoding="utf-8")
    table = read_table(tmp_path / "data.txt")
    assert (*table.features, table.target) == NAMES
    np.testing.assert_array_equal(np.column_stack([table.x, table.y]), ROWS)
    assert {warning.kind for warning in table.warnings} <= {"few-rows", "remark"}
    np.testing.assert_array_equal(read_features(tmp_path / "data.txt", ["u"])[:, 0], [row[1] for row in ROWS])


@pytest.mark.parametrize("line", ["-1 | -2", "--", "1-2", "-", "+1", "a---b", "--- 5 ---", "2020-01-01", "|", "| |"])
def test_what_may_be_cells_is_no_rule(line):
    assert not is_rule(line)


def test_a_first_and_a_last_cell_without_a_value_are_no_frame(tmp_path):
    rows = "".join(f"|{i}|\n" if i % 2 else f"{i}|{i * i}|{i**3}\n" for i in range(12))
    (tmp_path / "data.txt").write_text(f"a|b|y\n{rows}")
    table = read_table(tmp_path / "data.txt")
    assert (table.features, len(table)) == (("a", "b"), 6)


def marks(table):
    return [warning.message for warning in table.warnings if "behind #" in warning.message]


@pytest.mark.parametrize("sign", [",", ";", " ", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_behind_a_mark_are_counted_aloud(sign, end, tmp_path):
    body = COMMA_BODY.splitlines()
    text = ["#a comment", COMMA_HEAD.strip(), *body[:5], "#1,2,3", "# and so on", *body[5:], "# 4.5,-5,6e3"]
    (tmp_path / "data.csv").write_bytes((end.join(text) + end).replace(",", sign).encode())
    table = read_table(tmp_path / "data.csv")
    assert len(table) == N
    (said,) = marks(table)
    assert said.startswith('2 rows behind # are left out ("1 2 3"')


@pytest.mark.parametrize("comment", ["# so it is", "# 3 May 2020, by hand", "#", "# a,b", "# 1,2,3,4", "# run 7"])
def test_other_comments_are_not_counted(comment, tmp_path):
    body = COMMA_BODY.splitlines()
    (tmp_path / "data.csv").write_text("\n".join([COMMA_HEAD.strip(), *body[:5], comment, *body[5:]]), encoding="utf-8")
    assert marks(read_table(tmp_path / "data.csv")) == []


def test_rows_behind_a_mark_are_counted_in_a_spreadsheet_too(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    for line in (["# notes", 1], ["a", "b", "y"], *ROWS[:6], ["#1", 2, 3], ["# a note"], ["#", 4, 5, 6], *ROWS[6:]):
        book.active.append(line)
    book.save(tmp_path / "data.xlsx")
    table = read_table(tmp_path / "data.xlsx")
    assert len(table) == N
    (said,) = marks(table)
    assert said.startswith("2 rows behind #")


@pytest.mark.parametrize("odd", ["#7,8,9\n", "-----\n"])
def test_a_long_file_with_comments_or_rules_is_read_whole(odd, tmp_path):
    rows = "".join(f"{i},{i % 7},{i * i}\n" for i in range(3000))
    (tmp_path / "plain.csv").write_text(f"a,b,y\n{rows}")
    assert long_table(tmp_path / "plain.csv", TableSpec(sample=1000)) is not None
    (tmp_path / "odd.csv").write_text(f"a,b,y\n{odd if odd[0] == '-' else ''}{rows}{odd}")
    assert long_table(tmp_path / "odd.csv", TableSpec(sample=1000)) is None
    assert len(read_table(tmp_path / "odd.csv", TableSpec(sample=1000))) == 3000
