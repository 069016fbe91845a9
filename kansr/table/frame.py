"""Arrays to a table, and rows to a data frame: for programs that hold no file.

pandas stays behind this door: what gives arrays, and wants a data frame to show, needs not know it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kansr.table.names import tidy
from kansr.table.read import table_from_frame
from kansr.table.spec import TableSpec
from kansr.table.table import Floats, Table

if TYPE_CHECKING:
    import pandas as pd

    DataFrame = pd.DataFrame  # for rooms that name the type, and must not know pandas

_DEFAULT = TableSpec()


def table_from_arrays(
    x: Floats,
    y: Floats,
    *,
    features: Sequence[str],
    target: str = "y",
    weights: Floats | None = None,
    spec: TableSpec = _DEFAULT,
) -> Table:
    """Take a table from arrays, by the same rules as `read_table`: columns that cannot help are left out.

    Parameters
    ----------
    x, y, weights
        Features [rows, features], target [rows], and what each row counts [rows], above zero.
    features, target
        Names of the columns; a feature may have the name of the target, which is then written with an underscore.
    spec
        What else is asked of the table, such as units and the split.

    Raises `TableError` where the table cannot be used, `UsageError` where `spec` names what is not there.

    >>> table = table_from_arrays(np.arange(20.0).reshape(10, 2) ** 2, np.arange(10.0), features=["a", "y"])
    >>> table.features, table.target, table.x.shape
    (('a', 'y'), 'y_', (10, 2))
    """
    import pandas as pd  # loaded with the first table, not before  # noqa: PLC0415

    names, _ = tidy([str(name) for name in features])
    taken = set(names)
    spec = replace(spec, target=free_name(target, taken))
    columns = [*x.T, y]
    if weights is not None:
        spec = replace(spec, weights=free_name("weight", taken | {str(spec.target)}))
        columns = [*x.T, weights, y]
    header = [*names, *([spec.weights] if weights is not None else []), spec.target]
    return table_from_frame(pd.DataFrame(np.column_stack(columns), columns=header), spec, "<arrays>", given=True)


def free_name(name: str, taken: set[str]) -> str:
    """Give the name, with as many underscores as it takes to differ from all that are taken.

    >>> free_name("y", {"y", "y_"})
    'y__'
    """
    while name in taken:
        name += "_"
    return name


def frame_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Give a data frame of rows that each hold these columns.

    >>> frame_of([{"formula": "x", "complexity": 1}], ["formula", "complexity"]).shape
    (1, 2)
    """
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame([[row[name] for name in columns] for row in rows], columns=list(columns))
