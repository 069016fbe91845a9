"""One case, from the law to its record: draw the table, fit, score."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from kansr.bench.case import Case
from kansr.bench.score import score
from kansr.formula.complexity import complexity
from kansr.formula.constants import standard_errors
from kansr.formula.parse import parse
from kansr.peers import engine_named
from kansr.peers.engine import Answer, Array, Task

Record = dict[str, Any]


def attempt(case: Case) -> Iterator[Record]:
    """Do a case, and tell the record at each step: before the fit, before the scoring, and at the end.

    A record that is the last one of its process tells what happened: `timeout` for a fit that did not end, `unscored`
    for an answer that could not be judged in time.
    """
    chosen = engine_named(case.engine)
    chosen.load()
    yield record(case, "timeout")
    x, y = case.law.sample(case.rows, case.seed, case.noise)
    answer = chosen.answer(Task(x=x, y=y, columns=tuple(case.law.names), seconds=case.budget, seed=case.seed))
    told = record(case, "unscored", **_found(case, answer))
    yield told
    yield {**told, "status": "done", **_scored(case, answer, x, y)}


def record(case: Case, status: str, **facts: Any) -> Record:
    """Give what is known of a case; every record has the same keys."""
    return {
        **case.identity(),
        "status": status,
        "message": "",
        "formula": None,
        "truth": case.law.formula,
        "exact": False,
        "rounded": False,
        "srbench": False,
        "close": False,
        "errors": None,
        "r2": None,
        "complexity": None,
        "complexity_of_law": None,
        "seconds": None,
        "processor": None,
        "remarks": {},
        **facts,
    }


def _found(case: Case, answer: Answer) -> Record:
    return {
        "formula": answer.formula,
        "complexity": answer.complexity,
        "complexity_of_law": complexity(parse(case.law.formula, list(case.law.names))),
        "seconds": round(answer.seconds, 3),
        "processor": round(answer.processor, 3),
        "remarks": _json(dict(answer.remarks)),
    }


def _scored(case: Case, answer: Answer, x: Array, y: Array) -> Record:
    """Judge an answer; decimals of an engine that tells no errors get those of least squares on its own rows."""
    columns = dict(zip(case.law.names, x.T, strict=True))
    formula = None if answer.formula is None else parse(answer.formula, list(columns))
    errors = answer.errors
    if formula is not None and not errors:
        errors = standard_errors(formula, columns, y)
    return score(case.law, case.seed, answer.predict, formula=formula, errors=errors).to_json()


def _json(value: Any) -> Any:
    """Give JSON values: numbers that are not finite become None."""
    if isinstance(value, dict):
        return {str(name): _json(part) for name, part in value.items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (bool, int, str)) or value is None else str(value)
