"""The question before a deletion, what its keys do, and failures on either way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.errors import StorageProblem
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.data.deletion import DeleteDialog, Deletion
from ktrdr_app.gui.ui.notices import Notice
from tests.gui.helpers import child, click, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def station(qtbot: QtBot, dark: object) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    return made


@pytest.fixture
def deletion(context: AppContext, station: QWidget) -> Deletion:
    notice = Notice()
    notice.setParent(station)
    return Deletion(context, station, notice)


def dialog(station: QWidget) -> DeleteDialog:
    (found,) = station.findChildren(DeleteDialog)
    return found


def words(shown: DeleteDialog) -> str:
    return "\n".join(each.text() for each in shown.findChildren(QLabel))


def test_the_question_names_the_series_and_what_depends_on_it(deletion: Deletion, station: QWidget) -> None:
    deletion.ask(("IBM", "1d"), 0)
    assert "Delete IBM 1d?" in words(dialog(station))
    assert "trash" in words(dialog(station))
    assert "Models" not in words(dialog(station))
    dialog(station).reject()


def test_models_that_learnt_from_it_are_told(deletion: Deletion, station: QWidget) -> None:
    deletion.ask(("IBM", "1d"), 3)
    assert "could not be trained again without it: 3" in words(dialog(station))
    dialog(station).reject()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_no_key_deletes_by_mistake(deletion: Deletion, station: QWidget, qtbot: QtBot, key: Qt.Key) -> None:
    deletion.ask(("IBM", "1d"), 0)
    shown = dialog(station)
    focused = child(shown, QPushButton, "dataPanel.keepButton")
    qtbot.waitUntil(focused.hasFocus)
    qtbot.keyClick(focused, key)
    qtbot.waitUntil(lambda: not station.findChildren(DeleteDialog))
    settle(qtbot, deletion._context.tasks)
    assert (deletion._context.workspace.data / "IBM_1d.csv").exists()


def test_a_disk_that_refuses_is_told(
    deletion: Deletion, station: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise StorageProblem("data", "Read-only file system")

    monkeypatch.setattr(workflows, "delete_data", refuse)
    deletion.ask(("IBM", "1d"), 0)
    with qtbot.waitSignal(deletion.failed) as told:
        click(qtbot, child(dialog(station), QPushButton, "dataPanel.confirmDeleteButton"))
    assert "Read-only" in told.args[0].message
    assert deletion._notice.isHidden()
    settle(qtbot, deletion._context.tasks)


def test_the_list_is_read_again_after_each_way(deletion: Deletion, station: QWidget, qtbot: QtBot) -> None:
    told: list[str] = []
    deletion._context.dataChanged.connect(lambda: told.append("changed"))
    deletion.restored.connect(lambda entry: told.append(entry.symbol))
    deletion.ask(("IBM", "1d"), 0)
    click(qtbot, child(dialog(station), QPushButton, "dataPanel.confirmDeleteButton"))
    settle(qtbot, deletion._context.tasks)
    assert told == ["changed"]
    click(qtbot, deletion._notice.action)
    settle(qtbot, deletion._context.tasks)
    assert told == ["changed", "IBM", "changed"]
    deletion._restore()
    assert not deletion._context.tasks.running, "there is nothing left to undo"
