"""Work in other processes ends, whatever the work does."""

import multiprocessing
import os
import time

import pytest

from kansr.cluster import executor, hosts
from kansr.cluster.work import work
from kansr.errors import KansrError, TableError
from tests.cluster.tasks import counted, crash, crash_once, mixed, printing, refuse


def by_task(outcomes):
    """Give outcomes by their task."""
    return {outcome.task: outcome for outcome in outcomes}


def test_the_last_thing_told_is_the_answer_of_each_task():
    with hosts(2) as two:
        found = by_task(work(counted, range(5), hosts=two))
    assert {task: outcome.value for task, outcome in found.items()} == {0: 0, 1: 2, 2: 4, 3: 6, 4: 8}
    assert {outcome.ended for outcome in found.values()} == {"done"}


def test_what_is_stuck_is_killed_and_what_crashes_or_fails_stops_nothing_else():
    tasks = [("stuck", 1), ("crashing", 2), ("failing", 3), ("counted", 4)]
    with hosts(2) as two:
        found = by_task(work(mixed, tasks, hosts=two, limit=lambda task: 3.0 if task[0] == "stuck" else 60.0))
    assert {task[0]: outcome.ended for task, outcome in found.items()} == {
        "stuck": "timeout", "crashing": "died", "failing": "failed", "counted": "done"
    }  # fmt: skip
    assert [found[task].value for task in tasks] == [1, 2, 3, 8]
    assert "SIGKILL" in found["crashing", 2].message
    assert found["failing", 3].message == "ValueError: no 3"


def test_when_it_is_over_nothing_is_started_and_what_runs_is_killed():
    started = time.monotonic()
    answers = iter([False, False, True])
    tasks = [("counted", 1), ("stuck", 2), ("counted", 3)]
    with hosts() as one:
        assert not list(work(mixed, tasks[1:], hosts=one, over=lambda: next(answers)))
    with hosts() as one:
        assert [outcome.task for outcome in work(mixed, tasks[:1], hosts=one)] == tasks[:1]
    assert time.monotonic() - started < 60
    assert not multiprocessing.active_children()


def test_the_noise_of_libraries_is_not_heard(capfd):
    with hosts() as one:
        assert [outcome.value for outcome in work(printing, [7], hosts=one)] == [7]
    assert "noise" not in "".join(capfd.readouterr())


def test_a_task_of_an_executor_runs_in_another_process_and_its_error_comes_back_whole():
    with executor(2) as two:
        there, refused = two.submit(os.getpid), two.submit(refuse, "x")
        assert there.result() != os.getpid()
        with pytest.raises(TableError) as caught:
            refused.result()
    assert (caught.value.what, caught.value.where, caught.value.hint) == ("no rows", "x", "give some")


def test_a_task_whose_process_is_killed_is_done_again_and_one_that_always_crashes_is_an_error(tmp_path):
    with executor(2) as two:
        once, always = two.submit(crash_once, tmp_path / "mark", 7), two.submit(crash)
        assert once.result() == 49
        with pytest.raises(KansrError, match="SIGKILL"):
            always.result()


def test_processes_end_with_the_process_that_asked_for_them(tmp_path):
    pid = tmp_path / "pid"
    asking = multiprocessing.get_context("spawn").Process(target=_ask, args=(pid,))
    asking.start()
    _until(pid.exists)
    asking.kill()
    asking.join()
    _until(lambda: not _lives(int(pid.read_text())))


def _ask(pid):
    from tests.cluster.tasks import wait_long

    with executor(2) as two:
        two.submit(wait_long, pid).result()


def _until(true, seconds=300.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
