"""Settles what stamps leave open: the order of day and month, and the clock that they are read on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.data.importing.calendar_text import DAY
from ktrdr_app.data.importing.findings import Finding, Question, finding
from ktrdr_app.data.importing.infer import each_once, fits_forex_week, likely_clocks
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.stamps import (
    EXCEL_DAY_0,
    Stamps,
    date_texts,
    is_epoch,
    is_stamp,
    is_time_of_day,
    open_orders,
    read_epochs,
    read_stamps,
    times_of_day,
)
from ktrdr_app.data.importing.text_column import TextColumn
from ktrdr_app.data.importing.zones import clock_named, to_utc

_FAR = 5 * DAY
_SAMPLE = 500
_TOLD = re.compile(r"\b(?:utc|gmt)\b(?:\s*([+-]\d{1,2}(?::?\d{2})?)\b)?", re.IGNORECASE)
_MIDNIGHT = re.compile(r"0?0:00(?::00(?:\.0+)?)?|")
_EXCEL_DAY = re.compile(r"[2-8]\d{4}")
_EXCEL_TIME = re.compile(r"0?(?:[.,]\d+)?")


@dataclass(frozen=True)
class Timed:
    """Stamps of the rows in UTC, or the question that must be answered first.

    Attributes
    ----------
    utc : ndarray of int64, shape (n,)
        Nanoseconds since 1970; 0 where the row has none.
    unusable : ndarray of bool, shape (n,)
        Rows without a moment.
    form : str
        Form of the stamps.
    zone : str
        The clock they were read on, in words.
    findings : tuple of Finding
        What the user is told.
    questions : tuple of Question
        What the user is asked; the moments are then provisional.
    """

    utc: NDArray[np.int64]
    unusable: NDArray[np.bool_]
    form: str
    zone: str
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()


def read_times(
    cells: tuple[TextColumn, ...] | Stamps,
    line: NDArray[np.int64],
    options: ImportOptions,
    around: Sequence[str],
    where: str,
) -> Timed:
    """Return the moments of rows.

    Parameters
    ----------
    cells : tuple of TextColumn, or Stamps
        One column of stamps, or dates and times of day; or stamps that need no reading.
    line : ndarray of int64, shape (n,)
        Line numbers.
    options : ImportOptions
        What the user said.
    around : sequence of str
        Preface and headings, which may tell the clock.
    where : str
        The file, for messages.

    Raises
    ------
    MalformedBars
        If most rows have no stamp that can be read.
    UnknownName
        If the user named a zone that does not exist.
    """
    told: list[Finding] = []
    asked: list[Question] = []
    stamps = cells if isinstance(cells, Stamps) else _from_text(_one_or_two(cells), options, told, asked, where)
    bad = stamps.unreadable
    if bad.mean() > 0.5:
        row = int(np.argmax(bad))
        shown = "" if isinstance(cells, Stamps) else " ".join(column.text(row) for column in cells)[:60]
        expected = "dates and times, numbers since 1970, or Excel's day numbers"
        raise MalformedBars(f"{where}, line {line[np.argmax(bad)]}", f"{shown!r} where the stamp should be", expected)
    if bad.any():
        told.append(finding("bad_stamp", "{n} rows whose stamp cannot be read were dropped", line[bad]))
    return _in_utc(stamps, line, options, around, told, asked)


def _from_text(
    cells: tuple[TextColumn, ...], options: ImportOptions, told: list[Finding], asked: list[Question], where: str
) -> Stamps:
    numbers = read_epochs(cells[0]) if len(cells) == 1 else None
    if numbers is not None:
        return numbers
    dates, times = date_texts(cells[0]) if len(cells) == 1 else (cells[0], times_of_day(cells[1]))
    joint = "T" if len(cells) == 1 and cells[0].text(0)[10:11] == "T" else " "
    return _in_order(dates, times, options, joint, told, asked, where)


def _one_or_two(cells: tuple[TextColumn, ...]) -> tuple[TextColumn, ...]:
    """Return dates and times of day without what spreadsheets add to either, or one column that tells both."""
    if len(cells) == 1:
        return cells
    codes, dates = cells[0].distinct()
    places, times = cells[1].distinct()
    if all(map(_EXCEL_DAY.fullmatch, dates)):
        if all(map(_EXCEL_TIME.fullmatch, times)):
            behind = np.array([text.lstrip("0") for text in times], dtype=object)[places]
            before = np.array(dates, dtype=object)[codes]
            return (TextColumn.of([day + time for day, time in zip(before, behind, strict=True)]),)
        named = [str(np.datetime64(int(text) - EXCEL_DAY_0, "D")) for text in dates]
        return TextColumn(TextColumn.of(named).signs[codes]), cells[1]
    if all(is_stamp(text) and not is_time_of_day(text) for text in times[:_SAMPLE]):
        own, clock = date_texts(cells[1])
        if len(own.distinct()[1]) > 1 or not times or is_epoch(times[0]):
            return (cells[1],)
        cells = (cells[0], clock)
    if any(" " in text or "T" in text for text in dates):
        days, midnight = date_texts(cells[0])
        if all(map(_MIDNIGHT.fullmatch, midnight.distinct()[1])):
            return days, cells[1]
    return cells


def _in_order(
    dates: TextColumn,
    times: TextColumn,
    options: ImportOptions,
    joint: str,
    told: list[Finding],
    asked: list[Question],
    where: str,
) -> Stamps:
    if options.date_order is not None:
        return read_stamps(dates, times, options.date_order, joint)
    texts = dates.distinct()[1]
    orders = open_orders(texts) or _mostly(texts)
    if not orders:
        found = "dates of which some can only be day first and others only month first"
        raise MalformedBars(where, found, "one order of day and month; say which with --date-order dmy or mdy")
    readings = {order: read_stamps(dates, times, order, joint) for order in orders}
    if len(orders) == 1:
        return readings[orders[0]]
    far = {order: _far_steps(reading) for order, reading in readings.items()}
    fits = [order for order, steps in far.items() if steps == 0]
    if len(fits) == 1 and max(far.values()) > 0:
        words = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}[fits[0]]
        text = f"the dates could be read in several orders; read with the {words}, which leaves no holes in the bars"
        told.append(finding("date_order_inferred", text))
        return readings[fits[0]]
    known = {"dmy": "the day", "mdy": "the month", "ymd": "the year"}
    message = f"Does {dates.text(0)!r} begin with {' or with '.join(known[order] for order in orders)}?"
    asked.append(Question("date_order", message, orders, "--date-order"))
    return readings[orders[0]]


def _mostly(dates: Sequence[str]) -> tuple[str, ...]:
    """Return the one order that all but a few dates allow: a file with some broken dates in it."""
    sample = sorted(set(dates))
    for order in ("dmy", "mdy", "ymd"):
        good = [date for date in sample if order in open_orders([date])]
        if len(good) >= 0.9 * len(sample) and len(good) < len(sample):
            left = open_orders(good)
            return left if len(left) == 1 else ()
    return ()


def _far_steps(stamps: Stamps) -> int:
    return int((np.diff(each_once(stamps.wall[~stamps.unreadable])) > _FAR).sum())


def _in_utc(
    stamps: Stamps,
    line: NDArray[np.int64],
    options: ImportOptions,
    around: Sequence[str],
    told: list[Finding],
    asked: list[Question],
) -> Timed:
    good = ~stamps.unreadable
    naive = good & ~stamps.told
    utc = stamps.wall - stamps.offset
    epoch = stamps.form.startswith("epoch")
    if not naive.any():
        zone = "UTC" if epoch or not stamps.offset[good].any() else "offsets in the stamps"
        utc, zone = _whole_days(stamps, utc, good, zone, told)
        return Timed(utc, ~good, stamps.form, zone, tuple(told), tuple(asked))
    if stamps.dates_only:
        return Timed(utc, ~good, stamps.form, "none (dates only)", tuple(told), tuple(asked))
    name = options.timezone
    if name is None and (found := _clock_told(around)):
        name = found
        told.append(
            finding("naive_as_utc", f"the file says that its stamps are in {name}, so they were read as {name}")
        )
    if name is None and stamps.told.any():
        name = _between_offsets(utc, naive, good, line, told)
    ordered = each_once(stamps.wall[naive])
    if name is None and fits_forex_week(ordered):
        name = "UTC"
        words = "the stamps tell no time zone; read as UTC, in which the weekends are those of the forex market"
        told.append(finding("naive_as_utc", words))
    if name is None:
        asked.append(_which_clock(ordered))
        return Timed(utc, ~good, stamps.form, "", tuple(told), tuple(asked))
    utc, missing = _localized(stamps, utc, naive, name, line, told)
    return Timed(utc, ~good | missing, stamps.form, clock_named(name).name, tuple(told), tuple(asked))


def _clock_told(around: Sequence[str]) -> str:
    """Return the one clock that preface and headings name, ``UTC`` or an offset from it; empty if none or several."""
    offsets = {matched[1] or "" for text in around for matched in _TOLD.finditer(text)}
    if len(offsets) != 1:
        return ""
    offset = offsets.pop()
    return f"{offset[:3]}:{offset[3:].strip(':') or '00'}" if len(offset) == 3 else offset or "UTC"


def _whole_days(
    stamps: Stamps, utc: NDArray[np.int64], good: NDArray[np.bool_], zone: str, told: list[Finding]
) -> tuple[NDArray[np.int64], str]:
    """Return daily bars that begin at midnight on a clock of their own as the days they are."""
    if not stamps.offset[good].any() or (stamps.wall[good] % DAY).any():
        return utc, zone
    told.append(finding("days_kept", "daily stamps at midnight with an offset were read as the days they name"))
    return stamps.wall, "none (dates only)"


def _between_offsets(
    utc: NDArray[np.int64],
    naive: NDArray[np.bool_],
    good: NDArray[np.bool_],
    line: NDArray[np.int64],
    told: list[Finding],
) -> str | None:
    """Return UTC if only then the rows without offset stand in order between those with one."""
    steps = np.diff(utc[good])
    if len(steps) < 2 or not ((steps > 0).all() or (steps < 0).all()) or np.abs(steps).min() < np.median(np.abs(steps)):
        return None
    words = "{n} stamps tell no offset among others that do; read as UTC, which puts them in order between the others"
    told.append(finding("naive_among_offsets", words, line[naive]))
    return "UTC"


def _which_clock(wall: NDArray[np.int64]) -> Question:
    options, fitting = likely_clocks(wall)
    fits = f" The hours of the bars would fit {' or '.join(fitting)}." if fitting else ""
    first = str(np.datetime64(int(wall[0]), "ns").astype("datetime64[m]")).replace("T", " ")
    message = f"The stamps ({first} ..) tell no time zone.{fits}"
    return Question("timezone", message, (*options, "any IANA zone or offset"), "--timezone")


def _localized(
    stamps: Stamps,
    utc: NDArray[np.int64],
    naive: NDArray[np.bool_],
    name: str,
    line: NDArray[np.int64],
    told: list[Finding],
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    wall = stamps.wall[naive]
    steps = np.diff(wall)
    moments = to_utc(wall, clock_named(name), bool(len(steps) and (steps <= 0).mean() > 0.5))
    utc = utc.copy()
    utc[naive] = moments.utc
    missing = np.zeros(len(utc), dtype=np.bool_)
    missing[naive] = moments.missing
    if missing.any():
        words = f"{{n}} rows lie in the hour that {name} leaves out in spring and were dropped; is the zone right?"
        told.append(finding("dst_missing_hour", words, line[missing]))
    if moments.single.any():
        words = f"{{n}} rows lie in the hour that {name} repeats in autumn, but come once; read as its first pass"
        told.append(finding("dst_repeated_hour", words, line[naive][moments.single]))
    return utc, missing
