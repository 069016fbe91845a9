"""Structure discovery alone, law by law: graph, error at each grid, verdict, seconds.

    python -m tests.benchmarks.structure collection [--noise 0.01] [--only I.6.2,I.8.14] [--compare FILE]
    python -m tests.benchmarks.structure dummies    three columns that say nothing added to each of 20 laws
    python -m tests.benchmarks.structure random     laws drawn at random, by number of columns
    python -m tests.benchmarks.structure cost       seconds against rows, columns and nodes

Each writes a table to stdout and, with `--json FILE`, one JSON line a result. A graph counts as right when its error on
validation rows is below 1e-4 of the target's spread at the finest grid and fell there as the order of the spline says.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from kansr.datasets import Law, collection, read_collection
from kansr.network.kan import KAN
from kansr.network.knots import extend
from kansr.network.spec import KANSpec
from kansr.progress import Clock
from kansr.structure.account import written
from kansr.structure.search import search
from kansr.structure.spec import StructureSpec
from kansr.structure.task import Search
from kansr.structure.verify import verify
from kansr.symbolic.targets import logarithm, transforms
from kansr.training.levenberg import levenberg
from kansr.training.rows import Data, Rows
from kansr.training.spec import TrainingSpec
from kansr.training.stages import climb
from tests.benchmarks import pool
from tests.benchmarks.pool import run
from tests.problems import random_laws

GRID = (4, 8, 16)
RIGHT = 1e-4
HOLDS = 1e-3  # error on rows without noise below which a graph found under noise is right
SHARE = 0.8  # of the rows to fit; the others choose


@dataclass(frozen=True, kw_only=True)
class Case(pool.Case):
    """A law, and how a table is drawn from it: also with columns that say nothing."""

    dummies: int = 0


def data_of(case: Case) -> tuple[Data, float]:
    """Rows in units of the target's spread, and that spread."""
    x, y = case.law.sample(case.rows, case.seed, case.noise)
    rng = np.random.default_rng(case.seed + 1)
    x = np.column_stack([x, rng.uniform(1, 5, (case.rows, case.dummies))])
    spread, cut = float(y.std()), int(SHARE * case.rows)
    x, y = torch.from_numpy(x), torch.from_numpy(y / spread)
    return Data(train=Rows(x=x[:cut], y=y[:cut]), validation=Rows(x=x[cut:], y=y[cut:])), spread


def discover(case: Case) -> dict[str, Any]:
    """Search for the graph of one law."""
    torch.set_num_threads(1)
    data, spread = data_of(case)
    started = time.monotonic()
    task = Search(
        data=data, network=KANSpec(), training=TrainingSpec(grid=GRID), structure=StructureSpec(), seed=case.seed,
        clock=Clock(case.budget), transforms=transforms(spread), logarithm=logarithm,
    )  # fmt: skip
    found = search(task).found[0]
    seconds = time.monotonic() - started
    columns = [*case.law.ranges, *(f"dummy{i + 1}" for i in range(case.dummies))]
    errors = {row.grid: row.rmse_validation for row in found.trained.history}
    used = {columns[i] for i in found.trained.graph.used}
    return {
        "name": case.law.name,
        "graph": written(found.trained.graph, columns),
        "target": found.space,
        "way": found.way,
        "errors": {str(g): e for g, e in errors.items()},
        "right": found.verdict.right and min(errors.values()) < RIGHT,
        "verdict": "right" if found.verdict.right else ("noise" if found.settled else "wrong"),
        "floor": found.verdict.floor,
        "seconds": seconds,
        "columns": len(case.law.ranges),
        "dummies_kept": sorted(c for c in used if c.startswith("dummy")),
        "lost": sorted(set(case.law.ranges) - used),
        "edges": len(found.trained.graph.edges),
        "holds": holds(found.trained.kan, case, spread),
        "formula": case.law.formula,
    }


def holds(kan: KAN, case: Case, spread: float) -> bool:
    """Whether a graph that was found under noise is right for the law without noise: by its staircase on clean rows."""
    if case.noise == 0:
        return True
    data, own = data_of(replace(case, noise=0.0))
    data = Data(train=_times(data.train, own / spread), validation=_times(data.validation, own / spread))
    spec, clock = TrainingSpec(grid=GRID), Clock(30.0)
    start = levenberg(extend(kan, GRID[0]), data.train, steps=spec.steps, clock=clock).kan
    verdict = verify(climb(start, data, spec, grids=GRID[1:], clock=clock).history)
    return verdict.right and verdict.floor < HOLDS


