"""The operations as benchmarks of pytest: `pytest -n0 -m benchmark tests/benchmarks/performance`."""

import pytest
import torch

from tests.benchmarks.performance.operations import operations
from tests.benchmarks.performance.pykan_ import apart

pytest.importorskip("pytest_benchmark")
pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("operation", operations(), ids=lambda o: f"{o.what}: {o.tool}")
def test_operation(operation, benchmark):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with apart(0) as folder:
            ready = operation.make(folder)
            benchmark.group = operation.what
            given = benchmark.pedantic(ready.call, rounds=5, warmup_rounds=1)
            benchmark.extra_info.update({"gives": ready.quality(given), "says": ready.says, "steps": ready.steps})
    finally:
        torch.set_num_threads(threads)
