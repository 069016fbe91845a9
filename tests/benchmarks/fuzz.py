"""Fuzz what reads foreign bytes: `python -m tests.benchmarks.fuzz recipe --seconds 120`.

Each reader must give a value or a `KansrError`, within a second (a table within five), in less than a gigabyte. Bytes
are made by changing seeds at random; with `--by atheris` by Atheris (libFuzzer for Python), which is led by what the
bytes reach. What breaks a reader is printed, kept in a folder where `--keep` names one (those in tests/trust/corpus are
read by each run of the tests), and the exit code is 1. Of workbooks the XML is changed that is packed in them, or else
their sums would tell at once.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path

if "atheris" in sys.argv:
    import atheris

    watched: AbstractContextManager[None] = atheris.instrument_imports(include=["kansr"])
else:
    watched = nullcontext()

from tests.benchmarks import fuzz_seeds
from tests.trust import hostile

with watched:
    from kansr.errors import KansrError
    from kansr.formula.formula import Formula
    from kansr.formula.parse import parse
    from kansr.formula.template import read_template
    from kansr.recipe import from_yaml
    from kansr.run import Run
    from kansr.table import TableSpec, survey
    from kansr.table.units import read_unit

SLOW, SLOW_TABLE, HANGING = 1.0, 5.0, 60  # seconds
MOST = 1 << 20  # kilobytes of memory
SIGNS = b"()[]{}*/^+-.,:;'\"#&!|>%@ \t\n019eExyJ\\\xc3\xff\0"
PLACE = Path(tempfile.mkdtemp(prefix="kansr-fuzz-"))
LAST = PLACE / "last"
RUN = Run.create("fuzz", PLACE / "run")
SEEDS = {
    "formula": [b"exp(sin(pi*x1) + x2**2)/3.5e-3", b"-besselj(2, x)**(1/3)", b"J0(x)*log(x)**x", b"9**9**9"],
    "template": [b"a*exp(-f(x)) + g(y, z)", b"f(x)**2/(1 + h(x*y))", b"f(sin(x), y) - log(f(z, x))"],
    "recipe": [b"seed: 1\nnetwork:\n  width: [2, 1]\n", b"table: {units: {v: m/s}}\n", b"budget: .inf\nselect: best"],
    "unit": [b"kg m^2 s^-2", "µm/(s·K)".encode(), b"degC", b"m**(1/2)"],
    "network": [b'\x10\0\0\0\0\0\0\0{"__metadata__":{}}'],
    "record": [json.dumps({"formula": "x", "symbols": {"x": "a"}, "complexity": 1, "errors": {}}).encode()],
}


def formula(data: bytes) -> None:
    """Read a formula, and write it again."""
    str(parse(data.decode(errors="replace")))


def recipe(data: bytes) -> None:
    """Read a recipe."""
    from_yaml(data.decode(errors="replace"))


def template(data: bytes) -> None:
    """Read a partly known form."""
    read_template(data.decode(errors="replace"), ["x", "y", "z"])


def table(data: bytes) -> None:
    """Look at a table in a file, whatever it is."""
    path = PLACE / "table"
    path.write_bytes(data)
    survey(path, TableSpec())
    survey(path, TableSpec(sample=5))


def workbook(data: bytes) -> None:
    """Look at a workbook whose sheet holds this XML."""
    sheet, _, strings = data.partition(b"\n")
    hostile.workbook(PLACE / "table.xlsx", sheet, strings)
    survey(PLACE / "table.xlsx", TableSpec())


def sqlite(data: bytes) -> None:
    """Look at a database of SQLite."""
    path = PLACE / "table.db"
    path.write_bytes(data)
    survey(f"sqlite:///{path}", TableSpec())


def packed(data: bytes) -> None:
    """Look at a text table that is packed, and one that is taken for it."""
    table(gzip.compress(data, 1))


def unit(data: bytes) -> None:
    """Read a unit."""
    read_unit(data.decode(errors="replace"))


def network(data: bytes) -> None:
    """Read arrays with metadata."""
    RUN.path("network.safetensors").write_bytes(data)
    RUN.read_network("network.safetensors")


def record(data: bytes) -> None:
    """Read the record of a formula."""
    RUN.path("result.json").write_bytes(data)
    value = RUN.read_json("result.json")
    if isinstance(value, dict):
        try:
            Formula.from_json(value)
        except (KeyError, TypeError, ValueError, AttributeError):  # these are what a reader of results turns into words
            return


TABLES = {"csv": table, "tsv": table, "parquet": table, "feather": table, "xls": table, "ods": table, "gzip": table}
TABLES |= {"zstd": table, "packed": packed, "xlsx": workbook, "sqlite": sqlite}
TARGETS: dict[str, Callable[[bytes], None]] = {
    **{f.__name__: f for f in (formula, template, recipe, unit, network, record)},
    **TABLES,
}
SEEDS |= fuzz_seeds.tables(PLACE)


class HangError(Exception):
    """A reader is still at it."""


def stop(*_: object) -> None:
    """Stop a reader that hangs, so that its input is known."""
    raise HangError


class Watch:
    """Calls a reader, and counts what it does that it must not."""

    def __init__(self, name: str, keep: Path | None = None) -> None:
        self.name, self.keep, self.calls, self.flaws = name, keep, 0, {}
        self.peak = _peak()

    def __call__(self, data: bytes) -> None:
        self.calls += 1
        LAST.write_bytes(data)  # what ends the process is found there
        started = time.process_time()
        signal.alarm(HANGING)
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                TARGETS[self.name](data)
        except KansrError:
            pass
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.flaw(f"{type(error).__name__} in {Path(last.filename).name}:{last.name}", data)
        finally:
            signal.alarm(0)
        if time.process_time() - started > (SLOW_TABLE if self.name in TABLES else SLOW):
            self.flaw("slow", data)
        if (peak := _peak()) > max(MOST, self.peak):
            self.peak = peak
            self.flaw(f"{peak / MOST:.2g} GB of memory", data)

    def flaw(self, kind: str, data: bytes) -> None:
        """Print the first of each kind of flaw."""
        if kind not in self.flaws:
            self.flaws[kind] = data
            print(f"{self.name}: {kind}: {data[:200]!r}", flush=True)
            if self.keep is not None:
                (self.keep / f"{self.name}-{hashlib.sha256(data).hexdigest()[:8]}").write_bytes(data)


def _peak() -> int:
    """Give the most memory that this process has had, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def mutated(draw: random.Random, name: str) -> bytes:
    """Give a seed, or two of them joined, with some bytes changed, doubled or left out."""
    data = bytearray(draw.choice(SEEDS[name]) + (draw.choice(SEEDS[name]) if draw.random() < 0.3 else b""))
    for _ in range(draw.randint(1, 8)):
        at, kind = draw.randrange(len(data) + 1), draw.randrange(4)
        if kind == 0:
            data[at:at] = bytes(draw.choices(SIGNS, k=draw.randint(1, 4)))
        elif kind == 1:
            del data[at : at + draw.randint(1, 5)]
        elif kind == 2:
            data[at:at] = data[at : at + draw.randint(1, 12)] * draw.choice([1, 2, 60])
        elif data:
            data[min(at, len(data) - 1)] = draw.randrange(256)
    return bytes(data)


def main() -> None:
    """Fuzz one reader for some seconds of processor time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for what breaks the reader")
    parser.add_argument("--by", choices=["chance", "atheris"], default="chance")
    given = parser.parse_args()
    print(f"{given.target}: the input that is read stands in {LAST}", flush=True)
    signal.signal(signal.SIGALRM, stop)
    watch, draw, started = Watch(given.target, given.keep), random.Random(given.seed), time.process_time()
    if given.by == "atheris":  # it ends the process when its time is over
        atheris.Setup([sys.argv[0], f"-max_total_time={given.seconds:.0f}", f"-seed={given.seed + 1}"], watch)
        atheris.Fuzz()
    while time.process_time() - started < given.seconds:
        watch(mutated(draw, given.target))
    print(f"{given.target}: {watch.calls:,} inputs in {given.seconds:g} s of processor time, {len(watch.flaws)} flaws")
    sys.exit(bool(watch.flaws))


if __name__ == "__main__":
    main()
