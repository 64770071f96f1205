"""Tabs in an area that scrolls: the page at hand is what counts, and by what it needs, not by what it would like."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.training.page_tabs import PageTabs
from ktrdr_app.gui.ui import accessibility

pytestmark = pytest.mark.gui


class Wish(QWidget):
    """A page that would like a great height and needs a small one."""

    def __init__(self, least: int) -> None:
        super().__init__()
        self._least = least

    def sizeHint(self) -> QSize:
        """Return what it would like."""
        return QSize(100, 2000)

    def minimumSizeHint(self) -> QSize:
        """Return what it needs."""
        return QSize(100, self._least)


@pytest.fixture
def tabs(qtbot: QtBot, dark: object) -> PageTabs:
    made = PageTabs("some.tabs", "Some pages")
    qtbot.addWidget(made)
    for least in (60, 500, 90):
        made.addTab(Wish(least), f"{least}")
    return made


def test_no_page_is_given_what_it_would_only_like(tabs: PageTabs) -> None:
    assert tabs.sizeHint().height() < 200
    assert accessibility.nameless(tabs) == []


@pytest.mark.parametrize(("place", "least"), [(0, 60), (1, 500), (2, 90)])
def test_the_page_at_hand_is_what_counts(tabs: PageTabs, place: int, least: int) -> None:
    tabs.setCurrentIndex(place)
    bar = tabs.tabBar().sizeHint().height()
    assert least <= tabs.sizeHint().height() <= least + bar + 20


def test_in_an_area_it_fills_what_is_there_and_scrolls_only_for_what_is_needed(qtbot: QtBot, dark: object) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    tabs = PageTabs("some.tabs", "Some pages")
    for least in (60, 500):
        tabs.addTab(Wish(least), f"{least}")
    area.setWidgetResizable(True)
    area.setWidget(tabs)
    area.resize(400, 300)
    area.show()
    qtbot.waitExposed(area)
    assert tabs.height() == area.viewport().height()
    tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: tabs.height() >= 500)
    tabs.setCurrentIndex(0)
    qtbot.waitUntil(lambda: tabs.height() == area.viewport().height())


def test_words_that_wrap_do_not_make_the_area_scroll_for_what_a_page_would_only_like(
    qtbot: QtBot, dark: QApplication
) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    page = QWidget()
    box = QVBoxLayout(page)
    box.addWidget(tabs := PageTabs("some.tabs", "Some pages"))
    wordy = QWidget()
    lines = QVBoxLayout(wordy)
    lines.addWidget(words := QLabel("many words " * 30))
    lines.addWidget(Wish(50))
    words.setWordWrap(True)
    for shown in (Wish(60), wordy):
        tabs.addTab(shown, "page")
    area.setWidgetResizable(True)
    area.setWidget(page)
    area.resize(400, 300)
    area.show()
    qtbot.waitExposed(area)
    for place in (1, 0, 1):
        tabs.setCurrentIndex(place)
        for _ in range(3):  # one layout asks for the next
            dark.processEvents()
        assert page.height() == area.viewport().height()
    assert words.height() >= words.heightForWidth(words.width()), "no line of them is cut"
