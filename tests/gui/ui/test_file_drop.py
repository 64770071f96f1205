"""Files that are dragged onto a widget: highlighted, copied, never moved; anything else is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDragLeaveEvent
from PySide6.QtWidgets import QApplication, QWidget

from ktrdr_app.gui.ui.file_drop import FileDrop
from tests.gui.helpers import drag_in, drop_on, file_urls

pytestmark = pytest.mark.gui


@pytest.fixture
def window(dark: QApplication) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(500, 300)
    made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def taken() -> list[list[Path]]:
    return []


@pytest.fixture
def target(window: QWidget, taken: list[list[Path]]) -> FileDrop:
    return FileDrop(window, lambda paths: taken.append(list(paths)))


def test_a_drag_of_files_is_taken_and_shown(window: QWidget, target: FileDrop, tmp_path: Path) -> None:
    event = drag_in(window, file_urls(tmp_path / "a.csv"))
    assert event.isAccepted()
    assert event.dropAction() == Qt.DropAction.CopyAction
    assert target.zone.isVisible()
    assert window.rect().contains(target.zone.geometry())
    window.resize(700, 400)
    assert window.rect().contains(target.zone.geometry())
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not target.zone.isVisible()


def test_dropped_files_and_folders_are_handed_on_as_a_copy(
    window: QWidget, target: FileDrop, taken: list[list[Path]], tmp_path: Path
) -> None:
    mime = file_urls(tmp_path / "a.csv", tmp_path / "with space é.csv", tmp_path)
    drag_in(window, mime)
    event = drop_on(window, mime)
    assert event.isAccepted()
    assert event.dropAction() == Qt.DropAction.CopyAction
    assert taken == [[tmp_path / "a.csv", tmp_path / "with space é.csv", tmp_path]]
    assert not target.zone.isVisible()


@pytest.mark.parametrize("kind", ["text", "link"])
def test_what_is_no_local_file_is_left_alone(
    window: QWidget, target: FileDrop, taken: list[list[Path]], kind: str
) -> None:
    mime = QMimeData()
    if kind == "text":
        mime.setText("EURUSD")
    else:
        mime.setUrls([QUrl("https://example.com/EURUSD.csv")])
    assert not drag_in(window, mime).isAccepted()
    assert not drop_on(window, mime).isAccepted()
    assert taken == []
    assert not target.zone.isVisible()


def test_the_zone_says_what_a_drop_does(window: QWidget) -> None:
    assert FileDrop(window, lambda _paths: None, "Drop a folder").zone.text() == "Drop a folder"
