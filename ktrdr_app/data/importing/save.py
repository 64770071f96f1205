"""Writes a series as a canonical file, and settles what happens to one that is already there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.files import write_bytes
from ktrdr_app.data.bars import COLUMNS, nanoseconds
from ktrdr_app.data.csv_source import read_bars
from ktrdr_app.data.importing.calendar_text import DAY, SECOND
from ktrdr_app.data.importing.findings import Finding, finding

HEADER = "timestamp,open,high,low,close,volume"
_CHUNK = 1 << 16
_Column = tuple[NDArray[np.bytes_], NDArray[np.int64]]
"""Texts of a column, each once, and which of them each row has."""


def canonical(bars: pd.DataFrame) -> bytes:
    """Return the text of a series: ISO stamps in UTC, every number in the fewest digits that give it back.

    Parameters
    ----------
    bars : DataFrame
        Bars, in order.
    """
    columns = [*_stamps(nanoseconds(bars.index)), *(_written(bars[name], name == "volume") for name in COLUMNS)]
    parts = (
        _joined([(texts, codes[begin : begin + _CHUNK]) for texts, codes in columns])
        for begin in range(0, len(bars), _CHUNK)
    )
    return f"{HEADER}\n".encode("ascii") + b"".join(parts)


def _joined(columns: Sequence[_Column]) -> bytes:
    """Return lines: cells set side by side at the width of the widest, then freed of what is empty."""
    table = np.zeros((len(columns[0][1]), sum(texts.itemsize for texts, _ in columns) + 1), dtype=np.uint8)
    place = 0
    for texts, codes in columns:
        signs = texts.view(np.uint8).reshape(len(texts), texts.itemsize)
        table[:, place : place + texts.itemsize] = signs[codes]
        place += texts.itemsize
    table[:, -1] = ord("\n")
    return table.tobytes().translate(None, b"\0")


def _stamps(utc: NDArray[np.int64]) -> tuple[_Column, _Column]:
    """Return the dates and the times of day."""
    codes, days = pd.factorize(utc // DAY)
    dates = np.datetime_as_string(np.asarray(days).astype("datetime64[D]")).astype(np.bytes_)
    places, clocks = pd.factorize(utc % DAY)
    unit = "s" if not (utc % SECOND).any() else "ns"
    moments = np.datetime_as_string(np.asarray(clocks).astype("datetime64[ns]").astype(f"datetime64[{unit}]"))
    times = np.array([f"{text[len('1970-01-01') :]}Z" for text in moments.tolist()], dtype=np.bytes_)
    return (dates, codes), (times, places)


def _written(column: pd.Series, whole: bool) -> _Column:
    codes, unique = pd.factorize(column.to_numpy(), use_na_sentinel=False)
    texts = ["," if value != value else f",{value!r}" for value in np.asarray(unique).tolist()]
    if whole:
        texts = [text.removesuffix(".0") for text in texts]
    return np.array(texts, dtype=np.bytes_), codes


@dataclass(frozen=True)
class Overlap:
    """How new bars meet a series that is there.

    Attributes
    ----------
    new : ndarray of bool, shape (n_bars,)
        New bars whose stamp the series lacks.
    same, other : int
        Bars whose stamp is in both, with the same numbers and with other ones.
    """

    new: NDArray[np.bool_]
    same: int
    other: int


def overlap(old: pd.DataFrame, bars: pd.DataFrame) -> Overlap:
    """Return how new bars meet a series that is there.

    Parameters
    ----------
    old, bars : DataFrame
        The series, and the new bars.
    """
    both = old.index.intersection(bars.index)
    before, after = old.loc[both, list(COLUMNS)].to_numpy(), bars.loc[both, list(COLUMNS)].to_numpy()
    other = ~((before == after) | (np.isnan(before) & np.isnan(after))).all(axis=1)
    return Overlap(np.asarray(~bars.index.isin(old.index)), int((~other).sum()), int(other.sum()))


def merged_with(path: Path, bars: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the series that is there with the bars that it lacks.

    Parameters
    ----------
    path : Path
        The series' file.
    bars : DataFrame
        New bars.

    Raises
    ------
    EmptyData, MalformedBars, StorageProblem
        If the file that is there cannot be read.
    """
    old = read_bars(path)
    met = overlap(old, bars)
    new = bars.loc[met.new]
    words = f"{len(new):,} bars were added to the {len(old):,} that were there"
    told = [finding("appended", words)]
    if met.other:
        words = f"{met.other:,} bars were there already with other numbers and stayed as they were"
        told.append(finding("kept_existing", words))
    whole = pd.concat([old[list(COLUMNS)], new[list(COLUMNS)]]).sort_index()
    whole.index.name = "timestamp"
    return whole, told


def write_series(path: Path, bars: pd.DataFrame) -> None:
    """Write a series; the file is whole or as it was before.

    Parameters
    ----------
    path : Path
        Where it goes.
    bars : DataFrame
        Bars, in order.

    Raises
    ------
    StorageProblem
        If the disk refuses.
    """
    write_bytes(path, canonical(bars))
