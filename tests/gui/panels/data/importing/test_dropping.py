"""Files that are dropped for import: folders stand for the files in them, and the open dialog takes more."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.data.importing.importer import Importer
from ktrdr_app.gui.ui.file_drop import FileDrop
from tests.gui.helpers import drag_in, drop_on, file_urls

pytestmark = pytest.mark.gui


def test_a_dropped_folder_opens_the_dialog_on_its_files(
    qtbot: QtBot, window: QWidget, importer: Importer, plain: Path, naive: Path
) -> None:
    (plain.parent / "readme.md").write_text("no bars")
    FileDrop(window, importer.begin)
    mime = file_urls(plain.parent)
    drag_in(window, mime)
    drop_on(window, mime)
    qtbot.waitUntil(lambda: len(importer.queue.entries) == 2, timeout=60_000)
    assert {entry.path for entry in importer.queue.entries} == {plain, naive}
    assert importer.dialog is not None
    assert importer.dialog.isVisible()


def test_files_dropped_on_the_dialog_join_the_queue(
    qtbot: QtBot, importer: Importer, open_files: object, plain: Path, naive: Path
) -> None:
    dialog = open_files([plain])  # type: ignore[operator]
    mime = file_urls(naive, plain)
    drag_in(dialog, mime)
    drop_on(dialog, mime)
    qtbot.waitUntil(lambda: len(importer.queue.entries) == 2, timeout=60_000)
    assert [entry.path for entry in importer.queue.entries] == [plain, naive]
