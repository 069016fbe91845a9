"""A table made ready: rows split, names made safe, tensors in units of the target's spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from kansr.errors import UsageError
from kansr.forms import Candidate
from kansr.formula.dimensions import TARGET, Quantities
from kansr.formula.named import named_constants
from kansr.formula.names import safe_names
from kansr.formula.shape import Shape
from kansr.formula.weighing import Weighing, size_of, weighed
from kansr.noise.digits import steps
from kansr.noise.model import Noise, kinds_for
from kansr.pipeline.groups import Groups, choose_groups, expression, values
from kansr.pipeline.wishes import obeys, shape_of
from kansr.recipe import Recipe
from kansr.symbolic.custom import rows_of
from kansr.symbolic.discover import Rows as UserRows
from kansr.symbolic.library import choose
from kansr.table import Split, Table, read_unit, split_table
from kansr.table.check import check_sizes, is_constant
from kansr.table.split import crossed, is_few, split_groups
from kansr.tensors import Tensor, torch
from kansr.training.rows import Data, Rows

Index = NDArray[np.int64]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What a fit works on.

    Parameters
    ----------
    names
        Safe name -> column, in the order of the columns.
    scale
        The spread of the target on the rows to fit.
    inside
        What the target is divided by inside: its spread; with groups, the spread of what the network sees.
    device
        Where the tensors are: on the device of the recipe, or where it was asked for.
    tensors
        Gives the tensors of the rows to fit and to choose by, always the same ones: made when a network first asks.
    rows
        The same rows in the user's units. Test rows are in neither.
    quantities
        Dimensions and units, where those of all columns and of the target are known.
    groups
        The monomials of the columns that the network sees instead of the columns, if it does.
    shape
        The shape that formulas must have, if any is wished.
    noise
        How all rows of the table scatter, as far as that is known.
    standing
        Forms of all rows that were found without a network, best first: formulas of few rows are judged beside them.
    """

    table: Table
    recipe: Recipe
    split: Split
    names: dict[str, str]
    scale: float
    inside: float
    device: str
    tensors: Callable[[], Data]
    rows: UserRows
    quantities: Quantities | None = None
    groups: Groups | None = None
    shape: Shape | None = None
    noise: Noise | None = None
    standing: tuple[Candidate, ...] = ()

    @classmethod
    def of(cls, table: Table, recipe: Recipe, split: Split | None = None, *, device: str | None = None) -> Problem:
        """Prepare a table, split as its recipe says or as given, on the device of the recipe or another one.

        Raises
        ------
        UsageError
            If the recipe names a function, a constant, a device, a width or a wish that cannot be.
        TableError
            If there are too few rows to split, or numbers whose squares are none.
        """
        choose(recipe.symbolic.functions, rows_of(recipe.symbolic.custom))
        _check_width(table, recipe)
        check_sizes(table)
        device = _device(recipe.device if device is None else device)
        split = split or _split(table, recipe)
        names = safe_names(table.features)
        index = _shuffled(split, recipe.seed)
        chosen = np.concatenate(index)
        scale = _scale(table.y[index[0]])
        columns = dict(zip(names, np.ascontiguousarray(table.x[chosen].T), strict=True))
        shape = shape_of(recipe.wishes, table, names, columns=columns, seed=recipe.seed)
        return cls(
            table=table,
            recipe=recipe,
            split=split,
            names=names,
            scale=scale,
            inside=scale,
            device=device,
            tensors=cache(partial(_data, table, index, scale, device=device)),
            rows=UserRows(
                columns=columns,
                y=table.y[chosen],
                allowed=obeys(shape),
                weighing=None if table.sigma is None else Weighing.of(table.sigma[chosen], table.absolute),
                named=named_constants(
                    recipe.symbolic.constants, recipe.symbolic.physical, {*names, *table.features, table.target}
                ),
            ),
            quantities=_quantities(table, names),
            shape=shape,
            noise=kinds_for(table.y, table.sigma, absolute=table.absolute, step=steps(table.y))[0],
        )

    def grouped(self, groups: Groups) -> Problem:
        """Give the same problem with a network that sees groups of columns."""
        table, index = self.table, _shuffled(self.split, self.recipe.seed)
        inside = _scale(groups.seen(table.x, table.y)[1][index[0]])
        return replace(
            self,
            inside=inside,
            tensors=cache(partial(_data, table, index, inside, device=self.device, groups=groups)),
            rows=replace(self.rows, inputs=groups.expressions(list(self.names))),
            groups=groups,
        )

    def to(self, device: str) -> Problem:
        """Give the same problem with its tensors on a device."""
        if self.device == device:
            return self
        return replace(self, device=device, tensors=cache(lambda: self.data.to(device)))

    def narrowed(self, columns: Sequence[str]) -> Problem:
        """Give the same problem with some of the columns only, in the order of the table."""
        features = self.table.features
        keep = [i for i, name in enumerate(features) if name in set(columns)]
        names = {safe: name for safe, name in self.names.items() if name in set(columns)}
        table = replace(
            self.table, features=tuple(features[i] for i in keep), x=np.ascontiguousarray(self.table.x[:, keep])
        )
        rows = replace(self.rows, columns={safe: self.rows.columns[safe] for safe in names})
        return replace(self, table=table, names=names, tensors=cache(lambda: self.data.columns(keep)), rows=rows)

    def scaled(self, inside: float) -> Problem:
        """Give the same problem with the target divided by another number inside: the one that a network knows."""
        index = _shuffled(self.split, self.recipe.seed)
        tensors = cache(partial(_data, self.table, index, inside, device=self.device, groups=self.groups))
        return replace(self, inside=inside, tensors=tensors)

    def find_groups(self) -> Groups | None:
        """Choose groups, where all units are known and no width is asked for."""
        if self.quantities is None or self.recipe.network.width is not None:
            return None
        x = np.column_stack(list(self.rows.columns.values()))
        groups = choose_groups(x, self.rows.y, self.quantities, list(self.names))
        return groups if groups is None or self._has_values(groups) else None

    def _has_values(self, groups: Groups) -> bool:
        """Whether groups have values on the test rows, too."""
        with np.errstate(all="ignore"):
            return all(bool(np.isfinite(part).all()) for part in groups.seen(self.table.x, self.table.y))

    @property
    def data(self) -> Data:
        """Tensors of the rows to fit and to choose by: nothing else of a problem needs torch."""
        return self.tensors()

    @property
    def size(self) -> float:
        """The spread of the target as formulas are compared: weighed where rows are, 1 where errors are relative."""
        if self.split.cross and self.noise is not None and self.noise.kind == "relative":
            return 1.0
        return min(self.scale, size_of(self.rows.y, self.rows.weighing))

    @property
    def chosen(self) -> Index:
        """Numbers of the rows that may choose, in the order of `rows`: those to fit, then those to choose by."""
        return np.concatenate(_shuffled(self.split, self.recipe.seed))

    @property
    def test(self) -> Rows:
        """The rows that nothing was chosen with; all rows where there are too few to put any aside."""
        return self.rows_at(self.split.test)

    def rows_at(self, index: Index) -> Rows:
        """Give some rows of the table, by number from 0, as the network sees them."""
        return _rows(self.table, index, self.inside, device=self.device, groups=self.groups)

    def outside(self, x: Array, network: Callable[[Tensor], Tensor]) -> Array:
        """Give the target [n] that a network says at columns x [n, features]."""
        with np.errstate(all="ignore"):
            seen = x if self.groups is None else self.groups.seen(x, np.ones(len(x)))[0]
            factor = 1.0 if self.groups is None else values(self.groups.factor, x)
            output = network(torch.from_numpy(np.ascontiguousarray(seen))).numpy()
            return np.asarray(output * self.inside * factor)

    @property
    def multiplier(self) -> sp.Expr:
        """What the network's output is multiplied by to be the target."""
        factor = 1 if self.groups is None else expression(self.groups.factor, list(self.names))
        return sp.Float(self.inside) * factor

    @property
    def factor(self) -> Array:
        """What the target of the network is multiplied by to be the target, [n] or 1, on the rows that may choose."""
        if self.groups is None:
            return np.ones(1)
        return values(self.groups.factor, np.column_stack(list(self.rows.columns.values())))

    @property
    def unit(self) -> float:
        """An error of one inside, in the target's unit: with groups, on a row of average size."""
        weight = 1.0 if self.rows.weighing is None else self.rows.weighing.weight
        return self.inside * float(np.sqrt(np.mean(weight * self.factor**2)))

    def seen(self, residual: Array) -> Array:
        """Turn residuals of the target [n], on the rows that may choose, into those of the network."""
        if self.rows.weighing is not None:
            return weighed(residual, self.rows.weighing) / self.unit
        return residual / (self.factor * self.inside)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What the network sees, by name: columns or groups."""
        return self.table.features if self.groups is None else self.groups.labels(list(self.names))

    @property
    def output(self) -> str:
        """What the network gives, by name."""
        target = self.table.target
        return target if self.groups is None else self.groups.target(target, list(self.names))


def _split(table: Table, recipe: Recipe) -> Split:
    """Deal the rows out; those of each group of rows by themselves, where there are groups."""
    if table.group is None:
        return split_table(table, recipe.seed, recipe.table.split)
    split = split_groups(table.group, recipe.seed, recipe.table.split)
    return crossed(split) if is_few(len(table), recipe.table.split) else split


def _quantities(table: Table, names: dict[str, str]) -> Quantities | None:
    """Read the units, if none is missing."""
    if not {*table.features, table.target} <= set(table.units):
        return None
    units = {name: read_unit(table.units[column], column) for name, column in (names | {TARGET: table.target}).items()}
    return Quantities(
        dimensions={name: unit.dimension for name, unit in units.items()},
        units={name: unit.symbols for name, unit in units.items()},
        sizes={name: unit.factor for name, unit in units.items()},
    )


def _scale(y: NDArray[np.float64]) -> float:
    """Spread of a target; its size where it is constant: the spread is then 0 or, by rounding, a little more."""
    size = float(np.abs(y).max()) or 1.0
    return size if is_constant(y) else size * float(np.std(y / size))  # squares of tiny numbers are zero


def _shuffled(split: Split, seed: int) -> tuple[Index, Index]:
    """Put the rows in a seeded order, so that the first of them are a sample."""
    rng = np.random.default_rng(seed)
    return rng.permutation(split.train), rng.permutation(split.validation)


def _data(
    table: Table, index: tuple[Index, Index], inside: float, *, device: str, groups: Groups | None = None
) -> Data:
    train, validation = (_rows(table, part, inside, device=device, groups=groups) for part in index)
    return Data(train=train, validation=validation)


def _rows(table: Table, index: Index, inside: float, *, device: str, groups: Groups | None) -> Rows:
    """Give some rows as a network sees them: columns or groups, and the target divided by `inside`."""
    x, y, sigma = table.x[index], table.y[index], None if table.sigma is None else table.sigma[index]
    if groups is not None:
        sigma = None if sigma is None else sigma / np.abs(values(groups.factor, x))
        x, y = groups.seen(x, y)
    weight = None if sigma is None else Weighing.of(sigma, table.absolute).weight
    return Rows(
        x=torch.from_numpy(np.ascontiguousarray(x)).to(device),
        y=torch.from_numpy(y / inside).to(device),
        weight=None if weight is None else torch.from_numpy(weight).to(device),
    )


def _check_width(table: Table, recipe: Recipe) -> None:
    width = recipe.network.width
    if width is not None and (width[0] != len(table.features) or width[-1] != 1):
        shown = ",".join(map(str, width))
        right = ",".join(map(str, (len(table.features), *width[1:-1], 1)))
        raise UsageError(
            f"width {shown} does not fit a table of {len(table.features)} features and one target",
            hint=f"try --width {right}, or none: then the data decide",
        )


def _device(name: str) -> str:
    """Give the name of a device that can be used; of the processor this is known without torch."""
    try:
        if name != "cpu":
            torch.zeros(1, device=torch.device(name))
    except (RuntimeError, AssertionError) as error:
        raise UsageError(f"device {name!r} cannot be used here", hint="--device cpu works everywhere") from error
    return name
