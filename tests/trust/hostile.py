"""A run folder whose files were edited by someone who means harm: every key gets every value that is none of its own.

Values are texts of JSON, not objects: `NaN`, `1e999`, whole numbers of 5,000 digits and lists in a thousand lists can be
written, and Python's own writer refuses some of them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

HARM = "x\x1b]0;owned\x07\x9b2J\u202e"
GONE = ""  # the key is left out
VALUES = (
    "null", "[]", "{}", json.dumps("x" * 10**6), "Infinity", "-Infinity", "NaN", "1e308", "-1e308", "1e999", "-1", "0",
    "1" + "0" * 5000, str(2**63), "0.5", "true", '"true"', "[" * 1000 + "]" * 1000, json.dumps(HARM), '[["x"]]',
    '{"x": [1]}', "[" + ",".join(["0"] * 100_000) + "]", json.dumps({HARM: HARM}), GONE,
)  # fmt: skip
_SLOT = "@slot@"


class Edit(NamedTuple):
    """One file of a run with one thing changed; `what` names it for whoever reads a failure."""

    file: str
    what: str
    content: bytes


def ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value in a record, those that hold others, too."""
    yield way
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from ways(part, (*way, key))


def with_text(record: Any, way: tuple[Any, ...], text: str) -> str:
    """Write a record as JSON with a text in the place of one value."""
    if not way:
        return text
    record = json.loads(json.dumps(record))
    place = record
    for key in way[:-1]:
        place = place[key]
    if text == GONE:
        del place[way[-1]]
        return json.dumps(record)
    place[way[-1]] = _SLOT
    return json.dumps(record).replace(json.dumps(_SLOT), text)


def json_edits(path: Path) -> Iterator[Edit]:
    """Yield every edit of a file of JSON, or of lines of it."""
    whole = path.read_text("utf-8")
    if path.suffix == ".jsonl":
        lines = whole.splitlines()
        for number, line in enumerate(lines):
            for what, text in _edits(json.loads(line)):
                content = "\n".join([*lines[:number], text, *lines[number + 1 :]])
                yield Edit(path.name, f"line {number + 1}: {what}", content.encode())
        return
    for what, text in _edits(json.loads(whole)):
        yield Edit(path.name, what, text.encode())


def recipe_edits(path: Path) -> Iterator[Edit]:
    """Yield every edit of a recipe, which is written as the part of YAML that is JSON."""
    import yaml

    for what, text in _edits(yaml.safe_load(path.read_text("utf-8"))):
        yield Edit(path.name, what, text.encode())


def _edits(record: Any) -> Iterator[tuple[str, str]]:
    for way in ways(record):
        for text in VALUES:
            if way or text != GONE:
                yield f"{'.'.join(map(str, way))} = {text[:40] or 'gone'}", with_text(record, way, text)


def parts_of(path: Path) -> tuple[dict[str, Any], bytes]:
    """Give the header and the numbers of a file of safetensors."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def packed(header: str, numbers: bytes) -> bytes:
    """Put a header and numbers together to a file of safetensors."""
    text = header.encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + numbers


def network_edits(path: Path) -> Iterator[Edit]:
    """Yield every edit of a network: of its header, of the graph that this holds as text, and of its numbers."""
    header, numbers = parts_of(path)
    for what, text in _edits(header):
        yield Edit(path.name, f"header: {what}", packed(text, numbers))
    graph = json.loads(header["__metadata__"]["kansr"])
    for what, text in _edits(graph):
        yield Edit(path.name, what, packed(json.dumps(header | {"__metadata__": {"kansr": text}}), numbers))
    yield from _tensor_edits(path)


def _tensor_edits(path: Path) -> Iterator[Edit]:
    from safetensors.numpy import load, save

    header, arrays = parts_of(path)[0], load(path.read_bytes())
    about = header["__metadata__"]
    for name, array in arrays.items():
        wrong = {
            "one less": array[..., :-1].copy(), "one more": np.concatenate([array, array[..., :1]], -1),
            "a network more": np.concatenate([array, array]), "none": array[:0].copy(), "flat": array.ravel().copy(),
            "a number": np.array(1.0), "empty": np.zeros((1, 0)), "float32": array.astype(np.float32),
            "int64": array.astype(np.int64), "bool": array.astype(bool), "upside down": -array,
        }  # fmt: skip
        for value in (np.nan, np.inf, -np.inf, 1e308, -1e308, 1e200, 1e-308, 5e-324, 0.0, -1.0, 1e17):
            wrong[f"all {value}"] = np.full_like(array, value)
            wrong[f"first {value}"] = np.concatenate([[[value]], array[:, 1:]], -1)
        for what, other in wrong.items():
            yield Edit(path.name, f"{name} {what}", save(arrays | {name: other}, metadata=about))
        yield Edit(path.name, f"{name} gone", save({k: a for k, a in arrays.items() if k != name}, metadata=about))
        yield Edit(path.name, f"{name} besides", save(arrays | {f"{name}2": array}, metadata=about))


def rows_edits(path: Path) -> Iterator[Edit]:
    """Yield edits of the rows of a run: of what is known of them, and of their columns."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    def written(table: Any) -> bytes:
        out = io.BytesIO()
        pq.write_table(table, out)
        return out.getvalue()

    table = pq.read_table(path)
    about = json.loads(table.schema.metadata[b"kansr"])
    for what, text in _edits(about):
        yield Edit(path.name, f"about: {what}", written(table.replace_schema_metadata({b"kansr": text.encode()})))
    yield Edit(path.name, "no about", written(table.replace_schema_metadata({})))
    rows = table.num_rows
    for i, name in enumerate(table.column_names):
        columns = {
            "texts": pa.array(["x"] * rows), "nulls": pa.nulls(rows), "lists": pa.array([[1.0]] * rows),
            "nan": pa.array([float("nan")] * rows), "inf": pa.array([float("inf")] * rows),
            "whole": pa.array([1] * rows), "huge": pa.array([1e308] * rows),
        }  # fmt: skip
        for what, column in columns.items():
            yield Edit(path.name, f"{name} {what}", written(table.set_column(i, name, column)))
        yield Edit(path.name, f"{name} gone", written(table.remove_column(i)))
    yield Edit(path.name, "no rows", written(table.slice(0, 0)))
    yield Edit(path.name, "one row", written(table.slice(0, 1)))


def every_edit(folder: Path) -> Iterator[Edit]:
    """Yield every edit of every file of a run that kansr reads."""
    for path in sorted(folder.iterdir()):
        if path.suffix in {".json", ".jsonl"}:
            yield from json_edits(path)
        elif path.suffix == ".safetensors":
            yield from network_edits(path)
        elif path.suffix == ".yaml":
            yield from recipe_edits(path)
        elif path.suffix == ".parquet":
            yield from rows_edits(path)
