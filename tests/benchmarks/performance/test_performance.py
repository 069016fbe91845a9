import math

import numpy as np
import pytest
import torch

from kansr.progress import Clock
from tests.benchmarks.performance import memory, operations, to_error
from tests.benchmarks.performance.growth import growth, law
from tests.benchmarks.performance.learners import ladder
from tests.benchmarks.performance.pykan_ import apart
from tests.benchmarks.performance.watch import LAW, Mark, Watched, drawn, reached


def mark(error, seconds):
    return Mark(stage="grid 3", error=error, seconds=seconds, processor=seconds)


def result(tool, *times, trained=9.0):
    return [
        {"tool": tool, "processor": trained, "reached": {"0.001": None if t is None else (t, t / 2, "grid 3")}}
        for t in times
    ]


def test_a_target_is_reached_where_the_error_is_first_below_it_also_if_it_rises_again():
    marks = [mark(0.1, 1.0), mark(math.nan, 2.0), mark(1e-4, 3.0), mark(0.2, 4.0), mark(1e-5, 5.0)]
    assert reached(marks, 1e-3).seconds == 3.0
    assert reached(marks, 1e-6) is None


def test_looking_at_a_network_takes_no_time_from_it_and_ends_the_training_at_the_target():
    clock = Clock()
    watched = Watched(drawn(LAW, rows=10, test=1000, seed=0), target=1e-3, limit=60.0)

    def slow(x):
        looked = Clock()
        while looked.seconds() < 0.1:
            pass
        return LAW.values(x)

    watched.look(lambda x: LAW.values(x) + 0.1, "far")
    assert watched.marks[0].error == pytest.approx(0.1)
    assert not watched.clock.over()
    watched.look(slow, "there")
    watched.look(slow, "there")
    assert watched.clock.over()
    assert watched.marks[-1].error == 0.0
    assert watched.marks[-1].seconds <= clock.seconds() - 0.2


def test_the_ladder_of_kansr_comes_below_a_thousandth_from_nothing():
    rows = drawn(LAW, rows=1000, test=1000, seed=0)
    watched = Watched(rows, target=1e-3, limit=60.0)
    ladder(rows, 0, watched, width=(2, 1, 1))
    assert watched.ended == "target"
    assert reached(watched.marks, 1e-3) == watched.marks[-1]


def test_a_training_ends_at_the_limit_of_the_processor_and_says_so():
    watched = Watched(drawn(LAW, rows=10, test=10, seed=0), target=1e-3, limit=-1.0)
    watched.look(lambda x: LAW.values(x) + 1, "far")
    assert watched.clock.over()
    assert watched.ended == "limit"


def test_a_seed_that_never_came_to_a_target_counts_as_the_slowest():
    assert to_error.ratio(result("pykan", 10.0, 30.0, None), result("kansr", 1.0, 2.0, 3.0), "0.001") == "15 (15)"
    assert to_error.ratio(result("pykan", 1.0, None, None), result("kansr", 3.0, 3.0, 3.0), "0.001") == "> 6"
    assert to_error.ratio(result("pykan", 1.0), result("kansr", None), "0.001") == "kansr: not reached"


def test_growth_has_the_exponent_of_a_power_law():
    sizes = [3, 10, 50]
    assert growth(sizes, [0.01 * n**1.5 for n in sizes])[:2] == ("1.50", "1.50")


def test_the_law_of_the_growth_is_one_for_any_number_of_inputs():
    x = np.full((1, 7), 1.0)
    assert law(7).values(x) == pytest.approx(math.e)


def test_both_tools_give_the_same_spline_and_find_the_same_sine():
    pytest.importorskip("kan")
    with apart(0) as folder:
        own = operations.kansr_spline(folder, grid=20)
        other = operations.pykan_spline(folder, grid=20)
        torch.testing.assert_close(own.call()[0], other.call(), rtol=0, atol=1e-12)
        for make in (operations.kansr_symbol, operations.pykan_symbol):
            ready = make(folder, names=("sin",))
            assert ready.quality(ready.call()) < 1e-6


def test_what_pykan_changes_is_put_back():
    before = torch.get_default_dtype(), torch.random.get_rng_state(), np.random.get_state()[1].tolist()  # noqa: NPY002
    with apart(5):
        np.random.seed(1)  # noqa: NPY002
        torch.rand(3)
    assert torch.get_default_dtype() == before[0]
    assert torch.equal(torch.random.get_rng_state(), before[1])
    assert np.random.get_state()[1].tolist() == before[2]  # noqa: NPY002


def test_the_peak_of_memory_holds_what_was_freed():
    before = memory.peak()
    block = np.ones(80_000_000)
    del block
    assert memory.peak() - before > 100  # of 640 MB; some of them may have been free
