"""Five Gaussian peaks, one after another (Liu et al. 2024, figure 3.4): who forgets?

Each phase gives rows around one peak only. The KAN learns them as `kansr fit --continue` does: with the coefficients
that no earlier row sees. The MLP is trained on from where it is. Both know the range [-1, 1] from the start: the KAN
by its grid, the MLP by the scale of its inputs, and the MLP also the scale of all targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from kansr.errors import UsageError
from kansr.experiments import Record, summary
from kansr.network.curves import Spline
from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.network.locality import local
from kansr.network.sweep import predict
from kansr.peers.mlp import MLP, MLPSpec
from kansr.progress import Clock, Event, Report
from kansr.tensors import Tensor, torch
from kansr.training.continual import learn
from kansr.training.rows import Data, Rows

Array = NDArray[np.float64]

_CHOOSE = 5  # of so many pairs of neighbouring rows one has a row between them, to choose by
_FINE = 301  # points a phase on which curves are drawn and errors and changes are measured beside the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of the experiment: see its recipe."""

    seed: int
    budget: float | None
    peaks: int
    sharpness: float
    rows: int
    grid: int
    order: int
    steps: int
    mlp_hidden: tuple[int, ...]
    mlp_activation: Literal["silu", "tanh", "relu"]
    mlp_optimiser: Literal["adam", "lbfgs"]
    mlp_steps: int

    def __post_init__(self) -> None:
        if self.peaks < 1 or self.rows < 10 or self.grid < 1 or not 1 <= self.order <= 9:
            raise UsageError("peaks and grid must be at least 1, rows at least 10, the order 1 to 9")
        if min(self.steps, self.mlp_steps, *self.mlp_hidden) < 1 or not self.sharpness > 0:
            raise UsageError("steps and the nodes of hidden layers must be at least 1, the sharpness above 0")

    @property
    def centres(self) -> Array:
        """Where the peaks are: the middles of equal parts of [-1, 1]."""
        return np.asarray((2 * np.arange(self.peaks) + 1) / self.peaks - 1)

    def law(self, x: Array) -> Array:
        """The sum of all peaks: `sum exp(-sharpness (x - centre)^2)`."""
        return np.asarray(np.exp(-self.sharpness * (x[:, None] - self.centres) ** 2).sum(-1))

    def part(self, centre: float, points: int) -> Array:
        """Points at equal distances in the part around a peak, its ends among them."""
        return np.linspace(centre - 1 / self.peaks, centre + 1 / self.peaks, points)


Pairs = tuple[Array, Array]
"""x [n] and y [n]."""


class Learner(Protocol):
    """What the phases are put to."""

    @property
    def parameters(self) -> int:
        """Number of parameters."""
        ...

    def learn(self, fit: Pairs, choose: Pairs, clock: Clock) -> None:
        """Learn the rows of one phase, from where it is now: those to fit, and a few more to choose by."""
        ...

    def predict(self, x: Array) -> Array:
        """Values [n] at x [n]."""
        ...


class KANLearner:
    """A [1,1] KAN on [-1, 1] that is zero at first, and which of its coefficients were seen."""

    def __init__(self, settings: Settings) -> None:
        self._steps = settings.steps
        spline = Spline(settings.grid, settings.order)
        ends = torch.ones(1, 2, dtype=torch.float64)
        theta = torch.zeros(1, spline.size, dtype=torch.float64)
        self._kan = KAN(graph=dense((1, 1)), curves=(spline,), theta=theta, lower=-ends, upper=ends)
        self._seen = ~local(self._kan)

    @property
    def parameters(self) -> int:
        """See `Learner`: the silu under the spline, which stays 0, is not counted."""
        return self._kan.parameters - 1

    def learn(self, fit: Pairs, choose: Pairs, clock: Clock) -> None:
        """See `Learner`: those to choose by choose how smooth it is."""
        data = Data(train=_rows(*fit), validation=_rows(*choose))
        learned = learn(self._kan, data, self._seen, steps=self._steps, clock=clock)
        self._kan, self._seen = learned.kan, learned.seen

    def predict(self, x: Array) -> Array:
        """See `Learner`."""
        return np.asarray(predict(self._kan, _column(x))[0].numpy())


