"""Writes a series as a canonical file, and settles what happens to one that is already there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.files import write_bytes
from ktrdr_app.data.bars import COLUMNS, nanoseconds
from ktrdr_app.data.csv_source import read_bars
from ktrdr_app.data.importing.findings import Finding, finding

HEADER = "timestamp,open,high,low,close,volume"


def canonical(bars: pd.DataFrame) -> bytes:
    """Return the text of a series: ISO stamps in UTC, every number in the fewest digits that give it back.

    Parameters
    ----------
    bars : DataFrame
        Bars, in order.
    """
    numbers = [_written(bars[name].to_numpy(), name == "volume") for name in COLUMNS]
    lines = [HEADER, *map(",".join, zip(_stamps(nanoseconds(bars.index)), *numbers, strict=True))]
    return ("\n".join(lines) + "\n").encode("ascii")


def _stamps(utc: NDArray[np.int64]) -> list[str]:
    if (utc % 1_000_000_000).any():
        return [f"{text}Z" for text in np.datetime_as_string(utc.view("datetime64[ns]")).tolist()]
    codes, days = pd.factorize(utc // 86_400_000_000_000)
    texts = np.datetime_as_string(np.asarray(days).astype("datetime64[D]")).astype(object)
    clock = utc % 86_400_000_000_000 // 1_000_000_000
    places, seconds = pd.factorize(clock)
    names = [f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z" for s in np.asarray(seconds).tolist()]
    return list(map(str.__add__, texts[codes].tolist(), np.array(names, dtype=object)[places].tolist()))


def _written(values: NDArray[np.float64], whole: bool) -> list[str]:
    codes, unique = pd.factorize(values, use_na_sentinel=False)
    texts = ["" if value != value else repr(value) for value in np.asarray(unique).tolist()]
    if whole:
        texts = [text.removesuffix(".0") for text in texts]
    return list(np.array(texts, dtype=object)[codes].tolist())


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
