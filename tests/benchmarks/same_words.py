"""Do `kansr fit` and `kansr score` say the same of one formula?

    python -m tests.benchmarks.same_words [--budget 10] [--only boyle,small-25]

Ten small tables, five of them shipped and five drawn: each is fitted, and the formula that is printed is scored on the
same table, both by the command line with `--json`. Both must say the same verdict, noise, errors and R2. The exit code
is 1 where they differ, or where one of them does not say it.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kansr.datasets import shipped_table
from tests.benchmarks.small_tables import draw

SHIPPED = ("boyle", "cooling", "hubble", "misra", "planets")
DRAWN = (2, 11, 25, 34, 45)  # numbers of drawn tables: noise, rounding, an exact law, few levels, no short law
SAID = ("verdict", "noise", "rmse", "r2")
CLOSE = 1e-9  # two numbers are the same up to this share
KILLED = 120.0


def tables(folder: Path) -> dict[str, Path]:
    """Give the ten tables as files."""
    found = {name: shipped_table(name).path for name in SHIPPED}
    for number in DRAWN:
        path = folder / f"small-{number}.csv"
        draw(0, number).frame().to_csv(path, index=False)
        found[path.stem] = path
    return found


def kansr(*words: str) -> dict[str, Any]:
    """Run a command, and give its JSON; what it says where there is none."""
    ran = subprocess.run(
        [sys.executable, "-m", "kansr", *words, "--json"], capture_output=True, text=True, timeout=KILLED, check=False
    )
    try:
        value = json.loads(ran.stdout)
    except ValueError:
        return {"failed": (ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"])[-1]}
    return value if isinstance(value, dict) else {"failed": "no JSON object"}


def scored(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give what a score says of the formula that was brought: it may stand in a list beside others."""
    inner = value.get("scores")
    return {**value, **inner[0]} if isinstance(inner, list) and inner else value


def numbers(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield each value of what was said, by its name.

    >>> list(numbers({"test": 0.5, "rows": [1]}, "r2"))
    [('r2.test', 0.5), ('r2.rows.0', 1)]
    """
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from numbers(part, f"{name}.{key}")
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from numbers(part, f"{name}.{i}")
    else:
        yield name, value


def differences(fit: Mapping[str, Any], score: Mapping[str, Any]) -> list[str]:
    """Name what the two do not say alike; of errors and R2, the parts that only one of them gives are left out."""
    found = []
    for word in SAID:
        missing = [which for which, said in (("fit", fit), ("score", score)) if word not in said]
        if missing:
            found.append(f"{word}: {' and '.join(missing)} does not say it")
            continue
        ours, theirs = dict(numbers(fit[word], word)), dict(numbers(score[word], word))
        both = [name for name in ours if name in theirs]
        if not both:
            found.append(f"{word}: {fit[word]} and {score[word]}")
        found += [f"{name}: {ours[name]} and {theirs[name]}" for name in both if not same(ours[name], theirs[name])]
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, numbers up to rounding; an error that is rounding itself is as good as 0."""
    if any(isinstance(value, (bool, str, type(None))) for value in (one, other)):
        return bool(one == other)
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-13)


def percent(said: Mapping[str, Any]) -> str:
    """Give a verdict, and the noise, error and R2 on test rows, as far as they are said."""
    rmse, r2 = ((said.get(word) or {}).get("test") for word in ("rmse", "r2"))
    shown = ["-" if value is None else f"{value:.6g}" for value in (rmse, r2)]
    return f"{said.get('verdict', '-')}, noise {said.get('noise', '-')}, error {shown[0]}, R2 {shown[1]}"


def compared(name: str, path: Path, folder: Path, budget: float) -> bool:
    """Fit and score one table, print both, and say whether they say the same."""
    run = folder / f"run-{name}"
    fit = kansr("fit", str(path), "-o", str(run), "--budget", f"{budget:g}")
    if "formula" not in fit:
        print(f"{name}: the fit gave no formula: {fit.get('failed', '')}", flush=True)
        return False
    score = scored(kansr("score", str(path), f"--formula={fit['formula']}"))  # a formula may begin with a sign
    found = [score["failed"]] if "failed" in score else differences(fit, score)
    print(f"{name}: {fit['formula'][:90]}\n  fit    {percent(fit)}\n  score  {percent(score)}")
    print("\n".join(f"  DIFFERS  {what}" for what in found) or "  the same", flush=True)
    return not found


def main() -> None:
    """Read the command line, compare every table, tell by the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", type=float, default=10.0)
    parser.add_argument("--only", help="names with commas")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kansr-same-words-") as place:
        folder = Path(place)
        wanted = {n: path for n, path in tables(folder).items() if not args.only or n in args.only.split(",")}
        if not wanted:
            raise SystemExit(f"no table is named {args.only}")
        alike = [compared(name, path, folder, args.budget) for name, path in wanted.items()]
    print(f"\nthe same words of {sum(alike)} of {len(alike)} tables")
    sys.exit(0 if all(alike) else 1)


if __name__ == "__main__":
    main()
