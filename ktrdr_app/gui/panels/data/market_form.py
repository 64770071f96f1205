"""What a series is held against: its asset class and calendar, why, and the way to change them."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFormLayout, QWidget

from ktrdr_app.data.asset_class import ASSET_CLASSES
from ktrdr_app.data.calendars.choose import BY_CLASS, calendar_names
from ktrdr_app.data.symbols import FILE, SymbolSettings
from ktrdr_app.gui.panels.data.series_row import say
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import GRID, label


@dataclass(frozen=True)
class Market:
    """What a symbol is held against, in words; made off the GUI thread, for calendars take their time to load.

    Attributes
    ----------
    settings : SymbolSettings
        Asset class and calendar, and where they come from.
    hours : str
        When the calendar's market is open.
    calendars : tuple of str
        Every calendar there is.
    """

    settings: SymbolSettings
    hours: str
    calendars: tuple[str, ...]

    @classmethod
    def of(cls, settings: SymbolSettings) -> Self:
        """Return what there is to say of a symbol's market.

        Parameters
        ----------
        settings : SymbolSettings
            Its class and calendar.
        """
        return cls(settings, settings.open_hours().words, calendar_names())


class MarketForm(QWidget):
    """Two choices, asset class and calendar, and where they come from."""

    changeWanted = Signal(str, object)
    """Field of ``symbols.yaml``, and its new value; None for "as inferred"."""

    def __init__(self) -> None:
        super().__init__()
        self.asset_class = CalmComboBox("dataPanel.classCombo", say("Asset class"))
        self.calendar = CalmComboBox("dataPanel.calendarCombo", say("Calendar"))
        writes = say("A choice is written into symbols.yaml")
        for combo, field in ((self.asset_class, "asset_class"), (self.calendar, "calendar")):
            combo.setAccessibleDescription(writes)
            combo.setToolTip(writes)
            combo.setProperty("field", field)
            combo.activated.connect(self._choose)
        self._reason = label("", "muted", wrap=True)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(GRID)
        form.setVerticalSpacing(GRID // 2)
        form.addRow(label(say("Class"), "muted"), self.asset_class)
        form.addRow(label(say("Calendar"), "muted"), self.calendar)
        form.addRow(self._reason)

    def show_market(self, market: Market) -> None:
        """Show what holds for a symbol.

        Parameters
        ----------
        market : Market
            Its class and calendar, and where they come from.
        """
        settings = market.settings
        given = settings.reason == FILE
        own = BY_CLASS[settings.asset_class] == settings.calendar
        classes: list[tuple[str, object]] = [(name, name) for name in ASSET_CLASSES]
        back: list[tuple[str, object]] = [(say("as inferred"), None)] if given else []
        self.asset_class.fill([*classes, *back], settings.asset_class)
        named: list[tuple[str, object]] = [(name, name) for name in market.calendars]
        usual: list[tuple[str, object]] = [] if own else [(say("as usual for the class"), None)]
        self.calendar.fill([*usual, *named], settings.calendar)
        why = say("Set in {0}").format(FILE) if given else settings.reason
        self._reason.setText(say("Why: {0}. Hours: {1}.").format(why, market.hours))
        accessibility.name(self.asset_class, say("Asset class"), self._reason.text())

    @Slot()
    def _choose(self, _place: int = 0) -> None:
        combo = self.sender()
        if isinstance(combo, CalmComboBox):
            self.changeWanted.emit(str(combo.property("field")), combo.currentData())
