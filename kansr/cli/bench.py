"""`kansr bench`: engines over a collection of laws, each law a table, each answer judged by the law."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import rich_click as click
from click.exceptions import Exit

from kansr.cli.drawing import error_console, stopping
from kansr.cli.options import Names, cluster_option, example, option, talk_options
from kansr.cli.text import shortened, visible
from kansr.cli.work import INTERRUPTED, note
from kansr.errors import UsageError
from kansr.progress import Clock

if TYPE_CHECKING:
    from kansr.bench.case import Case
    from kansr.datasets import Collection

_ENGINES = "kansr, pyoperon, gplearn, pykan, mlp"
_FORMULA = 60  # letters of a formula in a line of progress
_MARKS = {"exact": "E", "rounded": "R", "srbench": "S", "close": "C"}


class _Numbers(click.ParamType[Any]):
    """Numbers from 0 on, with commas between them."""

    name = "SHARE,SHARE,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Turn the text of the option into numbers."""
        if not isinstance(value, str):
            return value
        try:
            numbers = tuple(float(part) for part in value.split(","))
        except ValueError:
            numbers = (-1.0,)
        if not all(0 <= number < float("inf") for number in numbers):
            self.fail(f"'{value}' is not numbers from 0 on with commas between them, such as 0,0.01", param, ctx)
        return numbers


@click.command(no_args_is_help=False)
@click.argument("collection", metavar="COLLECTION")
@option("--engines", type=Names(), default="kansr", help=f"Of {_ENGINES}; or `all`.  [kansr]")
@option("--noise", type=_Numbers(), default="0", help="Noise levels, as shares of the target's root mean square.  [0]")
@option("--rows", type=click.IntRange(min=8), metavar="N", help="Rows of each table.  [as the law's benchmark]")
@option("--seeds", type=click.IntRange(min=1), default=1, metavar="N", help="Tables drawn from each law.  [1]")
@option(
    "--budget", type=click.FloatRange(min=0, min_open=True), default=30.0, metavar="SECONDS",
    help="Time of an engine for one table.  [30]",
)  # fmt: skip
@option(
    "--workers", type=click.IntRange(min=1), default=1, metavar="N",
    help="Processes at a time, one thread each; no more than cores are free, or times say little.  [1]",
)  # fmt: skip
@cluster_option
@option("--only", type=Names(), default=(), help="These laws alone.")
@option("--every", type=click.IntRange(min=1), default=1, metavar="N", help="Each N-th law of these.  [1]")
@option("--limit", type=click.IntRange(min=1), metavar="N", help="The first N laws of these.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Add each result as a line of JSON; what the file already holds is not done again.",
)  # fmt: skip
@talk_options
@example(
    "kansr bench feynman --every 10 --budget 10",
    "kansr bench feynman --engines kansr,pyoperon --noise 0,0.01 -o results.jsonl",
    "kansr bench mine.csv --engines all --only my-law",
    "kansr bench feynman --cluster tcp://10.0.0.1:8786 -o results.jsonl",
)
def bench(
    *,
    collection: str,
    engines: Sequence[str],
    out: Path | None,
    workers: int,
    cluster: str | None,
    as_json: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001  (main reads it)
    **options: Any,
) -> None:
    """Run engines over a collection of laws, and count the laws that come back.

    COLLECTION is one that `kansr datasets` lists, or a CSV file of the same form. Engines other than kansr come with
    `pip install "kansr[bench]"`; those that are not there are skipped. Ctrl-C keeps what is done: the same command with
    the same file goes on.
    """
    from kansr.bench import results  # noqa: PLC0415
    from kansr.bench.case import key_of  # noqa: PLC0415
    from kansr.bench.run import bench as run  # noqa: PLC0415

    able, skipped = _able(engines)
    cases = _cases(_collection(collection), able, quiet=quiet, **options)
    for name, reason in skipped.items():
        note(f"skipped: {name}: {reason}", quiet)
    keys = {case.key: None for case in cases}
    known = {} if out is None else {key: r for key, r in results.read(out).items() if key in keys}
    if known:
        note(f"{out}: {len(known)} of {len(cases)} results are there already", quiet)
    found, clock = list(known.values()), Clock()
    with stopping(clock, quiet=quiet), _progress(len(cases), len(known), quiet=quiet) as tell:
        for record in run(cases, workers=workers, cluster=cluster, out=out, over=clock.over):
            found.append(record)
            tell(record)
    place = {key: number for number, key in enumerate(keys)}
    _finish(sorted(found, key=lambda record: place[key_of(record)]), skipped, as_json=as_json)
    if clock.status == "interrupted":
        note("stopped; to go on: the same command" if out else "stopped; with -o FILE the same command would go on")
        raise Exit(INTERRUPTED)


