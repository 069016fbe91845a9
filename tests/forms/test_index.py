"""Index laws, y = monomial times F(u): any exponents, any scale of F, signs, zeros, dummy columns, noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

from kansr.forms.index import index_laws
from kansr.formula.corners import Max, Min, step
from kansr.formula.seen import as_seen
from kansr.noise.model import Noise
from tests.forms.laws import Array, off, values

EXACT = 1e-8
ROWS = 300

CURVES: dict[str, Callable[[Array], Array]] = {
    "bose": lambda u: 1 / np.expm1(0.7 * u),
    "gauss": lambda u: np.exp(-0.3 * u**2),
    "root": lambda u: np.sqrt(1 + 1.7 * u**2),
    "offset": lambda u: 0.4 + 1.3 * u**2,
    "saturation": lambda u: u / (2.3 + u),
    "tanh": lambda u: np.tanh(0.8 * u),
    "logarithm": lambda u: np.log1p(2.1 * u),
    "wave": lambda u: 2.0 + np.sin(0.6 * u),
}


def columns(seed: int, names: str = "abcd", rows: int = ROWS) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(0.5, 2.5, rows) for name in names}


def monomial(rows: dict[str, Array], powers: dict[str, float]) -> Array:
    return np.asarray(np.prod([rows[name] ** p for name, p in powers.items()], axis=0))


def best(rows: dict[str, Array], y: Array) -> sp.Expr:
    return index_laws(rows, Noise(kind="absolute", y=y))[0].expression


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_monomial_times_any_curve_of_an_index_is_found_and_holds_between_the_rows(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed + 10)
    front = {n: float(rng.choice([-2.0, -1.0, 0.5, 1.0, 2.0])) for n in "ad"}
    inside = {n: float(rng.choice([-1.0, 1.0])) for n in "abc"}

    def law(rows: dict[str, Array]) -> Array:
        return 1.9 * monomial(rows, front) * CURVES[name](monomial(rows, inside))

    rows = columns(seed)
    expr = best(rows, law(rows))
    assert off(expr, law, rows) < EXACT, expr


@pytest.mark.parametrize(
    "law",
    [
        lambda c: c["a"] * np.exp(-(((c["b"] - c["c"]) / c["d"]) ** 2)),
        lambda c: (c["a"] + c["b"]) / (1 + 0.7 * c["a"] * c["c"]),
        lambda c: c["d"] * (1 + c["a"] * np.cos(c["b"]) / c["c"]),
        lambda c: c["d"] / np.sqrt(c["a"] ** 2 + c["b"] ** 2) * np.exp(-c["c"] * c["d"]),
    ],
    ids=["a difference inside", "a sum as a factor", "a cosine inside", "squares as a factor"],
)
def test_sums_differences_and_waves_may_stand_in_the_index_and_beside_it(
    law: Callable[[dict[str, Array]], Array],
) -> None:
    rows = columns(3)
    expr = best(rows, law(rows))
    assert off(expr, law, rows) < EXACT, expr


def test_exponents_that_are_no_fractions_come_back() -> None:
    rows = columns(4)
    y = 0.8 * rows["a"] ** 0.37 * rows["d"] ** -1.23 * np.exp(-rows["b"] / rows["c"])
    expr = best(rows, y)
    powers = [float(p.exp) for p in expr.atoms(sp.Pow) if p.base.is_Symbol]
    for true in (0.37, -1.23):
        assert min(abs(p - true) for p in powers) < 1e-6, expr


def test_columns_of_both_signs_have_whole_exponents() -> None:
    rng = np.random.default_rng(5)
    rows = {name: c * rng.choice([-1.0, 1.0], ROWS) for name, c in columns(5, "abc").items()}
    y = rows["a"] / (rows["b"] * (1.3 + np.tanh(rows["b"] * rows["c"])))
    expr = best(rows, y)
    np.testing.assert_allclose(values(expr, rows), y, rtol=1e-7)


def test_a_column_that_says_nothing_does_not_stand_in_the_law() -> None:
    rows = columns(6, "abcde")
    y = rows["a"] * np.exp(-rows["b"] * rows["c"])
    assert {str(s) for s in best(rows, y).free_symbols} == {"a", "b", "c"}


def test_many_decades_and_rows_of_zeros_are_no_obstacle() -> None:
    rng = np.random.default_rng(7)
    rows = {name: 10.0 ** rng.uniform(-3, 3, ROWS) for name in "ab"}
    rows["c"] = rng.integers(0, 6, ROWS).astype(float)
    y = rows["c"] * np.sqrt(rows["a"]) / (1 + rows["a"] / rows["b"])
    np.testing.assert_allclose(values(best(rows, y), rows), y, rtol=1e-6, atol=1e-9 * y.max())


@pytest.mark.parametrize("seed", [0, 1])
def test_the_right_index_is_named_under_noise(seed: int) -> None:
    rows, rng = columns(seed, rows=1000), np.random.default_rng(seed)
    truth = rows["d"] ** 2 * np.exp(-rows["a"] * rows["b"] / rows["c"])
    expr = best(rows, truth + 0.05 * np.std(truth) * rng.normal(size=1000))
    assert np.sqrt(np.mean((values(expr, rows) - truth) ** 2)) < 0.01 * np.std(truth), expr


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nothing_is_found_in_noise(seed: int) -> None:
    rows = columns(seed)
    y = np.random.default_rng(seed).normal(size=ROWS)
    for one in index_laws(rows, Noise(kind="absolute", y=y)):
        assert one.noise.scale(one.values) > 0.8 * np.std(y), one.expression


def test_one_column_or_too_few_rows_have_no_index() -> None:
    rows = columns(0)
    assert index_laws({"a": rows["a"]}, Noise(kind="absolute", y=rows["a"] ** 2)) == []
    few = {name: c[:8] for name, c in rows.items()}
    assert index_laws(few, Noise(kind="absolute", y=few["a"])) == []


X = sp.Symbol("x", real=True)


@pytest.mark.parametrize("at", [-1.0, 0.5, 4.0])
@pytest.mark.parametrize("corner", [sp.Abs, lambda u: Max(u, 0), lambda u: Min(u, 0), step])
def test_a_corner_is_written_where_rows_lie_on_both_sides_of_it(
    corner: Callable[[sp.Expr], sp.Expr], at: float
) -> None:
    rows = {"x": np.linspace(0.0, 3.0, 13)}
    expr = 2.0 * corner(X - at) + X
    seen = as_seen(expr, rows)
    np.testing.assert_allclose(values(seen, rows), values(expr, rows))
    assert bool(seen.atoms(sp.Abs, Max, Min, step)) == (0.0 < at < 3.0)
