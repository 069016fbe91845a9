"""Coordinates: inputs that the gradients show to enter as one, such as `a - b` or `a b / c`, become one input.

A law with a coordinate in it is a law of fewer inputs, and its curves over the coordinate are the law's own: cos(k d)
of a product, or anything of a difference that stands in several places. The gradients of the dense networks say which
inputs these are (translation and rotation symmetry: Udrescu and Tegmark 2020), and which inputs may be multiplied by
powers of a number so that the output is, too. Most laws of physics may be so for each unit that their columns are in,
also where no unit is given: each such scaling makes one input less (Buckingham 1914, from the data alone). The search
goes on with the coordinates, and what it finds is put behind them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Literal, Protocol

from kansr.network.curves import Curve
from kansr.network.kan import KAN
from kansr.structure.front import Front, in_front
from kansr.structure.separability import Slopes, Symmetry
from kansr.structure.surgery import Part, assembled, parts_of
from kansr.tensors import Tensor, torch
from kansr.training.rows import Data, Rows

Kind = Literal["sum", "product", "squares"]


class Named(Protocol):
    """Gives the curve of a name, such as `1/x`, times a factor, and its parameters [1, size]."""

    def __call__(self, name: str, factor: float = 1.0) -> tuple[Curve, Tensor]:
        """Give the curve and its parameters."""
        ...


_SIGNS: dict[str, tuple[Kind, int]] = {
    "{} + {}": ("sum", 1),
    "{} - {}": ("sum", -1),
    "{}^2 + {}^2": ("squares", 1),
}
_SMALLEST, _LARGEST, _SHARE = 0.01, 0.05, 0.5  # misfit up to which a symmetry is sure: a share of the networks' error
_SINGULAR, _ZERO = 2.0, (0.02, 0.1)  # singular values that count as zero: the networks' error so many times, and limits
_CHOICES = 2  # ways to scale that are tried where one input is left
_HALVES = 0.08  # how far a power may be from a multiple of 1/2
_BLURRED, _MOST, _TRIED = 0.6, 20_000, 100  # the same under noise where one input is left; ways there are, and tried
_DEGREE, _BITS = 8, 4.0  # of the polynomial that tells how good a way is; price of a power of one
_AWAY = 1e-3  # share of its largest size that an input must have everywhere to be scaled by
_NAMES = {1.0: "x", -1.0: "1/x", 0.5: "sqrt", -0.5: "1/sqrt", 1.5: "x^(3/2)"} | {
    s * n: "1/" * (s < 0) + f"x^{n}" for n in (2, 3, 4) for s in (1.0, -1.0)
}
"""Powers of inputs, and the names of their curves."""


@dataclass(frozen=True, slots=True)
class Coordinate:
    """Inputs that enter as one: a sum of some with signs, a product of powers, or a sum of squares."""

    kind: Kind
    powers: tuple[tuple[int, float], ...]

    def values(self, x: Tensor) -> Tensor:
        """Give the coordinate [n] at rows x [n, i]."""
        if self.kind == "product":
            return product_of(self.powers, x)
        return torch.stack([x[:, i].square() if self.kind == "squares" else s * x[:, i] for i, s in self.powers]).sum(0)

    def front(self, named: Named) -> Front:
        """Give the node that makes it."""
        into = []
        for i, power in self.powers:
            name = {"product": _NAMES.get(power, "x"), "squares": "x^2", "sum": "x"}[self.kind]
            into.append((i, *named(name, power if self.kind == "sum" else 1.0)))
        return Front("product" if self.kind == "product" else "sum", tuple(into))


def product_of(powers: Sequence[tuple[int, float]], x: Tensor) -> Tensor:
    """Give a product of powers [n] of the inputs x [n, i]."""
    parts = [x[:, i].abs() ** p if p != round(p) else x[:, i] ** p for i, p in powers]
    return torch.stack([torch.ones_like(x[:, 0]), *parts]).prod(0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coordinates:
    """Inputs that stay, coordinates of the others, and a product of powers of inputs that the target is divided by.

    `unit` is the root mean square of that factor: errors of the divided target, in its units, are those of the target.
    """

    kept: tuple[int, ...]
    joined: tuple[Coordinate, ...] = ()
    factor: tuple[tuple[int, float], ...] = ()
    unit: float = 1.0

    def data(self, data: Data) -> Data:
        """Give the rows as a network of the coordinates sees them."""
        return Data(train=self._rows(data.train), validation=self._rows(data.validation))

    def seen(self, x: Tensor) -> Tensor:
        """Give the values [n, k] of the coordinates at rows x [n, i]."""
        return torch.stack([*(x[:, i] for i in self.kept), *(c.values(x) for c in self.joined)], -1)

    def slopes(self, slopes: Slopes) -> Slopes:
        """Give the gradients by the coordinates, where these are sums: each input's says the same."""
        parts = [slopes.gradient[..., i] for i in self.kept]
        for c in self.joined:
            size = [
                2 * slopes.x[:, i] if c.kind == "squares" else torch.full_like(slopes.x[:, i], s) for i, s in c.powers
            ]
            both = zip(c.powers, size, strict=True)
            top = torch.stack([slopes.gradient[..., i] * by for (i, _), by in both]).sum(0)
            parts.append(top / torch.stack(size).square().sum(0).clamp(min=1e-30))
        return slopes._replace(x=self.seen(slopes.x), gradient=torch.stack(parts, -1))

    def _rows(self, rows: Rows) -> Rows:
        x = self.seen(rows.x)
        if not self.factor:
            return replace(rows, x=x)
        factor = product_of(self.factor, rows.x) / self.unit
        weight = factor.square() if rows.weight is None else factor.square() * rows.weight
        return Rows(x=x, y=rows.y / factor, weight=weight)

    def in_front(self, kan: KAN, named: Named, x: Tensor) -> KAN:
        """Give the network of the inputs x [n, i] themselves."""
        kan = in_front(kan, [*self.kept, *(c.front(named) for c in self.joined)], x)
        return _multiplied(kan, self.factor, self.unit, named) if self.factor else kan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Twice:
    """Coordinates of coordinates."""

    first: Coordinates
    then: Coordinates

    def data(self, data: Data) -> Data:
        """See `Coordinates.data`."""
        return self.then.data(self.first.data(data))

    def in_front(self, kan: KAN, named: Named, x: Tensor) -> KAN:
        """See `Coordinates.in_front`."""
        return self.first.in_front(self.then.in_front(kan, named, self.first.seen(x)), named, x)


