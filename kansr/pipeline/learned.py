"""What learning more rows did, as numbers and in sentences: what was learned, what moved, what it did to the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kansr.formula.formula import Formula
from kansr.formula.formula import predict as predict_formula
from kansr.network.kan import KAN
from kansr.network.locality import Moved
from kansr.network.sweep import predict
from kansr.pipeline.problem import Problem
from kansr.pipeline.solve import Solution
from kansr.table import Table
from kansr.tensors import Tensor

_CONSISTENT = 2.0  # a formula is consistent with the network when its error is at most so many times the network's
_LITTLE = 0.3  # share of the error before that is left where little was learned
_LISTED = 4  # ranges of an edge that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How far the output moved at some earlier rows: at most, in the target's unit, and as a share of its spread."""

    rows: int
    largest: float
    share: float

    @classmethod
    def at(cls, x: Tensor, before: KAN, after: KAN, problem: Problem) -> Change:
        """Measure it at rows x [n, i], as the networks see them; with groups, on a row of average size."""
        largest = float((predict(after, x) - predict(before, x)).abs().max()) * problem.unit if len(x) else 0.0
        return cls(rows=len(x), largest=largest, share=largest / problem.scale)

    def sentence(self, which: str) -> str:
        """Say it of rows that are called `which`."""
        share = f" ({self.share:.2g} of the spread)" if self.largest else ""
        return f"{self.rows} {which}: the network changed by at most {self.largest:.3g}{share}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What learning more rows did.

    `before`, `after` and `unseen` are errors of the network on the new rows (RMSE, in the target's unit): before it,
    after it, and after it on those that were put aside to judge; `formula_before` is that of the earlier formula, None
    without one. `kept` are the earlier rows on the grids that no new rows surround, `beyond` those off the grids,
    `surrounded` the others, where the new rows decide. `edges` names the edges that moved, with `moved` in the same
    order; `free` counts the coefficients that could move.
    """

    source: str
    rows: int
    before: float
    after: float
    unseen: float
    formula_before: float | None
    kept: Change
    beyond: Change
    surrounded: Change
    free: int
    edges: tuple[str, ...]
    moved: tuple[Moved, ...]

    def sentences(self) -> Iterator[str]:
        """Say it."""
        missed = f"the network misses them by {self.after:.3g} RMSE, before by {self.before:.3g}"
        yield f"{self.source}: {self.rows} new rows; {missed}; those put aside to judge by {self.unseen:.3g}"
        if self.formula_before is not None:
            yield f"the earlier formula misses the new rows by {self.formula_before:.3g}"
        if not self.free:
            yield "nothing could be learned: earlier rows see every coefficient that the new ones see"
        elif self.after > _LITTLE * self.before:
            yield f"little could be learned with {self.free} free coefficients: kansr extend before this gives more"
        yield self.kept.sentence("earlier rows")
        if self.beyond.rows:
            yield self.beyond.sentence("earlier rows outside the grids, where curves were straight lines")
        if self.surrounded.rows:
            yield self.surrounded.sentence("earlier rows between new ones, which decide there")
        for edge, one in zip(self.edges, self.moved, strict=True):
            where = ", ".join(f"{a:.4g} to {b:.4g}" for a, b in one.ranges[:_LISTED])
            more = ", ..." if len(one.ranges) > _LISTED else ""
            yield f"{edge}: {one.coefficients} coefficients moved, on {where}{more}"


def miss(formula: Formula, rows: Table) -> float:
    """Give the RMSE of a formula on the rows of a table: not finite where it has no value at one of them."""
    columns = dict(zip(rows.features, rows.x.T, strict=True))
    with np.errstate(all="ignore"):
        left = predict_formula(formula, {name: columns[name] for name in formula.names.values()}) - rows.y
        return float(np.sqrt(np.mean(left**2)))


def inconsistent(solution: Solution) -> Iterator[str]:
    """Say so where no formula was found that comes near the network."""
    error, network = solution.formula.rmse.test, solution.network.rmse_test
    if solution.verdict == "approximation" and not error <= _CONSISTENT * network:
        yield (
            f"no formula was found that is consistent with the network: {error:.3g} RMSE on the test rows, the network "
            f"{network:.3g}. Its splines stay; kansr predict --network gives their values"
        )
