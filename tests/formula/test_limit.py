"""Work that takes too long is ended, and nothing is left ticking."""

import signal
import threading
import time

import pytest

from kansr.errors import FormulaError
from kansr.formula.limit import limited


def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_work_that_takes_too_long_is_ended():
    started = time.monotonic()
    with pytest.raises(FormulaError, match="too long"), limited(0.1):
        spin(5)
    assert time.monotonic() - started < 2


def test_work_that_ends_in_time_leaves_nothing_ticking():
    before = signal.getsignal(signal.SIGALRM)
    with limited(5):
        spin(0.01)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is before


def test_in_another_thread_there_is_no_limit_and_no_error():
    seen = []

    def work():
        with limited(0.01):
            spin(0.05)
        seen.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == ["done"]


def test_an_inner_limit_leaves_the_outer_one_its_time():
    started = time.monotonic()
    with pytest.raises(FormulaError, match="too long"), limited(0.3):
        with limited(5):
            spin(0.01)
        spin(5)
    assert time.monotonic() - started < 2
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
