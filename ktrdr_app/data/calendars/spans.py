"""Sorted, disjoint stretches of time as two int64 arrays, and the bars that fit into them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Stamps = NDArray[np.int64]


@dataclass(frozen=True)
class Spans:
    """Stretches ``[opens[i], closes[i])``, rising, not overlapping.

    Attributes
    ----------
    opens, closes : ndarray of int64, shape (n_spans,)
        Nanoseconds UTC.
    """

    opens: Stamps
    closes: Stamps

    def hold(self, moments: Stamps) -> NDArray[np.bool_]:
        """Return which moments lie inside a span.

        Parameters
        ----------
        moments : ndarray of int64, shape (n,)
            Nanoseconds UTC.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        return self.meet(moments, 1)

    def meet(self, opens: Stamps, length: int) -> NDArray[np.bool_]:
        """Return which bars share any time with a span.

        Parameters
        ----------
        opens : ndarray of int64, shape (n,)
            Bar opens, nanoseconds UTC, in any order.
        length : int
            Bar length in nanoseconds.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        if not self.opens.size:
            return np.zeros(opens.shape, dtype=np.bool_)
        place = np.searchsorted(self.closes, opens, side="right")
        later = self.opens[np.minimum(place, self.opens.size - 1)]
        return np.asarray((place < self.opens.size) & (later < opens + length))

    def without(self, others: Spans) -> Spans:
        """Return what is left of the stretches when others are cut out; touching stretches are not joined.

        Parameters
        ----------
        others : Spans
            What is cut out.
        """
        edges = distinct(np.concatenate([self.opens, self.closes, others.opens, others.closes]))
        starts, ends = edges[:-1], edges[1:]
        kept = self.hold(starts) & ~others.hold(starts)
        return Spans(starts[kept], ends[kept])

    def slots(self, length: int, phase: int) -> Stamps:
        """Return the opens of all bars of a fixed grid that share any time with a span.

        Parameters
        ----------
        length : int
            Bar length in nanoseconds.
        phase : int
            Open of any bar of the grid, nanoseconds UTC.
        """
        first = (self.opens - phase) // length
        last = (self.closes - 1 - phase) // length
        return distinct(_ladders(first * length + phase, last - first + 1, length))

    def slots_from_opens(self, length: int) -> Stamps:
        """Return the opens of bars counted from the start of each span; the last of a span may be cut short.

        Parameters
        ----------
        length : int
            Bar length in nanoseconds.
        """
        return _ladders(self.opens, -((self.opens - self.closes) // length), length)


def distinct(stamps: Stamps) -> Stamps:
    """Return each stamp once, rising.

    NumPy's own ``unique`` hashes since 2.3, and round numbers of nanoseconds collide so much that a million of them
    take seconds.

    Parameters
    ----------
    stamps : ndarray of int64, shape (n,)
        In any order.
    """
    rising = np.sort(stamps)
    return np.asarray(rising[np.concatenate([np.ones(min(rising.size, 1), dtype=np.bool_), np.diff(rising) != 0])])


def among(stamps: Stamps, table: Stamps) -> NDArray[np.bool_]:
    """Return which stamps stand in a table.

    Parameters
    ----------
    stamps : ndarray of int64, shape (n,)
        In any order.
    table : ndarray of int64, shape (m,)
        Rising.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not table.size:
        return np.zeros(stamps.shape, dtype=np.bool_)
    place = np.minimum(np.searchsorted(table, stamps), table.size - 1)
    return np.asarray(table[place] == stamps)


def _ladders(starts: Stamps, counts: Stamps, step: int) -> Stamps:
    """Return ``starts[i] + 0, step, 2 step ..`` with ``counts[i]`` rungs each, one after the other."""
    before = np.cumsum(counts) - counts
    rungs = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(before, counts)
    return np.asarray(np.repeat(starts, counts) + rungs * step)
