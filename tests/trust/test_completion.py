"""What a shell completes is text from others: it comes quoted, in the shell's own way, and runs nothing."""

import json
import os
import select
import shutil
import sys
import time

import pytest

from tests.cli.conftest import environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")

NAMES = [
    "$(touch owned)", "`touch owned`", "x;touch owned", "x|touch owned", "x&touch owned", "x>owned", "x\ntouch owned",
    "two words", "it's", 'say "so"', "b [m]", "*", "\\", "#1", "~", "!!", "{a,b}", "a=b", "a,b", "-o", "<(touch owned)",
    "plain", "größe",
]  # fmt: skip
SHELLS = {
    "bash": (("bash", "--norc", "--noprofile", "-i"), 'eval "$(kansr completion bash)"'),
    "zsh": (("zsh", "-f", "-i"), 'autoload -U compinit; compinit -D; eval "$(kansr completion zsh)"'),
    "fish": (("fish", "--no-config", "-i"), "kansr completion fish | source"),
}

_TOLD = """#!{python}
import json, os, sys
with open({path!r} + "~", "w") as file:
    json.dump(sys.argv[1:], file)
os.rename({path!r} + "~", {path!r})
"""


class Shell:
    """A shell in a terminal, which completes words after `kansr`."""

    def __init__(self, name, folder):
        import pty

        (command, start), self.folder, self.name = SHELLS[name], folder, name
        programs = folder.parent / "programs"
        programs.mkdir(exist_ok=True)
        (programs / "kansr").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kansr "$@"\n')
        (programs / "kansr").chmod(0o755)
        (programs / "told").write_text(_TOLD.format(python=sys.executable, path=str(self._told)))
        (programs / "told").chmod(0o755)
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            path = f"{programs}:{os.environ['PATH']}"
            settings = environment(PATH=path, TERM="vt100", HOME=str(folder), PS1="", LC_ALL="C.UTF-8")
            os.execvpe(command[0], command, settings)
        self.press(f"{start}; told ready\n")
        assert self.words() == ["ready"]

    @property
    def _told(self):
        return self.folder.parent / "told.txt"

    def press(self, keys):
        """Press keys; the shell takes them one after the other."""
        self._told.unlink(missing_ok=True)
        os.write(self.terminal, keys.encode())

    def words(self, seconds=30):
        """Give the words that the command got which is there to tell them; None where the line never came to it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.05)[0]:
                os.read(self.terminal, 1 << 16)
            elif self._told.exists():
                return json.loads(self._told.read_text())
        return None

    def completed(self, begun):
        """Complete what was begun, and give the words that a command would get instead of `kansr fit evil.csv -t`."""
        self.press(f"kansr fit evil.csv -t {begun}\t\x01told \x05\n")  # to the front of the line, and back to its end
        words = self.words(10)
        if words is None:
            self.press("\x03told gone on\n")
            assert self.words() == ["gone", "on"]
            return None
        return words[4:]

    def end(self):
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@pytest.fixture(params=SHELLS)
def shell(request, tmp_path):
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    (tmp_path / "work").mkdir()
    found = Shell(request.param, tmp_path / "work")
    yield found
    found.end()


def named(shell, name):
    """Let the table on the line have one column, of this name."""
    quoted = name.replace('"', '""')
    (shell.folder / "evil.csv").write_text(f'"{quoted}"\n' + "1\n" * 40)


def test_a_name_is_completed_as_one_word_that_runs_nothing(shell):
    for name in NAMES:
        named(shell, name)
        found = shell.completed("")
        assert not (shell.folder / "owned").exists(), name
        if "\n" not in name and (
            name != "~" or shell.name != "fish"
        ):  # not offered; a home for fish, which runs nothing
            assert found == [name], (name, found)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_name_that_was_begun_in_quotes_is_completed_in_them(quote, shell):
    for name in (
        "two words",
        "b [m]",
        "x;touch owned",
        "$(touch owned)",
        "`touch owned`",
        f"a{quote};touch owned;{quote}b",
    ):
        named(shell, name)
        found = shell.completed(quote + name[:1] * name[0].isalpha())
        assert not (shell.folder / "owned").exists(), name
        assert found == [name], (name, found)
