"""The welcome page: each way to a workspace says what is wanted, by mouse, key and drop; nothing is nameless or cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES
from ktrdr_app.gui.welcome.page import WelcomePage
from ktrdr_app.workflows.workspaces import Recent
from tests.gui.helpers import click, drag_in, drop_on, file_urls

pytestmark = pytest.mark.gui


@pytest.fixture
def page(dark: QApplication, qtbot: QtBot) -> Iterator[WelcomePage]:
    made = WelcomePage(Path("/w/empty"))
    made.show_recents((Recent("/w/here", "here", False),))
    made.show()
    yield made
    made.close()


def drop(page: WelcomePage, *paths: Path) -> None:
    """Drop files onto the page."""
    mime = file_urls(*paths)
    drag_in(page, mime)
    assert page.drop.zone.isVisible()
    assert drop_on(page, mime).isAccepted()


def test_the_sample_is_the_first_thing_to_choose(page: WelcomePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.sampleWanted):
        click(qtbot, page.sample_button)
    assert any("/w/empty is empty so far." in each.text() for each in page.findChildren(QLabel))


@pytest.mark.parametrize("part", ["folder_button", "new_button"])
def test_a_folder_is_chosen_without_blocking(page: WelcomePage, qtbot: QtBot, tmp_path: Path, part: str) -> None:
    click(qtbot, getattr(page, part))
    (chooser,) = page.findChildren(QFileDialog)
    assert chooser.fileMode() is QFileDialog.FileMode.Directory
    with qtbot.waitSignal(page.folderChosen) as told:
        chooser.fileSelected.emit(str(tmp_path))
    assert told.args == [str(tmp_path)]
    chooser.reject()


def test_a_recent_one_is_opened_from_its_list(page: WelcomePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.folderChosen) as told:
        click(qtbot, page.recents.open_button)
    assert told.args == ["/w/here"]


def test_a_dropped_folder_is_opened_and_dropped_files_are_imported(
    page: WelcomePage, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(page.folderChosen) as told:
        drop(page, tmp_path)
    assert told.args == [str(tmp_path)]
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    with qtbot.waitSignal(page.filesDropped) as told:
        drop(page, *files)
    assert told.args == [files]


def test_everything_that_takes_the_keyboard_has_a_name(page: WelcomePage) -> None:
    assert accessibility.nameless(page) == []
    assert all(
        button.accessibleDescription()
        for button in page.findChildren(QPushButton)
        if "Recent" not in button.objectName()
    )


@pytest.mark.parametrize("theme", THEMES)
def test_no_word_is_cut_at_its_least_size(page: WelcomePage, dark: QApplication, qtbot: QtBot, theme: str) -> None:
    apply_theme(dark, theme)
    page.resize(page.minimumSize())
    qtbot.waitUntil(lambda: page.width() == page.minimumWidth())
    QApplication.processEvents()
    for words in page.findChildren(QLabel):
        if words.isVisible() and words.text():
            needed = words.heightForWidth(words.width()) if words.wordWrap() else words.sizeHint().height()
            assert words.height() >= needed, words.text()
            assert words.wordWrap() or words.width() >= words.sizeHint().width(), words.text()
    for made in page.findChildren(QPushButton):
        assert made.width() >= made.sizeHint().width(), made.text()
