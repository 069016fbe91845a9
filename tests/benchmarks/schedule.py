"""How a run of many fits grows with workers, on one cluster and on several: a simulation of the schedule.

    python -m tests.benchmarks.schedule

A fit takes a time that is drawn from a lognormal distribution, with the median and the longest time of `kansr bench
feynman`. A scheduler hands out tasks one after the other, each in the same small time; a worker takes the next task as
soon as it is free. Several clusters take the tasks by turns, each its own part, and nothing is shared. Efficiency is
the time that all fits take, by the workers and the time until the last one ends.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Sequence

import numpy as np

from tests.benchmarks.performance.output import table

MEDIAN, LONGEST, SPREAD = 4.0, 60.0, 1.0  # seconds, and the standard deviation of their logs
HANDING = 0.001  # seconds that a scheduler is taken to need for a task: an assumption, not measured
_WORKERS, _CLUSTERS = (1, 10, 100, 1000, 10_000), (1, 10)


def durations(count: int, seed: int = 0) -> np.ndarray:
    """Draw the seconds of fits: [count]."""
    drawn = MEDIAN * np.exp(SPREAD * np.random.default_rng(seed).standard_normal(count))
    return np.minimum(drawn, LONGEST)


def ends(seconds: Sequence[float], workers: int, handing: float = HANDING) -> float:
    """Give when the last task ends that one scheduler hands to so many workers.

    >>> ends([1.0, 1.0, 1.0], workers=2, handing=0.0)
    2.0
    """
    free = [0.0] * workers
    handed = 0.0
    for one in seconds:
        handed = max(handed, free[0]) + handing
        heapq.heapreplace(free, handed + float(one))
    return max(free)


def efficiency(seconds: np.ndarray, workers: int, clusters: int, handing: float = HANDING) -> float:
    """Give the share of the workers' time that is work, over clusters of equal size that take tasks by turns."""
    own = workers // clusters
    last = max(ends(seconds[k::clusters], own, handing) for k in range(clusters))
    return float(seconds.sum()) / (own * clusters * last)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100_000)
    args = parser.parse_args()
    seconds = durations(args.tasks)
    rows = []
    for workers in _WORKERS:
        for clusters in _CLUSTERS:
            if workers >= clusters:
                share = efficiency(seconds, workers, clusters)
                hours = float(seconds.sum()) / (workers * share) / 3600
                rows.append((f"{workers}", f"{clusters}", f"{hours:.3g} h", f"{100 * share:.0f} %"))
    print(table(("workers", "clusters", "time", "efficiency"), rows))


if __name__ == "__main__":
    main()
