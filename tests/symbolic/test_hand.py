"""The user's hand on a network: functions by their names, put on an edge and taken off again."""

from __future__ import annotations

import pytest
import torch

from kansr.errors import UsageError
from kansr.network.curves import Spline
from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.network.sweep import jacobian, predict
from kansr.structure.surgery import released
from kansr.symbolic.curve import Function
from kansr.symbolic.custom import rows_of
from kansr.symbolic.hand import named, placed
from kansr.symbolic.held import Held, held
from kansr.symbolic.library import LIBRARY
from kansr.symbolic.spec import CustomFunction
from kansr.training.levenberg import levenberg, rmse
from kansr.training.rows import Data, Rows
from kansr.training.starts import starts


@pytest.fixture(scope="module")
def data():
    """Rows of y = log(1 + exp(2 x1)) + x2^2."""
    x = torch.rand(300, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 3 - 1
    y = torch.log1p(torch.exp(2 * x[:, 0])) + x[:, 1] ** 2
    return Data(train=Rows(x=x[:200], y=y[:200]), validation=Rows(x=x[200:], y=y[200:]))


@pytest.fixture(scope="module")
def kan(data):
    """Give a trained network of two splines."""
    start = starts(dense((2, 1)), data.everything, grid=10, order=3, count=1, seed=0)
    return levenberg(start, data.train, steps=100).kan


@pytest.mark.parametrize("row", LIBRARY, ids=lambda row: row.name)
def test_every_function_of_the_library_is_found_by_its_name(row):
    assert [r.name for r in named(row.name)] == [row.name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sin(x)", ["sin"]),
        ("x**2", ["x^2"]),
        ("log(exp)", ["exp", "log"]),
        ("log( exp(x) )", ["exp", "log"]),
        ("sqrt(x^(3/2))", ["x^(3/2)", "sqrt"]),
        ("1/(e^x-1)(x^2)", ["x^2", "1/(e^x-1)"]),
        ("exp(softplus)", ["softplus", "exp"]),
    ],
)
def test_functions_of_functions_are_read(text, names):
    custom = rows_of([CustomFunction(name="softplus", expression="log(1 + exp(x))")])
    assert [row.name for row in named(text, custom)] == names


@pytest.mark.parametrize(
    ("text", "near"), [("sine", "'sin'"), ("log(exq)", "'exp'"), ("lgo(exp)", "'log'"), ("log(x^9)", "'x^")]
)
def test_a_misspelt_function_is_answered_with_the_nearest(text, near):
    with pytest.raises(UsageError, match="library") as error:
        named(text)
    assert near in error.value.hint


@pytest.mark.parametrize("text", ["log(0)", "0(exp)"])
def test_nothing_is_no_part_of_a_function_of_a_function(text):
    with pytest.raises(UsageError, match="no function of a function"):
        named(text)


@pytest.mark.parametrize(("edge", "text"), [(0, "log(exp)"), (1, "x^2"), (1, "cosh"), (1, "0")])
def test_a_function_that_is_put_on_an_edge_is_fitted_and_held(kan, data, edge, text):
    changed = placed(kan, edge, named(text), data)
    assert held(changed) == [edge]
    curve = changed.curves[edge]
    assert isinstance(curve, Held)
    assert isinstance(curve, Function)
    assert curve.name == text
    assert torch.equal(changed.of_edge(1 - edge), kan.of_edge(1 - edge))
    if text != "0":
        assert float(rmse(changed, data.validation)[0]) < 0.2


def test_the_right_functions_leave_nothing_to_explain(kan, data):
    both = placed(placed(kan, 0, named("log(exp)"), data), 1, named("x^2"), data)
    assert float(rmse(levenberg(both, data.train, steps=60).kan, data.validation)[0]) < 1e-12


def test_a_held_function_has_the_columns_of_its_parameters(kan, data):
    both = placed(placed(kan, 0, named("log(exp)"), data), 1, named("x^2"), data)
    _, j = jacobian(both, data.train.x)
    h = 1e-6
    for i in range(both.parameters):
        up, down = (predict(moved(both, i, step), data.train.x) for step in (h, -h))
        torch.testing.assert_close(j[0, :, i], (up - down)[0] / (2 * h), rtol=1e-5, atol=1e-7)


def test_a_root_at_the_end_of_its_domain_is_moved_to_where_it_has_a_slope(data):
    x = data.train.x.clone()
    x[:, 0] -= x[:, 0].min()
    root = Data(train=Rows(x=x, y=x[:, 0].sqrt()), validation=Rows(x=x[:50], y=x[:50, 0].sqrt()))
    kan = starts(dense((2, 1)), root.everything, grid=5, order=3, count=1, seed=0)
    changed = placed(levenberg(kan, root.train, steps=50).kan, 0, named("sqrt"), root)
    assert torch.isfinite(jacobian(changed, root.everything)[1]).all()


def moved(kan, i, step):
    theta = kan.theta.clone()
    theta[:, i] += step
    return KAN(graph=kan.graph, curves=kan.curves, theta=theta, lower=kan.lower, upper=kan.upper)


def test_a_function_without_real_values_on_the_curve_is_refused(kan, data):
    narrow = rows_of([CustomFunction(name="narrow", expression="x^2", domain=(0.0, 1e-3), complexity=1)])
    wide = placed(kan, 1, narrow, data)  # a scale brings the rows in
    assert held(wide) == [1]
    with pytest.raises(UsageError, match="no constants"):
        placed(kan, 1, named("exp(x^2)")[:1] + named("sqrt"), _nowhere(data))


def _nowhere(data):
    """Rows without numbers."""
    return Data(
        train=Rows(x=torch.full_like(data.train.x, torch.nan), y=data.train.y),
        validation=Rows(x=torch.full_like(data.validation.x, torch.nan), y=data.validation.y),
    )


@pytest.mark.parametrize("text", ["log(exp)", "sqrt", "x^2"])
def test_a_spline_that_takes_the_place_of_a_function_has_its_curve(kan, data, text):
    function = placed(kan, 0, named(text), data)
    free = released(function, 0, data.everything, Spline(40))
    assert held(free) == []
    assert free.curves[0] == Spline(40)
    before, after = (predict(k, data.everything)[0] for k in (function, free))
    assert (before - after).abs().max() < (3e-2 if text == "sqrt" else 1e-5)  # a root is steep at its end
