"""Constants with a name are numbers that print their name, and take the place of fitted ones where the data allow."""

from __future__ import annotations

import json
import math
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp

from kansr.errors import FormulaError, UsageError
from kansr.export import export
from kansr.export.json_ import from_tree, to_tree
from kansr.formula.complexity import complexity, constant_bits
from kansr.formula.evaluate import evaluate
from kansr.formula.formula import Formula, judge, predict
from kansr.formula.named import Named, named_constants, named_in
from kansr.formula.parse import parse
from kansr.formula.simplify import shortest
from kansr.formula.snap import multiples, snap
from kansr.formula.text import to_text

G = Named("g", 9.81)
T = sp.Symbol("t", real=True)
RNG = np.random.default_rng(3)
COLUMNS = {"t": RNG.uniform(0.2, 2, 400)}
SPLIT = SimpleNamespace(train=np.arange(300), validation=np.arange(300, 350), test=np.arange(350, 400))


def law(expr, noise=0.0):
    return evaluate(expr, COLUMNS) + noise * np.random.default_rng(0).standard_normal(400)


def test_it_is_a_number_and_prints_its_name():
    expr = G * T**2 / 2
    assert to_text(expr) == "g*t**2/2"
    assert expr.free_symbols == {T}
    np.testing.assert_allclose(evaluate(expr, COLUMNS), 4.905 * COLUMNS["t"] ** 2, rtol=1e-15)
    assert complexity(expr) == complexity(sp.pi * T**2 / 2)
    assert constant_bits(G) == 2
    assert to_text(sp.sqrt(4 * sp.pi**2 * T / G)).count("g") == 1


def test_two_are_equal_when_name_and_value_are():
    assert Named("g", 9.81, 8.0) == G
    assert hash(G) == hash(Named("g", 9.81))
    assert Named("g", 9.8) != G
    assert Named("k", 9.81) != G
    assert sp.simplify(G - Named("g", 9.81)) == 0
    assert pickle.loads(pickle.dumps(G)) == G
    assert evaluate(Named("g", 2.0) * T, COLUMNS)[0] != evaluate(G * T, COLUMNS)[0]


@pytest.mark.parametrize(
    ("name", "value"), [("E", 1.0), ("a b", 1.0), ("", 1.0), ("g", 0.0), ("g", -1.0), ("g", math.nan)]
)
def test_a_name_or_a_value_that_cannot_be_is_refused(name, value):
    with pytest.raises(FormulaError):
        Named(name, value)
    with pytest.raises(UsageError):
        named_constants({name: value}, physical=False, columns=["x"])


def test_a_constant_of_the_user_cannot_be_a_column_and_one_of_physics_then_is_left_out():
    with pytest.raises(UsageError, match="name of a column"):
        named_constants({"g": 9.81}, physical=False, columns=["g"])
    names = [one.name for one in named_constants({"G": 1.0}, physical=True, columns=["h", "x"])]
    assert names[0] == "G"
    assert names.count("G") == 1
    assert "h" not in names
    assert {"c", "k_B", "N_A", "R"} <= set(names)


VALUES = [G, G / 2, 2 * G, G**2, sp.sqrt(G), 1 / G, sp.sqrt(2 * G), 2 * sp.pi / sp.sqrt(G), -G, 3 * G / 4, 1 / G**2]


@pytest.mark.parametrize("number", VALUES, ids=str)
def test_simple_multiples_roots_and_powers_are_found_within_the_error(number):
    value, sigma = float(number), 1e-5 * abs(float(number))
    for z in (-2, 0, 2):
        bits, found = min(multiples(value + z * sigma, sigma, [G]), key=lambda c: c[0])
        assert float(found) == pytest.approx(value, rel=1e-12)
        assert bits >= 2
    assert not list(multiples(value + 4 * sigma * abs(value), 0.0, [G])) or value == 0


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_fitted_number_within_its_error_is_written_with_the_name(noise):
    fit = snap(sp.Float(4.9) * T**2 + sp.Float(0.3), COLUMNS, law(4.905 * T**2 + 0.3127, noise), [G])
    assert sp.simplify(fit.expression.coeff(T, 2) - G / 2) == 0
    assert len(fit.values) == (1 if noise else 0)


