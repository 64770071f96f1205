"""A long day in a short time: nothing piles up while panels, dialogs and windows come and go, or tasks are cancelled.

Counts of widgets, timers, threads and Python objects must be where they were; memory may grow by less than `MOST_KB` a
round, measured between the first third, when caches are warm, and the end.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from itertools import cycle

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from ktrdr_app.core.lazy import load
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.stations import PANELS
from ktrdr_app.gui.tasks import manager as manager_module
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task, TaskState
from ktrdr_app.gui.ui.actions import STATIONS
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES
from tests.gui.helpers import Gate
from tests.gui.whole.tour import turn, wait_idle

pytestmark = [pytest.mark.gui, pytest.mark.usefixtures("dark")]

ROUNDS = 207
"""At least 200, and such that the first third ends at the same station as the whole, as its parts differ."""
CANCELS = 100
WINDOWS = 9
MOST_KB = 60
"""Growth of memory per round that counts as flat: none is usual, threads' allocators take some; a panel is 1,000."""


def swept() -> None:
    """Let Qt and Python throw away what nobody needs."""
    for _ in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        gc.collect()


def counts() -> dict[str, int]:
    """Return how many there are of everything that must not pile up."""
    swept()
    objects = [thing for thing in gc.get_objects() if issubclass(type(thing), (QTimer, QThread))]
    alive = [thing for thing in objects if shiboken6.isValid(thing)]
    return {
        "widgets": len(QApplication.allWidgets()),
        "windows": len(QApplication.topLevelWidgets()),
        "timers": sum(isinstance(thing, QTimer) for thing in alive),
        "qthreads": sum(isinstance(thing, QThread) for thing in alive),
        "threads": len(threading.enumerate()),
        "orphans": len(manager_module.orphans),
    }


def memory_kb() -> float:
    """Return the memory that the process holds, in KB; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024
    except OSError:
        return 0.0


def hold_flat(rounds: int, work: Callable[[int], object]) -> None:
    """Do something again and again, and fail if anything piles up."""
    third = max(rounds // 3, 2)
    for number in range(third):
        work(number)
    before, kb, things = counts(), memory_kb(), len(gc.get_objects())
    for number in range(third, rounds):
        work(number)
    after, grown = counts(), (memory_kb() - kb) / (rounds - third)
    assert after == before
    assert (len(gc.get_objects()) - things) / (rounds - third) < 5, "Python objects pile up"
    assert grown < MOST_KB, f"memory grows by {grown:.0f} KB a round"


def test_panels_are_opened_and_closed(empty_workspace: Workspace, tasks: TaskManager) -> None:
    context = AppContext(empty_workspace, tasks)
    kinds = cycle([getattr(load(module), name) for module, name in PANELS.values()])

    def work(number: int) -> None:
        panel = next(kinds)(context)
        panel.show()
        QCoreApplication.processEvents()
        panel.close()
        panel.deleteLater()
        del panel
        if number % len(PANELS) == 0:
            swept()

    hold_flat(ROUNDS, work)


def test_stations_dialogs_and_themes_change(empty_workspace: Workspace, dark: QApplication) -> None:
    window = MainWindow(empty_workspace)
    window.show()
    wait_idle(window)
    stations, pages = cycle(key for key, _title, _icon in STATIONS), cycle(("shortcuts", "about"))
    themes = cycle(THEMES)

    def work(number: int) -> None:
        window.show_panel(next(stations))
        window.actions_by_key[next(pages)].trigger()
        QCoreApplication.processEvents()
        for dialog in window.findChildren(QDialog):
            dialog.reject()
        if number % 20 == 0:
            apply_theme(dark, next(themes))
        wait_idle(window)
        if number % 20 == 0:
            swept()

    hold_flat(ROUNDS, work)
    window.close()
    window.deleteLater()


def test_windows_come_and_go(empty_workspace: Workspace) -> None:
    def work(_number: int) -> None:
        window = MainWindow(empty_workspace)
        window.show()
        QCoreApplication.processEvents()
        window.close()
        assert window.clean_exit
        window.deleteLater()
        del window
        swept()

    hold_flat(WINDOWS, work)


def test_tasks_are_cancelled(tasks: TaskManager) -> None:
    def work(_number: int) -> None:
        gate = Gate()
        task = tasks.submit(Task("Train quick", gate.work))
        while not gate.entered.is_set():
            turn()
        task.cancel()
        while tasks.running:
            turn()
        assert task.state is TaskState.CANCELLED

    hold_flat(CANCELS, work)
