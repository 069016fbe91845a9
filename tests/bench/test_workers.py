"""Work in other processes ends, whatever the work does."""

import multiprocessing
import time

from kansr.bench.workers import work
from tests.bench.tasks import counted, mixed, printing


def by_task(outcomes):
    """Give outcomes by their task."""
    return {outcome.task: outcome for outcome in outcomes}


def test_the_last_thing_told_is_the_answer_of_each_task():
    found = by_task(work(counted, range(5), workers=2))
    assert {task: outcome.value for task, outcome in found.items()} == {0: 0, 1: 2, 2: 4, 3: 6, 4: 8}
    assert {outcome.ended for outcome in found.values()} == {"done"}


def test_what_is_stuck_is_killed_and_what_crashes_or_fails_stops_nothing_else():
    tasks = [("stuck", 1), ("crashing", 2), ("failing", 3), ("counted", 4)]
    found = by_task(work(mixed, tasks, workers=2, limit=lambda task: 1.0 if task[0] == "stuck" else 60.0))
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
    assert not list(work(mixed, tasks[1:], over=lambda: next(answers)))
    assert [outcome.task for outcome in work(mixed, tasks[:1])] == tasks[:1]
    assert time.monotonic() - started < 60
    assert not multiprocessing.active_children()


def test_the_noise_of_libraries_is_not_heard(capfd):
    assert [outcome.value for outcome in work(printing, [7])] == [7]
    assert "noise" not in "".join(capfd.readouterr())
