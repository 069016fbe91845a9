"""Results come in the order of the tasks, and no more run than may."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kansr.tasks import Here, in_order


class Counting(ThreadPoolExecutor):
    """Threads that are told apart from the width that they say."""

    width = 2


def test_results_come_in_the_order_of_the_tasks_whichever_ends_first():
    def slow_first(number):
        time.sleep(0.2 if number == 0 else 0)
        return number

    with Counting(4) as threads:
        assert list(in_order(slow_first, range(5), executor=threads)) == [0, 1, 2, 3, 4]


def test_no_more_tasks_run_than_the_executor_does_at_a_time():
    running, most, lock = [], [], threading.Lock()

    def count(number):
        with lock:
            running.append(number)
            most.append(len(running))
        time.sleep(0.02)
        with lock:
            running.remove(number)

    with Counting(8) as threads:
        list(in_order(count, range(6), executor=threads))
    assert max(most) == 2


def test_a_task_is_asked_for_only_when_the_one_before_is_taken():
    asked = []

    def tasks():
        for number in range(3):
            asked.append(number)
            yield number

    for number in in_order(abs, tasks(), executor=Here()):
        assert asked[-1] == number


def test_when_it_is_over_nothing_more_starts():
    started = []
    results = in_order(started.append, range(10), executor=Here(), over=lambda: len(started) == 3)
    assert len(list(results)) <= 3
    assert started == [0, 1, 2]


def test_an_error_comes_in_the_place_of_its_result():
    results = in_order(int, ["1", "no", "3"], executor=Here())
    assert next(results) == 1
    with pytest.raises(ValueError, match="no"):
        next(results)
