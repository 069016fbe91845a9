"""A Dask cluster gives what one process gives, also when a worker dies."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from kansr.cluster import executor
from kansr.errors import UsageError
from kansr.pipeline import fit
from kansr.recipe import load_recipe, with_options
from kansr.run import FORMULA_JSON, Run
from kansr.table import table_from_frame
from kansr.tasks import Here, in_order
from tests.cluster.conftest import _until
from tests.cluster.tasks import marked_square


def test_results_are_the_same_when_a_worker_is_killed_in_the_middle_of_its_task(cluster, tmp_path):
    go, dying = tmp_path / "go", cluster.workers[1]
    tasks = [(tmp_path, number) for number in range(5)]
    with executor(cluster=str(cluster.file)) as workers, ThreadPoolExecutor(1) as thread:
        assert workers.width == 2
        results = thread.submit(lambda: list(in_order(marked_square, tasks, executor=workers)))
        _until(lambda: list(tmp_path.glob(f"task-*-{dying.pid}")))
        (lost,) = [path.name.split("-")[1] for path in tmp_path.glob(f"task-*-{dying.pid}")]
        dying.kill()
        go.touch()
        assert results.result(300) == [0, 1, 4, 9, 16]
    assert len(list(tmp_path.glob(f"task-{lost}-*"))) == 2  # it was begun twice


def test_a_cluster_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setattr("kansr.cluster.dask_._SECONDS", "1s")
    with pytest.raises(UsageError, match="does not answer") as caught, executor(cluster="tcp://127.0.0.1:9"):
        pass
    assert "dask scheduler" in caught.value.hint


@pytest.mark.recovery
def test_a_repeated_fit_has_the_same_bytes_on_one_process_on_two_and_on_a_cluster_that_loses_a_worker(
    cluster, tmp_path
):
    x = np.random.default_rng(1).uniform(0.5, 2, 150)
    noise = 0.01 * np.random.default_rng(2).standard_normal(150)
    table = table_from_frame(pd.DataFrame({"x": x, "y": 1.618 * np.exp(x) + noise}))
    recipe = with_options(load_recipe("quick"), {"stability": 4, "budget": None})

    def formula(name, doers):
        fit(table, recipe, Run.create(name, tmp_path / name), executor=doers)
        record = json.loads((tmp_path / name / FORMULA_JSON).read_text())
        return record | {"seconds": None, "run": None}

    alone = formula("alone", Here())
    with executor(2) as two:
        assert formula("two", two) == alone
    with executor(cluster=str(cluster.file)) as workers, ThreadPoolExecutor(1) as thread:
        there = thread.submit(formula, "there", workers)
        _until((tmp_path / "there" / "result.json").exists)  # the repeats have begun
        time.sleep(1.0)
        cluster.workers[1].kill()
        assert there.result(600) == alone
