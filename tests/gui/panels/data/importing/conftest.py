"""An importer over an empty workspace, and files of many kinds to give it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ktrdr_app.core.paths import Workspace
from tests.data.importing.vendors import VENDORS, series

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from ktrdr_app.gui.panels.data.importing.dialog import ImportDialog
    from ktrdr_app.gui.panels.data.importing.importer import Importer
    from ktrdr_app.gui.tasks.manager import TaskManager

Opener = Callable[[Sequence[Path]], "ImportDialog"]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """Return the window that the panel would be in."""
    from PySide6.QtWidgets import QWidget

    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


@pytest.fixture
def importer(dark: object, tasks: TaskManager, empty_workspace: Workspace, window: QWidget) -> Importer:
    """Return an importer whose dialog belongs to the window."""
    from ktrdr_app.gui.documents.context import AppContext
    from ktrdr_app.gui.panels.data.importing.importer import Importer

    made = Importer(AppContext(empty_workspace, tasks, window), window)
    made.queue._timer.setInterval(20)
    return made


@pytest.fixture
def still(qtbot: QtBot, importer: Importer) -> Callable[[], None]:
    """Return a function that waits until every file is read and nothing runs."""

    def wait() -> None:
        queue, manager = importer.queue, importer._context.tasks

        def done() -> bool:
            open_ = [entry for entry in queue.entries if entry.stale or entry.writing]
            return not manager.running and not queue._timer.isActive() and not open_

        qtbot.waitUntil(done, timeout=60_000)

    return wait


@pytest.fixture
def open_files(qtbot: QtBot, importer: Importer, still: Callable[[], None]) -> Opener:
    """Return a function that opens the import dialog on files and waits until they are read."""

    def make(files: Sequence[Path]) -> ImportDialog:
        importer.begin(files)
        qtbot.waitUntil(lambda: bool(importer.queue.entries), timeout=60_000)
        still()
        assert importer.dialog is not None
        return importer.dialog

    return make


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Return a file that tells everything: 60 days of XYZ."""
    path = tmp_path / "XYZ_1d.csv"
    path.write_text(VENDORS["yahoo"].text(series(60, "1D")))
    return path


@pytest.fixture
def naive(tmp_path: Path) -> Path:
    """Return a file whose stamps tell no time zone: 60 hours of ABC."""
    path = tmp_path / "ABC60.csv"
    path.write_text(VENDORS["metatrader 4"].text(series(60)))
    return path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Return a web page that pretends to be a file with bars."""
    path = tmp_path / "AAPL_1d.csv"
    path.write_text("<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n")
    return path
