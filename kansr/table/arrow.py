"""Columns of Arrow: what they take once they are laid out, which can be rows of numbers or text, and those as a frame.

Arrow keeps columns short: nothing for nulls, one value for a run, one text for all rows that hold it. Laid out, each
row has its own. So that is counted from lengths and runs, before it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kansr.errors import TableError
from kansr.table.names import place, tidy
from kansr.table.room import CELL, OBJECT, check_columns
from kansr.table.table import TableWarning
from kansr.table.text import Sheet

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_KINDS = {"list": "lists", "struct": "records", "map": "maps", "union": "values of several types"}


def usable(schema: pa.Schema, asked: Collection[str], where: str) -> tuple[list[int], tuple[TableWarning, ...]]:
    """Tell which columns of a schema hold one value in each row, by their places; and say what the others are.

    Of columns with one name, the first is used. Raises `TableError` where one that is asked for cannot be, or none is
    left.
    """
    check_columns(len(schema), where)
    kept: list[int] = []
    said: list[TableWarning] = []
    seen: dict[str, int] = {}
    for i, field in enumerate(schema):
        first, name = seen.setdefault(field.name.strip() or str(i), i), field.name.strip()
        what = f"is named as column {first + 1} is" if first != i else _is_not_plain(field.type)
        if what is None:
            kept.append(i)
            continue
        if first == i and name in asked:
            raise TableError(f"the column {what}, and numbers are needed", where=place(None, name), hint=_HINT)
        message = f'column {i + 1}, "{name}", {what}: it is left out'
        said.append(TableWarning(kind="text", column=name, message=message))
    if not kept:
        what = said[0].message if said else "the table has no columns"
        raise TableError(f"there is no data: {what}", where=where, hint=_HINT)
    return kept, tuple(said)


_HINT = "write each number into a column of its own"


def _is_not_plain(kind: pa.DataType) -> str | None:
    """Say what stands in a column of this type, where its rows hold more than one value each, or one unknown here."""
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        kind = kind.value_type
    if not pa.types.is_nested(kind) and not isinstance(kind, pa.BaseExtensionType):
        return None
    word = next((said for name, said in _KINDS.items() if name in str(kind)[:24]), "values that are no numbers")
    text = str(kind)
    return f"holds {word} ({text if len(text) <= 40 else text[:37] + '...'})"


def laid_out(columns: Iterable[pa.ChunkedArray]) -> int:
    """Give the bytes that columns take as numbers, and as texts of their own in each row.

    >>> import pyarrow as pa
    >>> laid_out([pa.chunked_array([pa.nulls(1000)]), pa.chunked_array([["a", "bcd"]])])
    8132
    """
    return sum(_array(chunk) for column in columns for chunk in column.chunks)


def _array(array: pa.Array) -> int:
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_run_end_encoded(array.type):
        ends = np.asarray(array.run_ends, dtype=np.int64)
        return int((ends - np.append(0, ends[:-1])) @ _sizes(array.values)[: len(ends)])
    return int(_sizes(array).sum())


def _sizes(array: pa.Array) -> npt.NDArray[np.int64]:
    """Give the bytes that each value [n] takes when it stands alone."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    kind = array.type
    if pa.types.is_dictionary(kind):
        places: npt.NDArray[np.int64] = np.asarray(array.indices.cast(pa.int64()).fill_null(len(array.dictionary)))
        return np.append(_sizes(array.dictionary), CELL)[places]
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):  # 16 bytes each, the length first
        views = np.frombuffer(array.buffers()[1], dtype=np.int32).reshape(-1, 4)
        return views[array.offset : array.offset + len(array), 0].astype(np.int64) + OBJECT
    if any(test(kind) for test in (pa.types.is_string, pa.types.is_binary, _is_large)):
        return np.asarray(pc.binary_length(array).fill_null(0), dtype=np.int64) + OBJECT
    number = pa.types.is_primitive(kind) or pa.types.is_null(kind)
    return np.full(len(array), CELL if number else OBJECT + CELL, dtype=np.int64)


def _is_large(kind: pa.DataType) -> bool:
    import pyarrow as pa  # noqa: PLC0415

    return bool(pa.types.is_large_string(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def sheet_of(arrow: pa.Table, said: Sequence[TableWarning]) -> Sheet:
    """Lay out columns as a frame, with their names tidied."""
    names, unnamed = tidy(arrow.column_names)
    return Sheet(frame=frame_of(arrow, names), warnings=(*said, *unnamed))


def frame_of(arrow: pa.Table, names: Sequence[str]) -> pd.DataFrame:
    """Lay out columns as a frame, under these names."""
    import pyarrow as pa  # noqa: PLC0415

    plain = pa.table({str(i): _plain(column) for i, column in enumerate(arrow.columns)})
    frame: pd.DataFrame = plain.to_pandas(ignore_metadata=True, use_threads=False)
    return frame.set_axis(list(names), axis=1)


def _plain(column: pa.ChunkedArray) -> Any:
    """Give a column with a value for each row; times of day to a microsecond, which is what Python knows."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    if pa.types.is_run_end_encoded(column.type):
        column = pa.chunked_array([pc.run_end_decode(chunk) for chunk in column.chunks], column.type.value_type)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_time64(column.type):
        column = column.cast(pa.time64("us"), safe=False)
    return column
