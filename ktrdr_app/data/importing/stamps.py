"""Stamps of a table: which form they have, and their wall-clock times with the offsets they carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.data.importing.calendar_text import (
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    SECOND,
    is_dotted,
    parts_of,
    read_date,
    read_time,
)

_SAMPLE = 500
_EPOCH = re.compile(r"\d{9,19}(?:\.\d+)?")
_COMPACT_FORMS = {12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_CANONICAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SERIAL = re.compile(r"[2-8]\d{4}(?:[.,]\d+)?")
_EXCEL_DAY_0 = 25_569
"""Excel's serial number of 1970-01-01."""
_LARGEST = 9_000_000_000_000_000_000
_EPOCH_UNITS = ((1e11, "s", 1_000_000_000), (1e14, "ms", 1_000_000), (1e17, "us", 1_000), (np.inf, "ns", 1))
_MONTH_WORD = r"[A-Za-zä]{3,9}\.?"
_SPACED_DATE = re.compile(
    rf"^(?:[A-Za-z]{{3}},? )?((?:\d{{1,2}}\.? {_MONTH_WORD}|{_MONTH_WORD} \d{{1,2}}),? \d{{4}}),?\s*"
)
_NOTHING = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Stamps:
    """Stamps as the file gives them.

    Attributes
    ----------
    wall : ndarray of int64, shape (n,)
        Nanoseconds since 1970 on the clock of the row.
    offset : ndarray of int64, shape (n,)
        Nanoseconds that this clock is ahead of UTC; 0 where it is not told.
    told : ndarray of bool, shape (n,)
        Whether the row itself tells its offset.
    unreadable : ndarray of bool, shape (n,)
        Rows without a stamp that can be read.
    form : str
        In words or as a pattern (``epoch s``, ``%d/%m/%Y %H:%M``).
    """

    wall: NDArray[np.int64]
    offset: NDArray[np.int64]
    told: NDArray[np.bool_]
    unreadable: NDArray[np.bool_]
    form: str

    @property
    def dates_only(self) -> bool:
        """Whether no row tells a time of day other than midnight, nor an offset."""
        wall = self.wall[~self.unreadable]
        return bool(len(wall) and not (wall % DAY).any() and not self.told.any())


def is_epoch(text: str) -> bool:
    """Return whether a cell reads as seconds, milliseconds, microseconds or nanoseconds since 1970.

    Parameters
    ----------
    text : str
        A cell.
    """
    return bool(_EPOCH.fullmatch(text)) and not (len(text) in _COMPACT_FORMS and _is_compact(text))


def _is_compact(text: str) -> bool:
    return text[:2] in ("19", "20") and read_date(text[:8], "ymd") is not None and read_time(text[8:]) is not None


def is_stamp(text: str) -> bool:
    """Return whether a cell reads as a date or a moment.

    Parameters
    ----------
    text : str
        A cell.
    """
    if is_epoch(text) or (len(text) in _COMPACT_FORMS and text.isdecimal() and _is_compact(text)):
        return True
    date, time = _halves(text)
    known = any(read_date(date, order) is not None for order in ("dmy", "mdy", "ymd"))
    return known and read_time(time) is not None


def is_time_of_day(text: str) -> bool:
    """Return whether a cell reads as a time of day.

    Parameters
    ----------
    text : str
        A cell.
    """
    written = bool(re.fullmatch(r"\d{1,2}:\d{2}.*|\d{4}|\d{6}|\d{1,2}[ -]?[AaPp][Mm]", text))
    return written and read_time(text) is not None


def _halves(text: str) -> tuple[str, str]:
    """Return the date and the time of day of one stamp."""
    if matched := _SPACED_DATE.match(text):
        return matched[1], text[matched.end() :]
    if len(text) in _COMPACT_FORMS and text.isdecimal():
        return text[:8], text[8:]
    if len(text) > 10 and text[10] == "T":
        return text[:10], text[11:]
    date, _, time = text.partition(" ")
    if not time and "T" in date:
        date, _, time = date.partition("T")
    if date.endswith(","):
        date = date[:-1]
    return date, time.strip()


