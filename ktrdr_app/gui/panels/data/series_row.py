"""How a series is named and written in the data station: keys, stamps, figures, findings in plain words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.gui.ui import numbers
from ktrdr_app.workflows.data_inventory import InventoryEntry
from ktrdr_app.workflows.wording import cut

Key = tuple[str, str]
"""Symbol and time frame."""

ORDER = tuple(NANOSECONDS)
TONES = {"clean": "success", "warning": "warning", "error": "danger", "unreadable": "danger"}
"""Colour of each verdict."""


def say(text: str) -> str:
    """Return words of the data station in the user's language.

    Parameters
    ----------
    text : str
        The words.
    """
    return QCoreApplication.translate("DataPanel", text)


def key_of(entry: InventoryEntry) -> Key:
    """Return the key of an entry.

    Parameters
    ----------
    entry : InventoryEntry
        The entry.
    """
    return entry.symbol, entry.timeframe


def is_daily(timeframe: str) -> bool:
    """Return whether bars are days or longer, so that stamps need no hour.

    Parameters
    ----------
    timeframe : str
        Bar length.
    """
    return NANOSECONDS[timeframe] >= NANOSECONDS["1d"]


def short_moment(timeframe: str, stamp: str) -> str:
    """Return a stamp as the table shows it: daily and longer bars without the hour.

    Parameters
    ----------
    timeframe : str
        Bar length.
    stamp : str
        As the file has it.
    """
    return numbers.moment(stamp, time=not is_daily(timeframe))


def share_text(share: float) -> str:
    """Write how many of the expected bars are there; never 100 % while one is missing.

    Parameters
    ----------
    share : float
        0 to 1; NaN is a dash.
    """
    return numbers.percent(cut(share), 1 if share >= 1.0 else 2)


def quality_text(entry: InventoryEntry) -> str:
    """Write the quality of an entry in a word or a figure.

    Parameters
    ----------
    entry : InventoryEntry
        The entry.
    """
    if entry.quality is None:
        return "…"
    return say("unreadable") if entry.quality.verdict == "unreadable" else share_text(entry.quality.share)


def quality_tip(entry: InventoryEntry) -> str:
    """Say what the quality figure of an entry means, and its worst finding.

    Parameters
    ----------
    entry : InventoryEntry
        The entry.
    """
    found = entry.quality
    if found is None:
        return say("Not looked at yet; it is being counted in the background")
    if found.verdict == "unreadable":
        return found.worst
    there = say("{0} of {1} bars that the calendar {2} expects are there.").format(
        numbers.integer(found.present), numbers.integer(found.expected), found.calendar
    )
    return f"{there}\n{found.worst or say('Nothing was found.')}"


def quality_key(entry: InventoryEntry) -> tuple[float, float]:
    """Return what the quality column is sorted by: worst first, unknown last.

    Parameters
    ----------
    entry : InventoryEntry
        The entry.
    """
    found = entry.quality
    if found is None:
        return 2.0, 0.0
    return (found.share, float(-found.gaps_unexpected)) if found.expected else (-1.0, 0.0)
