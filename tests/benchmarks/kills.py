"""Kill fits, extensions and benchmarks at random moments: `python -m tests.benchmarks.kills --count 200`.

Each is a process of its own, killed (SIGKILL) at a random moment of the time that the same work takes when it is left
alone; one that has ended by then does not count. After a kill every file of the folder must be whole and the user's own
files untouched, and the same work is taken up: it must come to its end with a result. A process is a fork of one that
has loaded the libraries, since loading them takes longer than the work.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from kansr.cli.main import run as kansr
from kansr.errors import KansrError
from kansr.recipe import from_yaml
from kansr.run import DATA, RESULT, Run

LONGEST = 900.0
BUDGET = "3"
BENCH = ("bench", "laws.csv", "--rows", "60", "--budget", BUDGET, "-q", "-o", "found.jsonl")
KINDS = ("fit", "extend", "fit", "fit", "extend", "bench")
RANGES = "a 1 2; b 1 2"
LAWS = f"name,target,formula,ranges\nsum,y,a + b,{RANGES}\nproduct,y,a*b,{RANGES}\nsquare,y,a**2 + b,{RANGES}\n"


def main() -> None:
    """Kill, check, take up, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    warm()
    draw, counts = random.Random(given.seed), Counter()
    with tempfile.TemporaryDirectory(prefix="kansr-kills-") as place:
        os.chdir(place)
        scene = Scene(draw)
        while sum(counts.values()) < given.count:
            kind = KINDS[sum(counts.values()) % len(KINDS)]
            flaw = getattr(scene, kind)()
            if flaw or scene.was_killed:
                counts[kind, "lost" if flaw else "resumed"] += 1
                print(
                    f"{sum(counts.values()):4d}  {kind:7s} after {scene.after:4.1f} s  {flaw or 'resumed'}", flush=True
                )
    for (kind, outcome), count in sorted(counts.items()):
        print(f"{kind:7s} {outcome:8s} {count}")
    sys.exit(any(outcome == "lost" for _, outcome in counts))


def warm() -> None:
    """Load what the work needs, and compute nothing: a process that has used threads must not be forked."""
    import kansr.bench.run
    import kansr.cli.bench
    import kansr.cli.extend
    import kansr.cli.fit
    import kansr.cli.resume
    import kansr.pipeline  # noqa: F401


