"""The laws that come with kansr are what their sources state, can be sampled, and are read strictly."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from kansr.datasets import Law, collection, collections, law, read_collection, shipped_table, shipped_tables
from kansr.datasets.functions import FUNCTIONS
from kansr.errors import UsageError

LAWS = [pytest.param(one, id=f"{c.name}/{one.name}") for c in collections() for one in c.laws]
COUNTS = {
    "curves": 24, "feynman": 100, "jin": 6, "kan-interpretability": 12, "keijzer": 15, "livermore": 22, "nguyen": 20,
    "outside": 50, "special": 15, "strogatz": 14, "toy": 5, "units": 10, "vladislavleva": 8,
}  # fmt: skip
FOLDER = Path(__file__).parents[2] / "datasets"


def at(name, **columns):
    """Give the value of a law at one row."""
    one = law(name)
    return float(one.values(np.array([[columns[column] for column in one.ranges]]))[0])


def test_every_collection_is_there_with_laws_of_different_names():
    assert {c.name: len(c.laws) for c in collections()} == COUNTS
    for one in collections():
        assert len({law.name for law in one.laws}) == len(one.laws)
        assert all(law.source for law in one.laws)


@pytest.mark.parametrize("one", LAWS)
def test_a_law_has_a_finite_value_everywhere_in_its_ranges(one):
    x, y = one.sample(500, 0)
    assert x.shape == (500, len(one.ranges))
    assert np.isfinite(y).all()
    assert y.std() > 0
    assert one.target not in one.ranges
    own = one.sample(None, 0)[1]
    assert np.isfinite(own).all()
    assert len(own) == one.to_json()["rows"]


@pytest.mark.parametrize("one", LAWS)
def test_a_law_says_whether_a_formula_of_kansr_can_hold_it(one):
    assert one.is_plain == (not set(FUNCTIONS) & set(re.findall(r"([a-z_0-9]+)\(", one.text)))


def test_laws_outside_are_none_that_a_formula_can_hold_and_have_one_to_three_columns():
    assert not any(one.is_plain for one in collection("outside").laws)
    assert {len(one.ranges) for one in collection("outside").laws} == {1, 2, 3}


@pytest.mark.parametrize(
    ("name", "columns", "value"),
    [
        ("Nguyen-5", {"x1": 0.5}, np.sin(0.25) * np.cos(0.5) - 1),
        ("Constant-6", {"x1": 2}, 2**0.426),
        ("Keijzer-5", {"x1": 0.5, "x2": 1.5, "x3": -0.2}, 30 * 0.5 * -0.2 / (-9.5 * 2.25)),
        ("Keijzer-6", {"x1": 4}, 1 + 1 / 2 + 1 / 3 + 1 / 4),
        ("Jin-6", {"x1": 2, "x2": 3}, 8.1 + 5.5 * np.sin(2)),
        ("Livermore-9", {"x1": 1}, 9),
        ("Livermore-19", {"x1": 2}, 32 + 16 + 4 + 2),
        ("Livermore-21", {"x1": 1}, 8),
        ("Vladislavleva-4", {f"x{i}": 3 for i in range(1, 6)}, 2),
        ("Vladislavleva-7", {"x1": 5, "x2": 6}, 6 + 2 * np.sin(2)),
        ("mean-of-100", {f"x{i}": 1 for i in range(1, 101)}, np.e),
        ("two-sines", {"x1": 0.5, "x2": 0.5, "x3": 0.5, "x4": 0.5}, np.e),
        ("first-digit", {"x1": 0.78}, 7),
        ("special/lpmv-1", {"v": 2, "x": 0.5}, -3 * 0.5 * np.sqrt(0.75)),
        ("special/kv", {"v": 0.5, "x": 2}, np.sqrt(np.pi / 4) * np.exp(-2)),
        ("outside/gamma-times-y", {"x": 4, "y": 2}, 12),
        ("outside/primes", {"x": 30.5}, 10),
        ("outside/divisors", {"x": 12.3}, 6),
        ("outside/cantor", {"x": 0.25}, 1 / 3),
        ("outside/takagi", {"x": 1 / 3}, 2 / 3),
        ("outside/dawson-times-digamma", {"x": 1, "y": 2, "z": 3}, 3 * special.dawsn(1) * (1 - np.euler_gamma)),
    ],
)
def test_a_law_has_the_value_that_can_be_worked_out_by_hand(name, columns, value):
    assert at(name, **columns) == pytest.approx(value, rel=1e-8)


# A row of each table that the benchmark publishes, to six digits: the two states, and their two rates of change.
ORBITS = {
    "bacres": (11.2601, 14.9977, 6.11739, 7.3775),
    "barmag": (4.46376, 5.1336, 0.658822, 1.22302),
    "glider": (4.98977, 3.47993, -0.912976, 5.17882),
    "lv": (0.344823, 2.18469, -0.591096, -1.15682),
    "predprey": (2.28353, 11.1885, -3.86143, -1.60766),
    "shearflow": (-1.40833, -1.45969, -0.0180458, -0.109602),
    "vdp": (1.20679, 0.191983, 0.0841566, -0.120679),
}


@pytest.mark.parametrize("system", ORBITS)
def test_right_hand_sides_give_the_rates_of_the_published_tables(system):
    x, y, *rates = ORBITS[system]
    found = [at(f"strogatz/{system}{i}", x=x, y=y) for i in (1, 2)]
    assert found == pytest.approx(rates, rel=1e-3)


@pytest.mark.parametrize(("m", "n"), [(0, 1), (1, 1), (0, 2), (1, 2), (2, 2)])
def test_spherical_harmonics_are_those_of_scipy_written_out(m, n):
    x, y = law(f"sph-harm-{m}-{n}").sample(50, 0)
    azimuth, polar = x.T
    size = np.sqrt((2 * n + 1) / (4 * np.pi) * special.factorial(n - m) / special.factorial(n + m))
    assert y == pytest.approx(size * special.lpmv(m, n, np.cos(polar)) * np.cos(m * azimuth))


DIMENSIONS = {
    "1": (0, 0, 0, 0, 0), "rad": (0, 0, 0, 0, 0), "m": (1, 0, 0, 0, 0), "kg": (0, 1, 0, 0, 0), "s": (0, 0, 1, 0, 0),
    "A": (0, 0, 0, 1, 0), "K": (0, 0, 0, 0, 1), "N": (1, 1, -2, 0, 0), "J": (2, 1, -2, 0, 0), "W": (2, 1, -3, 0, 0),
    "C": (0, 0, 1, 1, 0), "V": (2, 1, -3, -1, 0), "F": (-2, -1, 4, 2, 0), "T": (0, 1, -2, -1, 0),
    "Pa": (-1, 1, -2, 0, 0),
}  # fmt: skip


def size_of(unit, bases):
    """Give the factor of a unit when metre, kilogram, second, ampere and kelvin have these sizes."""
    parts = re.findall(r"([*/]?)([A-Za-z1]+)(?:\*\*(\d+))?", unit)
    assert "".join(f"{sign}{base}{'**' if power else ''}{power}" for sign, base, power in parts) == unit
    powers = [(-1 if sign == "/" else 1) * int(power or 1) * np.array(DIMENSIONS[base]) for sign, base, power in parts]
    return float(np.prod(bases ** np.sum(powers, axis=0)))


@pytest.mark.parametrize("one", collection("feynman").laws, ids=lambda one: one.name)
def test_a_law_of_physics_holds_in_every_system_of_units(one):
    bases = np.array([1.3, 0.7, 1.1, 0.8, 1.2])
    x, y = one.sample(20, 0)
    again = one.values(x * [size_of(one.units[column], bases) for column in one.ranges])
    assert again == pytest.approx(y * size_of(one.units[one.target], bases), rel=1e-9)


def test_the_same_seed_draws_the_same_rows_and_another_one_others():
    one = law("I.6.2")
    assert np.array_equal(one.sample(50, 1, 0.1)[1], one.sample(50, 1, 0.1)[1])
    assert not np.array_equal(one.sample(50, 1)[0], one.sample(50, 2)[0])


def test_noise_is_a_share_of_the_root_mean_square():
    clean, noisy = (law("I.6.2").sample(20_000, 0, noise)[1] for noise in (0.0, 0.1))
    assert np.std(noisy - clean) == pytest.approx(0.1 * np.sqrt(np.mean(clean**2)), rel=0.03)


def test_a_grid_has_both_ends_and_every_crossing():
    x, _ = law("Keijzer-1").sample(None, 0)
    assert x[:, 0] == pytest.approx(np.linspace(-1, 1, 21))
    x, _ = law("Vladislavleva-3").sample(None, 0)
    assert (len(x), len(np.unique(x[:, 0])), len(np.unique(x[:, 1]))) == (600, 100, 6)
    assert law("Keijzer-1").sample(7, 0)[0].shape == (7, 1)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("feynmann/I.6.2", "did you mean feynman?"),
        ("feynman/I.6.2c", "did you mean feynman/I.6.2"),
        ("nguyen-3", "did you mean Nguyen-3?"),
        ("exp-sin-square", "say which: kan-interpretability/exp-sin-square, toy/exp-sin-square"),
        ("nguyen", "kansr datasets list nguyen"),
        ("\x00", "kansr datasets"),
    ],
)
def test_a_misspelt_law_is_answered_with_the_nearest(name, says):
    with pytest.raises(UsageError) as error:
        law(name)
    assert says in str(error.value)


def test_shipped_tables_are_found_by_name():
    names = [table.name for table in shipped_tables()]
    assert set(names) == {path.stem for path in FOLDER.glob("*.csv")}
    assert not set(names) & {one.values[0].name for one in LAWS}
    assert (shipped_table("boyle").rows, shipped_table("boyle").title[:12]) == (25, "Boyle's tabl")
    with pytest.raises(UsageError, match="no shipped table 'boile'"):
        shipped_table("boile")


HEADER = "name,target,formula,ranges,functions,sampling,rows,units\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,target,formula\n", "'ranges'"),
        ("name,target,formula,ranges,colour\n", "'colour'"),
        (HEADER + "a,y,x,x 1,,,,\n", "line 2"),
        (HEADER + "a,y,x,x 1 two,,,,\n", "'two'"),
        (HEADER + "a,y,x,x 1 2,,sobol,,\n", "'sobol'"),
        (HEADER + "a,y,x,x 1 2,,grid 0,,\n", "'grid 0'"),
        (HEADER + "a,y,x,x 1 2,,grid 1 1,,\n", "'grid 1 1'"),
        (HEADER + "a,y,x,x 1 2,,,many,\n", "'many'"),
        (HEADER + "a,y,x,x 1 2,,,,x\n", "units"),
        (HEADER + "a,y,u,x 1 2,u gama x,,,\n", "did you mean gamma?"),
        (HEADER + "a,y,u,x 1 2,u __import__ os,,,\n", "'__import__'"),
        (HEADER + "a,y,u,x 1 2,u,,,\n", "''"),
        (HEADER + "a,y,u,x 1 2,u gamma z,,,\n", "takes 0 numbers and 1 columns"),
        (HEADER + "a,y,u,x 1 2,u lpmv x x x,,,\n", "a word for a number"),
    ],
)
def test_a_collection_that_is_not_right_is_refused_with_its_place(tmp_path, text, says):
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(UsageError) as error:
        read_collection(path)
    assert says in str(error.value)
    assert str(path) in str(error.value)


def test_a_collection_needs_no_more_than_four_columns(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("name,target,formula,ranges\na,y,E**2,E 0 2\n")
    (one,) = read_collection(path).laws
    assert one == Law(name="a", target="y", formula="E**2", ranges={"E": (0.0, 2.0)})
    assert one.values(np.array([[3.0]])) == pytest.approx([9.0])


def test_the_readme_lists_each_collection_with_its_count():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \[([\w-]+)\]\(collections/[\w-]+\.csv\) \| (\d+) \|", text, flags=re.MULTILINE))
    assert {name: int(count) for name, count in rows.items()} == COUNTS
