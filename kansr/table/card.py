"""The data card: what a table holds, as plain JSON values, for the run folder."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from kansr.table.group import Labels
from kansr.table.split import Split
from kansr.table.table import Floats, Table


def card(table: Table, split: Split) -> dict[str, Any]:
    """Describe a table and its split.

    Keys: `source`, `sha256`, `rows`, `of` (rows of the source; only where these are a sample of them), `target`,
    `features`, `columns` (each with `name`, `role`, `unit`, `min`, `max`, `mean`, `sd`, `distinct`; target last),
    `groups` (rows of each label; only where there are groups), `split` (rows for `train`, `validation`, `test`),
    `warnings`.
    """
    every = [(name, "feature", values) for name, values in zip(table.features, table.x.T, strict=True)]
    every.append((table.target, "target", table.y))
    return {
        "source": table.source,
        "sha256": table.sha256,
        "rows": len(table),
        **({} if table.of is None else {"of": table.of}),
        "target": table.target,
        "features": list(table.features),
        "columns": [_column(name, role, table.units.get(name), values) for name, role, values in every],
        **({} if table.group is None else {"groups": _counts(table.group)}),
        "split": {"train": len(split.train), "validation": len(split.validation), "test": len(split.test)},
        "warnings": [asdict(warning) for warning in table.warnings],
    }


def _counts(group: Labels) -> dict[str, int]:
    labels, counts = np.unique(group, return_counts=True)
    return dict(zip(labels.tolist(), counts.tolist(), strict=True))


def _column(name: str, role: str, unit: str | None, values: Floats) -> dict[str, Any]:
    scale = float(np.abs(values).max()) or 1.0  # so that neither sums nor squares overflow
    scaled = values / scale
    return {
        "name": name,
        "role": role,
        "unit": unit,
        "min": float(values.min()),
        "max": float(values.max()),
        "mean": _finite(float(scaled.mean()) * scale),
        "sd": _finite(float(scaled.std()) * scale),
        "distinct": int(np.unique(values).size),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
