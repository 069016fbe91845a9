"""Pruning by what it does to the validation error: nodes first, then edges, never cutting the output off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from kansr.network.kan import KAN
from kansr.network.sweep import Sweep, backward, forward
from kansr.progress import Clock, Event, Report, silent
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import rmse
from kansr.training.rows import Data
from kansr.training.spec import TrainingSpec
from kansr.training.stages import Trained, climb, optimise

_SAMPLE = 1000  # rows on which attributions are measured and cuts are tried
_TRIED = 6  # cuts that are tried in earnest in each round: those of the smallest attribution
_STEPS = 12  # steps that a cut network gets to recover
_NEGLIGIBLE = 10.0  # an edge is tried when its attribution is below this many times the validation error


def attribution(kan: KAN, x: Tensor) -> Tensor:
    """How far each edge moves the output, in units of the target's spread: spread of phi times RMS of dy/dphi, [e]."""
    sweep = forward(kan, x[:_SAMPLE])
    deltas = backward(kan, sweep)
    effect = [e.value.std(-1) * d.square().mean(-1).sqrt() for e, d in zip(sweep.edges, deltas, strict=True)]
    return torch.stack(effect, -1)[0]


def cut(kan: KAN, edges: Sequence[int], x: Tensor) -> KAN | None:
    """Cut edges; the mean of each is carried on by an edge beside it, so that only the variation is lost.

    Returns None when nothing would be left that reaches the output.
    """
    smaller = kan.graph.without(edges)
    if smaller is None:
        return None
    graph, keep = smaller
    sweep = forward(kan, x[:_SAMPLE])
    theta = kan.theta.clone()
    for i in range(len(kan.graph.edges)):
        heirs = [j for j in keep if kan.graph.edges[j].target == kan.graph.edges[i].target]
        if i not in keep and heirs:
            _inherit(kan, theta, heirs[0], i, sweep)
    return replace(kan, theta=theta).with_edges(keep, graph)


def _inherit(kan: KAN, theta: Tensor, heir: int, edge: int, sweep: Sweep) -> None:
    where, curve = kan.slices()[heir], kan.curves[heir]
    mean = sweep.edges[edge].value.mean(-1, keepdim=True)
    if kan.graph.kind(kan.graph.edges[edge].target) == "product":
        theta[:, where] = curve.scaled(theta[:, where], torch.where(mean.abs() < 0.1, torch.ones_like(mean), mean))
    else:
        theta[:, where] = curve.raised(theta[:, where], mean)


def node_path(kan: KAN, data: Data, spec: TrainingSpec, *, clock: Clock, report: Report = silent) -> list[KAN]:
    """Drop hidden nodes one by one, the one that hurts validation least first: nested networks, large to small."""
    path = [kan]
    while not clock.over():
        options = [c for c in _node_cuts(path[-1], data) if c is not None]
        if not options:
            break
        tried = [optimise(o, data.train.head(_SAMPLE), spec, steps=_STEPS, clock=clock).kan for o in options]
        best = min(tried, key=lambda k: float(rmse(k, data.validation)[0]))
        path.append(best)
        shape = ",".join(map(str, best.graph.width))
        report(Event(stage="prune", message=f"[{shape}]", loss=float(rmse(best, data.validation)[0])))
    return path


def _node_cuts(kan: KAN, data: Data) -> list[KAN | None]:
    """Networks without one hidden node, for the nodes of the smallest attribution; the last of a layer stays."""
    graph, effect = kan.graph, attribution(kan, data.train.x)
    hidden = range(graph.inputs, graph.output)
    spare = [n for n in hidden if sum(graph.layer(m) == graph.layer(n) for m in hidden) > 1]
    spare.sort(key=lambda n: float(effect[graph.out_of(n)].sum()))
    return [cut(kan, graph.out_of(n), data.train.x) for n in spare[:_TRIED]]


def prune_edges(
    trained: Trained,
    data: Data,
    spec: TrainingSpec,
    *,
    clock: Clock,
    report: Report = silent,
    allowed: Callable[[KAN], bool] = lambda _: True,
) -> Trained:
    """Cut edges whose loss the validation error does not notice, weakest first; inputs go with their last edge.

    `allowed` says of a smaller network whether it may be; what it refuses is not tried.
    """
    while not clock.over():
        smaller = next(_weak_edges(trained, data, spec, clock, allowed), None)
        if smaller is None:
            break
        trained = smaller
        message = f"{len(trained.graph.edges)} edges left"
        report(Event(stage="prune", message=message, loss=trained.rmse_validation))
    return trained


def _weak_edges(
    trained: Trained, data: Data, spec: TrainingSpec, clock: Clock, allowed: Callable[[KAN], bool]
) -> Iterator[Trained]:
    """Yield trained networks that are one edge smaller and as good, weakest edge first."""
    effect = attribution(trained.kan, data.train.x)
    limit = _NEGLIGIBLE * (1 + spec.tolerance) * trained.rmse_validation
    for edge in effect.argsort().tolist():
        if float(effect[edge]) > limit or clock.over():
            return
        smaller = cut(trained.kan, [edge], data.train.x)
        if smaller is None or not allowed(smaller):
            continue
        kan, _ = optimise(smaller, data.train, spec, steps=3 * _STEPS, clock=clock)
        error = float(rmse(kan, data.validation)[0])
        if error <= (1 + spec.tolerance) * trained.rmse_validation:
            yield climb(kan, data, spec, grids=(), clock=clock)
