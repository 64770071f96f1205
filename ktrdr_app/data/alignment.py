"""Several symbols on one time axis: what each way of joining them keeps, loses, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.core.timeframes import NANOSECONDS, bar_length
from ktrdr_app.data.bars import COLUMNS, close_times, nanoseconds
from ktrdr_app.data.calendars.base import Calendar
from ktrdr_app.data.calendars.spans import among, distinct

MODES = ("own", "intersection", "union")
"""Ways of joining: each symbol on its own bars, only bars that all have, every bar of any."""
_MINUTE = NANOSECONDS["1m"]
_HOUR = NANOSECONDS["1h"]
Stamps = NDArray[np.int64]
Calendars = Mapping[str, Calendar]


def align_trading_calendars(
    bars_by_symbol: Mapping[str, pd.DataFrame],
    timeframe: str,
    mode: str = "own",
    calendars: Calendars | None = None,
) -> pd.DatetimeIndex:
    """Return the common time axis of several symbols.

    Parameters
    ----------
    bars_by_symbol : mapping of str to DataFrame
        Bars of each symbol, or any frames indexed by bar opens.
    timeframe : str
        Bar length of all of them.
    mode : str
        ``own``: nothing is joined; the axis are the moments at which bars become known, for ordering and
        splitting over symbols. ``intersection``: opens of the bars that every symbol has. ``union``: opens of the
        bars that any symbol has, to be filled by `as_of`.
    calendars : mapping of str to Calendar, optional
        Of each symbol; daily and longer bars are then known when their session closes, else at open + length.

    Returns
    -------
    DatetimeIndex
        UTC, rising, unique; named ``close_time`` for ``own`` and ``timestamp`` (bar opens) otherwise.

    Raises
    ------
    InvalidValue
        If there is no symbol.
    UnknownName
        If there is no such mode or time frame.
    """
    bar_length(timeframe)
    if mode not in MODES:
        raise UnknownName("alignment mode", mode, MODES)
    if not bars_by_symbol:
        raise InvalidValue("symbols", "nothing", "at least one symbol")
    opens = {symbol: nanoseconds(bars.index) for symbol, bars in bars_by_symbol.items()}
    if mode == "own":
        known = [known_at(bars.index, timeframe, (calendars or {}).get(name)) for name, bars in bars_by_symbol.items()]
        return _index(distinct(np.concatenate(known)), "close_time")
    if mode == "union":
        return _index(distinct(np.concatenate(list(opens.values()))), "timestamp")
    return _index(_common(list(opens.values())), "timestamp")


def known_at(index: pd.Index, timeframe: str, calendar: Calendar | None = None) -> Stamps:
    """Return when each bar is known.

    Parameters
    ----------
    index : DatetimeIndex
        Bar opens.
    timeframe : str
        Bar length.
    calendar : Calendar, optional
        With it, bars of a day or longer are known when their last session closes.

    Returns
    -------
    ndarray of int64, shape (n_bars,)
        Nanoseconds UTC.
    """
    return calendar.session_close(nanoseconds(index), timeframe) if calendar else close_times(index, timeframe)


@dataclass(frozen=True)
class AsOf:
    """One symbol's columns on another time axis.

    Attributes
    ----------
    values : DataFrame
        A row per entry of the axis: the newest row that was known when the axis' bar was over. Prices and volume
        stand only where the symbol has that very bar: nobody could have traded the others.
    fresh : ndarray of bool, shape (n_rows,)
        Whether the symbol has a bar of that very open; where not, the row is carried or empty.
    """

    values: pd.DataFrame
    fresh: NDArray[np.bool_]


def as_of(frame: pd.DataFrame, index: pd.DatetimeIndex, timeframe: str) -> AsOf:
    """Return what was known of one symbol at the end of each bar of an axis.

    Parameters
    ----------
    frame : DataFrame
        Columns of one symbol, indexed by bar opens, rising.
    index : DatetimeIndex
        Bar opens of the axis, as `align_trading_calendars` returns them for ``union``.
    timeframe : str
        Bar length of both. A row that ends after the axis' bar does is never used.

    Returns
    -------
    AsOf
        Columns of `ktrdr_app.data.bars.COLUMNS` are NaN where they are not fresh; others are carried.
    """
    ends, wanted = close_times(frame.index, timeframe), close_times(index, timeframe)
    place = np.searchsorted(ends, wanted, side="right") - 1
    known = place >= 0
    if not ends.size:
        return AsOf(pd.DataFrame(np.nan, index=index, columns=frame.columns), known)
    place = np.maximum(place, 0)
    fresh = known & (ends[place] == wanted)
    values = frame.iloc[place].set_axis(index)
    tradable = np.array([name in COLUMNS for name in values.columns], dtype=np.bool_)
    return AsOf(values.where(np.where(tradable, fresh[:, None], known[:, None])), fresh)


@dataclass(frozen=True)
class SymbolAlignment:
    """What a way of joining does to one symbol.

    Attributes
    ----------
    symbol : str
        Which one.
    bars, kept, lost : int
        Its bars, those on the common axis, those that are not.
    carried : int
        Rows of the axis on which it has no bar of its own: its last known values stand there, never prices.
    reasons : tuple of str
        Why bars are lost or rows carried, in words, each with its number.
    """

    symbol: str
    bars: int
    kept: int
    lost: int
    carried: int
    reasons: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form, the share kept added."""
        return {
            "symbol": self.symbol,
            "bars": self.bars,
            "kept": self.kept,
            "lost": self.lost,
            "kept_share": self.kept / self.bars if self.bars else 0.0,
            "carried": self.carried,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True)
