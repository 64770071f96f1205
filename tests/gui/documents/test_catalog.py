"""Lists are read off the GUI thread, once at a time, and the last reading wins."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.catalog import Catalog, Listing
from ktrdr_app.gui.tasks.manager import TaskManager
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


def test_a_listing_is_unknown_until_it_is_read(owner: QObject, tasks: TaskManager, qtbot: QtBot) -> None:
    listing = Listing("numbers", lambda: [1, 2], tasks, owner)
    assert (listing.items, listing.known) == ((), False)
    with qtbot.waitSignal(listing.loaded) as blocker:
        listing.refresh()
    assert blocker.args == [(1, 2)]
    assert (listing.items, listing.known) == ((1, 2), True)
    settle(qtbot, tasks)


def test_it_reads_in_a_worker_and_quietly(owner: QObject, tasks: TaskManager, qtbot: QtBot) -> None:
    threads: list[int] = []
    listing = Listing("numbers", lambda: [threads.append(threading.get_ident())], tasks, owner)
    listing.refresh()
    assert [task.quiet for task in tasks.running] == [True]
    settle(qtbot, tasks)
    assert threads != [threading.get_ident()]


def test_many_wishes_make_two_readings(owner: QObject, tasks: TaskManager, qtbot: QtBot) -> None:
    readings: list[int] = []
    listing = Listing("numbers", lambda: [readings.append(1)], tasks, owner)
    for _ in range(10):
        listing.refresh()
    settle(qtbot, tasks)
    qtbot.waitUntil(lambda: len(readings) == 2)
    settle(qtbot, tasks)
    assert len(readings) == 2


def test_a_failure_keeps_what_was_known(owner: QObject, tasks: TaskManager, qtbot: QtBot) -> None:
    answers: list[object] = [[1], StorageProblem("data", "no permission"), [2]]

    def read() -> list[int]:
        answer = answers.pop(0)
        if isinstance(answer, StorageProblem):
            raise answer
        return answer  # type: ignore[return-value]

    listing = Listing("numbers", read, tasks, owner)
    listing.refresh()
    settle(qtbot, tasks)
    with qtbot.waitSignal(listing.failed) as blocker:
        listing.refresh()
    assert blocker.args[0].code == "storage_problem"
    assert listing.items == (1,)
    settle(qtbot, tasks)
    listing.refresh()
    settle(qtbot, tasks)
    assert listing.items == (2,)


def test_the_catalog_of_the_sample(
    owner: QObject, tasks: TaskManager, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    catalog = Catalog(sample_workspace, tasks, owner)
    catalog.refresh()
    settle(qtbot, tasks)
    assert catalog.timeframes == ("1h", "1d")
    assert catalog.symbols("1d") == ("AAPL", "GOOG", "IBM", "MSFT")
    assert catalog.symbols("1h") == ("EURUSD",)
    assert catalog.symbols("5m") == ()
    assert {info.name for info in catalog.strategies.items} >= {"neuro_mean_reversion", "trend_momentum"}
    assert catalog.models.items == ()


def test_the_catalog_of_nothing(owner: QObject, tasks: TaskManager, qtbot: QtBot, empty_workspace: Workspace) -> None:
    catalog = Catalog(empty_workspace, tasks, owner)
    catalog.refresh()
    settle(qtbot, tasks)
    assert catalog.timeframes == ()
    assert catalog.series.items == ()
    assert list(empty_workspace.root.iterdir()) == []
