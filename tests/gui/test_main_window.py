"""The window as a whole: stations, shortcuts, themes, notices, log, names, and the ways it closes."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QSettings, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.runtime import Aftermath
from ktrdr_app.gui.tasks import manager as manager_module
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.actions import STATIONS
from ktrdr_app.gui.ui.theme import tokens
from tests.gui.helpers import Gate, child, click, settle

pytestmark = pytest.mark.gui

Open = Callable[[Workspace], MainWindow]


@pytest.fixture
def window(open_window: Open, small_workspace: Workspace) -> MainWindow:
    return open_window(small_workspace)


def test_window_and_panels_have_their_promised_names(window: MainWindow) -> None:
    assert window.objectName() == "mainWindow"
    for name in (*(key for key, _title, _icon in STATIONS), "logPanel"):
        child(window, QWidget, name)


def test_the_title_names_the_workspace(window: MainWindow) -> None:
    assert window.windowTitle() == "workspace[*] — KTRDR Desktop"
    assert not window.isWindowModified()
    window.context.unsaved.tell("fuzzyPanel", ("quick/rsi",))
    assert window.isWindowModified()


def test_every_widget_that_takes_the_keyboard_has_a_name(window: MainWindow) -> None:
    nameless = accessibility.nameless(window)
    assert [f"{type(widget).__name__} {widget.objectName()}" for widget in nameless] == []


@pytest.mark.parametrize("number", range(1, 7))
def test_ctrl_and_a_digit_goes_to_a_station(window: MainWindow, qtbot: QtBot, number: int) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
    key = STATIONS[number - 1][0]
    assert window.panel.objectName() == key
    assert window.rail.button(key).isChecked()


def test_a_click_on_the_rail_goes_there(window: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, window.rail.button("modelsPanel"))
    assert window.panel is window.panels["modelsPanel"]


def test_a_panel_may_ask_for_another(window: MainWindow) -> None:
    window.context.panelRequested.emit("trainingPanel")
    assert window.panel.objectName() == "trainingPanel"


def test_the_log_is_shown_in_the_lower_dock(window: MainWindow) -> None:
    window.docks.lower.hide()
    window.show_panel("logPanel")
    assert window.docks.lower.isVisible()
    assert window.tabs.currentWidget() is window.log_panel


def test_the_dock_is_hidden_and_shown_by_its_action(window: MainWindow) -> None:
    action = window.actions_by_key["toggleDock"]
    assert action.isChecked()
    action.trigger()
    assert window.docks.lower.isHidden()
    assert not action.isChecked()
    action.trigger()
    assert window.docks.lower.isVisible()


@pytest.mark.parametrize(
    ("key", "name"), [("themeLight", "light"), ("themeContrast", "contrast"), ("themeDark", "dark")]
)
def test_a_theme_is_chosen_from_the_menu(window: MainWindow, key: str, name: str) -> None:
    window.actions_by_key[key].trigger()
    assert tokens().name == name
    checked = [each for each in ("themeDark", "themeLight", "themeContrast") if window.actions_by_key[each].isChecked()]
    assert checked == [key]


def test_dots_tell_how_things_stand_and_why(window: MainWindow) -> None:
    assert window.rail.button("dataPanel").state == "ready"
    assert "5 series" in window.rail.button("dataPanel").toolTip()
    assert window.rail.button("modelsPanel").state == "empty"
    window.context.say_state("modelsPanel", "stale", "something newer is there")
    assert window.rail.button("modelsPanel").state == "stale"
    assert "something newer is there" in window.rail.button("modelsPanel").accessibleDescription()


def test_a_notice_is_shown_and_logged(window: MainWindow) -> None:
    window.context.notify("danger", "no bars for X", "look again")
    window.drain_log()
    assert [shown.text.text() for shown in window.notices.notices] == ["no bars for X"]
    assert "no bars for X" in window.log_panel.text.toPlainText()
    assert "look again" in window.log_panel.text.toPlainText()


def test_an_alert_from_another_thread_becomes_a_notice(window: MainWindow) -> None:
    def work() -> None:
        logging.getLogger("ktrdr_app.somewhere").error("lost", extra={"alert": True, "details": "trace"})

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert window.notices.notices == []
    window.drain_log()
    (shown,) = window.notices.notices
    assert (shown.text.text(), shown.level, shown.details) == ("lost", "danger", "trace")


def test_plain_log_lines_make_no_notice(window: MainWindow) -> None:
    logging.getLogger("ktrdr_app.somewhere").warning("only said")
    window.drain_log()
    assert window.notices.notices == []
    assert "only said" in window.log_panel.text.toPlainText()


def test_help_pages_open_without_blocking(window: MainWindow, qtbot: QtBot) -> None:
    for key in ("helpHere", "shortcuts", "about"):
        window.actions_by_key[key].trigger()
    dialogs = window.findChildren(QDialog)
    assert len(dialogs) == 3
    assert all(dialog.isVisible() for dialog in dialogs)
    for dialog in dialogs:
        dialog.accept()


def test_refresh_reads_again(window: MainWindow, qtbot: QtBot) -> None:
    (window.context.workspace.data / "IBM_1d.csv").unlink()
    window.actions_by_key["refresh"].trigger()
    settle(qtbot, window.tasks)
    assert "IBM" not in window.context.catalog.symbols("1d")


def test_the_sample_is_added_from_the_menu(open_window: Open, empty_workspace: Workspace, qtbot: QtBot) -> None:
    window = open_window(empty_workspace)
    window.show_panel("modelsPanel")
    window.actions_by_key["addSample"].trigger()
    settle(qtbot, window.tasks)
    assert window.panel.objectName() == "dataPanel"
    assert window.rail.button("dataPanel").state == "ready"


def test_full_screen_comes_and_goes(window: MainWindow) -> None:
    window.actions_by_key["fullScreen"].trigger()
    assert window.windowState() & Qt.WindowState.WindowFullScreen
    window.actions_by_key["fullScreen"].trigger()
    assert not window.windowState() & Qt.WindowState.WindowFullScreen


def test_opening_writes_nothing_into_an_empty_workspace(open_window: Open, empty_workspace: Workspace) -> None:
    open_window(empty_workspace)
    assert list(empty_workspace.root.iterdir()) == []


def test_the_collector_is_ours_while_the_window_is_open(window: MainWindow) -> None:
    assert not gc.isenabled()
    window.close()
    assert gc.isenabled()


def test_without_tasks_the_window_just_closes(window: MainWindow) -> None:
    assert window.close()
    assert window.clean_exit
    assert not window.isVisible()


def test_a_running_task_is_asked_about_first(window: MainWindow, qtbot: QtBot) -> None:
    gate = Gate()
    window.tasks.submit(Task("Train quick", gate.work))
    assert not window.close()
    assert window.isVisible()
    assert window.sheet.isVisible()
    assert any("Train quick" in words.text() for words in window.sheet.findChildren(QLabel))
    click(qtbot, window.sheet.keep)
    assert window.isVisible()
    assert len(window.tasks.running) == 1
    gate.go_on.set()
    settle(qtbot, window.tasks)


def test_the_question_goes_when_its_tasks_are_done_and_is_asked_anew(window: MainWindow, qtbot: QtBot) -> None:
    gates = [Gate(), Gate()]
    for number, gate in enumerate(gates):
        window.tasks.submit(Task(f"Long {number}", gate.work))
    window.tasks.submit(Task("Quiet", gates[1].work, quiet=True))
    assert not window.close()
    assert "Long 0\nLong 1" in [words.text() for words in window.sheet.findChildren(QLabel)]
    gates[0].go_on.set()
    qtbot.waitUntil(lambda: "Long 1" in [words.text() for words in window.sheet.findChildren(QLabel)])
    assert window.sheet.isVisible()
    gates[1].go_on.set()
    settle(qtbot, window.tasks)
    assert window.sheet.isHidden(), "there is nothing left to be asked about"
    assert window.isVisible(), "the window stays: its user may have changed his mind"
    assert window.close()


def test_stop_and_quit_cancels_and_closes(window: MainWindow, qtbot: QtBot) -> None:
    gate = Gate()
    task = Task("Train quick", gate.work)
    window.tasks.submit(task)
    window.close()
    click(qtbot, window.sheet.stop)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    assert task.token.cancelled
    assert window.clean_exit
    assert window.tasks.running == ()


def test_closing_while_a_task_is_paused_asks_and_then_closes(window: MainWindow, qtbot: QtBot) -> None:
    gate = Gate()
    task = Task("Train quick", gate.work)
    window.tasks.submit(task)
    qtbot.waitUntil(gate.entered.is_set)
    task.pause()
    window.close()
    assert window.sheet._tasks.text() == "Train quick (paused)"
    task.resume()
    assert window.sheet._tasks.text() == "Train quick"
    task.pause()
    click(qtbot, window.sheet.stop)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    assert window.clean_exit


@pytest.fixture
def unsaved(dark: QApplication, empty_workspace: Workspace) -> Iterator[MainWindow]:
    """Return a window with work that closing would lose; its stations stay place-holders."""
    window = MainWindow(empty_workspace, lazily=True)
    window.guards_work = True
    window.show()
    window.context.unsaved.tell("fuzzyPanel", ("quick/rsi",))
    yield window
    window._quitting = True
    window.close()
    window.deleteLater()


def test_what_is_saved_meanwhile_takes_the_question_about_it_away(unsaved: MainWindow) -> None:
    assert not unsaved.close()
    unsaved.context.unsaved.tell("fuzzyPanel", ())
    assert unsaved.sheet.isHidden()
    assert unsaved.isVisible()
    assert unsaved.close()


def test_work_that_is_noted_is_not_asked_about(unsaved: MainWindow) -> None:
    unsaved.context.autosave.enabled = True
    assert unsaved.close()


class Refusal(QObject):
    """Stands for a station with a question of its own: it does not let its window close."""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Refuse."""
        if event.type() is QEvent.Type.Close:
            event.ignore()
            return True
        return False


