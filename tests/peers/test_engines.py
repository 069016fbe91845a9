"""Every engine takes a table and gives an answer in the same words; one that is not there says so."""

import json

import numpy as np
import pytest

from kansr.bench.score import score
from kansr.datasets import law
from kansr.errors import UsageError
from kansr.formula.evaluate import evaluate
from kansr.formula.parse import parse
from kansr.peers import ENGINES, engine_named
from kansr.peers.engine import Engine, Task, written

PRODUCT = law("feynman/I.12.1")


def task(one=PRODUCT, rows=120, seconds=1.0):
    """Draw the table of a law."""
    x, y = one.sample(rows, 0)
    return Task(x=x, y=y, columns=tuple(one.names), seconds=seconds)


def able(name):
    """Give an engine, or skip the test where its library is not installed."""
    found = engine_named(name)
    if found.missing():
        pytest.skip(found.missing())
    return found


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_stands_where_its_name_says(name):
    found = engine_named(name)
    assert found.name == name
    assert found.says


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.benchmark
def test_every_engine_gives_a_formula_that_says_what_it_predicts(name):
    found, given = able(name), task(rows=300, seconds=6.0)
    before = np.random.get_state()[1].copy()  # noqa: NPY002  (the engines' libraries may draw from it)
    answer = found.answer(given)
    predicted = answer.predict(given.x)
    assert predicted.shape == given.y.shape
    assert np.isfinite(predicted).all()
    assert answer.seconds < 12
    assert answer.processor > 0
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    json.dumps(dict(answer.remarks))
    if answer.formula is not None:
        expression = parse(answer.formula, given.columns)
        values = np.broadcast_to(evaluate(expression, dict(zip(given.columns, given.x.T, strict=True))), len(given.y))
        assert np.allclose(values, predicted, rtol=1e-4, atol=1e-4 * np.std(given.y))
        assert answer.complexity >= 1


def test_kansr_finds_the_law_and_says_how_sure_it_is():
    answer = engine_named("kansr").answer(task(seconds=20.0))
    assert score(PRODUCT, 0, answer.predict, formula=parse(answer.formula, list(PRODUCT.names))).exact
    assert answer.remarks["verdict"] == "exact"
    assert answer.complexity == 3


def test_the_perceptron_has_predictions_and_no_formula():
    given = task(rows=40, seconds=0.01)
    answer = engine_named("mlp").answer(given)
    assert (answer.formula, answer.complexity) == (None, None)
    assert np.corrcoef(answer.predict(given.x), given.y)[0, 1] > 0.99


def test_gplearn_is_written_as_it_computes_with_what_its_guards_do():
    able("gplearn")
    from gplearn.functions import _function_map as functions

    from kansr.peers.gplearn_ import _text

    given = task()
    first, second = given.columns
    add, mul, div, log, sqrt, sub = (functions[name] for name in ("add", "mul", "div", "log", "sqrt", "sub"))
    assert _text([add, mul, 0, 1.25, sqrt, 1], given) == f"(({first} * (1.25)) + sqrt({second}))"
    assert _text([log, sub, 0, 100.0], given) == f"log(-(({first} - (100.0))))"  # never positive on these rows
    assert _text([log, sub, 0, 3.0], given) == f"log(Abs(({first} - (3.0))))"  # now positive, now not
    assert _text([div, 0, -0.5], given) == f"({first} / (-0.5))"


def test_a_formula_without_a_real_value_is_no_formula():
    assert written("1/(x - x)", ("x",)) is None
    assert written("log(0.0 - 2.0)*x", ("x",)) is None
    assert written("(x ^ 2) + 1.0", ("x",)) == "x**2 + 1.0"


def test_an_engine_whose_library_is_absent_says_which_one():
    absent = Engine(name="a", says="nothing", fit=lambda _: None, needs=("json", "no_such_library"))
    assert absent.missing() == "no_such_library cannot be imported"
    with pytest.raises(ImportError):
        absent.load()


@pytest.mark.parametrize(("name", "near"), [("pykann", "pykan"), ("operon", "pyoperon"), ("GPlearn", "gplearn")])
def test_a_misspelt_engine_is_answered_with_the_nearest_one(name, near):
    with pytest.raises(UsageError) as error:
        engine_named(name)
    assert error.value.hint == f"did you mean {near}?"
