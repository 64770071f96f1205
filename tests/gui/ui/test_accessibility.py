"""The check for nameless widgets finds them, and does not cry over inner parts of compound widgets."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui import accessibility

pytestmark = pytest.mark.gui


def holder_of(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    holder = QWidget()
    box = QVBoxLayout(holder)
    for widget in widgets:
        box.addWidget(widget)
    qtbot.addWidget(holder)
    return holder


def test_nameless_widgets_are_found(dark: QApplication, qtbot: QtBot) -> None:
    widgets = [QSpinBox(), QComboBox(), QTableView(), QPlainTextEdit(), QPushButton()]
    icon_only = QToolButton()
    icon_only.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    holder = holder_of(qtbot, *widgets, icon_only)
    assert set(accessibility.nameless(holder)) == {*widgets, icon_only}


def test_names_texts_and_placeholders_count(dark: QApplication, qtbot: QtBot) -> None:
    spin, field, press = QSpinBox(), QLineEdit(), QPushButton("Train")
    accessibility.name(spin, "Epochs", "Passes over the data")
    field.setPlaceholderText("Search")
    holder = holder_of(qtbot, spin, field, press)
    assert accessibility.nameless(holder) == []
    assert spin.accessibleDescription() == "Passes over the data"


def test_a_name_brings_how_the_keyboard_works_unless_more_is_said(dark: QApplication, qtbot: QtBot) -> None:
    spin, table, field = QSpinBox(), QTableView(), QLineEdit()
    for widget in (spin, table, field):
        accessibility.name(widget, "Something")
    holder = holder_of(qtbot, spin, table, field, QPushButton("Train"))
    assert "step" in spin.accessibleDescription()
    assert "Tab" in table.accessibleDescription()
    assert accessibility.undescribed(holder) == [field]
    field.setToolTip("What it is for")
    assert accessibility.undescribed(holder) == []
    accessibility.name(spin, "Epochs", "Passes over the data")
    accessibility.name(spin, "Most epochs")
    assert spin.accessibleDescription() == "Passes over the data"


def test_what_takes_no_tab_needs_no_name(dark: QApplication, qtbot: QtBot) -> None:
    press = QPushButton()
    press.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    assert accessibility.nameless(holder_of(qtbot, press)) == []
