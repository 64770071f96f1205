"""Search field and two choices that narrow the list of series."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ktrdr_app.gui.panels.data.series_row import ORDER, say
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import GRID
from ktrdr_app.workflows.data_inventory import InventoryEntry

_COMBO, _WIDEST = 126, 520
"""Pixels of each choice, and of the whole."""


class FilterBar(QWidget):
    """What the list shows: names that hold a text, one bar length, one asset class."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.search = QLineEdit()
        self.search.setObjectName("dataPanel.search")
        self.search.setPlaceholderText(say("Search symbols…"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(140)
        accessibility.name(
            self.search, say("Search symbols"), say("Finds series by symbol, asset class and bar length")
        )
        self.timeframe = CalmComboBox("dataPanel.timeframeFilter", say("Bar lengths that are listed"))
        self.asset_class = CalmComboBox("dataPanel.classFilter", say("Asset classes that are listed"))
        for combo in (self.timeframe, self.asset_class):
            combo.setFixedWidth(_COMBO)
            combo.currentIndexChanged.connect(self._say)
        self.search.textChanged.connect(self._say)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.search, 1)
        box.addWidget(self.timeframe)
        box.addWidget(self.asset_class)
        self.setMaximumWidth(_WIDEST)
        self.offer(())

    def offer(self, entries: Iterable[InventoryEntry]) -> None:
        """Offer the bar lengths and classes that are there.

        Parameters
        ----------
        entries : iterable of InventoryEntry
            All entries of the list.
        """
        found = list(entries)
        lengths = {entry.series.timeframe for entry in found}
        classes = {entry.asset_class for entry in found} - {""}
        every: tuple[str, object] = (say("All bars"), "")
        lines: list[tuple[str, object]] = [(name, name) for name in ORDER if name in lengths]
        self.timeframe.fill([every, *lines], self.timeframe.currentData())
        all_classes: tuple[str, object] = (say("All classes"), "")
        self.asset_class.fill(
            [all_classes, *((name, name) for name in sorted(classes))], self.asset_class.currentData()
        )

    def accepts(self, entry: InventoryEntry) -> bool:
        """Return whether an entry is to be listed.

        Parameters
        ----------
        entry : InventoryEntry
            The entry.
        """
        text = f"{entry.series.symbol} {entry.asset_class} {entry.series.timeframe}".lower()
        wanted = self.search.text().lower().split()
        lengths, classes = self.timeframe.currentData(), self.asset_class.currentData()
        fits = (not lengths or lengths == entry.series.timeframe) and (not classes or classes == entry.asset_class)
        return fits and all(word in text for word in wanted)

    def clear(self) -> None:
        """Let everything be listed."""
        self.search.clear()
        self.timeframe.setCurrentIndex(0)
        self.asset_class.setCurrentIndex(0)

    @Slot()
    def _say(self, _changed: object = None) -> None:
        self.changed.emit()
