"""Remarks on a solution: what a reader has to know beside the formula, a sentence each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kansr.formula.formula import Formula
from kansr.formula.front import is_readable
from kansr.network.kan import names
from kansr.pipeline.problem import Problem
from kansr.result import Verdict
from kansr.structure.found import Found
from kansr.symbolic.discover import Discovery
from kansr.training.levenberg import rmse

_CLOSER = 0.1  # share of the formula's error below which the network's says that there is more to read


def kept_splines(problem: Problem, source: Discovery) -> tuple[str, ...]:
    """Say which edges the formula holds as the splines that they are."""
    if source.choice is None or not source.has_splines:
        return ()
    kan = source.choice.kan
    nodes = names(kan.graph, list(problem.inputs), problem.output)
    edges = ", ".join(f"{nodes[kan.graph.edges[i].source]} -> {nodes[kan.graph.edges[i].target]}" for i in kan.splines)
    return (f"no function of the library fits {edges}: the formula holds the spline itself",)


def unread(problem: Problem, found: Found, formula: Formula, front: Sequence[Formula]) -> tuple[str, ...]:
    """Say that the network knows far more than the formula that could be read from it."""
    network = float(rmse(found.trained.kan, problem.test)[0]) * problem.unit
    if not network < _CLOSER * formula.rmse.test:
        return ()
    rows = "rows" if problem.split.cross else "test rows"
    far = f"the network misses the {rows} by {network:.3g}, the best formula by {formula.rmse.test:.3g}"
    written = "; --select accuracy writes the curves out" if not is_readable(front[-1]) else ""
    return (
        f"no short formula comes near the curves that were learned: {far}; more time (--budget) may find one{written}",
    )


def misfit(clash: str) -> tuple[str, ...]:
    """Say that units do not fit."""
    return (f"the units do not fit: {clash}; every formula found is like that, or less exact",) if clash else ()


def disobedient(rejected: Mapping[str, str], formula: Formula) -> tuple[str, ...]:
    """Say that even the formula that is shown breaks a wish: no other was found."""
    reason = rejected.get(formula.text)
    return (f"no formula was found that obeys what was wished: this one {reason}",) if reason else ()


def unexplained(problem: Problem, formula: Formula, verdict: Verdict) -> tuple[str, ...]:
    """Say that there is no law: neither the network nor any formula does better than a constant."""
    if verdict != "noise" or formula.expression.free_symbols:
        return ()
    return (f'nothing in the columns explains the target "{problem.table.target}": it varies as by chance',)
