"""Reads one date or one time of day from text; what a date leaves open is told by the order of its parts."""

from __future__ import annotations

import datetime as dt
import re

DAY = 86_400_000_000_000
HOUR = 3_600_000_000_000
MINUTE = 60_000_000_000
SECOND = 1_000_000_000
FIRST_YEAR, LAST_YEAR = 1678, 2261
"""Years that int64 nanoseconds hold whole."""
_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = {name: number for number, name in enumerate(_MONTHS, 1)} | {"mrz": 3, "mae": 3, "mai": 5, "okt": 10, "dez": 12}
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_DAY_MONTH = re.compile(r"(\d{1,2})\.?[-/ ]?([A-Za-zä]{3,9})\.?[-/, ]*(\d{4}|\d{2})")
_YEAR_MONTH = re.compile(r"(\d{4})[-/ ]([A-Za-zä]{3,9})\.?[-/ ](\d{1,2})")
_MONTH_DAY = re.compile(r"([A-Za-zä]{3,9})\.?[-/ ]?(\d{1,2})[-/, ]+(\d{4})")
_ZONE = r"(?:\s*(?P<zone>[+-]\d{1,2}:?(?:\d{2})?|(?:UTC|GMT)\s*[+-]\d{1,2}:?(?:\d{2})?|[A-Z]{3,5}|Z|z))?"
_CLOCK = re.compile(
    r"(?P<h>\d{1,2})(?::(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?"
    r"(?:[\s-]*(?P<half>[AaPp])\.?[Mm]\.?)?(?: Uhr)?" + _ZONE
)
_DIGITS = re.compile(r"(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})?(?P<f>\d{3})?" + _ZONE)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?")
_NAMED = {
    "Z": 0,
    "z": 0,
    "UTC": 0,
    "GMT": 0,
    "WET": 0,
    "CET": 1,
    "CEST": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "JST": 9,
    "EST": -5,
    "EDT": -4,
    "CDT": -5,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}
"""Hours that a zone's short name is ahead of UTC; one that several zones share (CST, IST, BST) is left out."""
_OTHER_MARKS = re.compile(r"(\d{1,2})[.h-](\d{2})(?:[.m-](\d{2})s?)?")
_BEHIND_OFFSET = re.compile(r"(?<=[0-9Zz])\s*[\[(][A-Za-z/_ +-]+[\])]$")


def parts_of(text: str) -> tuple[int, int] | None:
    """Return the first two numbers of a date that ends in its year (``05/02/2018``), None for any other.

    Parameters
    ----------
    text : str
        A date.
    """
    matched = _YEAR_LAST.fullmatch(text)
    return (int(matched[1]), int(matched[3])) if matched else None


def is_dotted(text: str) -> bool:
    """Return whether a date that ends in its year is written with dots, which is day first everywhere.

    Parameters
    ----------
    text : str
        A date.
    """
    return parts_of(text) is not None and "." in text


def read_date(text: str, order: str) -> int | None:
    """Return a date as nanoseconds of its midnight since 1970, or None.

    Parameters
    ----------
    text : str
        A date without a time of day.
    order : str
        ``dmy``, ``mdy`` or ``ymd``: the order of three numbers whose year is not the first by its four digits.
    """
    if matched := _YEAR_FIRST.fullmatch(text):
        return _midnight(matched[1], int(matched[3]), int(matched[4]))
    if matched := _COMPACT.fullmatch(text):
        return _midnight(matched[1], int(matched[2]), int(matched[3]))
    if matched := _YEAR_LAST.fullmatch(text):
        first, second, third = matched[1], matched[3], matched[4]
        if order == "ymd":
            return _midnight(first, int(second), int(third)) if len(third) == 2 else None
        day, month = (first, second) if order == "dmy" else (second, first)
        return _midnight(third, int(month), int(day))
    if matched := _DAY_MONTH.fullmatch(text):
        return _midnight(matched[3], _MONTH.get(matched[2].lower().replace("ä", "a")[:3], 0), int(matched[1]))
    if matched := _YEAR_MONTH.fullmatch(text):
        return _midnight(matched[1], _MONTH.get(matched[2].lower().replace("ä", "a")[:3], 0), int(matched[3]))
    if matched := _MONTH_DAY.fullmatch(text):
        return _midnight(matched[3], _MONTH.get(matched[1].lower().replace("ä", "a")[:3], 0), int(matched[2]))
    return None


def _midnight(year: str, month: int, day: int) -> int | None:
    number = int(year)
    if len(year) <= 2:
        number += 1900 if number >= 70 else 2000
    if not FIRST_YEAR <= number <= LAST_YEAR:
        return None
    try:
        return (dt.date(number, month, day).toordinal() - _EPOCH_DAY) * DAY
    except ValueError:
        return None


def read_time(text: str) -> tuple[int, int | None] | None:
    """Return a time of day in nanoseconds and its offset from UTC in nanoseconds, None without offset; or None.

    Parameters
    ----------
    text : str
        ``14:00``, ``14:00:00.000``, ``140000``, ``14.00``, ``02-PM``, ``2:00 PM``, with ``Z``, ``+02:00``, ``UTC`` or
        nothing behind it; empty for midnight. A zone's short name that is not known, or not one zone's alone, tells
        no offset.
    """
    if not text:
        return 0, None
    text = _BEHIND_OFFSET.sub("", text)
    if other := _OTHER_MARKS.fullmatch(text):
        text = ":".join(part for part in other.groups() if part)
    matched = _CLOCK.fullmatch(text) or _DIGITS.fullmatch(text)
    if matched is None:
        return None
    found = matched.groupdict()
    hour, minute, second = (int(found[name] or 0) for name in ("h", "m", "s"))
    if found.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
        return None
    fraction = int((found["f"] or "0").ljust(9, "0"))
    offset = _offset(found["zone"]) if found["zone"] else None
    if offset is None and found["zone"] and not found["zone"].isalpha():
        return None
    return hour * HOUR + minute * MINUTE + second * SECOND + fraction, offset


def _offset(zone: str) -> int | None:
    if zone in _NAMED:
        return _NAMED[zone] * HOUR
    return read_offset(zone)


def read_offset(text: str) -> int | None:
    """Return an offset such as ``+02:00`` in nanoseconds, or None.

    Parameters
    ----------
    text : str
        A sign, hours, minutes or none.
    """
    matched = _OFFSET.fullmatch(text.strip())
    if matched is None or int(matched[2]) > 15 or int(matched[3] or 0) > 59:
        return None
    size = int(matched[2]) * HOUR + int(matched[3] or 0) * MINUTE
    return -size if matched[1] == "-" else size
