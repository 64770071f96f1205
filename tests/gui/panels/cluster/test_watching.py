"""The window's eye on a real cluster: connecting, what it sees, losing a worker and the scheduler, and looking away."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import ClusterProblem
from ktrdr_app.gui.panels.cluster.watching import CONNECTING, OFF, WATCHING, ClusterWatching
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.workflows import cluster_watch as module
from tests.dask_cluster import DaskCluster, dask_cluster_in
from tests.gui.helpers import settle

pytestmark = pytest.mark.gui
LONG = 60_000


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(module, "AGAIN_SECONDS", 2.0)


@pytest.fixture
def watching(tasks: TaskManager) -> ClusterWatching:
    return ClusterWatching(tasks, tasks)


def watch(watching: ClusterWatching, cluster: DaskCluster, qtbot: QtBot, workers: int = 2) -> None:
    watching.connect_to(cluster.address)
    qtbot.waitUntil(lambda: watching.seen is not None and len(watching.seen.present) == workers, timeout=LONG)


def test_it_sees_the_workers_and_looks_away(
    watching: ClusterWatching, dask: DaskCluster, tasks: TaskManager, qtbot: QtBot
) -> None:
    assert (watching.state, watching.seen, watching.error) == (OFF, None, None)
    watching.connect_to(dask.address)
    assert watching.state == CONNECTING
    watch(watching, dask, qtbot)
    assert watching.state == WATCHING
    assert {task.quiet for task in tasks.running} == {True}, "watching is no reason to ask before the window closes"
    late = watching._task.token, watching.seen  # type: ignore[union-attr]
    watching.disconnect_from()
    assert (watching.state, watching.seen) == (OFF, None)
    watching._heard.emit(*late)  # on its way already
    settle(qtbot, tasks)
    assert watching.seen is None, "nothing is heard of it any more"


def test_everything_arrives_in_the_thread_of_the_window(
    watching: ClusterWatching, dask: DaskCluster, qtbot: QtBot
) -> None:
    threads: list[int] = []
    # any other kind of connection would bring the call into this thread, wherever it was made
    watching.changed.connect(lambda: threads.append(threading.get_ident()), Qt.ConnectionType.DirectConnection)
    watch(watching, dask, qtbot)
    watching.disconnect_from()
    assert len(threads) >= 3, "it connects, sees, and looks away"
    assert set(threads) == {threading.get_ident()}


def test_of_two_clusters_only_the_last_is_shown(
    watching: ClusterWatching, dask: DaskCluster, tmp_path: Path, tasks: TaskManager, qtbot: QtBot
) -> None:
    with dask_cluster_in(tmp_path, workers=0) as other:
        watch(watching, other, qtbot, workers=0)
        late = watching._task.token, watching.seen  # type: ignore[union-attr]
        watching.connect_to(dask.address)
        assert watching.seen is None
        seen: list[object] = []
        watching.changed.connect(lambda: seen.append(watching.seen))
        watching._heard.emit(*late)  # on its way already
        watch(watching, dask, qtbot)
        assert watching.seen is not None
        assert watching.seen.address == dask.address
        qtbot.waitUntil(lambda: len(tasks.running) == 1, timeout=LONG)
        assert watching.seen in seen
        assert late[1] not in seen
        watching.disconnect_from()
        settle(qtbot, tasks)


@pytest.mark.usefixtures("dask")
def test_where_nobody_answers_the_error_says_so_and_it_can_be_tried_again(
    watching: ClusterWatching, dask: DaskCluster, tasks: TaskManager, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "CONNECT_SECONDS", 0.5)
        watching.connect_to("tcp://127.0.0.1:9")
        settle(qtbot, tasks)
    assert watching.state == OFF
    assert isinstance(watching.error, ClusterProblem)
    assert "no scheduler answers" in watching.error.message
    watch(watching, dask, qtbot)
    assert watching.error is None
    watching.disconnect_from()


@pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
def test_a_worker_that_is_killed_is_named(watching: ClusterWatching, dask: DaskCluster, qtbot: QtBot) -> None:
    watch(watching, dask, qtbot)
    assert watching.seen is not None
    victim = watching.seen.present[0]
    with dask.client() as client:
        pid = client.run(os.getpid, workers=[victim.address])[victim.address]
        with qtbot.waitSignal(watching.workersLost, timeout=LONG) as lost:
            os.kill(pid, signal.SIGKILL)
    assert lost.args == [(victim.name,)]
    watch(watching, dask, qtbot)
    watching.disconnect_from()


def test_a_scheduler_that_goes_is_told_once(
    watching: ClusterWatching, dask: DaskCluster, tmp_path: Path, tasks: TaskManager, qtbot: QtBot
) -> None:
    told: list[object] = []
    with dask_cluster_in(tmp_path, workers=1) as own:
        watching.schedulerLost.connect(told.append)
        watching.workersLost.connect(told.append)
        watch(watching, own, qtbot, workers=1)
        with qtbot.waitSignal(watching.schedulerLost, timeout=LONG):
            own.stop()
        for _ in range(2):
            with qtbot.waitSignal(watching.changed, timeout=LONG):
                pass  # it is looked for, and not there, again
    [error] = told
    assert isinstance(error, ClusterProblem)
    assert watching.seen is not None
    assert (watching.state, watching.seen.unreachable, watching.seen.present) == (WATCHING, True, ())
    watching.disconnect_from()
    settle(qtbot, tasks)
