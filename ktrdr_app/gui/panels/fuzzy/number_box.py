"""A field for one number of a set: full precision, comma or point, whatever the system's language."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from ktrdr_app.gui.ui import numbers

LIMIT = 1e12
"""Greatest number that a set may hold here."""


def write_number(value: float) -> str:
    """Write a number with up to ten significant digits, as plain as it can be: ``25``, ``-0.8``.

    Parameters
    ----------
    value : float
        Any finite number.
    """
    return f"{value + 0.0:.10g}"


def read_number(text: str) -> float | None:
    """Read a number written with a point or a comma, as `numbers.read_decimal` does; None if it is none.

    Parameters
    ----------
    text : str
        What was typed.
    """
    value = numbers.read_decimal(text, QLocale().groupSeparator())
    return value if value is not None and abs(value) <= LIMIT else None


class NumberBox(QDoubleSpinBox):
    """An editor for one number.

    Parameters
    ----------
    step : float
        What the arrows add.
    parent : QWidget, optional
        Owner.
    """

    def __init__(self, step: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())
        self.setDecimals(10)
        self.setRange(-LIMIT, LIMIT)
        self.setSingleStep(step)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def textFromValue(self, value: float) -> str:
        """Write the number.

        Parameters
        ----------
        value : float
            The number.
        """
        return write_number(value)

    def valueFromText(self, text: str) -> float:
        """Read the number; what is no number leaves the value as it was.

        Parameters
        ----------
        text : str
            What was typed.
        """
        value = read_number(text)
        return self.value() if value is None else value

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        """Say whether the text is a number, or may become one.

        Parameters
        ----------
        text : str
            What was typed.
        place : int
            Cursor position.
        """
        if read_number(text) is not None:
            return QValidator.State.Acceptable, text, place
        typing = all(letter in "+-−.,eE0123456789 " for letter in text)
        return (QValidator.State.Intermediate if typing else QValidator.State.Invalid), text, place

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll what lies around, unless the field has the keyboard.

        Parameters
        ----------
        event : QWheelEvent
            The wheel.
        """
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
