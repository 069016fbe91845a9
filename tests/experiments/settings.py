"""Experiments on settings of about a second, each run once."""

from functools import cache
from importlib import import_module

from kansr.experiments import EXPERIMENTS
from kansr.experiments.deep import Deep
from kansr.experiments.dimensions import Case, Dimensions
from kansr.experiments.grid_extension import Settings as GridExtension
from kansr.experiments.interpretability import Example
from kansr.experiments.interpretability import Settings as Interpretability
from kansr.experiments.kan_and_mlp import Settings as KanAndMlp
from kansr.experiments.ladder import Fit, Ladder
from kansr.experiments.scaling import Settings as Scaling
from kansr.experiments.scaling import Toy
from kansr.experiments.special_functions import Settings as SpecialFunctions
from kansr.experiments.universal import Function
from kansr.experiments.universal import Settings as Universal
from kansr.peers.mlp import MLPSpec
from kansr.progress import Clock, silent

FIT = Fit(grids=(3, 6, 12), starts=8, steps=20, smoothness=1e-9, room=0.05)
DEEP = Deep(
    formula="exp(sin(pi*x1) + x2**2)", inputs=2, rows=400, test_rows=200, seconds=20.0, fit=FIT, slope_grids=(3, 12)
)
COMMON = {"seed": 0, "budget": None}
TINY = {
    "grid-extension": GridExtension(
        **COMMON, formula="exp(sin(pi*x1) + x2**2)", rows=60, test_rows=50, slope_grids=(3, 12), deep=None,
        ladders=(
            Ladder(width=(2, 1, 1), fit=Fit(grids=(3, 6, 12, 20, 40), starts=8, steps=10, smoothness=1e-9, room=0.05)),
        ),
    ),
    "special-functions": SpecialFunctions(
        **COMMON, laws=("ellipeinc", "sph-harm-0-1"), rows=300, test_rows=100, widths=((2, 1, 1), (2, 2, 1)), fit=FIT,
        published={"ellipeinc": 8.26e-5},
    ),
    "scaling": Scaling(
        **COMMON, toys=(
            Toy(law="bessel", rows=300, test_rows=100, slope_grids=(24, 48), width=(1, 1),
                fit=Fit(grids=(12, 24, 48, 500), starts=2, steps=10, smoothness=0.0, room=0.05)),
        ),
    ),
    "interpretability": Interpretability(
        **COMMON, rows=300, test_rows=100, seconds=20.0, penalty=1e-3, grids=(3, 6, 12), starts=6,
        examples=(Example(law="exp-sin-square", width=(2, 2, 1)),),
    ),
    "kan-and-mlp": KanAndMlp(
        **COMMON, formula="exp(sin(pi*x1) + x2**2)", inputs=2, rows=300, test_rows=100,
        kans=(Ladder(width=(2, 1, 1), fit=FIT),), mlps=(MLPSpec(hidden=(8,), optimiser="lbfgs", steps=200),),
    ),
    "universal": Universal(
        **COMMON, rows=300, test_rows=100, functions=(Function(formula="x1*x2", inputs=2, own=(2, 2, 1)),),
        two_layers=FIT, own=FIT,
        dimensions=Dimensions(low=-2.0, high=2.0, test_rows=100,
                              cases=(Case(inputs=2, rows=300, seconds=5.0, graph=True, grids=(3, 6, 12)),)),
    ),
}  # fmt: skip


def module_of(name):
    return import_module(f"kansr.experiments.{EXPERIMENTS[name]}")


@cache
def record_of(name):
    """Give the record of an experiment on tiny settings."""
    return module_of(name).run(TINY[name], clock=Clock(), report=silent)


@cache
def ended(name):
    """Give the record of an experiment that is stopped before it starts."""
    clock = Clock()
    clock.interrupt()
    return module_of(name).run(TINY[name], clock=clock, report=silent)
