"""What keys do to the linked charts, whichever of their panes has the keyboard."""

from __future__ import annotations

from collections.abc import Sized
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ktrdr_app.gui.charts.time_keys import span_after

_STEPS = {
    Qt.Key.Key_BracketRight: 1,
    Qt.Key.Key_BraceRight: 1,
    Qt.Key.Key_BracketLeft: -1,
    Qt.Key.Key_BraceLeft: -1,
}
_OTHERS = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
"""What makes a key one of the menus' or the desktop's."""


class Keyed(Protocol):
    """What keys can be pressed on."""

    @property
    def data(self) -> Sized:
        """The bars that are shown."""

    @property
    def visible_range(self) -> tuple[float, float]:
        """Left and right edge of the view, in bar indices."""

    def show_range(self, left: float, right: float) -> None:
        """Bring a span of bars into view."""

    def step_trade(self, step: int, *, losing_only: bool = False) -> None:
        """Go to the next or previous trade."""

    def ask_about_bar(self) -> None:
        """Tell which bar is asked about."""

    def copy_picture(self) -> None:
        """Put a picture on the clipboard."""

    def toggle_benchmark(self) -> None:
        """Show or hide buy and hold."""

    def toggle_logarithmic(self) -> None:
        """Scale by logarithms, or evenly."""


def press(charts: Keyed, event: QKeyEvent) -> bool:
    """Carry out a key and say whether it was one of the charts'.

    Parameters
    ----------
    charts : Keyed
        The charts.
    event : QKeyEvent
        The key.
    """
    key, modifiers = Qt.Key(event.key()), event.modifiers()
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        if modifiers != Qt.KeyboardModifier.ControlModifier or key != Qt.Key.Key_C:
            return False
        charts.copy_picture()
        return True
    if modifiers & _OTHERS and key not in _STEPS:  # some keyboards write brackets with Alt
        return False
    span = _span(charts, key)
    if span is not None:
        charts.show_range(*span)
    elif key in _STEPS:
        charts.step_trade(_STEPS[key], losing_only=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        charts.ask_about_bar()
    elif key == Qt.Key.Key_B:
        charts.toggle_benchmark()
    elif key == Qt.Key.Key_L:
        charts.toggle_logarithmic()
    else:
        return False
    return True


def _span(charts: Keyed, key: Qt.Key) -> tuple[float, float] | None:
    left, right = charts.visible_range
    count, width = len(charts.data), right - left
    if key == Qt.Key.Key_Home:
        return -1.0, width - 1
    if key == Qt.Key.Key_End:
        return count - width, float(count)
    return span_after(key, left, right)
