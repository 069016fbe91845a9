"""Fuzz run folders: `python -m tests.benchmarks.fuzz_run --seconds 600 --seed 1`.

A small run is made, one or a few things in its files are changed (see `tests.trust.edited`), or bytes of one file are,
and a command that reads the run is run on it. It must end with a value, or with one sentence that names a file that
was changed; within a few seconds; with nothing that steers a terminal; and without a change of the run. What breaks
that is printed, kept in the folder `--keep`, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kansr import pipeline
from kansr.pipeline.hand import set_function
from kansr.progress import Clock
from kansr.recipe import Recipe
from kansr.run import Run
from kansr.table import read_table
from tests.trust.attack import QUICK, SLOW, content_of, fault, said
from tests.trust.edited import Edit, every_edit, with_every_part

SLOWEST = 20.0  # seconds
_BYTES, _EDGES = 0.3, 0.02  # how often bytes are changed instead of values, and how often the slow commands are run


def main() -> int:
    """Fuzz for some time; gives 1 where something broke."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--keep", type=Path, help="where inputs that broke something are kept")
    given = options.parse_args()
    keep = given.keep.resolve() if given.keep else None
    os.chdir(tempfile.mkdtemp(prefix="kansr-fuzz-"))
    folder = made()
    draw, edits = random.Random(given.seed), list(every_edit(folder))
    end, count, broken = time.monotonic() + given.seconds, 0, set()
    while time.monotonic() < end:
        chosen = [draw.choice(edits)] if draw.random() > _BYTES else list(_changed_bytes(folder, draw))
        command = draw.choice(SLOW if draw.random() < _EDGES else QUICK)
        for said_, edit in _tried(folder, chosen, command):
            kind = (said_.split(":")[0], command, edit.file)
            if kind not in broken:
                print(f"{' '.join(command)}: {edit.file}: {edit.what}: {said_}", flush=True)
                _kept(keep, edit, len(broken))
            broken.add(kind)
        count += 1
    print(f"{count} inputs of {len(edits)} edits and changed bytes; {len(broken)} kinds of them broke something")
    return int(bool(broken))


def made() -> Path:
    """Make a small run in the working folder, with all the parts that a run can have."""
    rows = np.random.default_rng(0).uniform(0.5, 2, (120, 2)).tolist()
    Path("data.csv").write_text("a,b,y\n" + "".join(f"{a},{b},{np.exp(a) + b * b}\n" for a, b in rows))
    run = Run.create("data", Path("run"))
    pipeline.fit(read_table("data.csv"), Recipe(budget=1.0), run)
    set_function(run, "1", "exp", clock=Clock(1.0))
    with_every_part(run.folder)
    return run.folder


def _changed_bytes(folder: Path, draw: random.Random) -> Iterator[Edit]:
    """Cut a file, or change some of its bytes."""
    path = draw.choice([one for one in sorted(folder.iterdir()) if one.suffix in _READ])
    data = bytearray(path.read_bytes())
    if draw.random() < 0.2:
        del data[draw.randrange(len(data)) :]
    for _ in range(draw.choice((1, 2, 8))):
        if data:
            data[draw.randrange(len(data))] = draw.choice((draw.randrange(256), *b'019-.,:"{}[]eEn\0\x1b'))
    content = bytes(data)
    yield Edit(path.name, "bytes", lambda: content)


_READ = {".json", ".jsonl", ".yaml", ".safetensors", ".parquet"}


def _tried(folder: Path, edits: list[Edit], command: tuple[str, ...]) -> Iterator[tuple[str, Edit]]:
    """Make edits, run a command, take them back; yields what went wrong."""
    whole = content_of(folder)
    for edit in edits:
        (folder / edit.file).write_bytes(edit.content)
    before, start = content_of(folder), time.monotonic()
    answer = said(command, folder.name)
    found = [fault(*answer, edit) for edit in edits]
    if time.monotonic() - start > SLOWEST:
        yield f"slow: {time.monotonic() - start:.1f} s", edits[0]
    if all(found):
        yield f"{found[0]}: {answer[2][-300:]}", edits[0]
    if content_of(folder) != before:
        yield "the run was changed", edits[0]
    for name, content in whole.items():
        (folder / name).write_bytes(content)


def _kept(keep: Path | None, edit: Edit, number: int) -> None:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{number:03d}-{edit.file}").write_bytes(edit.content)


if __name__ == "__main__":
    sys.exit(main())
