"""The questions of the strategy station: a name, and what to do about a text; nothing blocks."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from ktrdr_app.core.errors import UnsafeName
from ktrdr_app.core.paths import safe_name
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone


class Question(QDialog):
    """A question with some answers; Escape takes none of them.

    Parameters
    ----------
    name : str
        Qt object name, without the panel's.
    title, text : str
        The question, and what hangs on it.
    answers : dict of str to str
        Key to words, from left to right; the last is the main one.
    parent : QWidget
        Window it belongs to.
    """

    answered = Signal(str)
    """Key of the answer; not for Escape."""

    def __init__(self, name: str, title: str, text: str, answers: dict[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName(f"strategyPanel.{name}")
        self.setWindowTitle(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        self.body.setSpacing(GRID + GRID // 2)
        self.title = label(title, "title", wrap=True)
        self.text = label(text, "muted", wrap=True)
        self.text.setVisible(bool(text))
        self.body.addWidget(self.title)
        self.body.addWidget(self.text)
        self.setMinimumWidth(480)
        self.keep = button(self.tr("Cancel"), f"strategyPanel.{name}.cancel")
        self.keep.setAutoDefault(False)
        self.keep.clicked.connect(self.reject)
        self.buttons = {}
        for key, words in answers.items():
            last = key == list(answers)[-1]
            made = button(words, f"strategyPanel.{name}.{key}", role="primary" if last else "")
            made.setProperty("answer", key)
            made.setDefault(last)
            made.clicked.connect(self._answer)
            self.buttons[key] = made
        self._foot = row(1, self.keep, *self.buttons.values())
        self.body.addLayout(self._foot)

    @Slot()
    def _answer(self) -> None:
        sender = self.sender()
        self.finish(str(sender.property("answer")) if sender is not None else "")

    def finish(self, key: str) -> None:
        """Close with an answer.

        Parameters
        ----------
        key : str
            Which one.
        """
        self.accept()
        self.answered.emit(key)


class NameDialog(Question):
    """Asks for the name of a strategy.

    Parameters
    ----------
    title, text : str
        What it is for.
    wish : str
        What is offered.
    words : str
        What the button says.
    parent : QWidget
        Window it belongs to.
    """

    named = Signal(str)

    def __init__(self, title: str, text: str, wish: str, words: str, parent: QWidget) -> None:
        super().__init__("nameDialog", title, text, {"ok": words}, parent)
        self.edit = QLineEdit(wish)
        self.edit.setObjectName("strategyPanel.nameEdit")
        accessibility.name(self.edit, self.tr("Name of the strategy"))
        self.edit.selectAll()
        self.fault = label("", wrap=True)
        set_tone(self.fault, "danger")
        self.body.insertWidget(2, self.edit)
        self.body.insertWidget(3, self.fault)
        self.edit.textChanged.connect(self._check)
        self.answered.connect(self._tell)
        self._check()
        self.edit.setFocus()

    @Slot()
    def _check(self, _text: str = "") -> None:
        try:
            safe_name(self.edit.text().strip(), "strategy")
            fault = ""
        except UnsafeName as error:
            fault = error.hint
        self.fault.setText(fault if self.edit.text() else "")
        self.buttons["ok"].setEnabled(not fault)

    @Slot(str)
    def _tell(self, _key: str) -> None:
        self.named.emit(self.edit.text().strip())
