"""Write the generated tables of this folder: `python datasets/generate.py [folder] [name ...]`.

One record a table: seed, columns with their ranges, and the law. Inputs are rounded before the law is applied, so the
file holds the exact pairs; outputs are written with all digits (`repr`). The same script gives the same files.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A generated table: inputs drawn evenly from `ranges`, the law, and the standard deviation of added noise."""

    name: str
    seed: int
    rows: int
    ranges: dict[str, tuple[float, float]]
    target: str
    law: Callable[..., np.ndarray]
    noise: float = 0.0
    digits: int = 4


GENERATED = (
    Generated(
        name="kan-example",
        seed=1,
        rows=1000,
        ranges={"x1": (-1, 1), "x2": (-1, 1)},
        target="y",
        law=lambda x1, x2: np.exp(np.sin(np.pi * x1) + x2**2),
    ),
    Generated(
        name="pendulum",
        seed=2,
        rows=200,
        ranges={"length": (0.1, 4)},
        target="period",
        law=lambda length: 2 * np.pi * np.sqrt(length / 9.81),
    ),
    Generated(
        name="pendulum-noisy",
        seed=3,
        rows=200,
        ranges={"length": (0.1, 4)},
        target="period",
        law=lambda length: 2 * np.pi * np.sqrt(length / 9.81),
        noise=0.02,
    ),
    Generated(
        name="lens",
        seed=4,
        rows=400,
        ranges={"object_distance": (0.2, 2), "image_distance": (0.1, 1)},
        target="focal_length",
        law=lambda g, b: 1 / (1 / g + 1 / b),
    ),
    Generated(
        name="ideal-gas",
        seed=5,
        rows=500,
        ranges={"amount": (0.5, 3), "temperature": (250, 450), "volume": (0.01, 0.1)},
        target="pressure",
        law=lambda n, t, v: n * 8.314462618 * t / v,
    ),
    Generated(
        name="damped-oscillation",
        seed=6,
        rows=500,
        ranges={"damping": (0.1, 1), "time": (0, 6)},
        target="displacement",
        law=lambda damping, time: np.exp(-damping * time) * np.cos(3 * time),
    ),
    Generated(
        name="relativistic-velocity",
        seed=7,
        rows=500,
        ranges={"x": (-0.95, 0.95), "y": (-0.95, 0.95)},
        target="velocity",
        law=lambda x, y: (x + y) / (1 + x * y),
    ),
    Generated(
        name="bernoulli",
        seed=8,
        rows=400,
        ranges={"Δp [Pa]": (100, 5000), "ρ [kg/m³]": (700, 1300)},
        target="v [m/s]",
        law=lambda pressure, density: np.sqrt(2 * pressure / density),
        digits=1,
    ),
)


def table(what: Generated) -> list[list[float]]:
    """Give the rows: inputs, and the target last."""
    random = np.random.default_rng(what.seed)
    x = [random.uniform(low, high, what.rows).round(what.digits) for low, high in what.ranges.values()]
    y = what.law(*x)
    if what.noise:
        y = (y + what.noise * random.standard_normal(what.rows)).round(4)
    return np.column_stack([*x, y]).tolist()


def write(what: Generated, folder: Path) -> Path:
    """Write one table as CSV."""
    path = folder / f"{what.name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*what.ranges, what.target])
        writer.writerows(table(what))
    return path


if __name__ == "__main__":
    to = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for one in GENERATED:
        if len(sys.argv) <= 2 or one.name in sys.argv[2:]:
            write(one, to)
