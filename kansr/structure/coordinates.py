"""Coordinates: inputs that the gradients show to enter as one, such as `a - b` or `a b / c`, become one input.

A law with a coordinate in it is a law of fewer inputs, and its curves over the coordinate are the law's own: cos(k d)
of a product, or anything of a difference that stands in several places. The gradients of the dense networks say which
inputs these are (translation, scale and rotation symmetry: Udrescu and Tegmark 2020); the search goes on with them, and
what it finds is put behind the coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from kansr.network.curves import Curve
from kansr.network.kan import KAN
from kansr.structure.front import Front, in_front
from kansr.structure.separability import Factor, Symmetry
from kansr.structure.surgery import Part, assembled, parts_of
from kansr.training.rows import Data, Rows

Named = Callable[[str], tuple[Curve, Tensor]]
"""Gives the curve of that name, such as `1/x`, and its parameters [1, size]."""

_SIGNS: dict[str, tuple[Literal["sum", "product", "squares"], int]] = {
    "{} + {}": ("sum", 1),
    "{} - {}": ("sum", -1),
    "{} * {}": ("product", 1),
    "{} / {}": ("product", -1),
    "{}^2 + {}^2": ("squares", 1),
}
_SMALLEST, _LARGEST, _SHARE = 0.01, 0.05, 0.5  # misfit up to which a pair is sure: a share of the networks' error
_NAMES = {1.0: "x", -1.0: "1/x", 0.5: "sqrt", -0.5: "1/sqrt"} | {
    s * n: "1/" * (s < 0) + f"x^{n}" for n in (2, 3, 4) for s in (1.0, -1.0)
}
_AWAY = 1e-3  # share of its largest size that an input must have everywhere to stand below a line


@dataclass(frozen=True, slots=True)
class Coordinate:
    """Inputs that enter as one: a sum of some with signs, a product with exponents 1 and -1, or a sum of squares."""

    kind: Literal["sum", "product", "squares"]
    signs: tuple[tuple[int, int], ...]

    def values(self, x: Tensor) -> Tensor:
        """Give the coordinate [n] at rows x [n, i]."""
        parts = torch.stack([_part(self.kind, x[:, i], sign) for i, sign in self.signs])
        return parts.prod(0) if self.kind == "product" else parts.sum(0)

    def front(self, named: Named) -> Front:
        """Give the node that makes it."""
        into = []
        for i, sign in self.signs:
            curve, p = named({"product": "x" if sign > 0 else "1/x", "squares": "x^2", "sum": "x"}[self.kind])
            into.append((i, curve, curve.scaled(p, p.new_full((1, 1), sign)) if self.kind == "sum" else p))
        return Front("product" if self.kind == "product" else "sum", tuple(into))

    def text(self, names: Sequence[str]) -> str:
        """Write it."""
        first, *rest = self.signs
        plus, minus = ("*", "/") if self.kind == "product" else (" + ", " - ")
        square = "^2" if self.kind == "squares" else ""
        return names[first[0]] + square + "".join((plus if s > 0 else minus) + names[i] + square for i, s in rest)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coordinates:
    """Inputs that stay, coordinates of the others, and powers of inputs that the target is divided by.

    `unit` is the root mean square of the factor: errors of the divided target, in its units, are those of the target.
    """

    kept: tuple[int, ...]
    joined: tuple[Coordinate, ...] = ()
    factors: tuple[Factor, ...] = ()
    unit: float = 1.0

    def data(self, data: Data) -> Data:
        """Give the rows as a network of the coordinates sees them."""
        return Data(train=self._rows(data.train), validation=self._rows(data.validation))

    def _rows(self, rows: Rows) -> Rows:
        columns = [*(rows.x[:, i] for i in self.kept), *(c.values(rows.x) for c in self.joined)]
        x = torch.stack(columns, -1)
        if not self.factors:
            return replace(rows, x=x)
        factor = _product(self.factors, rows.x) / self.unit
        weight = factor.square() if rows.weight is None else factor.square() * rows.weight
        return Rows(x=x, y=rows.y / factor, weight=weight)

    def in_front(self, kan: KAN, named: Named, x: Tensor) -> KAN:
        """Give the network of the inputs x [n, i] themselves."""
        kan = in_front(kan, [*self.kept, *(c.front(named) for c in self.joined)], x)
        return _multiplied(kan, self.factors, self.unit, named) if self.factors else kan


def coordinates(
    symmetries: Sequence[Symmetry], factors: Sequence[Factor], used: Sequence[int], *, x: Tensor, error: float
) -> Coordinates | None:
    """Join the inputs of sure pairs, the surest first, and take out sure factors; None where nothing is sure.

    Parameters
    ----------
    symmetries
        Pairs of inputs that may enter as one, and the misfit of that.
    factors
        Powers of inputs that the target may be proportional to.
    used
        Inputs that matter.
    x
        Rows [n, i]: what stands below a line has no zero there.
    error
        Of the networks that the misfits were read from: it blurs them.
    """
    limit = min(max(_SHARE * error, _SMALLEST), _LARGEST)
    taken = [f for f in factors if f.misfit <= limit and _divides(x[:, f.input], f.power)][: len(used) - 1]
    left = [i for i in used if all(i != f.input for f in taken)]
    groups: list[Coordinate] = []
    for pair in sorted(symmetries, key=lambda s: s.misfit):
        kind, sign = _SIGNS[pair.coordinate]
        if pair.misfit <= limit and set(pair.inputs) <= set(left):
            groups = _joined(groups, kind, pair.inputs, sign)
    groups = [g for g in map(_upright, groups) if _has_values(g, x)]
    if not groups and not taken:
        return None
    inside = {i for g in groups for i, _ in g.signs}
    unit = float(_product(taken, x).square().mean().sqrt()) if taken else 1.0
    kept = tuple(i for i in left if i not in inside)
    return Coordinates(kept=kept, joined=tuple(groups), factors=tuple(taken), unit=unit)


def _product(factors: Sequence[Factor], x: Tensor) -> Tensor:
    return torch.stack([_power(x[:, f.input], f.power) for f in factors]).prod(0)


def _power(x: Tensor, power: float) -> Tensor:
    return x.abs() ** power if power != round(power) else x**power


def _multiplied(kan: KAN, factors: Sequence[Factor], unit: float, named: Named) -> KAN:
    """Multiply the output of a network by powers of inputs, over `unit`."""
    shape, parts, kinds = kan.graph, parts_of(kan), [*kan.graph.kinds]
    lower, upper, root = kan.lower, kan.upper, shape.output
    if shape.kind(root) != "product":
        line, p = named("x")
        parts.append(Part(root, root + 1, line, p.to(kan.theta)))
        kinds.append("product")
        one = torch.ones_like(lower[:, :1])
        lower, upper, root = torch.cat([lower, -one], -1), torch.cat([upper, one], -1), root + 1
    for n, f in enumerate(factors):
        curve, p = named(_NAMES[f.power])
        p = p.to(kan.theta)
        twin = next((q for q in parts if (q.source, q.target) == (f.input, root)), None)
        assert twin is None  # an input that was divided by is none of the network's
        parts.append(Part(f.input, root, curve, p if n else curve.scaled(p, p.new_full((1, 1), 1 / unit))))
    return assembled(shape.inputs, kinds, parts, lower, upper)


def _joined(
    groups: list[Coordinate], kind: Literal["sum", "product", "squares"], inputs: tuple[int, int], sign: int
) -> list[Coordinate]:
    """Add a pair to the groups: to those that its inputs are in, where these are of its kind and do not contradict."""
    near = [g for g in groups if {i for i, _ in g.signs} & set(inputs)]
    if any(g.kind != kind for g in near):
        return groups
    a, b = (next((g for g in near if i in dict(g.signs)), Coordinate(kind, ((i, 1),))) for i in inputs)
    if a is b:
        return groups
    turn = dict(a.signs)[inputs[0]] * sign * dict(b.signs)[inputs[1]]
    new = Coordinate(kind, tuple(sorted([*a.signs, *((i, s * turn) for i, s in b.signs)])))
    return [*(g for g in groups if g not in near), new]


def _upright(group: Coordinate) -> Coordinate:
    """Give the first input the sign 1."""
    turn = group.signs[0][1]
    return replace(group, signs=tuple((i, s * turn) for i, s in group.signs))


def _has_values(group: Coordinate, x: Tensor) -> bool:
    below = [i for i, sign in group.signs if sign < 0] if group.kind == "product" else []
    return all(_is_away(x[:, i]) for i in below)


def _divides(x: Tensor, power: float) -> bool:
    return _is_away(x) and (power == round(power) or bool((x > 0).all()))


def _is_away(x: Tensor) -> bool:
    return bool(x.abs().min() > _AWAY * x.abs().max()) and bool((x > 0).all() | (x < 0).all())


def _part(kind: str, x: Tensor, sign: int) -> Tensor:
    if kind == "squares":
        return x.square()
    return x**sign if kind == "product" else sign * x
