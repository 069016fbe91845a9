"""The simulation of the schedule obeys the bounds that every schedule has."""

import numpy as np
import pytest

from tests.benchmarks.schedule import HANDING, durations, efficiency, ends


def test_one_worker_takes_the_sum_and_many_the_longest():
    seconds = durations(500)
    assert ends(seconds, 1, 0.0) == pytest.approx(seconds.sum())
    assert ends(seconds, 500, 0.0) == seconds.max()


def test_a_greedy_schedule_is_within_grahams_bound():
    seconds = durations(500)
    least = max(seconds.sum() / 7, seconds.max())
    assert least <= ends(seconds, 7, 0.0) <= (2 - 1 / 7) * least


def test_a_scheduler_that_is_slower_than_its_workers_bounds_the_run():
    seconds = np.full(2000, 4.0)
    assert ends(seconds, 10_000) >= 2000 * HANDING
    assert efficiency(np.full(40_000, 4.0), 20_000, 1) < 0.3 < efficiency(np.full(40_000, 4.0), 20_000, 10)
