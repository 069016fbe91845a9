"""Forms with constants by group as formulas: each such constant is a name, and a column that the labels fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.errors import FormulaError, TableError
from kansr.formula.chi2 import weigh
from kansr.formula.constants import refit
from kansr.formula.formula import Formula, judge
from kansr.formula.functions import Array
from kansr.formula.parts import ByGroup
from kansr.formula.shape import Shape
from kansr.formula.text import leaf_text
from kansr.formula.tied import Tied
from kansr.pipeline.few import columns_of, measured
from kansr.pipeline.judging import Judged
from kansr.pipeline.problem import Problem
from kansr.symbolic.discover import Discovery
from kansr.table.names import listed, place

Codes = NDArray[np.int64]


def labelled(
    problem: Problem, ends: Sequence[Tied], labels: Sequence[str], codes: Codes
) -> tuple[Problem, list[Judged]]:
    """Measure settled forms, the best first, as they are printed.

    Their constants by group are called c1, c2, .. through all of them, so that a name means one thing. The problem that
    comes with them has a column for each.
    """
    column = str(problem.recipe.table.group or "group")
    names, own = dict(problem.names), dict[str, Array]()
    found: list[tuple[Tied, sp.Expr, ByGroup]] = []
    free = (f"c{i}" for i in count(1) if f"c{i}" not in problem.names)
    for tied in ends:
        apart = [i for i, is_own in enumerate(tied.own) if is_own]
        called = {tied.symbols[i]: next(free) for i in apart}
        own |= {called[tied.symbols[i]]: tied.values[i] for i in apart}
        record = _record(tied, apart, called, labels, codes, column=column)
        names |= {name: record.name(name) for name in called.values()}
        found.append((tied, tied.expression.xreplace({s: sp.Symbol(n, real=True) for s, n in called.items()}), record))
    wider = _wider(problem, names, own, codes)
    every = [_measured(wider, tied, expression, record) for tied, expression, record in found]
    return wider, [one for one in every if one is not None]


def filled_columns(by_group: ByGroup, labels: Sequence[str]) -> dict[str, Array]:
    """Give the columns [n] that constants by group are at rows with these labels, by `ByGroup.name`.

    Raises
    ------
    TableError
        For the first row of a group that the run does not know.
    """
    known = set(by_group.rows)
    for row, label in enumerate(labels, start=1):
        if label not in known:
            raise TableError(
                f'the run knows no group "{label}"',
                where=place(row, by_group.column),
                hint=f"it has constants for {listed(sorted(known))}; fit again with rows of the new group",
            )
    return by_group.columns(labels)


def _record(
    tied: Tied,
    apart: Sequence[int],
    called: Mapping[sp.Symbol, str],
    labels: Sequence[str],
    codes: Codes,
    *,
    column: str,
) -> ByGroup:
    counts = np.bincount(codes, minlength=len(labels))
    names = [called[tied.symbols[i]] for i in apart]
    return ByGroup(
        column=column,
        constants={
            n: dict(zip(labels, tied.values[i].tolist(), strict=True)) for n, i in zip(names, apart, strict=True)
        },
        errors={n: dict(zip(labels, tied.sigma[i].tolist(), strict=True)) for n, i in zip(names, apart, strict=True)},
        rows=dict(zip(labels, counts.tolist(), strict=True)),
    )


def _wider(problem: Problem, names: Mapping[str, str], own: Mapping[str, Array], codes: Codes) -> Problem:
    """Give the problem with a column for each constant by group."""
    table, chosen = problem.table, problem.chosen
    more = [values[codes] for values in own.values()]
    features = (*table.features, *(names[name] for name in own))
    rows = replace(problem.rows, columns={**problem.rows.columns, **{n: v[codes[chosen]] for n, v in own.items()}})
    shape = None if problem.shape is None else _shape(problem.shape, own, codes)
    x = np.column_stack([table.x, *more]) if more else table.x
    return replace(problem, names=dict(names), table=replace(table, features=features, x=x), rows=rows, shape=shape)


def _shape(shape: Shape, own: Mapping[str, Array], codes: Codes) -> Shape:
    """Let each point of the box be in some group, drawn as often as it has rows."""
    n = len(next(iter(shape.points.values())))
    drawn = np.random.default_rng(0).choice(codes, n)
    more = {name: values[drawn] for name, values in own.items()}
    return replace(shape, points={**shape.points, **more}, moved={**shape.moved, **more})


def _measured(problem: Problem, tied: Tied, expression: sp.Expr, record: ByGroup) -> Judged | None:
    """Measure a form as it is printed; a number of each group is a fitted constant."""
    table, rows = problem.table, problem.rows
    errors = {
        leaf_text(sp.Float(abs(float(v[0])))): float(e[0])
        for v, e, own in zip(tied.values, tied.sigma, tied.own, strict=True)
        if not own
    }
    try:
        formula: Formula = judge(
            expression, problem.names, table.x, y=table.y, split=problem.split, label="by group", free=tied.count,
            errors=errors,
        )  # fmt: skip
        if problem.split.cross and problem.noise is not None:
            formula = measured(formula, columns_of(problem), problem.noise, free=tied.count)
        elif table.sigma is not None:
            formula = weigh(
                formula, table.x, table.y, names=list(problem.names), split=problem.split, sigma=table.sigma,
                absolute=table.absolute, free=tied.count,
            )  # fmt: skip
        fit = refit(expression, rows.columns, rows.y, steps=0, weighing=rows.weighing)
    except (FormulaError, OverflowError, ZeroDivisionError):
        return None
    source = Discovery(expression=expression, fit=fit, bits=formula.length, label="by group")
    return Judged(source=source, formula=replace(formula, by_group=record))
