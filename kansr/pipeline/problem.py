"""A table made ready: rows split, names made safe, tensors in units of the target's spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from kansr.errors import UsageError
from kansr.formula.names import safe_names
from kansr.recipe import Recipe
from kansr.symbolic.discover import Rows as UserRows
from kansr.symbolic.library import choose
from kansr.table import Split, Table, split_rows
from kansr.table.check import is_constant
from kansr.training.rows import Data, Rows

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What a fit works on.

    Parameters
    ----------
    names
        Safe name -> column, in the order of the columns.
    scale
        Unit of the target inside: its spread on the rows to fit.
    data
        Tensors of the rows to fit and to choose by, on the device of the recipe.
    rows
        The same rows in the user's units. Test rows are in neither.
    """

    table: Table
    recipe: Recipe
    split: Split
    names: dict[str, str]
    scale: float
    data: Data
    rows: UserRows

    @classmethod
    def of(cls, table: Table, recipe: Recipe) -> Problem:
        """Prepare a table.

        Raises
        ------
        UsageError
            If the recipe names a function, a device or a width that cannot be.
        TableError
            If there are too few rows to split.
        """
        choose(recipe.symbolic.functions)
        _check_width(table, recipe)
        device = _device(recipe.device)
        split = split_rows(len(table.y), recipe.seed, recipe.table.split)
        names = safe_names(table.features)
        train, validation = _shuffled(split, recipe.seed)
        chosen = np.concatenate([train, validation])
        scale = _scale(table.y[train])
        return cls(
            table=table,
            recipe=recipe,
            split=split,
            names=names,
            scale=scale,
            data=Data(train=_rows(table, train, scale, device), validation=_rows(table, validation, scale, device)),
            rows=UserRows(
                columns=dict(zip(names, np.ascontiguousarray(table.x[chosen].T), strict=True)), y=table.y[chosen]
            ),
        )

    @property
    def test(self) -> Rows:
        """The rows that nothing was chosen with."""
        return _rows(self.table, self.split.test, self.scale, self.data.train.x.device)


def _scale(y: NDArray[np.float64]) -> float:
    """Spread of a target; its size where that is rounding (a constant) or underflows."""
    spread = 0.0 if is_constant(y) else float(np.std(y))
    return spread or float(np.abs(y).max()) or 1.0


def _shuffled(split: Split, seed: int) -> tuple[Index, Index]:
    """Put the rows in a seeded order, so that the first of them are a sample."""
    rng = np.random.default_rng(seed)
    return rng.permutation(split.train), rng.permutation(split.validation)


def _rows(table: Table, index: Index, scale: float, device: torch.device) -> Rows:
    x = torch.from_numpy(np.ascontiguousarray(table.x[index])).to(device)
    return Rows(x=x, y=torch.from_numpy(table.y[index] / scale).to(device))


def _check_width(table: Table, recipe: Recipe) -> None:
    width = recipe.network.width
    if width is not None and (width[0] != len(table.features) or width[-1] != 1):
        shown = ",".join(map(str, width))
        right = ",".join(map(str, (len(table.features), *width[1:-1], 1)))
        raise UsageError(
            f"width {shown} does not fit a table of {len(table.features)} features and one target",
            hint=f"try --width {right}, or none: then the data decide",
        )


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UsageError(f"device {name!r} cannot be used here", hint="--device cpu works everywhere") from error
    return device