class MLPLearner:
    """An MLP that is trained on."""

    def __init__(self, settings: Settings) -> None:
        spec = MLPSpec(
            hidden=settings.mlp_hidden,
            activation=settings.mlp_activation,
            optimiser=settings.mlp_optimiser,
            steps=settings.mlp_steps,
            seed=settings.seed,
        )
        x = np.linspace(-1, 1, settings.peaks * settings.rows)
        self._mlp = MLP(spec=spec, x=x[:, None], y=settings.law(x))

    @property
    def parameters(self) -> int:
        """See `Learner`."""
        return self._mlp.parameters

    def learn(self, fit: Pairs, choose: Pairs, clock: Clock) -> None:
        """See `Learner`: it has nothing to choose, and trains on all."""
        x, y = (np.concatenate(parts) for parts in zip(fit, choose, strict=True))
        self._mlp.train(x[:, None], y, clock=clock)

    def predict(self, x: Array) -> Array:
        """See `Learner`."""
        return self._mlp.predict(x[:, None])


@dataclass(slots=True)
class _Course:
    """A learner, and what it said of each part at the end of its phase."""

    learner: Learner
    said: list[Array] = field(default_factory=list)

    def phase(self, settings: Settings, number: int, clock: Clock) -> Record:
        """Learn one peak; give errors on it, on each earlier one, and how far the output moved there at most."""
        started, parts = clock.seconds(), [settings.part(float(c), _FINE) for c in settings.centres]
        x = settings.part(float(settings.centres[number]), settings.rows)
        between = ((x[1:] + x[:-1]) / 2)[::_CHOOSE]
        self.learner.learn((x, settings.law(x)), (between, settings.law(between)), clock)
        now = [self.learner.predict(part) for part in parts]
        errors = [_rmse(value - settings.law(part)) for value, part in zip(now, parts, strict=True)]
        moved = [float(np.abs(a - b).max()) for a, b in zip(now, self.said, strict=False)]
        self.said.append(now[number])
        return {
            "rmse_rows": _rmse(self.learner.predict(x) - settings.law(x)),
            "rmse": errors[number],
            "rmse_earlier": errors[:number],
            "change_earlier": moved,
            "curve": np.concatenate(now).tolist(),
            "seconds": clock.seconds() - started,
        }


def run(settings: Settings, *, clock: Clock, report: Report) -> Record:
    """Put all phases to a KAN and to an MLP, one after another.

    `rmse_rows` are errors on the rows of the phase, `rmse` those on a finer set of points of its part; `change_earlier`
    is the largest change of the output in each earlier part since the end of its own phase.
    """
    learners: dict[str, Learner] = {"kan": KANLearner(settings), "mlp": MLPLearner(settings)}
    courses = {name: _Course(learner) for name, learner in learners.items()}
    phases: list[Record] = []
    for number, centre in enumerate(settings.centres.tolist()):
        if clock.over():
            break
        x = settings.part(centre, settings.rows)
        phase = {name: course.phase(settings, number, clock) for name, course in courses.items()}
        phases.append({"centre": centre, "x": x.tolist(), "y": settings.law(x).tolist(), **phase})
        message = f"KAN {phase['kan']['rmse']:.2g} RMSE, MLP {phase['mlp']['rmse']:.2g}"
        report(Event(stage=f"peak {number + 1}", message=message, seconds_left=clock.left()))
    fine = np.concatenate([settings.part(c, _FINE) for c in settings.centres.tolist()])
    return {
        "x": fine.tolist(),
        "law": settings.law(fine).tolist(),
        "parameters": {name: learner.parameters for name, learner in learners.items()},
        "phases": phases,
        "summary": _summary(phases),
    }


def _summary(phases: Sequence[Record]) -> Record:
    columns = ("peak", "KAN RMSE", "KAN largest change before", "MLP RMSE", "MLP largest change before")
    rows = [
        [str(n), *(v for name in ("kan", "mlp") for v in (p[name]["rmse_rows"], _largest(p[name]["change_earlier"])))]
        for n, p in enumerate(phases, start=1)
    ]
    return summary(columns, rows)


def _largest(values: Sequence[float]) -> float | None:
    return max(values, default=None)


def _rmse(residual: Array) -> float:
    return float(np.sqrt(np.mean(residual**2)))


def _column(x: Array) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(x))[:, None]


def _rows(x: Array, y: Array) -> Rows:
    return Rows(x=_column(x), y=torch.from_numpy(np.ascontiguousarray(y)))