def _able(engines: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Give the engines that can run here, and why the others cannot."""
    from kansr.peers import ENGINES, engine_named  # noqa: PLC0415
    from kansr.peers.engine import HINT  # noqa: PLC0415

    asked = list(ENGINES) if tuple(engines) == ("all",) else list(dict.fromkeys(engines))
    reasons = {name: engine_named(name).missing() for name in asked}
    skipped = {name: f"{reason}; {HINT}" for name, reason in reasons.items() if reason}
    able = [name for name in asked if name not in skipped]
    if not able:
        raise UsageError(f"none of these engines can run here: {', '.join(asked)}", hint=HINT)
    return able, skipped


def _collection(name: str) -> Collection:
    """Read a collection by its name, or from a file."""
    from kansr.datasets import collection, read_collection  # noqa: PLC0415

    return read_collection(Path(name)) if name.endswith(".csv") else collection(name)


def _cases(
    collection: Collection,
    engines: Sequence[str],
    *,
    only: Sequence[str],
    every: int,
    limit: int | None,
    noise: Sequence[float],
    quiet: bool,
    **drawn: Any,
) -> list[Case]:
    """Plan the run, and say which laws are left out."""
    from kansr.bench.case import chosen, plan  # noqa: PLC0415

    laws = chosen(collection, only=only, every=every, limit=limit)
    special = sum(not law.is_plain for law in collection.laws)
    left = f"; {special} of the collection are left out: special functions have no formula to find" if special else ""
    cases = plan(engines, collection.name, laws, noises=noise, **drawn)
    note(f"{collection.name}: {len(laws)} laws, {len(cases)} runs of {drawn['budget']:g} s at most{left}", quiet)
    note("E: exact  R: exact with decimals moved within their errors  S: SRBench's rule  C: close, R2 > 0.999", quiet)
    return cases


class _Tell(Protocol):
    def __call__(self, record: dict[str, Any]) -> None: ...


@contextmanager
def _progress(cases: int, done: int, *, quiet: bool) -> Iterator[_Tell]:
    """Give a function that shows a record: a line each, and on a terminal a bar with the time that is left."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415

    console = error_console()
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
    with bar:
        task = bar.add_task("", total=cases, completed=done)

        def tell(record: dict[str, Any]) -> None:
            bar.advance(task)
            if not quiet:
                console.print(_line(record), soft_wrap=True)

        yield tell


def _line(record: dict[str, Any]) -> str:
    """Say in one line what an engine found of a law.

    >>> facts = {"engine": "kansr", "law": "I.12.1", "noise": 0.0, "seconds": 1.24, "status": "done", "exact": True,
    ...          "rounded": True, "srbench": True, "close": True, "formula": "mu*Nn", "message": ""}
    >>> _line(facts)
    'kansr     I.12.1      noise 0        1.2 s  E R S C  mu*Nn'
    >>> _line(facts | {"status": "error", "seconds": None, "message": "ValueError: no"})
    'kansr     I.12.1      noise 0            -  error    ValueError: no'
    """
    marks = " ".join(mark if record[rule] else "-" for rule, mark in _MARKS.items())
    said = record["formula"] or record["message"] or "no formula"
    if record["status"] != "done":
        marks, said = f"{record['status']:7s}", record["message"]
    seconds = "      -" if record["seconds"] is None else f"{record['seconds']:5.1f} s"
    head = f"{record['engine']:8s}  {record['law']:10s}  noise {record['noise']:<5g}  {seconds}  {marks}"
    return f"{head}  {visible(shortened(said, _FORMULA))}"


def _finish(found: list[dict[str, Any]], skipped: dict[str, str], *, as_json: bool) -> None:
    """Print the table, or everything as one JSON object."""
    from kansr.bench.summary import summary, table  # noqa: PLC0415

    rows = summary(found)
    if as_json:
        record = {"summary": [row.to_json() for row in rows], "skipped": skipped, "results": found}
        print(json.dumps(record, ensure_ascii=False, allow_nan=False), flush=True)
    elif rows:
        print(table(rows), flush=True)
