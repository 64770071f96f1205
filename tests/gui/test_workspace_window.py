"""What a window can do whatever it shows: themes from the menu, another workspace by the system's chooser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.ui.theme import tokens
from tests.gui.helpers import child

pytestmark = pytest.mark.gui

KEYS = ("themeSystem", "themeDark", "themeLight", "themeContrast")


@pytest.fixture
def window(dark: QApplication, empty_workspace: Workspace, qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(empty_workspace, lazily=True)
    yield made
    made.use_dark()
    made.close()
    made.deleteLater()


@pytest.mark.parametrize("key", KEYS)
def test_the_theme_that_was_chosen_is_the_only_one_ticked(window: MainWindow, key: str) -> None:
    window.actions_by_key["themeLight"].trigger()
    window.actions_by_key[key].trigger()
    assert [each for each in KEYS if window.actions_by_key[each].isChecked()] == [key]
    assert tokens().name == {"themeSystem": "dark"}.get(key, key.removeprefix("theme").lower())


def test_another_workspace_is_chosen_without_blocking(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.actions_by_key["openWorkspace"].trigger()
    chooser = child(window, QFileDialog, "workspaceDialog")
    with qtbot.waitSignal(window.context.workspaceRequested) as told:
        chooser.fileSelected.emit(str(tmp_path))
    assert told.args == [str(tmp_path)]
    chooser.reject()


def test_the_welcome_page_is_asked_for(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.context.workspaceRequested) as told:
        window.actions_by_key["welcome"].trigger()
    assert told.args == [""]
