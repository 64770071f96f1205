"""The editors of the table of sets, one for each kind of cell."""

# ruff: noqa: ARG002 - Qt's own signatures

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt, Slot
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ktrdr_app.gui.panels.fuzzy.number_box import NumberBox, write_number
from ktrdr_app.gui.panels.fuzzy.set_model import NAME, OPEN, OPEN_SIDES, SHAPE, Index, Role
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.strategy.schema import PARAMETER_NAMES


class SetDelegate(QStyledItemDelegate):
    """Opens what fits the cell that is edited: a field for a number or a name, a choice of shapes or of open sides."""

    step = 1.0
    """What the arrows of the box add; follows the input's scale."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return the editor of a cell.

        Parameters
        ----------
        parent : QWidget
            What the editor lies in: the table's viewport.
        option : QStyleOptionViewItem
            Where and how the cell is drawn.
        index : QModelIndex
            The cell.
        """
        choices: dict[int, list[tuple[str, object]]] = {
            SHAPE: [(kind, kind) for kind in PARAMETER_NAMES],
            OPEN: [(words, side) for side, words in OPEN_SIDES.items()],
        }
        box: NumberBox | CalmComboBox | QLineEdit
        if index.column() == NAME:
            box = QLineEdit(parent)
        elif index.column() in choices:
            box = CalmComboBox("", "")
            box.setParent(parent)
            box.fill(choices[index.column()], index.data(Role.EditRole))
            box.activated.connect(self._chosen)
        else:
            box = NumberBox(self.step, parent)
        title = index.model().headerData(index.column(), Qt.Orientation.Horizontal)
        accessibility.name(box, f"{index.model().index(index.row(), NAME).data()}, {title}")
        return box

    @Slot(int)
    def _chosen(self, _place: int) -> None:
        """Take a choice at once, as soon as it is made."""
        box = self.sender()
        if isinstance(box, CalmComboBox):
            self.commitData.emit(box)
            self.closeEditor.emit(box, QStyledItemDelegate.EndEditHint.NoHint)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Put what the cell holds into the editor.

        Parameters
        ----------
        editor : QWidget
            What `createEditor` returned.
        index : QModelIndex
            The cell.
        """
        held = index.data(Role.EditRole)
        if isinstance(editor, NumberBox):
            editor.setValue(float(held))
            editor.selectAll()
        elif isinstance(editor, QLineEdit):
            editor.setText(str(held))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Take what the editor holds, a number with all its digits.

        Parameters
        ----------
        editor : QWidget
            What `createEditor` returned.
        model : QAbstractItemModel
            Takes it.
        index : QModelIndex
            The cell.
        """
        if isinstance(editor, NumberBox):
            editor.interpretText()
            if editor.text() != write_number(float(index.data(Role.EditRole))):  # not all digits are shown
                model.setData(index, editor.value(), Role.EditRole)
        elif isinstance(editor, QLineEdit):
            model.setData(index, editor.text(), Role.EditRole)
        elif isinstance(editor, CalmComboBox):
            model.setData(index, editor.currentData(), Role.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Let the editor stand over the cell, as high as a field must be.

        Parameters
        ----------
        editor : QWidget
            What `createEditor` returned.
        option : QStyleOptionViewItem
            Where and how the cell is drawn.
        index : QModelIndex
            The cell.
        """
        rect = option.rect
        height = max(rect.height(), editor.sizeHint().height())
        editor.setGeometry(rect.x(), rect.center().y() - height // 2, rect.width(), height)
