"""Files that are dragged onto a widget: highlighted, copied, never moved; anything else is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.data.importing.importer import Importer
from ktrdr_app.gui.ui.file_drop import FileDrop

pytestmark = pytest.mark.gui

ACTIONS = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction


def urls(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def enter(target: QWidget, mime: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(QPoint(20, 20), ACTIONS, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(target, event)
    return event


def drop(target: QWidget, mime: QMimeData) -> QDropEvent:
    event = QDropEvent(QPointF(20, 20), ACTIONS, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(target, event)
    return event


@pytest.fixture
def taken() -> list[list[Path]]:
    return []


@pytest.fixture
def target(window: QWidget, taken: list[list[Path]], dark: object) -> FileDrop:
    return FileDrop(window, lambda paths: taken.append(list(paths)))


def test_a_drag_of_files_is_taken_and_shown(window: QWidget, target: FileDrop, tmp_path: Path) -> None:
    event = enter(window, urls(tmp_path / "a.csv"))
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
    mime = urls(tmp_path / "a.csv", tmp_path / "with space é.csv", tmp_path)
    enter(window, mime)
    event = drop(window, mime)
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
    assert not enter(window, mime).isAccepted()
    assert not drop(window, mime).isAccepted()
    assert taken == []
    assert not target.zone.isVisible()


def test_a_dropped_folder_opens_the_dialog_on_its_files(
    qtbot: QtBot, window: QWidget, importer: Importer, plain: Path, naive: Path
) -> None:
    (plain.parent / "readme.md").write_text("no bars")
    FileDrop(window, importer.begin)
    mime = urls(plain.parent)
    enter(window, mime)
    drop(window, mime)
    qtbot.waitUntil(lambda: len(importer.queue.entries) == 2, timeout=60_000)
    assert {entry.path for entry in importer.queue.entries} == {plain, naive}
    assert importer.dialog is not None
    assert importer.dialog.isVisible()


def test_files_dropped_on_the_dialog_join_the_queue(
    qtbot: QtBot, importer: Importer, open_files: object, plain: Path, naive: Path
) -> None:
    dialog = open_files([plain])  # type: ignore[operator]
    mime = urls(naive, plain)
    enter(dialog, mime)
    drop(dialog, mime)
    qtbot.waitUntil(lambda: len(importer.queue.entries) == 2, timeout=60_000)
    assert [entry.path for entry in importer.queue.entries] == [plain, naive]
