"""When markets are open: sessions of exchanges, the forex week, round the clock."""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.data.calendars.base import Calendar
    from ktrdr_app.data.calendars.choose import calendar_for, calendar_named, calendar_names

_EXPORTS = {
    "Calendar": "base",
    "calendar_for": "choose",
    "calendar_named": "choose",
    "calendar_names": "choose",
}

__getattr__ = exports(__name__, _EXPORTS)

__all__ = ["Calendar", "calendar_for", "calendar_named", "calendar_names"]
