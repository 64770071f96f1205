"""Help on each station: there is a page for every one, with what to do and its keys."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui.actions import STATIONS
from ktrdr_app.gui.ui.help_here import PAGES, station_dialog

pytestmark = pytest.mark.gui


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
