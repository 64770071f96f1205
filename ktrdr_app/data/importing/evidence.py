"""Says of every detected setting what it is and how that is known, so that nobody has to believe it blindly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.bars import nanoseconds
from ktrdr_app.data.importing.calendar_text import DAY, HOUR
from ktrdr_app.data.importing.file_names import read_name
from ktrdr_app.data.importing.infer import looks_like_crypto, looks_like_forex
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.plan import Detection
from ktrdr_app.data.importing.zones import clock_named

Sure = Literal["given", "told", "inferred", "open"]


@dataclass(frozen=True)
class Evidence:
    """One detected setting.

    Attributes
    ----------
    value : str
        As `ImportOptions` takes it; empty where it is open or does not apply.
    sure : str
        ``given`` by the user, ``told`` by the file, ``inferred`` from the rows, or ``open``.
    words : str
        How it is known, in one sentence without a full stop.
    fixed : bool
        Whether an answer of the user would change nothing.
    """

    value: str
    sure: Sure
    words: str
    fixed: bool = False


def evidence_of(found: Detection, options: ImportOptions) -> dict[str, Evidence]:
    """Return what is known of each setting, by the field of `ImportOptions` that overrules it.

    Parameters
    ----------
    found : Detection
        What the file holds.
    options : ImportOptions
        What the user said of it.
    """
    told = {entry.code: entry.message for entry in found.findings}
    asked = {question.key: question.message for question in found.questions}
    if not len(found.bars):
        return _unread(found, options, asked)
    return {
        "symbol": _asked(asked, "symbol") or _symbol(found, options),
        "timeframe": _asked(asked, "timeframe") or _timeframe(found, options, told),
        "asset_class": _asset_class(found, options),
        "timezone": _asked(asked, "timezone") or _timezone(found, options, told),
        "date_order": _asked(asked, "date_order") or _date_order(found, options, told),
        "decimal": _asked(asked, "decimal") or _decimal(found, options),
        "columns": _asked(asked, "columns") or _columns(found, options),
    }


def _unread(found: Detection, options: ImportOptions, asked: Mapping[str, str]) -> dict[str, Evidence]:
    """Return what is known while a question hides the rows: what the file is called, and what the user said."""
    known = {}
    for key in ("symbol", "timeframe", "asset_class", "timezone", "date_order", "decimal"):
        given, named = getattr(options, key), getattr(found, key, "")
        if given is not None:
            known[key] = Evidence(given, "given", "you gave it")
        elif key not in asked and named:
            known[key] = Evidence(named, "told", "its name says so")
        else:
            known[key] = Evidence("", "open", asked.get(key, "the rows are not read yet"))
    return known | {"columns": _asked(asked, "columns") or _columns(found, options)}


def _asked(asked: Mapping[str, str], key: str) -> Evidence | None:
    return Evidence("", "open", asked[key]) if key in asked else None


def _symbol(found: Detection, options: ImportOptions) -> Evidence:
    if options.symbol is not None:
        return Evidence(found.symbol, "given", "you gave it")
    if read_name(found.file)[0] == found.symbol:
        return Evidence(found.symbol, "told", "its name says so")
    return Evidence(found.symbol, "told", "its rows name it")


def _timeframe(found: Detection, options: ImportOptions, told: Mapping[str, str]) -> Evidence:
    named = read_name(found.file)[1]
    if options.timeframe is not None:
        return Evidence(found.timeframe, "given", "you gave it" + _share(found.bars, found.timeframe))
    for code in ("timeframe_from_name", "timeframe_clash"):
        if code in told:
            return Evidence(found.timeframe, "inferred", told[code])
    agreed = "; the file's name agrees" if named == found.timeframe else ""
    return Evidence(found.timeframe, "inferred", _share(found.bars, found.timeframe).removeprefix("; ") + agreed)


def _share(bars: pd.DataFrame, timeframe: str) -> str:
    steps = np.diff(nanoseconds(bars.index))
    if not len(steps) or timeframe not in NANOSECONDS:
        return ""
    return f"; {(steps == NANOSECONDS[timeframe]).mean():.0%} of the steps from bar to bar are this long"


def _asset_class(found: Detection, options: ImportOptions) -> Evidence:
    if options.asset_class is not None:
        return Evidence(found.asset_class, "given", f"you gave it; {_hours(found.bars)}")
    if found.asset_class in ("metal", "index"):
        return Evidence(found.asset_class, "inferred", "by the symbol's name")
    name = ""
    if looks_like_forex(found.symbol):
        name = "the symbol is a pair of currencies; "
    elif looks_like_crypto(found.symbol):
        name = "the symbol names a coin; "
    return Evidence(found.asset_class, "inferred", name + _hours(found.bars))


def _hours(bars: pd.DataFrame) -> str:
    stamps = nanoseconds(bars.index)
    weekend = np.isin((stamps // DAY + 3) % 7, (5, 6)).mean()
    hours = len(np.unique(stamps % DAY // HOUR))
    spread = "" if hours == 1 else f"bars in {hours} of the 24 hours, "
    return f"{spread}{weekend:.0%} of them on a weekend" if spread else f"{weekend:.0%} of the bars are on a weekend"


def _timezone(found: Detection, options: ImportOptions, told: Mapping[str, str]) -> Evidence:
    zone, form = found.detected["timezone"], found.detected["timestamp_format"]
    for code in ("naive_as_utc", "naive_among_offsets"):
        if code in told:
            return Evidence(zone, "inferred", told[code])
    if zone == "none (dates only)":
        return Evidence("", "told", "the bars are whole days and tell no time of day", fixed=True)
    if form.startswith("epoch"):
        return Evidence("UTC", "told", "the stamps are numbers since 1970, which count in UTC", fixed=True)
    if options.timezone is not None and zone == clock_named(options.timezone).name:
        return Evidence(zone, "given", "you gave it, for the stamps that tell no offset")
    return Evidence(zone, "told", "every stamp carries its own offset", fixed=True)


def _date_order(found: Detection, options: ImportOptions, told: Mapping[str, str]) -> Evidence:
    form = found.detected["timestamp_format"]
    numbered = "%m" in form and not form.startswith("%Y")
    if not numbered:
        words = "the year stands first" if form.startswith("%Y") else "no order of day and month has to be known"
        return Evidence("ymd" if form.startswith("%Y") else "", "told", words, fixed=True)
    order = "dmy" if form.startswith("%d") else "mdy"
    if options.date_order is not None:
        return Evidence(order, "given", "you gave it")
    if "date_order_inferred" in told:
        return Evidence(order, "inferred", told["date_order_inferred"])
    return Evidence(order, "told", "no other order of day and month fits its dates")


def _decimal(found: Detection, options: ImportOptions) -> Evidence:
    mark, thousands = found.detected.get("decimal", ""), found.detected.get("thousands", "")
    if options.decimal is not None:
        return Evidence(mark, "given", "you gave it")
    between = f", with {'a space' if thousands == ' ' else repr(thousands)} between thousands" if thousands else ""
    return Evidence(mark, "told", f"its numbers are written so{between}")


def _columns(found: Detection, options: ImportOptions) -> Evidence:
    if options.columns:
        return Evidence("", "given", f"you chose {', '.join(options.columns)}")
    if found.detected["header"]:
        return Evidence("", "told", "its headings name them")
    return Evidence("", "inferred", "there are no headings; by what highs and lows must be")
