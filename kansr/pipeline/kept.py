"""What a run folder says without its network: the result, the settings, the account of the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kansr.errors import FormulaError, RunError, UsageError
from kansr.formula.front import Rule, choose
from kansr.later import later
from kansr.record import DamagedError
from kansr.result import Result
from kansr.run import RECIPE, RESULT, STRUCTURE, Run

if TYPE_CHECKING:
    from kansr import recipe
    from kansr.pipeline import plain
    from kansr.recipe import Recipe
    from kansr.table import TableSpec
else:
    recipe = later("kansr.recipe")
    plain = later("kansr.pipeline.plain")


def load(run: Run, *, rank: int | None = None, select: Rule | None = None) -> Result:
    """Read the result of a run, with another formula of its front where a rank (from 1, the simplest) or rule is given.

    Raises
    ------
    UsageError
        If the front has no formula of that rank, or both are given.
    """
    result = load_result(run)
    if rank is not None and select is not None:
        raise UsageError("a rank and a rule cannot both choose the formula", hint="give --rank or --select")
    if rank is not None:
        if not 1 <= rank <= len(result.front):
            count = len(result.front)
            what = f"there is no formula {rank}: the front of this run holds {count}"
            raise UsageError(what, where=str(run.folder), hint=f"try --rank {count}, its most accurate one")
        return result.showing(result.front[rank - 1])
    if select is not None:
        return result.showing(choose(result.front, select, floor=plain.FLOOR * result.spread))
    return result


def structure(run: Run) -> dict[str, Any]:
    """Read why a run has the graph that it has (see `kansr.structure.account`)."""
    return load_structure(run)


def load_settings(run: Run) -> Recipe:
    """Read the settings that a run was made with."""
    return recipe.from_yaml(run.read_text(RECIPE), str(run.path(RECIPE)))


def reader_of(run: Run, spec: TableSpec | None = None) -> TableSpec:
    """Say how to read another table for a run: as its own was read, or as given."""
    own = load_settings(run).table
    spec = spec or own
    if spec.units == own.units:  # these are the units of the run's table: those of this one stand in its header
        return replace(spec, units=None if own.units is None else {})
    return spec


def load_result(run: Run) -> Result:
    """Read the result of a run.

    Raises
    ------
    RunError
        If there is none yet, or it is damaged.
    """
    if not run.has(RESULT):
        raise RunError("this run has no formula yet", where=str(run.folder), hint="it was stopped too early: fit again")
    try:
        return Result.from_record(run.read_json(RESULT))
    except FormulaError as error:
        raise DamagedError(f"a formula of this result is none: {error.what}", run.path(RESULT)) from error
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise DamagedError(f"the result of this run is damaged: {error}", run.path(RESULT)) from error


def load_structure(run: Run) -> dict[str, Any]:
    """Read the account of the search for the graph.

    Raises
    ------
    RunError
        If the run has none, or it is damaged.
    """
    if not run.has(STRUCTURE):
        raise RunError("this run has no account of its graph", where=str(run.folder), hint="fit again to get one")
    record: dict[str, Any] = run.read_json(STRUCTURE)
    return record
