"""What travels with every matrix of features: names, hash, owners and times of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PIECE = 1 << 14
"""Rows that are worked on at a time: what is made of them then stays in the cache."""


@dataclass(frozen=True)
class FeatureContract:
    """The promise under which a network was trained and may be used.

    Attributes
    ----------
    names : tuple of str
        Features, in column order.
    digest : str
        SHA-256 over the names, the formulas' version and the indicator, fuzzy and feature settings,
        defaults included.
    """

    names: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class FeatureFrame:
    """The features of every bar of one symbol, before scaling.

    Attributes
    ----------
    contract : FeatureContract
        Names and hash.
    values : ndarray of float32, shape (n_bars, n_features), C-contiguous
        Features known at each bar's close.
    valid : ndarray of bool, shape (n_bars,)
        Bars whose every feature is there; the others are warm-up and are never filled.
    index : DatetimeIndex
        Bar opens, UTC.
    """

    contract: FeatureContract
    values: NDArray[np.float32]
    valid: NDArray[np.bool_]
    index: pd.DatetimeIndex

    def pieces(self, first: int) -> Iterator[NDArray[np.float32]]:
        """Yield the features from one bar on, as `FeatureRows` does.

        Parameters
        ----------
        first : int
            Number of the bar.
        """
        for begin in range(first, len(self.values), PIECE):
            yield self.values[begin : begin + PIECE]

    def table(self) -> pd.DataFrame:
        """Return the bars whose every feature is there, a column per feature."""
        names = list(self.contract.names)
        return pd.DataFrame(self.values[self.valid], index=self.index[self.valid], columns=names)


class FeatureRows(Protocol):
    """The features of every bar of one symbol, before scaling, wherever they lie: in a `FeatureFrame`, or in a file."""

    @property
    def contract(self) -> FeatureContract:
        """Names and hash."""
        ...

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Bars whose every feature is there, as `FeatureFrame` has them."""
        ...

    def pieces(self, first: int) -> Iterator[NDArray[np.float32]]:
        """Yield the features from one bar on, `PIECE` bars at a time; each piece is gone when the next one comes.

        Parameters
        ----------
        first : int
            Number of the bar.
        """
        ...


class UsablePiece(NamedTuple):
    """Some neighbouring bars, and the features of those that have all of them.

    Attributes
    ----------
    bars : slice
        The bars, counted from the first that was asked for.
    valid : ndarray of bool, shape (n_bars,)
        Which of them have all features.
    rows : ndarray of float32, shape (n_valid, n_features)
        Their features; gone when the next piece comes.
    """

    bars: slice
    valid: NDArray[np.bool_]
    rows: NDArray[np.float32]


def usable_pieces(features: FeatureRows, first: int) -> Iterator[UsablePiece]:
    """Yield the bars that have all features, from one bar on, piece after piece.

    Parameters
    ----------
    features : FeatureRows
        Features of every bar.
    first : int
        Number of the bar.
    """
    begin = first
    for piece in features.pieces(first):
        valid = features.valid[begin : begin + len(piece)]
        bars = slice(begin - first, begin - first + len(piece))
        yield UsablePiece(bars, valid, piece if valid.all() else piece[valid])
        begin += len(piece)


@dataclass(frozen=True)
class FeatureBlock:
    """Labelled rows of one or many symbols; row i of every array belongs together.

    Attributes
    ----------
    contract : FeatureContract
        Names and hash of the columns.
    symbols : tuple of str
        Symbols that ``symbol_id`` counts.
    values : ndarray of float32, shape (n_rows, n_features), C-contiguous
        Features; before scaling, but for a pooled block that a training has scaled in place.
    label : ndarray of int8, shape (n_rows,)
        BUY 0, HOLD 1, SELL 2.
    symbol_id : ndarray of int16, shape (n_rows,)
        Position in ``symbols``.
    close_time : ndarray of int64, shape (n_rows,)
        When the row became known, nanoseconds UTC.
    label_end : ndarray of int64, shape (n_rows,)
        Close of the last bar that the label looked at, nanoseconds UTC.
    """

    contract: FeatureContract
    symbols: tuple[str, ...]
    values: NDArray[np.float32]
    label: NDArray[np.int8]
    symbol_id: NDArray[np.int16]
    close_time: NDArray[np.int64]
    label_end: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.label)

    def without_values(self) -> FeatureBlock:
        """Return the rows without their features, for as long as those lie elsewhere."""
        return replace(self, values=np.empty((0, self.values.shape[1]), dtype=np.float32))

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> FeatureBlock:
        """Return chosen rows, all arrays alike.

        Parameters
        ----------
        rows : ndarray of int or bool
            Row numbers in the order wanted, or a mask.
        """
        return FeatureBlock(
            self.contract,
            self.symbols,
            np.ascontiguousarray(self.values[rows]),
            self.label[rows],
            self.symbol_id[rows],
            self.close_time[rows],
            self.label_end[rows],
        )
