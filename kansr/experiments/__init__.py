"""The experiments of the KAN paper: each computes numbers, which `kansr.report` draws.

The paper is Liu et al., *KAN: Kolmogorov-Arnold Networks* (2024), arXiv:2404.19756.

An experiment NAME is four files, found by the table below:

- `kansr/experiments/MODULE.py` holds `Settings`, a frozen record without defaults, and
  `run(settings, *, clock, report) -> Record`. A record holds JSON values only. When `clock.over()` becomes true, `run`
  returns what it has so far: parts that were not reached are left out of its lists.
- `recipes/experiments/NAME.yaml` gives each field of `Settings` a value, with a comment above it. Its first line says
  in a sentence what is to be seen; the section `quick` holds the values that `--quick` changes.
  `kansr.recipe.load_experiment` reads it strictly. Every `Settings` has `seed: int` and `budget: float | None`, in
  seconds.
- `kansr/report/figures/MODULE.py` holds `draw(record) -> matplotlib.figure.Figure`. It sees the record alone, and draws
  a record that ended early, too.
- `tests/experiments/test_MODULE.py` runs it on settings of a few seconds.

The record has a key `summary` (see `summary`): the table that is printed, with published numbers beside measured ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Record = dict[str, Any]
"""JSON values by name."""

EXPERIMENTS = {
    "grid-extension": "grid_extension",
    "special-functions": "special_functions",
    "scaling": "scaling",
    "interpretability": "interpretability",
    "kan-and-mlp": "kan_and_mlp",
    "universal": "universal",
    "continual": "continual",
}
"""Name -> module, here and in `kansr.report.figures`, in the order of the list that is printed."""


def summary(columns: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> Record:
    """Give the table that is printed: a title for each column, and rows of texts and numbers.

    >>> summary(("network", "test RMSE"), [("2,1,1", 3e-8)])
    {'columns': ['network', 'test RMSE'], 'rows': [['2,1,1', 3e-08]]}
    """
    return {"columns": list(columns), "rows": [list(row) for row in rows]}
