"""Tables of ten rows whose law is known: is it the law that is printed?

    python -m tests.benchmarks.ten_rows FILE [--budget 20] [--only I.12.1,I.10.7] [--jobs 1] [--json OUT]

FILE is JSON: a list of tables, each with a `name`, a `law` in the columns v1, v2, ..., rows `x` and the target `y`.
Each is fitted by default settings, and judged on fresh rows that are drawn within the range of each column. Left out
are rows where the law has no value, or one beyond the table's own by more than their range: near a pole, nothing but
the pole is seen.

A      the law is found: it is the printed formula with other decimals, and each decimal that is printed is within three
       of its standard errors of the law's: those that are printed, or those of the best fit where these are smaller
form   the form is the law's, whatever the decimals
B      fresh rows are missed by less than 5 % of the law's spread
false  `exact`, or `noise` (or `law`) of what misses fresh rows by more than 10 %
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kansr.errors import KansrError
from kansr.files import append_line
from kansr.formula.formula import Formula
from kansr.formula.parse import parse
from tests.benchmarks.apart import apart, fitted
from tests.benchmarks.judge import constants_hold, distance, errors_at_best, kinship, same_form, values

Array = NDArray[np.float64]
Record = dict[str, Any]

FRESH = 500
DRAWN = 20  # times as many rows are drawn, since some are left out
NEAR, FAR = 0.05, 0.10  # shares of the law's spread
EXACT = 1e-6
SHOWN = 90
KILLED = 3.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ten:
    """A table [rows, columns] and its law."""

    name: str
    law: str
    x: Array
    y: Array
    budget: float = 20.0

    @property
    def names(self) -> dict[int, str]:
        return {i: f"v{i + 1}" for i in range(self.x.shape[1])}

    def fresh(self, seed: int = 0) -> tuple[Array, Array]:
        """Give fresh rows [m, columns] and the law there [m]."""
        rng = np.random.default_rng(seed)
        x = rng.uniform(self.x.min(0), self.x.max(0), (DRAWN * FRESH, self.x.shape[1]))
        with np.errstate(all="ignore"):
            law = values(parse(self.law), x, self.names)
            reach = np.ptp(self.y)
            kept = np.isfinite(law) & (law >= self.y.min() - reach) & (law <= self.y.max() + reach)
        return x[kept][:FRESH], law[kept][:FRESH]


def read(path: Path, budget: float) -> list[Ten]:
    """Read the tables of a file."""
    tables = json.loads(path.read_text(encoding="utf-8"))
    return [
        Ten(name=t["name"], law=t["law"], x=np.array(t["x"], float), y=np.array(t["y"], float), budget=budget)
        for t in tables
    ]


def judged(ten: Ten) -> Record:
    """Fit a table, and judge its formula."""
    frame = pd.DataFrame(ten.x, columns=list(ten.names.values())).assign(y=ten.y)
    fit = fitted(frame, budget=ten.budget)
    told: Record = {"name": ten.name, "law": ten.law, "ended": fit.ended, "said": fit.said, "seconds": fit.seconds}
    if fit.result is None:
        return told
    return told | {"verdict": fit.result.verdict} | measured(ten, fit.result.formula, fit.result.verdict)


def measured(ten: Ten, formula: Formula, verdict: str) -> Record:
    """Give what a formula is worth beside the law."""
    x, law = ten.fresh()
    columns = {name: x[:, i] for i, name in ten.names.items()}
    with np.errstate(all="ignore"):
        far = distance(values(formula.expression, x, ten.names), law, float(np.std(law)))
    kin = kinship(formula.expression, columns, law)
    own = errors_at_best(formula.expression, {name: ten.x[:, i] for i, name in ten.names.items()}, ten.y)
    return {
        "formula": formula.text,
        "distance": far,
        "form": kin.member or same_form(formula.expression, ten.law),
        "wider": kin.wider,
        "A": kin.member and constants_hold(kin, formula.errors, own),
        "B": far < NEAR,
        "false": (verdict == "exact" and far > EXACT) or (verdict in ("noise", "law") and far > FAR),
        "rows": len(law),
    }


def killed(ten: Ten, ended: str, message: str) -> Record:
    """Give the record of a table whose process was killed or died."""
    return {"name": ten.name, "law": ten.law, "ended": ended, "said": message, "seconds": KILLED[0] * ten.budget}


def line(told: Record) -> str:
    """One table in a line."""
    if "verdict" not in told:
        return f"{told['name']:10s} {told['ended']}: {told['said'][:SHOWN]}"
    marks = [word if told[word] else "-" * len(word) for word in ("A", "form", "B", "false")]
    wider = " wider" if told["wider"] else ""
    return (
        f"{told['name']:10s} {told['verdict']:13s} {' '.join(marks)}{wider}  far {told['distance']:7.1e} "
        f"{told['seconds']:5.1f} s  {told['formula'][:SHOWN]}  |  {told['law'][:SHOWN]}"
    )


def summary(records: Sequence[Record]) -> str:
    """How many laws were found, and how many claims are false."""
    done = [told for told in records if "verdict" in told]
    counts = {word: sum(bool(told[word]) for told in done) for word in ("A", "form", "B", "wider")}
    verdicts = "  ".join(f"{word} {n}" for word, n in Counter(told["verdict"] for told in done).most_common())
    false = [told["name"] for told in done if told["false"]]
    lost = [f"{told['name']} ({told['ended']})" for told in records if "verdict" not in told]
    seconds = sorted(told["seconds"] for told in records)
    return "\n".join([
        f"A  law found, constants within their errors: {counts['A']} of {len(records)}",
        f"   form of the law, whatever the constants: {counts['form']} (of these say more than the law: "
        f"{counts['wider']})",
        f"B  fresh rows missed by less than {NEAR:.0%}: {counts['B']} of {len(records)}",
        f"false claims: {len(false)}: {', '.join(false) or '-'}",
        f"without a formula: {len(lost)}: {', '.join(lost) or '-'}",
        f"verdicts: {verdicts}",
        f"seconds: median {seconds[len(seconds) // 2]:.1f}, largest {seconds[-1]:.1f}",
    ])  # fmt: skip


def chosen(tables: Sequence[Ten], only: str | None) -> list[Ten]:
    """Give the tables of some names; laws that cannot be read are an error of the file."""
    for ten in tables:
        try:
            parse(ten.law, list(ten.names.values()))
        except KansrError as error:
            raise SystemExit(f"{ten.name}: {error}") from error
    kept = [ten for ten in tables if not only or ten.name in only.split(",")]
    if not kept:
        raise SystemExit(f"no table is named {only}")
    return kept


def main() -> None:
    """Read the command line, fit every table, print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--only", help="names with commas")
    parser.add_argument("--budget", type=float, default=20.0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path, help="add each result to this file, a line of JSON each")
    args = parser.parse_args()
    tables = chosen(read(args.file, args.budget), args.only)
    records = []
    for told in apart(judged, tables, jobs=args.jobs, limit=KILLED[0] * args.budget + KILLED[1], lost=killed):
        print(line(told), flush=True)
        if args.json is not None:
            append_line(args.json, json.dumps(told))
        records.append(told)
    print(f"\n{summary(records)}")


if __name__ == "__main__":
    main()