def test_a_fitted_number_beyond_its_error_stays_a_number():
    fit = snap(sp.Float(9.7) * T, COLUMNS, law(9.70234 * T, 1e-3), [G])
    assert not named_in(fit.expression)


@pytest.mark.parametrize("seed", range(10))
def test_random_numbers_are_not_taken_for_constants(seed):
    value = float(np.random.default_rng(seed).uniform(0.3, 30))
    named = named_constants({"g": 9.81}, physical=True, columns=["t"])
    y = law(sp.Float(value) * T)
    assert not named_in(snap(sp.Float(value), COLUMNS, y, named).expression)
    fit = snap(sp.Float(value) * T, COLUMNS, y + 1e-2 * RNG.standard_normal(400), named)
    assert not named_in(fit.expression)


def test_a_constant_of_physics_needs_three_digits():
    named = named_constants({}, physical=True, columns=["t"])
    assert [one for bits, one in multiples(8.31, 0.02, named) if "R" in named_in(one)] == []
    found = snap(sp.Float(8.3) * T, COLUMNS, law(8.314462618 * T, 1e-5), named)
    assert to_text(found.expression) == "R*t"


def test_forms_with_a_named_constant_are_shortened_and_stay_the_same():
    expr = G * T / 2 + G * T**2 / 2 + sp.sqrt(G) * T
    short = shortest(expr, COLUMNS)
    np.testing.assert_allclose(evaluate(short, COLUMNS), evaluate(expr, COLUMNS), rtol=1e-12)


def test_a_formula_knows_its_constants_on_every_way():
    names = {"t": "t"}
    x = COLUMNS["t"][:, None]
    formula = judge(G * T**2 / 2, names, x, y=law(4.905 * T**2), split=SPLIT, label="best")
    assert formula.constants == {"g": 9.81}
    assert formula.names == names
    assert formula.rmse.test < 1e-12
    again = Formula.from_json(json.loads(json.dumps(formula.to_json())))
    assert again == formula
    assert again.expression == formula.expression
    np.testing.assert_array_equal(predict(again, COLUMNS), predict(formula, COLUMNS))
    assert formula.latex == r"\frac{g t^{2}}{2}"
    assert from_tree(to_tree(formula.expression), ["t"], {"g": 9.81}) == formula.expression
    with pytest.raises(FormulaError, match="no column"):
        parse(formula.text, names)


@pytest.mark.parametrize("name", ["g", "np", "target", "special"])
def test_exports_define_the_constant(name):
    constant = Named(name, 9.81)
    formula = judge(constant * T**2 / 2, {"t": "t"}, COLUMNS["t"][:, None], y=law(T), split=SPLIT, label="best")
    place, script = {}, {}
    exec(compile(export(formula, "numpy"), "formula.py", "exec"), place)
    np.testing.assert_allclose(place["target"](COLUMNS["t"]), 4.905 * COLUMNS["t"] ** 2, rtol=1e-14)
    exec(compile(export(formula, "sympy"), "formula.py", "exec"), script)
    assert float(script["formula"].subs(T, 2.0)) == pytest.approx(19.62)
    assert json.loads(export(formula, "json"))["constants"] == {name: 9.81}


def test_a_file_cannot_bring_a_constant_that_is_no_number():
    record = judge(G * T, {"t": "t"}, COLUMNS["t"][:, None], y=law(T), split=SPLIT, label="best").to_json()
    for bad in ({"g": "os"}, {"g": -1.0}, {"__import__": 1.0, "g": None}):
        with pytest.raises((FormulaError, ValueError, TypeError)):
            Formula.from_json(record | {"constants": bad})
