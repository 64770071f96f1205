"""Named repairs; each gives a new frame and a record of what it changed, and none is done unless asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.data.quality.findings import SHOWN, moment
from ktrdr_app.data.quality.prices import any_of, crossed
from ktrdr_app.data.quality.raw import PRICES, RawSeries
from ktrdr_app.data.quality.stamps import repeated_rows


@dataclass(frozen=True)
class Repair:
    """What a repair did.

    Attributes
    ----------
    name : str
        Its name, as it was asked for.
    dropped, changed : int
        Rows that are gone, rows whose values are others now.
    rule : str
        What was done, in words.
    examples : tuple of str
        Opens of the first rows that were touched, ISO UTC.
    """

    name: str
    dropped: int
    changed: int
    rule: str
    examples: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


Repaired = tuple[pd.DataFrame, Repair]


def sort_rows(frame: pd.DataFrame) -> Repaired:
    """Put rows into order of time; rows of one stamp keep theirs.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    order = np.argsort(nanoseconds(frame.index), kind="stable")
    moved = order != np.arange(len(frame))
    return frame.iloc[order], _record("sort_rows", "rows in order of time", frame, moved, dropped=False)


def drop_duplicates(frame: pd.DataFrame) -> Repaired:
    """Drop rows that repeat an earlier row in full.

    Parameters
    ----------
    frame : DataFrame
        Rows in order of time.
    """
    same, _ = repeated_rows(RawSeries.of(frame))
    return frame.loc[~same], _record("drop_duplicates", "the first of equal rows is kept", frame, same)


def keep_first_of_conflicts(frame: pd.DataFrame) -> Repaired:
    """Of rows with one stamp, keep the first.

    Parameters
    ----------
    frame : DataFrame
        Rows in order of time.
    """
    repeated = np.asarray(frame.index.duplicated(keep="first"))
    rule = "of rows with one stamp the first is kept"
    return frame.loc[~repeated], _record("keep_first_of_conflicts", rule, frame, repeated)


def keep_last_of_conflicts(frame: pd.DataFrame) -> Repaired:
    """Of rows with one stamp, keep the last.

    Parameters
    ----------
    frame : DataFrame
        Rows in order of time.
    """
    repeated = np.asarray(frame.index.duplicated(keep="last"))
    rule = "of rows with one stamp the last is kept"
    return frame.loc[~repeated], _record("keep_last_of_conflicts", rule, frame, repeated)


def drop_missing(frame: pd.DataFrame) -> Repaired:
    """Drop rows that lack a price, or have an infinite one.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    bad = any_of(~np.isfinite(_prices(frame)))
    return frame.loc[~bad], _record("drop_missing", "rows without four finite prices are dropped", frame, bad)


def drop_nonpositive(frame: pd.DataFrame) -> Repaired:
    """Drop rows with a price of 0 or less.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    bad = any_of(_prices(frame) <= 0)
    return frame.loc[~bad], _record("drop_nonpositive", "rows with a price of 0 or less are dropped", frame, bad)


def clip_ohlc(frame: pd.DataFrame) -> Repaired:
    """Widen high and low so that they enclose open and close; a high below its low changes places with it first.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    prices = _prices(frame)
    bad = crossed(prices)
    fixed = frame.copy()
    fixed["high"] = np.where(bad, prices.max(axis=1), prices[:, 1])
    fixed["low"] = np.where(bad, prices.min(axis=1), prices[:, 2])
    rule = "high and low are the largest and smallest of the four prices"
    return fixed, _record("clip_ohlc", rule, frame, bad, dropped=False)


def blank_bad_volume(frame: pd.DataFrame) -> Repaired:
    """Take volumes below 0, or infinite, as absent.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    volume = frame["volume"].to_numpy(np.float64)
    bad = (volume < 0) | np.isinf(volume)
    fixed = frame.copy()
    fixed["volume"] = np.where(bad, np.nan, volume)
    return fixed, _record("blank_bad_volume", "volumes below 0 or infinite are absent now", frame, bad, dropped=False)


REPAIRS: dict[str, Callable[[pd.DataFrame], Repaired]] = {
    "sort_rows": sort_rows,
    "drop_duplicates": drop_duplicates,
    "keep_first_of_conflicts": keep_first_of_conflicts,
    "keep_last_of_conflicts": keep_last_of_conflicts,
    "drop_missing": drop_missing,
    "drop_nonpositive": drop_nonpositive,
    "clip_ohlc": clip_ohlc,
    "blank_bad_volume": blank_bad_volume,
}
"""Every repair by its name, in the order in which they are sensibly done."""


def repair(frame: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, tuple[Repair, ...]]:
    """Do the repairs that were asked for, one after the other, and no other.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series; it is not changed.
    names : sequence of str
        Keys of `REPAIRS`.

    Returns
    -------
    frame : DataFrame
        The rows as they are now.
    records : tuple of Repair
        One per repair, also where it found nothing to do.

    Raises
    ------
    UnknownName
        If there is no such repair; nothing is done then.
    """
    for name in names:
        if name not in REPAIRS:
            raise UnknownName("repair", name, list(REPAIRS))
    records = []
    for name in names:
        frame, record = REPAIRS[name](frame)
        records.append(record)
    return frame, tuple(records)


def _prices(frame: pd.DataFrame) -> NDArray[np.float64]:
    return frame[list(PRICES)].to_numpy(np.float64)


def _record(
    name: str, rule: str, frame: pd.DataFrame, touched: NDArray[np.bool_], *, dropped: bool = True
) -> Repair:  # fmt: skip
    stamps = nanoseconds(frame.index)[np.flatnonzero(touched)[:SHOWN]]
    count = int(touched.sum())
    return Repair(name, count if dropped else 0, 0 if dropped else count, rule, tuple(map(moment, stamps.tolist())))
