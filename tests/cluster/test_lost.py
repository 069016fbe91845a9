"""What is lost in the middle of the work has an end: one sentence, with an exit code of its own, and no waiting."""

import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from kansr.cluster import executor
from kansr.errors import ClusterError, TableError
from kansr.tasks import in_order
from tests.cluster.conftest import _until, running
from tests.cluster.tasks import kill_worker, marked_square, refuse


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr("kansr.cluster.workers.LOOK", 0.2)
    monkeypatch.setattr("kansr.cluster.workers.SILENT", 3.0)
    monkeypatch.setattr("kansr.cluster.workers.ALONE", 3.0)


@contextmanager
def begun(address, folder):
    """Give the results, still to come, of tasks of which one has begun."""
    with executor(cluster=str(address)) as workers, ThreadPoolExecutor(1) as thread:
        tasks = [(folder, number) for number in range(3)]
        yield thread.submit(lambda: list(in_order(marked_square, tasks, executor=workers)))


def ended(results, folder, harm):
    """Do harm when a task has begun; gives the error that the one who waits gets, and how long that took."""
    _until(lambda: list(folder.glob("task-*")))
    harm()
    started = time.monotonic()
    error = results.exception(60)
    assert isinstance(error, ClusterError), error
    assert error.exit_code == 5
    assert "run the same again" in error.hint
    return str(error), time.monotonic() - started


@pytest.mark.parametrize(
    ("sent", "said"), [(signal.SIGKILL, "the scheduler is gone"), (signal.SIGSTOP, "has said nothing for")]
)
def test_a_scheduler_that_is_killed_or_hangs_is_said_and_not_waited_for(sent, said, cluster, tmp_path):
    with begun(cluster.file, tmp_path) as results:
        error, seconds = ended(results, tmp_path, lambda: os.kill(cluster.scheduler.pid, sent))
    assert said in error
    assert seconds < 30


def test_a_cluster_without_its_last_worker_is_said(tmp_path):
    with running(tmp_path, watched=("--no-nanny",)) as cluster, begun(cluster.file, tmp_path) as results:
        assert "had no worker" in ended(results, tmp_path, cluster.workers[0].kill)[0]


def test_a_network_that_is_cut_without_a_word_is_said(cluster, tmp_path):
    with Wire(cluster) as wire, begun(wire.address, tmp_path) as results:
        assert "has said nothing for" in ended(results, tmp_path, wire.cut.set)[0]


def test_a_task_that_kills_every_worker_is_said(tmp_path):
    settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    said, options = pytest.raises(ClusterError, match="every worker that began a task died"), {"watched": ("--nanny",)}
    with running(tmp_path, **options, **settings) as cluster, executor(cluster=str(cluster.file)) as workers, said:
        workers.submit(kill_worker, 1).result(60)


def test_an_error_of_a_task_comes_back_as_what_it_was(cluster):
    with executor(cluster=str(cluster.file)) as workers, pytest.raises(TableError) as caught:
        workers.submit(refuse, "x").result(60)
    assert (caught.value.what, caught.value.where, caught.value.hint) == ("no rows", "x", "give some")


class Wire:
    """What stands between here and a scheduler, and carries nothing any more when it is cut."""

    def __init__(self, cluster):
        self.cut, self.over = threading.Event(), threading.Event()
        where = cluster.file.read_text().partition("tcp://")[2].partition('"')[0]
        self.there = where.rpartition(":")[0], int(where.rpartition(":")[2])
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.door.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._open, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.over.set()
        self.door.close()

    def _open(self):
        with suppress(OSError):
            while True:
                ends = self.door.accept()[0], socket.create_connection(self.there)
                for one, other in (ends, ends[::-1]):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with suppress(OSError):
            while data := one.recv(1 << 16):
                if self.cut.is_set():
                    self.over.wait(120)
                other.sendall(data)
        with suppress(OSError):
            other.close()
