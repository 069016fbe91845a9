"""How much noise a target has, told from rows that are near each other, before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kansr.table.check import is_constant
from kansr.table.table import Floats, Table

_NEAR = 10  # neighbours of each row
_ROWS = 1500  # rows that are looked at
_LEAST = 200  # rows below which nothing is told
_SURE = 0.7  # share of the difference of nearest rows that must be left at distance 0: else slopes make most of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Noise of a target as a share of its spread: what it is, where that can be told, and what it is at most."""

    share: float | None
    most: float


def noise(table: Table) -> Noise | None:
    """Estimate the noise of the target from rows that are near each other; None for too few rows.

    It is the Gamma test (Stefansson, Koncar and Jones, Neural Computing & Applications 5, 1997): the squared
    differences of targets between each row and its k-th nearest one fall with the squared distance, for k from 1 to 10;
    half of them at distance 0 is the variance of the noise. Columns count by their spread. It costs rows times rows,
    so 1500 rows are drawn of larger tables. In many dimensions rows lie far apart: then only the difference of nearest
    rows is given, which the noise cannot exceed by more than chance.

    >>> x = np.linspace(0.0, 6.0, 800)
    >>> wave = Table(features=("x",), target="y", x=x[:, None], y=np.sin(x), source="<frame>", sha256="")
    >>> noise(wave).most < 0.01
    True
    """
    if len(table) < _LEAST or is_constant(table.y):
        return None
    rows = np.random.default_rng(0).permutation(len(table))[:_ROWS]
    x, y = _standard(table.x[rows]), _standard(table.y[rows, None])[:, 0]
    distance, difference = _near(x, y)
    most = min(1.0, float(np.sqrt(difference[0])))
    if distance[-1] <= distance[0]:
        return Noise(share=None, most=most)
    level = float(np.sqrt(max(float(np.polyfit(distance, difference, 1)[1]), 0.0)))
    return Noise(share=min(level, most) if level >= _SURE * most else None, most=most)


def _standard(columns: Floats) -> Floats:
    """Shift and scale columns [n, k] to mean 0 and spread 1; the largest is scaled first, so that nothing overflows."""
    size = np.abs(columns).max(0)
    scaled = columns / np.where(size > 0, size, 1.0)
    centred = scaled - scaled.mean(0)
    spread = centred.std(0)
    return np.asarray(centred / np.where(spread > 0, spread, 1.0))


def _near(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Mean squared distance [k] to the k-th nearest row, and half of the mean squared difference [k] of targets."""
    square = (x**2).sum(1)
    between = square[:, None] + square - 2 * x @ x.T  # [n, n]
    np.fill_diagonal(between, np.inf)
    near = np.argpartition(between, _NEAR, axis=1)[:, :_NEAR]
    near = np.take_along_axis(near, np.take_along_axis(between, near, 1).argsort(1, kind="stable"), 1)  # [n, k]
    distance = np.take_along_axis(between, near, 1).clip(min=0).mean(0)
    return distance, 0.5 * ((y[near] - y[:, None]) ** 2).mean(0)
