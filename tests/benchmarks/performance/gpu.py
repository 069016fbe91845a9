"""Seconds of three steps of Levenberg-Marquardt on a GPU and on two cores: starts, then rows; and whether they agree.

A batch of starts steps together, and the normal equations are sums over blocks of rows: both are what a GPU is for. The
processor works in two threads. On each size both begin from the same networks; `apart` is by how much
their losses differ in the end, as a share. Where there is no GPU, it is said, and nothing is measured.

`--only cpu` measures the processor against itself: a trial of this file on a machine without a GPU.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from kansr.network.graph import dense
from kansr.network.kan import KAN
from kansr.training.levenberg import levenberg
from kansr.training.rows import Rows
from kansr.training.starts import starts
from tests.benchmarks.performance.output import Result, keep, seconds, table

_STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Networks that step together, rows, and intervals of the grid."""

    starts: int = 1
    rows: int = 10_000
    grid: int = 5
    width: tuple[int, ...] = (2, 5, 1)


SIZES = (
    *(Size(starts=n, rows=1000) for n in (1, 64, 1024)),
    *(Size(rows=n) for n in (10_000, 100_000, 1_000_000, 10_000_000)),
    Size(starts=64, rows=10_000),
    Size(rows=100_000, grid=50),
)


def run(args: argparse.Namespace) -> None:
    """Measure all sizes on both; a table of seconds."""
    torch.set_num_threads(2)
    device = "cpu" if args.only == "cpu" else "cuda"
    if device == "cuda" and not torch.cuda.is_available():
        print("skipped: torch sees no GPU here (kansr doctor names the devices)")
        return
    rows = []
    for size in SIZES:
        result = keep({"kind": "gpu", **measured(size, device)}, args.json)
        times = result["processor"], result["device"]
        row = (f"{size.starts}", f"{size.rows}", f"{size.grid}", *map(seconds, times))
        rows.append((*row, f"{times[0] / times[1]:.1f}", f"{result['apart']:.0e}"))
        print("  ".join(rows[-1]), flush=True)
    print(table(("starts", "rows", "grid", "processor", device, "faster by", "apart"), rows))


def measured(size: Size, device: str) -> Result:
    """Three steps on the processor and on a device, from the same networks."""
    rows = drawn(size.rows)
    kan = starts(dense(size.width), rows.x, grid=size.grid, order=3, count=size.starts, seed=0)
    here, first = steps(kan, rows)
    steps(kan.to(device), rows.to(device).head(100))  # the first call loads libraries
    there, second = steps(kan.to(device), rows.to(device))
    apart = float(((second.cpu() - first) / first.clamp(min=1e-30)).abs().median())
    facts = {"starts": size.starts, "rows": size.rows, "grid": size.grid, "name": _name(device)}
    return facts | {"processor": here, "device": there, "apart": apart}


def steps(kan: KAN, rows: Rows) -> tuple[float, Tensor]:
    """Seconds of three steps, and the losses [b] after them."""
    begun = time.perf_counter()
    loss = levenberg(kan, rows, steps=_STEPS).loss
    _wait(loss)
    return time.perf_counter() - begun, loss


def drawn(count: int) -> Rows:
    """Rows of exp(sin(pi x1) + x2^2)."""
    x = 2 * torch.rand(count, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64) - 1
    y = torch.exp(torch.sin(torch.pi * x[:, 0]) + x[:, 1] ** 2)
    return Rows(x=x, y=(y - y.mean()) / y.std())


def tiny(size: Size) -> Size:
    """Give a size that a test can afford."""
    return replace(size, starts=min(size.starts, 3), rows=min(size.rows, 200), grid=3)


def _wait(tensor: Tensor) -> None:
    """Wait for a GPU, which works on while Python goes on."""
    if tensor.device.type == "cuda":
        torch.cuda.synchronize(tensor.device)


def _name(device: str) -> str:
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else "processor"
