"""The sets of one input as a table of numbers, in step with the plot and its accessible twin."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ktrdr_app.gui.panels.fuzzy.set_delegate import SetDelegate
from ktrdr_app.gui.panels.fuzzy.set_model import FIRST_NUMBER, NAME, SHAPE, STATUS, SetModel
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import themeChanged

ROW = 30
"""Height of a row in pixels."""

_MOST_ROWS = 5
_USUAL = "00.00"
"""What a column with numbers has room for at least, so that it stands still while they change."""
_CELL_ROOM = 16
"""Pixels beside the text of a cell."""
_LEAST_STATUS, _LEAST_WORDS = 72, 64
"""Least width of the status, and of names and shapes where the table is narrow."""
_MOST_SPARE = 24
"""The most that a column gets beyond its need where the table is wide."""


class SetTable(QTableView):
    """The table of sets.

    Parameters
    ----------
    object_name : str
        Qt object name.
    """

    chosen = Signal(str)
    """Set whose row was selected."""
    removeWanted = Signal()
    """Del on a row."""
    moveWanted = Signal(int)
    """Alt with an arrow on a row: places to move it, below 0 upwards."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.sets = SetModel()
        self.sets.setParent(self)
        self.numbers = SetDelegate(self)
        self.setModel(self.sets)
        self.setItemDelegate(self.numbers)
        self.setObjectName(object_name)
        accessibility.name(
            self,
            self.tr("Numbers of the fuzzy sets"),
            self.tr("F2, typing or a double click edits a cell; Del takes the set out"),
        )
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(44)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # the status gives way
        self.selectionModel().currentChanged.connect(self._on_current)
        self.sets.modelReset.connect(self._fit)
        self.sets.dataChanged.connect(self._widen)
        themeChanged.connect(self._on_theme)

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.sets.keys[current.row()])

    @Slot()
    def _fit(self) -> None:
        """Be at least as high as the rows there are, up to a few."""
        rows = min(max(self.sets.rowCount(), 2), _MOST_ROWS)
        self.setMinimumHeight(self.horizontalHeader().sizeHint().height() + rows * ROW + 2 * self.frameWidth() + 2)
        self._share()

    def _need(self, column: int) -> int:
        """Return the width at which nothing in a column is cut off."""
        held = max(self.horizontalHeader().sectionSizeHint(column), self.sizeHintForColumn(column))
        numbers = (self.sets.index(row, column).data() for row in range(self.sets.rowCount()))
        if column < FIRST_NUMBER or not any(numbers):
            return held
        return max(held, self.fontMetrics().horizontalAdvance(_USUAL) + _CELL_ROOM)

    def _share(self) -> None:
        needs = [self._need(column) for column in range(STATUS)]
        spare = self.viewport().width() - sum(needs) - _LEAST_STATUS
        for column in (SHAPE, NAME):  # these two are still known by their first letters, and by their tips
            given = min(max(-spare, 0), max(needs[column] - _LEAST_WORDS, 0))
            needs[column] -= given
            spare += given
        widths = [need + min(max(spare // (2 * STATUS), 0), _MOST_SPARE) for need in needs]
        left = max(self.viewport().width() - sum(widths), self.horizontalHeader().minimumSectionSize())
        for column, width in enumerate([*widths, left]):
            self.setColumnWidth(column, width)

    @Slot(QModelIndex, QModelIndex)
    def _widen(self, first: QModelIndex, last: QModelIndex) -> None:
        """Share anew where figures have become too long; shorter ones keep their room, as they are dragged."""
        columns = range(max(first.column(), FIRST_NUMBER), min(last.column(), STATUS - 1) + 1)
        if any(self.sizeHintForColumn(column) > self.columnWidth(column) for column in columns):
            self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns: each has what it needs, the status what is left.

        Parameters
        ----------
        event : QResizeEvent
            The new size.
        """
        super().resizeEvent(event)
        self._share()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a set out with Del, move it with Alt and an arrow; all else is the table's own.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if event.key() == Qt.Key.Key_Delete and self.currentIndex().isValid():
            self.removeWanted.emit()
        elif step and event.modifiers() & Qt.KeyboardModifier.AltModifier and self.currentIndex().isValid():
            self.moveWanted.emit(step)
        else:
            super().keyPressEvent(event)

    @Slot(object)
    def _on_theme(self, _theme: object) -> None:
        self.viewport().update()

    def choose(self, key: str) -> None:
        """Put the cursor on a set's row.

        Parameters
        ----------
        key : str
            The set.
        """
        if key in self.sets.keys and self.currentIndex().row() != self.sets.keys.index(key):
            column = self.currentIndex().column() if self.currentIndex().isValid() else NAME
            self.setCurrentIndex(self.sets.index(self.sets.keys.index(key), column))
