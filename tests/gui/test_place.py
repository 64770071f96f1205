"""A workspace in its window: read-only means nothing is written, and unsaved work comes back after kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ktrdr_app.core import protection
from ktrdr_app.core.drafts import Drafts
from ktrdr_app.core.errors import WorkspaceReadOnly
from ktrdr_app.core.files import write_text
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.settings import SettingsFile
from ktrdr_app.core.workspace_lock import WorkspaceLock
from ktrdr_app.gui.place import Place
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.strategy.schema import FuzzySet
from tests.core.children import REPO, environment
from tests.gui.helpers import Gate, click, settle

pytestmark = pytest.mark.gui

Open = Callable[..., Place]

EDIT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.app import Session
session = Session(Workspace(Path(sys.argv[1])), Path.cwd())
window = session.desk.places[0].window
watch = QTimer(interval=50)

def edit():
    panel = window.panels.get("fuzzyPanel")
    if panel is None or panel.document is None or window.tasks.running:
        return
    panel.document.show("rsi")
    panel.document.set_numbers("middle", (31, 50, 69))
    watch.stop()

watch.timeout.connect(edit)
watch.start()
window.context.select_strategy("quick")
window.show_panel("fuzzyPanel")
session.run()
"""


@pytest.fixture
def settings(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config" / "settings.json")


@pytest.fixture
def open_place(dark: QApplication, qtbot: QtBot, settings: SettingsFile) -> Iterator[Open]:
    """Return a function that opens a place and waits until its stations have read everything."""
    opened: list[Place] = []

    def make(workspace: Workspace, *, read_only: bool = False) -> Place:
        lock = WorkspaceLock(workspace)
        if not read_only:
            lock.acquire()
        place = Place(lock, None, settings)
        opened.append(place)
        with qtbot.waitSignal(place.window.stack.complete, timeout=60_000):
            place.show()
        settle(qtbot, place.window.tasks)
        return place

    yield make
    for place in opened:
        if isValid(place.window):
            place.window._quitting = True
            place.window.close()
        place.deleteLater()


def test_an_orderly_end_gives_everything_back(open_place: Open, small_workspace: Workspace, qtbot: QtBot) -> None:
    place = open_place(small_workspace)
    assert place.lock.held
    assert place.dialog is None
    with qtbot.waitSignal(place.gone) as told:
        place.window.close()
    assert told.args == [place]
    assert not place.lock.held
    again = WorkspaceLock(small_workspace)
    again.acquire()
    assert again.abandoned is None
    again.release()


def test_read_only_is_said_and_nothing_is_written(open_place: Open, small_workspace: Workspace, qtbot: QtBot) -> None:
    holder = WorkspaceLock(small_workspace)
    holder.acquire()
    before = sorted(path for path in small_workspace.root.rglob("*") if ".cache" not in path.parts)
    place = open_place(small_workspace, read_only=True)
    assert place.window.windowTitle().endswith("(read-only)")
    assert any("Read-only" in notice.text.text() for notice in place.window.notices.notices)
    with pytest.raises(WorkspaceReadOnly):
        write_text(small_workspace.strategies / "new.yaml", "x")
    place.window.context.select_strategy("quick")
    settle(qtbot, place.window.tasks)
    panel = place.window.stack.build("fuzzyPanel")
    panel.document.set_numbers("middle", (31, 50, 69))  # type: ignore[attr-defined]
    panel.save()  # type: ignore[attr-defined]
    settle(qtbot, place.window.tasks)
    assert panel.document.dirty  # type: ignore[attr-defined]
    assert "read-only" in panel.notice.text.text()
    place.window.close()
    assert sorted(path for path in small_workspace.root.rglob("*") if ".cache" not in path.parts) == before
    protection.check_writable(small_workspace.root)
    assert holder.held
    holder.release()


def test_closing_with_unsaved_work_notes_it_and_discarding_forgets_it(
    open_place: Open, small_workspace: Workspace, qtbot: QtBot
) -> None:
    place = open_place(small_workspace)
    place.window.context.select_strategy("quick")
    settle(qtbot, place.window.tasks)
    document = place.window.panels["fuzzyPanel"].document  # type: ignore[attr-defined]
    document.set_numbers("middle", (31, 50, 69))
    place.window.close()
    drafts = Drafts(small_workspace)
    assert [draft.name for draft in drafts.all()] == ["quick"]
    second = open_place(small_workspace)
    assert second.dialog is not None
    click(qtbot, second.dialog.discard)
    assert drafts.all() == ()


def test_with_notes_off_closing_asks_before_work_is_lost(
    open_place: Open, small_workspace: Workspace, settings: SettingsFile, qtbot: QtBot
) -> None:
    settings.change(keep_drafts=False)
    place, gate = open_place(small_workspace), Gate()
    window = place.window
    window.context.select_strategy("quick")
    settle(qtbot, window.tasks)
    window.panels["fuzzyPanel"].document.set_numbers("middle", (31, 50, 69))  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: window.context.unsaved.names == ("quick/rsi",))
    assert not window.close()
    assert window.sheet.isVisible()
    click(qtbot, window.sheet.keep)
    assert window.isVisible()
    window.tasks.submit(Task("Long", gate.work))
    assert not window.close()
    gate.go_on.set()
    settle(qtbot, window.tasks)
    assert window.sheet.isVisible(), "the work would still be lost"
    assert window.sheet.stop.text() == "Close without saving"
    with qtbot.waitSignal(place.gone):
        click(qtbot, window.sheet.stop)
    assert not place.lock.held
    assert Drafts(small_workspace).all() == ()


def test_noting_is_switched_off_for_good(
    open_place: Open, small_workspace: Workspace, settings: SettingsFile, qtbot: QtBot
) -> None:
    Drafts(small_workspace).save("fuzzy", "quick", {"sets": {}})
    place = open_place(small_workspace)
    assert place.dialog is not None
    place.dialog.keeping.click()
    assert not place.window.context.autosave.enabled
    assert not settings.read().settings.keep_drafts
    place.dialog.reject()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX")
def test_after_kill_9_the_edit_is_offered_and_comes_back(
    open_place: Open, small_workspace: Workspace, tmp_path: Path, qtbot: QtBot
) -> None:
    drafts = Drafts(small_workspace)
    places = {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    child = subprocess.Popen(
        [sys.executable, "-c", EDIT, str(small_workspace.root)],
        cwd=REPO,
        env=environment(QT_QPA_PLATFORM="offscreen", **places),
        stdout=subprocess.DEVNULL,
    )
    try:
        qtbot.waitUntil(lambda: drafts.load("fuzzy", "quick") is not None, timeout=120_000)
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.kill()
        child.wait(timeout=60)
    place = open_place(small_workspace)
    assert place.dialog is not None
    assert place.lock.abandoned is not None
    assert place.lock.abandoned.pid == child.pid
    click(qtbot, place.dialog.restore)
    settle(qtbot, place.window.tasks)
    panel = place.window.panels["fuzzyPanel"]
    document = panel.document  # type: ignore[attr-defined]
    assert place.window.panel is panel
    assert document.strategy == "quick"
    assert document.unsaved()["rsi"]["middle"] == FuzzySet(type="triangular", parameters=[31, 50, 69])
    document.undo()
    assert not document.dirty
