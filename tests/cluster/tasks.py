"""Tasks of the tests of workers, which must stand in a module that a process can import."""

import multiprocessing
import os
import signal
import time

from kansr.errors import TableError


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


def refuse(where):
    """Raise an error of kansr."""
    raise TableError("no rows", where=where, hint="give some")


def crash():
    """End the process, whenever it is tried."""
    os.kill(os.getpid(), signal.SIGKILL)


def crash_once(mark, number):
    """End the process the first time; then give a square."""
    if not mark.exists():
        mark.touch()
        crash()
    return number * number


def wait_long(path):
    """Write the number of this process, and wait."""
    path.with_suffix(".tmp").write_text(str(os.getpid()))
    path.with_suffix(".tmp").rename(path)
    time.sleep(600)


def marked_square(task):
    """Leave a mark with the number of the process that asked, wait until it may go on, and give a square."""
    folder, number = task
    (folder / f"task-{number}-{multiprocessing.parent_process().pid}").touch()
    while not (folder / "go").exists():
        time.sleep(0.02)
    return number * number


def kill_worker(_task):
    """End the process that asked for this one, which is a worker of a cluster."""
    os.kill(multiprocessing.parent_process().pid, signal.SIGKILL)
    time.sleep(600)
