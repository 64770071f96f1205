"""Curves as separate segments: Qt strokes those many times faster than one path, and dashes are cut here by x."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DASHES = {"dash": (7.0, 4.0), "dot": (2.0, 3.0)}
"""Pixels on and off, along x."""


def segments(x: Floats, y: Floats, dash: str = "solid") -> tuple[Floats, Floats, Floats, Floats]:
    """Return both ends of the segments to stroke; those that touch a NaN are left out.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        The points to join, in pixels; x does not fall.
    dash : str
        ``solid``, ``dash`` or ``dot``.

    Returns
    -------
    x1, y1, x2, y2 : ndarray of float64, shape (m,)
        The segments.
    """
    shown = None
    if dash in _DASHES and len(x) > 1:
        x, y, shown = _cut(x, y, *_DASHES[dash])
    known = np.isfinite(y)
    kept = known[:-1] & known[1:]
    if shown is not None:
        kept &= shown
    if kept.all():
        return x[:-1], y[:-1], x[1:], y[1:]
    return x[:-1][kept], y[:-1][kept], x[1:][kept], y[1:][kept]


def _cut(x: Floats, y: Floats, on: float, off: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the points with those where dashes begin and end between them, and which segments lie on a dash."""
    period = on + off
    turns = np.arange(np.floor(x[0] / period), np.ceil(x[-1] / period) + 1) * period
    edges = np.column_stack([turns, turns + on]).ravel()
    edges = edges[(edges > x[0]) & (edges < x[-1])]
    places = np.searchsorted(x, edges, side="right")
    left, right = places - 1, places
    share = (edges - x[left]) / (x[right] - x[left])
    between = y[left] + share * (y[right] - y[left])
    x, y = np.insert(x, places, edges), np.insert(y, places, between)
    middle = (x[:-1] + x[1:]) / 2
    return x, y, np.asarray(middle % period < on)
