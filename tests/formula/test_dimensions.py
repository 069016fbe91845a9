"""Dimensions: like is added to like, and each constant carries the unit that makes it so."""

from fractions import Fraction
from functools import reduce

import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kansr.formula.dimensions import TARGET, Quantities, check, written
from kansr.formula.named import Named
from kansr.formula.parse import parse
from kansr.table import read_unit

BASES = ("length", "mass", "time")
SYMBOLS = dict(zip(BASES, ("m", "kg", "s"), strict=True))


def quantities(**dimensions):
    """Give columns and the target `y` with powers of length, mass and time, in SI units."""
    powers = {
        (TARGET if name == "y" else name): {b: Fraction(p) for b, p in zip(BASES, own, strict=False) if p}
        for name, own in dimensions.items()
    }
    units = {name: {SYMBOLS[b]: p for b, p in own.items()} for name, own in powers.items()}
    return Quantities(dimensions=powers, units=units, sizes=dict.fromkeys(powers, 1.0))


MOTION = quantities(x=(1,), t=(0, 0, 1), v=(1, 0, -1), m=(0, 1), y=(1,))
ENERGY = quantities(x=(1,), t=(0, 0, 1), v=(1, 0, -1), m=(0, 1), y=(2, 1, -2))
NUMBER = quantities(x=(1,), z=(1,), t=(0, 0, 1), y=())


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("x + v*t", MOTION),
        ("sqrt(x**2 + v**2*t**2)", MOTION),
        ("x*sin(v*t/x) + 2*x", MOTION),
        ("x*exp(-v*t/x)", MOTION),
        ("Abs(x) + x*sign(v)", MOTION),
        ("max(x, v*t) - x*step(v)", MOTION),
        ("min(x, v*t, 2*x)", MOTION),
        ("m*v**2/2", ENERGY),
        ("pi*m*v**2 + m*x**2/t**2", ENERGY),
        ("log(x) - log(z)", NUMBER),
        ("2*log(x) - log(z*x)", NUMBER),
        ("(x/z)**(x/z)", NUMBER),
        ("0", MOTION),
    ],
)
def test_formulas_that_add_like_to_like_pass_as_they_are(text, known):
    checked = check(parse(text), known)
    assert (checked.clash, checked.expression, checked.constants) == ("", parse(text), {})


@pytest.mark.parametrize(
    ("text", "known", "words"),
    [
        ("x + t", MOTION, "t + x adds s and m"),
        ("x*max(x, t)/x", MOTION, "adds"),
        ("v*t + x*v", MOTION, "adds"),
        ("v", MOTION, "the formula has the unit m/s, and the target m"),
        ("x*sin(t)", MOTION, "the argument t of sin has the unit s"),
        ("x*exp(-t)", MOTION, "the argument -t of exp has the unit s"),
        ("x*log(v)", MOTION, "of log has the unit m/s"),
        ("log(x) + log(z)", NUMBER, "the logarithms of log(x) + log(z) have the unit m^2 inside"),
        ("x**t", MOTION, "its exponent is no fraction"),
        ("(x/z)**t", NUMBER, "the exponent t has the unit s"),
        ("sqrt(x)", MOTION, "m^(1/2)"),
    ],
)
def test_what_does_not_fit_is_said(text, known, words):
    checked = check(parse(text), known)
    assert words in checked.clash
    assert checked.expression == parse(text)


@pytest.mark.parametrize(
    ("text", "known", "constants"),
    [
        ("v*t + 4.905*t**2", MOTION, {"4.905": "m/s^2"}),
        ("x + 2.5", MOTION, {"2.5": "m"}),
        ("x*exp(-0.3*t)", MOTION, {"0.3": "1/s"}),
        ("3.1*x*sin(2.5*t + 0.7)", MOTION, {"3.1": "1", "2.5": "1/s", "0.7": "1"}),
        ("0.25*m*v**2 + 1.5*x", ENERGY, {"0.25": "1", "1.5": "m*kg/s^2"}),
        ("sqrt(2.5*x + t*1.5)", MOTION, {"2.5": "m", "1.5": "m^2/s"}),
        ("log(x) + 1.5", NUMBER, {"1.5": "1"}),
        ("1.5*x**0.3", MOTION, {"1.5": "m^(7/10)"}),
        ("2.0*t + 2.0*x", MOTION, {"2.0": "m/s and 1"}),
    ],
)
def test_decimals_carry_the_unit_that_is_needed(text, known, constants):
    checked = check(parse(text), known)
    assert checked.clash == ""
    assert dict(checked.constants) == constants


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("3*t", "3.0*t"),
        ("x + 981*t**2/200", "x + 4.905*t**2"),
        ("2*x + 3*t", "2*x + 3.0*t"),
        ("x*sin(pi*t)", "x*sin(3.141592653589793*t)"),
        ("sqrt(x**2 + 1)", "sqrt(x**2 + 1.0)"),
    ],
)
def test_an_exact_number_that_has_to_carry_a_unit_becomes_a_decimal_and_no_other_does(text, becomes):
    assert check(parse(text), MOTION).expression == parse(becomes)


