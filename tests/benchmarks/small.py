"""What kansr says of small tables whose truth is known: 600 of them, drawn at random.

    python -m tests.benchmarks.small [--tables 600] [--seed 0] [--only sine,rounded] [--budget 10] [--jobs 1]
    python -m tests.benchmarks.small --only-index 17
    python -m tests.benchmarks.small --write 17 table.csv

Tables have 5 to 60 rows and 1 to 4 columns: see `small_tables` for what befalls them, `small_laws` for the laws.
`--only` takes families (`sine`), their groups (`inside`, `outside`, `none`) and twists (`rounded`). Each is fitted by
default settings in a process of its own, which is killed after three budgets and half a minute.

False are these claims, and counted:

crash, hang      no result, and no error that kansr raises on purpose
warning          NumPy or SciPy warned of numbers that went wrong
false exact      `exact`, and fresh rows are missed by more than a millionth of the spread; where the target is rounded,
                 by more than one unit of its last digit
false noise      `noise`, and the formula is further from the truth than half a standard deviation of the noise, on the
                 table's own rows. Where the form is the law's, that is no claim too many, but few rows: it is counted
                 by itself
noise of exact   `noise` of a target that is the law itself

Distances are root mean squares, those of noise in units of each row's own standard deviation. Where that is a share of
the target, rows near 0 weigh much: printed beside it is the distance in units of all rows together.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kansr.files import append_line
from kansr.formula.formula import Formula
from tests.benchmarks.apart import Fitted, apart, fitted
from tests.benchmarks.judge import distance, kinship, same_form, values
from tests.benchmarks.small_tables import Drawn, draw, last_digit

EXACT = 1e-6  # share of the spread
HALF = 0.5  # standard deviations of the noise
SHOWN = 100  # letters of a formula in a line
WORST = 15  # tables that the summary names of each claim
KILLED = 3.0, 30.0  # budgets and seconds after which a process is killed

FALSE = ("crash", "hang", "warning", "false exact", "false noise", "noise of exact")
"""Claims that are false, the worst first."""

SOFT = ("noise, right form, far",)
"""What is counted beside them."""

Record = dict[str, Any]
Task = tuple[int, int, float]  # seed, number of the table, budget


def judged(task: Task) -> Record:
    """Draw a table, fit it, and judge what is said."""
    seed, index, budget = task
    drawn = draw(seed, index)
    return record(drawn, fitted(drawn.frame(), budget=budget))


def record(drawn: Drawn, fit: Fitted) -> Record:
    """Give all that is known of a fit of a table, and the claims that are false."""
    told = facts(drawn) | {"ended": fit.ended, "said": fit.said, "seconds": fit.seconds, "warned": list(fit.warned)}
    if fit.result is not None:
        told |= measured(drawn, fit.result.verdict, fit.result.formula)
    return told | {"claims": claims(told)}


def facts(drawn: Drawn) -> Record:
    """Give what is known of a table before its fit."""
    return {
        "index": drawn.index,
        "name": drawn.name,
        "family": drawn.family,
        "group": drawn.group,
        "twist": drawn.twist,
        "noise": drawn.noise,
        "relative": drawn.relative,
        "law": drawn.law.text,
        "rows": len(drawn.y),
        "columns": drawn.x.shape[1],
        "is_exact": drawn.is_exact,
        "rounded": drawn.digits is not None,
        "spread": drawn.spread,
    }


def measured(drawn: Drawn, verdict: str, found: Formula) -> Record:
    """Give a formula's distances from the truth, and whether its form is the law's.

    `own` is in standard deviations of each row's noise (in spreads where there is none), `pooled` in that of all rows
    together, `fresh` in spreads, `digits` in units of the last digit that is kept.
    """
    formula = found.expression
    with np.errstate(all="ignore"):
        own, fresh = values(formula, drawn.x), values(formula, drawn.fresh)
    unit = np.where(drawn.sigma > 0, drawn.sigma, drawn.spread)
    columns = {f"x{i + 1}": column for i, column in enumerate(drawn.fresh.T)}
    kin = kinship(formula, columns, drawn.fresh_truth)
    rounded = {} if drawn.digits is None else {"digits": _digits(drawn, fresh)}
    return {
        "verdict": verdict,
        "formula": found.text,
        "complexity": found.complexity,
        "own": distance(own, drawn.truth, unit),
        "pooled": distance(own, drawn.truth, float(np.sqrt(np.mean(unit**2)))),
        "fresh": distance(fresh, drawn.fresh_truth, drawn.spread),
        "right": bool(kin.right or same_form(formula, drawn.law.formula)),
        "wider": kin.member and kin.wider,
        **rounded,
    }


def _digits(drawn: Drawn, fresh: Any) -> float:
    assert drawn.digits is not None
    return distance(fresh, drawn.fresh_truth, last_digit(drawn.fresh_truth, drawn.digits))


def claims(told: Record) -> list[str]:
    """Name the claims that are false, and what is counted beside them."""
    return list(_claims(told))


def _claims(told: Record) -> Iterator[str]:
    if told["ended"] == "timeout":
        yield "hang"
    elif told["ended"] not in ("done", "refused"):
        yield "crash"
    if told["warned"]:
        yield "warning"
    verdict = told.get("verdict")
    if verdict == "exact" and (told["digits"] > 1 if told["rounded"] else told["fresh"] > EXACT):
        yield "false exact"
    if verdict == "noise" and told["is_exact"]:
        yield "noise of exact"
    elif verdict == "noise" and told["own"] > _allowed(told):
        yield SOFT[0] if told["right"] else "false noise"


def _allowed(told: Record) -> float:
    """Give how far a formula that is called noise may be from the truth: not at all where a spike is all there is."""
    return HALF if told["noise"] or told["rounded"] else EXACT


def killed(task: Task, ended: str, message: str) -> Record:
    """Give the record of a table whose process was killed or died."""
    seed, index, budget = task
    seconds = KILLED[0] * budget + KILLED[1] if ended == "timeout" else 0.0
    return record(draw(seed, index), Fitted(ended=ended, said=message, seconds=seconds, result=None, warned=()))


# -- words ------------------------------------------------------------------------------------------------------------


def line(told: Record) -> str:
    """One table in a line, and what is false in lines of their own."""
    claimed = ", ".join(told["claims"])
    if "verdict" not in told:
        return f"{told['name']:38s} {told['ended']}: {told['said'][:SHOWN]}{f'  <- {claimed}' if claimed else ''}"
    form = "right" if told["right"] else "wider" if told["wider"] else "-"
    head = f"{told['name']:38s} {told['verdict']:13s} {form:5s} own {told['own']:7.1e} fresh {told['fresh']:7.1e}"
    head += f" {told['seconds']:5.1f} s  {told['formula'][:SHOWN]}"
    return head + (f"\n    <- {claimed}; the law is {told['law'][:SHOWN]}" if claimed else "")


def summary(records: Sequence[Record]) -> str:
    """False claims with the worst tables of each, then counts."""
    parts = [*_offenders(records), _verdicts(records), _families(records), _seconds(records)]
    return "\n\n".join(part for part in parts if part)


def _offenders(records: Sequence[Record]) -> Iterator[str]:
    for claim in (*FALSE, *SOFT):
        found = sorted((r for r in records if claim in r["claims"]), key=badness, reverse=True)
        shown = [f"  {_offender(r, claim)}" for r in found[:WORST]]
        yield "\n".join([f"{claim}: {len(found)} of {len(records)}", *shown])


def badness(told: Record) -> float:
    """Say how far a formula is from what it claims to be."""
    return float(told["fresh"] if told.get("verdict") == "exact" else told.get("own", 0.0))


def _offender(told: Record, claim: str) -> str:
    if claim in ("crash", "hang"):
        return f"{told['name']}: {told['ended']}: {told['said'][:SHOWN]}"
    if claim == "warning":
        return f"{told['name']}: {'; '.join(told['warned'])[: 2 * SHOWN]}"
    unit = "spread" if told["verdict"] == "exact" or told["is_exact"] else "sigma"
    far = f"{badness(told):.2g} {unit}"
    far += f" (pooled {told['pooled']:.2g})" if told["relative"] else ""
    head = f"{told['name']}: {told['verdict']} {far}, {told['rows']} rows"
    return f"{head}: {told['formula'][:SHOWN]} | {told['law'][:SHOWN]}"


def _verdicts(records: Sequence[Record]) -> str:
    """Count verdicts by group and noise."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for told in records:
        level = "rounded" if told["rounded"] else "spike" if told["twist"] == "spike" else f"noise {told['noise']:g}"
        counts.setdefault((told["group"], level), Counter())[told.get("verdict", told["ended"])] += 1
    rows = [f"  {group:8s} {level:11s} {_counted(count)}" for (group, level), count in sorted(counts.items())]
    return "\n".join(["verdicts", *rows])


