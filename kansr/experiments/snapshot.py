"""A network as plain numbers that can be drawn: its graph, the curve on each edge, and how much each matters."""

from __future__ import annotations

from collections.abc import Sequence

from kansr.experiments import Record
from kansr.experiments.sample import Sample
from kansr.network.kan import KAN
from kansr.pipeline.picture import picture


def snapshot(title: str, kan: KAN, drawn: Sample, *, labels: Sequence[str] | None = None) -> Record:
    """Give what a drawing of a network (b = 1) needs (see `kansr.pipeline.picture`), and its error on test rows."""
    return {"title": title, **picture(kan, drawn.data.train.x, labels), "rmse_test": drawn.error(kan)}