class Scene:
    """A folder with a table, a finished run, a file of laws, and words of the user's own."""

    def __init__(self, draw: random.Random) -> None:
        self.draw, self.after, self.was_killed = draw, 0.0, False
        rows = [(draw.uniform(0.5, 2), draw.uniform(0.5, 2)) for _ in range(60)]
        text = "a,b,y\n" + "".join(f"{a},{b},{a * b + 0.02 * draw.gauss(0, 1)}\n" for a, b in rows)
        Path("data.csv").write_text(text)
        Path("laws.csv").write_text(LAWS)
        self.full: dict[str, float] = {}
        self.full["fit"] = self.alone("fit", "data.csv", "--budget", BUDGET, "-o", "whole", "-q")
        shutil.copytree("whole", "copy")
        self.full["extend"] = self.alone("extend", "copy", "--grid", "40", "--budget", BUDGET, "-q")
        self.full["bench"] = self.alone(*BENCH)

    def alone(self, *command: str) -> float:
        """Let a command come to its end; gives the seconds that it took."""
        code, used = done(command, None)
        if code != 0:
            raise SystemExit(f"{' '.join(command)} ended with {code}")
        return used

    def killed(self, kind: str, *command: str) -> None:
        """Start a command and kill it at a random moment."""
        code, self.after = done(command, self.draw.uniform(0, 1) * self.full[kind])
        self.was_killed = code == -signal.SIGKILL

    def fit(self) -> str:
        """A fit, killed; then taken up."""
        folder = Path(f"fit-{time.monotonic_ns()}")
        before = prints(Path())
        self.killed("fit", "fit", "data.csv", "--budget", BUDGET, "-o", str(folder), "-q")
        flaw = broken(folder) or changed(before)
        if flaw or not (folder / DATA).is_file():  # nothing was written yet: the fit is started again
            shutil.rmtree(folder, ignore_errors=True)
            code, _ = (0, 0.0) if flaw else done(("fit", "data.csv", "--budget", "1", "-o", str(folder), "-q"), None)
        else:
            ended = is_done(folder)
            (folder / "notes.md").write_text("of my own")
            code, _ = (0, 0.0) if ended else done(("resume", str(folder), "--budget", "1", "-q"), None)
        flaw = flaw or ("" if code == 0 and (folder / RESULT).is_file() else f"no result: exit {code}")
        flaw = flaw or broken(folder) or changed(before)
        shutil.rmtree(folder, ignore_errors=True)
        return flaw

    def extend(self) -> str:
        """An extension, killed; then made again."""
        shutil.rmtree("copy")
        shutil.copytree("whole", "copy")
        (Path("copy") / "notes.md").write_text("of my own")
        own = prints(Path(), lambda path: path.parts[0] != "copy" or path.name in {"notes.md", DATA, "recipe.yaml"})
        self.killed("extend", "extend", "copy", "--grid", "40", "--budget", BUDGET, "-q")
        flaw = broken(Path("copy")) or changed(own)
        code, _ = done(("extend", "copy", "--grid", "80", "--budget", "1", "-q"), None)
        return flaw or (f"exit {code}" if code else "") or broken(Path("copy")) or changed(own)

    def bench(self) -> str:
        """A benchmark, killed; then the same command again."""
        found = Path("found.jsonl")
        found.unlink(missing_ok=True)
        before = prints(Path())
        self.killed("bench", *BENCH)
        lines = found.read_text().splitlines() if found.exists() else []
        whole = [line for line in lines if is_json(line)]
        code, _ = done(BENCH, None)
        after = found.read_text().splitlines() if found.exists() else []
        laws = Counter(json.loads(line)["law"] for line in after if is_json(line))
        flaw = "" if after[: len(whole)] == whole else "a result that was there is gone"
        flaw = flaw or ("" if code == 0 and dict(laws) == dict.fromkeys(("sum", "product", "square"), 1) else str(laws))
        found.unlink(missing_ok=True)
        return flaw or changed(before)


def done(command: tuple[str, ...], limit: float | None) -> tuple[int, float]:
    """Run a command in a fork, killed after `limit` seconds: its exit code (-9: killed), and the seconds it took."""
    child = os.fork()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        os._exit(kansr(command))
    started, limit = time.monotonic(), LONGEST if limit is None else limit
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        seconds = time.monotonic() - started
        if ended:
            return os.waitstatus_to_exitcode(status), seconds
        if seconds >= limit:
            os.kill(child, signal.SIGKILL)
            limit = math.inf
        time.sleep(0.004)


def prints(folder: Path, which: Callable[[Path], bool] = lambda _: True) -> dict[Path, str]:
    """Give the fingerprint of each file."""
    files = [path for path in folder.rglob("*") if path.is_file() and which(path)]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def changed(before: dict[Path, str]) -> str:
    """Name a file of before that is gone or another one now."""
    for path, digest in before.items():
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            return f"{path} was changed"
    return ""


def is_done(folder: Path) -> bool:
    """Whether a fit has come to its end."""
    path = folder / RESULT
    return path.is_file() and json.loads(path.read_text())["status"] == "done" and not list(folder.glob("checkpoint*"))


def is_json(line: str) -> bool:
    """Whether a line is whole."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def broken(folder: Path) -> str:
    """Name a file of a run that is not whole."""
    for path in sorted(folder.glob("[!.]*")) if folder.is_dir() else ():  # half a file lies under a hidden name only
        try:
            if path.suffix == ".json":
                json.loads(path.read_text())
            elif path.suffix == ".jsonl":
                list(map(json.loads, path.read_text().splitlines()[:-1]))
            elif path.suffix == ".safetensors":
                Run(folder).read_network(path.name)
            elif path.suffix == ".parquet":
                Run(folder).read_table()
            elif path.suffix == ".yaml":
                from_yaml(path.read_text())
        except (KansrError, ValueError, OSError) as error:
            return f"{path} is not whole: {error}"
    return ""


if __name__ == "__main__":
    main()
