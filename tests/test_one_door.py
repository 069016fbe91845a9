"""What is written is written whole, and is on the disk when it has its name: one place does so; others ask it."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kansr import files, pipeline
from kansr.recipe import load_recipe, with_options
from kansr.run import Run
from kansr.table import table_from_frame
from tests.cli.conftest import ROOT, environment

_MOVES = {"rename", "renames", "move"}
_WRITES = {"write_text", "write_bytes", "savefig", "to_parquet", "to_csv", "write_table", "savez", "copyfile", "copy2"}
_ALLOWED = {
    ("export/running/program.py", "write_text"): "into a scratch folder",
    ("report/picture.py", "savefig"): "to the temporary name that `replacing` gives",
    ("table/parquet.py", "write_table"): "the same",
    ("run.py", "write_text"): "the method of a run, which asks `files`",
    ("run.py", "write_bytes"): "the same",
}


def _calls():
    """Yield the file, the object and the name of each call of a method in kansr, and the call."""
    for path in sorted((ROOT / "kansr").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                yield path.relative_to(ROOT / "kansr").as_posix(), node, name


def _moves(node, name):
    """Whether a call gives a file another name: `os.replace`, `path.rename`, or `path.replace` with one argument."""
    owner = getattr(getattr(node.func, "value", None), "id", None)
    alone = name == "replace" and isinstance(node.func, ast.Attribute) and len(node.args) == 1 and not node.keywords
    return name in _MOVES or (owner == "os" and name in {"replace", "link", "symlink"}) or alone


def _opens_to_write(node, name):
    modes = [a.value for a in [*node.args, *(k.value for k in node.keywords)] if isinstance(a, ast.Constant)]
    return name == "open" and any(re.fullmatch("[rwaxbt+]*[wax+][rwaxbt+]*", str(mode)) for mode in modes)


def test_one_function_gives_files_their_names():
    assert [file for file, node, name in _calls() if _moves(node, name)] == ["files.py"]


def test_no_other_place_writes_a_file():
    found = {(file, name) for file, node, name in _calls() if name in _WRITES and not _through_files(node)}
    assert {one for one in found if one[0] != "files.py"} <= set(_ALLOWED)
    opened = {file for file, node, name in _calls() if _opens_to_write(node, name)}
    assert opened <= {"files.py", "cli/streams.py"}  # streams are no files


def test_no_other_place_makes_a_temporary_folder():
    makers = {"TemporaryDirectory", "NamedTemporaryFile", "mkdtemp", "mkstemp", "mktemp"}
    assert {file for file, _, name in _calls() if name in makers} == {"files.py"}


def _through_files(node):
    owner = getattr(node.func, "value", None)
    return isinstance(node.func, ast.Name) or getattr(owner, "id", None) in {"files", "run", "self", "into"}


@pytest.fixture
def steps(monkeypatch):
    """Give the list of what is brought to disk and renamed, in order; files and folders by their path."""
    done = []

    def path_of(descriptor):
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())

    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (done.append(("sync", path_of(fd))), sync(fd))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append(("name", str(a), str(b))), replace(a, b))[1])
    return done


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="where the system tells paths of open files")
def test_every_file_of_a_fit_is_on_the_disk_before_and_after_it_gets_its_name(steps, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x = np.linspace(0.5, 2, 60)
    table = table_from_frame(pd.DataFrame({"x": x, "y": x**2}))
    run = Run.create("data")
    pipeline.fit(table, with_options(load_recipe("quick"), {"budget": 2.0}), run)
    run.mark_latest()
    named = [number for number, step in enumerate(steps) if step[0] == "name"]
    assert len(named) > 8
    for number in named:
        _, before, after = steps[number]
        folder = str(Path(after).resolve().parent)
        assert steps[number - 1] == ("sync", str(Path(after).resolve().parent / Path(before).name)), after
        assert steps[number + 1] == ("sync", folder), after
    held = {path.name for path in run.folder.iterdir()} - {".lock"}
    appended = {Path(step[1]).name for step in steps if step[0] == "sync"}
    assert held <= {Path(steps[number][2]).name for number in named} | appended
    assert ("sync", str(tmp_path / "runs")) in steps  # the folder of the run is there, too


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_system_is_asked_in_this_order(tmp_path):
    code = "from pathlib import Path; from kansr.files import write_text; write_text(Path('a.txt'), 'whole')"
    traced = subprocess.run(
        ["strace", "-f", "-y", "-o", "trace", "-e", "trace=fsync,/^rename", sys.executable, "-c", code],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if traced.returncode:
        pytest.skip("nothing may be traced here")
    calls = re.findall(r"(fsync|rename\w*)\((.*)\) += 0", (tmp_path / "trace").read_text())
    calls = [call for call in calls if str(tmp_path) in call[1] or "a.txt" in call[1]]
    assert [name for name, _ in calls] == ["fsync", "rename", "fsync"]
    assert "-a.txt" in calls[0][1]
    assert calls[2][1].endswith(f"<{tmp_path}>")


def test_a_disk_that_is_full_at_any_step_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    files.write_text(path, "old")
    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch, pytest.raises(files.RunError, match="No space left"):
            patch.setattr(os, name, _full)
            files.write_text(path, "new")
        assert path.read_text() == "old"
        assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def _full(*_arguments):
    raise OSError(28, "No space left on device")
