"""The way in: a file chooser that blocks nothing, folders, failures, and what is announced."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import EmptyData
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.importing.importer import Importer
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import settle
from tests.gui.panels.data.importing.conftest import Opener

pytestmark = pytest.mark.gui


def test_chosen_files_come_into_the_dialog(qtbot: QtBot, importer: Importer, window: QWidget, plain: Path) -> None:
    importer.choose_files()
    (chooser,) = window.findChildren(QFileDialog, "importFileDialog")
    assert chooser.isVisible()
    assert chooser.fileMode() is QFileDialog.FileMode.ExistingFiles
    assert all(ending in chooser.nameFilters()[0] for ending in ("*.csv", "*.txt", "*.gz", "*.zip", "*.parquet"))
    chooser.filesSelected.emit([str(plain)])
    chooser.reject()
    qtbot.waitUntil(lambda: importer.dialog is not None, timeout=60_000)
    assert [entry.path for entry in importer.queue.entries] == [plain]


def test_more_files_join_the_dialog_that_is_open(
    qtbot: QtBot, importer: Importer, open_files: Opener, plain: Path, naive: Path
) -> None:
    first = open_files([plain])
    assert open_files([naive]) is first
    qtbot.waitUntil(lambda: len(importer.queue.entries) == 2, timeout=60_000)
    assert first.files.isVisible()


def test_a_folder_without_bars_fails_without_a_dialog(qtbot: QtBot, importer: Importer, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    with qtbot.waitSignal(importer.failed, timeout=60_000) as failed:
        importer.begin([tmp_path / "pictures"])
    assert isinstance(failed.args[0], EmptyData)
    assert importer.dialog is None


def test_an_import_is_told_to_the_window(qtbot: QtBot, importer: Importer, open_files: Opener, plain: Path) -> None:
    told: list[tuple[str, str]] = []
    importer._context.notified.connect(lambda level, text, _details: told.append((level, text)))
    dialog = open_files([plain])
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        dialog.import_current()
    assert told == [("success", "XYZ 1d imported: the series holds 60 bars")]


def test_a_new_dialog_begins_empty(
    qtbot: QtBot, importer: Importer, open_files: Opener, plain: Path, naive: Path
) -> None:
    first = open_files([naive])
    first.reject()
    assert importer.dialog is None
    second = open_files([plain])
    assert second is not first
    assert [entry.path for entry in importer.queue.entries] == [plain]


def test_a_window_that_goes_away_while_files_are_read_leaves_nothing(
    qtbot: QtBot, dark: object, tasks: TaskManager, empty_workspace: Workspace, plain: Path, naive: Path
) -> None:
    window = QWidget()
    importer = Importer(AppContext(empty_workspace, tasks, window), window)
    importer.begin([plain, naive])
    qtbot.waitUntil(lambda: bool(importer.queue._reads), timeout=60_000)
    window.deleteLater()
    settle(qtbot, tasks)
    assert tasks.running == ()
