"""Progress and Ctrl-C."""

import signal
import subprocess
import sys
import time

import pytest
from rich.console import Console

from kansr.cli.drawing import drawing, stage_line, stopping
from kansr.cli.live import Picture
from kansr.progress import Clock, Event, Known
from tests.cli.terminal import in_terminal, screen

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


def known(text, complexity, error, bits=0.0):
    return Event(stage="formula", loss=error, known=Known(text=text, complexity=complexity, error=error, bits=bits))


LINE, SINE = known("2*x", 3, 0.5, bits=90.0), known("sin(x)", 2, 0.1, bits=50.0)
LONGER = known("1 + 2*x", 5, 0.4, bits=80.0)


def test_a_formula_that_is_the_best_so_far_gets_its_line_at_once_and_others_none(capsys):
    lines = []
    with drawing(Clock(), quiet=False, verbose=False, log=lines.append) as report:
        report(LINE)
        assert "2*x" in capsys.readouterr().err
        report(SINE)
        report(LONGER)
        report(STAGES[0])
    assert [line.split()[2] for line in lines] == ["formula", "formula", "grid"]
    assert "sin(x)  error 10 % of the spread" in lines[1]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("event", [*STAGES, Event(stage="a[red]b\x1b[2J", formula="x" * 500), Event(stage="")])
def test_the_moving_picture_fits_the_terminal_and_cannot_be_steered(event, width):
    picture = Picture(Clock(budget=10))
    for one in (LINE, SINE, known("x + " * 90 + "\x1b[2J", 300, 0.01, bits=10.0), event):
        picture.take(one)
    console = Console(width=width, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(picture)
    lines = captured.get().splitlines()
    assert 7 <= len(lines) <= 12
    assert all(len(line) <= width for line in lines)
    assert "\x1b[2J" not in captured.get()


def test_the_picture_marks_the_shortest_description_and_leaves_out_what_is_beaten():
    picture = Picture(Clock())
    assert [picture.take(one) for one in (LINE, SINE, LONGER)] == [True, True, False]
    assert [one.text for one in picture.front] == ["sin(x)"]
    assert picture.best.text == "sin(x)"


SEARCHING = """
import sys, time
from rich.console import Console
from kansr.cli.drawing import drawing, stopping
from kansr.progress import Clock, Event, Known
clock = Clock(30)
with stopping(clock, quiet=False), drawing(clock, quiet=False, verbose=False, log=lambda line: None) as report:
    for step in range(60):
        report(Event(stage="grid 5", message="16 starts", loss=1 / (step + 1)))
        if step % 20 == 5:
            text = "x + " * (30 * (step // 20)) + "y"
            report(Event(stage="formula", loss=0.1, known=Known(text=text, complexity=len(text), error=1 / (1 + step),
                                                                bits=-step)))
        time.sleep(0.02)
        if clock.over():
            break
print("the end", clock.status)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals there")
@pytest.mark.parametrize("width", [60, 100])
def test_the_picture_leaves_nothing_on_the_terminal_and_gives_the_cursor_back(width, root):
    code, raw = in_terminal([sys.executable, "-c", SEARCHING], root, width=width)
    lines = screen(raw, width)
    assert code == 0
    assert [line for line in lines if line and set(line) & set("╭│╰━")] == []
    assert lines[-1] == "the end done"
    assert raw.count("\x1b[?25l") == raw.count("\x1b[?25h") == 1
    assert "\x1b[2J" not in raw  # the screen is never cleared: nothing flickers
    assert "front so far" in raw
    assert all(len(line) <= width for line in lines)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals there")
def test_ctrl_c_is_said_in_the_picture_and_the_terminal_is_whole_after_it(root):
    code, raw = in_terminal([sys.executable, "-c", SEARCHING], root, press=("front so far", "\x03"))
    assert code == 0
    assert screen(raw, 80)[-1] == "the end interrupted"
    assert raw.rindex("\x1b[?25h") > raw.rindex("\x1b[?25l")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals there")
def test_without_colours_the_picture_has_none(root):
    _, raw = in_terminal([sys.executable, "-c", SEARCHING], root, NO_COLOR="1")
    assert "front so far" in raw
    assert "\x1b[38;" not in raw and "\x1b[32m" not in raw


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
