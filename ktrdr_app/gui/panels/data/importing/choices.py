"""The words of every choice that an import offers, beside the values that the core knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from PySide6.QtCore import QCoreApplication

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.preview import Conflict
from ktrdr_app.data.importing.zones import COMMON, clock_named, zone_names
from ktrdr_app.gui.ui import numbers

Choice = tuple[str, str]

SETTINGS = ("symbol", "timeframe", "asset_class", "timezone", "date_order", "decimal")
"""Fields of the form, from top to bottom."""

ROLES = ("date", "time", "open", "high", "low", "close", "volume", "symbol")
"""What columns are read as, from top to bottom."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("ImportDialog", text)


def title_of(key: str) -> str:
    """Return the name of a setting.

    Parameters
    ----------
    key : str
        Field of `ImportRequest`.
    """
    return {
        "symbol": _tr("Symbol"),
        "timeframe": _tr("Bar length"),
        "asset_class": _tr("Asset class"),
        "timezone": _tr("Time zone"),
        "date_order": _tr("Date order"),
        "decimal": _tr("Decimal mark"),
        "on_conflict": _tr("Series that is there"),
        "columns": _tr("Columns"),
    }[key]


def role_words(role: str) -> str:
    """Return the name of a column's role.

    Parameters
    ----------
    role : str
        One of `ROLES`.
    """
    return {
        "date": _tr("Date, or date and time"),
        "time": _tr("Time of day, if apart"),
        "open": _tr("Open"),
        "high": _tr("High"),
        "low": _tr("Low"),
        "close": _tr("Close"),
        "volume": _tr("Volume"),
        "symbol": _tr("Symbol"),
    }[role]


def sure_words(sure: str) -> str:
    """Return how well a setting is known.

    Parameters
    ----------
    sure : str
        As `Evidence.sure`.
    """
    return {
        "given": _tr("Yours"),
        "told": _tr("Told by the file"),
        "inferred": _tr("Inferred"),
        "open": _tr("Open"),
    }[sure]


def choices(key: str) -> list[Choice]:
    """Return what can be chosen for a setting.

    Parameters
    ----------
    key : str
        Field of `ImportRequest` with few values.
    """
    found: dict[str, list[Choice]] = {
        "timeframe": [(name, name) for name in NANOSECONDS],
        "asset_class": [
            (_tr("Forex"), "forex"),
            (_tr("Stock"), "stock"),
            (_tr("Crypto"), "crypto"),
            (_tr("Index"), "index"),
            (_tr("Metal"), "metal"),
        ],
        "date_order": [
            (_tr("Day, month, year"), "dmy"),
            (_tr("Month, day, year"), "mdy"),
            (_tr("Year, month, day"), "ymd"),
        ],
        "decimal": [(_tr("Point (1.5)"), "."), (_tr("Comma (1,5)"), ",")],
        "on_conflict": [
            (_tr("Add the bars it lacks"), "append"),
            (_tr("Replace it"), "replace"),
            (_tr("Leave it alone"), "skip"),
        ],
    }
    return found[key]


def answers_to(question: Question) -> list[Choice]:
    """Return the answers that a question offers, in words; empty where it is answered by writing.

    Parameters
    ----------
    question : Question
        What is asked.
    """
    if question.key == "timezone":
        return [(name, name) for name in known_clocks(question.options)]
    if question.key == "symbol":
        return [(name, name) for name in question.options if " " not in name]
    if question.key == "columns":
        return [(", ".join(part.replace("=", " = ") for part in text.split(",")), text) for text in question.options]
    words = {value: text for text, value in choices(question.key)}
    return [(words[value], value) for value in question.options if value in words]


def known_clocks(names: Iterable[str]) -> list[str]:
    """Return the names that stand for a clock.

    Parameters
    ----------
    names : iterable of str
        Names, and words that are none.
    """
    return [name for name in names if is_clock(name)]


def is_clock(name: str) -> bool:
    """Return whether a name stands for a clock: a zone, an offset, or a zone moved by hours.

    Parameters
    ----------
    name : str
        Any text.
    """
    try:
        clock_named(name)
    except UnknownName:
        return False
    return True


@cache
def all_zones() -> tuple[str, ...]:
    """Return the zones to search: the common ones, then every IANA name with a place in it."""
    named = sorted(name for name in zone_names() if "/" in name and not name.startswith("Etc/"))
    return tuple(dict.fromkeys((*COMMON, *named)))


def consequence(conflict: Conflict, choice: str) -> str:
    """Return what a choice does to the series that is there.

    Parameters
    ----------
    conflict : Conflict
        The series and how the file meets it.
    choice : str
        ``append``, ``replace``, ``skip``, or empty for what is there.
    """
    counts = {name: numbers.integer(getattr(conflict, name)) for name in ("rows", "new", "same", "other")}
    name = conflict.path.name
    if conflict.problem and choice in ("", "append"):
        words = _tr("{0} cannot be read ({1}), so nothing can be added to it.")
        return words.format(name, conflict.problem)
    if choice == "append":
        words = _tr("{new} bars are added. The {rows} that are there stay as they are, {other} that differ as well.")
        return words.format(**counts)
    if choice == "replace":
        gone = conflict.rows - conflict.same - conflict.other
        words = _tr("The file takes its place. {0} bars that the file lacks are gone, {1} get other numbers.")
        return words.format(numbers.integer(gone), counts["other"])
    if choice == "skip":
        return _tr("Nothing is written.")
    words = _tr("It holds {rows} bars, {0} to {1}. Of the file's bars {new} are new, {same} equal, {other} differ.")
    span = [numbers.moment(stamp.to_pydatetime()) for stamp in (conflict.first, conflict.last) if stamp is not None]
    return words.format(*span, **counts)


def delimiter_words(delimiter: str) -> str:
    """Return the name of a delimiter.

    Parameters
    ----------
    delimiter : str
        One sign.
    """
    return {"\t": _tr("tab"), ";": _tr("semicolon"), ",": _tr("comma"), "|": _tr("bar (|)")}.get(delimiter, delimiter)


def column_words(names: Sequence[str], cells: Sequence[str], place: int) -> str:
    """Return a column by its number, its heading and a cell of it.

    Parameters
    ----------
    names : sequence of str
        Headings.
    cells : sequence of str
        A row.
    place : int
        Which column.
    """
    sample = cells[place] if place < len(cells) else ""
    heading = names[place]
    return f"{place + 1}. {heading}  ({sample})" if heading and sample else f"{place + 1}. {heading or sample}"