def _counted(count: Counter[str]) -> str:
    return "  ".join(f"{word} {number}" for word, number in count.most_common())


def _families(records: Sequence[Record]) -> str:
    """Count the forms that are right, by family; and of exact tables those that are called exact."""
    lines = ["right forms (with those that say more than the law); exact of exact tables"]
    for family in dict.fromkeys(told["family"] for told in records):
        some = [told for told in records if told["family"] == family]
        right, wider = (sum(bool(told.get(word)) for told in some) for word in ("right", "wider"))
        exact = [told for told in some if told["is_exact"]]
        found = sum(told.get("verdict") == "exact" and "false exact" not in told["claims"] for told in exact)
        lines.append(f"  {family:12s} {right:3d} (+{wider}) of {len(some):3d};  {found:3d} of {len(exact):3d}")
    return "\n".join(lines)


def _seconds(records: Sequence[Record]) -> str:
    seconds = [told["seconds"] for told in records]
    slowest = max(records, key=lambda told: told["seconds"])
    refused = sum(told["ended"] == "refused" for told in records)
    false = sum(bool(set(told["claims"]) & set(FALSE)) for told in records)
    return (
        f"{len(records)} tables, {false} with a false claim, {refused} refused; seconds: median "
        f"{statistics.median(seconds):.1f}, largest {max(seconds):.1f} ({slowest['name']})"
    )


