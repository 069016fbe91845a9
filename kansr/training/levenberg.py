"""Levenberg-Marquardt: the optimiser that a KAN of a few thousand parameters is trained with.

With r = y_hat - y and the closed-form Jacobian J of `kansr.network.sweep`, a step s solves
`(J'WJ + mu D) s = -J'Wr` with D the diagonal of J'WJ (Marquardt 1963). J'WJ is accumulated over blocks of rows, so
memory is O(P^2 + block * P) however long the table. All networks of a batch step together; each keeps its own mu.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from kansr.network.curves import Spline
from kansr.network.kan import KAN
from kansr.network.knots import follow
from kansr.network.sweep import Known, Sweep, columns, forward, jacobian, known, predict
from kansr.progress import Clock
from kansr.tensors import Tensor, torch
from kansr.training.rows import Rows

_DAMPING = 1e-2  # mu of the first step
_FASTER, _SLOWER = 0.25, 4.0  # mu after an accepted and a rejected step
_GAIN = 1e-2  # share by which a loss must fall over a few steps for a training to go on
_FLAT = 8  # steps without progress that end a training
_HARDLY, _LITTLE = 1e-6, 0.3  # a training ends where a step of so little damping promises so little of the gain
_ON_GPU = 50_000_000  # numbers of a Jacobian that a GPU holds at once: 0.4 GB, in the time of a few small blocks
_UNSEEN = 1e-8  # share of a spline's largest scale below which a coefficient counts as hardly seen


class Quadratic(NamedTuple):
    """A penalty at the present parameters: value [b], gradient [b, P], positive curvature [b, P, P]."""

    value: Tensor
    gradient: Tensor
    curvature: Tensor


Penalty = Callable[[KAN, "Tensor"], Quadratic]
Watch = Callable[[KAN], None]


class Fitted(NamedTuple):
    """What an optimiser gives: the networks and the mean square error of each over the rows [b]."""

    kan: KAN
    loss: Tensor


def levenberg(  # noqa: PLR0913
    kan: KAN,
    rows: Rows,
    *,
    steps: int,
    clock: Clock | None = None,
    penalty: Penalty | None = None,
    block: int = 16384,
    gain: float = _GAIN,
    damping: float = _DAMPING,
    watch: Watch | None = None,
) -> Fitted:
    """Minimise the mean square error of each network of a batch over the rows.

    Parameters
    ----------
    kan
        Networks [b] to start from.
    rows
        Rows to fit.
    steps
        The most steps that are tried.
    clock
        Ends the training between two steps.
    penalty
        Added to the loss; see `kansr.training.penalty`.
    block
        Rows whose Jacobian is held in memory at once; a GPU holds more where it can.
    gain
        A training ends when no network of the batch has lowered its loss by this share over a few steps, or when one
        step with hardly any damping promises far less than that to all.
    damping
        Of the first step, as a share of the diagonal: next to none is right where the output is linear in the
        parameters.
    watch
        Told the networks after each step, accepted or not.

    Returns
    -------
    Each network at the lowest loss that it had (grids that follow their values can raise it again); a network that
    only ever failed comes back as it was.
    """
    problem = _Problem.of(kan, rows, penalty, block)
    return _descended(kan, problem, steps=steps, clock=clock, gain=gain, damping=damping, watch=watch)


def levenberg_of(
    kan: KAN,
    rows: Rows,
    free: Tensor,
    *,
    steps: int,
    clock: Clock | None = None,
    penalty: Penalty | None = None,
    block: int = 16384,
) -> Fitted:
    """Do as `levenberg` does with some of the parameters alone: those at the positions `free` [F].

    All others, and all grids, stay to the bit.
    """
    problem = _Problem.of(kan, rows, penalty, block, free)
    return _descended(kan, problem, steps=steps, clock=clock)


def _descended(
    kan: KAN,
    problem: _Problem,
    *,
    steps: int,
    clock: Clock | None,
    gain: float = _GAIN,
    damping: float = _DAMPING,
    watch: Watch | None = None,
) -> Fitted:
    state = problem.state(kan, problem.sweep(kan))
    mu = torch.full_like(state.loss, damping)
    best, goal, flat = Fitted(state.kan, state.loss), state.loss, 0
    for _ in range(steps):
        if clock is not None and clock.over():
            break
        state, accepted = _step(state, mu, problem)
        mu = torch.where(accepted, (mu * _FASTER).clamp(min=1e-15), mu * _SLOWER)
        best = _better(best, Fitted(state.kan, state.loss))
        if watch is not None:
            watch(best.kan)
        gained = state.loss < goal * (1 - gain)
        goal = torch.where(gained, state.loss, goal)
        flat = 0 if bool(gained.any()) else flat + 1
        if flat >= _FLAT or bool((mu > 1e12).all()) or bool((state.loss < 1e-31).all()):
            break
        if flat and bool(accepted.any()) and problem.rests(state, mu, gain):
            break
    return Fitted(best.kan, mean_square(best.kan, problem.rows, problem.block))


def _better(best: Fitted, now: Fitted) -> Fitted:
    """Take each network of a batch from where its loss is lower."""
    lower = now.loss < best.loss
    if bool(lower.all()):
        return now
    parts = ((getattr(now.kan, p), getattr(best.kan, p)) for p in ("theta", "lower", "upper"))
    theta, low, high = (torch.where(lower[:, None], a, b) for a, b in parts)
    return Fitted(replace(now.kan, theta=theta, lower=low, upper=high), torch.where(lower, now.loss, best.loss))


class _State(NamedTuple):
    """Networks with the normal equations at their parameters."""

    kan: KAN
    loss: Tensor  # [b], penalty included
    matrix: Tensor  # [b, P, P]; F in the place of P where only some parameters are free
    vector: Tensor  # [b, P]

    def where(self, which: Tensor, other: _State) -> _State:
        """Take each network of a batch from here where `which` [b] says so, else from the other state."""
        if bool(which.all()):
            return self
        parts = ((getattr(self.kan, p), getattr(other.kan, p)) for p in ("theta", "lower", "upper"))
        theta, low, high = (torch.where(which[:, None], a, b) for a, b in parts)
        return _State(
            replace(self.kan, theta=theta, lower=low, upper=high),
            torch.where(which, self.loss, other.loss),
            torch.where(which[:, None, None], self.matrix, other.matrix),
            torch.where(which[:, None], self.vector, other.vector),
        )


class _Problem(NamedTuple):
    """What is minimised; `laid` holds the splines of the inputs when all rows are one block."""

    rows: Rows
    penalty: Penalty | None
    block: int
    laid: Known | None
    free: Tensor | None

    @staticmethod
    def of(kan: KAN, rows: Rows, penalty: Penalty | None, block: int, free: Tensor | None = None) -> _Problem:
        if rows.x.is_cuda:
            block = max(block, _ON_GPU // (kan.batch * kan.parameters))
        return _Problem(rows, penalty, block, known(kan, rows.x) if rows.count <= block else None, free)

    def sweep(self, kan: KAN) -> Sweep | None:
        """Sweep forward over all rows, if they are one block."""
        return None if self.laid is None else forward(kan, self.rows.x, laid=self.laid)

    def loss(self, kan: KAN, sweep: Sweep | None) -> Tensor:
        loss = mean_square(kan, self.rows, self.block) if sweep is None else _mean_square(sweep.output, self.rows)
        return loss if self.penalty is None else loss + self.penalty(kan, self.rows.x).value

    def state(self, kan: KAN, sweep: Sweep | None) -> _State:
        loss, matrix, vector = normal_equations(kan, self.rows, self.block, sweep, free=self.free)
        if self.penalty is not None:
            extra = self.penalty(kan, self.rows.x)
            curvature, gradient = extra.curvature, extra.gradient
            if self.free is not None:
                curvature, gradient = curvature[:, self.free][:, :, self.free], gradient[:, self.free]
            loss, matrix, vector = loss + extra.value, matrix + curvature, vector + gradient
        return _State(kan, loss, matrix, vector)

    def stepped(self, state: _State, mu: Tensor) -> KAN:
        """Give each network after one damped step."""
        floor = _floor(state.kan, state.matrix, self.free)
        step = solve_damped(state.matrix, state.vector, mu, floor)
        theta = state.kan.theta
        return replace(state.kan, theta=theta - step if self.free is None else theta.index_add(1, self.free, -step))

    def rests(self, state: _State, mu: Tensor, gain: float) -> bool:
        """Whether one step with hardly any damping would lower no loss by much of `gain`, were each quadratic."""
        step = solve_damped(state.matrix, state.vector, mu.clamp(max=_HARDLY))
        return not bool(((state.vector * step).sum(-1) >= _LITTLE * gain * state.loss).any())

    def followed(self, kan: KAN, sweep: Sweep | None, which: Tensor) -> KAN:
        """Move grids after their values, unless what is not free must stay."""
        return kan if self.free is not None else follow(kan, self.rows.x, sweep=sweep, which=which)


def _step(state: _State, mu: Tensor, problem: _Problem) -> tuple[_State, Tensor]:
    """Try one step for each network; networks whose loss does not fall stay where they are."""
    tried = problem.stepped(state, mu)
    sweep = problem.sweep(tried)
    accepted = problem.loss(tried, sweep) < state.loss
    if not bool(accepted.any()):
        return state, accepted
    moved = problem.followed(tried, sweep, accepted)
    after = problem.state(moved, sweep if moved is tried else problem.sweep(moved))
    return after.where(accepted, state), accepted


def solve_damped(matrix: Tensor, vector: Tensor, mu: Tensor, floor: Tensor | None = None) -> Tensor:
    """Solve `(A + mu D) s = v` for each network [b, P], in units in which the diagonal D of A is one.

    `floor` [b, P] bounds D from below; a column of zeros gives a step of zero, a matrix that is not positive nan.
    """
    diagonal = matrix.diagonal(dim1=-2, dim2=-1)
    d = diagonal if floor is None else torch.maximum(diagonal, floor)
    unit = d.clamp(min=1e-290).rsqrt()
    scaled = matrix * unit[:, :, None] * unit[:, None, :]
    damping = torch.diag_embed((mu[:, None] + 1e-15).expand_as(unit))
    factor, _ = torch.linalg.cholesky_ex(scaled + damping)
    return unit * torch.cholesky_solve((unit * vector)[..., None], factor)[..., 0]


def _floor(kan: KAN, matrix: Tensor, free: Tensor | None) -> Tensor:
    """Least scale of each parameter: coefficients of a spline that see almost no rows move no faster than the rest."""
    diagonal = matrix.diagonal(dim1=-2, dim2=-1)
    if free is not None:
        diagonal = torch.zeros_like(kan.theta).index_copy(1, free, diagonal)
    parts = []
    for curve, where in zip(kan.curves, kan.slices(), strict=True):
        own = diagonal[:, where]
        least = _UNSEEN * own.amax(-1, keepdim=True) if isinstance(curve, Spline) else torch.zeros_like(own)
        parts.append(least.expand_as(own))
    floor = torch.cat(parts, -1)
    return floor if free is None else floor[:, free]


def normal_equations(
    kan: KAN, rows: Rows, block: int = 16384, sweep: Sweep | None = None, *, free: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Mean square error [b], J'WJ / n [b, P, P] and J'Wr / n [b, P], summed over blocks of rows.

    `sweep` is the forward sweep over all rows, when it is known already; `free` [F] are the parameters that J is by,
    if not all.
    """
    n, p = rows.count, kan.parameters if free is None else len(free)
    loss = rows.y.new_zeros(kan.batch)
    matrix, vector = rows.y.new_zeros(kan.batch, p, p), rows.y.new_zeros(kan.batch, p)
    for part in [rows] if sweep is not None else _blocks(rows, block):
        output, j = jacobian(kan, part.x) if sweep is None else (sweep.output, columns(kan, sweep))
        j = j if free is None else j[..., free]
        residual = output - part.y
        weighed = j if part.weight is None else j * part.weight[..., None]
        loss += (residual**2 if part.weight is None else residual**2 * part.weight).sum(-1) / n
        matrix = torch.baddbmm(matrix, weighed.mT, j, alpha=1 / n)
        vector += (residual[:, None] @ weighed)[:, 0] / n
    return loss, matrix, vector


def mean_square(kan: KAN, rows: Rows, block: int = 65536) -> Tensor:
    """Mean square error of each network over the rows [b]; infinite where it is not a number."""
    return _mean_square(predict(kan, rows.x, block=block), rows)


def _mean_square(output: Tensor, rows: Rows) -> Tensor:
    square = (output - rows.y) ** 2
    if rows.weight is not None:
        square = square * rows.weight
    return square.mean(-1).nan_to_num(nan=torch.inf)


def _blocks(rows: Rows, block: int) -> list[Rows]:
    if rows.count <= block:
        return [rows]
    x, y = torch.split(rows.x, block, -2), torch.split(rows.y, block, -1)
    weight = [None] * len(y) if rows.weight is None else torch.split(rows.weight, block, -1)
    return [Rows(x=a, y=b, weight=w) for a, b, w in zip(x, y, weight, strict=True)]


def rmse(kan: KAN, rows: Rows) -> Tensor:
    """Root mean square error of each network over the rows [b]."""
    return mean_square(kan, rows).sqrt()
