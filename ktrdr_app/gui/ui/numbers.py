"""How every number, date and duration of the window is written; nothing else formats them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication

NONE = "–"
"""Stands where there is no figure."""

_THIN = "\N{NARROW NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_APART = " \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}'\N{RIGHT SINGLE QUOTATION MARK}"
"""What may set thousands apart and never stands for a decimal mark."""


def _t(text: str) -> str:
    return QCoreApplication.translate("numbers", text)


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def integer(value: float | None) -> str:
    """Write a whole number with its thousands apart: ``12 345``.

    Parameters
    ----------
    value : float or None
        None, NaN and infinities are written as a dash.
    """
    if value is None or not _known(value):
        return NONE
    return f"{round(value):,}".replace(",", _THIN).replace("-", _MINUS)


def decimal(value: float | None, places: int = 3) -> str:
    """Write a number with fixed places and a true minus sign.

    Parameters
    ----------
    value : float or None
        None, NaN and infinities are written as a dash.
    places : int
        Digits after the point.
    """
    if value is None or not _known(value):
        return NONE
    return f"{value:z,.{places}f}".replace(",", _THIN).replace("-", _MINUS)


def significant(value: float | None, digits: int = 6) -> str:
    """Write a number with so many significant digits at most and no zeros at its end: ``1.0423``, ``12 345.5``.

    Parameters
    ----------
    value : float or None
        None, NaN and infinities are written as a dash.
    digits : int
        Significant digits; whole numbers keep all of theirs.
    """
    if value is None or not _known(value):
        return NONE
    if value == 0 or abs(value) < 1e-4:
        return f"{value + 0.0:.{digits}g}".replace("-", _MINUS)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    written = f"{value:,.{places}f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return written.replace(",", _THIN).replace("-", _MINUS)


def percent(fraction: float | None, places: int = 1, *, signed: bool = False) -> str:
    """Write a fraction as a percentage: 0.123 is ``12.3 %``.

    Parameters
    ----------
    fraction : float or None
        1.0 is 100 %; None, NaN and infinities are written as a dash.
    places : int
        Digits after the point.
    signed : bool
        Whether gains get a plus.
    """
    if fraction is None or not _known(fraction):
        return NONE
    sign = "+" if signed else ""
    return f"{100 * fraction:{sign}z,.{places}f}".replace(",", _THIN).replace("-", _MINUS) + _THIN + "%"


def seconds(value: float | None) -> str:
    """Write a measured time: ``0.42 s``, ``12 s``, ``3 min 5 s``.

    Parameters
    ----------
    value : float or None
        Seconds.
    """
    if value is None or not _known(value):
        return NONE
    if value < 10:
        return f"{value:.2f}{_THIN}s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}{_THIN}min {rest}{_THIN}s" if minutes else f"{rest}{_THIN}s"


def remaining(value: float | None) -> str:
    """Say in words how long something will still take; no false precision.

    Parameters
    ----------
    value : float or None
        Estimated seconds; None if there is no estimate yet.
    """
    if value is None or not _known(value):
        return _t("estimating the time left")
    if value < 1.5:
        return _t("nearly done")
    if value < 60:
        return _t("about {0} seconds left").format(max(5, 5 * round(value / 5)) if value > 10 else round(value))
    if value < 3600:
        minutes = round(value / 60)
        return _t("about a minute left") if minutes == 1 else _t("about {0} minutes left").format(minutes)
    hours = round(value / 3600)
    return _t("about an hour left") if hours == 1 else _t("about {0} hours left").format(hours)


def moment(value: datetime | str | None, *, time: bool = True) -> str:
    """Write an instant in UTC: ``2013-01-04 15:00``; midnight of daily bars as a date alone.

    Parameters
    ----------
    value : datetime, str or None
        Aware instant, or ISO text; other text is given back as it is.
    time : bool
        Whether hours and minutes matter.
    """
    if value is None or value == "":
        return NONE
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    instant = instant.astimezone(UTC) if instant.tzinfo else instant
    return instant.strftime("%Y-%m-%d %H:%M" if time else "%Y-%m-%d")


def read_whole(text: str) -> int | None:
    """Read a whole number, its thousands set apart by any one mark or none; None for anything else.

    Parameters
    ----------
    text : str
        What was typed: ``1500``, ``1 500``, ``1,500``, ``1.500``. ``1,5`` and ``1.5`` are no whole numbers.
    """
    found = re.fullmatch(r"([+-]?)(.+)", text.strip().replace(_MINUS, "-"))
    digits = _ungrouped(found[2], f",.{_APART}") if found else None
    return int(f"{found[1]}{digits}") if found and digits else None


def read_decimal(text: str, group: str = "") -> float | None:
    """Read a number with a point or a comma as its decimal mark; None where it is none, or could be two.

    A lone point is always the decimal mark: so the window itself writes numbers. A lone comma is one too, but
    not where it could as well set a thousand apart. Of two different marks the last is the decimal one, and marks
    that come back set thousands apart.

    Parameters
    ----------
    text : str
        What was typed: ``1.5``, ``1,5``, ``1 234.5``, ``1,234.5``, ``1.234,5``, ``-2e-3``.
    group : str
        What sets thousands apart where the user lives; with a comma ``1,234`` could be two numbers and is none.
    """
    found = re.fullmatch(r"([+-]?)([^eE+-]+)((?:[eE][+-]?\d+)?)", text.strip().replace(_MINUS, "-"))
    if found is None:
        return None
    sign, body, power = found.groups()
    marks = [letter for letter in body if letter in ".,"]
    if group == "," and re.fullmatch(r"[1-9]\d{0,2},\d{3}", body):
        return None
    if len(marks) > 1 and len(set(marks)) == 1:
        whole, fraction, apart = body, "", marks[0]
    else:
        whole, _mark, fraction = body.rpartition(marks[-1]) if marks else (body, "", "")
        apart = _APART + (marks[0] if len(marks) > 1 else "")
    digits = _ungrouped(whole, apart) if whole else ""
    if digits is None or not re.fullmatch(r"\d*", fraction) or not digits + fraction:
        return None
    value = float(f"{sign}{digits or '0'}.{fraction or '0'}{power}")
    return value if math.isfinite(value) else None


def _ungrouped(text: str, marks: str) -> str | None:
    """Return the digits of a whole number whose thousands one of some marks sets apart; None if they are not."""
    for mark in marks:
        if re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", text):
            return text.replace(mark, "")
    return text if re.fullmatch(r"\d+", text) else None
