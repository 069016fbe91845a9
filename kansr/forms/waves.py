"""Frequencies that targets show along an argument: peaks of the least-squares periodogram.

Lomb (Astrophysics and Space Science 39, 1976) and Scargle (Astrophysical Journal 263, 1982), with a line beside the
wave: what a trend leaves is no wave.
"""

from __future__ import annotations

import math

import numpy as np

from kansr.noise.model import Array

_OVERSAMPLED = 5  # frequencies scanned for each period more that the range holds
_LEAST_PERIODS = 0.3  # periods in the range below which a wave looks like a parabola
_MOST = 400  # frequencies that are scanned
_PEAKS = 4
_LEAST = 6  # distinct values below which no wave is told from a polynomial
_ROWS = 300
_PARALLEL = 1e-9  # square of the sine of the angle below which sine and cosine say the same


def frequencies(u: Array, y: Array) -> list[float]:
    """Give the angular frequencies of the highest peaks, the highest first; none for too few distinct values.

    >>> t = np.linspace(0.0, 10.0, 60)
    >>> round(frequencies(t, 3 * np.sin(2.5 * t + 1))[0], 1)
    2.5
    """
    values = np.unique(u)
    reach = float(values[-1] - values[0])
    if len(values) < _LEAST or not reach > 0:
        return []
    u, y = u[:_ROWS], y[:_ROWS]
    most = min(len(values) / 2, _MOST / _OVERSAMPLED)
    scanned = 2 * math.pi / reach * np.arange(_LEAST_PERIODS, most + 1e-9, 1 / _OVERSAMPLED)
    explained = _explained(u, y, scanned)
    inside = np.concatenate([[-np.inf], explained, [-np.inf]])
    peaks = np.flatnonzero((explained >= inside[:-2]) & (explained >= inside[2:]))
    best = peaks[np.argsort(-explained[peaks], kind="stable")][:_PEAKS]
    return [float(scanned[i]) for i in best]


def _explained(u: Array, y: Array, frequencies: Array) -> Array:
    """Share of the squares that a line and a wave explain together, for each frequency [f]."""
    line, _ = np.linalg.qr(np.column_stack([np.ones_like(u), u - u.mean()]))
    turned = np.outer(u - u.mean(), frequencies)  # [n, f]
    sine, cosine = (wave - line @ (line.T @ wave) for wave in (np.sin(turned), np.cos(turned)))
    a, b, both = (sine**2).sum(0), (cosine**2).sum(0), (sine * cosine).sum(0)
    p, q, apart = sine.T @ y, cosine.T @ y, a * b - both**2
    with np.errstate(all="ignore"):
        pair = (p**2 * b - 2 * p * q * both + q**2 * a) / apart
        alone = np.maximum(p**2 / a, q**2 / b)
    return np.asarray(np.where(apart > _PARALLEL * a * b, pair, np.nan_to_num(alone)))
