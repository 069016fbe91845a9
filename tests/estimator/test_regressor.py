import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sympy
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import kansr
from kansr import KANSymbolicRegressor
from kansr.cli.main import run
from tests.estimator.small import small

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "datasets" / "kan-example.csv"
LAW = "exp(x2**2 + sin(pi*x1))"


@pytest.fixture(scope="module")
def rows():
    frame = pd.read_csv(EXAMPLE)
    return frame[["x1", "x2"]], frame["y"]


@pytest.fixture(scope="module")
def fitted(rows):
    return KANSymbolicRegressor().fit(*rows)


@pytest.fixture(scope="module")
def plane():
    """Three columns with names, and a target that is a plane in two of them."""
    x = pd.DataFrame(np.random.default_rng(0).uniform(1, 2, (40, 3)), columns=["a", "b", "my c"])
    return x, pd.Series(2 * x["a"] + 3 * x["my c"], name="height")


def test_the_formula_is_that_of_the_command_line(fitted, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["fit", str(EXAMPLE), "--json", "-q"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert fitted.formula_ == record["formula"] == LAW
    assert fitted.latex() == record["latex"]
    front = [{name: row[name] for name in ("formula", "complexity")} for row in record["front"]]
    assert fitted.front_[["formula", "complexity"]].to_dict("records") == front


def test_the_formula_is_what_predicts(fitted, rows):
    x, y = rows
    np.testing.assert_allclose(fitted.predict(x), y, rtol=1e-12)
    assert fitted.score(x, y) == pytest.approx(1.0)
    assert fitted.sympy() == sympy.sympify(LAW, {name: sympy.Symbol(name, real=True) for name in ("x1", "x2")})


def test_the_front_rises_in_size_falls_in_error_and_marks_the_formula(fitted):
    front = fitted.front_
    assert list(front.columns) == ["formula", "complexity", "rmse_validation", "rmse_test", "chosen"]
    assert front["complexity"].is_monotonic_increasing
    assert front["rmse_validation"].is_monotonic_decreasing
    assert front.loc[front["chosen"], "formula"].tolist() == [LAW]


def test_a_fit_writes_no_file(plane, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small().fit(*plane)
    assert list(tmp_path.iterdir()) == []


def test_a_fit_leaves_the_global_generator_of_numpy_alone(plane):
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    small().fit(*plane)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_names_of_data_frames_come_back(plane):
    x, y = plane
    regressor = small().fit(x, y)
    assert regressor.feature_names_in_.tolist() == ["a", "b", "my c"]
    (result,) = regressor.results_
    assert (result.target, result.features) == ("height", ("a", "b", "my c"))
    assert set(result.formula.names.values()) == {"a", "my c"}
    np.testing.assert_allclose(regressor.predict(x), y)


def test_a_pickle_predicts_the_same_without_torch(fitted, rows, tmp_path):
    (tmp_path / "regressor.pickle").write_bytes(pickle.dumps(fitted))
    np.save(tmp_path / "x.npy", rows[0].to_numpy()[:5])
    code = """
import pickle, sys, numpy, warnings
from pathlib import Path
warnings.simplefilter("ignore")  # rows without names
folder = Path(sys.argv[1])
regressor = pickle.loads((folder / "regressor.pickle").read_bytes())
print(*regressor.predict(numpy.load(folder / "x.npy")).tolist(), "torch" in sys.modules)
"""
    answer = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *values, torch = answer.stdout.split()
    assert [float(value) for value in values] == fitted.predict(rows[0][:5]).tolist()
    assert torch == "False"


def test_each_of_several_targets_gets_the_formula_that_it_gets_alone(plane):
    x, y = plane
    both = pd.DataFrame({"one": y, "two": x["b"] - x["a"]})
    regressor = small().fit(x, both)
    assert regressor.formula_ == [small().fit(x, both[name]).formula_ for name in both]
    assert regressor.predict(x).shape == (40, 2)
    assert set(regressor.front_["target"]) == {"one", "two"}
    assert regressor.latex(1) != regressor.latex(0)
    assert regressor.sympy(1).free_symbols == {sympy.Symbol("a", real=True), sympy.Symbol("b", real=True)}


def test_several_targets_share_the_time():
    x = np.random.default_rng(0).normal(size=(60, 4))
    y = np.random.default_rng(1).normal(size=(60, 3))
    regressor = KANSymbolicRegressor(max_time=1e-3).fit(x, y)
    assert len(regressor.formula_) == 3
    assert {result.status for result in regressor.results_} == {"timeout"}


def test_a_column_of_targets_gives_a_column(plane):
    x, y = plane
    regressor = small().fit(x, y.to_frame())
    assert len(regressor.formula_) == 1
    assert regressor.predict(x).shape == (40, 1)


def test_pipelines_and_grid_searches_take_it(plane):
    x, y = plane
    search = GridSearchCV(
        make_pipeline(StandardScaler(), small()), {"kansymbolicregressor__select": ["best", "simple"]}, cv=2
    )
    search.fit(x, y)
    assert search.best_score_ > 0.99
    assert search.best_estimator_[-1].formula_


def test_a_clone_is_fresh_and_has_the_parameters(fitted):
    copy = clone(fitted.set_params(random_state=0))
    assert copy.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError):
        _ = copy.front_


def test_a_constant_target_is_predicted():
    x = np.random.default_rng(0).normal(size=(20, 2))
    regressor = small().fit(x, np.full(20, 2.5))
    assert float(regressor.sympy()) == 2.5
    assert regressor.predict(x[:3]).tolist() == [2.5, 2.5, 2.5]


def test_a_row_outside_the_domain_has_no_value():
    x = np.random.default_rng(0).uniform(1, 4, (60, 1))
    regressor = KANSymbolicRegressor(functions=("log",)).fit(x, np.log(x[:, 0]))
    assert regressor.formula_ == "log(x1)"
    assert np.isnan(regressor.predict([[-1.0]])).tolist() == [True]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"max_time": 0}, "max_time is 0"),
        ({"recipe": "quik"}, "quick"),
        ({"functions": ["sinn"]}, "sin"),
        ({"width": (2, 1)}, "width 2,1 does not fit"),
        ({"random_state": "one"}, "random_state"),
        ({"select": "bset"}, "best"),
    ],
    ids=str,
)
def test_a_parameter_that_cannot_be_is_a_value_error_that_says_so(parameters, said, plane):
    with pytest.raises(ValueError, match=said):
        small(**parameters).fit(*plane)


