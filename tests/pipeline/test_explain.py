import json
from dataclasses import replace

import numpy as np
import pytest

from kansr.pipeline import fit
from kansr.pipeline.explain import explain
from kansr.run import Run
from kansr.table.frame import table_from_arrays
from tests.estimator.small import RECIPE


@pytest.mark.parametrize("repeats", [0, 2])
def test_a_fit_without_a_folder_gives_what_one_with_a_folder_gives(tmp_path, repeats):
    x = np.random.default_rng(0).uniform(1, 2, (40, 2))
    table = table_from_arrays(x, x[:, 0] - 2 * x[:, 1], features=["a", "b"])
    recipe = replace(RECIPE, stability=repeats)
    kept = fit(table, recipe, Run.create("plane", tmp_path / "run")).to_record()
    alone = explain(table, recipe).to_record()
    assert alone["run"] == ""
    for record in (kept, alone):
        del record["run"], record["seconds"]
        for row in record["history"]:
            del row["seconds"]
    assert json.dumps(alone) == json.dumps(kept)
