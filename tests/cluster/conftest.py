"""A real cluster on loopback: a scheduler and two workers, each a process of its own."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_QUIET = {"DASK_LOGGING__DISTRIBUTED": "critical", "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": "%(message)s"}


class Cluster:
    """A scheduler, known by its file, and workers that can be killed."""

    def __init__(self, folder, *, watched=("--nanny", "--no-nanny"), protocol="tcp", preload=None, **settings):
        self.file, self.settings = folder / "scheduler.json", settings
        self.speaks = ("--host", "127.0.0.1", "--protocol", protocol)
        more = () if preload is None else ("--preload", str(preload))
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard")
        self.processes = [self.scheduler]
        _until(self.file.exists)
        # with a nanny, a worker is watched by a process that starts it anew
        self.workers = [self._start("worker", "--nthreads", "1", one, "--no-dashboard", *more) for one in watched]
        self.processes += self.workers

    def _start(self, what, *options):
        module = f"distributed.cli.dask_{what}"
        command = [sys.executable, "-m", module, *self.speaks, "--scheduler-file", str(self.file), *options]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | _QUIET | self.settings
        return subprocess.Popen(
            command, cwd=self.file.parent, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGCONT)  # one that a test stopped
            process.terminate()
        for process in self.processes:
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def cluster(tmp_path):
    """Give a cluster whose two workers are there."""
    with running(tmp_path) as found:
        yield found


@contextmanager
def running(folder, security=None, **options):
    """Give a cluster whose workers are there; ends it."""
    distributed = pytest.importorskip("distributed")
    found = Cluster(folder, **options)
    try:
        with distributed.Client(scheduler_file=str(found.file), set_as_default=False, security=security) as client:
            client.wait_for_workers(len(found.workers), timeout=300)
        yield found
    finally:
        found.stop()


def _until(true, seconds=300.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
