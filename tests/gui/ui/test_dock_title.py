"""The title of a dock: its buttons let it float, come back and close."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.dock_title import DockTitle
from tests.gui.helpers import click

pytestmark = pytest.mark.gui


@pytest.fixture
def dock(dark: QApplication, qtbot: QtBot) -> Iterator[QDockWidget]:
    window = QMainWindow()
    qtbot.addWidget(window)
    made = QDockWidget("Inspector", window)
    made.setObjectName("inspectorDock")
    made.setTitleBarWidget(DockTitle(made))
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, made)
    window.show()
    yield made
    window.close()


def test_it_floats_and_comes_back(dock: QDockWidget, qtbot: QtBot) -> None:
    title = dock.titleBarWidget()
    assert isinstance(title, DockTitle)
    click(qtbot, title.float_button)
    assert dock.isFloating()
    click(qtbot, title.float_button)
    assert not dock.isFloating()


def test_it_closes(dock: QDockWidget, qtbot: QtBot) -> None:
    title = dock.titleBarWidget()
    assert isinstance(title, DockTitle)
    click(qtbot, title.close_button)
    assert dock.isHidden()


def test_name_and_buttons_speak(dock: QDockWidget) -> None:
    title = dock.titleBarWidget()
    assert isinstance(title, DockTitle)
    assert [words.text() for words in title.findChildren(QLabel)] == ["Inspector"]
    assert title.close_button.accessibleName() == "Close Inspector"
    assert accessibility.nameless(dock) == []
