"""Tables in other encodings than UTF-8: read by what the words say, told with the flag that says otherwise."""

import subprocess
import sys

import pytest

from kansr.errors import UsageError
from kansr.table import TableSpec, read_table
from kansr.table.encodings import guess, wide

N = 30
LONG = {
    "gb18030": "序号,角度(°),切向速度(m/s),法向速度(m/s),系数",
    "shift_jis": "時間,温度,圧力(Pa),ポンプ速度",
    "cp1251": "Время,Температура,Давление",
    "latin-1": "Zeit für t,Größe,Länge",
    "cp1252": "Température,Débit à l’entrée,y",
    "cp1250": "Čas,Teplota (°C),Tlak žluť",
    "koi8_r": "Время,Температура,Давление",
    "euc_kr": "시간,온도,압력",
    "big5": "時間,溫度,壓力",
}
SHORT = {
    "gb18030": "x,系数",
    "shift_jis": "x,温度",
    "cp1251": "x,Сила",
    "latin-1": "x,Größe",
    "cp1252": "µ,y",
    "big5": "x,溫度",
}
TABLES = [*LONG.items(), *SHORT.items()]


def lines(header, rows=N):
    width = header.count(",") + 1
    return f"{header}\n" + "".join(
        ",".join(str((i * i * k + 1) / 7) for k in range(1, width + 1)) + "\n" for i in range(rows)
    )


def names(table):
    return ",".join((*table.features, table.target))


@pytest.mark.parametrize("rows", [5, N])
@pytest.mark.parametrize(("encoding", "header"), TABLES)
def test_names_are_read_as_they_were_written_and_the_guess_is_said(encoding, header, rows, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(lines(header, rows).encode(encoding))
    table = read_table(path)
    told = next(warning.message for warning in table.warnings if warning.kind == "encoding")
    assert table.target == header.split(",")[-1]
    assert set(table.features) <= set(header.split(","))
    assert "--encoding" in told and "byte 0x" in told
    plain = read_table(path, TableSpec(encoding=encoding))
    assert (names(plain), plain.sha256) == (names(table), table.sha256)
    assert [warning for warning in plain.warnings if warning.kind == "encoding"] == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_a_mark_and_without(encoding, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(lines("Größe,y").encode(encoding))
    table = read_table(path)
    assert names(table) == "Größe,y"
    assert encoding in table.warnings[0].message and "--encoding" in table.warnings[0].message
    path.write_bytes(lines("Größe,y").encode("utf-16"))
    assert read_table(path).warnings == ()


def test_other_readings_that_make_sense_are_told(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(lines("시간,온도").encode("euc_kr"))
    told = read_table(path).warnings[0].message
    assert "as cp949 " in told or "as gb18030 " in told


def test_a_word_that_makes_no_sense_is_no_reading():
    assert guess(b"a\x81\x8d\x90,y\n") is None
    assert wide(b"x,y\n1,2\n") is None
    assert wide(bytes(100)) is None


def test_plain_text_needs_no_guess():
    code = (
        "import sys, kansr.table.decode as d; d.decode('Größe,y\\n1,2\\n'.encode(), 'utf-8', ''); "
        "sys.exit('charset_normalizer' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_name_that_is_not_found_where_names_are_foreign_names_the_flag(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(lines("x,Größe").encode("cp1252"))
    with pytest.raises(UsageError) as raised:
        read_table(path, TableSpec(target="系数"))
    assert "--encoding" in str(raised.value.hint)


def test_names_that_were_written_in_the_wrong_encoding_are_told(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(lines("GrÃ¶ÃŸe,y"), encoding="utf-8")
    table = read_table(path)
    assert table.features == ("GrÃ¶ÃŸe",)
    assert [warning.kind for warning in table.warnings] == ["encoding"]
    assert "--encoding" in table.warnings[0].message
