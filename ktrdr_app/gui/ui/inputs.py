"""Inputs that change only when they are meant: the wheel scrolls the page unless the field has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSpinBox

from ktrdr_app.gui.ui import accessibility, numbers


class CalmSpinBox(QSpinBox):
    """A whole-number field whose lowest value stands for "not set".

    Parameters
    ----------
    object_name : str
        Qt object name.
    accessible_name : str
        What a screen reader calls it.
    low, high : int
        Bounds; ``low`` is shown as ``unset``, if that is given.
    unset : str
        Words for ``low``.
    """

    def __init__(self, object_name: str, accessible_name: str, low: int, high: int, unset: str = "") -> None:
        super().__init__()
        self.setObjectName(object_name)
        accessibility.name(self, accessible_name)
        self.setRange(low, high)
        self.setSpecialValueText(unset)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(6, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def valueFromText(self, text: str) -> int:
        """Read the number however its thousands are set apart; what is none leaves the value as it was.

        Qt's own reading drops every group separator: "1,5" would be 15 where thousands have commas.

        Parameters
        ----------
        text : str
            What was typed.
        """
        if text == self.specialValueText():
            return self.minimum()
        value = numbers.read_whole(text.removeprefix(self.prefix()).removesuffix(self.suffix()))
        return self.value() if value is None else value

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        """Say whether the text is a number within the bounds, or may become one.

        Parameters
        ----------
        text : str
            What was typed.
        place : int
            Cursor position.
        """
        plain = text.removeprefix(self.prefix()).removesuffix(self.suffix())
        value = numbers.read_whole(plain)
        if text == self.specialValueText() or (value is not None and self.minimum() <= value <= self.maximum()):
            return QValidator.State.Acceptable, text, place
        typing = all(letter.isdigit() or letter in "+-.,'’ \u00a0\u2009\u202f\u2212" for letter in plain)
        return (QValidator.State.Intermediate if typing else QValidator.State.Invalid), text, place

    def fixup(self, text: str) -> str:
        """Mend nothing: Qt would drop the marks and make another number of it.

        Parameters
        ----------
        text : str
            What was typed and is no number.
        """
        return text

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the page instead, unless the field has the keyboard.

        Parameters
        ----------
        event : QWheelEvent
            The turn of the wheel.
        """
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmComboBox(QComboBox):
    """A choice of a few words, each with a value behind it.

    Parameters
    ----------
    object_name : str
        Qt object name.
    accessible_name : str
        What a screen reader calls it.
    """

    def __init__(self, object_name: str, accessible_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        accessibility.name(self, accessible_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def fill(self, entries: list[tuple[str, object]], wanted: object) -> None:
        """Offer other choices, without a signal if the chosen value stays.

        Parameters
        ----------
        entries : list of (str, object)
            Words and values.
        wanted : object
            Value to be chosen, if it is offered; else the first.
        """
        before = self.currentData()
        self.blockSignals(True)
        self.clear()
        for words, value in entries:
            self.addItem(words, value)
        place = max(0, self.findData(wanted))
        self.setCurrentIndex(place if entries else -1)
        self.blockSignals(False)
        if self.currentData() != before:
            self.currentIndexChanged.emit(self.currentIndex())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the page instead, unless the field has the keyboard.

        Parameters
        ----------
        event : QWheelEvent
            The turn of the wheel.
        """
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
