"""Links: what may stand around a sum. Behind a link the target is linear in the constants of the sum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from kansr.noise.model import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """y = T(z).

    Parameters
    ----------
    behind
        y [n] -> z [n], or None where the targets have no place behind this link.
    slope
        (y, z) -> dT/dz [n].
    apply, write
        T on arrays and on formulas.
    """

    name: str
    bits: float
    behind: Callable[[Array], Array | None]
    slope: Callable[[Array, Array], Any]
    apply: Callable[[Array], Any]
    write: Callable[[sp.Expr], sp.Expr]


def _positive(transform: Callable[[Array], Any]) -> Callable[[Array], Array | None]:
    def behind(y: Array) -> Array | None:
        with np.errstate(all="ignore"):
            z = np.asarray(transform(y)) if (y > 0).all() else np.full(1, np.inf)
        return z if np.isfinite(z).all() else None

    return behind


def _inverse(y: Array) -> Array | None:
    return 1 / y if (np.abs(y) > 1e-9 * np.abs(y).max()).all() else None


LINKS: tuple[Link, ...] = (
    Link(name="", bits=0.0, behind=lambda y: y, slope=lambda y, _: np.ones(len(y)), apply=lambda z: z,
         write=lambda z: z),
    Link(name="exp", bits=1.5, behind=_positive(np.log), slope=lambda y, _: y, apply=np.exp, write=sp.exp),
    Link(name="1/", bits=1.0, behind=_inverse, slope=lambda y, _: -(y**2), apply=lambda z: 1 / z,
         write=lambda z: 1 / z),
    Link(name="sqrt", bits=1.0, behind=_positive(np.square), slope=lambda y, _: 0.5 / y, apply=np.sqrt, write=sp.sqrt),
    Link(name="^2", bits=2.0, behind=_positive(np.sqrt), slope=lambda _, z: 2 * z, apply=np.square,
         write=lambda z: z**2),
)  # fmt: skip
"""All links. Negative targets of one sign are turned before (see `kansr.forms.search`)."""
