"""A real cluster on loopback: a scheduler and two workers, each a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_QUIET = {"DASK_LOGGING__DISTRIBUTED": "critical", "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": "%(message)s"}


class Cluster:
    """A scheduler, known by its file, and workers that can be killed."""

    def __init__(self, folder):
        self.file = folder / "scheduler.json"
        self.processes = [self._start("scheduler", "--port", "0", "--no-dashboard")]
        _until(self.file.exists)
        watched = ("--nanny", "--no-nanny")  # the first one is watched by a process that starts it anew
        self.workers = [self._start("worker", "--nthreads", "1", one, "--no-dashboard") for one in watched]
        self.processes += self.workers

    def _start(self, what, *options):
        module = f"distributed.cli.dask_{what}"
        command = [sys.executable, "-m", module, "--host", "127.0.0.1", "--scheduler-file", str(self.file), *options]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | _QUIET
        return subprocess.Popen(
            command, cwd=self.file.parent, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def cluster(tmp_path):
    """Give a cluster whose two workers are there."""
    distributed = pytest.importorskip("distributed")
    running = Cluster(tmp_path)
    try:
        with distributed.Client(scheduler_file=str(running.file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=300)
        yield running
    finally:
        running.stop()


def _until(true, seconds=300.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