def date_texts(cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the dates and the times of day of stamps in one column.

    Parameters
    ----------
    cells : sequence of str
        Stamps, all of the column.
    """
    if all(len(cell) > 11 and cell[10] in "T " for cell in cells):
        return [cell[:10] for cell in cells], [cell[11:] for cell in cells]
    pairs = [_halves(cell) for cell in cells]
    return [date for date, _ in pairs], [time for _, time in pairs]


def times_of_day(cells: Sequence[str]) -> list[str]:
    """Return times of day with the leading zeros that spreadsheets take away.

    Parameters
    ----------
    cells : sequence of str
        The column beside the dates.
    """
    digits = {cell for cell in set(cells) if cell.isdecimal()}
    if not digits or len(digits) < len(set(cells)):
        return list(cells)
    longest = max(map(len, digits))
    if longest <= 2 and max(map(int, digits)) < 24:
        return [f"{cell:0>2}00" for cell in cells]
    return [cell.zfill(6 if longest > 4 else 4) for cell in cells]


def open_orders(dates: Sequence[str]) -> tuple[str, ...]:
    """Return the orders of day and month that the dates allow; one where they settle it, none where they clash.

    Parameters
    ----------
    dates : sequence of str
        Dates without times of day.
    """
    unique = set(dates)
    pairs = {pair for text in unique if (pair := parts_of(text)) is not None}
    if not pairs:
        return ("ymd",)
    orders = [
        order
        for order, place in (("dmy", 1), ("mdy", 0))
        if all(1 <= pair[place] <= 12 and pair[1 - place] <= 31 for pair in pairs)
    ]
    if not orders and all(read_date(text, "ymd") is not None for text in unique):
        return ("ymd",)
    if len(orders) == 2 and all(is_dotted(text) for text in unique if parts_of(text)):
        return ("dmy",)
    if len(orders) == 2 and all(first == second for first, second in pairs):
        return ("dmy",)
    return tuple(orders)


def read_stamps(dates: Sequence[str], times: Sequence[str], order: str) -> Stamps:
    """Return stamps from dates and times of day.

    Parameters
    ----------
    dates, times : sequence of str, length n
        As `date_texts` gives them.
    order : str
        ``dmy``, ``mdy`` or ``ymd``.
    """
    day = _looked_up(dates, lambda text: read_date(text, order))
    moments = {text: read_time(text) for text in set(times)}
    clock = _looked_up(times, lambda text: None if moments[text] is None else _first(moments[text]))
    offset = _looked_up(times, lambda text: _second(moments[text]))
    told = offset != _NOTHING
    bad = (day == _NOTHING) | (clock == _NOTHING)
    wall = np.where(bad, 0, np.where(bad, 0, day) + np.where(bad, 0, clock))
    return Stamps(wall, np.where(told, offset, 0), told, bad, _form(dates, times, bad, order))


def _first(moment: tuple[int, int | None] | None) -> int | None:
    return moment[0] if moment else None


def _second(moment: tuple[int, int | None] | None) -> int | None:
    return moment[1] if moment else None


def _looked_up(texts: Sequence[str], read: Callable[[str], int | None]) -> NDArray[np.int64]:
    known: dict[str, int] = {}
    for text in set(texts):
        value = read(text)
        known[text] = _NOTHING if value is None else value
    return np.fromiter((known[text] for text in texts), dtype=np.int64, count=len(texts))


def _form(dates: Sequence[str], times: Sequence[str], bad: NDArray[np.bool_], order: str) -> str:
    """Return the pattern of the first stamp that can be read."""
    place = int(np.argmin(bad)) if len(bad) else 0
    if not len(bad) or bad[place]:
        return ""
    date, time = dates[place], times[place]
    parts = {"dmy": "%d{0}%m{0}%Y", "mdy": "%m{0}%d{0}%Y", "ymd": "%Y{0}%m{0}%d"}
    mark = next((sign for sign in "-/." if sign in date), " " if " " in date else "")
    if re.search(r"[A-Za-z]", date):
        shown = "%b %d %Y" if date[0].isalpha() else f"%d{mark}%b{mark}%Y"
    elif parts_of(date):
        shown = parts[order].format(mark)
        shown = shown if len(re.split(r"[-/.]", date)[2]) == 4 or order == "ymd" else shown.replace("%Y", "%y")
    else:
        shown = parts["ymd"].format(mark)
    clock = re.sub(r"^\d{1,2}", "%H", time, count=1) if ":" in time else re.sub(r"\d{2}", "%H", time, count=1)
    clock = re.sub(r":\d{2}", ":%M", clock, count=1)
    clock = re.sub(r":\d{2}", ":%S", clock, count=1)
    clock = re.sub(r"[+-]\d{2}:?\d{2}$|Z$", "%z", clock)
    if re.search(r"[AaPp]\.?[Mm]", time):
        clock = re.sub(r"[AaPp]\.?[Mm]\.?", "%p", clock.replace("%H", "%I"))
    elif re.fullmatch(r"\d{4,6}", time):
        clock = "%H%M%S"[: len(time)]
    return f"{shown} {clock}".strip()


def read_canonical(cells: Sequence[str]) -> Stamps | None:
    """Return stamps that are all of the form ``2020-01-31T14:00:00Z``, at C speed; None if any is not.

    Parameters
    ----------
    cells : sequence of str
        All stamps of the column.
    """
    if not cells or not _CANONICAL.fullmatch(cells[0]) or any(len(cell) != 20 or cell[19] != "Z" for cell in cells):
        return None
    parsed = pd.DatetimeIndex(pd.to_datetime(list(cells), format="ISO8601", utc=True, errors="coerce"))
    if parsed.isna().any() or not FIRST_YEAR <= parsed.year.min() <= parsed.year.max() <= LAST_YEAR:
        return None
    none = np.zeros(len(cells), dtype=np.int64)
    told, bad = np.ones(len(cells), dtype=np.bool_), np.zeros(len(cells), dtype=np.bool_)
    return Stamps(parsed.as_unit("ns").asi8, none, told, bad, "%Y-%m-%dT%H:%M:%SZ")


def read_epochs(cells: Sequence[str]) -> Stamps | None:
    """Return stamps from numbers since 1970, or from Excel's day numbers; None if the column holds neither.

    The unit is told by the size of each number, since some vendors change it inside one file.

    Parameters
    ----------
    cells : sequence of str
        All stamps of the column.
    """
    sample = [cell for cell in cells[:_SAMPLE] if cell]
    if sample and sum(map(is_epoch, sample)) > len(sample) / 2:
        return _epochs(cells)
    if sample and sum(bool(_SERIAL.fullmatch(cell)) for cell in sample) > len(sample) / 2:
        return _serials(cells)
    return None


def _epochs(cells: Sequence[str]) -> Stamps:
    if all(map(str.isdecimal, cells)) and max(map(len, cells)) < len(str(_LARGEST)):
        number = np.fromiter(map(int, cells), dtype=np.int64, count=len(cells))
        fraction, bad = np.zeros(len(cells)), np.zeros(len(cells), dtype=np.bool_)
    else:
        readable = [bool(re.fullmatch(r"[0-9]{1,19}(?:\.[0-9]+)?", cell)) for cell in cells]
        pairs = [cell.partition(".") if good else ("0", "", "") for cell, good in zip(cells, readable, strict=True)]
        number = np.array([min(int(whole), _LARGEST + 1) for whole, _, _ in pairs], dtype=np.int64)
        fraction = np.array([float(f"0.{rest or 0}") for _, _, rest in pairs])
        bad = ~np.array(readable, dtype=np.bool_)
    limits = np.array([limit for limit, _, _ in _EPOCH_UNITS])
    unit = np.searchsorted(limits, number, side="right").clip(max=3)
    scale = np.array([size for _, _, size in _EPOCH_UNITS], dtype=np.int64)[unit]
    too_large = number > _LARGEST // scale
    wall = np.where(too_large, 0, number) * scale + (fraction * scale).astype(np.int64)
    bad |= too_large
    names = [_EPOCH_UNITS[place][1] for place in np.unique(unit[~bad])]
    none = np.zeros(len(cells), dtype=np.int64)
    return Stamps(wall, none, ~bad, bad, f"epoch {' and '.join(names)}")


def _serials(cells: Sequence[str]) -> Stamps:
    readable = np.array([bool(_SERIAL.fullmatch(cell)) for cell in cells], dtype=np.bool_)
    pairs = zip(cells, readable, strict=True)
    days = np.array([float(cell.replace(",", ".")) if good else 0.0 for cell, good in pairs])
    seconds = np.round((days - _EXCEL_DAY_0) * (DAY // SECOND)).astype(np.int64)
    none = np.zeros(len(cells), dtype=np.int64)
    told = np.zeros(len(cells), dtype=np.bool_)
    return Stamps(np.where(readable, seconds * SECOND, 0), none, told, ~readable, "Excel day numbers")
