"""Tasks of the tests of workers, which must stand in a module that a process can import."""

import os
import signal
import time


def counted(number):
    """Tell a number, then its double."""
    yield number
    yield 2 * number


def stuck(number):
    """Tell a number and never end."""
    yield number
    time.sleep(600)


def crashing(number):
    """Tell a number and end the process, as a crash of a library does."""
    yield number
    os.kill(os.getpid(), signal.SIGKILL)


def failing(number):
    """Tell a number and raise an error."""
    yield number
    raise ValueError(f"no {number}")


def printing(number):
    """Print on both streams, also past Python."""
    print("noise from a library")
    os.write(1, b"noise from C\n")
    os.write(2, b"noise from C\n")
    yield number


def mixed(task):
    """Do one of the others, by its name."""
    name, number = task
    yield from globals()[name](number)
