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
    explained = np.array([_explained(u, y, frequency) for frequency in scanned])
    inside = np.concatenate([[-np.inf], explained, [-np.inf]])
    peaks = np.flatnonzero((explained >= inside[:-2]) & (explained >= inside[2:]))
    best = peaks[np.argsort(-explained[peaks], kind="stable")][:_PEAKS]
    return [float(scanned[i]) for i in best]


def _explained(u: Array, y: Array, frequency: float) -> float:
    """Share of the squares that a line and a wave explain together."""
    centred = u - u.mean()
    design = np.column_stack([np.ones_like(u), centred, np.sin(frequency * centred), np.cos(frequency * centred)])
    q, r = np.linalg.qr(design)
    good = np.abs(np.diag(r)) > 1e-9 * np.abs(r).max()
    return float(np.sum((q[:, good].T @ y) ** 2))
