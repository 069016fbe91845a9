"""L-BFGS: the optimiser for networks whose normal equations do not fit (more than a few thousand parameters)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kansr.later import later
from kansr.network.kan import KAN
from kansr.network.knots import follow
from kansr.network.sweep import backward, forward
from kansr.progress import Clock
from kansr.tensors import Tensor, torch
from kansr.training.levenberg import Fitted, Penalty, mean_square
from kansr.training.rows import Rows

if TYPE_CHECKING:
    from scipy import optimize
else:
    optimize = later("scipy.optimize")

_ROUNDS = 4  # grids of hidden nodes follow their values between rounds


def lbfgs(kan: KAN, rows: Rows, *, steps: int, clock: Clock | None = None, penalty: Penalty | None = None) -> Fitted:
    """Minimise the mean square error of each network over the rows by SciPy's L-BFGS-B, one after the other."""
    fitted = [_one(kan.pick(b), rows, steps, clock, penalty) for b in range(kan.batch)]
    together = replace(
        kan,
        theta=torch.cat([k.theta for k in fitted]),
        lower=torch.cat([k.lower for k in fitted]),
        upper=torch.cat([k.upper for k in fitted]),
    )
    return Fitted(together, mean_square(together, rows))


def _one(kan: KAN, rows: Rows, steps: int, clock: Clock | None, penalty: Penalty | None) -> KAN:
    for _ in range(_ROUNDS):
        theta = _minimised(kan, rows, max(steps // _ROUNDS, 1), clock, penalty)
        kan = follow(replace(kan, theta=theta), rows.x)
    return kan


def _minimised(kan: KAN, rows: Rows, steps: int, clock: Clock | None, penalty: Penalty | None) -> Tensor:
    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        at = replace(kan, theta=torch.from_numpy(flat).to(kan.theta)[None])
        loss, gradient = loss_and_gradient(at, rows)
        if penalty is not None:
            extra = penalty(at, rows.x)
            loss, gradient = loss + extra.value, gradient + 2 * extra.gradient
        return float(loss[0]), gradient[0].cpu().numpy()

    def stop(xk: NDArray[np.float64]) -> None:  # noqa: ARG001
        if clock is not None and clock.over():
            raise StopIteration

    start = kan.theta[0].cpu().numpy()
    found = optimize.minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        callback=stop,
        options={"maxiter": steps, "maxcor": 30, "ftol": 1e-15, "gtol": 1e-12},
    )
    return torch.from_numpy(found.x).to(kan.theta)[None]


def loss_and_gradient(kan: KAN, rows: Rows) -> tuple[Tensor, Tensor]:
    """Mean square error [b] and its gradient by the parameters [b, P], without ever forming the Jacobian."""
    sweep = forward(kan, rows.x)
    residual = sweep.output - rows.y
    weighed = residual if rows.weight is None else residual * rows.weight
    deltas = backward(kan, sweep)
    columns = zip(deltas, sweep.edges, strict=True)
    gradient = torch.cat([torch.einsum("bn,bng->bg", d * weighed, e.columns) for d, e in columns], -1)
    return (weighed * residual).mean(-1), 2 * gradient / rows.count