def test_an_answer_counts_once_if_a_station_keeps_the_window_open(unsaved: MainWindow, qtbot: QtBot) -> None:
    refusal = Refusal()
    assert not unsaved.close()
    unsaved.installEventFilter(refusal)
    click(qtbot, unsaved.sheet.stop)
    assert unsaved.isVisible()
    assert unsaved.sheet.isHidden()
    assert not unsaved.tasks.closing, "what waits for other work is begun and kept as before"
    unsaved.removeEventFilter(refusal)
    assert not unsaved.close(), "it is asked anew"
    click(qtbot, unsaved.sheet.stop)
    assert not unsaved.isVisible()


def test_closing_in_the_middle_of_a_training_leaves_no_model(window: MainWindow, qtbot: QtBot) -> None:
    window.show_panel("trainingPanel")
    panel = window.panels["trainingPanel"]
    panel.form.tick(frozenset({"AAPL", "IBM"}))  # type: ignore[attr-defined]
    panel.form.strategy.setCurrentIndex(panel.form.strategy.findData("quick"))  # type: ignore[attr-defined]
    panel.form.epochs.setValue(9000)  # type: ignore[attr-defined]
    window.actions_by_key["runMain"].trigger()
    qtbot.waitUntil(lambda: len(panel.board.loss.points("val")[0]) > 0, timeout=60_000)  # type: ignore[attr-defined]
    window.close()
    click(qtbot, window.sheet.stop)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    assert window.clean_exit
    assert not window.context.workspace.models.exists() or not list(window.context.workspace.models.rglob("*.pt"))


