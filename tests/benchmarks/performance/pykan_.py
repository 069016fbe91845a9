"""pykan as it learns a table while it is watched, as its example of function fitting shows it."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from importlib import import_module
from typing import Any

import numpy as np
import torch

from tests.benchmarks.performance.watch import Array, Drawn, Predict, Watched

GRIDS = (5, 10, 20, 50, 100)
STEPS = 50  # of L-BFGS on each grid; each is up to 20 iterations
_UPDATES_END = 30  # step after which pykan's grids no longer follow their values
_FEW = 50  # rows on which pykan measures itself after each step, so that this costs it nothing
_FLAT, _GAIN = 8, 1e-2  # steps in which the loss falls by less than this share end a grid, if it is to end early


def ladder(table: Drawn, seed: int, watched: Watched, *, width: tuple[int, ...], early: bool = False) -> None:
    """Train a KAN of pykan on each grid, refined from the one before; without a penalty, looked at after each step.

    The example takes 50 steps on each grid. With `early` a grid ends when its loss no longer falls, by the rule that
    ends a training of kansr: nothing in pykan does that, but a user who watches would.
    """
    with apart(seed) as folder:
        data = data_of(table.x, table.y)
        kan = built(width, GRIDS[0], seed, folder)
        for grid in GRIDS:
            if grid != GRIDS[0]:
                kan(data["train_input"])  # what `refine` lays the finer grid on
                kan = kan.refine(grid)
            _train(kan, data, watched, stage=f"grid {grid}", early=early)
            if watched.clock.over():
                return


def built(width: tuple[int, ...], grid: int, seed: int, folder: str) -> Any:
    """Give a KAN of pykan at its start."""
    from kan import KAN

    return KAN(width=list(width), grid=grid, k=3, seed=seed, ckpt_path=folder)


def data_of(x: Array, y: Array) -> dict[str, torch.Tensor]:
    """Give rows as pykan takes them."""
    rows, target = torch.from_numpy(x), torch.from_numpy(y)[:, None]
    return {"train_input": rows, "train_label": target, "test_input": rows[:_FEW], "test_label": target[:_FEW]}


def _train(kan: Any, data: dict[str, torch.Tensor], watched: Watched, *, stage: str, early: bool) -> None:
    goal, flat = float("inf"), 0

    def look() -> torch.Tensor:
        nonlocal goal, flat
        watched.look(_predictor(kan), stage)
        loss = float(import_module("kan.MultKAN").train_loss)  # where `fit` leaves it
        goal, flat = (loss, 0) if loss < goal * (1 - _GAIN) else (goal, flat + 1)
        if watched.clock.over() or (early and flat >= _FLAT):
            raise _EndError
        return torch.zeros(())

    with suppress(_EndError):
        kan.fit(data, opt="LBFGS", steps=STEPS, lamb=0.0, stop_grid_update_step=_UPDATES_END, metrics=[look])
    kan.save_act = kan.symbolic_enabled = True  # where `fit` puts them back when nothing ends it


def _predictor(kan: Any) -> Predict:
    def values(x: Array) -> Array:
        with torch.no_grad():
            return np.asarray(kan(torch.from_numpy(x))[:, 0].numpy())

    return values


class _EndError(Exception):
    """A training on one grid has ended."""


@contextmanager
def apart(seed: int) -> Iterator[str]:
    """Give a folder for what pykan writes, in float64; silence what it prints, put back the state that it changes."""
    before = torch.get_default_dtype(), np.random.get_state()  # noqa: NPY002
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        stack.enter_context(redirect_stdout(io.StringIO()))
        stack.enter_context(redirect_stderr(io.StringIO()))
        stack.enter_context(torch.random.fork_rng(devices=[]))
        torch.set_default_dtype(torch.float64)
        torch.manual_seed(seed)
        try:
            yield folder
        finally:
            torch.set_default_dtype(before[0])
            np.random.set_state(before[1])  # noqa: NPY002