def test_fewer_than_five_rows_are_refused():
    with pytest.raises(ValueError, match=r"1 sample.*minimum of 5"):
        small().fit([[1.0, 2.0]], [1.0])


def test_columns_that_never_vary_are_refused_with_the_reason():
    with pytest.raises(ValueError, match=r"no feature is left.*constant"):
        small().fit(np.ones((20, 1)), np.arange(20.0))


def test_two_columns_whose_names_differ_in_blanks_are_refused():
    x = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 2)), columns=["a", "a "])
    with pytest.raises(ValueError, match='both named "a"'):
        small().fit(x, np.arange(20.0))


def test_progress_goes_to_stderr_where_it_is_asked_for(plane, capsys):
    small(verbose=True).fit(*plane)
    told = capsys.readouterr()
    assert told.out == ""
    assert {"formula", "forms"} <= set(told.err.split())


def test_kansr_gives_it_by_name_and_nothing_else():
    assert "KANSymbolicRegressor" in kansr.__all__
    with pytest.raises(AttributeError, match="KANRegressor"):
        _ = kansr.KANRegressor


def test_without_scikit_learn_the_command_that_installs_it_is_said():
    code = "import sys; sys.modules['sklearn'] = None\nfrom kansr import KANSymbolicRegressor"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "needs scikit-learn" in answer.stderr
    assert "pip install 'kansr[sklearn]'" in answer.stderr