def coordinates(
    symmetries: Sequence[Symmetry], slopes: Slopes, used: Sequence[int], *, rows: Rows, error: float
) -> list[Coordinates | Twice]:
    """Join the inputs of sure sums and differences, and take out scalings: every way that is sure, the shortest first.

    Parameters
    ----------
    symmetries
        Pairs of inputs that may enter as one, and the misfit of that.
    slopes
        What scalings are read from.
    used
        Inputs that matter.
    rows
        What is divided by has no zero there.
    error
        Of the networks that all this was read from: it blurs them.
    """
    limit = min(max(_SHARE * error, _SMALLEST), _LARGEST)
    groups: list[Coordinate] = []
    for pair in sorted(symmetries, key=lambda s: s.misfit):
        kind, sign = _SIGNS.get(pair.coordinate, ("product", 1))
        if pair.misfit <= limit and kind != "product":
            groups = _joined(groups, kind, pair.inputs, sign)
    tolerance = min(max(_SINGULAR * error, _ZERO[0]), _ZERO[1])
    if not groups:
        return [*_scaled(slopes, used, rows, tolerance)]
    groups = [_upright(g) for g in groups]
    inside = {i for g in groups for i, _ in g.powers}
    own = Coordinates(kept=tuple(i for i in used if i not in inside), joined=tuple(groups))
    seen = replace(rows, x=own.seen(rows.x))
    scaled = _scaled(own.slopes(slopes), range(seen.x.shape[-1]), seen, tolerance)
    return [*(Twice(first=own, then=then) for then in scaled), own]


