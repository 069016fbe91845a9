"""Small tables, drawn at random: 5 to 60 rows, 1 to 4 columns, and what befalls tables of people.

A table is told by a seed and its number. It knows the truth: the law's values on its rows, how far noise and rounding
move each of them, and the same on fresh rows in its hull, which no fit sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.benchmarks.small_laws import FAMILIES, Family, Law

Array = NDArray[np.float64]
Draw = np.random.Generator

ROWS = (5, 60)
FRESH = 300
NOISE = (0.0, 0.02, 0.1, 0.3)  # standard deviations, as shares of that of the target
TWISTS = (
    "replicates", "rounded", "digits", "spike", "decades", "collinear", "dummy", "whole-columns", "few-levels",
)  # fmt: skip
PLAIN = 0.4  # share of tables without a twist
TRIES = 200
LEAST_MOVE = 1e-9  # share of its size that a law moves at least, unless it is a constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """How a column is drawn."""

    low: float
    high: float
    how: str  # uniform, log, grid, whole or levels

    def values(self, rng: Draw, rows: int) -> Array:
        """Draw values [rows]."""
        if self.how == "log":
            return np.exp(rng.uniform(np.log(self.low), np.log(self.high), rows))
        if self.how == "whole":
            return rng.integers(int(self.low), int(self.high) + 1, rows).astype(float)
        if self.how == "levels":
            return rng.choice(np.linspace(self.low, self.high, int(rng.integers(2, 6))), rows)
        return rng.uniform(self.low, self.high, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A table and its truth.

    Parameters
    ----------
    x, y
        What a fit sees: rows [n, columns], target [n].
    truth, sigma
        The law on these rows [n], and the standard deviation of what noise and rounding add to it [n].
    fresh, fresh_truth
        Rows [m, columns] in the hull of the table, and the law there [m].
    digits
        What the target is rounded to: 0 for whole numbers, k for k digits, None where it is not.
    """

    index: int
    family: str
    law: Law
    twist: str
    noise: float
    relative: bool
    x: Array
    y: Array
    truth: Array
    sigma: Array
    fresh: Array
    fresh_truth: Array
    digits: int | None

    @property
    def group(self) -> str:
        return FAMILIES[self.family].group

    @property
    def name(self) -> str:
        """Number, family, noise and twist in a word."""
        parts = [f"{self.index}", self.family, f"{self.noise:g}{'r' if self.relative else ''}", self.twist or "plain"]
        return "-".join(parts)

    @property
    def is_exact(self) -> bool:
        """Whether the target is the law itself, to the last bit."""
        return bool(np.array_equal(self.y, self.truth))

    @property
    def spread(self) -> float:
        """Standard deviation of the law on the rows; its size where it does not move."""
        return float(np.std(self.truth)) or float(np.abs(self.truth).max()) or 1.0

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the table can be asked for by."""
        return tuple(word for word in (self.family, self.group, self.twist or "plain") if word)

    def frame(self) -> pd.DataFrame:
        """Give the table as a fit gets it."""
        return pd.DataFrame(self.x, columns=[f"x{i + 1}" for i in range(self.x.shape[1])]).assign(y=self.y)


def draw(seed: int, index: int) -> Drawn:
    """Draw one table: the families take turns, all else is by chance."""
    rng = np.random.default_rng([seed, index])
    name = tuple(FAMILIES)[index % len(FAMILIES)]
    for _ in range(TRIES):
        drawn = _tried(rng, index, name)
        if drawn is not None:
            return drawn
    raise RuntimeError(f"no table {index} of seed {seed} could be drawn from {name}")


def _tried(rng: Draw, index: int, name: str) -> Drawn | None:
    """Draw a table; None if it shows nothing of its law."""
    family = FAMILIES[name]
    twist = _twist(rng, family, name)
    columns = _columns(rng, family, twist)
    rows = int(np.exp(rng.uniform(np.log(ROWS[0]), np.log(ROWS[1] + 1))))
    base = _base(rng, columns, rows, twist == "replicates")
    law = family.make(rng, [(c.low, c.high) for c in columns])
    inner = _inside(rng, columns, base)
    inner = inner[~_in_a_gap(inner[:, 0], base[:, 0], law.jumps)]
    if not _shows(law, base, inner, name):
        return None
    if twist == "rounded":
        law = law.times(float(f"{rng.uniform(3, 300) / np.std(law.values(base)):.3g}"))
    x, fresh = _with_extras(rng, base, inner, twist)
    level = 0.0 if name == "constant" else 1.0 if name == "chance" else float(rng.choice(NOISE, p=(0.4, 0.2, 0.2, 0.2)))
    drawn = Drawn(
        index=index,
        family=name,
        law=law,
        twist=twist,
        noise=level,
        relative=bool(0 < level < 1 and rng.random() < 0.5),
        x=x,
        y=law.values(base),
        truth=law.values(base),
        sigma=np.zeros(rows),
        fresh=fresh,
        fresh_truth=law.values(inner),
        digits={"rounded": 0, "digits": int(rng.integers(2, 4))}.get(twist),
    )
    drawn = _measured(rng, drawn)
    return drawn if name == "constant" or len(np.unique(drawn.y)) > 2 or name == "step" else None


def _twist(rng: Draw, family: Family, name: str) -> str:
    """Draw what befalls a table, of what may befall its family; an empty text is nothing."""
    barred = {"rounded", "digits", "spike", "decades"} if name in ("constant", "step", "chance") else set()
    choices = [twist for twist in TWISTS if twist not in barred | {"decades"}]
    choices += ["decades"] * 4 if family.wide and "decades" not in barred else []  # few families bend over decades
    return "" if rng.random() < PLAIN else str(rng.choice(choices))


def _columns(rng: Draw, family: Family, twist: str) -> list[Column]:
    """Draw the columns that the law is of."""
    most = 3 if twist in ("collinear", "dummy") else 4
    count = min(most, max(family.least, int(rng.choice([1, 2, 3, 4], p=(0.5, 0.25, 0.15, 0.1)))))
    layout = str(rng.choice(["uniform", "log", "grid"]))
    columns = [_column(rng, family.positive, layout) for _ in range(count)]
    if twist == "decades":
        for i in range(int(rng.integers(1, count + 1))):
            wide = 10.0 ** int(rng.integers(-6, 2))
            columns[i] = Column(low=wide, high=wide * 1e10, how="log")
    if twist == "whole-columns":
        columns = [Column(low=1, high=int(rng.integers(4, 31)), how="whole") for _ in columns]
    if twist == "few-levels":
        columns[-1] = replace(columns[-1], how="levels")
    return columns


def _column(rng: Draw, positive: bool, layout: str) -> Column:
    scale = 10.0 ** rng.uniform(-1, 2)
    if positive or layout == "log" or rng.random() < 0.5:
        return Column(low=float(scale * rng.uniform(0.05, 0.5)), high=float(scale * rng.uniform(1.5, 5)), how=layout)
    return Column(low=-float(scale), high=float(scale * rng.uniform(0.5, 1.5)), how=layout)


def _base(rng: Draw, columns: Sequence[Column], rows: int, replicates: bool) -> Array:
    """Draw rows [rows, columns]: each column by itself, or a designed crossing of lines."""
    if replicates:
        distinct = _base(rng, columns, max(3, rows // 3), False)
        return distinct[np.arange(rows) % len(distinct)]
    if all(column.how == "grid" for column in columns):
        lines = int(np.ceil(rows ** (1 / len(columns)) - 1e-9))
        crossed = np.array(list(product(*(np.linspace(c.low, c.high, lines) for c in columns))))
        return crossed[np.sort(rng.permutation(len(crossed))[:rows])]
    return np.column_stack([column.values(rng, rows) for column in columns])


def _inside(rng: Draw, columns: Sequence[Column], base: Array) -> Array:
    """Draw rows [FRESH, columns] between the table's: mixtures of a few of them, in logarithms where they are drawn so.

    What takes whole numbers or a few levels takes these here, too: between them a table tells nothing.
    """
    corners = rng.integers(len(base), size=(FRESH, len(columns) + 1))
    weights = rng.dirichlet(np.ones(len(columns) + 1), FRESH)
    mixed = []
    for column, values in zip(columns, base.T, strict=True):
        scale = np.log(values) if column.how == "log" else values
        inner = np.clip((scale[corners] * weights).sum(1), scale.min(), scale.max())
        inner = np.exp(inner) if column.how == "log" else np.round(inner) if column.how == "whole" else inner
        mixed.append(values[corners[:, 0]] if column.how == "levels" else inner)
    return np.column_stack(mixed)


def _in_a_gap(inner: Array, base: Array, jumps: Sequence[float]) -> NDArray[np.bool_]:
    """Say which values [m] lie between the two of the table that enclose a jump."""
    gap = np.zeros(len(inner), dtype=bool)
    for jump in jumps:
        below, above = base[base < jump].max(initial=-np.inf), base[base > jump].min(initial=np.inf)
        gap |= (inner > below) & (inner < above)
    return gap


def _shows(law: Law, base: Array, inner: Array, name: str) -> bool:
    """Whether a law has values on all rows, and moves."""
    if not len(inner):
        return False
    with np.errstate(all="ignore"):
        values, between = law.values(base), law.values(inner)
    if not (np.isfinite(values).all() and np.isfinite(between).all()):
        return False
    return name in ("constant", "chance") or float(np.std(values)) > LEAST_MOVE * float(np.abs(values).max())


def _with_extras(rng: Draw, base: Array, inner: Array, twist: str) -> tuple[Array, Array]:
    """Add a column that follows the first one, or columns that the law does not know; on fresh rows alike."""
    if twist == "collinear":
        a, b = rng.uniform(0.5, 3), rng.uniform(-2, 2) * np.ptp(base[:, 0])
        apart = float(rng.choice([0, 0.01])) * np.ptp(base[:, 0])
        follows = [a * part[:, :1] + b + apart * rng.standard_normal((len(part), 1)) for part in (base, inner)]
        return np.hstack([base, follows[0]]), np.hstack([inner, follows[1]])
    if twist == "dummy":
        count = int(rng.integers(1, 5 - base.shape[1]))
        dummies = rng.uniform(-1, 1, (len(base), count))
        between = rng.uniform(dummies.min(0), dummies.max(0), (len(inner), count))
        return np.hstack([base, dummies]), np.hstack([inner, between])
    return base, inner


def _measured(rng: Draw, drawn: Drawn) -> Drawn:
    """Give the table as it is measured: with noise, an outlier, or rounded."""
    truth = drawn.truth
    sizes = np.abs(truth).clip(min=1e-3 * np.abs(truth).max()) if drawn.relative else np.full(len(truth), drawn.spread)
    sigma = drawn.noise * sizes
    y = truth + sigma * rng.standard_normal(len(truth)) if drawn.noise else truth.copy()
    if drawn.twist == "spike":
        y[rng.integers(len(y))] += rng.choice([-1, 1]) * 10 ** rng.uniform(1.5, 4) * drawn.spread
    if drawn.digits is not None:
        unit = last_digit(y, drawn.digits)
        y, sigma = np.round(y / unit) * unit, np.hypot(sigma, unit / np.sqrt(12))
        y = y if drawn.digits == 0 else np.array([float(f"{value:.{drawn.digits}g}") for value in y])
    return replace(drawn, y=y, sigma=sigma)


def last_digit(values: Array, digits: int) -> Array:
    """Give one unit of the last digit that is kept of each value [n]; 0 digits are whole numbers."""
    if digits == 0:
        return np.ones(len(values))
    size = np.abs(values)
    size = np.where(size > 0, size, size[size > 0].min(initial=1.0))
    return np.asarray(10.0 ** (np.floor(np.log10(size)) - digits + 1))
