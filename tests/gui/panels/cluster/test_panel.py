"""The page of the cluster: its field, its table of real workers, every fault in words, and where long work goes."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import EnvironmentProblem
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.cluster.panel import ClusterPanel
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows import cluster_watch as module
from ktrdr_app.workflows.cluster_seen import ALIVE, ClusterSeen, WorkerSeen
from tests.dask_cluster import DaskCluster, dask_cluster_in
from tests.gui.helpers import click, settle

pytestmark = pytest.mark.gui
LONG = 60_000
WORKER = WorkerSeen("tcp://10.0.0.6:8790", "north-1", 1, 310_400_000, 12_600_000_000, 98.0, ("Train: IBM",), ALIVE)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(module, "AGAIN_SECONDS", 2.0)


@pytest.fixture
def panel(context: AppContext, qtbot: QtBot) -> Iterator[ClusterPanel]:
    made = ClusterPanel(context)
    qtbot.addWidget(made)
    made.resize(1200, 132)
    made.show()
    yield made
    made.watching.disconnect_from()
    settle(qtbot, context.tasks)


def connect(panel: ClusterPanel, address: str, qtbot: QtBot) -> None:
    panel.address.setFocus()
    panel.address.selectAll()
    qtbot.keyClicks(panel.address, address)
    qtbot.keyClick(panel.address, Qt.Key.Key_Return)


def show(panel: ClusterPanel, *workers: WorkerSeen, **more: object) -> None:
    """Let the panel see workers that a test has made up."""
    panel.watching.seen = ClusterSeen("tcp://10.0.0.5:8786", workers, **more)  # type: ignore[arg-type]
    panel.watching.changed.emit()


def cells(panel: ClusterPanel) -> list[list[str]]:
    records = panel.table.records
    return [
        [str(records.index(row, place).data()) for place in range(records.columnCount())]
        for row in range(records.rowCount())
    ]


class TestWithoutACluster:
    def test_it_says_the_next_step(self, panel: ClusterPanel) -> None:
        assert "Not connected" in panel.status.text()
        assert "dask scheduler" in panel.none.text()
        assert panel.none.isVisible()
        assert not panel.table.isVisible()
        assert (panel.go.text(), panel.use.isEnabled(), panel.use.isChecked()) == ("Connect", False, False)
        assert "Connect once" in panel.use.toolTip()
        assert accessibility.nameless(panel) == accessibility.undescribed(panel) == []

    @pytest.mark.parametrize("address", ["", "north", "http://north:8786", "tcp://north"])
    def test_what_is_no_address_is_told_and_not_remembered(
        self, panel: ClusterPanel, address: str, qtbot: QtBot
    ) -> None:
        panel.address.setText(address)
        click(qtbot, panel.go)
        assert "tcp://10.0.0.5:8786" in panel.status.text()
        assert panel.status.property("tone") == "danger"
        assert (panel.context.tasks.cluster, panel.context.tasks.running) == ("", ())

    @pytest.mark.usefixtures("dask")
    def test_nobody_at_the_address_is_told_until_something_is_typed(
        self, panel: ClusterPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
        connect(panel, "tcp://127.0.0.1:9", qtbot)
        assert (panel.status.text(), panel.go.text()) == ("Connecting…", "Disconnect")
        settle(qtbot, panel.context.tasks)
        assert "no scheduler answers there; start one with `dask scheduler`" in panel.status.text()
        assert (panel.status.property("tone"), panel.go.text()) == ("danger", "Connect")
        assert panel.context.tasks.cluster == "tcp://127.0.0.1:9", "it may only be switched off"
        qtbot.keyClicks(panel.address, "1")
        assert "Not connected" in panel.status.text()

    @pytest.mark.usefixtures("dask")
    def test_a_missing_certificate_is_told(self, panel: ClusterPanel, qtbot: QtBot) -> None:
        connect(panel, "tls://127.0.0.1:9", qtbot)
        settle(qtbot, panel.context.tasks)
        assert "no certificate" in panel.status.text()
        assert "tls.yaml" in panel.status.text()

    def test_the_library_that_is_missing_is_told(
        self, panel: ClusterPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "distributed", None)
        connect(panel, "tcp://127.0.0.1:9", qtbot)
        settle(qtbot, panel.context.tasks)
        assert "pip install 'ktrdr-app[cluster]'" in panel.status.text()


class TestWhatIsSeen:
    def test_a_worker_has_its_row(self, panel: ClusterPanel) -> None:
        show(panel, WORKER)
        assert cells(panel) == [["● alive", "north-1", "1", "98\u202f%", "310 MB of 12.6 GB", "Train: IBM"]]
        place = panel.table.records.index(0, 1)
        assert place.data(Qt.ItemDataRole.ToolTipRole) == "tcp://10.0.0.6:8790"
        assert panel.table.isVisible()
        assert panel.status.property("tone") == "success"

    def test_the_chosen_row_and_the_order_stay_from_look_to_look(self, panel: ClusterPanel) -> None:
        others = [WorkerSeen(f"tcp://10.0.0.7:{port}", f"south-{port}", 1, 0, 0, port, (), ALIVE) for port in range(3)]
        show(panel, *others)
        panel.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
        panel.table.selectRow(0)
        assert panel.table.selected.name == "south-2"
        resets: list[bool] = []
        panel.table.records.modelReset.connect(lambda: resets.append(True))
        show(panel, *others)
        assert panel.table.selected.name == "south-2"
        assert resets == [], "a long list would jump back to its first row every second"
        show(panel, WORKER, *others)
        assert [row[1] for row in cells(panel)] == ["north-1", "south-2", "south-1", "south-0"]
        assert panel.table.selected.name == "south-2"

    def test_without_a_worker_the_command_that_starts_one_is_told(self, panel: ClusterPanel) -> None:
        show(panel)
        assert panel.none.text().endswith("dask worker tcp://10.0.0.5:8786 --nthreads 1")
        assert panel.status.property("tone") == "warning"

    def test_other_versions_are_told_above_the_table(self, panel: ClusterPanel) -> None:
        problem = EnvironmentProblem("cluster", "worker north-1 has torch 2.0, here is 2.13", "install the same")
        show(panel, WORKER, problem=problem)
        assert panel.status.text() == "cluster: worker north-1 has torch 2.0, here is 2.13; install the same"
        assert panel.status.property("tone") == "warning"
        assert panel.table.isVisible()

    @pytest.mark.parametrize("size", [(1000, 120), (1400, 168)])
    def test_the_longest_words_are_not_cut(self, panel: ClusterPanel, size: tuple[int, int]) -> None:
        panel.resize(*size)
        problem = EnvironmentProblem(
            "cluster", "worker tcp://192.168.100.110:45447 has scikit-learn 1.7.2, here is 1.8.0", "install the same"
        )
        show(panel, WORKER, problem=problem)
        needed = panel.status.heightForWidth(panel.status.width())
        assert panel.status.height() >= needed
        assert panel.use.width() >= panel.use.sizeHint().width()
        assert panel.use.geometry().bottom() <= panel.height()

    def test_a_screen_reader_says_what_has_happened_and_not_every_count(
        self, panel: ClusterPanel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[str] = []
        monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
        show(panel, WORKER)
        first = panel.status.text()
        show(panel, replace(WORKER, work=()))
        assert panel.status.text() != first
        assert said == [first]
        show(panel)
        show(panel, WORKER)
        assert said == [first, "Connected; the scheduler has no worker", first]

    def test_the_number_of_workers_is_told(self, panel: ClusterPanel, qtbot: QtBot) -> None:
        with qtbot.waitSignal(panel.counted, check_params_cb=lambda count: count == 1):
            show(panel, WORKER)
        with qtbot.waitSignal(panel.counted, check_params_cb=lambda count: count == -1):
            panel.watching.disconnect_from()


class TestOnARealCluster:
    def test_it_is_connected_shown_remembered_and_left(
        self, panel: ClusterPanel, dask: DaskCluster, qtbot: QtBot
    ) -> None:
        connect(panel, dask.address, qtbot)
        qtbot.waitUntil(lambda: len(cells(panel)) >= 2, timeout=LONG)
        assert panel.context.tasks.cluster == dask.address
        assert "Connected: 2 workers with 2 threads" in panel.status.text()
        assert {row[0] for row in cells(panel)} == {"● alive"}
        assert {row[2] for row in cells(panel)} == {"1"}
        click(qtbot, panel.go)
        assert (panel.go.text(), cells(panel)) == ("Connect", [])
        assert panel.address.text() == dask.address
        assert panel.use.isEnabled()

    @pytest.mark.skipif(sys.platform == "win32", reason="NOT TESTED: Windows has no such signal")
    def test_a_killed_worker_is_marked_told_and_replaced(
        self, panel: ClusterPanel, dask: DaskCluster, qtbot: QtBot
    ) -> None:
        notices: list[tuple[str, str]] = []
        panel.context.notified.connect(lambda level, text, _details: notices.append((level, text)))
        connect(panel, dask.address, qtbot)
        qtbot.waitUntil(lambda: len(cells(panel)) == 2, timeout=LONG)
        victim = panel.watching.seen.present[0].address  # type: ignore[union-attr]
        with dask.client() as client:
            os.kill(client.run(os.getpid, workers=[victim])[victim], signal.SIGKILL)
        qtbot.waitUntil(lambda: ["✖ lost", victim] in [row[:2] for row in cells(panel)], timeout=LONG)
        assert notices == [("warning", f"The cluster lost a worker: {victim}")]
        qtbot.waitUntil(lambda: len(panel.watching.seen.present) == 2, timeout=LONG)  # type: ignore[union-attr]
        assert len(cells(panel)) == 3

    def test_a_scheduler_that_goes_is_told_and_the_window_goes_on(
        self, panel: ClusterPanel, dask: DaskCluster, tmp_path: Path, qtbot: QtBot
    ) -> None:
        levels: list[str] = []
        panel.context.notified.connect(lambda level, _text, _details: levels.append(level))
        with dask_cluster_in(tmp_path, workers=1) as own:
            connect(panel, own.address, qtbot)
            qtbot.waitUntil(lambda: len(cells(panel)) == 1, timeout=LONG)
            own.stop()
            qtbot.waitUntil(lambda: panel.status.property("tone") == "danger", timeout=LONG)
        assert "the scheduler does not answer any more" in panel.status.text()
        assert [row[0] for row in cells(panel)] == ["✖ lost"]
        assert levels == ["danger"]
        assert panel.go.text() == "Disconnect"


class TestWhereLongWorkGoes:
    def test_the_switch_chooses_it_and_follows_the_menu(self, panel: ClusterPanel, qtbot: QtBot) -> None:
        tasks = panel.context.tasks
        tasks.choose_cluster("tcp://10.0.0.5:8786")
        assert panel.address.text() == "tcp://10.0.0.5:8786"
        qtbot.keyClicks(panel.address, "7")
        tasks.choose_cluster("tcp://10.0.0.5:8787")
        assert panel.address.text() == "tcp://10.0.0.5:87867", "what is being typed is left alone"
        panel.use.click()
        assert (tasks.long_runs, tasks.shared_with) == ("cluster", "tcp://10.0.0.5:8787")
        tasks.choose_long_runs("thread")
        assert not panel.use.isChecked()
        assert tasks.long_runs == "thread", "what the menu says is not undone by the switch"
        tasks.choose_long_runs("cluster")
        assert panel.use.isChecked()
        panel.use.click()
        assert (tasks.long_runs, tasks.shared_with) == ("auto", None)

    def test_a_certificate_made_here_is_that_of_the_cluster(
        self, panel: ClusterPanel, dask: DaskCluster, tmp_path: Path, qtbot: QtBot
    ) -> None:
        """The errands of the window, done on the cluster, leave what they leave when they are done here."""
        from ktrdr_app.gui.tasks.errand import Errand
        from ktrdr_app.gui.tasks.task import Task
        from tests.workflows.planted import planted_workspace, request

        workspace, tasks = planted_workspace(tmp_path / "planted"), panel.context.tasks
        tasks.choose_cluster(dask.address)
        found = []
        for place in ("auto", "cluster"):
            tasks.choose_long_runs(place)
            task = Task("certify", Errand("certify", request(workspace, epochs=2)))
            with qtbot.waitSignal(task.succeeded, timeout=LONG) as made:
                tasks.submit(task)
            found.append(made.args[0])
        assert task.work.request.cluster == dask.address
        assert found[0].path != found[1].path
        assert found[0].path.read_bytes() == found[1].path.read_bytes()
        assert json.loads(found[0].path.read_text())["folds"]
