"""The values under the sets as the editor shows them: their range and histogram, and the curves of the sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app import fuzzy
from ktrdr_app.gui.documents.set_handles import handles_of
from ktrdr_app.strategy.schema import FuzzySet

Floats = NDArray[np.float64]

BINS = 72
_TAIL = 0.002
_VISIBLE = 0.002


@dataclass(frozen=True)
class Histogram:
    """Where the values lie.

    Attributes
    ----------
    edges : ndarray of float64, shape (n + 1,)
        Bin edges.
    total : ndarray of float64, shape (n,)
        Share of all values in each bin, scaled so that the fullest bin is 1.
    by_symbol : dict of str to ndarray of float64
        The same for each symbol, each scaled by itself.
    """

    edges: Floats
    total: Floats
    by_symbol: dict[str, Floats]


def shown_range(sets: Mapping[str, FuzzySet], values: Mapping[str, Floats]) -> tuple[float, float]:
    """Return the span to show: all handles, and all values but the outermost few, with some room.

    Parameters
    ----------
    sets : mapping of str to FuzzySet
        The sets.
    values : mapping of str to ndarray of float64
        Values by symbol; may be empty.
    """
    places = [handle.x for entry in sets.values() for handle in handles_of(entry)]
    known = [array for array in values.values() if len(array)]
    if known:
        places += np.quantile(np.concatenate(known), [_TAIL, 1 - _TAIL]).tolist()
    low, high = min(places), max(places)
    room = (high - low) * 0.06 or max(abs(high), 1.0) * 0.1
    return low - room, high + room


def histogram(values: Mapping[str, Floats], low: float, high: float) -> Histogram:
    """Count the values into bins.

    Parameters
    ----------
    values : mapping of str to ndarray of float64
        Values by symbol.
    low, high : float
        Outer edges; values beyond are not counted.
    """
    edges = np.linspace(low, high, BINS + 1)
    counts = {symbol: np.histogram(array, edges)[0].astype(np.float64) for symbol, array in values.items()}
    total = np.sum(list(counts.values()), axis=0) if counts else np.zeros(BINS)
    return Histogram(edges, _scaled(total), {symbol: _scaled(count) for symbol, count in counts.items()})


def _scaled(counts: Floats) -> Floats:
    top = counts.max(initial=0.0)
    return counts / top if top > 0 else counts


def outline(entry: FuzzySet, low: float, high: float) -> tuple[Floats, Floats]:
    """Return the points to join for a set's curve over a span: its corners, or a fine grid for a gaussian.

    Parameters
    ----------
    entry : FuzzySet
        The set.
    low, high : float
        Ends of the span.
    """
    if entry.type == "gaussian":
        centre, width = entry.parameters
        x = np.union1d(np.linspace(low, high, 241), np.clip(centre + width * np.linspace(-4, 4, 161), low, high))
    else:
        corners = np.array(entry.parameters)
        beside = np.concatenate([np.nextafter(corners, -np.inf), corners, np.nextafter(corners, np.inf)])  # cliffs
        x = np.unique(np.concatenate([[low, high], beside[(beside > low) & (beside < high)]]))
    y = fuzzy.membership(entry.type, entry.parameters, x, entry.shoulder)
    above = y > _VISIBLE
    touching = above | np.append(above[1:], False) | np.insert(above[:-1], 0, False)  # no line along the floor
    return (x[touching], y[touching]) if touching.any() else (x, y)
