"""The queue counts what is on screen first, waits while work runs, and leaves no thread behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data import quality_queue
from ktrdr_app.gui.panels.data.quality_queue import QualityQueue
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task
from tests.conftest import make_bars
from tests.gui.helpers import Gate, settle
from tests.gui.panels.data.conftest import write

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.gui
NAMES = ("AAPL", "GOOG", "IBM", "MSFT")
KEYS = [(name, "1d") for name in NAMES]


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality_queue, "BATCH_SECONDS", 0.0)


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


def test_rows_on_screen_come_first(qtbot: QtBot, context: AppContext, owner: QObject, one_at_a_time: None) -> None:
    seen: list[str] = []
    queue = QualityQueue(context, lambda: [("MSFT", "1d"), ("IBM", "1d"), ("OTHER", "1h")], owner)
    queue.counted.connect(lambda found: seen.extend(each.symbol for each in found))
    queue.want(KEYS)
    assert not context.tasks.running, "nothing is counted before the station is seen"
    queue.wake()
    assert len(context.tasks.running) == 1, "one thread, however many series"
    settle(qtbot, context.tasks)
    assert seen == ["MSFT", "IBM", "AAPL", "GOOG"]
    assert queue.waiting == ()


def test_it_waits_while_work_that_was_asked_for_runs(qtbot: QtBot, context: AppContext, owner: QObject) -> None:
    gate = Gate()
    context.submit(Task("training", gate.work))
    queue = QualityQueue(context, list, owner)
    queue.want(KEYS)
    queue.wake()
    assert [task.title for task in context.tasks.running] == ["training"]
    gate.go_on.set()
    qtbot.waitUntil(lambda: queue.waiting == (), timeout=30_000)
    settle(qtbot, context.tasks)


def test_other_wishes_stop_what_runs(
    qtbot: QtBot, context: AppContext, owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    real = workflows.measure_some
    monkeypatch.setattr(workflows, "measure_some", lambda _request, progress, cancel: gate.work(progress, cancel))
    queue = QualityQueue(context, list, owner)
    queue.wake()
    queue.want(KEYS)
    qtbot.waitUntil(gate.entered.is_set)
    monkeypatch.setattr(workflows, "measure_some", real)
    found: list[str] = []
    queue.counted.connect(lambda told: found.extend(each.symbol for each in told))
    queue.want([("IBM", "1d")])
    settle(qtbot, context.tasks)
    assert found == ["IBM"]


def test_a_wrong_symbols_file_empties_it_and_is_told(qtbot: QtBot, context: AppContext, owner: QObject) -> None:
    (context.workspace.root / "symbols.yaml").write_text("IBM: {asset_class: house}\n", encoding="utf-8")
    queue = QualityQueue(context, list, owner)
    with qtbot.waitSignal(queue.failed) as told:
        queue.want(KEYS)
        queue.wake()
    assert told.args[0].code == "invalid_value"
    assert queue.waiting == ()
    settle(qtbot, context.tasks)


def test_closing_the_window_stops_the_counting(
    qtbot: QtBot, tmp_path: object, dark: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ktrdr_app.gui.main_window import MainWindow

    gate = Gate()
    monkeypatch.setattr(workflows, "measure_some", lambda _request, progress, cancel: gate.work(progress, cancel))
    workspace = Workspace(tmp_path / "many")  # type: ignore[operator]
    for number in range(5):
        write(workspace.data, f"COIN{number}USDT_1h", make_bars(50, seed=number))
    window = MainWindow(workspace)
    window.show()
    qtbot.waitUntil(gate.entered.is_set, timeout=30_000)
    assert not gate.go_on.is_set()
    assert window.close(), "no question: nobody asked for this work"
    assert window.clean_exit, "every thread is gone"
    assert not window.tasks.running
    window.deleteLater()


def test_five_hundred_series_are_never_parsed_in_the_window_thread(
    qtbot: QtBot,
    tmp_path: object,
    tasks: TaskManager,
    open_panel: Callable[[Workspace], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace = Workspace(tmp_path / "many")  # type: ignore[operator]
    text = write(workspace.data, "COIN000USDT_1h", make_bars(12)).read_text(encoding="utf-8")
    for number in range(1, 500):
        (workspace.data / f"COIN{number:03}USDT_1h.csv").write_text(text, encoding="utf-8")
    parsed: list[str] = []
    counted: list[str] = []

    def spied(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def spy(*args: object, **kwargs: object) -> object:
            assert threading.current_thread() is not threading.main_thread(), f"{name} in the window's thread"
            parsed.append(name)
            return real(*args, **kwargs)

        return spy

    import ktrdr_app.data.column_cache as column_cache
    import ktrdr_app.data.quality.inspect as inspect
    import ktrdr_app.workflows.data_inventory as inventory

    for module, name in (
        (column_cache, "parse_bars"),
        (column_cache, "_counted"),
        (column_cache, "sha256"),
        (inspect, "read_raw"),
        (inventory, "list_inventory"),
    ):
        monkeypatch.setattr(module, name, spied(name, getattr(module, name)))
    monkeypatch.setattr(
        workflows,
        "measure_some",
        lambda request, _progress, _cancel: counted.append(request.names[0][0]) or (),
    )
    threads: list[int] = []
    tasks.taskAdded.connect(lambda _task: threads.append(len(tasks.running)))
    monkeypatch.setattr(quality_queue.QualityQueue, "_take", lambda self, _found: self._waiting.clear())
    panel = open_panel(workspace)
    assert len(panel.table.symbols.records) == 500  # type: ignore[attr-defined]
    assert parsed.count("_counted") == 500
    assert parsed.count("parse_bars") == 1, "only the chosen series is read"
    assert counted[0] in [key[0] for key in panel.table.visible_keys()]  # type: ignore[attr-defined]
    assert max(threads) <= 5
