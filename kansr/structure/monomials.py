"""Monomial starts: laws that oscillate in a product or quotient of inputs, such as cos(k d) over several periods.

No gradient leads there from a random start. But u = prod x_i^e_i with exponents 1 and -1 can be laid down as it is;
then y = F(u) + sum A_i(x_i) and y = F(u) prod A_i(x_i) with a fine F are linear in F, and a least-squares solution for
each choice of exponents shows which come near.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from kansr.network.curves import Spline
from kansr.network.graph import Kind
from kansr.network.kan import KAN
from kansr.network.knots import with_margin
from kansr.network.sweep import forward
from kansr.progress import Clock
from kansr.structure.coordinates import Named
from kansr.structure.linear import coefficients, outer
from kansr.structure.race import Runner
from kansr.structure.space import Space
from kansr.structure.surgery import Part, assembled, constant, from_curve
from kansr.tensors import Tensor, torch

GRID = 32
_ROWS = 2000
_MOST = 5  # inputs of a monomial, at most
_STEPS = 30
_COARSE = 8  # grid of the curves beside the monomial while choices are ranked


def monomials(
    space: Space, used: Sequence[int], *, clock: Clock, named: Named | None = None, keep: int = 3
) -> list[Runner]:
    """Give the best `keep` networks with one node that multiplies inputs and reciprocals of inputs, best first.

    With `named`, these are functions, which leaves the rows to the other curves; else splines.
    """
    ranked = sorted(_ranked(space, used), key=lambda r: r[0])
    runners = []
    for _, inside, signs, outside in ranked[: 2 * keep]:
        beside = [i for i in used if outside == "product" or i not in inside]
        kan = outer(_laid(space, (inside, signs), beside, outside, named), space.data.train)
        runners.append(Runner(space.error(kan), space, kan).trained(kan, rows=_ROWS, steps=_STEPS, clock=clock))
    return sorted(runners, key=lambda r: r.error)[:keep]


def _ranked(space: Space, used: Sequence[int]) -> Iterator[tuple[float, list[int], tuple[int, ...], Kind]]:
    """Yield what F(u) alone leaves of the target (product) and of what a sum of curves leaves of it (sum)."""
    x, y, weight = space.data.train.x, space.data.train.y, space.data.train.weight
    weight = torch.ones_like(y) if weight is None else weight
    sums = torch.cat([_columns(x[:, i], _COARSE) for i in used], -1)
    targets: dict[Kind, Tensor] = {"product": y, "sum": y - _solved(sums, y, weight)}
    for inside in _subsets(used):
        for signs in _signs(x, inside):
            u = torch.stack([x[:, i] ** sign for i, sign in zip(inside, signs, strict=True)]).prod(0)
            columns = _columns(u, GRID)
            for outside, target in targets.items():
                left = (target - _solved(columns, target, weight)).square() * weight
                yield float(left.mean()), inside, signs, outside


def _columns(u: Tensor, grid: int) -> Tensor:
    """Splines over the range of values u [n]: [n, grid + 3]."""
    low, high = with_margin(u.amin()[None], u.amax()[None])
    return Spline(grid).design(u[None], low, high).value[0, :, 1:]


def _solved(columns: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Least squares of y [n] on columns [n, p]: its values [n]."""
    return columns @ coefficients(columns, y, weight)[0]


def _subsets(used: Sequence[int]) -> Iterator[list[int]]:
    """All inputs together, then all but one."""
    if 2 <= len(used) <= _MOST:
        yield list(used)
    if 3 <= len(used) <= _MOST + 1:
        yield from ([i for i in used if i != out] for out in used)


def _signs(x: Tensor, inside: Sequence[int]) -> list[tuple[int, ...]]:
    """Exponents of the inputs: the first is 1, and so is that of an input that changes its sign."""
    definite = [bool((x[:, i] > 0).all() | (x[:, i] < 0).all()) for i in inside]
    free = [(1, -1) if d and n else (1,) for n, d in enumerate(definite)]
    return list(product(*free))


def _laid(
    space: Space, monomial_of: tuple[Sequence[int], Sequence[int]], beside: Sequence[int], outside: Kind,
    named: Named | None,
) -> KAN:  # fmt: skip
    x, spline = space.data.everything, Spline(GRID)
    inputs = x.shape[-1]
    low, high = with_margin(x.amin(0)[None], x.amax(0)[None], margin=2.0 / len(x))
    ends = {i: (low[:, i], high[:, i]) for i in range(inputs)}
    monomial, root = inputs, inputs + 1
    parts = []
    for i, sign in zip(*monomial_of, strict=True):
        if named is None:
            p = from_curve(spline, *ends[i], lambda v: v if sign > 0 else 1 / v)  # noqa: B023
            parts.append(Part(i, monomial, spline, p))
        else:
            parts.append(Part(i, monomial, *named("x" if sign > 0 else "1/x")))
    value = 1.0 if outside == "product" else 0.0
    parts += [Part(i, root, spline, constant(spline, value, x)) for i in beside]
    parts.append(Part(monomial, root, spline, constant(spline, 0.0, x)))
    one = torch.ones_like(low[:, :2])
    lower, upper = torch.cat([low, -one], -1), torch.cat([high, one], -1)
    kinds: list[Kind] = ["product", outside]
    kan = assembled(inputs, kinds, parts, lower, upper)
    seen = forward(kan, x).nodes[monomial]
    kan.lower[:, monomial], kan.upper[:, monomial] = with_margin(seen.amin(-1), seen.amax(-1))
    return kan
