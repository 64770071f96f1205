"""What the dialogs of the models station have in common: a title, a body, answers at the foot; nothing blocks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from ktrdr_app.gui.panels.models.words import say
from ktrdr_app.gui.ui.widgets import GRID, button, label, row


class ModelDialog(QDialog):
    """A dialog of the models station; Escape closes it and changes nothing.

    Parameters
    ----------
    name : str
        Qt object name, without the panel's.
    title : str
        What it is about.
    size : (int, int)
        Pixels.
    parent : QWidget
        Window it belongs to.
    """

    def __init__(self, name: str, title: str, size: tuple[int, int], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName(f"modelsPanel.{name}")
        self.setWindowTitle(title)
        self.resize(*size)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        self.body.setSpacing(GRID + GRID // 2)
        self.title = label(title, "title", wrap=True)
        self.body.addWidget(self.title)
        self.close_button = button(say("Close"), f"modelsPanel.{name}.close")
        self.close_button.clicked.connect(self.reject)

    def sentence(self, text: str = "", role: str = "") -> QLabel:
        """Add a line of words, and return it.

        Parameters
        ----------
        text : str
            The words.
        role : str
            As `label` takes it.
        """
        made = label(text, role, wrap=True)
        self.body.addWidget(made)
        return made

    def foot(self, *answers: QPushButton) -> None:
        """Add the buttons at the foot, the one that closes first; call it last.

        Parameters
        ----------
        *answers : QPushButton
            From left to right.
        """
        self.body.addLayout(row(1, self.close_button, *answers))
        self.close_button.setFocus()
