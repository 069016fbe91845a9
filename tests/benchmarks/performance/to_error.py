"""Time to an error: how long kansr, pykan and MLPs train until their test RMSE is below 1e-3, 1e-4, 1e-5.

All see the same rows of exp(sin(pi x1) + x2^2), one after the other in one process, with one thread, for each seed; the
seed decides rows and starts. All start from nothing. Times do not hold the loading of libraries, nor the looks at the
test rows, which no tool sees. They are told on the wall and, in brackets, on the processor: on a busy machine only the
second can be compared. A bound, such as `> 40`, is one of the processor.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import torch

from kansr.peers.mlp import MLPSpec
from tests.benchmarks.performance import learners, pykan_
from tests.benchmarks.performance.output import Result, keep, seconds, table
from tests.benchmarks.performance.watch import LAW, Drawn, Watched, drawn, reached

_FAILS = (ArithmeticError, LookupError, NameError, RuntimeError, TypeError, ValueError)  # with which a peer may fail
_ADAM_STEPS = (2000, 20_000)  # over which Adam's rate falls: few are fast, many reach further


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A tool, its network, and how it learns."""

    tool: str
    network: str
    way: str
    learn: Callable[[Drawn, int, Watched], None]

    @property
    def name(self) -> str:
        return f"{self.tool} {self.network} {self.way}".strip()


def cases() -> list[Case]:
    """Give all that is compared; pykan only where it is installed."""
    found: list[Case] = []
    for width in ((2, 1, 1), (2, 5, 1)):
        shown = f"[{','.join(map(str, width))}]"
        found.append(Case(tool="kansr", network=shown, way="", learn=partial(learners.ladder, width=width)))
        if find_spec("kan") is not None:
            learn = partial(pykan_.ladder, width=width)
            found.append(Case(tool="pykan", network=shown, way="as documented", learn=learn))
            found.append(Case(tool="pykan", network=shown, way="ended early", learn=partial(learn, early=True)))
    specs = [("L-BFGS", MLPSpec(optimiser="lbfgs", steps=1_000_000))]
    specs += [(f"Adam {steps}", MLPSpec(optimiser="adam", steps=steps)) for steps in _ADAM_STEPS]
    found += [
        Case(tool="mlp", network="[2,64,64,1]", way=way, learn=partial(learners.perceptron, spec=spec))
        for way, spec in specs
    ]
    return found


def measured(case: Case, seed: int, args: argparse.Namespace) -> Result:
    """Let one tool learn one table until the last target or the time limit."""
    rows = drawn(LAW, rows=args.rows, test=args.test_rows, seed=seed)
    watched = Watched(rows, target=min(args.targets), limit=args.limit)
    failure = None
    try:
        case.learn(rows, seed, watched)
    except _FAILS as error:
        failure = f"{type(error).__name__}: {error}"
    marks = watched.marks
    times = {f"{t:g}": mark and (mark.seconds, mark.processor, mark.stage) for t in args.targets
             for mark in [reached(marks, t)]}  # fmt: skip
    return {
        "kind": "time", "tool": case.tool, "network": case.network, "way": case.way, "seed": seed, "rows": args.rows,
        "limit": args.limit, "reached": times, "failure": failure,
        "best": min((m.error for m in marks), default=math.inf), "seconds": marks[-1].seconds if marks else None,
        "processor": marks[-1].processor if marks else None, "ended": "failed" if failure else watched.ended,
    }  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Measure all cases, seed by seed; then the medians, and how many times as long as kansr a peer took."""
    torch.set_num_threads(1)
    some = [case for case in cases() if not args.only or args.only in case.name]
    for case in some:
        _warm(case)
    results = []
    for seed in args.seeds:
        for case in some:
            results.append(keep(measured(case, seed, args), args.json))
            print(line(results[-1]), flush=True)
    print(
        "\n" + table(("median of " + str(len(args.seeds)), *_heads(args.targets), "best RMSE"), list(medians(results)))
    )
    print("\n" + table(("times as long as kansr", *_heads(args.targets)), list(ratios(results))))


def _warm(case: Case) -> None:
    """Let a tool learn a few rows until its first look: libraries load what they need when they first need it."""
    case.learn(few := drawn(LAW, rows=100, test=10, seed=0), 0, Watched(few, target=math.inf, limit=10.0))


def line(result: Result) -> str:
    """One result in one line."""
    told = {
        t: "not reached" if m is None else f"{seconds(m[0])} ({seconds(m[1])})" for t, m in result["reached"].items()
    }
    times = "  ".join(f"{target}: {text:15s}" for target, text in told.items())
    name = f"{result['tool']} {result['network']} {result['way']}"
    took = f"{seconds(result['seconds'])} ({seconds(result['processor'])})"
    rest = f"best {result['best']:.1e} in {took}  load {result['load']}"
    return f"seed {result['seed']}  {name:32s}  {times}  {rest}  {result['failure'] or ''}".rstrip()


def _heads(targets: Sequence[float]) -> list[str]:
    return [f"RMSE {target:g}" for target in targets]


def medians(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """One row a case: median seconds to each target on the wall, on the processor, and how many seeds reached it."""
    for name, own in _grouped(results).items():
        texts = []
        for target in own[0]["reached"]:
            wall, processor = (_median(own, target, place) for place in (0, 1))
            count = sum(r["reached"][target] is not None for r in own)
            told = f"{seconds(wall)} ({seconds(processor)})" if math.isfinite(wall) else "not reached"
            texts.append(told if count == len(own) else f"{told} {count}/{len(own)}")
        yield (name, *texts, f"{statistics.median(r['best'] for r in own):.1e}")


def ratios(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """One row a peer: its median over that of kansr on the same network, and over that of kansr's [2,1,1]."""
    groups = _grouped(results)
    bases = {name: own for name, own in groups.items() if own[0]["tool"] == "kansr"}
    for name, own in groups.items():
        for base, other in bases.items():
            if own[0]["tool"] != "kansr" and own[0]["network"] in ("[2,64,64,1]", other[0]["network"]):
                yield (f"{name} : {base}", *(ratio(own, other, target) for target in own[0]["reached"]))


def ratio(own: Sequence[Result], base: Sequence[Result], target: str) -> str:
    """The median of a tool over that of kansr, on the wall and on the processor; a bound where it was not reached."""
    wall, processor = (_median(own, target, place) for place in (0, 1))
    ours, worked = (_median(base, target, place) for place in (0, 1))
    if not math.isfinite(ours):
        return "kansr: not reached"
    if not math.isfinite(wall):
        trained = statistics.median(r["processor"] or 0.0 for r in own)
        return f"> {trained / worked:.0f}"
    return f"{wall / ours:.3g} ({processor / worked:.3g})"


def _grouped(results: Sequence[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for r in results:
        found.setdefault(f"{r['tool']} {r['network']} {r['way']}".strip(), []).append(r)
    return found


def _median(results: Sequence[Result], target: str, place: int) -> float:
    """Median seconds to a target; a seed that never came there took for ever."""
    times = [math.inf if r["reached"][target] is None else r["reached"][target][place] for r in results]
    return statistics.median_high(times)
