"""Implicit relations come back whatever the signs, zeros and poles; what only comes near a table is no law."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

from kansr.forms.relation import TARGETS, relations
from kansr.formula.evaluate import evaluate

Columns = dict[str, np.ndarray]


def some(rng: np.random.Generator, names: str, rows: int = 150, low: float = -2.0, high: float = 2.0) -> Columns:
    return {name: rng.uniform(low, high, rows) for name in names}


def found(columns: Columns, y: np.ndarray, **settings: float) -> sp.Expr | None:
    return next((expr for _, expr in relations(columns, y, **settings)), None)


def misses(expr: sp.Expr, law: Callable[[Columns], np.ndarray], others: Columns) -> float:
    """Median error on rows that were never seen, beside the size of the law."""
    y = law(others)
    values = np.broadcast_to(evaluate(expr, others), y.shape)
    return float(np.median(np.abs(values - y) / (np.abs(y) + 1e-3)))


SEEDS = pytest.mark.parametrize("seed", range(4))


def whole(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.choice([-3.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0], count)


@SEEDS
def test_a_ratio_of_polynomials_is_found_though_poles_and_both_signs_lie_among_the_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    c = whole(rng, 5)

    def law(x: Columns) -> np.ndarray:
        return (c[0] * x["a"] * x["b"] + c[1] * x["c"]) / (c[2] + c[3] * x["b"] + c[4] * x["c"] ** 2)

    columns = some(rng, "abc")
    expr = found(columns, law(columns))
    assert expr is not None
    assert misses(expr, law, some(rng, "abc")) < 1e-9


@SEEDS
def test_a_column_through_0_in_a_denominator_hides_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    c = whole(rng, 3)

    def law(x: Columns) -> np.ndarray:
        return c[0] * x["a"] + c[1] / x["b"] + c[2] * x["b"]

    columns = some(rng, "ab")
    columns["b"][:4] = [1e-6, -1e-5, 1e-4, -1e-3]
    expr = found(columns, law(columns))
    assert expr is not None
    assert misses(expr, law, some(rng, "ab")) < 1e-9


def test_columns_with_many_zeros_and_whole_numbers_do() -> None:
    rng = np.random.default_rng(0)

    def law(x: Columns) -> np.ndarray:
        return (x["a"] * x["b"] - 2 * x["c"]) / (1 + x["a"] ** 2)

    columns = {name: rng.integers(-3, 4, 150).astype(float) for name in "abc"}
    expr = found(columns, law(columns))
    assert expr is not None
    assert misses(expr, law, some(rng, "abc")) < 1e-9


@pytest.mark.parametrize("target", [t for t in TARGETS if t.name], ids=lambda t: t.name)
def test_each_inverse_of_a_ratio_is_found(target: object) -> None:
    rng = np.random.default_rng(7)
    a, b = (sp.Symbol(name, real=True) for name in "ab")
    law = target.back((a + sp.Rational(1, 5)) / (2 * a + b + 2), 1)  # type: ignore[attr-defined]
    columns, others = some(rng, "ab", low=0.1, high=1.0), some(rng, "ab", low=0.1, high=1.0)
    expr = found(columns, np.asarray(evaluate(law, columns)))
    assert expr is not None
    assert misses(expr, lambda x: np.asarray(evaluate(law, x)), others) < 1e-9


@pytest.mark.parametrize(
    "law",
    [
        lambda x: 2 * np.sin(x["a"]) * np.cos(x["b"]) + x["a"],
        lambda x: x["a"] * np.exp(x["b"]) / (1 + np.exp(x["b"])),
        lambda x: np.arcsin(0.4 * x["a"] * np.sin(x["b"])),
        lambda x: np.sqrt(x["a"] ** 2 + x["b"] ** 2 + 1),
    ],
)
def test_functions_of_single_columns_are_variables_too(law: Callable[[Columns], np.ndarray]) -> None:
    rng = np.random.default_rng(3)
    columns = some(rng, "ab")
    expr = found(columns, law(columns), effort=2e9)
    assert expr is not None
    assert misses(expr, law, some(rng, "ab")) < 1e-9


def test_columns_that_the_law_does_not_hold_stay_out_of_it() -> None:
    rng = np.random.default_rng(1)
    columns = some(rng, "abcdefg", rows=200)
    expr = found(columns, columns["b"] / (1 + columns["e"] ** 2))
    assert expr is not None
    assert {s.name for s in expr.free_symbols} == {"b", "e"}


def test_of_all_multiples_of_a_law_the_plainest_is_taken() -> None:
    """Degree 5 over 5 has the law times any polynomial of degree 3: none of it is left."""
    rng = np.random.default_rng(2)
    columns = some(rng, "ab", rows=200)
    expr = found(columns, columns["a"] ** 5 / columns["b"] ** 3)
    a, b = (sp.Symbol(name, real=True) for name in "ab")
    assert expr is not None
    assert sp.nsimplify(expr, rational=True, tolerance=1e-9) == a**5 / b**3


def test_a_column_that_is_the_sum_of_others_makes_no_law_of_its_own() -> None:
    rng = np.random.default_rng(4)
    columns = some(rng, "ab")
    columns["c"] = columns["a"] + columns["b"]
    y = columns["c"] / (2 + columns["a"])
    expr = found(columns, y)
    assert expr is not None
    np.testing.assert_allclose(np.asarray(evaluate(expr, columns)), y, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("noise", [1e-6, 1e-2])
def test_nothing_is_a_law_of_targets_with_noise(noise: float) -> None:
    rng = np.random.default_rng(5)
    columns = some(rng, "ab")
    y = columns["a"] / (1 + columns["b"] ** 2)
    assert found(columns, y + noise * rng.normal(size=len(y))) is None


@pytest.mark.parametrize("rows", [8, 20, 150])
@pytest.mark.parametrize("width", [1, 3])
def test_nothing_is_a_law_of_noise_alone(rows: int, width: int) -> None:
    rng = np.random.default_rng(rows + width)
    for _ in range(5):
        assert found(some(rng, "abc"[:width], rows=rows), rng.normal(size=rows)) is None


@pytest.mark.parametrize(
    "curve",
    [
        lambda x: np.cosh(1.3 * x),
        lambda x: np.sin(1.3 * x),
        lambda x: np.log1p(x) + np.cos(0.7 * x),
        lambda x: 1 / (1 + np.exp(-1.7 * x)),
        lambda x: np.sin(1.3 * x**2) * np.cos(x) - 1,
    ],
)
def test_a_ratio_that_only_converges_to_a_smooth_curve_is_no_law(curve: Callable[[np.ndarray], np.ndarray]) -> None:
    """A ratio of degree 5 over 5 meets such curves to 1e-13: as near as rounding, but term by term nearer."""
    x = np.random.default_rng(6).uniform(0.1, 1.5, 150)
    assert found({"x": x}, curve(x)) is None


def test_rows_of_weight_0_are_not_looked_at() -> None:
    rng = np.random.default_rng(8)
    columns = some(rng, "ab")
    y, weights = columns["a"] / (3 + columns["b"]), np.ones(150)
    y[:5], weights[:5] = 100.0, 0.0
    assert next(iter(relations(columns, y)), None) is None
    expr = next(iter(relations(columns, y, weights)))[1]
    np.testing.assert_allclose(np.asarray(evaluate(expr, columns))[5:], y[5:], rtol=1e-9, atol=1e-12)


def test_a_table_of_few_rows_gives_its_law() -> None:
    x = np.linspace(1.0, 5.0, 12)
    expr = found({"x": x}, 3 * x / (2 + x))
    assert expr is not None
    np.testing.assert_allclose(np.asarray(evaluate(expr, {"x": x + 10})), 3 * (x + 10) / (12 + x), rtol=1e-9)
