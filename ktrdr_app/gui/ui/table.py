"""Tables of records: columns declared once, sorted by reordering rows, never by a proxy in Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtGui import Qt as MarkUp
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import tokens

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    title : str
        Header.
    text : callable
        Record to what the cell shows.
    key : callable, optional
        Record to what the column is sorted by; the text by default.
    number : bool
        Figures stand at the right.
    token : callable, optional
        Record to a colour field of `Tokens`; empty for plain text.
    help : str
        Tool tip of the header.
    tip : callable, optional
        Record to the tool tip of a cell; the text by default.
    """

    title: str
    text: Callable[[Any], str]
    key: Callable[[Any], Any] | None = None
    number: bool = False
    token: Callable[[Any], str] | None = None
    help: str = ""
    tip: Callable[[Any], str] | None = None


class RecordModel(QAbstractTableModel):
    """Records as rows.

    Parameters
    ----------
    columns : sequence of Column
        From left to right.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._all: list[Any] = []
        self._shown: list[Any] = []
        self._accept: Callable[[Any], bool] | None = None
        self._order = (-1, Qt.SortOrder.AscendingOrder)

    @property
    def records(self) -> tuple[Any, ...]:
        """The records shown, in the order shown."""
        return tuple(self._shown)

    def set_records(self, records: Sequence[Any]) -> None:
        """Show other records; filter and order stay.

        Parameters
        ----------
        records : sequence
            All records.
        """
        self._all = list(records)
        self._arrange()

    def renew(self, changed: Callable[[Any], Any]) -> None:
        """Put changed records in the place of the old ones; rows, order and selection stay.

        Parameters
        ----------
        changed : callable
            Record to the record that takes its place.
        """
        self._all = [changed(record) for record in self._all]
        self._shown = [changed(record) for record in self._shown]
        if self._shown:
            last = self.index(len(self._shown) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def set_filter(self, accept: Callable[[Any], bool] | None) -> None:
        """Show only the records that a function accepts.

        Parameters
        ----------
        accept : callable or None
            Record to bool; None shows all.
        """
        self._accept = accept
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows by a column; -1 restores the order in which they were given.

        Parameters
        ----------
        column : int
            Which one.
        order : Qt.SortOrder
            Ascending or descending.
        """
        self._order = (column, order)
        self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        shown = [record for record in self._all if self._accept is None or self._accept(record)]
        column, order = self._order
        if 0 <= column < len(self.columns):
            chosen = self.columns[column]
            shown.sort(key=chosen.key or chosen.text, reverse=order is Qt.SortOrder.DescendingOrder)
        self._shown = shown
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of rows.

        Parameters
        ----------
        parent : QModelIndex
            A valid one is a cell, and nothing lies below a cell.
        """
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns.

        Parameters
        ----------
        parent : QModelIndex
            A valid one is a cell, and nothing lies below a cell.
        """
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object | None:
        """Return what Qt asks about a header.

        Parameters
        ----------
        section : int
            Column.
        orientation : Qt.Orientation
            There are no headers at the side.
        role : int
            Text, alignment or tool tip.
        """
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help or None
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object | None:
        """Return what Qt asks about a cell.

        Parameters
        ----------
        index : QModelIndex
            Which cell.
        role : int
            Text, alignment, colour or tool tip.
        """
        if not index.isValid():
            return None
        column, record = self.columns[index.column()], self._shown[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            tip = column.text(record) if column.tip is None else column.tip(record)
            return f"<p>{escape(tip)}</p>" if MarkUp.mightBeRichText(tip) else tip  # words of a file are just words
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(record)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole and column.token is not None:
            token = column.token(record)
            return QColor(getattr(tokens(), token)) if token else None
        return None


class RecordTable(QTableView):
    """A table of records with one selected row, sortable by its headers.

    Parameters
    ----------
    columns : sequence of Column
        From left to right.
    object_name : str
        Qt object name.
    accessible_name : str
        What a screen reader calls it.
    records : RecordModel, optional
        A model of one's own, made of the same columns.
    """

    def __init__(
        self, columns: Sequence[Column], object_name: str, accessible_name: str, records: RecordModel | None = None
    ) -> None:
        super().__init__()
        self.records = records or RecordModel(columns)
        self.records.setParent(self)
        self.setModel(self.records)
        self.setObjectName(object_name)
        accessibility.name(self, accessible_name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        header = self.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(56)
        header.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(30)

    def fit(self, stretched: int) -> None:
        """Make columns as wide as their content, and one as wide as what is left.

        Parameters
        ----------
        stretched : int
            The column that takes the rest.
        """
        header = self.horizontalHeader()
        for column in range(self.records.columnCount()):
            mode = QHeaderView.ResizeMode.Stretch if column == stretched else QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(column, mode)

    @property
    def selected(self) -> Any | None:
        """The record of the selected row, if there is one."""
        rows = self.selectionModel().selectedRows()
        return self.records.records[rows[0].row()] if rows else None

    def select(self, accept: Callable[[Any], bool]) -> None:
        """Select the first shown record that a function accepts.

        Parameters
        ----------
        accept : callable
            Record to bool.
        """
        for row, record in enumerate(self.records.records):
            if accept(record):
                self.selectRow(row)
                return


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