def test_a_named_constant_carries_the_unit_that_is_needed_and_the_same_one_everywhere():
    x, v, t = (sp.Symbol(name, real=True) for name in "xvt")
    g = Named("g", 9.81)
    for expression in (g * t**2 / 2, x + g * t**2 / 2, sp.sqrt(2 * g * x) * t, v**2 / g):
        checked = check(expression, MOTION)
        assert (checked.clash, checked.expression, checked.constants) == ("", expression, {"g": "m/s^2"})
    assert check(v**2 / g + g * t, MOTION).clash


def test_an_exact_number_in_front_of_a_product_is_a_count():
    assert check(parse("2*m*v**2"), ENERGY).expression == parse("2*m*v**2")
    assert check(parse("2*m*v**2"), ENERGY).constants == {}


def test_constants_stand_in_units_of_the_columns_and_what_cancels_is_no_unit():
    known = Quantities(
        dimensions={"x": {"length": Fraction(1)}, TARGET: {"length": Fraction(1)}},
        units={"x": {"cm": Fraction(1)}, TARGET: {"m": Fraction(1)}},
        sizes={"x": 0.01, TARGET: 1.0},
    )
    assert check(parse("0.01*x"), known).constants == {"0.01": "m/cm"}
    assert written({}) == "1"


COLUMNS = st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=1, max_size=5)
POWERS = st.lists(st.integers(-3, 3), min_size=5, max_size=5)


def monomial(powers, columns):
    """Give the product of powers of x0, x1, ..."""
    symbols = [sp.Symbol(f"x{i}", real=True) for i in range(len(columns))]
    return reduce(lambda a, b: a * b, (s**p for s, p in zip(symbols, powers, strict=False)), sp.Integer(1))


def dimension(powers, columns):
    """Give the dimension of that product."""
    return tuple(sum(p * c[k] for p, c in zip(powers, columns, strict=False)) for k in range(3))


@settings(max_examples=150, deadline=None)
@given(COLUMNS, POWERS, st.integers(1, 9))
def test_a_monomial_fits_a_target_of_its_dimension(columns, powers, count):
    known = quantities(**{f"x{i}": c for i, c in enumerate(columns)}, y=dimension(powers, columns))
    expression = monomial(powers, columns) * count
    checked = check(expression, known)
    assert (checked.clash, checked.expression) == ("", expression)


@settings(max_examples=150, deadline=None)
@given(COLUMNS, POWERS, POWERS)
def test_a_sum_of_monomials_fits_if_and_only_if_they_have_one_dimension(columns, one, other):
    known = quantities(**{f"x{i}": c for i, c in enumerate(columns)}, y=dimension(one, columns))
    a, b = monomial(one, columns), monomial(other, columns)
    assume(a.free_symbols and b.free_symbols and a != b)
    alike = dimension(one, columns) == dimension(other, columns)
    assert (check(a + b, known).clash == "") == alike
    assert check(a + sp.Float(1.5) * b, known).clash == ""


@settings(max_examples=100, deadline=None)
@given(COLUMNS, POWERS, POWERS)
def test_the_unit_of_a_constant_makes_the_formula_fit(columns, one, other):
    known = quantities(**{f"x{i}": c for i, c in enumerate(columns)}, y=dimension(one, columns))
    b = monomial(other, columns)
    assume(b.free_symbols)
    constants = check(sp.Float(2.5) * b, known).constants
    needed = zip(BASES, dimension(one, columns), dimension(other, columns), strict=True)
    assert read_unit(constants["2.5"]).dimension == {base: p - q for base, p, q in needed if p != q}


def test_the_threshold_of_a_hinge_carries_the_unit_of_its_column():
    checked = check(parse("max(x - 6.5, 0)"), MOTION)
    assert (checked.clash, checked.constants["6.5"]) == ("", "m")
