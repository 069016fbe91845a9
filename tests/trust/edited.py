"""A run folder whose files were edited by someone who means harm: each key gets each value that is none of its own.

Values are texts of JSON, not objects: `NaN`, `1e999`, whole numbers of 5,000 digits and lists in a thousand lists can
be written, and Python's own writer refuses some of them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
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
    build: Callable[[], bytes]

    @property
    def content(self) -> bytes:
        """Give the file; of so many edits, few are made."""
        return self.build()


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
    if path.suffix != ".jsonl":
        yield from _edits(path.name, "", json.loads(whole), str.encode)
        return
    lines = whole.splitlines()
    for number, line in enumerate(lines):
        yield from _edits(path.name, f"line {number + 1}: ", json.loads(line), partial(_with_line, lines, number))


def _with_line(lines: list[str], number: int, text: str) -> bytes:
    return "\n".join([*lines[:number], text, *lines[number + 1 :]]).encode()


def recipe_edits(path: Path) -> Iterator[Edit]:
    """Yield every edit of a recipe, which is written as the part of YAML that is JSON."""
    import yaml

    yield from _edits(path.name, "", yaml.safe_load(path.read_text("utf-8")), str.encode)


def _edits(file: str, place: str, record: Any, packing: Callable[[str], bytes]) -> Iterator[Edit]:
    """Yield every edit of a record; `packing` makes a file of its text."""
    for way in ways(record):
        for text in VALUES:
            if way or text != GONE:
                what = f"{place}{'.'.join(map(str, way))} = {text[:40] or 'gone'}"
                yield Edit(file, what, partial(_built, record, way, text, packing))


def _built(record: Any, way: tuple[Any, ...], text: str, packing: Callable[[str], bytes]) -> bytes:
    return packing(with_text(record, way, text))


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

    def with_graph(text: str) -> bytes:
        return packed(json.dumps(header | {"__metadata__": {"kansr": text}}), numbers)

    yield from _edits(path.name, "header: ", header, lambda text: packed(text, numbers))
    yield from _edits(path.name, "", json.loads(header["__metadata__"]["kansr"]), with_graph)
    for what, content in _tensor_edits(path):
        yield Edit(path.name, what, partial(bytes, content))


def _tensor_edits(path: Path) -> Iterator[tuple[str, bytes]]:
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
            yield f"{name} {what}", save(arrays | {name: other}, metadata=about)
        yield f"{name} gone", save({k: a for k, a in arrays.items() if k != name}, metadata=about)
        yield f"{name} besides", save(arrays | {f"{name}2": array}, metadata=about)


def rows_edits(path: Path) -> Iterator[Edit]:
    """Yield edits of the rows of a run: of what is known of them, and of their columns."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)

    def with_about(text: str) -> bytes:
        return _parquet(table.replace_schema_metadata({b"kansr": text.encode()}))

    yield from _edits(path.name, "about: ", json.loads(table.schema.metadata[b"kansr"]), with_about)
    for what, content in (*_column_edits(table), *_true_rows(path)):
        yield Edit(path.name, what, partial(bytes, content))


def _parquet(table: Any) -> bytes:
    import io

    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def _column_edits(table: Any) -> Iterator[tuple[str, bytes]]:
    import pyarrow as pa

    yield "no about", _parquet(table.replace_schema_metadata({}))
    rows = table.num_rows
    for i, name in enumerate(table.column_names):
        columns = {
            "texts": pa.array(["x"] * rows), "nulls": pa.nulls(rows), "lists": pa.array([[1.0]] * rows),
            "nan": pa.array([float("nan")] * rows), "inf": pa.array([float("inf")] * rows),
            "whole": pa.array([1] * rows), "huge": pa.array([1e308] * rows),
        }  # fmt: skip
        for what, column in columns.items():
            yield f"{name} {what}", _parquet(table.set_column(i, name, column))
        yield f"{name} gone", _parquet(table.remove_column(i))
    yield "no rows", _parquet(table.slice(0, 0))


def _true_rows(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield other rows whose hash is right: whoever changes rows can write that, too."""
    import tempfile

    from kansr.table import read_parquet, write_parquet
    from kansr.table.table import fingerprint

    table = read_parquet(path)
    ones = np.ones_like(table.y)
    with tempfile.TemporaryDirectory() as folder:
        for value in (np.nan, np.inf, 1e308, 1e-308, 0.0, -1.0, 1e150):
            for what, x, y in (("x", table.x * 0 + value, table.y), ("y", table.x, ones * value)):
                other = replace(table, x=x, y=y, sha256=fingerprint(table.features, table.target, x, y))
                write_parquet(other, Path(folder) / "rows")
                yield f"{what} all {value}, with its hash", (Path(folder) / "rows").read_bytes()
        for count in (0, 1, 2):
            x, y = table.x[:count], table.y[:count]
            other = replace(table, x=x, y=y, sha256=fingerprint(table.features, table.target, x, y))
            write_parquet(other, Path(folder) / "rows")
            yield f"{count} rows, with their hash", (Path(folder) / "rows").read_bytes()


def with_every_part(folder: Path) -> None:
    """Put into the records of a run all parts that only some runs have, so that each key is there to be edited."""
    path = folder / "result.json"
    result = json.loads(path.read_text("utf-8"))
    errors = {"train": 0.1, "validation": None, "test": 0.3}
    parts = {
        "weighted": errors, "chi2": {"train": 1.0, "validation": 1.1, "test": 0.9}, "fitted": {"2": [2.004, 0.003]},
        "units": {"2": "m/s"}, "description_length": -10.5,
    }  # fmt: skip
    template = {"template": "f(a)", "functions": {"f(a)": "a"}, "constants": {"c": "2"}, "errors": {"c": None}}
    groups = {"column": "g", "constants": {"c1": {"u": 1.0}}, "errors": {"c1": {"u": None}}, "rows": {"u": 3}}
    result["formula"] |= parts
    by_group = {"formula": "c1*b", "symbols": {"c1": "c1[g]"}, "template": template, "groups": groups}
    result["front"] = [result["formula"] | by_group, *result["front"]]
    result["verdicts"] = [result["verdict"] for _ in result["front"]]
    result["rivals"] = result["front"][-1:]
    result |= {
        "units": {"a": "m"}, "rejected": {"a**2": "falls"}, "learned": ["more"], "why": "it is exact",
        "noise": {"kind": "absolute", "size": 0.1, "text": "about 0.1"},
        "choice": {"same": 3, "rows": 4, "among": 5, "rmse": 0.1}, "validation": "cross",
        "stability": {"repeats": 3, "same": 2, "constants": {"2": 0.1}, "others": [{"formula": "a", "times": 1}]},
    }  # fmt: skip
    path.write_text(json.dumps(result))
    path = folder / "structure.json"
    account = json.loads(path.read_text("utf-8"))
    account["inputs"][0] |= {"influence": 0.5}
    join = {"columns": ["a", "b"], "largest_t": 0.1, "error_of_t": 0.01}
    account |= {
        "coordinates": [{"coordinate": "a - b", "misfit": 0.0}], "error_of_dense_network": 0.1,
        "trees": [{"tree": "(a b)", "joins": [join]}],
    }  # fmt: skip
    path.write_text(json.dumps(account))
    path = folder / "data.json"
    card = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(card | {"parts": [card["rows"]], "of": 10 * card["rows"]}))


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
