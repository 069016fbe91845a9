"""Options: how they are read, and how they become keys of a recipe."""

import shlex

import pytest
import rich_click as click
from click.testing import CliRunner

from kansr.cli.fit import fit
from kansr.cli.options import KEYS, NULL, Names, Seconds, Units, WholeNumbers, recipe_options
from kansr.recipe import Recipe, load_recipe, with_options
from kansr.recipe.recipe import KEYS as RECIPE_KEYS


def parsed(*arguments, **variables):
    """Give the options of `fit` as it would see them."""
    with CliRunner(env=variables).isolation():
        return fit.make_context("fit", list(arguments)).params


def test_every_option_of_a_recipe_is_a_key_of_it():
    assert set(KEYS.values()) <= set(RECIPE_KEYS)
    assert {option.name for option in fit.params} >= set(KEYS)


def test_options_that_are_not_given_change_nothing():
    assert recipe_options(parsed("a.csv")) == {}


def test_every_option_reaches_its_key():
    options = parsed(
        *shlex.split("a.csv -t y -x a,b --width 2,5,1 --grid 3,5 --functions sin,exp --seed 0 --budget 5 --device cpu"),
        *shlex.split("-d ';' --decimal , --encoding latin-1 -H --skip-lines 0 --null-value -999 --null-value n/a"),
        *[
            "--limits",
            "drop",
            "--time",
            "hours",
            "--missing",
            "fail",
            "--function",
            "softplus=log(1+exp(x))",
            "--function",
            "f(u) = u^2*abs(u)",
        ],
        *["--units", "a=m/s, b=kg m^2"],
        *[
            "--missing",
            "fail",
            "--stability",
            "5",
            "--select",
            "simple",
            "--constant",
            "g=9.81",
            "--constant",
            "k = 2",
            "--constants",
            "physical",
            "--sigma",
            "error",
        ],
        *["--template", "a*f(x)", "--monotone", "a:+, b:-", "--bounds", "y=0:", "--bounds", "a=-1:1e3", "--group", "s"],
    )
    assert recipe_options(options) == {
        "table.target": "y",
        "table.features": ("a", "b"),
        "table.sigma": "error",
        "table.group": "s",
        "table.units": {"a": "m/s", "b": "kg m^2"},
        "table.delimiter": ";",
        "table.decimal": ",",
        "table.encoding": "latin-1",
        "table.header": False,
        "table.skip_lines": 0,
        "table.null_values": ("-999", "n/a"),
        "table.missing": "fail",
        "table.limits": "drop",
        "table.time": "hours",
        "network.width": (2, 5, 1),
        "training.grid": (3, 5),
        "symbolic.functions": ("sin", "exp"),
        "symbolic.custom": (
            {"name": "softplus", "expression": "log(1+exp(x))", "variable": "x"},
            {"name": "f", "expression": "u^2*abs(u)", "variable": "u"},
        ),
        "symbolic.constants": {"g": 9.81, "k": 2.0},
        "symbolic.physical": True,
        "wishes.template": "a*f(x)",
        "wishes.monotone": {"a": "rising", "b": "falling"},
        "wishes.bounds": {"y": (0.0, None), "a": (-1.0, 1000.0)},
        "seed": 0,
        "budget": 5.0,
        "device": "cpu",
        "select": "simple",
        "stability": 5,
    }
    assert with_options(Recipe(), recipe_options(options)).table.header is False


def test_auto_and_none_are_null():
    assert recipe_options(parsed("a.csv", "--width", "auto", "--budget", "none", "--units", "none")) == {
        "network.width": None,
        "budget": None,
        "table.units": None,
    }


def test_a_flag_comes_before_a_variable_and_a_variable_before_the_recipe():
    recipe = load_recipe("quick")
    from_variable = recipe_options(parsed("a.csv", KANSR_BUDGET="7", KANSR_SEED="3"))
    from_flag = recipe_options(parsed("a.csv", "--budget", "9", KANSR_BUDGET="7"))
    assert (with_options(recipe, from_variable).budget, with_options(recipe, from_variable).seed) == (7, 3)
    assert with_options(recipe, from_flag).budget == 9
    assert with_options(recipe, {}).budget == 20


def test_names_may_hold_commas_and_blanks():
    assert Names().convert('"a,b", c d ,e', None, None) == ("a,b", "c d", "e")


def test_units_belong_to_columns_whose_names_may_hold_anything():
    assert Units().convert('"a,b"=m,c=d=s,e=none', None, None) == {"a,b": "m", "c=d": "s", "e": "none"}
    for wrong in ("m/s", "", "=m", "v=m,s"):
        with pytest.raises(click.BadParameter):
            Units().convert(wrong, None, None)


def test_a_list_may_be_written_with_brackets_or_blanks():
    assert WholeNumbers().convert("[3, 5, 10]", None, None) == (3, 5, 10)
    assert Seconds().convert("1e2", None, None) == 100.0
    assert Seconds().convert("None", None, None) is NULL


def test_functions_of_ones_own_can_be_set_by_a_variable_with_semicolons():
    given = recipe_options(parsed("a.csv", KANSR_FUNCTION="f=x^2 + x; g(t)=exp(t)/t"))["symbolic.custom"]
    assert [(one["name"], one["expression"], one["variable"]) for one in given] == [
        ("f", "x^2 + x", "x"),
        ("g", "exp(t)/t", "t"),
    ]


@pytest.mark.parametrize("text", ["softplus", "=x", "f=", "f(x,)=x", "2+2=4"])
def test_what_defines_no_function_is_refused(text):
    with pytest.raises(click.UsageError, match="NAME=EXPRESSION"):
        parsed("a.csv", "--function", text)


def test_the_recipe_option_can_be_set_by_a_variable():
    assert parsed("a.csv", KANSR_RECIPE="quick")["recipe"] == "quick"
    assert isinstance(fit, click.RichCommand)