def _times(rows: Rows, factor: float) -> Rows:
    return replace(rows, y=factor * rows.y)


def line(result: dict[str, Any]) -> str:
    """One result in one line."""
    errors = " ".join(f"{g}:{e:.0e}" for g, e in result["errors"].items())
    mark = "right" if result["right"] else f"({result['verdict']}{', holds' * result['holds']})"
    way = f"{result['way']} of {result['target']}"
    return f"{result['name']:10s} {mark:14s} {result['seconds']:5.1f} s  {errors:28s} {way}  {result['graph']}"


def summary(results: Sequence[dict[str, Any]]) -> str:
    """How many are right, and how long they took."""
    seconds = sorted(r["seconds"] for r in results)
    verdicts = [r["verdict"] for r in results]
    return (
        f"{sum(r['right'] for r in results)} of {len(results)} right to {RIGHT:g}; "
        f"verdicts: {', '.join(f'{v} {verdicts.count(v)}' for v in sorted(set(verdicts)))}; "
        f"median {statistics.median(seconds):.1f} s, longest {seconds[-1]:.1f} s"
    )


def leaves(graph: str) -> int:
    """How often columns occur in a graph."""
    return len(re.findall(r"\w+", graph))


def signature(graph: str) -> str:
    """A graph's brackets without the order of what stands in them, and without outer curves."""
    text = graph.replace(" ", "")
    while text.startswith("((") and text.endswith("))") and _closes_last(text[1:-1]):
        text = text[1:-1]
    return _sorted(text)


def _closes_last(text: str) -> bool:
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return i == len(text) - 1
    return False


def _sorted(text: str) -> str:
    """Sort what stands in each bracket; sums and products are not told apart: sums of logs are products."""
    if not text.startswith("("):
        return text
    parts, depth, start = [], 0, 1
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if (depth == 1 and letter in "+*") or depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return "(" + ",".join(sorted(map(_sorted, parts))) + ")"


def do_collection(args: argparse.Namespace) -> None:
    """Every law of a collection; with `--compare`, how many graphs equal those of an earlier run."""
    laws = [law for law in _laws(args) if not args.only or law.name in args.only.split(",")]
    results = _printed(run(discover, [_case(law, args) for law in laws], args.workers, args.json))
    print(summary(results))
    if args.compare:
        before = {r["name"]: r for r in map(json.loads, args.compare.read_text().splitlines())}
        same = [r["name"] for r in results if signature(r["graph"]) == signature(before[r["name"]]["graph"])]
        alike = [r["name"] for r in results if r["holds"] and leaves(r["graph"]) <= leaves(before[r["name"]]["graph"])]
        fits = [r for r in results if r["floor"] < 1.05 * r_noise(r, args)]
        print(f"{len(same)} of {len(results)} graphs equal to those of {args.compare.name}")
        print(f"{len({*same, *alike})} equal, or right for the law without noise with no more columns in it")
        print(f"{len(fits)} of {len(results)} graphs fit to within 5 % of the noise")
        print("others:", ", ".join(r["name"] for r in results if r["name"] not in {*same, *alike}))


def r_noise(result: dict[str, Any], args: argparse.Namespace) -> float:
    """The noise, as a share of the spread of the noisy target."""
    law = next(law for law in _laws(args) if law.name == result["name"])
    y = law.sample(args.rows, args.seed)[1]
    noise = args.noise * math.sqrt(float(np.mean(y**2)))
    return noise / math.hypot(float(np.std(y)), noise)


def do_dummies(args: argparse.Namespace) -> None:
    """Three columns that say nothing, in every fifth law of the collection that has two columns or more."""
    laws = [law for law in _laws(args) if len(law.ranges) >= 2][::5][:20]
    cases = [replace(_case(law, args), dummies=3) for law in laws]
    results = _printed(run(discover, cases, args.workers, args.json))
    kept = [r["name"] for r in results if r["dummies_kept"]]
    lost = [r["name"] for r in results if r["lost"]]
    print(f"all dummies dropped in {len(results) - len(kept)} of {len(results)}; not in: {', '.join(kept) or '-'}")
    print(f"a column that matters lost in {len(lost)}: {', '.join(lost) or '-'}")
    print(summary(results))


