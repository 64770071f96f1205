"""The sets of one input as the model of a table, in step with the document."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPixmap

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.fuzzy import SetVerdict, as_type
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.set_handles import idle_numbers, replaced
from ktrdr_app.gui.documents.set_lists import renamed
from ktrdr_app.gui.panels.fuzzy.handle_layer import set_colour
from ktrdr_app.gui.panels.fuzzy.number_box import write_number
from ktrdr_app.gui.ui import numbers
from ktrdr_app.gui.ui.theme import tokens
from ktrdr_app.strategy.schema import PARAMETER_NAMES, FuzzySet

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

NAME, SHAPE, OPEN, FIRST_NUMBER = 0, 1, 2, 3
ACTIVE, OVERLAP, STATUS = FIRST_NUMBER + 4, FIRST_NUMBER + 5, FIRST_NUMBER + 6

OPEN_SIDES = {"none": "–", "left": "left", "right": "right"}
"""Open sides as the table shows them."""


class SetModel(QAbstractTableModel):
    """Rows are sets, columns their name, shape, numbers and what is to be said of them."""

    rejected = Signal(object)
    """InvalidValue: what was typed makes no set, or no name."""

    def __init__(self) -> None:
        super().__init__()
        self._document: FuzzyDocument | None = None
        self._sets: dict[str, FuzzySet] = {}
        self._verdicts: Mapping[str, SetVerdict] = {}
        self._titles = (
            self.tr("Set"),
            self.tr("Shape"),
            self.tr("Open"),
            self.tr("a / centre"),
            self.tr("b / width"),
            "c",
            "d",
            self.tr("Active"),
            self.tr("Overlap"),
            self.tr("Status"),
        )
        self._titles_help = {
            OPEN: self.tr("The side on which everything belongs to the set, however far away"),
            ACTIVE: self.tr("Share of all values that belong to the set by one half or more"),
            OVERLAP: self.tr("Greatest membership that a value has in this set and a neighbour; 0.50 in a partition"),
        }

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
            self._document.setsChanged.disconnect(self._on_list)
            self._document.currentChanged.disconnect(self._on_current)
        self._document = document
        if document is not None:
            document.setChanged.connect(self._on_set)
            document.setsChanged.connect(self._on_list)
            document.currentChanged.connect(self._on_current)
        self._reload()

    def set_verdicts(self, verdicts: Mapping[str, SetVerdict]) -> None:
        """Show what is to be said of each set.

        Parameters
        ----------
        verdicts : mapping of str to SetVerdict
            As `fuzzy.set_verdicts` returns it.
        """
        self._verdicts = verdicts
        if self._sets:
            self.dataChanged.emit(self.index(0, ACTIVE), self.index(len(self._sets) - 1, STATUS))

    def _reload(self) -> None:
        self.beginResetModel()
        self._sets = self._document.sets() if self._document is not None else {}
        self._verdicts = {}
        self.endResetModel()

    @Slot(str)
    def _on_list(self, name: str) -> None:
        if self._document is not None and name == self._document.current:
            self._reload()

    @Slot(str)
    def _on_current(self, _name: str) -> None:
        self._reload()

    @Slot(str, str)
    def _on_set(self, name: str, key: str) -> None:
        if self._document is None or name != self._document.current or key not in self._sets:
            return
        self._sets[key] = self._document.sets()[key]
        row = self.keys.index(key)
        self.dataChanged.emit(self.index(row, 0), self.index(row, STATUS))

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
        if role == Role.ToolTipRole:
            return self._titles_help.get(section)
        if role == Role.TextAlignmentRole:
            return _side(section) | Qt.AlignmentFlag.AlignVCenter
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
            words = {NAME: key, SHAPE: self._sets[key].type, OPEN: self._sets[key].shoulder}
            return words.get(index.column(), self._number(index))
        if role == Role.TextAlignmentRole:
            return _side(index.column()) | Qt.AlignmentFlag.AlignVCenter
        if role == Role.DecorationRole and index.column() == NAME:
            picture = QPixmap(12, 12)
            picture.fill(QColor(set_colour(index.row(), tokens())))
            return picture
        if role == Role.ForegroundRole and index.column() == STATUS and key in self._verdicts:
            return QColor(tokens().warning if self._verdicts[key].concerns else tokens().success)
        return _plain(self._help(index, key)) if role == Role.ToolTipRole else None

    def _text(self, index: Index, key: str) -> str:
        entry, column, verdict = self._sets[key], index.column(), self._verdicts.get(key)
        if column in (NAME, SHAPE, OPEN):
            return {NAME: key, SHAPE: entry.type, OPEN: OPEN_SIDES[entry.shoulder]}[column]
        if column == ACTIVE:
            return numbers.percent(verdict.active if verdict else None)
        if column == OVERLAP:
            return numbers.decimal(verdict.overlap if verdict else None, 2)
        if column == STATUS:
            return _status(verdict, self.tr("ok"))
        value = self._number(index)
        return "" if value is None else write_number(value).replace("-", "\N{MINUS SIGN}")

    def _help(self, index: Index, key: str) -> str | None:
        if index.column() in (NAME, SHAPE, STATUS):
            return self._text(index, key) or None
        entry, place = self._sets[key], index.column() - FIRST_NUMBER
        if place in idle_numbers(entry):
            return self.tr("The set is open on this side, so it has no foot there")
        names = PARAMETER_NAMES[entry.type]
        return f"{key}: {names[place]}" if 0 <= place < len(names) else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that names, shapes, open sides and numbers can be edited.

        Parameters
        ----------
        index : QModelIndex
            The cell.
        """
        words = index.isValid() and index.column() in (NAME, SHAPE, OPEN)
        editable = words or (index.isValid() and self._number(index) is not None)
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable if editable else super().flags(index)

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Change a set, if what was entered makes one.

        Parameters
        ----------
        index : QModelIndex
            The cell.
        value : float or str
            The new number, name, shape or open side.
        role : int
            What is asked for.
        """
        if role != Role.EditRole or self._document is None or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        try:
            self._enter(self._document, self.keys[index.row()], index.column(), value)
        except InvalidValue as error:
            self.rejected.emit(error)
            return False
        return True

    def _enter(self, document: FuzzyDocument, key: str, column: int, value: Any) -> None:
        entry = self._sets[key]
        if column == NAME:
            document.change_sets(renamed(document.sets(), key, str(value)), self.tr("Rename {0}").format(key))
        elif column == SHAPE:
            document.change(key, as_type(entry, value), self.tr("Change the shape of {0}").format(key))
        elif column == OPEN:
            opened = FuzzySet(type=entry.type, parameters=entry.parameters, shoulder=value)
            document.change(key, opened, self.tr("Change the open side of {0}").format(key))
        else:
            document.set_numbers(key, replaced(entry, column - FIRST_NUMBER, float(value)))


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if FIRST_NUMBER <= column <= OVERLAP else Qt.AlignmentFlag.AlignLeft


def _plain(words: str | None) -> str | None:
    """Return a tip that shows a name as it is written, even where that looks like mark-up."""
    return f"<qt>{html.escape(words)}</qt>" if words is not None and "<" in words else words


def _status(verdict: SetVerdict | None, well: str) -> str:
    if verdict is None:
        return ""
    return f"⚠ {'; '.join(verdict.concerns)}" if verdict.concerns else f"✓ {well}"
