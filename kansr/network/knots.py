"""Where knots lie: laying splines on the range of a node, moving them, extending a grid without changing a curve."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.sweep import Sweep, forward
from kansr.tensors import Tensor, torch

MARGIN = 0.025  # share of the range by which a grid reaches beyond the values that it was laid for
_POINTS = 4  # samples of a curve for each coefficient when it is laid on another grid


def extend(kan: KAN, grid: int) -> KAN:
    """Lay every spline on a grid of `grid` intervals over the same range.

    Exact (to rounding) when the new grid is a multiple of the old one, else by least squares.
    """
    return relay(kan, kan.lower, kan.upper, grid)


def follow(kan: KAN, x: Tensor, *, slack: float = 0.2, sweep: Sweep | None = None, which: Tensor | None = None) -> KAN:
    """Move the grids of hidden nodes whose values at rows x left them, or fill less than `1 - slack` of them.

    `sweep` is the forward sweep at these rows, when it is known already; `which` [b] says which networks of a batch are
    looked at. When no grid has to move, the network comes back as it is, the same object.

    Hidden sums whose edges are all splines are then brought back to [-1, 1]: an affine map of a hidden node can move
    between the edges before it and the edges after it, and without this its values would drift away.
    """
    if all(kan.graph.edges[e].source < kan.graph.inputs for e in kan.splines):
        return kan
    lower, upper = ranges(kan, x, sweep)
    width = kan.upper - kan.lower
    fits = (lower >= kan.lower - 1e-9 * width) & (upper <= kan.upper + 1e-9 * width)
    fits &= upper - lower >= (1 - slack) * width / (1 + 2 * MARGIN)
    fits[:, : kan.graph.inputs] = True
    if which is not None:
        fits |= ~which[:, None]
    if bool(fits.all()):
        return kan
    low, high = with_margin(lower, upper)
    moved = relay(kan, torch.where(fits, kan.lower, low), torch.where(fits, kan.upper, high), None)
    return _gauged(moved)


def _gauged(kan: KAN) -> KAN:
    """Bring the range of each hidden sum between splines to [-1, 1] by an affine map that changes no output."""
    graph, where = kan.graph, kan.slices()
    theta, lower, upper = kan.theta.clone(), kan.lower.clone(), kan.upper.clone()
    for node in range(graph.inputs, graph.output):
        into, out = graph.into(node), graph.out_of(node)
        if graph.kind(node) != "sum" or any(not isinstance(kan.curves[e], Spline) for e in (*into, *out)):
            continue
        half = (upper[:, node] - lower[:, node])[:, None] / 2
        middle = (upper[:, node] + lower[:, node])[:, None] / 2
        theta[:, where[into[0]]] = kan.curves[into[0]].raised(theta[:, where[into[0]]], -middle)
        for e in into:
            theta[:, where[e]] = kan.curves[e].scaled(theta[:, where[e]], 1 / half)
        lower[:, node], upper[:, node] = -1.0, 1.0
    return replace(kan, theta=theta, lower=lower, upper=upper)


def ranges(kan: KAN, x: Tensor, sweep: Sweep | None = None) -> tuple[Tensor, Tensor]:
    """Smallest and largest value of each node over rows x: two [b, nodes]."""
    nodes = torch.stack((sweep or forward(kan, x)).nodes, -1)  # [b, n, nodes]
    return nodes.amin(1), nodes.amax(1)


def with_margin(lower: Tensor, upper: Tensor, margin: float = MARGIN) -> tuple[Tensor, Tensor]:
    """Widen ranges by a share of their width; a range of width 0 becomes a unit around its value."""
    width = upper - lower
    wide = width > (1e-12 * torch.maximum(lower.abs(), upper.abs())).clamp(min=1e-250)
    pad = torch.where(wide, margin * width, 0.5 * torch.clamp(lower.abs(), min=1.0))
    return lower - pad, upper + pad


def relay(kan: KAN, lower: Tensor, upper: Tensor, grid: int | None) -> KAN:
    """Lay all splines on other ranges [b, nodes] and, unless None, another grid, keeping each curve."""
    where = kan.slices()
    curves, parts = list(kan.curves), []
    for i, curve in enumerate(kan.curves):
        p = kan.theta[:, where[i]]
        if isinstance(curve, Spline):
            s = kan.graph.edges[i].source
            new = curve if grid is None else curve.on(grid)
            curves[i] = new
            p = _project(curve, p, (kan.lower[:, s], kan.upper[:, s]), new, (lower[:, s], upper[:, s]))
        parts.append(p)
    return replace(kan, curves=tuple(curves), theta=torch.cat(parts, -1), lower=lower, upper=upper)


def _project(old: Spline, p: Tensor, old_range: tuple[Tensor, Tensor], new: Spline, new_range: tuple[Tensor, Tensor]
             ) -> Tensor:  # fmt: skip
    """Parameters [b, size] of the new spline whose curve is closest to the old one."""
    if old == new and torch.equal(old_range[0], new_range[0]) and torch.equal(old_range[1], new_range[1]):
        return p
    u = sample_positions(new).to(p)
    x = new_range[0][:, None] + u * (new_range[1] - new_range[0])[:, None]  # [b, m]
    value = old.evaluate(x, p, *old_range).value
    return from_samples(new, value, p[:, :1])


def sample_positions(spline: Spline) -> Tensor:
    """Where a curve is sampled to be laid on a grid, as shares of its range: [m]."""
    return torch.linspace(0, 1, _POINTS * (spline.grid + spline.order) + 1, dtype=torch.float64)


def from_samples(spline: Spline, value: Tensor, base: Tensor) -> Tensor:
    """Parameters [b, size] of the spline closest to `value` [b, m] at `sample_positions`, with base weights [b, 1]."""
    design, projector = _projector(spline)
    rest = value - base * design[:, 0].to(value)
    return torch.cat([base, rest @ projector.to(value).T], -1)


@lru_cache(maxsize=64)
def _projector(spline: Spline) -> tuple[Tensor, Tensor]:
    """Design [m, size] at the sample positions and the least-squares inverse [size - 1, m] of its spline part."""
    u = sample_positions(spline)
    unit = torch.zeros(1, dtype=u.dtype), torch.ones(1, dtype=u.dtype)
    design = spline.design(u[None], *unit).value[0]
    b = design[:, 1:]
    inverse = torch.linalg.pinv(b) if spline.grid <= 256 else torch.cholesky_solve(b.T, torch.linalg.cholesky(b.T @ b))
    return design, inverse
