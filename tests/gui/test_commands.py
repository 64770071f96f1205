"""The actions in a real window, by real keys: the palette does everything, or says why not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.tasks.task import Task, TaskState
from ktrdr_app.gui.ui.actions import ACTIONS, MENUS, plain
from ktrdr_app.gui.ui.help import HelpDialog
from ktrdr_app.gui.ui.palette import Palette
from ktrdr_app.gui.ui.theme import tokens
from tests.gui.helpers import Gate, child, rest, settle

pytestmark = pytest.mark.gui

CONTROL = Qt.KeyboardModifier.ControlModifier
BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(module_window: MainWindow, qtbot: QtBot) -> Iterator[MainWindow]:
    for dialog in module_window.findChildren(QDialog):
        dialog.reject()
    module_window.activateWindow()
    module_window.show_panel("dataPanel")
    yield module_window
    rest(qtbot, module_window)


def opened(window: MainWindow) -> Palette:
    (palette,) = [each for each in window.findChildren(Palette) if each.isVisible()]
    return palette


def test_the_palette_lists_every_action_with_keys_and_reasons(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_P, BOTH)
    palette = opened(window)
    shown = {(entry.group, entry.text): entry for entry in palette.shown}
    assert set(shown) == {(plain(spec.menu), plain(spec.text)) for spec in ACTIONS if spec.key != "palette"}
    assert shown["Help", "Help on this station"].keys == "F1"
    assert shown["Edit", "Stop the running task"].reason == "Nothing runs"
    assert shown["Train", "Stop the training"].reason == "Nothing runs at this station"
    palette.reject()


def test_an_action_is_done_from_the_palette_with_the_keyboard_alone(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_P, BOTH)
    palette = opened(window)
    qtbot.keyClicks(palette.field, "show the log")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.tabs.currentWidget() is window.log_panel
    assert not palette.isVisible()


def test_ctrl_k_finds_a_symbol(window: MainWindow, qtbot: QtBot) -> None:
    window.show_panel("modelsPanel")
    data = window.panels["dataPanel"]
    data.search.setText("nothing is called so")  # type: ignore[attr-defined]
    qtbot.keyClick(window, Qt.Key.Key_K, CONTROL)
    palette = opened(window)
    qtbot.keyClicks(palette.field, "msf")
    assert [entry.text for entry in palette.shown] == ["MSFT 1d"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.panel is data
    assert data.table.chosen == ("MSFT", "1d")  # type: ignore[attr-defined]


def test_f1_helps_on_the_station_in_view(window: MainWindow, qtbot: QtBot) -> None:
    window.show_panel("fuzzyPanel")
    qtbot.keyClick(window, Qt.Key.Key_F1)
    (page,) = [each for each in window.findChildren(HelpDialog) if each.isVisible()]
    assert page.windowTitle() == "Fuzzy sets"
    page.reject()


def test_ctrl_dot_stops_the_task_that_runs(window: MainWindow, qtbot: QtBot) -> None:
    gates = [Gate(), Gate()]
    tasks = [Task(f"Long {number}", gate.work) for number, gate in enumerate(gates)]
    for task in tasks:
        window.tasks.submit(task)
    assert window.actions_by_key["stopMain"].isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Period, CONTROL)
    assert [task.token.cancelled for task in tasks] == [False, True], "the one that was started last"
    qtbot.keyClick(window, Qt.Key.Key_Period, CONTROL)
    assert [task.token.cancelled for task in tasks] == [True, True]
    settle(qtbot, window.tasks)
    assert not window.actions_by_key["stopMain"].isEnabled()


def test_ctrl_dot_held_down_lets_a_task_keep_what_it_has(window: MainWindow, qtbot: QtBot) -> None:
    gates = [Gate(), Gate()]
    first, last = (window.tasks.submit(Task(f"Long {number}", gate.work)) for number, gate in enumerate(gates))
    last.keeps = True
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_Period, CONTROL)
    assert (last.token.winding_up, last.token.cancelled) == (True, False)
    assert first.token.cancelled, "what has nothing to keep is stopped"
    gates[1].go_on.set()
    settle(qtbot, window.tasks)
    assert last.state is TaskState.SUCCEEDED


def test_the_task_started_last_is_paused_and_goes_on_by_key(window: MainWindow, qtbot: QtBot) -> None:
    gates = [Gate(), Gate()]
    tasks = [window.tasks.submit(Task(f"Long {number}", gate.work)) for number, gate in enumerate(gates)]
    qtbot.keyClick(window, Qt.Key.Key_Period, BOTH)
    assert [task.paused for task in tasks] == [False, True]
    assert window.status.tasks.text() == "1 task runs, 1 paused"
    qtbot.keyClick(window, Qt.Key.Key_Period, BOTH)
    assert [task.paused for task in tasks] == [False, False]
    for gate in gates:
        gate.go_on.set()
    settle(qtbot, window.tasks)
    assert not window.actions_by_key["pauseMain"].isEnabled()
    assert window.actions_by_key["pauseMain"].toolTip() == "Nothing runs"


def test_pausing_when_nothing_runs_does_nothing(window: MainWindow) -> None:
    window.commands.pause_task()
    assert window.tasks.running == ()


def test_where_long_runs_are_done_is_chosen_in_the_menu(window: MainWindow) -> None:
    keys = {"runsAuto": "auto", "runsThread": "thread", "runsProcess": "process"}
    for key in (*keys, "runsAuto"):
        window.actions_by_key[key].trigger()
        assert window.tasks.long_runs == keys[key]
        assert [each for each in keys if window.actions_by_key[each].isChecked()] == [key]


def test_the_cluster_can_be_chosen_once_it_is_known(window: MainWindow) -> None:
    action = window.actions_by_key["runsCluster"]
    window.commands.refresh_actions()
    assert not action.isEnabled()
    assert "View > Show the cluster" in action.toolTip()
    window.tasks.choose_cluster("tcp://10.0.0.5:8786")
    window.commands.refresh_actions()
    assert action.isEnabled()
    action.trigger()
    assert window.tasks.long_runs == "cluster"
    assert action.isChecked()
    assert window.docks.cluster.use.isChecked()
    window.actions_by_key["runsAuto"].trigger()
    window.tasks.choose_cluster("")
    assert not window.docks.cluster.use.isEnabled()


def test_the_page_of_the_cluster_opens_with_the_keyboard_in_its_field(window: MainWindow) -> None:
    window.docks.lower.close()
    window.actions_by_key["showCluster"].trigger()
    assert window.docks.cluster.isVisible()
    assert window.docks.bar.tabText(window.docks.bar.currentIndex()) == "Cluster"
    assert window.docks.cluster.address.hasFocus()
    window.docks.cluster.counted.emit(3)
    assert window.docks.bar.tabText(3) == "Cluster (3)"
    window.docks.cluster.counted.emit(-1)
    assert window.docks.bar.tabText(3) == "Cluster"
    window.docks.reset()


def test_menus_tell_what_can_be_done_and_why_not(window: MainWindow) -> None:
    titles = [action.text() for action in window.menuBar().actions()]
    assert titles == list(MENUS)
    window.commands.refresh_actions()
    save = window.actions_by_key["save"]
    assert not save.isEnabled()
    assert save.toolTip() == "Nothing was changed at this station"


def test_every_button_that_an_action_presses_is_there(window: MainWindow) -> None:
    for spec in ACTIONS:
        if spec.method == "press":
            panel = window.panels[spec.argument.partition(".")[0]]
            assert panel.findChild(QAbstractButton, spec.argument) is not None, spec.key


def test_pressing_goes_to_the_station_first(window: MainWindow) -> None:
    window.commands.refresh_actions()
    window.actions_by_key["tickAll"].trigger()
    assert window.panel.object_name == "trainingPanel"
    form = window.panels["trainingPanel"].form  # type: ignore[attr-defined]
    assert len(form.chosen) == form.symbols.count()
    window.actions_by_key["tickNone"].trigger()
    assert form.chosen == ()


def test_undo_redo_and_save_work_from_outside_the_station_too(window: MainWindow, qtbot: QtBot) -> None:
    window.context.select_strategy("quick")
    window.show_panel("fuzzyPanel")
    settle(qtbot, window.tasks)
    panel = window.panels["fuzzyPanel"]
    document = panel.document  # type: ignore[attr-defined]
    before = document.sets()["middle"]
    document.set_numbers("middle", [31.0, 50.0, 69.0])
    qtbot.waitUntil(lambda: window.isWindowModified())
    button = window.rail.button("fuzzyPanel")
    qtbot.waitUntil(lambda: button.state == "stale")
    assert "quick/rsi" in button.toolTip()
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Z, CONTROL)
    assert document.sets()["middle"] == before
    qtbot.keyClick(button, Qt.Key.Key_Z, BOTH)
    assert document.sets()["middle"] != before
    qtbot.waitUntil(lambda: window.actions_by_key["save"].isEnabled())
    qtbot.keyClick(button, Qt.Key.Key_S, CONTROL)
    settle(qtbot, window.tasks)
    qtbot.waitUntil(lambda: not window.isWindowModified())
    assert "31" in (window.context.workspace.strategies / "quick.yaml").read_text(encoding="utf-8")
    assert window.status.saved.text().startswith("saved ")


def test_a_key_that_a_field_wants_stays_with_the_field(window: MainWindow, qtbot: QtBot) -> None:
    search = window.panels["dataPanel"].search  # type: ignore[attr-defined]
    search.setFocus()
    search.clear()
    qtbot.keyClicks(search, "abc")
    qtbot.keyClick(search, Qt.Key.Key_Z, CONTROL)
    assert isinstance(search, QLineEdit)
    assert search.text() != "abc"
    search.clear()


def test_problems_are_reached_by_key_and_lead_to_their_station(window: MainWindow, qtbot: QtBot) -> None:
    window.context.problems.tell("test", ())
    (window.context.workspace.strategies / "typo.yaml").write_text("name: typo\nnonsense: 1\n", encoding="utf-8")
    qtbot.keyClick(window, Qt.Key.Key_F5)
    settle(qtbot, window.tasks)
    qtbot.keyClick(window, Qt.Key.Key_M, BOTH)
    problems = window.docks.problems
    assert window.tabs.currentWidget() is problems
    problems.table.select(lambda problem: problem.subject == "typo")
    qtbot.keyClick(problems.table, Qt.Key.Key_Return)
    assert window.panel.object_name == "strategyPanel"
    assert window.rail.button("strategyPanel").state == "ready"
    assert "1 problem" in window.rail.button("strategyPanel").toolTip()
    assert window.status.problems.text() == "1 problem"


KEYS = ("themeSystem", "themeDark", "themeLight", "themeContrast")


@pytest.fixture
def bare(dark: QApplication, empty_workspace: Workspace, qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(empty_workspace, lazily=True)
    yield made
    made.commands.use_theme("dark")
    made.close()
    made.deleteLater()


@pytest.mark.parametrize("key", KEYS)
def test_the_theme_that_was_chosen_is_the_only_one_ticked(bare: MainWindow, key: str) -> None:
    bare.actions_by_key["themeLight"].trigger()
    bare.actions_by_key[key].trigger()
    assert [each for each in KEYS if bare.actions_by_key[each].isChecked()] == [key]
    assert tokens().name == {"themeSystem": "dark"}.get(key, key.removeprefix("theme").lower())


def test_another_workspace_is_chosen_without_blocking(bare: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    bare.actions_by_key["openWorkspace"].trigger()
    chooser = child(bare, QFileDialog, "workspaceDialog")
    with qtbot.waitSignal(bare.context.workspaceRequested) as told:
        chooser.fileSelected.emit(str(tmp_path))
    assert told.args == [str(tmp_path)]
    chooser.reject()


def test_the_welcome_page_is_asked_for(bare: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bare.context.workspaceRequested) as told:
        bare.actions_by_key["welcome"].trigger()
    assert told.args == [""]
