import numpy as np
import pytest

from kansr import KANSymbolicRegressor
from kansr.errors import UsageError
from kansr.estimator.settings import KEYS, seed_of, settings
from kansr.recipe import load_recipe


def test_the_defaults_are_those_of_the_command_line():
    assert settings(KANSymbolicRegressor().get_params()) == load_recipe("default")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("select", "simple", "simple"),
        ("width", (np.int64(2), np.int64(3), 1), (2, 3, 1)),
        ("grid", np.array([3, 9]), (3, 9)),
        ("functions", ("sin", "exp"), ("sin", "exp")),
        ("constants", {"g": np.float64(9.81)}, {"g": 9.81}),
        ("units", {"v": "m/s"}, {"v": "m/s"}),
        ("device", "cuda", "cuda"),
    ],
)
def test_each_parameter_sets_its_key(name, value, expected):
    recipe = settings(KANSymbolicRegressor().set_params(**{name: value}).get_params())
    section, _, key = KEYS[name].rpartition(".")
    assert getattr(getattr(recipe, section) if section else recipe, key) == expected


def test_every_parameter_is_a_key_or_has_a_way_of_its_own():
    assert set(KANSymbolicRegressor().get_params()) == {*KEYS, "max_time", "random_state", "recipe", "verbose"}


def test_a_time_limit_of_none_is_that_of_the_recipe_and_inf_is_none():
    of = KANSymbolicRegressor(recipe="thorough")
    assert settings(of.set_params(max_time=None).get_params()).budget == load_recipe("thorough").budget
    assert settings(of.set_params(max_time=float("inf")).get_params()).budget is None


def test_generators_are_asked_for_a_seed_and_none_gives_another_each_time():
    assert seed_of(np.random.default_rng(1)) == seed_of(np.random.default_rng(1))
    assert seed_of(np.random.RandomState(1)) == seed_of(np.random.RandomState(1))
    assert len({seed_of(None) for _ in range(5)}) > 1
    assert seed_of(np.int64(7)) == 7


def test_a_seed_below_zero_is_refused():
    with pytest.raises(UsageError, match="seed is -1"):
        settings({"recipe": "quick", "random_state": -1})
