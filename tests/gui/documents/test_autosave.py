"""Autosave: one write for many changes, in a worker; nothing left to note once all is saved; what failed is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from ktrdr_app.core.drafts import Draft, Drafts
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.autosave import REST_MS, Autosave
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui


class Desk:
    """Something with an unsaved state, and how often it was asked for it."""

    def __init__(self) -> None:
        self.state: dict[str, Any] | None = None
        self.asked = 0

    def read(self) -> dict[str, Any] | None:
        """Return the state and count the question."""
        self.asked += 1
        return self.state


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(Workspace(tmp_path))


@pytest.fixture
def autosave(drafts: Drafts, tasks: TaskManager, qtbot: QtBot) -> Iterator[Autosave]:
    owner = QObject()
    made = Autosave(drafts, tasks, owner)
    assert not made.enabled
    made.enabled = True
    yield made
    owner.deleteLater()


def test_many_changes_are_noted_once_and_the_last_one_counts(
    autosave: Autosave, drafts: Drafts, tasks: TaskManager, qtbot: QtBot
) -> None:
    work = Desk()
    autosave.follow("fuzzy", "a", work.read)
    for number in range(50):
        work.state = {"x": number}
        autosave.touch("fuzzy", "a")
    qtbot.waitUntil(lambda: drafts.load("fuzzy", "a") is not None, timeout=20_000)
    settle(qtbot, tasks)
    assert work.asked == 1
    assert drafts.load("fuzzy", "a").payload == {"x": 49}  # type: ignore[union-attr]


def test_changes_without_a_pause_are_noted_while_they_go_on(
    autosave: Autosave, drafts: Drafts, tasks: TaskManager, qtbot: QtBot
) -> None:
    work = Desk()
    autosave.follow("strategy", "a", work.read)
    typing = QTimer()
    typing.setInterval(REST_MS // 7)

    def key() -> None:
        work.state = {"keys": (work.state or {"keys": 0})["keys"] + 1}
        autosave.touch("strategy", "a")

    typing.timeout.connect(key)
    typing.start()
    qtbot.waitUntil(lambda: drafts.load("strategy", "a") is not None, timeout=20_000)
    assert typing.isActive()
    typing.stop()
    qtbot.waitUntil(lambda: drafts.load("strategy", "a").payload == work.state)  # type: ignore[union-attr]
    settle(qtbot, tasks)


def test_what_is_saved_is_noted_no_more(autosave: Autosave, drafts: Drafts, tasks: TaskManager, qtbot: QtBot) -> None:
    work = Desk()
    drafts.save("fuzzy", "a", {"x": 1})
    autosave.follow("fuzzy", "a", work.read)
    autosave.touch("fuzzy", "a")
    qtbot.waitUntil(lambda: drafts.load("fuzzy", "a") is None, timeout=20_000)
    settle(qtbot, tasks)


def test_a_window_that_closes_notes_at_once(autosave: Autosave, drafts: Drafts) -> None:
    work = Desk()
    work.state = {"x": 1}
    autosave.follow("fuzzy", "a", work.read)
    autosave.touch("fuzzy", "a")
    autosave.flush()
    assert drafts.load("fuzzy", "a").payload == {"x": 1}  # type: ignore[union-attr]
    autosave.flush()
    assert work.asked == 1


def test_switched_off_it_writes_nothing(autosave: Autosave, drafts: Drafts) -> None:
    autosave.enabled = False
    autosave.follow("fuzzy", "a", lambda: {"x": 1})
    autosave.touch("fuzzy", "a")
    autosave.flush()
    assert drafts.all() == ()


def test_a_disk_that_refuses_is_told(autosave: Autosave, tmp_path: Path, tasks: TaskManager, qtbot: QtBot) -> None:
    (tmp_path / ".ktrdr").write_text("no folder", encoding="utf-8")
    autosave.follow("fuzzy", "a", lambda: {"x": 1})
    with qtbot.waitSignal(autosave.failed, timeout=20_000) as told:
        autosave.touch("fuzzy", "a")
    assert isinstance(told.args[0], StorageProblem)
    settle(qtbot, tasks)


def test_what_a_disk_refused_is_noted_when_the_window_closes_and_not_tried_for_ever(
    autosave: Autosave, drafts: Drafts, tmp_path: Path, tasks: TaskManager, qtbot: QtBot
) -> None:
    block = tmp_path / ".ktrdr"
    block.write_text("no folder", encoding="utf-8")
    autosave.follow("fuzzy", "a", lambda: {"x": 1})
    with qtbot.waitSignal(autosave.failed, timeout=20_000):
        autosave.touch("fuzzy", "a")
    settle(qtbot, tasks)
    assert not autosave._timer.isActive(), "a full disk is not told about every second"
    block.unlink()
    autosave.flush()
    assert drafts.load("fuzzy", "a").payload == {"x": 1}  # type: ignore[union-attr]


def test_what_a_disk_refused_is_noted_with_the_next_change(
    autosave: Autosave, drafts: Drafts, tmp_path: Path, tasks: TaskManager, qtbot: QtBot
) -> None:
    block = tmp_path / ".ktrdr"
    block.write_text("no folder", encoding="utf-8")
    for name in "ab":
        autosave.follow("fuzzy", name, lambda: {"x": 1})
    with qtbot.waitSignal(autosave.failed, timeout=20_000):
        autosave.touch("fuzzy", "a")
    settle(qtbot, tasks)
    block.unlink()
    autosave.touch("fuzzy", "b")
    qtbot.waitUntil(lambda: len(drafts.all()) == 2, timeout=20_000)
    settle(qtbot, tasks)


class SlowDrafts(Drafts):
    """Drafts on a disk that does not come back to a worker, until it is let go."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.entered, self.go_on = threading.Event(), threading.Event()

    def save(self, kind: str, name: str, payload: dict[str, Any]) -> None:
        """Write, at once only where the window itself asks."""
        if threading.current_thread() is not threading.main_thread():
            self.entered.set()
            self.go_on.wait(20)
        super().save(kind, name, payload)


def test_closing_notes_what_a_running_write_still_holds(tmp_path: Path, tasks: TaskManager, qtbot: QtBot) -> None:
    owner, slow = QObject(), SlowDrafts(Workspace(tmp_path))
    autosave = Autosave(slow, tasks, owner)
    autosave.enabled = True
    autosave.follow("fuzzy", "a", lambda: {"x": 1})
    autosave.touch("fuzzy", "a")
    qtbot.waitUntil(slow.entered.is_set, timeout=20_000)
    autosave.flush()
    assert slow.load("fuzzy", "a").payload == {"x": 1}  # type: ignore[union-attr]
    slow.go_on.set()
    settle(qtbot, tasks)
    owner.deleteLater()


def test_what_the_user_wants_back_is_taken_once(autosave: Autosave, qtbot: QtBot) -> None:
    draft = Draft("fuzzy", "a", {"x": 1}, "")
    with qtbot.waitSignal(autosave.offered):
        autosave.offer((draft,))
    assert autosave.take("fuzzy", "b") is None
    assert autosave.take("fuzzy", "a") is draft
    assert autosave.take("fuzzy", "a") is None
