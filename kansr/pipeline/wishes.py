"""What the user knows of the law, put to the columns of a table: the shape that formulas must have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import sympy as sp

from kansr.errors import FormulaError, UsageError
from kansr.formula.functions import Array
from kansr.formula.shape import Shape, box, broken
from kansr.formula.spec import Bounds, WishesSpec
from kansr.table.names import found, nearest
from kansr.table.table import Table

if TYPE_CHECKING:
    from kansr.formula.formula import Formula
    from kansr.pipeline.judging import Judged

_SHOWN = 5  # formulas that are named with the wish that they break


def shape_of(
    wishes: WishesSpec, table: Table, names: Mapping[str, str], *, columns: Mapping[str, Array], seed: int
) -> Shape | None:
    """Give the shape that formulas must have, None where nothing is wished.

    Parameters
    ----------
    names
        Safe name -> column.
    columns
        Rows [n] that may choose, by safe name: they span the box in which the wishes must hold.

    Raises
    ------
    UsageError
        If a wish names a column that is not there.
    """
    safe = {column: name for name, column in names.items()}
    monotone = {safe[_column(name, table, "--monotone")]: course for name, course in wishes.monotone.items()}
    wider, own = _bounds(wishes, table, safe)
    if not monotone and own == (None, None):
        return None
    points, moved = box(columns, wider, seed=seed)
    return Shape(target=table.target, monotone=monotone, low=own[0], high=own[1], points=points, moved=moved)


def constants_of(wishes: WishesSpec, table: Table) -> dict[str, Bounds]:
    """Give the bounds that belong neither to a column nor to the target: those of constants of the template."""
    known = [*table.features, table.target]
    return {name: ends for name, ends in wishes.bounds.items() if found(name, known) is None}


def obeys(shape: Shape | None) -> Callable[[sp.Expr], bool]:
    """Give the test whether an expression has the shape; one that cannot be computed has not."""

    def test(expr: sp.Expr) -> bool:
        try:
            return shape is None or not broken(expr, shape)
        except FormulaError:
            return False

    return test


def obeying(every: Sequence[Judged], shape: Shape | None) -> tuple[list[Judged], list[tuple[Formula, str]]]:
    """Keep the formulas that have the shape; give the others with the reason, the shortest description first.

    Where none has it, all are kept: something must be shown, and the reasons are.
    """
    if shape is None:
        return list(every), []
    reasons = {id(one): broken(one.formula.expression, shape) for one in every}
    kept = [one for one in every if not reasons[id(one)]]
    others = sorted((one for one in every if reasons[id(one)]), key=lambda one: one.formula.length)
    return kept or list(every), [(one.formula, reasons[id(one)]) for one in others]


def told(rejected: Sequence[tuple[Formula, str]], chosen: Formula) -> dict[str, str]:
    """Give the rejected formulas that would have come before the chosen one: text -> how they break a wish."""
    better = {one.text: reason for one, reason in rejected if one.length <= chosen.length}
    return dict(list(better.items())[:_SHOWN])


def _bounds(wishes: WishesSpec, table: Table, safe: Mapping[str, str]) -> tuple[dict[str, Bounds], Bounds]:
    """Give the bounds of columns by safe name, and those of the target."""
    wider: dict[str, Bounds] = {}
    own: Bounds = (None, None)
    for name, ends in wishes.bounds.items():
        column = found(name, [*table.features, table.target])
        if column == table.target:
            own = ends
        elif column is not None:
            wider[safe[column]] = ends
        elif wishes.template is None:
            hint = nearest(name, [table.target, *table.features])
            raise UsageError(f'--bounds: "{name}" is neither the target nor a column', hint=hint)
    return wider, own


def _column(name: str, table: Table, option: str) -> str:
    column = found(name, table.features)
    if column is None:
        raise UsageError(f'{option}: "{name}" is not among the features', hint=nearest(name, table.features))
    return column
