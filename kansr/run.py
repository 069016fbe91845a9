"""The run folder: everything that a fit found, readable by a person, enough to go on from on another machine.

A run lives in `runs/<name of the table>-001/`; the text file `runs/latest` holds the name of the last one.

| file                  | what it holds                                                                |
|-----------------------|------------------------------------------------------------------------------|
| `run.json`            | marks the folder as a run of kansr: version and format                       |
| `recipe.yaml`         | every setting of the run, with nothing left to defaults                      |
| `data.json`           | the data card: source, hash, rows, columns, names, split                     |
| `data.parquet`        | the rows that were used                                                      |
| `metrics.jsonl`       | one JSON line a stage: grid, parameters, errors, seconds                     |
| `network.safetensors` | the trained network: its graph as metadata, its numbers in float64           |
| `checkpoint.*`        | the best network so far of a fit that has no result yet                      |
| `network-grid-*`      | networks that it had before: coarser ones, and those before a hand           |
| `graph.json`          | the graph of the network: nodes, edges, and the function on each edge        |
| `structure.json`      | why that graph: evidence for each join, and every graph that was tried       |
| `formula.txt`         | `target = formula`                                                           |
| `formula.tex`         | the formula in LaTeX                                                         |
| `formula.py`          | the formula as a Python function                                             |
| `formula.json`        | what `kansr fit --json` prints, without place and time: the same bytes again |
| `result.json`         | the whole result: formulas, verdict, network, history                        |
| `metrics-before*`     | the stages of a fit that was stopped and taken up again                      |
| `result-before*`      | the results that it had before, in order                                     |
| `continual.json`      | what rows that were added taught, and how far the rest was changed by it      |
| `front.csv`           | the formulas that no other beats in both error and complexity                |
| `report.html`         | the page of `kansr report`, if it was asked for                              |
| `log.txt`             | what was said on the terminal                                                |

Every file is written whole or not at all. None can hold code that loading it would run, but `formula.py`, which kansr
never loads.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kansr import __version__, files, record
from kansr.errors import RunError
from kansr.result import plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kansr.formula.formula import Formula
    from kansr.table import Table

    Arrays = Mapping[str, NDArray[np.float64]]

RECIPE, DATA_CARD, DATA, METRICS = "recipe.yaml", "data.json", "data.parquet", "metrics.jsonl"
NETWORK, GRAPH, STRUCTURE, LOG = "network.safetensors", "graph.json", "structure.json", "log.txt"
FORMULA_TXT, FORMULA_TEX, FORMULA_PY = "formula.txt", "formula.tex", "formula.py"
FORMULA_JSON, RESULT, FRONT, CONTINUAL = "formula.json", "result.json", "front.csv", "continual.json"
REPORT, CHECKPOINT = "report.html", "checkpoint.safetensors"

RUNS = Path("runs")
FORMAT = 1
_MARK, _POINTER, _LOCK = "run.json", "latest", ".lock"
_MB = 1 << 20
_COPY_AGAIN = "one of them was damaged or changed: copy the run again, or make it anew with kansr fit TABLE"
_TEXT_LIMIT, _NETWORK_LIMIT = 256 * _MB, 4096 * _MB


@dataclass(frozen=True, slots=True)
class Run:
    """A run folder on disk.

    >>> run = Run.create("pendulum", out=getfixture("tmp_path") / "here")
    >>> run.write_json("own.json", {"rows": 3})
    >>> run.read_json("own.json")
    {'rows': 3}
    """

    folder: Path

    @classmethod
    def create(cls, stem: str, out: Path | None = None, force: bool = False) -> Run:
        """Make a new run folder: `runs/<stem>-001` or the next free number, or `out` itself.

        An `out` that holds anything is refused, but for a run that was ended before it had found anything: that gives
        way. With `force` any old run there is moved to `<out>.old-001`; a folder that is not a run is refused even
        then.
        """
        try:
            folder = _next_free(RUNS, stem_of(stem)) if out is None else _make(out, force)
        except OSError as error:
            reason = error.strerror or str(error)
            raise RunError(f"cannot make a run folder: {reason}", where=str(out or RUNS), hint="try -o DIR") from error
        run = cls(folder)
        try:
            run.write_json(_MARK, {"kansr": __version__, "format": FORMAT})
        except RunError:  # as on a full disk
            with suppress(OSError):
                folder.rmdir()
            raise
        return run

    @classmethod
    def open(cls, path: str | Path | None = None) -> Run:
        """Open a run folder, by its path or its name in `runs`; None opens the one that `runs/latest` names."""
        folder = _latest() if path is None else _named(str(path))
        mark = cls(folder).read_json(_MARK)
        if not isinstance(mark, dict) or not isinstance(mark.get("format"), int):
            raise RunError("the mark of the run folder is damaged", where=str(folder / _MARK))
        if mark["format"] > FORMAT:
            raise RunError("the run was made by a newer kansr", where=str(folder), hint="pip install --upgrade kansr")
        return cls(folder)

    def made_by(self) -> str:
        """Give the version of kansr that made the run."""
        return str(self.read_json(_MARK).get("kansr", ""))

    def mark_latest(self) -> None:
        """Let `runs/latest` name this run, if it lies in `runs`."""
        if self.folder.resolve().parent == RUNS.resolve():
            files.write_text(RUNS / _POINTER, f"{self.folder.name}\n")

    def discard_if_unused(self) -> None:
        """Remove the folder when nothing but its mark and log was written."""
        if {path.name for path in self.folder.iterdir()} <= {_MARK, _LOCK, LOG}:
            shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name: str) -> Path:
        """Give the path of a file of the run.

        Raises `RunError` when `name` is more than a file name, or a link or device stands there: in a run from someone
        else it could lead a write to any file of the user, and a read to one that never ends.
        """
        if not re.fullmatch(r"[A-Za-z0-9_][\w.\-]{0,99}|\.lock", name, flags=re.ASCII):
            raise RunError(f"{name!r} is not the name of a file in a run", where=str(self.folder))
        path = self.folder / name
        if not files.is_plain(path):
            hint = "a run holds files only: remove it, or put the file itself there"
            raise RunError("this is no plain file", where=str(path), hint=hint)
        return path

    def has(self, name: str) -> bool:
        """Whether the run holds a file of this name."""
        return self.path(name).is_file()

    def write_text(self, name: str, text: str) -> None:
        """Write a text file."""
        files.write_text(self.path(name), text)

    def read_text(self, name: str) -> str:
        """Read a text file."""
        path = self.path(name)
        try:
            return files.read_bytes(path, _TEXT_LIMIT).decode("utf-8", errors="surrogatepass")
        except UnicodeDecodeError as error:
            raise _damaged(path) from error

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file; numbers that are not finite become null."""
        self.write_text(name, files.json_text(plain(value), indent=2) + "\n")

    def read_json(self, name: str) -> Any:
        """Read a JSON file; raises `RunError`, which names the key, where it holds what kansr never writes there."""
        return record.read(name, self.read_text(name), self.path(name))

    def append_line(self, name: str, value: Any) -> None:
        """Add one line of JSON."""
        files.append_line(self.path(name), files.json_text(plain(value)))

    def read_lines(self, name: str) -> Iterator[Any]:
        """Read the JSON lines; one that a crash left unfinished is passed over."""
        return record.read_lines(name, self.read_text(name), self.path(name))

    def check(self) -> None:
        """Read every record that work on the run will ask for, before it changes anything.

        Raises `RunError` for the first that is damaged.
        """
        for name in (DATA_CARD, GRAPH, STRUCTURE, FORMULA_JSON, RESULT):
            if self.has(name):
                self.read_json(name)
        if self.has(METRICS):
            list(self.read_lines(METRICS))

    def write_csv(self, name: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write a CSV file that is safe to open in a spreadsheet."""
        self.write_text(name, files.csv_text(header, rows))

    def write_network(self, name: str, metadata: Mapping[str, Any], arrays: Arrays) -> None:
        """Write named float64 arrays with JSON metadata; the same content gives the same bytes.

        Raises `RunError` when a number is not finite.
        """
        import numpy as np  # noqa: PLC0415
        from safetensors.numpy import save  # noqa: PLC0415

        whole = {key: np.array(arrays[key], dtype=np.float64, order="C") for key in sorted(arrays)}
        for key, array in whole.items():
            if not np.isfinite(array).all():
                raise RunError("the network holds a number that is not finite", where=f"{name}: {key}")
        text = json.dumps(plain(metadata), sort_keys=True, allow_nan=False)
        files.write_bytes(self.path(name), save(whole, metadata={"kansr": text}))

    def read_network(self, name: str) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
        """Read what `write_network` wrote: metadata and arrays.

        Raises `RunError` where an array is none of finite float64 numbers, or what is said of them is of another kind.
        """
        from safetensors import SafetensorError  # noqa: PLC0415

        path = self.path(name)
        _check_size(path)
        try:
            text, arrays = _arrays(path)
        except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
            raise _damaged(path) from error
        metadata = record.read(name, text, path)
        if not isinstance(metadata, dict):
            raise _damaged(path)
        return metadata, arrays

    def write_table(self, table: Table) -> None:
        """Write the rows of the run."""
        from kansr.table import write_parquet  # noqa: PLC0415

        write_parquet(table, self.path(DATA))

    def read_table(self) -> Table:
        """Read the rows of the run, bit by bit as they were written."""
        from kansr.table import read_parquet  # noqa: PLC0415

        if not self.has(DATA):
            raise _damaged(self.path(DATA))
        return read_parquet(self.path(DATA))

    def read_rows(self, formula: Formula) -> Table:
        """Read the rows of the run with all columns of a formula of it: constants by group are columns, too.

        Raises `RunError` where the rows have none of the name that the formula needs.
        """
        table, groups = self.read_table(), formula.by_group
        own: dict[str, NDArray[np.float64]] = {}
        if groups is not None and table.group is not None and set(groups.rows) >= {*table.group.tolist()}:
            own = groups.columns(table.group.tolist())
        for column in formula.names.values():
            if column not in (*table.features, *own):
                what = f'a formula of the run needs the column "{column}", and its rows have none of that name'
                raise RunError(what, where=f"{self.path(RESULT)} and {self.path(DATA)}", hint=_COPY_AGAIN)
        return table.with_columns(own)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes from working in the folder for the length of a `with` block.

        What a process that was killed there left unfinished is removed first.
        """

        def refuse(process: str) -> RunError:
            hint = "wait for it to end, or work in another folder with -o"
            return RunError(f"another kansr (process {process}) works in this run", where=str(self.folder), hint=hint)

        with files.held(self.path(_LOCK), refuse):
            files.remove_leftovers(self.folder)
            yield


def stem_of(source: str) -> str:
    """Give the name that runs of a table get: its file name without suffixes, in harmless characters.

    >>> stem_of("data/Free fall.csv.gz"), stem_of("-")
    ('Free-fall', 'stdin')
    """
    if source == "-":
        return "stdin"
    name = re.split(r"[\\/]", source)[-1]
    name = re.sub(
        r"(\.(csv|tsv|txt|dat|parquet|pq|xlsx|xlsm|xlsb|xls|ods|db|sqlite|sqlite3|gz|zst|zstd|bz2|xz|zip))+$",
        "",
        name,
        flags=re.IGNORECASE,
    )
    return re.sub(r"[^\w.]+", "-", name).strip("-._")[:60] or "table"


def _next_free(parent: Path, stem: str) -> Path:
    """Make `parent/stem-NNN` with the number after the last; making the folder is the lock."""
    files.make_folder(parent)
    pattern = re.compile(re.escape(stem) + r"-(\d{3,9})", flags=re.IGNORECASE)
    taken = [int(match[1]) for path in parent.iterdir() if (match := pattern.fullmatch(path.name))]
    number = max(taken, default=0) + 1
    while True:
        try:
            folder = parent / f"{stem}-{number:03d}"
            files.make_folder(folder, new=True)
        except FileExistsError:
            number += 1
        else:
            return folder


def _make(folder: Path, force: bool) -> Path:
    """Make the folder that the user named; what is in the way is kept."""
    held = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if _MARK not in held and not files.only_leftovers(held - {_LOCK}):
        raise RunError("the folder holds other files", where=str(folder), hint="choose a new folder with -o")
    if held and _holds_nothing_found(held):
        _clear(folder, held)
    elif held:
        if not force:
            raise RunError("the folder holds a run", where=str(folder), hint="--force moves that run aside")
        with Run(folder).lock():
            aside = _next_free(folder.parent, f"{folder.name}.old")
        aside.rmdir()
        files.take_place(folder, aside)
    files.make_folder(folder)
    return folder


def _holds_nothing_found(held: Set[str]) -> bool:
    """Whether a run has only its table and its settings: those of a fit that was killed before it found anything."""
    return {name for name in held if not files.only_leftovers({name})} <= {_MARK, _LOCK, LOG, RECIPE, DATA_CARD, DATA}


def _clear(folder: Path, held: Set[str]) -> None:
    """Empty a folder for a run that begins anew, unless another process works there."""
    with Run(folder).lock():
        for name in sorted(held - {_LOCK}, key=lambda name: (name == _MARK, name)):  # a kill here leaves a run
            (folder / name).unlink(missing_ok=True)


def latest_unfinished(folder: Path = RUNS) -> Path | None:
    """Give the newest run in a folder of runs that has rows and no result; None where there is none."""
    runs = [path for path in folder.iterdir() if (path / _MARK).is_file()] if folder.is_dir() else []
    left = [path for path in runs if (path / DATA).is_file() and not (path / RESULT).is_file()]
    return max(left, key=lambda path: ((path / _MARK).stat().st_mtime, path.name), default=None)


def latest_name(folder: Path = RUNS) -> str | None:
    """Give the name that `latest` in a folder of runs holds, None where there is none; the run may be gone."""
    pointer = folder / _POINTER
    return files.read_bytes(pointer, 1000).decode("utf-8", errors="replace").strip() if pointer.is_file() else None


def _latest() -> Path:
    """Find the folder that `runs/latest` names."""
    pointer, name = RUNS / _POINTER, latest_name()
    if name is None:
        raise RunError("there is no run here yet", where=str(RUNS), hint="start one with: kansr fit TABLE")
    if not name or re.search(r"[\\/:\x00-\x1f]", name) or name.startswith("."):
        raise RunError(f"the pointer does not hold the name of a run: {name!r}", where=str(pointer))
    if not (RUNS / name / _MARK).is_file():
        raise RunError(f"the last run {name!r} is gone", where=str(pointer), hint="name a run, such as runs/data-001")
    return RUNS / name


def _named(path: str) -> Path:
    """Find the folder that the user means by `path`: a path, or the name of a folder in `runs`."""
    if "\x00" in path or not path:
        raise RunError(f"{path!r} is not a path")
    inside = [RUNS / path] if not re.search(r"[\\/]", path) else []
    try:
        found = next((folder for folder in [Path(path), *inside] if (folder / _MARK).is_file()), None)
    except OSError as error:
        raise RunError(f"{error.strerror}", where=path[:80]) from error
    if found is not None:
        return found
    what = "the folder is not a run of kansr" if Path(path).exists() else "there is no such run"
    raise RunError(what, where=path, hint=_nearest(path) or "runs lie in the folder runs; kansr fit TABLE makes one")


def _nearest(name: str) -> str | None:
    """Advise the run in `runs` whose name is nearest to one that is not there."""
    names = [path.name for path in RUNS.iterdir() if (path / _MARK).is_file()] if RUNS.is_dir() else []
    close = get_close_matches(Path(name).name, names, n=1)
    return f"did you mean {close[0]}?" if close else None


def _arrays(path: Path) -> tuple[str, dict[str, NDArray[np.float64]]]:
    """Read a file of safetensors: the text beside the arrays, and these; all kinds are looked at before all numbers."""
    import numpy as np  # noqa: PLC0415
    from safetensors import safe_open  # noqa: PLC0415

    with safe_open(path, framework="numpy") as file:
        text = (file.metadata() or {})["kansr"]
        kinds = {key: file.get_slice(key).get_dtype() for key in file.keys()}  # noqa: SIM118  (not a mapping)
        for key, kind in kinds.items():
            if kind != "F64":
                raise record.DamagedError(f"the numbers of {key} are of kind {kind}, and should be F64", path)
        arrays = {key: file.get_tensor(key) for key in kinds}
    for key, array in arrays.items():
        if not np.isfinite(array).all():
            raise record.DamagedError(f"{key} holds a number that is not finite", path)
    return text, arrays


def _check_size(path: Path) -> None:
    if not path.is_file():
        raise RunError("the run has no such file", where=str(path), hint="the fit that made it did not get that far")
    if path.stat().st_size > _NETWORK_LIMIT:
        raise _damaged(path)


def _damaged(path: Path) -> RunError:
    return RunError("the file is damaged or missing", where=str(path), hint="kansr fit TABLE makes the run anew")