def do_random(args: argparse.Namespace) -> None:
    """Laws drawn at random from 2 to 8 columns."""
    results = _printed(
        run(discover, [_case(law, args) for law in random_laws(args.count, args.seed)], args.workers, args.json)
    )
    for columns in sorted({r["columns"] for r in results}):
        own = [r for r in results if r["columns"] == columns]
        print(f"{columns} columns: {summary(own)}")
    for result in results:
        if not result["right"]:
            print(f"  {result['name']}: {result['verdict']}, floor {result['floor']:.0e}: {result['formula']}")
    print(summary(results))


def do_cost(args: argparse.Namespace) -> None:
    """Seconds against rows, columns and nodes, with the exponents fitted."""
    base = Law(name="rows", target="y", formula="a*(b + c*d)", ranges={c: (1.0, 3.0) for c in "abcd"})
    rows = [replace(_case(base, args), rows=n, budget=600.0) for n in (1000, 10_000, 100_000, 1_000_000)]
    _cost("rows", [c.rows for c in rows], run(discover, rows, 1, args.json))
    columns = [2, 5, 10, 20]
    _cost("columns", columns, run(discover, [_case(_sum_of_products(n), args) for n in columns], 1, args.json))
    nodes = [1, 2, 3, 4]
    _cost("nodes", nodes, run(discover, [_case(_nested(n), args) for n in nodes], 1, args.json))


def _laws(args: argparse.Namespace) -> tuple[Law, ...]:
    return (read_collection(args.file) if args.file else collection(args.collection)).laws


def _sum_of_products(columns: int) -> Law:
    names = [f"x{i + 1}" for i in range(columns)]
    pairs = [f"{a}*{b}" for a, b in zip(names[::2], names[1::2], strict=False)]
    text = " + ".join([*pairs, *([names[-1]] if columns % 2 else [])])
    return Law(name=f"{columns} columns", target="y", formula=text, ranges=dict.fromkeys(names, (1.0, 3.0)))


def _nested(nodes: int) -> Law:
    text = "x1"
    for i in range(nodes):
        text = f"({text} + x{i + 2})" if i % 2 else f"({text} * x{i + 2})"
    names = [f"x{i + 1}" for i in range(nodes + 1)]
    return Law(name=f"{nodes} nodes", target="y", formula=text, ranges=dict.fromkeys(names, (1.0, 3.0)))


def _cost(what: str, sizes: Sequence[int], results: Iterable[dict[str, Any]]) -> None:
    seconds = [r["seconds"] for r in _printed(results)]
    exponent = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
    print(f"{what}: " + "  ".join(f"{n}: {s:.1f} s" for n, s in zip(sizes, seconds, strict=True)))
    print(f"{what}: seconds grow like {what}^{exponent:.2f}")


def _printed(results: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = []
    for result in results:
        print(line(result), flush=True)
        kept.append(result)
    return kept


def _case(law: Law, args: argparse.Namespace) -> Case:
    return Case(law=law, rows=args.rows, seed=args.seed, noise=args.noise, budget=args.budget)


KINDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "collection": do_collection,
    "dummies": do_dummies,
    "random": do_random,
    "cost": do_cost,
}


def main() -> None:
    """Read the command line, run what it asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--collection", default="feynman", help="one that comes with kansr (kansr datasets)")
    parser.add_argument("--file", type=Path, help="a collection of your own")
    parser.add_argument("--only", help="names of laws, with commas")
    parser.add_argument("--compare", type=Path, help="JSON lines of a run without noise")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--count", type=int, default=100)
    number = partial(parser.add_argument, type=float)
    number("--noise", default=0.0, help="share of the target's RMS")
    number("--budget", default=60.0, help="seconds for each law")
    for name, value in (("--rows", 2000), ("--seed", 0), ("--workers", 2)):
        parser.add_argument(name, type=int, default=value)
    args = parser.parse_args()
    KINDS[args.kind](args)


if __name__ == "__main__":
    main()
