"""Files that were made to harm a reader: each function writes one, of kilobytes as far as that can be.

`HOSTILE` are those that no reader may lay out; `ODD` are those that may be read or refused, as long as it is quick.
"""

from __future__ import annotations

import gzip
import os
import random
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from pyarrow import ipc

ROWS = "x,y\n" + "".join(f"{i},{i * i}\n" for i in range(40))
Maker = Callable[[Path], None]


def _feather(table: pa.Table, path: Path, codec: str | None = None) -> None:
    with ipc.new_file(path, table.schema, options=ipc.IpcWriteOptions(compression=codec)) as file:
        file.write_table(table)


def nulls(path: Path) -> None:
    """A thousand million rows of nothing, in 500 bytes."""
    column = pa.nulls(1_000_000_000)
    _feather(pa.table({"x": column, "y": column}), path)


def runs(path: Path) -> None:
    """One number, said to stand in two thousand million rows."""
    ends, values = pa.array([2_000_000_000], pa.int32()), pa.array([1.5])
    _feather(pa.table({"x": pa.RunEndEncodedArray.from_arrays(ends, values)}), path)


def text_of_runs(path: Path) -> None:
    """One text of a megabyte, in a hundred thousand rows."""
    ends, values = pa.array([100_000], pa.int32()), pa.array(["a" * (1 << 20)])
    _feather(pa.table({"x": pa.RunEndEncodedArray.from_arrays(ends, values), "y": np.zeros(100_000)}), path, "zstd")


def zeros(path: Path) -> None:
    """50 million zeros, packed in one buffer for each column."""
    column = np.zeros(25_000_000)
    _feather(pa.table({"x": column, "y": column}), path, "zstd")


def words(path: Path) -> None:
    """A dictionary of one text of a megabyte, and a hundred thousand rows that name it."""
    index = pa.array(np.zeros(100_000, dtype=np.int8))
    column = pa.DictionaryArray.from_arrays(index, pa.array(["a" * (1 << 20)]))
    _feather(pa.table({"x": column, "y": np.zeros(100_000)}), path, "zstd")


def parquet_texts(path: Path) -> None:
    """The same in Parquet, which writes a text once, however often it stands there."""
    pq.write_table(pa.table({"x": pa.array(["a" * (1 << 20)] * 200), "y": np.arange(200.0)}), path, compression="zstd")


def parquet_lists(path: Path) -> None:
    """Ten rows with a list of two million numbers each."""
    lists = pa.ListArray.from_arrays(
        pa.array(np.arange(11, dtype=np.int32) * 2_000_000), pa.array(np.zeros(20_000_000))
    )
    pq.write_table(pa.table({"x": lists, "y": np.arange(10.0)}), path, compression="zstd")


def parquet_zeros(path: Path) -> None:
    """50 million zeros."""
    column = np.zeros(25_000_000)
    pq.write_table(pa.table({"x": column, "y": column}), path, compression="zstd")


def parquet_columns(path: Path) -> None:
    """20,000 columns of ten rows."""
    pq.write_table(pa.table({f"x{i}": [float(i)] * 10 for i in range(20_000)}), path)


_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BOOK = b'<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
_RELATION = b'<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>'
_RELATIONS = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'


def workbook(path: Path, sheet: bytes, strings: bytes = b"") -> None:
    """Write a workbook of one sheet from the XML inside of its `sheetData` and of its shared strings."""
    inner = _RELATION % (1, _OFFICE, b"worksheet", b"worksheets/sheet1.xml")
    inner += _RELATION % (2, _OFFICE, b"sharedStrings", b"sharedStrings.xml")
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS % (_RELATION % (1, _OFFICE, b"officeDocument", b"xl/workbook.xml")),
        "xl/workbook.xml": _BOOK % (_MAIN, _OFFICE),
        "xl/_rels/workbook.xml.rels": _RELATIONS % inner,
        "xl/sharedStrings.xml": b'<sst xmlns="%s">%s</sst>' % (_MAIN, strings),
        "xl/worksheets/sheet1.xml": b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (_MAIN, sheet),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)


def shared_string(path: Path) -> None:
    """One text of 20 MB that 135 cells name: 22 kB that lay out to 2.7 GB."""
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c><c r="B%d"><v>1</v></c></row>' % (i, i, i) for i in range(1, 136)
    )
    workbook(path, cells, b"<si><t>%s</t></si>" % (b"a" * 20_000_000))


def inline_rows(path: Path) -> None:
    """200,000 cells in a workbook of some kilobytes."""
    workbook(path, b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (i, i) for i in range(1, 200_001)))


def old_workbook(path: Path) -> None:
    """An old workbook with a cell in the first corner and one in the last, of rows and columns that Excel never had."""
    path.write_bytes(compound(biff([(0, 0), (65535, 65535)])))