# -- the command line -------------------------------------------------------------------------------------------------


def wanted(tables: int, seed: int, only: str | None) -> list[int]:
    """Give the numbers of the tables that are of one of some kinds."""
    if not only:
        return list(range(tables))
    kinds = set(only.split(","))
    found = [index for index in range(tables) if kinds & set(draw(seed, index).kinds)]
    if not found:
        raise SystemExit(f"none of {tables} tables is of the kind {only}")
    return found


def main() -> None:
    """Read the command line, fit every table, print what was said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("--tables", 600), ("--seed", 0), ("--jobs", 1)):
        parser.add_argument(name, type=int, default=value)
    parser.add_argument("--only", help="families, groups or twists, with commas")
    parser.add_argument("--only-index", type=int, help="the number of one table")
    parser.add_argument("--write", nargs=2, metavar=("NUMBER", "FILE"), help="write a table, and fit none")
    parser.add_argument("--budget", type=float, default=10.0)
    parser.add_argument("--json", type=Path, help="add each result to this file, a line of JSON each")
    args = parser.parse_args()
    if args.write:
        drawn = draw(args.seed, int(args.write[0]))
        drawn.frame().to_csv(args.write[1], index=False)
        print(f"{drawn.name}: {drawn.law.text}")
        return
    numbers = wanted(args.tables, args.seed, args.only) if args.only_index is None else [args.only_index]
    tasks = [(args.seed, index, args.budget) for index in numbers]
    records = []
    limit = KILLED[0] * args.budget + KILLED[1]
    for told in apart(judged, tasks, jobs=args.jobs, limit=limit, lost=killed):
        print(line(told), flush=True)
        if args.json is not None:
            append_line(args.json, json.dumps(told))
        records.append(told)
    print(f"\n{summary(records)}")


if __name__ == "__main__":
    main()