def test_a_quiet_task_is_no_reason_to_ask(window: MainWindow, qtbot: QtBot) -> None:
    gate = Gate()
    window.tasks.submit(Task("Warm up", gate.work, quiet=True))
    qtbot.waitUntil(gate.entered.is_set)
    assert window.close()
    assert window.clean_exit


def test_a_thread_that_will_not_stop_does_not_hold_the_window(
    window: MainWindow, dark: QApplication, qtbot: QtBot
) -> None:
    release = threading.Event()

    def stubborn(_progress: object, _cancel: object) -> None:
        release.wait(60)

    window.tasks.submit(Task("Stubborn", stubborn))
    window.close()
    click(qtbot, window.sheet.stop)
    window._stop_timer.timeout.emit()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert not window.clean_exit
    (orphan,) = manager_module.orphans
    (after,) = dark.findChildren(Aftermath)
    after.look()
    assert after.isActive()
    assert not gc.isenabled(), "a collection in that thread would destroy what the window has left there"
    release.set()
    assert orphan.wait(10_000)
    after.look()
    assert not after.isActive()
    assert manager_module.orphans == []


def test_place_and_layout_are_remembered(
    dark: QApplication, qtbot: QtBot, sample_workspace: Workspace, tmp_path: Path
) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    first = MainWindow(sample_workspace, settings)
    qtbot.addWidget(first)
    first.resize(1100, 700)
    first.show()
    first.docks.lower.hide()
    settle(qtbot, first.tasks)
    first.close()
    second = MainWindow(sample_workspace, QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    qtbot.addWidget(second)
    second.show()
    settle(qtbot, second.tasks)
    assert second.height() == 700
    assert second.docks.lower.isHidden()
    second.close()


def test_a_layout_of_another_version_is_passed_over(
    dark: QApplication, qtbot: QtBot, sample_workspace: Workspace, tmp_path: Path
) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("state", b"garbage")
    settings.setValue("geometry", b"garbage")
    window = MainWindow(sample_workspace, settings)
    qtbot.addWidget(window)
    window.show()
    settle(qtbot, window.tasks)
    assert window.docks.lower.isVisible()
    assert any("layout could not be used" in shown.text.text() for shown in window.notices.notices)
    window.close()


def test_slots_that_hear_tasks_belong_to_qt_objects(window: MainWindow) -> None:
    """A plain function connected to a worker's signal would run in the worker's thread."""
    for panel in window.panels.values():
        assert isinstance(panel, QObject)
        assert panel.thread() is window.thread()