def _scaled(slopes: Slopes, used: Sequence[int], rows: Rows, tolerance: float) -> list[Coordinates]:
    """Make the inputs products that no scaling changes; the target is divided by one that changes as it does.

    Each scaling takes one input, by whose powers the others are divided: of all choices, the one that leaves least of
    the target's spread, and of these the one of smallest powers. Where one input is left, which is read in a moment,
    the best few: one of them shows the law's own function. There noise may have moved a power by a half: all that are
    near are tried on the rows.
    """
    basis, x = slopes.scalings(used, tolerance), rows.x
    away = [n for n, i in enumerate(used) if _is_away(x[:, i])]
    for count in range(min(len(basis), len(used) - 1), 0, -1):
        single = count == len(used) - 1
        blur = _BLURRED if single and tolerance > _ZERO[0] else 0.0
        tried = [t for pivots in combinations(away, count) for t in _without(basis, used, pivots, slopes, blur)]
        if blur:  # in bits, as formulas are compared: what the rows say, and how long the powers are
            bits = (rows.count * math.log2(_misfit(c, rows)) + _BITS * cost for (_, cost), c in tried)
            tried = [((score, 0.0), c) for score, (_, c) in zip(bits, tried, strict=True)]
        ranked = sorted(tried, key=lambda t: t[0])
        if ranked:
            best = [c for _, c in ranked[: _CHOICES if single else 1]]
            return [replace(c, unit=float(product_of(c.factor, x).square().mean().sqrt())) for c in best]
    return []


def _misfit(own: Coordinates, rows: Rows) -> float:
    """Root mean square of what a polynomial of the only coordinate, times the factor, leaves of the target."""
    z = own.seen(rows.x)[:, 0]
    z = 2 * (z - z.min()) / (z.max() - z.min()).clamp(min=1e-300) - 1
    design = product_of(own.factor, rows.x)[:, None] * torch.stack([z**k for k in range(_DEGREE + 1)], -1)
    w = torch.ones_like(z) if rows.weight is None else rows.weight.sqrt()
    design, y = w[:, None] * design, w * rows.y
    solution = torch.linalg.lstsq(design, y[:, None]).solution[:, 0]
    return float((y - design @ solution).square().mean().sqrt().nan_to_num(nan=torch.inf).clamp(min=1e-300))


def _without(
    basis: Tensor, used: Sequence[int], pivots: Sequence[int], slopes: Slopes, blur: float
) -> list[tuple[tuple[float, float], Coordinates]]:
    """Divide by powers of the inputs at `pivots`, in each way that is within `blur` of what the slopes say.

    Of each: the spread that is left, the sum of the powers, the coordinates.
    """
    found = torch.linalg.pinv(basis[:, list(pivots)]) @ basis  # combinations of scalings that scale one pivot each
    unit = torch.eye(len(pivots), dtype=found.dtype, device=found.device)
    if not bool(torch.isfinite(found).all()) or float((found[:, list(pivots)] - unit).abs().max()) > _HALVES:
        return []
    others = [n for n in range(found.shape[1]) if n not in pivots]
    ways = []
    for some in _halves(found[:, others], blur):
        exact = torch.zeros_like(found)
        exact[:, list(pivots)], exact[:, others] = unit, some
        ways.append(_divided(exact, used, pivots, slopes))
    return [way for way in ways if way is not None]


def _halves(powers: Tensor, blur: float) -> list[Tensor]:
    """Multiples of 1/2 near some powers [k, n]: the nearest, if they are near; with a blur all that are within it."""
    nearest = (2 * powers).round() / 2
    if not blur:
        return [nearest] if float((powers - nearest).abs().max()) <= _HALVES else []
    flat = powers.flatten().tolist()
    options = [[h / 2 for h in range(-8, 9) if abs(h / 2 - p) <= blur] for p in flat]
    if math.prod(map(len, options)) > _MOST:
        return [nearest]
    ways = sorted(product(*options), key=lambda way: math.dist(way, flat))
    return [powers.new_tensor(way).reshape(powers.shape) for way in ways[:_TRIED]]


