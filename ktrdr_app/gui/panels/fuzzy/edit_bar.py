"""The second line of the editor: presets, what handles snap to, how values are shown, what sets are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ktrdr_app.gui.documents.snapping import (
    EVERYTHING,
    GRID,
    OFF,
    PERCENTILES,
    VERTICES,
    Snapping,
    percentile_targets,
)
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import label, row


class EditBar(QObject):
    """How the plot snaps, and how it shows values.

    Parameters
    ----------
    plot : FuzzyPlot
        What is set up.
    parent : QObject
        Owner.
    """

    def __init__(self, plot: FuzzyPlot, parent: QObject) -> None:
        super().__init__(parent)
        self._plot = plot
        self._values: Mapping[str, Any] = {}
        self.snap = CalmComboBox("fuzzyPanel.snapCombo", self.tr("Handles snap to"))
        self.snap.setToolTip(self.tr("What dragged handles snap to; hold Alt while dragging to pass it by"))
        self.snap.setMinimumContentsLength(10)
        words = {
            OFF: self.tr("nothing"),
            GRID: self.tr("grid"),
            PERCENTILES: self.tr("percentiles"),
            VERTICES: self.tr("neighbours"),
            EVERYTHING: self.tr("everything"),
        }
        self.snap.fill([(text, mode) for mode, text in words.items()], PERCENTILES)
        self.lines = CalmComboBox("fuzzyPanel.valuesCombo", self.tr("Values are shown"))
        self.lines.setMinimumContentsLength(11)
        self.lines.fill([(self.tr("all together"), False), (self.tr("by symbol"), True)], False)
        self.snap.currentIndexChanged.connect(self._set_snapping)
        self.lines.currentIndexChanged.connect(self._set_lines)
        self._set_snapping()

    def line(self, presets: QWidget, compare: QWidget, reset: QWidget) -> QHBoxLayout:
        """Return everything side by side.

        Parameters
        ----------
        presets, compare, reset : QWidget
            What others own.
        """
        made = row()
        made.addWidget(presets)
        for words, field in (
            (self.tr("Snap to"), self.snap),
            (self.tr("Values"), self.lines),
            (self.tr("Compare with"), compare),
        ):
            made.addWidget(label(words, "muted"))
            made.addWidget(field)
        made.addWidget(reset)
        made.addStretch(1)
        return made

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Offer the percentiles of other values to snap to.

        Parameters
        ----------
        values : mapping of str to ndarray of float64
            Values by symbol.
        """
        self._values = values
        self._set_snapping()

    @Slot()
    def _set_snapping(self, _place: object = None) -> None:
        known = {symbol: array for symbol, array in self._values.items() if len(array)}
        together = np.concatenate([np.empty(0), *known.values()])
        targets = percentile_targets(together, list(known), self._plot.grain)
        self._plot.snapping = Snapping(str(self.snap.currentData()), targets)

    @Slot()
    def _set_lines(self, _place: object = None) -> None:
        self._plot.show_symbols(by_symbol=bool(self.lines.currentData()))
