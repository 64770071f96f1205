"""Changes run one at a time off the GUI thread; the notice tells each and offers the last one's way back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.models.changes import Change, Changes, Done
from ktrdr_app.gui.ui.notices import Notice
from tests.gui.helpers import Gate, click, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def station(qtbot: QtBot, dark: object) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def changes(context: AppContext, station: QWidget) -> Changes:
    notice = Notice()
    notice.setParent(station)
    return Changes(context, notice, station)


def counting(log: list[str], name: str) -> Change:
    """Return a change that writes its name, and its way back."""

    def there(_progress: Progress, _cancel: CancelToken) -> Done:
        log.append(name)
        return Done(f"{name} is done", "hint", undo, Path(name))

    def undo(_progress: Progress, _cancel: CancelToken) -> Done:
        log.remove(name)
        return Done(f"{name} is taken back", "", there)

    return there


def test_a_change_is_told_with_its_way_back_and_forth(changes: Changes, context: AppContext, qtbot: QtBot) -> None:
    log: list[str] = []
    with qtbot.waitSignals([changes.done, context.modelsChanged]):
        changes.make("Change", counting(log, "a"))
    settle(qtbot, context.tasks)
    notice = changes._notice
    assert (notice.text.text(), notice.hint.text(), notice.action.text()) == ("a is done", "hint", "Undo")
    for expected, words in (([], "a is taken back"), (["a"], "a is done")):
        click(qtbot, notice.action)
        settle(qtbot, context.tasks)
        assert log == expected
        assert notice.text.text() == words


def test_the_work_runs_elsewhere(changes: Changes, context: AppContext, qtbot: QtBot) -> None:
    threads: list[int] = []

    def work(_progress: Progress, _cancel: CancelToken) -> Done:
        threads.append(threading.get_ident())
        return Done("done")

    changes.make("Change", work)
    settle(qtbot, context.tasks)
    assert threads != [threading.get_ident()]
    assert len(threads) == 1


def test_one_at_a_time(changes: Changes, context: AppContext, qtbot: QtBot) -> None:
    gate, log = Gate(), []

    def slow(progress: Progress, cancel: CancelToken) -> Done:
        gate.work(progress, cancel)
        return Done("slow is done")

    told: list[bool] = []
    changes.busyChanged.connect(told.append)
    assert changes.make("Slow", slow) is not None
    qtbot.waitUntil(gate.entered.is_set)
    assert changes.busy
    assert changes.make("Change", counting(log, "a")) is None
    gate.go_on.set()
    settle(qtbot, context.tasks)
    assert log == []
    assert told == [True, False]
    assert not changes.busy


def test_without_a_way_back_none_is_offered(changes: Changes, context: AppContext, qtbot: QtBot) -> None:
    log: list[str] = []
    changes.make("Change", counting(log, "a"))
    settle(qtbot, context.tasks)
    changes.make("Change", lambda _progress, _cancel: Done("exported"))
    settle(qtbot, context.tasks)
    assert changes._notice.action.isHidden()
    changes.undo()
    settle(qtbot, context.tasks)
    assert log == ["a"], "the change before is not taken back in its place"


def test_a_failure_is_told_and_the_list_is_read_again(changes: Changes, context: AppContext, qtbot: QtBot) -> None:
    def refuse(_progress: Progress, _cancel: CancelToken) -> Done:
        raise StorageProblem("models", "Read-only file system")

    with qtbot.waitSignals([changes.failed, context.modelsChanged]):
        changes.make("Change", refuse)
    settle(qtbot, context.tasks)
    assert not changes.busy
    changes.undo()
    assert not context.tasks.running


def test_a_change_that_is_stopped_says_that_what_was_done_stays(
    changes: Changes, context: AppContext, qtbot: QtBot
) -> None:
    gate = Gate()

    def slow(progress: Progress, cancel: CancelToken) -> Done:
        gate.work(progress, cancel)
        return Done("never")

    task = changes.make("Slow", slow)
    assert task is not None
    qtbot.waitUntil(gate.entered.is_set)
    with qtbot.waitSignal(context.modelsChanged):
        task.cancel()
    settle(qtbot, context.tasks)
    notice = changes._notice
    assert (notice.level, notice.text.text()) == ("warning", "Stopped")
    assert notice.action.isHidden()
