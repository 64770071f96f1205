"""Inputs that change only when they are meant: the wheel scrolls the page unless the field has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSpinBox

from ktrdr_app.gui.ui import accessibility


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
