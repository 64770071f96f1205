"""What can be done to an input's sets beside moving them: add, take out, reorder, presets, copy and paste."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QCursor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QToolTip, QWidget

from ktrdr_app import fuzzy
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.fuzzy.presets import PRESETS, SET_NAMES, even_sets, partition
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.set_handles import snapped
from ktrdr_app.gui.documents.set_lists import added, named_alike, removed, shuffled
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.panels.fuzzy.set_table import SetTable
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.panel_actions import panel_action, tool_button
from ktrdr_app.gui.ui.widgets import button
from ktrdr_app.strategy.schema import FuzzySet

EVEN = "even"
"""The preset that can do without values: from their 5th to their 95th percentile, or over the axis."""

_NEW_WIDTH = 0.1
"""Reach of a new set's feet where no neighbour is nearer, as a share of what is shown."""


class SetEditing(QObject):
    """The actions on the list of sets.

    Parameters
    ----------
    panel : QWidget
        Owner of the actions.
    plot : FuzzyPlot
        Knows which set is selected, and the scale.
    table : SetTable
        Shows the same.
    """

    failed = Signal(object)
    """KtrdrError: what cannot be done."""

    def __init__(self, panel: QWidget, plot: FuzzyPlot, table: SetTable) -> None:
        super().__init__(panel)
        self.document: FuzzyDocument | None = None
        self._plot, self._table = plot, table
        self._values: Mapping[str, Any] = {}
        none = QKeySequence()
        self.add_action = panel_action(panel, "addAction", self.tr("Add a set"), "add", none)
        self.remove_action = panel_action(panel, "removeAction", self.tr("Take the set out (Del)"), "close", none)
        self.up_action = panel_action(panel, "upAction", self.tr("Move the set up (Alt+↑)"), "arrow_up", none)
        self.down_action = panel_action(panel, "downAction", self.tr("Move the set down (Alt+↓)"), "arrow_down", none)
        copy, paste = QKeySequence("Ctrl+Shift+C"), QKeySequence("Ctrl+Shift+V")
        self.copy_action = panel_action(panel, "copyAction", self.tr("Copy the sets as YAML"), "copy", copy)
        self.paste_action = panel_action(panel, "pasteAction", self.tr("Paste sets from YAML"), "strategy", paste)
        self.keys_action = panel_action(panel, "keysAction", self.tr("Keys and mouse of the editor"), "info", none)
        self.keys_action.setToolTip(
            self.tr(
                "Drag a handle, a set's area, or the diamond where two sets cross.\n"
                "Shift moves the whole set, Ctrl the neighbour's foot too, Alt does not snap, Esc takes back.\n"
                "Tab walks the handles, arrows nudge (Shift ×10), Home and End go to the limits.\n"
                "A double click adds a set, Del takes it out."
            )
        )
        self.presets = self._preset_button()
        self._connect()

    @property
    def tools(self) -> list[QToolButton]:
        """A button for each action."""
        actions = (self.add_action, self.remove_action, self.up_action, self.down_action)
        made = [tool_button(action) for action in (*actions, self.copy_action, self.paste_action, self.keys_action)]
        made[-1].setAccessibleDescription(self.keys_action.toolTip())
        return made

    def _preset_button(self) -> QPushButton:
        made = button(self.tr("Presets"), "fuzzyPanel.presetButton")
        accessibility.name(made, self.tr("Presets: replace all sets of this input"))
        menu = QMenu(made)
        for name, words in (
            (EVEN, self.tr("Evenly spread")),
            ("quantiles", self.tr("By quantiles of the values")),
            ("clusters", self.tr("Around clusters of the values (k-means)")),
        ):
            submenu = menu.addMenu(words)
            for count in SET_NAMES:
                action = submenu.addAction(self.tr("{0} sets").format(count))
                action.setData((name, count))
        menu.triggered.connect(self._preset_chosen)
        made.setMenu(menu)
        return made

    def _connect(self) -> None:
        self.add_action.triggered.connect(self._add_anywhere)
        self.remove_action.triggered.connect(self._remove_selected)
        self.up_action.triggered.connect(self._move_up)
        self.down_action.triggered.connect(self._move_down)
        self.copy_action.triggered.connect(self.copy)
        self.paste_action.triggered.connect(self.paste)
        self.keys_action.triggered.connect(self._tell_keys)
        self._plot.addWanted.connect(self.add)
        self._plot.removeWanted.connect(self.remove)
        self._table.removeWanted.connect(self._remove_selected)
        self._table.moveWanted.connect(self.move)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Take note of the values that presets may learn from.

        Parameters
        ----------
        values : mapping of str to ndarray of float64
            Values by symbol.
        """
        self._values = values

    @property
    def _selected(self) -> str:
        return self._plot.layer.selected

    def _apply(self, sets: Mapping[str, FuzzySet], text: str, select: str) -> None:
        if self.document is not None:
            self.document.change_sets(sets, text)
            self._plot.select(select)
            self._table.choose(select)

    @Slot(float)
    def add(self, x: float) -> None:
        """Add a triangle with its peak at a place.

        Parameters
        ----------
        x : float
            In the input's unit.
        """
        if self.document is not None:
            low, high = self._plot.shown_range
            sets, name = added(self.document.sets(), x, _NEW_WIDTH * (high - low), self._plot.grain)
            self._apply(sets, self.tr("Add {0}").format(name), name)

    @Slot()
    def _add_anywhere(self) -> None:
        """Add a set in the widest gap between the middles of the sets that are there."""
        if self.document is None:
            return
        low, high = self._plot.shown_range
        peaks = [grip.handle.x for grip in self._plot.layer.grips if grip.handle.level == 1.0]
        places = np.unique(np.clip([low, *peaks, high], low, high))
        widest = int(np.argmax(np.diff(places)))
        self.add(float(places[widest] + places[widest + 1]) / 2)

    @Slot(str)
    def remove(self, key: str) -> None:
        """Take a set out; the last one stays, with a word about it.

        Parameters
        ----------
        key : str
            The set.
        """
        if self.document is None or key not in self.document.sets():
            return
        keys = list(self.document.sets())
        at = keys.index(key)
        try:
            rest = removed(self.document.sets(), key)
        except KtrdrError as error:
            self.failed.emit(error)
            return
        self._apply(rest, self.tr("Take out {0}").format(key), list(rest)[min(at, len(rest) - 1)])

    @Slot()
    def _remove_selected(self) -> None:
        self.remove(self._selected)

    @Slot(int)
    def move(self, step: int) -> None:
        """Move the selected set in the list.

        Parameters
        ----------
        step : int
            Places, below 0 upwards.
        """
        if self.document is not None and self._selected in self.document.sets():
            key = self._selected
            self._apply(shuffled(self.document.sets(), key, step), self.tr("Reorder {0}").format(key), key)

    @Slot()
    def _move_up(self) -> None:
        self.move(-1)

    @Slot()
    def _move_down(self) -> None:
        self.move(1)

    @Slot()
    def _tell_keys(self) -> None:
        QToolTip.showText(QCursor.pos(), self.keys_action.toolTip(), self._plot)

    @Slot(QAction)
    def _preset_chosen(self, action: QAction) -> None:
        self.use_preset(*action.data())

    def use_preset(self, name: str, count: int) -> None:
        """Replace all sets by a partition; as many as before keep their names.

        Parameters
        ----------
        name : str
            `EVEN` or one of `PRESETS`.
        count : int
            How many sets.
        """
        if self.document is None:
            return
        known = [np.asarray(values) for values in self._values.values() if len(values)]
        together = np.concatenate([np.empty(0), *known])
        grain = self._plot.grain
        try:
            if name == EVEN:
                low, high = np.percentile(together, (5, 95)).tolist() if len(together) else self._plot.shown_range
                made = even_sets(low, high, count)
            else:
                made = PRESETS[name](together, count)
            peaks = [entry.parameters[1] for entry in made.values()]
            rounded = [snapped(peak, grain) for peak in peaks]
            made = partition(rounded if len(set(rounded)) == count else peaks)
        except KtrdrError as error:
            self.failed.emit(error)
            return
        sets = named_alike(made, self.document.sets())
        self._apply(sets, self.tr("Preset of {0} sets").format(count), next(iter(sets)))

    @Slot()
    def copy(self) -> None:
        """Put the sets of the input on the clipboard, as YAML."""
        if self.document is not None:
            text = fuzzy.sets_to_yaml(self.document.current, self.document.sets())
            QGuiApplication.clipboard().setText(text)

    @Slot()
    def paste(self) -> None:
        """Replace the sets of the input by those on the clipboard."""
        if self.document is None:
            return
        try:
            sets = fuzzy.sets_from_yaml(QGuiApplication.clipboard().text(), self.document.current)
        except KtrdrError as error:
            self.failed.emit(error)
            return
        self._apply(sets, self.tr("Paste {0} sets").format(len(sets)), next(iter(sets)))
