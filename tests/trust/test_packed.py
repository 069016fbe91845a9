"""A small file cannot fill the memory: what unpacks too far is refused before it is there."""

import gzip
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
import zstandard

from kansr.errors import TableError
from kansr.table import TableSpec, read_table
from kansr.table.room import FREE

ROWS = b"x,y\n" + b"".join(b"%d,%d\n" % (i, 2 * i) for i in range(40))
ZEROS = FREE + (1 << 20)


def gzip_bomb(path):
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(ROWS)
        for _ in range(ZEROS >> 20):
            file.write(b"1,1\n" * (1 << 18))


def zstd_bomb(path):
    with zstandard.open(path, "wb") as file:
        for _ in range(ZEROS >> 20):
            file.write(b"1,1\n" * (1 << 18))


def parquet_bomb(path):
    column = np.zeros(FREE // 16 + 1000)
    pd.DataFrame({"x": column, "y": column}).to_parquet(path, compression="zstd")


def workbook_bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(ZEROS >> 20):
                part.write(b" " * (1 << 20))


BOMBS = {"bomb.csv.gz": gzip_bomb, "bomb.csv.zst": zstd_bomb, "bomb.parquet": parquet_bomb, "bomb.xlsx": workbook_bomb}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unpacks_to_a_hundred_times_its_size_is_refused(name, tmp_path):
    BOMBS[name](tmp_path / name)
    with pytest.raises(TableError, match="unpacks to more than"):
        read_table(tmp_path / name, TableSpec(sample=None))  # a sample is read in blocks, which fill nothing


def test_an_archive_that_lies_about_its_sizes_is_counted_all_the_same(tmp_path):
    workbook_bomb(tmp_path / "bomb.xlsx")
    data = bytearray((tmp_path / "bomb.xlsx").read_bytes())
    end = data.rfind(b"PK\x01\x02")  # the entry of the sheet in the directory; its size unpacked stands 24 bytes on
    data[end + 24 : end + 28] = (100).to_bytes(4, "little")
    (tmp_path / "bomb.xlsx").write_bytes(data)
    with pytest.raises(TableError, match="unpacks to more than"):
        read_table(tmp_path / "bomb.xlsx")


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress], ids=["gzip", "zstd"])
def test_what_is_packed_in_several_pieces_is_read_whole_and_what_is_cut_short_is_an_error(pack, tmp_path):
    path = tmp_path / ("rows.csv.gz" if pack is gzip.compress else "rows.csv.zst")
    path.write_bytes(pack(ROWS[:100]) + pack(ROWS[100:]))
    assert len(read_table(path).y) == 40
    path.write_bytes(pack(ROWS)[:-3])
    with pytest.raises(TableError, match="damaged"):
        read_table(path)


def workbook(path, corner):
    book = openpyxl.Workbook()
    book.active.append(["x", "y"])
    for i in range(40):
        book.active.append([i, 2 * i])
    if corner:
        book.active[corner] = 1
    book.save(path)


def open_document(path, rows, columns):
    names = ("table", "office", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    cell = f'<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="{columns}"/>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    sheet = f'<office:spreadsheet><table:table table:name="S">{row}</table:table></office:spreadsheet>'
    text = f"<office:document-content {spaces}><office:body>{sheet}</office:body></office:document-content>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", text)


def test_a_cell_far_from_the_table_does_not_end_the_process(tmp_path):
    workbook(tmp_path / "far.xlsx", "XFD1048576")
    open_document(tmp_path / "far.ods", 1_000_000, 10_000)
    for name in ("far.xlsx", "far.ods"):
        with pytest.raises(TableError, match=r"spans 1,0\d\d,\d\d\d rows"):
            read_table(tmp_path / name)
    workbook(tmp_path / "near.xlsx", None)
    assert len(read_table(tmp_path / "near.xlsx").y) == 40
