"""The MLP as an engine: predictions without a formula."""

from __future__ import annotations

from kansr.peers.engine import Answer, Engine, Task
from kansr.progress import Clock

_STEPS = 1_000_000  # more than any time limit lets it do


def fit(task: Task) -> Answer:
    """Train two hidden layers of 64 nodes until the time is over.

    L-BFGS over all rows, inputs and output scaled to spread 1; it needs no rate that must know how many steps there
    will be, as Adam's does.
    """
    from kansr.peers.mlp import MLP, MLPSpec  # noqa: PLC0415

    spec = MLPSpec(hidden=(64, 64), activation="silu", optimiser="lbfgs", steps=_STEPS, seed=task.seed)
    mlp = MLP(spec=spec, x=task.x, y=task.y)
    mlp.train(task.x, task.y, clock=Clock(task.seconds))
    return Answer(predict=mlp.predict, remarks={"parameters": mlp.parameters})


ENGINE = Engine(name="mlp", says="two hidden layers of 64 nodes, L-BFGS", fit=fit, needs=("torch", "kansr.peers.mlp"))
