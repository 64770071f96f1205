"""Keys of the charts: those that are theirs are taken, all others are left to the window."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from ktrdr_app.gui.charts.chart_keys import press
from ktrdr_app.gui.charts.view import LinkedCharts
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def pressed(charts: LinkedCharts, key: int, modifiers: Qt.KeyboardModifier = Modifier.NoModifier) -> bool:
    """Press a key and return whether it was one of the charts'."""
    return press(charts, QKeyEvent(QEvent.Type.KeyPress, key, modifiers))


@pytest.mark.parametrize("modifier", [Modifier.NoModifier, Modifier.KeypadModifier])
def test_home_and_end_keep_the_width(filled: LinkedCharts, modifier: Qt.KeyboardModifier) -> None:
    filled.show_range(200, 260)
    assert pressed(filled, Key.Key_End, modifier)
    assert filled.visible_range == (540, 600)
    assert pressed(filled, Key.Key_Home, modifier)
    assert filled.visible_range == (-1, 59)


def test_home_and_end_of_a_view_wider_than_the_bars_show_all(
    charts: LinkedCharts, tiny_bars: Callable[..., pd.DataFrame]
) -> None:
    charts.set_data(chart_data(tiny_bars(9, frequency="1D")))
    for key in (Key.Key_Home, Key.Key_End):
        assert pressed(charts, key)
        left, right = charts.visible_range
        assert left <= 0
        assert right >= 8


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (Key.Key_V, Modifier.ControlModifier),
        (Key.Key_Left, Modifier.ControlModifier),
        (Key.Key_Home, Modifier.ControlModifier),
        (Key.Key_C, Modifier.ControlModifier | Modifier.ShiftModifier),
        (Key.Key_B, Modifier.ControlModifier),
        (Key.Key_L, Modifier.ControlModifier | Modifier.AltModifier),
        (Key.Key_Left, Modifier.AltModifier),
        (Key.Key_Right, Modifier.AltModifier),
        (Key.Key_B, Modifier.AltModifier),
        (Key.Key_L, Modifier.MetaModifier),
        (Key.Key_Tab, Modifier.NoModifier),
        (Key.Key_Escape, Modifier.NoModifier),
        (Key.Key_F1, Modifier.NoModifier),
        (0x42F, Modifier.NoModifier),
        (0, Modifier.NoModifier),
    ],
)
def test_what_is_not_theirs_changes_nothing(filled: LinkedCharts, key: int, modifiers: Qt.KeyboardModifier) -> None:
    filled.show_range(200, 300)
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    assert not pressed(filled, key, modifiers)
    assert filled.visible_range == (200, 300)
    assert filled.tools.benchmark.isChecked()
    assert not filled.tools.logarithmic.isChecked()
    assert clipboard.pixmap().isNull()


def test_braces_step_as_brackets_do_on_keyboards_where_shift_makes_them(filled: LinkedCharts) -> None:
    for key, expected in ((Key.Key_BraceRight, 1), (Key.Key_BraceRight, 3), (Key.Key_BraceLeft, 1)):
        assert pressed(filled, key, Modifier.ShiftModifier)
        assert filled.markers.selected == expected
    assert pressed(filled, Key.Key_BraceRight), "without shift it is any trade"
    assert filled.markers.selected == 2
    assert pressed(filled, Key.Key_BracketRight, Modifier.AltModifier), "as a German keyboard on a Mac writes it"
    assert filled.markers.selected == 3


def test_l_and_b_are_toggled_as_in_the_menu(filled: LinkedCharts) -> None:
    for key, action in ((Key.Key_L, filled.tools.logarithmic), (Key.Key_B, filled.tools.benchmark)):
        before = action.isChecked()
        assert pressed(filled, key)
        assert action.isChecked() is not before
        assert pressed(filled, key)
        assert action.isChecked() is before


def test_keys_without_bars_fault_nothing(charts: LinkedCharts) -> None:
    for key in (Key.Key_Home, Key.Key_End, Key.Key_Left, Key.Key_Up, Key.Key_BracketRight, Key.Key_Return, Key.Key_L):
        assert pressed(charts, key)
    charts.grab()
