"""The data table twin of a chart: offered by its context menu and an action of the window, and copied as CSV."""

from __future__ import annotations

from typing import Protocol, cast

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHeaderView, QMenu, QTableView, QVBoxLayout, QWidget

from ktrdr_app.gui.charts.figures import Figures, Series
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.widgets import GRID, button, label, row

Index = QModelIndex | QPersistentModelIndex

_MEASURED_ROWS = 200
"""Rows that are looked at to find the width of a column."""


class Charted(Protocol):
    """A widget that can tell its picture in figures."""

    def figures(self) -> Figures:
        """Return the arrays that are drawn."""


class FiguresModel(QAbstractTableModel):
    """The columns of a chart; cells are written when they are looked at, so length costs nothing.

    Parameters
    ----------
    figures : Figures
        The chart.
    parent : QObject
        Owner.
    """

    def __init__(self, figures: Figures, parent: QObject) -> None:
        super().__init__(parent)
        self.figures = figures

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of rows.

        Parameters
        ----------
        parent : QModelIndex
            A valid one is a cell, and nothing lies below a cell.
        """
        return 0 if parent.isValid() else len(self.figures)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns.

        Parameters
        ----------
        parent : QModelIndex
            A valid one is a cell, and nothing lies below a cell.
        """
        return 0 if parent.isValid() else len(self.figures.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        """Return the title of a column, or the number of a row.

        Parameters
        ----------
        section : int
            Which one.
        orientation : Qt.Orientation
            Columns or rows.
        role : int
            Text or alignment.
        """
        if orientation is not Qt.Orientation.Horizontal:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        column = self.figures.columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return column.title if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        """Return what a cell shows; figures stand at the right.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        role : int
            Text or alignment.
        """
        if not index.isValid():
            return None
        column = self.figures.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.shown(index.row())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None


def _alignment(column: Series) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column.times or column.texts else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


class FiguresView(QTableView):
    """The table; Ctrl+C copies all of it, not the one cell that Qt would."""

    copied = Signal()
    """Ctrl+C was pressed."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell that a copy is wanted.

        Parameters
        ----------
        event : QKeyEvent
            The key.
        """
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        else:
            super().keyPressEvent(event)


class DataTable(QDialog):
    """A chart's words and figures; Ctrl+C copies all of it as CSV.

    Parameters
    ----------
    figures : Figures
        The chart.
    words : str
        The chart in one sentence.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, figures: Figures, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("dataTable")
        self.setWindowTitle(self.tr("Data table: {0}").format(figures.title))
        self.resize(760, 520)
        self.figures = figures
        self.table = FiguresView()
        self.table.setObjectName("dataTable.table")
        self.table.setModel(FiguresModel(figures, self))
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setWordWrap(False)
        header = self.table.horizontalHeader()
        header.setResizeContentsPrecision(_MEASURED_ROWS)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        accessibility.name(self.table, self.tr("Figures of the chart"), words)
        self.copy = button(self.tr("Copy as CSV"), "dataTable.copy", icon="copy")
        self.copy.setToolTip(self.tr("Ctrl+C in the table"))
        for signal in (self.copy.clicked, self.table.copied):
            signal.connect(self._copy)
        close = button(self.tr("Close"), "dataTable.close")
        close.clicked.connect(self.reject)
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        box.setSpacing(GRID + GRID // 2)
        box.addWidget(label(figures.title, "title", wrap=True))
        box.addWidget(label(words, "muted", wrap=True))
        box.addWidget(self.table, 1)
        told = self.tr("1 row; times are UTC") if len(figures) == 1 else self.tr("{0} rows; times are UTC")
        counted = told.format(numbers.integer(len(figures)))
        box.addLayout(row(label(counted, "muted"), 1, self.copy, close))
        self.table.setFocus()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.figures.csv())


class DataTwin(QObject):
    """Offers a chart's data table: an action, and a context menu that holds it.

    Parameters
    ----------
    chart : QWidget
        A widget with a method ``figures`` that returns `Figures`; becomes the owner.
    """

    def __init__(self, chart: QWidget) -> None:
        super().__init__(chart)
        self.chart = chart
        self.action = QAction(self.tr("Data table…"), chart)
        self.action.setObjectName("dataTableAction")
        self.action.triggered.connect(self.open)
        chart.addAction(self.action)

    @Slot()
    def open(self) -> DataTable:
        """Open the table of what is shown now, and return it; what is drawn later does not change it."""
        table = DataTable(cast(Charted, self.chart).figures(), self.chart.accessibleDescription(), self.chart.window())
        table.open()
        return table

    def popup(self, place: QPoint) -> None:
        """Open the chart's context menu: whatever actions it has.

        Parameters
        ----------
        place : QPoint
            Where on the screen.
        """
        menu = QMenu(self.chart)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.chart.actions())
        menu.popup(place)


def open_table(panel: QWidget) -> bool:
    """Open the table of the chart that has the keyboard, else of the topmost in sight, and say whether there is one.

    Parameters
    ----------
    panel : QWidget
        Where to look.
    """
    seen = [twin for twin in panel.findChildren(DataTwin) if twin.chart.isVisible()]
    seen.sort(key=lambda twin: (not twin.chart.hasFocus(), twin.chart.mapTo(panel, QPoint()).y()))
    if seen:
        seen[0].open()
    return bool(seen)
