"""Progress and Ctrl-C."""

import signal
import subprocess
import sys
import time

import pytest
from rich.console import Console

from kansr.cli.drawing import drawing, moving_line, stage_line, stopping
from kansr.progress import Clock, Event

STAGES = [Event(stage="grid 3", step=1, steps=9), Event(stage="grid 3", step=9, steps=9, loss=0.1)]
STAGES += [Event(stage="symbols", message="3 edges", formula="sin(x)")]


def test_elsewhere_than_on_a_terminal_there_is_one_line_a_stage(capsys):
    lines = []
    with drawing(Clock(), quiet=False, verbose=False, log=lines.append) as report:
        for event in STAGES:
            report(event)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == lines
    assert ["grid 3" in lines[0], "symbols" in lines[1], len(lines)] == [True, True, 2]
    assert "error 10 % of the spread" in lines[0]
    assert "3 edges" in lines[1]


def test_quiet_is_quiet_but_the_log_is_kept(capsys):
    lines = []
    with drawing(Clock(), quiet=True, verbose=True, log=lines.append) as report:
        for event in STAGES:
            report(event)
    assert capsys.readouterr().err == ""
    assert len(lines) == 2


@pytest.mark.parametrize("event", [*STAGES, Event(stage="a[red]b\x1b[2J", formula="x" * 500), Event(stage="")])
def test_the_moving_line_fits_the_terminal_and_cannot_be_steered(event):
    console = Console(width=80, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(moving_line(event, Clock(budget=10)))
    lines = captured.get().splitlines()
    assert len(lines) == 2
    assert all(len(line) <= 80 for line in lines)
    assert "\x1b[2J" not in captured.get()


def test_a_stage_without_an_error_says_none():
    assert stage_line(Event(stage="prune"), 12.0) == " 12.0 s  prune"


def test_a_stage_that_says_nothing_shows_its_formula():
    assert stage_line(Event(stage="linear", formula="0.123456789*x"), 1.0) == "  1.0 s  linear          0.12346*x"


def test_signals_are_given_back():
    before = signal.getsignal(signal.SIGINT)
    with stopping(Clock(), quiet=True):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


PATIENT = """
import sys, time
from kansr.cli.drawing import stopping
from kansr.progress import Clock
clock = Clock()
with stopping(clock, quiet=False):
    print("ready", flush=True)
    while not (clock.over() and sys.argv[1] == "obeys"):
        time.sleep(0.01)
print(clock.status, flush=True)
"""


def started(how, root):
    process = subprocess.Popen(
        [sys.executable, "-c", PATIENT, how], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_interrupt_lets_the_work_finish(number, root):
    process = started("obeys", root)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert out == "interrupted\n"
    assert "finishing and saving" in err
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_the_second_interrupt_ends_the_work_at_once(root):
    process = started("goes on", root)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in err
