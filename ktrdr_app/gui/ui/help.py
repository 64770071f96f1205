"""Two small pages of help: the shortcuts, drawn from the declared actions, and what this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from ktrdr_app import __version__
from ktrdr_app.gui.ui.actions import ACTIONS, plain, shown_keys
from ktrdr_app.gui.ui.widgets import GRID, button, label, row


class HelpDialog(QDialog):
    """A page with a title, lines of two columns, and a button that closes it.

    Parameters
    ----------
    title : str
        Its title.
    lines : list of (str, str)
        Left and right column.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, title: str, lines: list[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        form = QFormLayout()
        form.setHorizontalSpacing(4 * GRID)
        form.setVerticalSpacing(GRID)
        for left, right in lines:
            form.addRow(label(left, "heading"), label(right, wrap=len(right) > 60))
        close = button(self.tr("Close"))
        close.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        box.setSpacing(2 * GRID)
        box.addWidget(label(title, "title"))
        box.addLayout(form)
        box.addLayout(row(1, close))


def shortcuts_dialog(parent: QWidget) -> HelpDialog:
    """Return the page of shortcuts.

    Parameters
    ----------
    parent : QWidget
        Window it belongs to.
    """
    lines = [(shown_keys(spec), plain(spec.text)) for spec in ACTIONS if spec.shortcut]
    return HelpDialog(parent.tr("Keyboard shortcuts"), lines, parent)


def about_dialog(parent: QWidget) -> HelpDialog:
    """Return the page that says what this program is.

    Parameters
    ----------
    parent : QWidget
        Window it belongs to.
    """
    lines = [
        (parent.tr("Version"), __version__),
        (parent.tr("Licence"), "MIT; Qt for Python under the LGPL 3; Inter under the SIL OFL 1.1"),
        (parent.tr("Purpose"), parent.tr("Trains, edits and judges neuro-fuzzy trading models. No trading advice.")),
    ]
    return HelpDialog("KTRDR Desktop", lines, parent)
