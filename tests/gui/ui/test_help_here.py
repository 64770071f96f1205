"""Help on each station: there is a page for every one, with what to do and its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.strategy.yaml_edit import YamlEdit
from ktrdr_app.gui.ui.actions import ACTIONS, STATIONS
from ktrdr_app.gui.ui.help_here import PAGES, station_dialog

pytestmark = pytest.mark.gui


@pytest.fixture
def parent(dark: QApplication) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(1024, 680)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def test_every_station_has_its_page() -> None:
    assert list(PAGES) == [key for key, _title, _icon in STATIONS]
    assert all(len(page.steps) >= 3 for page in PAGES.values())


@pytest.mark.parametrize("key", PAGES)
def test_a_page_says_what_to_do_and_which_keys(dark: QApplication, qtbot: QtBot, key: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    shown = [words.text() for words in station_dialog(key, parent).findChildren(QLabel)]
    page = PAGES[key]
    assert set(page.steps) <= set(shown)
    for keys, meaning in page.keys:
        assert shown[shown.index(keys) + 1] == meaning
    assert "Ctrl+Shift+P" in shown


@pytest.mark.parametrize("key", PAGES)
def test_its_keys_are_those_that_qt_knows_and_none_is_told_twice(key: str) -> None:
    told = [keys for keys, _meaning in PAGES[key].keys]
    assert len(set(told)) == len(told)
    for keys in told:
        for each in keys.split():
            assert each in "←→↑↓[]" or QKeySequence(each).toString(), each


@pytest.mark.parametrize("key", PAGES)
def test_keys_that_the_window_has_as_well_do_the_same_there(key: str) -> None:
    """A page must not promise something else than menu and palette do by the same key."""
    kinds = {"save": "writ|sav", "undo": "take|undo", "stop": "stop", "find": "find", "main": "main"}
    methods = {spec.shortcut: spec.method for spec in ACTIONS if spec.shortcut}
    for keys, meaning in PAGES[key].keys:
        if keys in methods:
            words = next(pattern for word, pattern in kinds.items() if word in methods[keys])
            assert re.search(words, meaning), (keys, meaning)


@pytest.mark.parametrize("key", PAGES)
def test_a_page_fits_the_smallest_window_and_cuts_no_line(parent: QWidget, key: str) -> None:
    dialog = station_dialog(key, parent)
    dialog.open()
    QApplication.processEvents()
    assert dialog.width() <= 1024
    assert dialog.height() <= 680
    for words in dialog.findChildren(QLabel):
        needed = words.heightForWidth(words.width()) if words.wordWrap() else words.sizeHint().height()
        assert words.height() >= needed, words.text()
        assert words.wordWrap() or words.width() >= words.sizeHint().width(), words.text()
    dialog.reject()


def test_the_keys_of_the_strategy_station_leave_the_text(parent: QWidget, qtbot: QtBot) -> None:
    """What the page says of Esc and Tab is so: Tab indents, after Esc it goes on."""
    box = QVBoxLayout(parent)
    text, after = YamlEdit(), QLineEdit()
    box.addWidget(text)
    box.addWidget(after)
    parent.activateWindow()
    text.setFocus()
    qtbot.waitUntil(text.hasFocus)
    qtbot.keyClick(text, Qt.Key.Key_Tab)
    assert text.hasFocus()
    assert text.toPlainText().strip() == "" != text.toPlainText()
    qtbot.keyClick(text, Qt.Key.Key_Escape)
    qtbot.keyClick(text, Qt.Key.Key_Tab)
    assert after.hasFocus()
