"""A law that is made of the tables of forms is found from a few rows without noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from kansr.forms.basis import BASES, Basis
from kansr.forms.dictionary import dictionary
from kansr.forms.link import LINKS, Link
from kansr.forms.waves import frequencies
from tests.forms.laws import FEW_TERMS, ONE_TERM, found, off, values

Array = NDArray[np.float64]
Columns = Mapping[str, Array]

EXACT = 1e-7  # share of the spread

U = np.linspace(0.7, 4.3, 16)
RNG = np.random.default_rng(11)
ROWS = {name: RNG.uniform(0.5, 3.0, 20) for name in "abc"}
SIGNED = {name: RNG.uniform(-2.0, 2.0, 20) for name in "abc"}


def constants(basis: Basis) -> tuple[float, ...]:
    """Give constants for a function that are none of its starts, but of their size."""
    starts = list(basis.starts(U))
    return tuple(1.03 * c for c in starts[len(starts) // 2])


BEHIND = [(link, basis) for link in LINKS for basis in BASES if basis.smooth or not link.name]


@pytest.mark.parametrize(("link", "basis"), BEHIND, ids=lambda row: row.name or "identity")
def test_each_function_behind_each_link_is_found(link: Link, basis: Basis) -> None:
    inside = constants(basis)
    size = float(np.max(np.abs(basis.values(U, *inside))))

    def law(columns: Columns) -> Array:
        return np.asarray(link.apply(2.3 + 0.7 * basis.values(columns["u"], *inside) / size))

    best = found({"u": U}, law({"u": U}), ONE_TERM)[0]
    if basis.name == "step":  # anywhere between two rows is as good a place
        assert np.max(np.abs(best.values - law({"u": U}))) < EXACT
    else:
        assert off(best.expression, law, {"u": U}) < EXACT, best.expression


@pytest.mark.parametrize("basis", BASES, ids=lambda basis: basis.name)
def test_what_a_function_writes_is_what_it_computes(basis: Basis) -> None:
    entries = [e for e in dictionary({"u": U}, np.sin(U), most=10_000) if e.key == f"{basis.name}(u^1)"]
    assert entries
    for entry in entries:
        np.testing.assert_allclose(
            values(entry.write(), {"u": U}), entry.values, rtol=1e-9, atol=1e-12 * np.abs(entry.values).max()
        )


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.name or "identity")
def test_a_link_undoes_itself_and_its_slope_is_its_difference(link: Link) -> None:
    y = np.geomspace(0.3, 5.0, 9)
    z = link.behind(y)
    assert z is not None
    np.testing.assert_allclose(link.apply(z), y)
    difference = (link.apply(z + 1e-6) - link.apply(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(link.slope(y, z), difference, rtol=1e-6)


@pytest.mark.parametrize(
    "law",
    [
        lambda c: 2 * np.maximum(c["a"], c["b"]) + 1,
        lambda c: 0.7 * np.minimum(c["a"], c["b"]) - 2,
        lambda c: 3 * np.maximum(c["a"], c["b"]) * c["c"],
        lambda c: 1.3 * np.minimum(c["b"], c["c"]) * c["a"] + 0.4,
    ],
    ids=["max", "min", "max times a column", "min times a column"],
)
def test_the_larger_and_the_smaller_of_two_columns_are_found(law: Callable[[Columns], Array]) -> None:
    best = found(ROWS, law(ROWS), ONE_TERM)[0]
    assert off(best.expression, law, ROWS) < EXACT, best.expression


@pytest.mark.parametrize(
    "law",
    [
        lambda c: 2 * c["a"] * c["b"] + 3 * c["c"],
        lambda c: 1.7 * c["a"] * c["b"] - 0.6 * c["b"] * c["c"] + 1.1,
        lambda c: 0.3 * c["a"] ** 2 + 1.7 * c["b"] - 4,
        lambda c: 2.4 * c["a"] * np.exp(-c["b"]) + 0.8 * c["c"],
    ],
    ids=["a product", "two products", "a square", "a product with a function"],
)
@pytest.mark.parametrize("columns", [ROWS, SIGNED], ids=["positive", "of both signs"])
def test_products_across_columns_are_found(law: Callable[[Columns], Array], columns: Columns) -> None:
    best = found(columns, law(columns))[0]
    assert off(best.expression, law, columns) < EXACT, best.expression


@pytest.mark.parametrize(("frequency", "phase"), [(1.1, 0.3), (2.9, 2.0), (5.3, -1.0)])
def test_waves_are_found_with_their_phase(frequency: float, phase: float) -> None:
    def law(columns: Columns) -> Array:
        return np.asarray(1.9 * np.sin(frequency * columns["u"] + phase) + 0.6)

    u = np.linspace(0.0, 6.0, 20)
    best = found({"u": u}, law({"u": u}), FEW_TERMS)[0]
    assert off(best.expression, law, {"u": u}) < EXACT, best.expression


@pytest.mark.parametrize("frequency", [1.5, 4.0, 9.0])
@pytest.mark.parametrize("trend", [0.0, 5.0])
def test_the_highest_peak_is_the_frequency_of_a_wave_also_beside_a_trend(frequency: float, trend: float) -> None:
    t = np.sort(np.random.default_rng(1).uniform(0, 10, 60))
    peaks = frequencies(t, np.sin(frequency * t + 0.7) + trend * t)
    assert peaks[0] == pytest.approx(frequency, abs=0.07)  # half the distance of the frequencies that are scanned
    shifted = frequencies(t + 1000.0, np.sin(frequency * t + 0.7) + trend * t)
    np.testing.assert_allclose(peaks, shifted, rtol=1e-6)
    assert frequencies(t[:5], t[:5]) == [] == frequencies(np.ones(9), np.arange(9.0))


def test_entries_come_by_rising_bits_and_have_values_on_all_rows() -> None:
    columns = {**SIGNED, "zero": np.r_[0.0, ROWS["a"][1:]], "same": np.ones(20)}
    entries = dictionary(columns, ROWS["b"], most=800)
    order = [e.bits + 3.0 * e.inside for e in entries]
    assert all(one <= two for one, two in pairwise(order))
    assert all(np.isfinite(e.values).all() and np.ptp(e.values) > 0 for e in entries)
    assert len({e.place for e in entries if e.wave is None}) == len([e for e in entries if e.wave is None])
