"""Functions of one argument, a row each: their bits, their values, and starts for the constants inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from kansr.formula.corners import Max, step
from kansr.noise.model import Array

Constants = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """A function f(u; t) with constants t inside.

    Parameters
    ----------
    name, bits
        What it is called in the keys of forms; what its names and operators cost.
    values
        (u, *t) -> [n]; not finite outside the domain.
    write
        (u, *t) -> the formula, with t as decimals.
    starts
        u -> the constants t to begin with, scaled to the argument's own range.
    smooth
        Whether it may stand behind a link that is no identity.
    pure
        Whether it has no constant of its own: then it may also be a factor.
    """

    name: str
    bits: float
    values: Callable[..., Any]
    write: Callable[..., sp.Expr]
    starts: Callable[[Array], Iterator[Constants]]
    smooth: bool = False
    least: int = 3  # distinct values of the argument below which it says nothing

    @property
    def pure(self) -> bool:
        """Whether it has no constant inside."""
        return self.starts is _none


def _none(_: Array) -> Iterator[Constants]:
    yield ()


def _rates(u: Array) -> Iterator[Constants]:
    """Rates of an exponential: from hardly bent to over within a fraction of the range."""
    reach = float(np.ptp(u)) or 1.0
    for rate in (0.3, 1.0, 2.5, 6.0, 15.0):
        yield (rate / reach,)
        yield (-rate / reach,)


def _shifts(u: Array) -> Iterator[Constants]:
    """Shifts that keep the argument positive: from just so to far away."""
    low, reach = float(u.min()), float(np.ptp(u)) or 1.0
    for share in (0.01, 0.05, 0.2, 0.6, 2.0, 6.0):
        yield (share * reach - low,)


def _powers(u: Array) -> Iterator[Constants]:
    if (u > 0).all():
        yield from ((p,) for p in (-3.0, -1.5, -0.7, -0.3, 0.3, 0.7, 1.5, 2.5, 4.0))


def _bends(u: Array) -> Iterator[Constants]:
    """Places between the distinct values where a line may bend or a level may jump."""
    values = np.unique(u)
    inside = (values[1:] + values[:-1]) / 2
    at = np.unique(np.linspace(0, len(inside) - 1, min(len(inside), 12)).round().astype(int))
    yield from ((float(inside[i]),) for i in at)


def _peaks(u: Array) -> Iterator[Constants]:
    """Centres at values and between, widths from a few gaps to the whole range."""
    values, reach = np.unique(u), float(np.ptp(u)) or 1.0
    at = np.unique(np.linspace(0, len(values) - 1, min(len(values), 11)).round().astype(int))
    least = 0.7 * reach / max(len(values) - 1, 1)
    for centre in values[at]:
        for share in (0.03, 0.08, 0.2, 0.5):
            if share * reach >= least or share == 0.5:
                yield float(centre), share * reach


def _slopes(u: Array) -> Iterator[Constants]:
    """Centres and widths of one bend from a level to another."""
    low, reach = float(u.min()), float(np.ptp(u)) or 1.0
    for centre in (0.1, 0.3, 0.5, 0.7, 0.9, 1.2):
        for width in (0.05, 0.12, 0.3, 0.8):
            yield low + centre * reach, width * reach


def _gauss(u: Array, centre: float, width: float) -> Array:
    return np.asarray(np.exp(-(((u - centre) / width) ** 2) / 2))


BASES: tuple[Basis, ...] = (
    Basis(name="log", bits=1.5, values=np.log, write=sp.log, starts=_none, smooth=True),
    Basis(name="exp", bits=1.5, values=np.exp, write=sp.exp, starts=_none),
    Basis(name="exp-", bits=1.5, values=lambda u: np.exp(-u), write=lambda u: sp.exp(-u), starts=_none),
    Basis(name="sin1", bits=2.5, values=np.sin, write=sp.sin, starts=_none),
    Basis(name="cos1", bits=2.5, values=np.cos, write=sp.cos, starts=_none),
    Basis(name="tan1", bits=3.0, values=np.tan, write=sp.tan, starts=_none),
    Basis(name="tanh1", bits=3.0, values=np.tanh, write=sp.tanh, starts=_none),
    Basis(name="exp(t)", bits=2.5, values=lambda u, t: np.exp(t * u), write=lambda u, t: sp.exp(t * u),
          starts=_rates, smooth=True, least=4),
    Basis(name="power", bits=1.5, values=lambda u, t: u**t, write=lambda u, t: u**t, starts=_powers, smooth=True,
          least=4),
    Basis(name="1/(u+t)", bits=2.0, values=lambda u, t: 1 / (u + t), write=lambda u, t: 1 / (u + t), starts=_shifts,
          smooth=True, least=4),
    Basis(name="log(u+t)", bits=2.5, values=lambda u, t: np.log(u + t), write=lambda u, t: sp.log(u + t),
          starts=_shifts, smooth=True, least=4),
    Basis(name="sqrt(u+t)", bits=2.0, values=lambda u, t: np.sqrt(u + t), write=lambda u, t: sp.sqrt(u + t),
          starts=_shifts, least=4),
    Basis(name="hinge", bits=4.0, values=lambda u, t: np.maximum(u - t, 0.0),
          write=lambda u, t: Max(u - t, sp.Integer(0)), starts=_bends, least=5),
    Basis(name="abs", bits=3.0, values=lambda u, t: np.abs(u - t), write=lambda u, t: sp.Abs(u - t), starts=_bends,
          least=5),
    Basis(name="step", bits=4.0, values=lambda u, t: np.where(u >= t, 1.0, 0.0),
          write=lambda u, t: step(u - t), starts=_bends, least=4),
    Basis(name="gauss", bits=5.0, values=_gauss, write=lambda u, m, s: sp.exp(-(((u - m) / s) ** 2) / 2),
          starts=_peaks, least=5),
    Basis(name="lorentz", bits=5.0, values=lambda u, m, s: 1 / (1 + ((u - m) / s) ** 2),
          write=lambda u, m, s: 1 / (1 + ((u - m) / s) ** 2), starts=_peaks, least=5),
    Basis(name="logistic", bits=4.5, values=lambda u, m, s: 0.5 + 0.5 * np.tanh((u - m) / s / 2),
          write=lambda u, m, s: 1 / (1 + sp.exp((m - u) / s)), starts=_slopes, least=5),
    Basis(name="atan", bits=5.0, values=lambda u, m, s: np.arctan((u - m) / s),
          write=lambda u, m, s: sp.atan((u - m) / s), starts=_slopes, least=6),
)  # fmt: skip
"""All functions of one argument that a form may be made of; waves are scanned apart (see `kansr.forms.waves`)."""
