"""Stamps of a table: which form they have, and their wall-clock times with the offsets they carry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.data.importing.calendar_text import (
    DAY,
    SECOND,
    is_dotted,
    parts_of,
    read_date,
    read_time,
)
from ktrdr_app.data.importing.text_column import TextColumn

_SAMPLE = 500
_EPOCH = re.compile(r"[0-9]{9,19}(?:[.,][0-9]*)?|[0-9](?:[.,][0-9]+)?[eE]\+?[01]?[0-9]")
_NUMBER = re.compile(r"[0-9]{1,19}(?:[.,][0-9]*)?(?:[eE]\+?[01]?[0-9])?")
_COMPACT_FORMS = (10, 12, 14)
"""Digits of ``%Y%m%d%H``, ``%Y%m%d%H%M`` and ``%Y%m%d%H%M%S``; seconds since 1970 of these digits lie beyond 2032."""
_SERIAL = re.compile(r"[2-8]\d{4}(?:[.,]\d+)?")
EXCEL_DAY_0 = 25_569
"""Excel's serial number of 1970-01-01."""
_MINUTE_DECIMALS = 4
_LARGEST = 9_000_000_000_000_000_000
_EPOCH_UNITS = ((1e11, "s", 1_000_000_000), (1e14, "ms", 1_000_000), (1e17, "us", 1_000), (np.inf, "ns", 1))
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-z]*\.?,?\s+", re.IGNORECASE)
_MONTH_WORD = r"[A-Za-zä]{3,9}\.?"
_SPACED_DATE = re.compile(
    rf"^((?:\d{{1,2}}\.? {_MONTH_WORD}|{_MONTH_WORD} \d{{1,2}}),? \d{{4}}|\d{{4}} {_MONTH_WORD} \d{{1,2}}),?\s*"
)
_MARKED = re.compile(
    r"(\d{8}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:[_;]|-(?=\d{2}[:-]|\d{6}))\s*(\d.*)"
)
_JOINTS = np.array([ord("T"), ord(" ")], dtype=np.uint8)
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

    def select(self, kept: NDArray[np.bool_]) -> Stamps:
        """Return those of some rows.

        Parameters
        ----------
        kept : ndarray of bool, shape (n,)
            Which ones.
        """
        return Stamps(self.wall[kept], self.offset[kept], self.told[kept], self.unreadable[kept], self.form)

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
    plausible = "1970" <= text[:4] <= "2069"
    return plausible and read_date(text[:8], "ymd") is not None and read_time(text[8:]) is not None


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
    text = _WEEKDAY.sub("", text)
    if matched := _MARKED.fullmatch(text):
        return matched[1], matched[2]
    if matched := _SPACED_DATE.match(text):
        return matched[1], text[matched.end() :]
    if len(text) in _COMPACT_FORMS and text.isdecimal():
        return text[:8], text[8:]
    if len(text) > 10 and text[10] == "T":
        return text[:10], text[11:]
    date, _, time = text.partition(" ")
    if not time and "T" in date:
        date, _, time = date.partition("T")
    if ":" in date and ":" not in time.partition(" ")[0]:
        date, time = time, date
    return date.removesuffix(","), time.strip()


def date_texts(cells: TextColumn) -> tuple[TextColumn, TextColumn]:
    """Return the dates and the times of day of stamps in one column.

    Parameters
    ----------
    cells : TextColumn
        Stamps, all of the column.
    """
    signs = cells.signs
    if len(cells) and signs.shape[1] > 11 and np.isin(signs[:, 10], _JOINTS).all() and (signs[:, 11] != 0).all():
        dates = cells.part(0, 10)
        if _are_figures(dates):
            return dates, cells.part(11)
    dates, times = cells.partition(" ")
    if len(cells) and (times.lengths > 0).all() and _are_figures(dates) and not (signs[:, 10] == ord("T")).any():
        return dates, times.part(0)
    pairs = [_halves(cell) for cell in cells.texts()]
    return TextColumn.of([date for date, _ in pairs]), TextColumn.of([time for _, time in pairs])


def _are_figures(dates: TextColumn) -> bool:
    """Return whether all dates are digits with dashes, slashes or dots between, and long enough to be whole."""
    plain = (dates.signs == 0) | ((dates.signs >= ord("-")) & (dates.signs <= ord("9")))
    return bool(plain.all() and (dates.lengths >= len("1/1/21")).all())


def times_of_day(cells: TextColumn) -> TextColumn:
    """Return times of day with the leading zeros that spreadsheets take away.

    Parameters
    ----------
    cells : TextColumn
        The column beside the dates.
    """
    codes, texts = cells.distinct()
    digits = [text for text in texts if text.isascii() and text.isdecimal()]
    if not digits or len(digits) < len(texts):
        return cells
    longest = max(map(len, digits))
    if longest <= 2 and max(map(int, digits)) < 24:
        filled = [f"{text:0>2}00" for text in texts]
    else:
        filled = [text.zfill(6 if longest > 4 else 4) for text in texts]
    return TextColumn(TextColumn.of(filled).signs[codes])


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
    if all(read_date(text, "ymd") is not None for text in unique):
        orders.append("ymd")
    if orders[:2] == ["dmy", "mdy"] and all(is_dotted(text) for text in unique if parts_of(text)):
        return ("dmy",)
    if orders == ["dmy", "mdy"] and all(first == second for first, second in pairs):
        return ("dmy",)
    return tuple(orders)


