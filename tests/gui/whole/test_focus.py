"""Whatever has the keyboard shows it, in every theme: enough pixels change by 3:1 or more when the focus comes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QTabBar, QTabWidget, QWidget

from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES
from tests.gui.whole.tour import dialogs, stations, turn

pytestmark = pytest.mark.gui


def light(image: QImage) -> NDArray[np.float64]:
    """Return the relative luminance of every pixel, by WCAG's formula."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    bytes_ = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    parts = bytes_[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4)[:, :, 2::-1] / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def area(widget: QWidget) -> QRect:
    """Return the part of a widget that is outlined: of tabs, the one that is chosen."""
    bar = widget.tabBar() if isinstance(widget, QTabWidget) else widget
    return bar.tabRect(bar.currentIndex()) if isinstance(bar, QTabBar) else widget.rect()


def changed(widget: QWidget, rest: QWidget) -> tuple[int, int]:
    """Return how many pixels change by 3:1 or more when a widget gets the focus, and how many should at least."""
    rest.setFocus()
    before = light(widget.grab().toImage())
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    after = light(widget.grab().toImage())
    rest.setFocus()
    assert before.shape == after.shape, f"{widget.objectName()} changes its size when it gets the focus"
    contrast = (np.maximum(before, after) + 0.05) / (np.minimum(before, after) + 0.05)
    outlined = area(widget)
    return int((contrast >= 3).sum()), outlined.width() + outlined.height()


def faint(root: QWidget, rest: QWidget) -> list[str]:
    """Return what does not show its focus: fewer pixels change than half of its outline has, one pixel wide."""
    found = []
    for widget in accessibility.focusable(root):
        if widget.isVisible() and widget.isEnabled() and widget.width() > 4:
            pixels, least = changed(widget, rest)
            if pixels < least:
                found.append(f"{type(widget).__name__} {widget.objectName()}: {pixels} of {least} pixels")
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_the_focus_is_seen_in_every_station(full_window: MainWindow, theme: str) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, theme)
    full_window.activateWindow()
    seen = {name: faint(panel, full_window) for name, panel in stations(full_window)}
    seen["rail"] = faint(full_window.rail, full_window)
    apply_theme(app, "dark")
    turn()
    assert {name: lines for name, lines in seen.items() if lines} == {}


def test_the_focus_is_seen_in_every_dialog(full_window: MainWindow) -> None:
    seen = {}
    for name, dialog in dialogs(full_window):
        dialog.activateWindow()
        seen[name] = faint(dialog, dialog)
    assert {name: lines for name, lines in seen.items() if lines} == {}


def test_a_faint_focus_would_be_found(full_window: MainWindow) -> None:
    full_window.show_panel("trainingPanel")
    button = full_window.panels["trainingPanel"].train_button  # type: ignore[attr-defined]
    button.setStyleSheet("QPushButton:focus { border: 1px solid palette(button); }")
    pixels, least = changed(button, full_window)
    button.setStyleSheet("")
    assert pixels < least
