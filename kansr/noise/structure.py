"""Do residuals look like noise? A test along all columns at once, that knows how many rows it takes to reject.

Where a formula misses something smooth, residuals of rows near each other are alike. For a kernel K of nearness,
r'Kr / r'r is the score test of a smooth component beside the noise (Lin, Biometrika 84, 1997; Zhang and Lin,
Biostatistics 4, 2003).
Several kernels are taken, near and far along each column and in all of them together; the largest of their standardised
scores is compared with what white residuals of the same fit give. Its power is known the same way: the share of smooth
curves that it would have rejected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kansr.noise.model import Array

LEVEL = 0.01
"""Share of white residuals that the test calls structured."""

_DRAWN = 400  # residuals that are drawn: white ones, and smooth ones
_NEAR, _FAR = 0.08, 0.25  # lengths of kernels, as shares of the rows along a column
_JOINT = (0.2, 0.5)
_SMOOTH = 0.3  # length of the curves that the power is told for
_ROWS = 400  # rows on which larger tables are tested
_LEFT = 3  # degrees of freedom below which nothing can be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What the test tells of residuals.

    Parameters
    ----------
    p
        Share of white residuals with a larger score: small where something is left to explain.
    power
        Share of smooth curves, exact ones that another formula was fitted to, that the test rejects at `LEVEL` on
        these rows. Where this is small, a large p tells nothing.
    """

    p: float
    power: float


def structure(residual: Array, columns: Mapping[str, Array], slopes: Array) -> Structure:
    """Test residuals [n], scaled so that all rows count alike, along columns [n] by name.

    `slopes` [n, k] are those of the fitted constants, in the same scale: residuals of a fit are no free ones.

    >>> x = np.linspace(0.0, 1.0, 40)
    >>> line = np.column_stack([np.ones(40), x])
    >>> bent = structure((x - 0.5) ** 2 - 1 / 12, {"x": x}, line)
    >>> white = structure(np.random.default_rng(1).standard_normal(40), {"x": x}, line)
    >>> bent.p < LEVEL < white.p, white.power > 0.9
    (True, True)
    """
    some = np.linspace(0, len(residual) - 1, min(len(residual), _ROWS)).astype(int)
    residual, slopes = residual[some], slopes[some]
    places = {name: _ranks(column[some]) for name, column in columns.items() if np.ptp(column[some]) > 0}
    basis = _basis(slopes)
    size = float(np.max(np.abs(residual)))
    if not places or len(residual) - basis.shape[1] < _LEFT or not size > 0:
        return Structure(p=1.0, power=0.0)
    residual = residual / size
    kernels = np.stack(list(_kernels(places)))
    rng = np.random.default_rng(0)
    white = _left(rng.standard_normal((len(residual), _DRAWN)), basis)
    score = _Score(kernels, white)
    null = score(white)
    limit = float(np.quantile(null, 1 - LEVEL))
    curves = _left(_curves(places, rng), basis)
    own = float(score(_left(residual[:, None], basis))[0])
    return Structure(p=float(np.mean(null >= own)), power=float(np.mean(score(curves) > limit)))


class _Score:
    """The largest standardised score of residuals [n, m] over all kernels."""

    def __init__(self, kernels: Array, white: Array):
        self.kernels = kernels
        drawn = self._each(white)
        self.mean, self.spread = drawn.mean(1, keepdims=True), drawn.std(1, keepdims=True)

    def _each(self, residual: Array) -> Array:
        square = (residual**2).sum(0)
        return np.stack([(residual * (k @ residual)).sum(0) / np.where(square > 0, square, 1.0) for k in self.kernels])

    def __call__(self, residual: Array) -> Array:
        return np.asarray(((self._each(residual) - self.mean) / np.where(self.spread > 0, self.spread, 1.0)).max(0))


def _basis(slopes: Array) -> Array:
    """Give an orthonormal basis [n, rank] of the slopes."""
    if not slopes.shape[1]:
        return np.zeros((len(slopes), 0))
    largest = np.abs(np.nan_to_num(slopes, posinf=0.0, neginf=0.0)).max(0)
    slopes = np.nan_to_num(slopes, posinf=0.0, neginf=0.0)[:, largest > 0] / largest[largest > 0]
    u, s, _ = np.linalg.svd(slopes / np.linalg.norm(slopes, axis=0), full_matrices=False)
    return np.asarray(u[:, s > 1e-9])


def _left(values: Array, basis: Array) -> Array:
    return np.asarray(values - basis @ (basis.T @ values))


def _ranks(column: Array) -> Array:
    """Give the places [n] of values along a column, from 0 to 1; equal values share one."""
    _, which = np.unique(column, return_inverse=True)
    return np.asarray(which / max(int(which.max()), 1), dtype=float)


def _kernels(places: Mapping[str, Array]) -> Iterator[Array]:
    square = {name: (place[:, None] - place) ** 2 for name, place in places.items()}
    for distance in square.values():
        for length in (_NEAR, _FAR):
            yield np.exp(-distance / (2 * length**2))
    if len(square) > 1:
        whole = np.sum(list(square.values()), axis=0)
        for length in _JOINT:
            yield np.exp(-whole / (2 * length**2))


def _curves(places: Mapping[str, Array], rng: np.random.Generator) -> Array:
    """Draw smooth curves [n, m]: of each column alone, and of all together."""
    table = np.column_stack(list(places.values()))
    whole = ((table[:, None] - table) ** 2).sum(-1)
    root = _root(np.exp(-whole / (2 * _SMOOTH**2 * table.shape[1])))
    return np.asarray(root @ rng.standard_normal((len(table), _DRAWN)))


def _root(kernel: Array) -> Array:
    values, vectors = np.linalg.eigh(kernel)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
