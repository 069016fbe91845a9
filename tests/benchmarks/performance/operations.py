"""The pieces that time goes into, in kansr and in pykan: a table of operations, each with what it gives.

A spline is values of one curve at 10,000 rows from coefficients that both tools are given alike; kansr gives its slope,
too. A step is one of Levenberg-Marquardt in kansr, one of pykan's L-BFGS (itself up to 20 iterations) or of Adam, on
3000 rows and a [2,5,1] from its start. A symbol is a fit of functions to 256 points of the curve sin(3x + 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
import torch

from kansr.network.curves import Spline
from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.symbolic.curve import Curves, fit_curves
from kansr.symbolic.library import LIBRARY, primitive
from kansr.training.levenberg import levenberg, rmse
from kansr.training.starts import starts
from tests.benchmarks.performance import pykan_
from tests.benchmarks.performance.learners import data_of
from tests.benchmarks.performance.watch import LAW, drawn

WIDTH, ROWS, POINTS, STEPS = (2, 5, 1), 3000, 256, 10
_SPLINE_ROWS, _RATE = 10_000, 1e-2


class Ready(NamedTuple):
    """A call to be timed, how many steps it takes, and what it gives: a number, and what that number is."""

    call: Callable[[], Any]
    steps: int
    quality: Callable[[Any], float]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One piece of work of one tool; `make` prepares it, in a folder for what pykan writes."""

    what: str
    tool: str
    make: Callable[[str], Ready]


def _curve(grid: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows x [n] in [-1, 1] and coefficients [grid + 3]."""
    generator = torch.Generator().manual_seed(0)
    x = 2 * torch.rand(_SPLINE_ROWS, generator=generator, dtype=torch.float64) - 1
    return x, torch.randn(grid + 3, generator=generator, dtype=torch.float64)


def _sum(values: torch.Tensor) -> float:
    return float(values.sum())


def kansr_spline(_folder: str, *, grid: int) -> Ready:
    """Design, values and slopes of a spline; the silu under it weighs nothing."""
    x, c = _curve(grid)
    p, low, high = torch.cat([c.new_zeros(1), c])[None], c.new_full((1,), -1.0), c.new_ones(1)
    return Ready(lambda: Spline(grid).evaluate(x[None], p, low, high).value, 1, _sum, "sum of values")


def pykan_spline(_folder: str, *, grid: int) -> Ready:
    """Values of the same spline; its grid reaches three intervals beyond both ends."""
    from kan.spline import coef2curve

    x, c = _curve(grid)
    knots = -1 + 2 / grid * torch.arange(-3, grid + 4, dtype=torch.float64)[None]
    return Ready(lambda: coef2curve(x[:, None], knots, c[None, None], 3)[:, 0, 0], 1, _sum, "sum of values")


def kansr_steps(_folder: str, *, grid: int, rows: int = ROWS) -> Ready:
    """Ten steps of Levenberg-Marquardt, with the Jacobian before the first."""
    table = drawn(LAW, rows=rows, test=0, seed=0)
    spread = float(np.std(table.y))
    every = data_of(table, 0.0, spread).all
    start = starts(dense(WIDTH), every.x, grid=grid, order=3, count=1, seed=0)

    def error(kan: KAN) -> float:
        return float(rmse(kan, every)[0]) * spread

    return Ready(lambda: levenberg(start, every, steps=STEPS).kan, STEPS, error, f"RMSE after {STEPS} steps")


def pykan_steps(folder: str, *, grid: int, optimiser: str, steps: int, rows: int = ROWS) -> Ready:
    """Steps from pykan's own start, to which the network is put back each time; its grid does not move."""
    table = drawn(LAW, rows=rows, test=0, seed=0)
    data, kan = pykan_.data_of(table.x, table.y), pykan_.built(WIDTH, grid, 0, folder)
    kan.auto_save = kan.save_act = False  # it would write files, and keep what only a penalty and a plot need
    start = {name: value.clone() for name, value in kan.state_dict().items()}
    rate = 1.0 if optimiser == "LBFGS" else _RATE

    def call() -> Any:
        kan.load_state_dict(start)
        kan.fit(data, opt=optimiser, steps=steps, lr=rate, update_grid=False)
        return kan

    def error(network: Any) -> float:
        with torch.no_grad():
            return float((network(data["train_input"]) - data["train_label"]).square().mean().sqrt())

    return Ready(call, steps, error, f"RMSE after {steps} steps")


def _points() -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.linspace(-1, 1, POINTS, dtype=torch.float64)
    return x, torch.sin(3 * x + 1)


def kansr_symbol(_folder: str, *, names: tuple[str, ...] | None) -> Ready:
    """Fit functions of the library to a curve."""
    x, y = _points()
    curves = Curves(x=x[None], y=y[None], weight=torch.ones_like(x)[None])
    library = LIBRARY if names is None else tuple(map(primitive, names))
    count = f"best error of {len(library)}"
    return Ready(lambda: fit_curves(curves, library)[0], 1, lambda found: found[0].error, count)


def pykan_symbol(_folder: str, *, names: tuple[str, ...] | None) -> Ready:
    """Fit functions of pykan's library to the same curve, as `suggest_symbolic` does for an edge."""
    from kan.utils import SYMBOLIC_LIB, fit_params

    x, y = _points()
    library = [SYMBOLIC_LIB[name][0] for name in names or SYMBOLIC_LIB]

    def error(found: list[Any]) -> float:
        fits = [c * f(a * x + b) + d for f, ((a, b, c, d), _) in zip(library, found, strict=True)]
        shares = [float((fit - y).std(correction=0) / y.std(correction=0)) for fit in fits]
        return min(share for share in shares if np.isfinite(share))

    call = partial(_each, fit_params, library, x, y)
    return Ready(call, 1, error, f"best error of {len(library)}")


def _each(fit: Callable[..., Any], library: list[Any], x: torch.Tensor, y: torch.Tensor) -> list[Any]:
    return [fit(x, y, function, verbose=False) for function in library]


def operations() -> list[Operation]:
    """Give all operations, those of both tools on the same thing one after the other; pykan's where it is installed."""
    found: list[Operation] = []
    for grid in (5, 20, 100):
        what = f"spline, grid {grid}"
        found.append(Operation(what=what, tool="kansr", make=partial(kansr_spline, grid=grid)))
        found.append(Operation(what=what, tool="pykan", make=partial(pykan_spline, grid=grid)))
    for grid in (5, 20):
        what, step = f"step, grid {grid}", partial(pykan_steps, grid=grid)
        lbfgs, adam = partial(step, optimiser="LBFGS", steps=1), partial(step, optimiser="Adam", steps=STEPS)
        found.append(Operation(what=what, tool="kansr", make=partial(kansr_steps, grid=grid)))
        found.append(Operation(what=what, tool="pykan L-BFGS", make=lbfgs))
        found.append(Operation(what=what, tool="pykan Adam", make=adam))
    for what, names in (("symbol, sin alone", ("sin",)), ("symbol, whole library", None)):
        found.append(Operation(what=what, tool="kansr", make=partial(kansr_symbol, names=names)))
        found.append(Operation(what=what, tool="pykan", make=partial(pykan_symbol, names=names)))
    return [o for o in found if o.tool == "kansr" or find_spec("kan") is not None]
