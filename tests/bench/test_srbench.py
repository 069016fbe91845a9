"""The files for SRBench hold what its harness asks for."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sympy
import yaml

FOLDER = Path(__file__).parents[2] / "kansr" / "bench" / "srbench"


@pytest.fixture(scope="module")
def regressor():
    """Give the module as the harness imports it: by its file."""
    pytest.importorskip("sklearn")
    pytest.importorskip("kansr.estimator")
    spec = importlib.util.spec_from_file_location("regressor", FOLDER / "regressor.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows():
    """Give columns with names, and a product of them."""
    x = pd.DataFrame(np.random.default_rng(0).uniform(1, 3, (60, 2)), columns=["mass", "speed"])
    return x, x["mass"].to_numpy() * x["speed"].to_numpy() ** 2


def test_the_metadata_names_the_method():
    facts = yaml.safe_load((FOLDER / "metadata.yml").read_text(encoding="utf-8"))
    assert facts["name"] == "kansr"
    assert {"authors", "description"} <= set(facts)


@pytest.mark.parametrize("named", [True, False])
def test_a_fitted_regressor_gives_a_formula_that_sympy_reads_in_the_names_of_the_columns(regressor, rows, named):
    frame, y = rows
    est = regressor.est.set_params(max_time=20, random_state=1)
    est.fit(frame if named else frame.to_numpy(), y)
    found = sympy.sympify(regressor.model(est, frame))
    mass, speed = sympy.symbols("mass speed")
    assert sympy.simplify(found - mass * speed**2) == 0
    assert np.allclose(est.predict(frame if named else frame.to_numpy()), y)


def test_the_harness_can_set_time_and_seed(regressor):
    assert hasattr(regressor.est, "max_time")
    assert hasattr(regressor.est, "random_state")
    assert set(regressor.eval_kwargs["test_params"]) <= set(regressor.est.get_params())
