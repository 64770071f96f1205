"""Which calendar a symbol goes by: by name, or by asset class."""

from __future__ import annotations

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.data.calendars.base import Calendar
from ktrdr_app.data.calendars.continuous import Continuous
from ktrdr_app.data.calendars.forex import ForexWeek
from ktrdr_app.data.calendars.sessions import ExchangeSessions, exchange_names

BY_CLASS = {"forex": "forex", "metal": "forex", "index": "forex", "crypto": "24/7", "stock": "XNYS"}
"""Calendar of each asset class; indices and metals are taken as a broker's round-the-clock contracts."""
_OWN: dict[str, Calendar] = {"forex": ForexWeek(), "24/7": Continuous()}


def calendar_names() -> tuple[str, ...]:
    """Return every name that `calendar_named` takes: ours first, then the exchanges."""
    return (*_OWN, *exchange_names())


def calendar_named(name: str) -> Calendar:
    """Return a calendar.

    Parameters
    ----------
    name : str
        ``forex``, ``24/7``, or an exchange's market identifier code (XNYS, XLON, XTKS ..).

    Raises
    ------
    UnknownName
        If there is none of that name.
    """
    return _OWN[name] if name in _OWN else ExchangeSessions(name)


def calendar_for(asset_class: str) -> Calendar:
    """Return the calendar that an asset class goes by unless ``symbols.yaml`` says otherwise.

    Parameters
    ----------
    asset_class : str
        A key of `BY_CLASS`.

    Raises
    ------
    UnknownName
        If there is no such class.
    """
    if asset_class not in BY_CLASS:
        raise UnknownName("asset class", asset_class, list(BY_CLASS))
    return calendar_named(BY_CLASS[asset_class])