class AlignmentReport:
    """What a way of joining keeps and loses.

    Attributes
    ----------
    mode, timeframe : str
        As they were asked for.
    rows : int
        Entries of the common axis.
    first, last : str
        Its ends, ISO UTC; empty where it has none.
    symbols : tuple of SymbolAlignment
        In the order given.
    sentences : tuple of str
        The whole in plain words; the first says what comes out.
    """

    mode: str
    timeframe: str
    rows: int
    first: str
    last: str
    symbols: tuple[SymbolAlignment, ...]
    sentences: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form that ``data align --json`` prints."""
        return {
            "mode": self.mode,
            "timeframe": self.timeframe,
            "rows": self.rows,
            "first": self.first,
            "last": self.last,
            "symbols": [entry.to_document() for entry in self.symbols],
            "sentences": list(self.sentences),
        }


def alignment_report(
    bars_by_symbol: Mapping[str, pd.DataFrame],
    timeframe: str,
    mode: str = "own",
    calendars: Calendars | None = None,
) -> AlignmentReport:
    """Return what a way of joining keeps and loses of each symbol, and why.

    Parameters
    ----------
    bars_by_symbol : mapping of str to DataFrame
        Bars of each symbol.
    timeframe : str
        Bar length of all of them.
    mode : str
        As in `align_trading_calendars`.
    calendars : mapping of str to Calendar, optional
        Of each symbol: they tell a closed market from missing data.

    Raises
    ------
    InvalidValue, UnknownName
        As `align_trading_calendars` raises them.
    """
    axis = align_trading_calendars(bars_by_symbol, timeframe, mode, calendars)
    opens = {symbol: nanoseconds(bars.index) for symbol, bars in bars_by_symbol.items()}
    join = _Join(opens, timeframe, calendars or {})
    entries = tuple(_entry(symbol, mode, nanoseconds(axis), join) for symbol in opens)
    first, last = (axis[0].isoformat(), axis[-1].isoformat()) if len(axis) else ("", "")
    return AlignmentReport(mode, timeframe, len(axis), first, last, entries, _sentences(mode, len(axis), join))


@dataclass(frozen=True)
class _Join:
    """Bar opens of each symbol, and what is needed to say why one lacks a bar."""

    opens: Mapping[str, Stamps]
    timeframe: str
    calendars: Calendars

    @property
    def length(self) -> int:
        return bar_length(self.timeframe)

    def grids(self, symbol: str) -> frozenset[int]:
        """Offsets of a symbol's opens from the grid of UTC, nanoseconds; rare ones (below 1 %) left out."""
        offsets, counts = np.unique(self.opens[symbol] % self.length, return_counts=True)
        return frozenset(offsets[counts > 0.01 * counts.sum()].tolist())

    def apart(self, one: str, other: str) -> bool:
        """Whether the bars of two symbols never begin at the same time, whatever the date."""
        both = self.opens[one].size and self.opens[other].size
        return bool(both) and not (self.grids(one) & self.grids(other))

    def lacks(self, other: str, stamps: Stamps) -> list[str]:
        """Say, with numbers, why a symbol has no bar at any of these opens."""
        own = self.opens[other]
        inside = (stamps >= own[0]) & (stamps <= own[-1]) if own.size else np.zeros(stamps.size, dtype=np.bool_)
        outside, within = int((~inside).sum()), stamps[inside]
        said = [f"{outside:,} before the first or after the last bar of {other}"] if outside else []
        calendar = self.calendars.get(other)
        if not within.size:
            return said
        if calendar is None:
            return [*said, f"{within.size:,} at times without a bar of {other}"]
        spans = calendar.spans(int(within.min()), int(within.max()) + self.length)
        certain = calendar.certain_spans(int(within.min()), int(within.max()) + self.length)
        open_then, certain_then = (int(found.meet(within, self.length).sum()) for found in (spans, certain))
        if within.size - open_then:
            said.append(f"{within.size - open_then:,} while the market of {other} is closed ({calendar.words})")
        if open_then - certain_then:
            said.append(f"{open_then - certain_then:,} over holidays, when the market of {other} may be closed")
        if certain_then:
            said.append(f"{certain_then:,} missing from the data of {other}, though its market is open")
        return said


