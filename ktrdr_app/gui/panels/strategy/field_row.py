"""One setting of the form: its name, an editor that fits it, what it is in, whether it is the default, a way back."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QToolButton, QWidget

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.gui.panels.strategy.history import UndoKeys
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import set_icon
from ktrdr_app.gui.ui.inputs import CalmComboBox, CalmSpinBox
from ktrdr_app.gui.ui.widgets import GRID, label, set_tone
from ktrdr_app.workflows.strategy_fields import (
    CHOICE,
    FLAG,
    INTEGER,
    RESET,
    SET,
    TEXT,
    DraftChange,
    FormField,
    read_field,
    write_field,
)

MISSING: Any = object()
"""What a setting is that the file does not say."""
_MOST = 2**31 - 1
_EDITOR = 176


class FieldRow(QWidget):
    """A setting; what is typed is asked for as a change, never written here.

    Parameters
    ----------
    field : FormField
        The setting.
    path : tuple of str
        Where it stands in the file.
    """

    changeWanted = Signal(object)
    """DraftChange."""

    def __init__(self, field: FormField, path: tuple[str, ...]) -> None:
        super().__init__()
        self.field, self.path = field, path
        self._value: Any = MISSING
        self.setObjectName(f"strategyPanel.form.{'.'.join(path)}")
        self._title = label(field.title, wrap=True)
        self.editor = self._make_editor()
        self.editor.setObjectName(f"{self.objectName()}.editor")
        self.editor.setFixedWidth(_EDITOR if field.kind != TEXT else 2 * _EDITOR)
        if isinstance(self.editor, (QLineEdit, CalmSpinBox)):
            self.editor.installEventFilter(self)
            UndoKeys(self.editor)
        self.state = label("", "muted")
        self.reset = QToolButton()
        self.reset.setObjectName(f"{self.objectName()}.reset")
        self.reset.setProperty("role", "tool")
        set_icon(self.reset, "reset")
        accessibility.name(self.reset, self.tr("Reset {0} to its default").format(field.title))
        self.reset.clicked.connect(self._reset)
        self.fault = label("", wrap=True)
        set_tone(self.fault, "danger")
        self.fault.hide()
        self._lay_out()
        self._explain()
        self.show_value(MISSING)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(0)
        self._title.setFixedWidth(136)
        self._title.setBuddy(self.editor)
        grid.addWidget(self._title, 0, 0)
        grid.addWidget(self.editor, 0, 1)
        grid.addWidget(self.state, 0, 2)
        grid.addWidget(self.reset, 0, 3)
        grid.addWidget(self.fault, 1, 1, 1, 3)
        grid.setColumnStretch(2, 1)

    def _make_editor(self) -> QWidget:
        field = self.field
        if field.kind == FLAG:
            flag = QCheckBox(self.tr("on"))
            accessibility.name(flag, field.title)
            flag.toggled.connect(self._take)
            return flag
        if field.kind == CHOICE:
            choice = CalmComboBox("", field.title)
            choice.fill([(word, word) for word in field.choices], None)
            choice.currentIndexChanged.connect(self._take_choice)
            return choice
        if field.kind == INTEGER and not field.optional:
            low = -_MOST if field.low is None else int(field.low)
            spin = CalmSpinBox("", field.title, low, _MOST if field.high is None else int(field.high))
            spin.valueChanged.connect(self._take)
            return spin
        line = QLineEdit()
        accessibility.name(line, field.title)
        line.setPlaceholderText(self.tr("not set") if field.optional else "")
        line.editingFinished.connect(self._take_text)
        return line

    def _explain(self) -> None:
        field = self.field
        parts = [field.help]
        if field.range_words:
            parts.append(self.tr("Allowed: {0}.").format(field.range_words))
        if not field.required:
            default = write_field(field.default) or self.tr("not set")
            parts.append(self.tr("Default: {0}.").format(default))
        parts.append(self.tr("In the file: {0}").format(".".join(self.path)))
        said = " ".join(part for part in parts if part)
        for widget in (self._title, self.editor):
            widget.setToolTip(f"<p>{_escaped(said)}</p>")
        self.editor.setAccessibleDescription(said)

    def show_value(self, value: Any, unit: str = "") -> None:
        """Show what the file says.

        Parameters
        ----------
        value : object
            The value, right or wrong; `MISSING` if it does not say it.
        unit : str
            What it is in; the field's own unit by default.
        """
        again = value is self._value or (type(value) is type(self._value) and value == self._value)
        self._value = value
        written = value is not MISSING
        shown = value if written else self.field.default
        if not (again and self._typing()):
            self._put(shown)
        at_default = not written or value == self.field.default
        words = [unit or self.field.unit, self.tr("default") if at_default and not self.field.required else ""]
        self.state.setText(" · ".join(word for word in words if word))
        self.reset.setEnabled(written and not self.field.required)
        self.reset.setToolTip(
            self.tr("Take it out of the file, so that the default holds")
            if self.reset.isEnabled()
            else self.tr("The file does not say it: the default holds")
        )

    def _typing(self) -> bool:
        """Return whether something stands in the field that has not been asked for yet."""
        line = self.editor.lineEdit() if isinstance(self.editor, CalmSpinBox) else self.editor
        return isinstance(line, QLineEdit) and self.editor.hasFocus() and line.isModified()

    def show_fault(self, words: str) -> None:
        """Show what is wrong with the value; nothing for an empty text.

        Parameters
        ----------
        words : str
            The fault.
        """
        self.fault.setText(words)
        self.fault.setVisible(bool(words))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Escape put back what the file says.

        Parameters
        ----------
        watched : QObject
            The line that is typed in.
        event : QEvent
            What happened; only Escape is taken.
        """
        escaped = event.type() == QEvent.Type.KeyPress and getattr(event, "key", lambda: None)() == Qt.Key.Key_Escape
        if watched is self.editor and escaped:
            self._put(self.field.default if self._value is MISSING else self._value)
            self.show_fault("")
            return True
        return False

    def _put(self, value: Any) -> None:
        self.editor.blockSignals(True)
        if isinstance(self.editor, QCheckBox):
            self.editor.setChecked(value is True)
        elif isinstance(self.editor, CalmComboBox):
            word = "off" if value is False and "off" in self.field.choices else str(value)
            self.editor.setCurrentIndex(self.editor.findData(word))
        elif isinstance(self.editor, CalmSpinBox):
            if isinstance(value, (int, float)) and abs(value) < _MOST:
                self.editor.setValue(int(value))
        elif isinstance(self.editor, QLineEdit):
            self.editor.setText(write_field(value))
            self.editor.setCursorPosition(0)
        self.editor.blockSignals(False)

    @Slot(int)
    @Slot(bool)
    def _take(self, value: Any) -> None:
        self._want(value)

    @Slot(int)
    def _take_choice(self, _place: int) -> None:
        if isinstance(self.editor, CalmComboBox):
            self._want(self.editor.currentData())

    @Slot()
    def _take_text(self) -> None:
        if not isinstance(self.editor, QLineEdit):
            return
        shown = write_field(self.field.default if self._value is MISSING else self._value)
        if self.editor.text() == shown:
            self.show_fault("")
            return
        try:
            value = read_field(self.field, self.editor.text())
        except InvalidValue as error:
            self.show_fault(error.hint)
            return
        self.show_fault("")
        self.editor.setModified(False)
        if value is None:
            self._reset()
        else:
            self._want(value)

    def _want(self, value: Any) -> None:
        self.changeWanted.emit(DraftChange(SET, self.path, value))

    @Slot()
    def _reset(self) -> None:
        self.changeWanted.emit(DraftChange(RESET, self.path))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