def binary_workbook(path: Path) -> None:
    """A binary workbook with a cell in the first corner and one in the last."""

    def record(kind: int, body: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return head + bytes([len(body)]) + body

    def cell(row: int, column: int) -> bytes:
        return record(0, struct.pack("<I", row) + bytes(13)) + record(5, struct.pack("<IId", column, 0, 1.5))

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    sheet = record(129) + record(148, struct.pack("<IIII", 0, 1048575, 0, 16383)) + record(145) + cell(0, 0)
    sheet += cell(1_048_575, 16_383) + record(146) + record(130)
    book = record(131) + record(143) + record(156, bytes(4) + struct.pack("<I", 1) + wide("rId1") + wide("S"))
    book += record(144) + record(132)
    inner = _RELATION % (1, _OFFICE, b"worksheet", b"worksheets/sheet1.bin")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", _RELATIONS % inner)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)


def biff(cells: list[tuple[int, int]]) -> bytes:
    """Write a stream of an old workbook with a number in each of these cells."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    name = b"S"
    bound = 8 + len(begin) - 8 + 4 + 4 + 8 + len(name) + 4
    head = record(0x0809, begin)
    bound = len(head) + 4 + 8 + len(name) + 4
    head += record(0x0085, struct.pack("<IHBB", bound, 0, len(name), 0) + name) + record(0x000A, b"")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    sheet += b"".join(record(0x0203, struct.pack("<HHHd", row, column, 0, 1.5)) for row, column in cells)
    return head + sheet + record(0x000A, b"")


def compound(stream: bytes) -> bytes:
    """Put a stream called Workbook into a compound file: a header, a table of sectors, a folder, and the stream."""
    stream = stream.ljust(4096, b"\0")  # shorter ones go elsewhere
    count = -(-len(stream) // 512)
    stream = stream.ljust(512 * count, b"\0")
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        letters = (name + "\0").encode("utf-16-le")
        body = letters.ljust(64, b"\0") + struct.pack("<HBBIII", len(letters), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return body + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream)) + bytes(256)
    return header + struct.pack("<128I", *fat) + folder + stream


def _database(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def endless_view(path: Path) -> None:
    """A view that counts without an end."""
    count = "with recursive c(x) as (select 1 union all select x + 1 from c) select x, x * x as y from c"
    _database(path, f"create view v as {count}")


def silent_view(path: Path) -> None:
    """A view that computes without an end and gives no row."""
    count = "with recursive c(x) as (select 1 union all select x + 1 from c) select x, x as y from c where x < 0"
    _database(path, f"create view v as {count}")


def long_view(path: Path) -> None:
    """A view whose rows hold a hundred megabytes each."""
    count = "with recursive c(x) as (select 1 union all select x + 1 from c limit 100)"
    _database(path, f"create view v as {count} select hex(zeroblob(50000000 + x)) as x, x as y from c")


def sorted_view(path: Path) -> None:
    """A view that sorts rows without an end."""
    count = "with recursive c(x) as (select 1 union all select x + 1 from c) select x, x as y from c order by -x"
    _database(path, f"create view v as {count}")


def long_cell(path: Path) -> None:
    """A cell of 200 MB."""
    path.write_bytes(ROWS.encode() + b"a" * 200_000_000 + b",1\n")


def open_quote(path: Path) -> None:
    """A quote that is opened and not closed, over 100 MB of rows."""
    path.write_bytes(b'x,y\n1,2\n"' + b"1,2\n" * 25_000_000)


def commas(path: Path) -> None:
    """2 MB of commas."""
    path.write_bytes(b"," * 2_000_000)


def many_columns(path: Path) -> None:
    """A hundred thousand columns."""
    lines = [",".join(f"x{i}" for i in range(100_000)), *[",".join(["1"] * 100_000)] * 6]
    path.write_text("\n".join(lines))


def names_alike(path: Path) -> None:
    """3,000 names that look like errors of each other."""
    names = [f"e_{'e' * (i % 50)}{i}" for i in range(1500)] + [f"sigma_e_{'e' * (i % 50)}{i}" for i in range(1500)]
    rows = [",".join(str(random.Random(j).random()) for _ in names) for j in range(12)]
    path.write_text("\n".join([",".join(names), *rows]))


def gzip_bomb(path: Path) -> None:
    """200 MB of rows, packed to 200 kB."""
    with gzip.open(path, "wb", compresslevel=6) as file:
        for _ in range(50):
            file.write(b"1,1\n" * (1 << 20))


def zstd_bomb(path: Path) -> None:
    """The same, packed to some kilobytes."""
    with zstandard.open(path, "wb") as file:
        for _ in range(50):
            file.write(b"1,1\n" * (1 << 20))


def sparse(path: Path) -> None:
    """A terabyte of nothing, which takes no place on the disk."""
    with path.open("wb") as file:
        file.truncate(1 << 40)


def silent_pipe(path: Path) -> None:
    """A pipe that nobody writes into."""
    os.mkfifo(path)


def device(path: Path) -> None:
    """A file without an end."""
    path.symlink_to("/dev/zero")


HOSTILE: dict[str, Maker] = {
    "nulls.feather": nulls,
    "runs.feather": runs,
    "text-of-runs.feather": text_of_runs,
    "zeros.feather": zeros,
    "words.feather": words,
    "texts.parquet": parquet_texts,
    "zeros.parquet": parquet_zeros,
    "columns.parquet": parquet_columns,
    "shared-string.xlsx": shared_string,
    "corner.xls": old_workbook,
    "corner.xlsb": binary_workbook,
    "endless.db": endless_view,
    "silent.db": silent_view,
    "long.db": long_view,
    "sorted.db": sorted_view,
    "long-cell.csv": long_cell,
    "open-quote.csv": open_quote,
    "commas.csv": commas,
    "columns.csv": many_columns,
    "bomb.csv.gz": gzip_bomb,
    "bomb.csv.zst": zstd_bomb,
    "sparse.csv": sparse,
    "pipe.csv": silent_pipe,
    "device.csv": device,
}

ODD: dict[str, Maker] = {
    "lists.parquet": parquet_lists,
    "rows.xlsx": inline_rows,
    "names.csv": names_alike,
}
