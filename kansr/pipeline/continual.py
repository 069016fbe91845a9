"""`kansr fit --continue`: the network of a run learns more rows, and keeps what it knows where none of them fall.

The network is trained on the new rows alone. Of the earlier ones, which the run folder holds, only the columns are
asked, and only to know which coefficients they see: so runs that were made without a thought of this can be continued,
and the weights at the rows themselves are sharper than any record of intervals. Their targets judge; and the formula,
which is global and cannot be learned in one place, is read from the network on the rows of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from kansr.errors import UsageError
from kansr.network.kan import KAN, edge_name, names
from kansr.network.locality import moved, surrounded, visited
from kansr.network.sweep import predict
from kansr.network.widen import within
from kansr.pipeline.hand import shares
from kansr.pipeline.keep import (
    load_history,
    load_network,
    load_parts,
    load_problem,
    save_history,
    save_network,
    save_problem,
    save_result,
    split_parts,
)
from kansr.pipeline.kept import load_result, reader_of
from kansr.pipeline.learned import Account, Change, inconsistent, miss
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import Solution, read
from kansr.progress import Clock, Report, silent
from kansr.result import Result
from kansr.run import CONTINUAL, METRICS, RESULT, STRUCTURE, Run
from kansr.structure.found import judged
from kansr.table import Table, TableSpec, joined, read_more
from kansr.tensors import torch
from kansr.training.continual import learn as learn_rows
from kansr.training.levenberg import rmse
from kansr.training.rows import Data, Rows
from kansr.training.stages import Trained, stage_row

_SHARE = 0.5  # share of the time for the network; the rest is for its formula


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Joined:
    """A problem whose last rows are new.

    `parts` counts the rows of each table; `earlier` and `new` are all rows of either kind, `data` the new ones to fit
    and to choose by, `test` those to judge by.
    """

    problem: Problem
    parts: tuple[int, ...]
    earlier: Rows
    new: Rows
    data: Data
    test: Rows


def more_rows(run: Run, source: str, spec: TableSpec | None = None) -> Table:
    """Read new rows for a run (see `kansr.table.read_more`)."""
    return read_more(source, run.read_table(), reader_of(run, spec))


def learn(run: Run, rows: Table, into: Run, *, report: Report = silent, clock: Clock | None = None) -> Result:
    """Let the network of a run learn more rows, and keep it with all rows and its formula in another run folder.

    At earlier rows that lie on the grids, and that no new rows surround (`kansr.network.locality.surrounded`), the
    output of the network stays what it was, to rounding, whatever its depth. A few rows to test may lie off the grids,
    which are laid without them: there the curve was a straight line that nobody had learned, and may become another
    one. All of it is measured. The former run is only read.

    Raises
    ------
    UsageError
        If the network has no spline, has no value at one of the new rows, or the new rows lie too far out.
    """
    kan, former = load_network(run, load_problem(run))
    clock = clock or Clock(former.recipe.budget)
    both = _joined(former, rows, load_parts(run) or (len(former.table),))
    _check(run, kan, both.new)
    after, account = _learned(run, kan, both, rows, clock=clock.part(_SHARE), report=report)
    solution = _read(both.problem, run, kan, after, clock=clock, report=report)
    said = (*account.sentences(), *inconsistent(solution))
    _keep(into, run, both, solution, account)
    return _saved(into, both.problem, solution, clock, said)


def _joined(former: Problem, rows: Table, parts: Sequence[int]) -> _Joined:
    """Put new rows below those of a problem: each table is split by itself, the network's units are kept."""
    parts, first = (*parts, len(rows)), len(former.table)
    both = joined(former.table, rows)
    problem = Problem.of(both, former.recipe, split_parts(both, parts, former.recipe), device=former.device)
    problem = problem if former.groups is None else problem.grouped(former.groups)
    problem = problem.scaled(former.inside)
    split = (problem.split.train, problem.split.validation, problem.split.test)
    train, validation, test = (problem.rows_at(part[part >= first]) for part in split)
    return _Joined(
        problem=problem,
        parts=parts,
        earlier=problem.rows_at(np.arange(first)),
        new=problem.rows_at(np.arange(first, len(problem.table))),
        data=Data(train=train, validation=validation),
        test=test,
    )