def read_stamps(dates: TextColumn, times: TextColumn, order: str, joint: str = " ") -> Stamps:
    """Return stamps from dates and times of day.

    Parameters
    ----------
    dates, times : TextColumn, length n
        As `date_texts` gives them.
    order : str
        ``dmy``, ``mdy`` or ``ymd``.
    joint : str
        What stands between date and time of day, for the pattern.
    """
    codes, texts = dates.distinct()
    day = _numbers([read_date(text, order) for text in texts])[codes]
    codes, texts = times.distinct()
    moments = [read_time(text) or (None, None) for text in texts]
    clock, offset = _numbers([moment for moment, _ in moments])[codes], _numbers([zone for _, zone in moments])[codes]
    told = offset != _NOTHING
    bad = (day == _NOTHING) | (clock == _NOTHING)
    wall = np.where(bad, 0, np.where(bad, 0, day) + np.where(bad, 0, clock))
    first = int(np.argmin(bad)) if len(bad) else 0
    form = "" if not len(bad) or bad[first] else _form(dates.text(first), times.text(first), order, joint)
    return Stamps(wall, np.where(told, offset, 0), told, bad, form)


def _numbers(values: Sequence[int | None]) -> NDArray[np.int64]:
    return np.array([_NOTHING if value is None else value for value in values], dtype=np.int64)


def _form(date: str, time: str, order: str, joint: str) -> str:
    """Return the pattern of one stamp."""
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
    clock = re.sub(r"[+-]\d{2}:?\d{2}$", "%z", clock)
    if re.search(r"[AaPp]\.?[Mm]", time):
        clock = re.sub(r"[AaPp]\.?[Mm]\.?", "%p", clock.replace("%H", "%I"))
    elif re.fullmatch(r"\d{4,6}", time):
        clock = "%H%M%S"[: len(time)]
    return f"{shown}{joint}{clock}" if clock else shown


def read_epochs(cells: TextColumn) -> Stamps | None:
    """Return stamps from numbers since 1970, or from Excel's day numbers; None if the column holds neither.

    The unit is told by the size of each number, since some vendors change it inside one file.

    Parameters
    ----------
    cells : TextColumn
        All stamps of the column.
    """
    sample = [cell for cell in cells.texts(_SAMPLE) if cell]
    if sample and sum(map(is_epoch, sample)) > len(sample) / 2:
        return _epochs(cells)
    if sample and sum(bool(_SERIAL.fullmatch(cell)) for cell in sample) > len(sample) / 2:
        return _serials(cells)
    return None


def _digits(cells: TextColumn) -> NDArray[np.int64] | None:
    """Return cells of digits alone as numbers, None if one is anything else or longer than int64 holds."""
    lengths = cells.lengths
    width = int(lengths.max(initial=0))
    signs = cells.signs[:, :width]
    within = np.arange(width) < lengths[:, None]
    if not lengths.all() or width >= len(str(_LARGEST)) or ((signs < ord("0")) | (signs > ord("9")))[within].any():
        return None
    number = np.zeros(len(cells), dtype=np.int64)
    for place in range(width):
        number = np.where(within[:, place], number * 10 + (signs[:, place] - np.uint8(ord("0"))), number)
    return number


def _epochs(cells: TextColumn) -> Stamps:
    plain = _digits(cells)
    exact: list[Decimal] | None = None
    if plain is None:
        texts = cells.texts()
        readable = np.array([bool(_NUMBER.fullmatch(cell)) for cell in texts], dtype=np.bool_)
        exact = [Decimal(cell.replace(",", ".") if good else 0) for cell, good in zip(texts, readable, strict=True)]
        plain = np.array([min(int(value), _LARGEST + 1) for value in exact], dtype=np.int64)
    else:
        readable = np.ones(len(cells), dtype=np.bool_)
    unit = np.searchsorted([limit for limit, _, _ in _EPOCH_UNITS], plain, side="right").clip(max=3)
    scale = np.array([size for _, _, size in _EPOCH_UNITS], dtype=np.int64)[unit]
    bad = ~readable | (plain > _LARGEST // scale)
    wall = np.where(bad, 0, plain) * scale
    if exact is not None:
        known = zip(exact, scale.tolist(), bad.tolist(), strict=True)
        wall = np.array([0 if lost else int(value * size) for value, size, lost in known], dtype=np.int64)
    names = [_EPOCH_UNITS[place][1] for place in np.unique(unit[~bad])]
    none = np.zeros(len(cells), dtype=np.int64)
    return Stamps(wall, none, ~bad, bad, f"epoch {' and '.join(names)}")


def _serials(cells: TextColumn) -> Stamps:
    texts = cells.texts()
    readable = np.array([bool(_SERIAL.fullmatch(cell)) for cell in texts], dtype=np.bool_)
    pairs = zip(texts, readable, strict=True)
    days = np.array([float(cell.replace(",", ".")) if good else 0.0 for cell, good in pairs])
    # Four decimals of a day are 8.64 seconds: enough to tell the minute that was meant, not the second.
    decimals = max((len(re.split("[.,]", cell)[1]) for cell in texts if re.search("[.,]", cell)), default=9)
    unit = 60 if decimals == _MINUTE_DECIMALS else 1
    seconds = np.round((days - EXCEL_DAY_0) * (DAY // SECOND) / unit).astype(np.int64) * unit
    none = np.zeros(len(cells), dtype=np.int64)
    told = np.zeros(len(cells), dtype=np.bool_)
    return Stamps(np.where(readable, seconds * SECOND, 0), none, told, ~readable, "Excel day numbers")
