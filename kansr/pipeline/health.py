"""Whether kansr works on this machine: what is installed, what it may use, and a small fit that must come out right."""

from __future__ import annotations

import os
import platform
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import numpy as np

from kansr import __version__
from kansr.errors import KansrError
from kansr.files import scratch
from kansr.pipeline import fit
from kansr.progress import Clock
from kansr.recipe import Recipe
from kansr.run import RUNS, Run
from kansr.table.frame import table_from_arrays
from kansr.tensors import torch

_NEEDED = ("torch", "numpy", "scipy", "sympy", "pandas", "pyarrow", "click", "rich")
_OURS = ("test", "lint")  # extras for those who change kansr
_GIB = 1 << 30
_LEAST_MEMORY = 1.0  # GiB that torch, pandas and a fit need together
_LAW = "x1*x2"
_BUDGET = 60.0  # seconds: the fit takes two, a busy machine more


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `ok` is None where it is a choice, such as an extra that is not installed."""

    name: str
    fact: str
    ok: bool | None = True
    hint: str | None = None


def health() -> Iterator[Finding]:
    """Look at everything, the quick things first; the last finding is a fit of about two seconds."""
    yield Finding(name="kansr", fact=f"{__version__} in {Path(__file__).parents[1]}")
    yield Finding(name="python", fact=f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for look in (_libraries, _extras, _devices):
        yield from look()
    for check in (_threads, _memory, _folder, _self_test):
        yield check()


def _libraries() -> Iterator[Finding]:
    """Give the versions of what every command needs."""
    for name in _NEEDED:
        version = _version(name)
        hint = None if version else "pip install --force-reinstall kansr"
        yield Finding(name=name, fact=version or "is missing", ok=version is not None, hint=hint)


def _extras() -> Iterator[Finding]:
    """Give for each extra of the package what it brings, or how to get what is missing of it."""
    for extra, needed in extras().items():
        versions = {name: _version(name) for name in needed}
        missing = [name for name, version in versions.items() if version is None]
        known = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
        fact = f"without {', '.join(missing)}" if missing else known
        hint = f"pip install 'kansr[{extra}]'" if missing else None
        yield Finding(name=f"[{extra}]", fact=fact, ok=None if missing else True, hint=hint)


def extras() -> dict[str, tuple[str, ...]]:
    """Give the extras that this package offers, and the libraries of each; none where it is not installed."""
    try:
        lines = metadata.requires("kansr") or []
    except metadata.PackageNotFoundError:
        return {}
    found: dict[str, list[str]] = {}
    for line in lines:
        extra, name = re.search(r"extra == ['\"]([\w.-]+)['\"]", line), re.match(r"[\w.-]+", line)
        if extra and name and extra[1] not in _OURS:
            found.setdefault(extra[1], []).append(name[0])
    return {extra: tuple(names) for extra, names in found.items()}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _devices() -> Iterator[Finding]:
    """Give the devices that `--device` may name."""
    yield Finding(name="cpu", fact=f"{_cores()} cores")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not count:
        yield Finding(name="cuda", fact="no GPU that torch can use; none is needed", ok=None)
    for i in range(count):
        memory = torch.cuda.get_device_properties(i).total_memory / _GIB
        yield Finding(name=f"cuda:{i}", fact=f"{torch.cuda.get_device_name(i)}, {memory:.0f} GiB")


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _threads() -> Finding:
    """Say how many threads a fit uses: more than cores wait for each other."""
    said = {name: os.environ[name] for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS") if name in os.environ}
    count = torch.get_num_threads()
    fact = f"{count}" + "".join(f" ({name}={value})" for name, value in list(said.items())[:1])
    if count <= _cores():
        return Finding(name="threads", fact=fact)
    return Finding(name="threads", fact=f"{fact}, more than cores", ok=False, hint="export OMP_NUM_THREADS=1")


def _memory() -> Finding:
    """Say how much memory is free, where the system tells it."""
    path = Path("/proc/meminfo")
    if not path.is_file():
        return Finding(name="memory", fact="not told by this system", ok=None)
    kib = {line.split(":")[0]: int(line.split()[1]) for line in path.read_text().splitlines() if "kB" in line}
    free, total = (kib.get(key, 0) * 1024 / _GIB for key in ("MemAvailable", "MemTotal"))
    enough = free >= _LEAST_MEMORY
    hint = None if enough else "close other programs: a fit needs about a GiB"
    return Finding(name="memory", fact=f"{free:.1f} of {total:.1f} GiB free", ok=enough, hint=hint)


def _folder() -> Finding:
    """Try whether runs can be written here; nothing stays."""
    place = RUNS if RUNS.is_dir() else Path()
    shown = str(RUNS.resolve())
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        fact = f"{shown}: {error.strerror or error}"
        return Finding(name="runs", fact=fact, ok=False, hint="work in another folder, or give fit -o DIR")
    return Finding(name="runs", fact=f"can be written in {shown}")


def _self_test() -> Finding:
    """Fit the law in a temporary folder."""
    draw = np.random.default_rng(0)
    x = draw.uniform(0.5, 2.0, (120, 2))
    table = table_from_arrays(x, x[:, 0] * x[:, 1], features=["x1", "x2"])
    recipe, clock = replace(Recipe(), budget=_BUDGET), Clock(_BUDGET)
    hint = "this is a mistake in kansr or its libraries: please report it with this page"
    try:
        with scratch() as folder:
            run = Run.create("self-test", out=folder / "run")
            text = fit(table, recipe, run, clock=clock).formula.text
    except (KansrError, OSError, RuntimeError, ImportError) as error:
        return Finding(name="self-test", fact=f"{type(error).__name__}: {error}", ok=False, hint=hint)
    fact, right = f"y = {text} came back in {clock.seconds():.1f} s", text == _LAW
    return Finding(name="self-test", fact=fact, ok=right, hint=None if right else hint)
