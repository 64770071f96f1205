"""The sets of one input as a table of numbers, in step with the plot and its accessible twin."""

# ruff: noqa: ARG002 - Qt's own signatures

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.set_handles import idle_numbers, replaced
from ktrdr_app.gui.panels.fuzzy.handle_layer import set_colour
from ktrdr_app.gui.panels.fuzzy.number_box import NumberBox, write_number
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.theme import themeChanged, tokens
from ktrdr_app.strategy.schema import PARAMETER_NAMES, FuzzySet

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

NAME, SHAPE, OPEN, FIRST_NUMBER = 0, 1, 2, 3
ACTIVE = FIRST_NUMBER + 4

ROW = 30
"""Height of a row in pixels."""

_MOST_ROWS = 5

_OPEN_SIDES = {"none": "–", "left": "left", "right": "right"}


class SetModel(QAbstractTableModel):
    """Rows are sets, columns their shape, numbers and activity; numbers can be edited."""

    rejected = Signal(object)
    """InvalidValue: numbers that were typed and do not make a set."""

    def __init__(self) -> None:
        super().__init__()
        self._document: FuzzyDocument | None = None
        self._sets: dict[str, FuzzySet] = {}
        self._active: Mapping[str, float | None] = {}
        self._titles = (
            self.tr("Set"),
            self.tr("Shape"),
            self.tr("Open side"),
            self.tr("a / centre"),
            self.tr("b / width"),
            "c",
            "d",
            self.tr("Active"),
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the sets, by row."""
        return tuple(self._sets)

    def set_document(self, document: FuzzyDocument | None) -> None:
        """Show another strategy's sets.

        Parameters
        ----------
        document : FuzzyDocument, optional
            The sets; None empties the table.
        """
        if self._document is not None:
            self._document.setChanged.disconnect(self._on_set)
            self._document.currentChanged.disconnect(self._on_current)
        self._document = document
        if document is not None:
            document.setChanged.connect(self._on_set)
            document.currentChanged.connect(self._on_current)
        self._reload()

    def set_active(self, shares: Mapping[str, float | None]) -> None:
        """Show how active each set is.

        Parameters
        ----------
        shares : mapping of str to float or None
            As `values.active_shares` returns it.
        """
        self._active = shares
        if self._sets:
            self.dataChanged.emit(self.index(0, ACTIVE), self.index(len(self._sets) - 1, ACTIVE))

    def _reload(self) -> None:
        self.beginResetModel()
        self._sets = self._document.sets() if self._document is not None else {}
        self._active = {}
        self.endResetModel()

    @Slot(str)
    def _on_current(self, _name: str) -> None:
        self._reload()

    @Slot(str, str)
    def _on_set(self, name: str, key: str) -> None:
        if self._document is None or name != self._document.current or key not in self._sets:
            return
        self._sets[key] = self._document.sets()[key]
        row = self.keys.index(key)
        self.dataChanged.emit(self.index(row, 0), self.index(row, ACTIVE))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of sets.

        Parameters
        ----------
        parent : QModelIndex
            Valid only below a row; there is nothing there.
        """
        return 0 if parent.isValid() else len(self._sets)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return the number of columns.

        Parameters
        ----------
        parent : QModelIndex
            Valid only below a row; there is nothing there.
        """
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object | None:
        """Return titles and their explanations.

        Parameters
        ----------
        section : int
            Column.
        orientation : Qt.Orientation
            Only the horizontal header speaks.
        role : int
            What is asked for.
        """
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Role.ToolTipRole and section == ACTIVE:
            return self.tr("Share of the values that belong to the set by half or more")
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section >= FIRST_NUMBER else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return self._titles[section] if role == Role.DisplayRole else None

    def _number(self, index: Index) -> float | None:
        """Return the number in a cell; None where the set has none, or where an open side makes it idle."""
        place = index.column() - FIRST_NUMBER
        entry = self._sets[self.keys[index.row()]]
        if not 0 <= place < len(entry.parameters) or place in idle_numbers(entry):
            return None
        return entry.parameters[place]

    def data(self, index: Index, role: int = Role.DisplayRole) -> object | None:
        """Return what a cell shows.

        Parameters
        ----------
        index : QModelIndex
            The cell.
        role : int
            What is asked for.
        """
        if not index.isValid():
            return None
        key = self.keys[index.row()]
        if role == Role.DisplayRole:
            return self._text(index, key)
        if role == Role.EditRole:
            return self._number(index)
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() >= FIRST_NUMBER else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Role.DecorationRole and index.column() == NAME:
            picture = QPixmap(12, 12)
            picture.fill(QColor(set_colour(index.row(), tokens())))
            return picture
        return self._help(index, key) if role == Role.ToolTipRole else None

    def _text(self, index: Index, key: str) -> str:
        entry, column = self._sets[key], index.column()
        if column == NAME:
            return key
        if column == SHAPE:
            return entry.type
        if column == OPEN:
            return _OPEN_SIDES[entry.shoulder]
        if column == ACTIVE:
            return numbers.percent(self._active.get(key))
        value = self._number(index)
        return "" if value is None else write_number(value).replace("-", "\N{MINUS SIGN}")

    def _help(self, index: Index, key: str) -> str | None:
        entry, place = self._sets[key], index.column() - FIRST_NUMBER
        if place in idle_numbers(entry):
            return self.tr("The set is open on this side, so it has no foot there")
        names = PARAMETER_NAMES[entry.type]
        return f"{key}: {names[place]}" if 0 <= place < len(names) else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that numbers can be edited.

        Parameters
        ----------
        index : QModelIndex
            The cell.
        """
        editable = index.isValid() and self._number(index) is not None
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable if editable else super().flags(index)

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Change one number of a set, if the numbers still make a set.

        Parameters
        ----------
        index : QModelIndex
            The cell.
        value : float
            The new number.
        role : int
            What is asked for.
        """
        if role != Role.EditRole or self._document is None or self._number(index) is None:
            return False
        key = self.keys[index.row()]
        wanted = replaced(self._sets[key], index.column() - FIRST_NUMBER, float(value))
        try:
            self._document.set_numbers(key, wanted)
        except InvalidValue as error:
            self.rejected.emit(error)
            return False
        return True


class NumberDelegate(QStyledItemDelegate):
    """Opens a `NumberBox` in the cell that is edited."""

    step = 1.0
    """What the arrows of the box add; follows the input's scale."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return the editor of a cell.

        Parameters
        ----------
        parent : QModelIndex
            Valid only below a row; there is nothing there.
        option : QStyleOptionViewItem
            Where and how the cell is drawn.
        index : QModelIndex
            The cell.
        """
        box = NumberBox(self.step, parent)
        title = index.model().headerData(index.column(), Qt.Orientation.Horizontal)
        accessibility.name(box, f"{index.model().index(index.row(), NAME).data()}, {title}")
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Put the cell's number into the editor.

        Parameters
        ----------
        editor : QWidget
            The open `NumberBox`.
        index : QModelIndex
            The cell.
        """
        assert isinstance(editor, NumberBox)
        editor.setValue(float(index.data(Role.EditRole)))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Take the editor's number, with all its digits.

        Parameters
        ----------
        editor : QWidget
            The open `NumberBox`.
        model : QAbstractItemModel
            Takes the number.
        index : QModelIndex
            The cell.
        """
        assert isinstance(editor, NumberBox)
        editor.interpretText()
        model.setData(index, editor.value(), Role.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Let the editor stand over the cell, as high as a field must be.

        Parameters
        ----------
        editor : QWidget
            The open `NumberBox`.
        option : QStyleOptionViewItem
            Where and how the cell is drawn.
        index : QModelIndex
            The cell.
        """
        rect = option.rect
        height = max(rect.height(), editor.sizeHint().height())
        editor.setGeometry(rect.x(), rect.center().y() - height // 2, rect.width(), height)


class SetTable(QTableView):
    """The table of sets.

    Parameters
    ----------
    object_name : str
        Qt object name.
    """

    chosen = Signal(str)
    """Set whose row was selected."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.sets = SetModel()
        self.sets.setParent(self)
        self.numbers = NumberDelegate(self)
        self.setModel(self.sets)
        self.setItemDelegate(self.numbers)
        self.setObjectName(object_name)
        accessibility.name(
            self, self.tr("Numbers of the fuzzy sets"), self.tr("F2, typing or a double click edits a number")
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
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.sets.modelReset.connect(self._fit)
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
