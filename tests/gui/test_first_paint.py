"""The first paint is told once, after the window has been drawn."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.first_paint import FirstPaint

pytestmark = pytest.mark.gui


class Painted(QWidget):
    """A widget that counts its paints."""

    count = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        """Count."""
        self.count += 1


def test_it_is_told_once_and_after_the_paint(dark: QApplication, qtbot: QtBot) -> None:
    window = Painted()
    qtbot.addWidget(window)
    watch = FirstPaint(window)
    counts: list[int] = []
    watch.painted.connect(lambda: counts.append(window.count))
    with qtbot.waitSignal(watch.painted):
        window.show()
    window.repaint()
    QApplication.processEvents()
    assert len(counts) == 1
    assert counts[0] >= 1


def test_a_window_that_is_not_shown_is_not_painted(dark: QApplication, qtbot: QtBot) -> None:
    window = Painted()
    qtbot.addWidget(window)
    with qtbot.assertNotEmitted(FirstPaint(window).painted):
        QApplication.processEvents()