def _check(run: Run, kan: KAN, new: Rows) -> None:
    if not kan.splines:
        raise UsageError(
            "no spline is left in this network: functions cannot learn in one place",
            where=str(run.folder),
            hint="kansr unset --all puts splines in the place of what was set; or fit all rows in one table",
        )
    lost = int((~torch.isfinite(predict(kan, new.x)[0])).sum())
    if lost:
        raise UsageError(
            f"the network has no value at {lost} of the new rows: a function on its edges is not real there",
            where=str(run.folder),
            hint="fit all rows in one table",
        )


def _learned(run: Run, kan: KAN, both: _Joined, rows: Table, *, clock: Clock, report: Report) -> tuple[KAN, Account]:
    """Train on the new rows with what no earlier row sees, but for those between new ones, and measure what it did."""
    problem, earlier, new = both.problem, both.earlier.x, both.new.x
    around, inside = surrounded(kan, earlier, new), within(kan, earlier)
    seen, steps = visited(kan, earlier[~around & inside]), problem.recipe.training.steps
    learned = learn_rows(kan, both.data, seen, steps=steps, clock=clock, report=report)
    after, nodes = learned.kan, names(kan.graph, problem.inputs, problem.output)
    found = tuple(moved(learned.before, after))
    error = {name: float(rmse(k, r)[0]) * problem.unit for name, k, r in (
        ("before", kan, both.new), ("after", after, both.new), ("unseen", after, both.test))}  # fmt: skip
    account = Account(
        source=rows.source,
        rows=len(rows),
        **error,
        formula_before=miss(load_result(run).formula, rows) if run.has(RESULT) else None,
        kept=Change.at(earlier[~around & inside], kan, after, problem),
        beyond=Change.at(earlier[~around & ~inside], kan, after, problem),
        surrounded=Change.at(earlier[around], kan, after, problem),
        free=learned.free,
        edges=tuple(edge_name(after.graph.edges[m.edge], nodes) for m in found),
        moved=found,
    )
    return after, account


def _read(problem: Problem, run: Run, before: KAN, kan: KAN, *, clock: Clock, report: Report) -> Solution:
    """Read the formula of a network; its staircase is that of the run, with the last step as it is now on all rows."""
    row = replace(stage_row("continue", kan, problem.data, clock), grid=before.grid)  # wider, but not finer
    coarser = [r for r in shares(load_history(run), problem) if 0 < r.grid < row.grid]
    trained = Trained(kan=kan, history=(*coarser, row), rmse_validation=row.rmse_validation)
    return read(problem, judged(trained, problem.data), clock=clock, report=report)


def _keep(into: Run, run: Run, both: _Joined, solution: Solution, account: Account) -> None:
    """Write what the new run starts from: rows of both, the network, its stages so far, and what was learned."""
    save_problem(into, both.problem, both.parts)
    save_network(into, solution.found.trained.kan, both.problem)
    for line in run.read_lines(METRICS) if run.has(METRICS) else ():
        into.append_line(METRICS, line)
    if run.has(STRUCTURE):
        into.write_json(STRUCTURE, run.read_json(STRUCTURE))
    into.write_json(CONTINUAL, {"former": str(run.folder)} | asdict(account))


def _saved(into: Run, problem: Problem, solution: Solution, clock: Clock, said: tuple[str, ...]) -> Result:
    trained = solution.found.trained
    history = save_history(into, replace(trained, history=trained.history[-1:]), problem.unit)
    return save_result(into, solution, history=history, clock=clock, learned=said)