def _entry(symbol: str, mode: str, axis: Stamps, join: _Join) -> SymbolAlignment:
    own = join.opens[symbol]
    if mode == "own":
        return SymbolAlignment(symbol, own.size, own.size, 0, 0, ("every bar is kept, on its own time",))
    on_axis = among(own, axis)
    kept = int(on_axis.sum())
    if mode == "union":
        empty = axis[~among(axis, own)]
        reasons = _off_grid(symbol, join) or join.lacks(symbol, empty)
        said = tuple(f"no bar of its own: {reason}" for reason in reasons) if empty.size else ()
        return SymbolAlignment(symbol, own.size, kept, own.size - kept, empty.size, said)
    lost = own[~on_axis]
    reasons = _off_grid(symbol, join)
    if not reasons:
        for other in join.opens:
            if other != symbol:
                reasons += join.lacks(other, lost[~among(lost, join.opens[other])])
    return SymbolAlignment(symbol, own.size, kept, lost.size, 0, tuple(reasons))


def _off_grid(symbol: str, join: _Join) -> list[str]:
    """Say which other symbols' bars never begin when this symbol's do."""
    return [_grid_words(symbol, other, join) for other in join.opens if other != symbol and join.apart(symbol, other)]


def _grid_words(one: str, other: str, join: _Join) -> str:
    return (
        f"{join.timeframe} bars of {one} begin {_begin(join.grids(one), join.length)}, those of {other} "
        f"{_begin(join.grids(other), join.length)}, so no bar of one begins when one of the other does"
    )


def _begin(offsets: frozenset[int], length: int) -> str:
    """Return where bars begin: ``at :30`` within the hour, else the first time of day in UTC."""
    if length <= _HOUR:
        return "at " + ", ".join(f":{offset % _HOUR // _MINUTE:02}" for offset in sorted(offsets)[:4])
    times = [f"{offset // _HOUR % 24:02}:{offset % _HOUR // _MINUTE:02}" for offset in sorted(offsets)[:4]]
    return f"at {', '.join(times)} UTC" + (
        "" if length >= NANOSECONDS["1d"] else f" and every {length // _HOUR} h after"
    )


def _sentences(mode: str, rows: int, join: _Join) -> tuple[str, ...]:
    names = list(join.opens)
    if mode == "own":
        return (
            "Each symbol keeps all its bars; features and labels are made on them.",
            f"Splits and joint order go by {rows:,} moments at which bars become known.",
        )
    apart = [_grid_words(one, other, join) for place, one in enumerate(names) for other in names[place + 1 :]
             if join.apart(one, other)]  # fmt: skip
    if mode == "union":
        first = (
            f"The axis has {rows:,} rows, every bar of any symbol; values are carried as they were known, prices never."
        )
        return (first, *(f"{words}." for words in apart))
    if len(names) == 1:
        return (f"{names[0]} is alone: all its {rows:,} bars stay.",)
    if rows:
        return (f"{rows:,} bars are common to all {len(names)} symbols.",)
    never = [words for place, one in enumerate(names) for other in names[place + 1 :]
             if (words := _dates_apart(one, other, join))]  # fmt: skip
    more = ", or import bars of the same dates" if never else ""
    advice = f"Use the mode own, which joins symbols by the time at which bars become known{more}."
    return ("Not one bar is common to all symbols.", *(f"{words}." for words in (*apart, *never)), advice)


def _dates_apart(one: str, other: str, join: _Join) -> str:
    """Say that one symbol's bars end before the other's begin, or nothing."""
    for early, late in ((one, other), (other, one)):
        ended, begun = join.opens[early], join.opens[late]
        if ended.size and begun.size and ended[-1] < begun[0]:
            return (
                f"{early} ends on {_day(ended[-1])} and {late} begins on {_day(begun[0])}: their dates do not overlap"
            )
    return ""


def _day(stamp: np.int64) -> str:
    return str(stamp.astype("datetime64[ns]").astype("datetime64[D]"))


def _common(parts: Sequence[Stamps]) -> Stamps:
    common = distinct(parts[0])
    for part in parts[1:]:
        common = common[among(common, part)]
    return common


def _index(stamps: Stamps, name: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(stamps, tz="UTC", name=name).as_unit("ns")
