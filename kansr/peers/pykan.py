"""pykan (Liu et al. 2024), the KAN of the paper's authors: train, prune, train, refine, train, symbols, train."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from itertools import product
from typing import Any

import numpy as np
import torch

from kansr.errors import FormulaError
from kansr.files import scratch
from kansr.formula.names import symbols_of
from kansr.formula.text import to_text
from kansr.peers.engine import Answer, Array, Engine, Task, written
from kansr.progress import Clock

_HIDDEN, _GRID, _FINER, _STEPS, _PENALTY = 5, 3, 10, 50, 1e-3
_LIBRARY = ["x", "x^2", "x^3", "x^4", "exp", "log", "sqrt", "tanh", "sin", "abs"]
_ROWS = 50  # that show the curve of an edge when symbols are fitted to it
_SHARES = (0.2, 0.15, 0.15)  # of the time that is left, for the three trainings before the symbols
_SYMBOLS = 0.8  # of what is left then, for these
_FAILS = (ArithmeticError, LookupError, NameError, RuntimeError, TypeError, ValueError)  # with which pykan fails


def fit(task: Task) -> Answer:
    """Go the way of pykan's own introduction ("Hello, KAN!"), with its numbers.

    That is: width n,5,1, grid 3, cubic; 50 steps of L-BFGS with `lamb=0.001`; prune; 50 steps; refine to grid 10;
    50 steps; `auto_symbolic` over its ten functions; 50 steps. A training that does not end in its share of the time
    is ended between two steps. When the symbols do not end in theirs, there is no formula, and the network answers.

    The target is divided by its spread, so that the penalty weighs alike in every law, and the formula multiplied by it
    (`output_normalizer`): with the target as it is, I.6.2 of Feynman, of spread 0.04, became a straight line.

    Symbols are fitted to 50 rows: on 2000, one edge takes 23 seconds, on 50 a third of one, and the last training sees
    all rows again. The formula has all digits: the introduction prints four, which would only make it worse.
    """
    with _apart(task.seed) as folder:
        found = _Network(task, folder)
        found.train(_SHARES[0], penalty=_PENALTY)
        is_pruned = found.prune()
        found.train(_SHARES[1])
        found.refine()
        found.train(_SHARES[2])
        is_symbolic = found.to_symbols(found.clock.part(_SYMBOLS))
        if is_symbolic:
            found.train(1.0)
        formula = found.formula() if is_symbolic else None
    remarks = {"pruned": is_pruned, "symbolic": is_symbolic, "failed_trainings": found.failures}
    return Answer(predict=found.predict, formula=formula, remarks=remarks)


class _Network:
    """pykan's network, its rows and its clock. pykan copies the network at each change, so this one changes, too."""

    def __init__(self, task: Task, folder: str) -> None:
        from kan import KAN  # noqa: PLC0415

        self.columns, self.clock, self.failures = task.columns, Clock(task.seconds), 0
        self.scale = float(np.std(task.y)) or 1.0
        self.x, y = torch.from_numpy(task.x), torch.from_numpy(task.y / self.scale)[:, None]
        self.data = {"train_input": self.x, "train_label": y, "test_input": self.x[:_ROWS], "test_label": y[:_ROWS]}
        width = [len(task.columns), _HIDDEN, 1]
        self.kan: Any = KAN(width=width, grid=_GRID, k=3, seed=task.seed, ckpt_path=folder)

    def train(self, share: float, *, penalty: float = 0.0) -> None:
        """Take 50 steps, or as many as a share of the time allows.

        After pruning, a grid update can end in numbers that are none (on I.12.2 of Feynman it does). Training then goes
        on from the last good step without updates of the grid, as a user would try.
        """
        clock = self.clock.part(share)
        for updates in (True, False):
            if self._took_steps(clock, lamb=penalty, update_grid=updates):
                break
            self.failures += 1

    def _took_steps(self, clock: Clock, **settings: Any) -> bool:
        """Train until the clock is over; whether all went well. The network is then that of the last good step."""
        kan, good = self.kan, _state(self.kan)

        def watch() -> torch.Tensor:
            nonlocal good
            now = _state(kan)
            if not all(bool(value.isfinite().all()) for value in now.values()):
                raise FloatingPointError
            good = now
            if clock.over():
                raise _OverError
            return torch.zeros(())

        try:
            kan.fit(self.data, opt="LBFGS", steps=_STEPS, metrics=[watch], **settings)
            is_well = True
        except _OverError:
            is_well = True
        except _FAILS:
            is_well = False
        kan.load_state_dict(good)
        kan.save_act = kan.symbolic_enabled = True  # where `fit` puts them back when nothing ends it
        return is_well

    def prune(self) -> bool:
        """Remove nodes and edges; where pykan fails at that, as for networks without any edge left, all stay."""
        self.kan(self.x)
        try:
            smaller = self.kan.prune()
            smaller(self.x)
        except _FAILS:
            return False
        self.kan = smaller
        return True

    def refine(self) -> None:
        """Go to the finer grid."""
        self.kan(self.x)
        self.kan = self.kan.refine(_FINER)

    def to_symbols(self, clock: Clock) -> bool:
        """Do what `auto_symbolic` does, edge by edge; whether all edges became functions in time. If not, none is."""
        kan, before = self.kan, _state(self.kan)
        kan(self.x[:_ROWS])
        for layer in range(len(kan.width_in) - 1):
            for i, j in product(range(kan.width_in[layer]), range(kan.width_out[layer + 1])):
                if clock.over():
                    kan.load_state_dict(before)  # a network of which some edges are functions fits nothing
                    return False
                name = "0"
                if kan.act_fun[layer].mask[i][j] != 0:
                    name = kan.suggest_symbolic(layer, i, j, lib=_LIBRARY, verbose=False)[0]
                kan.fix_symbolic(layer, i, j, name, verbose=False, log_history=False)
        return True

    def formula(self) -> str | None:
        """Print the formula; None where a symbol has no real value."""
        symbols = list(symbols_of(self.columns).values())
        expression = self.kan.symbolic_formula(var=symbols, output_normalizer=[[0.0], [self.scale]])[0][0]
        try:
            return written(to_text(expression), self.columns)
        except FormulaError:
            return None

    def predict(self, x: Array) -> Array:
        """Values [n] at rows x [n, columns]."""
        with _float64(), torch.no_grad():
            return np.asarray(self.kan(torch.from_numpy(x))[:, 0].numpy() * self.scale)


def _state(kan: Any) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in kan.state_dict().items()}


class _OverError(Exception):
    """The time of a training is over."""


@contextmanager
def _apart(seed: int) -> Iterator[str]:
    """Give a folder for what pykan writes; silence what it prints, and put back the state of torch that it changes."""
    with ExitStack() as stack:
        folder = str(stack.enter_context(scratch()))
        stack.enter_context(redirect_stdout(io.StringIO()))
        stack.enter_context(redirect_stderr(io.StringIO()))
        stack.enter_context(torch.random.fork_rng(devices=[]))
        stack.enter_context(_float64())
        torch.manual_seed(seed)
        yield folder


@contextmanager
def _float64() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


ENGINE = Engine(
    name="pykan",
    says="pykan as its introduction shows it",
    fit=fit,
    needs=("kan", "torch", "matplotlib", "pandas", "sklearn", "tqdm", "yaml"),
)
