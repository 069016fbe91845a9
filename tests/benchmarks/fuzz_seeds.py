"""Small sound files of each form of table, which `tests.benchmarks.fuzz` changes."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from pyarrow import ipc

from tests.trust.hostile import biff, compound

CSV = [b"x,y\n1,2\n3,4\n", b"a;b\n1,5;2\n", b'"x","y"\n"1",2\n', b"# c\nm,s\n1 2\n", b"t,v\n2020-01-01,<1\n"]
TSV = [b'"x [m]"\t"y"\n1e3\t-2\n', b"x\ty\n1,332\t2\n925\t4\n", b"| a | b |\n|---|--:|\n| 1 | 2 |\n"]
XLSX = [
    b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>y</t></is></c></row>'
    b'<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="b"><v>1</v></c></row>\n<si><t>x</t></si>',
    b'<row r="3"><c r="C3" t="str"><f>A1+1</f><v>7</v></c><c r="D3" s="1"><v>44000.5</v></c></row>\n',
]


def tables(folder: Path) -> dict[str, list[bytes]]:
    """Give seeds by the names of the readers; `folder` is for files on the way."""
    path = folder / "seed"
    parquet, feather = [], []
    for codec in ("none", "zstd"):
        pq.write_table(_table(), path, compression=codec)
        parquet.append(path.read_bytes())
        options = ipc.IpcWriteOptions(compression=None if codec == "none" else codec)
        with ipc.new_file(path, _table().schema, options=options) as file:
            file.write_table(_table())
        feather.append(path.read_bytes())
    return {
        "csv": CSV,
        "tsv": TSV,
        "parquet": parquet,
        "feather": feather,
        "xlsx": XLSX,
        "xls": [compound(biff([(0, 0), (1, 1), (2, 1)]))],
        "ods": [_ods(path)],
        "sqlite": _databases(folder),
        "gzip": [gzip.compress(one, mtime=0) for one in CSV],
        "zstd": [zstandard.compress(one) for one in CSV],
        "packed": [*CSV, *TSV],
    }


def _table() -> pa.Table:
    words = pa.array(["steel", "brass", None, "steel"] * 3)
    return pa.table(
        {
            "x": np.arange(12.0) ** 2,
            "when": pa.array(range(12), pa.timestamp("s")),
            "metal": words.dictionary_encode(),
            "word": words,
            "pair": [[1.0, 2.0]] * 12,
            "y": np.arange(12) * 3,
        }
    )


def _databases(folder: Path) -> list[bytes]:
    made = []
    for view in (False, True):
        path = folder / f"seed-{view}.db"
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.execute("pragma page_size = 512")
        query = "with recursive c(x) as (select 1 union all select x + 1 from c limit 9) select x, x * x as y from c"
        connection.execute(f"create view v as {query}" if view else f"create table t as {query}")
        connection.commit()
        connection.close()
        made.append(path.read_bytes())
    return made


def _ods(path: Path) -> bytes:
    names = ("table", "office", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="2"/>'
    row = f'<table:table-row table:number-rows-repeated="3">{cell}</table:table-row>'
    sheet = f'<office:spreadsheet><table:table table:name="S">{row}</table:table></office:spreadsheet>'
    sheet = f"<office:body>{sheet}</office:body>"
    with zipfile.ZipFile(path, "w") as archive:  # stored as it is, so that a change reaches the reader
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}>{sheet}</office:document-content>",
        )
    return path.read_bytes()
