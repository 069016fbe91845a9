"""What rows are off the line between their neighbours along an index: a curve of the index drops out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kansr.forms.part import Part, alone, made
from kansr.noise.model import Array, Noise

_CELLS = 4_000_000  # numbers that are held at once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sized:
    """Logarithms of the sizes of y [n] and of parts [n, k], signs of these, and the variance of each row of log y."""

    parts: Sequence[Part]
    target: Array
    logs: Array
    signs: Array
    variance: Array

    @property
    def spread(self) -> float:
        """How log y varies, rows weighed by what they tell."""
        return math.sqrt(float(np.cov(self.target, aweights=1 / self.variance)))

    def head(self, rows: int) -> Sized:
        """Give the first rows."""
        return Sized(
            parts=self.parts, target=self.target[:rows], logs=self.logs[:rows], signs=self.signs[:rows],
            variance=self.variance[:rows],
        )  # fmt: skip

    def only(self, chosen: Sequence[int]) -> Sized:
        """Give some of the parts."""
        return Sized(
            parts=[self.parts[i] for i in chosen], target=self.target, logs=self.logs[:, chosen],
            signs=self.signs[:, chosen], variance=self.variance,
        )  # fmt: skip


def sized_of(columns: Mapping[str, Array], noise: Noise) -> Sized | None:
    """Give logarithms of the rows in which nothing is 0, if these are most of them and enough for the exponents."""
    ones = [one for one in alone(columns) if np.mean(one.values != 0) > 0.5]
    if len(ones) < 2:
        return None
    parts = [*ones, *made(columns)]
    values = np.column_stack([one.values for one in parts])
    used = (noise.y != 0) & np.isfinite(values).all(1)
    kept = [i for i in range(len(parts)) if np.mean(values[used, i] != 0) > 0.9]
    used &= (values[:, kept] != 0).all(1)
    if used.sum() < max(3 * len(ones) + 3, len(used) / 2):
        return None
    y, values = noise.y[used], values[np.ix_(used, kept)]
    unit = np.abs(noise.spread_of_rows())[used] / np.abs(y)
    return Sized(
        parts=[parts[i] for i in kept], target=np.log(np.abs(y)), logs=np.log(np.abs(values)), signs=np.sign(values),
        variance=(unit / np.median(unit)) ** 2,
    )  # fmt: skip


def grams(sized: Sized, indices: Array, rest: Array) -> Iterator[tuple[Array, Array]]:
    """Yield for each index q of the parts [d, k] the inner products of what columns [n, m] are off their neighbours.

    Beside them comes the sum of the weights. Rows of other signs of u are no neighbours.
    """
    each = max(1, _CELLS // (rest.size + 1))
    for at in range(0, len(indices), each):
        q = indices[at : at + each]
        where, sign = sized.logs @ q.T, _sign(sized.signs, q)
        key = sign * (where - where.min() + 1.0)
        order = np.argsort(key, axis=0)
        u, s, v = (
            np.take_along_axis(a, order, 0) for a in (where, sign, np.broadcast_to(sized.variance[:, None], key.shape))
        )
        reach = u[2:] - u[:-2]
        t = np.where(reach != 0, (u[1:-1] - u[:-2]) / np.where(reach != 0, reach, 1.0), 0.5)
        weight = 1 / (v[1:-1] + (1 - t) ** 2 * v[:-2] + t**2 * v[2:])
        weight = np.where(s[2:] == s[:-2], weight, 0.0)
        z = rest[order]  # [n, d, m]
        off = z[1:-1] - (1 - t)[:, :, None] * z[:-2] - t[:, :, None] * z[2:]
        off = (off * np.sqrt(weight)[:, :, None]).transpose(1, 0, 2)
        yield off.transpose(0, 2, 1) @ off, weight.sum(0)


def _sign(signs: Array, q: Array) -> Array:
    """Give the signs of indices [n, d]: those of odd exponents; those of no whole ones have to be above zero."""
    negative = (signs < 0).astype(float) @ (np.abs(q.T) % 2 == 1)
    return np.asarray(1.0 - 2.0 * (negative % 2))


def left_of(gram: Array, weight: Array, width: int, rows: int) -> Array:
    """Give the mean square [d, 1 + m] that columns leave of the target: alone, and with each of the others beside them.

    Products are those of the target, of so many columns, and of the others.
    """
    xx = gram[:, 1 : width + 1, 1 : width + 1]
    size = np.maximum(np.trace(xx, axis1=1, axis2=2) / width, 1e-300)
    xx = xx + (1e-11 * size)[:, None, None] * np.eye(width)
    others = np.r_[0, width + 1 : gram.shape[1]]
    cross = gram[:, 1 : width + 1][:, :, others]
    solved = np.linalg.solve(xx, cross)
    own = gram[:, others][:, :, others]
    target = gram[:, 0, 0] - np.einsum("dx,dx->d", cross[:, :, 0], solved[:, :, 0])
    both = own[:, 0] - np.einsum("dx,dxo->do", cross[:, :, 0], solved)
    alone_ = np.einsum("doo->do", own) - np.einsum("dxo,dxo->do", cross, solved)
    with np.errstate(all="ignore"):
        gain = np.where(alone_ > 1e-9 * np.einsum("doo->do", own), both**2 / alone_, 0.0)
    gain[:, 0] = 0.0
    left = np.maximum(target[:, None] - gain, 1e-15 * gram[:, :1, 0])
    return np.asarray(left / weight[:, None] * rows / max(rows - width - 1, 1))


def are_real(sized: Sized, q: Array) -> NDArray[np.bool_]:
    """Which indices have values on all rows: columns of both signs have whole exponents."""
    mixed = (sized.signs < 0).any(0)
    return np.asarray(((q % 1 == 0) | ~mixed).all(1))


def without_index(sized: Sized) -> float:
    """Give the mean square that a monomial alone leaves."""
    weight = 1 / np.sqrt(sized.variance)
    design = np.column_stack([sized.logs, np.ones(len(weight))]) * weight[:, None]
    c, *_ = np.linalg.lstsq(design, sized.target * weight, rcond=1e-12)
    return float(np.sum((sized.target * weight - design @ c) ** 2) / np.sum(weight**2))
