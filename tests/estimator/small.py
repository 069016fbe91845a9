"""Settings with which a fit to a handful of rows ends by itself, soon: a time limit gives not the same twice."""

from kansr import KANSymbolicRegressor
from kansr.recipe import load_recipe, with_options

RECIPE = with_options(
    load_recipe("quick"),
    {
        "budget": None,
        "training.starts": 2,
        "training.grid": [3],
        "training.steps": 20,
        "symbolic.beam": 1,
        "symbolic.candidates": 2,
        "symbolic.snap": False,
        "symbolic.functions": ["exp"],
    },
)


def small(**parameters):
    """An estimator for tiny tables."""
    return KANSymbolicRegressor(max_time=None, recipe=RECIPE).set_params(**parameters)
