"""What is announced of tasks: how each ended, once, and nothing of those that nobody asked for."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.announcer import TaskAnnouncer
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task
from tests.gui.helpers import Gate, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def said(qtbot: QtBot, tasks: TaskManager) -> list[str]:
    window = QWidget()
    qtbot.addWidget(window)
    heard: list[str] = []
    TaskAnnouncer(window, tasks).announced.connect(heard.append)
    return heard


def breaks(_progress: Progress, _cancel: CancelToken) -> None:
    raise ZeroDivisionError("by zero")


def test_the_end_is_told_in_words(said: list[str], tasks: TaskManager, qtbot: QtBot) -> None:
    gate = Gate()
    stopped = tasks.submit(Task("Train", gate.work))
    stopped.cancel()
    settle(qtbot, tasks)
    tasks.submit(Task("Backtest", lambda _progress, _cancel: 1))
    settle(qtbot, tasks)
    tasks.submit(Task("Import", breaks))
    settle(qtbot, tasks)
    assert said == ["Train: stopped", "Backtest: done", "Import: failed. ZeroDivisionError: by zero"]


def test_quiet_work_stays_quiet(said: list[str], tasks: TaskManager, qtbot: QtBot) -> None:
    tasks.submit(Task("List", lambda _progress, _cancel: 1, quiet=True))
    settle(qtbot, tasks)
    assert said == []
