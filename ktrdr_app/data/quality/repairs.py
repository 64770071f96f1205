"""Named repairs; each gives a new frame and a record of what it changed, and none is done unless asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.data.bars import COLUMNS, nanoseconds
from ktrdr_app.data.calendars.spans import distinct
from ktrdr_app.data.quality.context import stray_stamps
from ktrdr_app.data.quality.findings import SHOWN, moment
from ktrdr_app.data.quality.prices import any_of, crossed
from ktrdr_app.data.quality.raw import PRICES


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


def drop_unreadable(frame: pd.DataFrame) -> Repaired:
    """Drop rows whose stamp is no date.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series, unreadable stamps as NaT.
    """
    bad = np.asarray(frame.index.isna())
    return frame.loc[~bad], _record("drop_unreadable", "rows whose stamp is no date are dropped", frame, bad)


def sort_rows(frame: pd.DataFrame) -> Repaired:
    """Put rows into order of time; rows of one stamp keep theirs, rows without a readable one go last.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    stamps = nanoseconds(frame.index)
    order = np.lexsort((stamps, np.asarray(frame.index.isna())))
    moved = order != np.arange(len(frame))
    return frame.iloc[order], _record("sort_rows", "rows in order of time", frame, moved, dropped=False)


def drop_duplicates(frame: pd.DataFrame) -> Repaired:
    """Drop rows that repeat an earlier row in full, stamp and all.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    cells = frame[list(COLUMNS)].assign(stamp=nanoseconds(frame.index))
    same = cells.duplicated().to_numpy() & _stamped(frame)
    return frame.loc[~same], _record("drop_duplicates", "the first of equal rows is kept", frame, same)


def keep_first_of_conflicts(frame: pd.DataFrame) -> Repaired:
    """Of rows with one stamp, keep the first.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    repeated = np.asarray(frame.index.duplicated(keep="first")) & _stamped(frame)
    rule = "of rows with one stamp the first is kept"
    return frame.loc[~repeated], _record("keep_first_of_conflicts", rule, frame, repeated)


def keep_last_of_conflicts(frame: pd.DataFrame) -> Repaired:
    """Of rows with one stamp, keep the last.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    repeated = np.asarray(frame.index.duplicated(keep="last")) & _stamped(frame)
    rule = "of rows with one stamp the last is kept"
    return frame.loc[~repeated], _record("keep_last_of_conflicts", rule, frame, repeated)


def drop_stray_stamps(frame: pd.DataFrame) -> Repaired:
    """Drop the few rows at either end that are over a year from all others.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    stamps = nanoseconds(frame.index)
    known = distinct(stamps[_stamped(frame)])
    bad = np.isin(stamps, known[stray_stamps(known)])
    rule = "a few rows at either end, over a year from all others, are dropped"
    return frame.loc[~bad], _record("drop_stray_stamps", rule, frame, bad)


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
    """Widen high and low so that they enclose the other prices; a missing price stays missing.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    prices = _prices(frame)
    bad = crossed(prices)
    fixed = frame.copy()
    high, low = prices[:, 1], prices[:, 2]
    fixed["high"] = np.where(bad & ~np.isnan(high), np.fmax.reduce(prices, axis=1), high)
    fixed["low"] = np.where(bad & ~np.isnan(low), np.fmin.reduce(prices, axis=1), low)
    rule = "high and low are the largest and smallest of the bar's prices"
    return fixed, _record("clip_ohlc", rule, frame, bad, dropped=False)


def drop_crossed(frame: pd.DataFrame) -> Repaired:
    """Drop rows whose high or low does not enclose the other prices, where one of the four must be a bad print.

    Parameters
    ----------
    frame : DataFrame
        Rows of a series.
    """
    bad = crossed(_prices(frame))
    rule = "rows whose high or low does not enclose the other prices are dropped"
    return frame.loc[~bad], _record("drop_crossed", rule, frame, bad)


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
    "drop_unreadable": drop_unreadable,
    "sort_rows": sort_rows,
    "drop_duplicates": drop_duplicates,
    "keep_first_of_conflicts": keep_first_of_conflicts,
    "keep_last_of_conflicts": keep_last_of_conflicts,
    "drop_stray_stamps": drop_stray_stamps,
    "drop_missing": drop_missing,
    "drop_nonpositive": drop_nonpositive,
    "drop_crossed": drop_crossed,
    "clip_ohlc": clip_ohlc,
    "blank_bad_volume": blank_bad_volume,
}
"""Every repair by its name, in the order in which they are sensibly done."""
HELPS = {
    "unreadable_stamps": ("drop_unreadable",),
    "unsorted": ("sort_rows",),
    "duplicates": ("drop_duplicates",),
    "conflicting_duplicates": ("keep_first_of_conflicts", "keep_last_of_conflicts"),
    "stray_stamps": ("drop_stray_stamps",),
    "not_numbers": ("drop_missing",),
    "missing_prices": ("drop_missing",),
    "infinite_prices": ("drop_missing",),
    "nonpositive_prices": ("drop_nonpositive",),
    "ohlc_violations": ("clip_ohlc", "drop_crossed"),
    "negative_volume": ("blank_bad_volume",),
}
"""Which repairs mend which finding; the others need another source, or a look at the market."""


def words_of(name: str) -> str:
    """Return what a repair does, in one sentence.

    Parameters
    ----------
    name : str
        A key of `REPAIRS`.
    """
    return (REPAIRS[name].__doc__ or "").partition("\n")[0]


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


def _stamped(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows have a readable stamp: nothing can be said of the others' time."""
    return np.asarray(frame.index.notna())


def _prices(frame: pd.DataFrame) -> NDArray[np.float64]:
    return frame[list(PRICES)].to_numpy(np.float64)


def _record(
    name: str, rule: str, frame: pd.DataFrame, touched: NDArray[np.bool_], *, dropped: bool = True
) -> Repair:  # fmt: skip
    shown = frame.index[np.flatnonzero(touched)[:SHOWN]]
    examples = tuple("no date" if stamp is pd.NaT else moment(stamp.value) for stamp in shown)
    count = int(touched.sum())
    return Repair(name, count if dropped else 0, 0 if dropped else count, rule, examples)