def _divided(
    exact: Tensor, used: Sequence[int], pivots: Sequence[int], slopes: Slopes
) -> tuple[tuple[float, float], Coordinates] | None:
    """Divide by these powers [k, n] of the inputs at `pivots`."""
    x = slopes.x
    others = [n for n in range(len(used)) if n not in pivots]
    powers = {n: [(used[p], -float(exact[k, n])) for k, p in enumerate(pivots) if exact[k, n]] for n in others}
    factor = tuple((used[p], float(exact[k, -1])) for k, p in enumerate(pivots) if exact[k, -1])
    every = [*(q for of in powers.values() for q in of), *factor]
    if any(p not in _NAMES or (p != round(p) and float(x[:, i].min()) <= 0) for i, p in every):
        return None
    joined = tuple(Coordinate("product", ((used[n], 1.0), *of)) for n, of in powers.items() if of)
    kept = tuple(used[n] for n, of in powers.items() if not of)
    cost = sum(abs(p) * (1.0 if p == round(p) else 2.0) for _, p in every)
    left = slopes.value[0] / product_of(factor, x) if slopes.value is not None else x[:, 0]
    spread = float(left.std() / left.square().mean().sqrt().clamp(min=1e-300))
    return (round(spread, 1), cost), Coordinates(kept=kept, joined=joined, factor=factor)


def _multiplied(kan: KAN, factor: Sequence[tuple[int, float]], unit: float, named: Named) -> KAN:
    """Multiply the output of a network by powers of inputs, over `unit`."""
    shape, parts, kinds = kan.graph, parts_of(kan), [*kan.graph.kinds]
    lower, upper, root = kan.lower, kan.upper, shape.output
    taken = {p.source for p in parts if p.target == root}
    if shape.kind(root) != "product" or taken & {i for i, _ in factor}:
        line, p = named("x")
        parts.append(Part(root, root + 1, line, p.to(kan.theta)))
        kinds.append("product")
        one = torch.ones_like(lower[:, :1])
        lower, upper, root = torch.cat([lower, -one], -1), torch.cat([upper, one], -1), root + 1
    for n, (i, power) in enumerate(factor):
        curve, p = named(_NAMES[power], 1.0 if n else 1 / unit)
        parts.append(Part(i, root, curve, p.to(kan.theta)))
    return assembled(shape.inputs, kinds, parts, lower, upper)


def _joined(groups: list[Coordinate], kind: Kind, inputs: tuple[int, int], sign: int) -> list[Coordinate]:
    """Add a pair to the groups: to those that its inputs are in, where these are of its kind and do not contradict."""
    near = [g for g in groups if {i for i, _ in g.powers} & set(inputs)]
    if any(g.kind != kind for g in near):
        return groups
    a, b = (next((g for g in near if i in dict(g.powers)), Coordinate(kind, ((i, 1.0),))) for i in inputs)
    if a is b:
        return groups
    turn = dict(a.powers)[inputs[0]] * sign * dict(b.powers)[inputs[1]]
    new = Coordinate(kind, tuple(sorted([*a.powers, *((i, s * turn) for i, s in b.powers)])))
    return [*(g for g in groups if g not in near), new]


def _upright(group: Coordinate) -> Coordinate:
    """Give the first input the sign 1."""
    turn = group.powers[0][1]
    return replace(group, powers=tuple((i, s * turn) for i, s in group.powers))


def _is_away(x: Tensor) -> bool:
    """Whether an input keeps its sign and stays away from zero."""
    return bool(x.abs().min() > _AWAY * x.abs().max()) and bool((x > 0).all() | (x < 0).all())
