"""A pseudo-terminal to run commands in, and what would be seen on it at the end."""

import os
import re
import select
import struct
import time

from tests.cli.conftest import environment

_PART = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n])")


def in_terminal(command, folder, *, width=80, press=None, seconds=60.0, **variables):
    """Run a command in a terminal; give its exit code and all that it wrote.

    `press` is a text and keys: the keys are pressed when the text has been seen.
    """
    import fcntl
    import pty
    import termios

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        settings = environment(TERM="xterm-256color", **variables)
        settings.pop("COLUMNS")
        os.execvpe(command[0], command, settings)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    written, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            written += os.read(terminal, 1 << 16)
        except OSError:  # the command has ended
            break
        if press is not None and press[0].encode() in written:
            os.write(terminal, press[1].encode())
            press = None
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), written.decode("utf-8", errors="replace")


def screen(raw, width):
    """Give the lines that a terminal shows after all of this; it knows what rich writes: up, clear line, colours."""
    lines, row, column = [""], 0, 0
    for match in _PART.finditer(raw):
        number, command, start, down, character = match.groups()
        if start:
            column = 0
        elif command == "A":
            row = max(0, row - int(number or 1))
        elif command == "K":
            lines[row] = ""
        elif down or (character and column == width):
            row, column = row + 1, 0 if character else column
        if character:
            lines += [""] * (row + 1 - len(lines))
            lines[row] = lines[row].ljust(column)[:column] + character + lines[row][column + 1 :]
            column += 1
        lines += [""] * (row + 1 - len(lines))
    shown = [line.rstrip() for line in lines]
    while shown and not shown[-1]:
        shown.pop()
    return shown
