"""Which window opens on what: welcome page, busy question, one window a workspace, recents in the menu."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QToolBar
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ktrdr_app.core.files import write_text
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.settings import SettingsFile
from ktrdr_app.core.workspace_lock import NOTE_FILE, WorkspaceLock
from ktrdr_app.gui import stations
from ktrdr_app.gui.desk import Desk
from ktrdr_app.gui.panels.cluster.watching import OFF
from ktrdr_app.gui.welcome.recent_menu import RecentMenu
from tests.gui.helpers import child, click, settle

pytestmark = pytest.mark.gui


@pytest.fixture
def settings(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config" / "settings.json")


@pytest.fixture
def desk(dark: QApplication, qtbot: QtBot, settings: SettingsFile, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    # which windows open is what is looked at here; their stations stay place-holders
    monkeypatch.setattr(stations.StationBuilder, "begin", lambda _self: None)
    made = Desk(settings)
    yield made
    made.close()
    made.deleteLater()


def roots(desk: Desk) -> list[Path]:
    """Return the folders that have a window."""
    return [place.lock.workspace.root for place in desk.places]


def test_a_workspace_with_content_opens_at_once(desk: Desk, sample_workspace: Workspace, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.painted):
        desk.start(None, sample_workspace.root)
    assert roots(desk) == [sample_workspace.root]
    assert desk.welcome is None
    assert [recent.folder for recent in desk.recents] == [str(sample_workspace.root.resolve())]


def test_nowhere_and_an_empty_folder_are_welcomed_and_left_alone(
    desk: Desk, empty_workspace: Workspace, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(desk.painted):
        desk.start(None, empty_workspace.root)
    assert desk.welcome is not None
    assert desk.welcome.target is None
    desk.welcome.close()
    qtbot.waitUntil(lambda: desk.welcome is None)
    desk.start(empty_workspace, Path.cwd())
    assert desk.welcome.target == empty_workspace.root  # type: ignore[attr-defined]
    assert list(empty_workspace.root.iterdir()) == []


def test_the_sample_goes_into_the_empty_folder_that_was_asked_for(
    desk: Desk, empty_workspace: Workspace, qtbot: QtBot
) -> None:
    desk.start(empty_workspace, Path.cwd())
    assert desk.welcome is not None
    click(qtbot, desk.welcome.sample_button)
    assert roots(desk) == [empty_workspace.root]
    qtbot.waitUntil(lambda: desk.welcome is None)
    window = desk.places[0].window
    assert child(window, QToolBar, "nextSteps").isVisible()
    window.stack.build_all()
    settle(qtbot, window.tasks)
    assert "AAPL" in window.context.catalog.symbols("1d")


def test_dropped_files_open_a_workspace_and_the_import_dialog(
    desk: Desk, empty_workspace: Workspace, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    desk.start(empty_workspace, Path.cwd())
    assert desk.welcome is not None
    desk.welcome.filesDropped.emit([sample_workspace.data / "IBM_1d.csv"])
    window = desk.places[0].window
    window.stack.build_all()
    importer = window.panels["dataPanel"].importer  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: importer.dialog is not None, timeout=20_000)
    settle(qtbot, window.tasks)
    importer.dialog.reject()


def test_a_busy_workspace_is_asked_about_and_can_be_looked_at(
    desk: Desk, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    holder = WorkspaceLock(sample_workspace)
    holder.acquire()
    with qtbot.waitSignal(desk.painted):
        assert desk.open(sample_workspace) is None
    assert desk.question is not None
    assert not desk.question.take_over.isVisible()
    click(qtbot, desk.question.read_only)
    qtbot.waitUntil(lambda: desk.question is None)
    assert desk.places[0].read_only
    holder.release()


def test_a_note_of_another_machine_can_be_taken_over(desk: Desk, sample_workspace: Workspace, qtbot: QtBot) -> None:
    note = '{"host": "no-such-host", "pid": 1, "since": "2026-01-02T03:04:05Z"}'
    write_text(sample_workspace.hidden / NOTE_FILE, note)
    desk.open(sample_workspace)
    assert desk.question is not None
    click(qtbot, desk.question.take_over)
    assert desk.places[0].lock.held
    assert not desk.places[0].read_only


def test_a_second_question_takes_the_place_of_the_first_and_acts_on_its_own_workspace(
    desk: Desk, sample_workspace: Workspace, empty_workspace: Workspace, qtbot: QtBot
) -> None:
    holders = [WorkspaceLock(sample_workspace), WorkspaceLock(empty_workspace)]
    for holder in holders:
        holder.acquire()
    desk.open(sample_workspace)
    first = desk.question
    desk.open(empty_workspace)
    second = desk.question
    assert first is not None
    assert second is not None
    assert second is not first
    assert not first.isVisible()
    qtbot.waitUntil(lambda: not isValid(first))
    assert desk.question is second, "the end of the first is not taken for that of the second"
    click(qtbot, second.read_only)
    assert roots(desk) == [empty_workspace.root]
    qtbot.waitUntil(lambda: desk.question is None)
    for holder in holders:
        holder.release()


def test_an_answer_that_arrives_late_acts_on_the_workspace_that_it_was_asked_about(
    desk: Desk, sample_workspace: Workspace, empty_workspace: Workspace
) -> None:
    holders = [WorkspaceLock(sample_workspace), WorkspaceLock(empty_workspace)]
    for holder in holders:
        holder.acquire()
    desk.open(sample_workspace)
    first = desk.question
    assert first is not None
    desk.open(empty_workspace)
    first.read_only.click()
    assert roots(desk) == [sample_workspace.root]
    for holder in holders:
        holder.release()


def test_a_workspace_that_was_taken_meanwhile_is_asked_about_again(
    desk: Desk, sample_workspace: Workspace, qtbot: QtBot
) -> None:
    note = '{"host": "no-such-host", "pid": 1, "since": "2026-01-02T03:04:05Z"}'
    write_text(sample_workspace.hidden / NOTE_FILE, note)
    desk.open(sample_workspace)
    first = desk.question
    assert first is not None
    holder = WorkspaceLock(sample_workspace)
    holder.acquire(take_over=True)
    click(qtbot, first.take_over)
    qtbot.waitUntil(lambda: not isValid(first))
    assert desk.question is not None
    assert desk.question.isVisible()
    assert not desk.question.take_over.isVisible()
    assert desk.places == []
    holder.release()


def test_another_workspace_is_offered_instead(desk: Desk, sample_workspace: Workspace, qtbot: QtBot) -> None:
    holder = WorkspaceLock(sample_workspace)
    holder.acquire()
    desk.open(sample_workspace)
    assert desk.question is not None
    click(qtbot, desk.question.other)
    assert desk.welcome is not None
    holder.release()


def test_a_disk_that_refuses_is_looked_at_and_said_so(desk: Desk, sample_workspace: Workspace) -> None:
    sample_workspace.hidden.write_text("no folder", encoding="utf-8")
    place = desk.open(sample_workspace)
    assert place is not None
    assert place.read_only
    assert [notice.level for notice in place.window.notices.notices] == ["warning"]


def test_one_workspace_has_one_window_and_others_their_own(
    desk: Desk, sample_workspace: Workspace, empty_workspace: Workspace, qtbot: QtBot
) -> None:
    first = desk.open(sample_workspace)
    assert desk.open(Workspace(sample_workspace.root / "data" / "..")) is first
    assert first is not None
    first.window.context.workspaceRequested.emit(str(empty_workspace.root))
    assert roots(desk) == [sample_workspace.root, empty_workspace.root]
    first.window.close()
    assert roots(desk) == [empty_workspace.root]
    assert desk.clean_exit
    assert all(isinstance(place, QObject) for place in desk.places)


def test_where_long_runs_are_done_holds_for_every_window_and_the_next_time(
    desk: Desk, settings: SettingsFile, sample_workspace: Workspace, empty_workspace: Workspace
) -> None:
    settings.change(long_runs="thread")
    first, second = desk.open(sample_workspace), desk.open(empty_workspace)
    assert first is not None
    assert second is not None
    assert [place.window.tasks.long_runs for place in desk.places] == ["thread", "thread"]
    first.window.actions_by_key["runsProcess"].trigger()
    assert settings.read().settings.long_runs == "process"
    assert second.window.tasks.long_runs == "process"
    second.window.commands.refresh_actions()
    assert second.window.actions_by_key["runsProcess"].isChecked()


def test_the_cluster_is_known_in_every_window_and_the_next_time(
    desk: Desk, settings: SettingsFile, sample_workspace: Workspace, empty_workspace: Workspace
) -> None:
    settings.change(cluster="tcp://10.0.0.5:8786", long_runs="cluster")
    first, second = desk.open(sample_workspace), desk.open(empty_workspace)
    assert first is not None
    assert second is not None
    for place in desk.places:
        assert place.window.tasks.shared_with == "tcp://10.0.0.5:8786"
        assert place.window.docks.cluster.address.text() == "tcp://10.0.0.5:8786"
        assert place.window.docks.cluster.watching.state == OFF, "knowing it is not looking at it"
    first.window.tasks.choose_cluster("tls://10.0.0.7:8786")
    assert settings.read().settings.cluster == "tls://10.0.0.7:8786"
    assert second.window.docks.cluster.address.text() == "tls://10.0.0.7:8786"


def test_where_long_runs_are_done_holds_for_now_though_the_disk_refuses(
    desk: Desk, settings: SettingsFile, sample_workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    place = desk.open(sample_workspace)
    assert place is not None
    settings.backup.unlink(missing_ok=True)
    settings.backup.mkdir()
    place.window.actions_by_key["runsProcess"].trigger()
    assert "settings.json" in caplog.text
    assert place.window.tasks.long_runs == "process"
    assert settings.read().settings.long_runs == "auto"


def test_the_file_menu_opens_recent_ones_and_the_welcome_page(
    desk: Desk, sample_workspace: Workspace, empty_workspace: Workspace, qtbot: QtBot
) -> None:
    place = desk.open(sample_workspace)
    assert place is not None
    desk.open(empty_workspace)
    menu = child(place.window, RecentMenu, "recentMenu")
    menu.aboutToShow.emit()
    assert [action.toolTip() for action in menu.actions()] == [
        str(empty_workspace.root.resolve()),
        str(sample_workspace.root.resolve()),
    ]
    desk.places[1].window.close()
    menu.actions()[0].trigger()
    assert roots(desk) == [sample_workspace.root, empty_workspace.root]
    place.window.actions_by_key["welcome"].trigger()
    assert desk.welcome is not None


def test_what_is_taken_off_the_list_stays_off(
    desk: Desk, settings: SettingsFile, sample_workspace: Workspace, tmp_path: Path, qtbot: QtBot
) -> None:
    gone = str(tmp_path / "gone")
    settings.change(recents=(gone, str(sample_workspace.root)))
    desk.show_welcome()
    assert desk.welcome is not None
    assert [recent.missing for recent in desk.recents] == [True, False]
    click(qtbot, desk.welcome.recents.remove_button)
    assert settings.read().settings.recents == (str(sample_workspace.root),)
    assert desk.welcome.recents.list.count() == 1


def test_a_folder_that_vanishes_is_marked_and_cannot_be_opened(
    desk: Desk, settings: SettingsFile, sample_workspace: Workspace, empty_workspace: Workspace
) -> None:
    place = desk.open(sample_workspace)
    assert place is not None
    settings.change(recents=(str(empty_workspace.root), str(sample_workspace.root.resolve())))
    menu = child(place.window, RecentMenu, "recentMenu")
    menu.aboutToShow.emit()
    assert [action.isEnabled() for action in menu.actions()] == [True, True]
    empty_workspace.root.rmdir()
    menu.aboutToShow.emit()
    gone, here = menu.actions()
    assert (gone.isEnabled(), gone.text()) == (False, "&1  empty  (not found)")
    assert here.isEnabled()
    gone.trigger()
    assert roots(desk) == [sample_workspace.root]
    assert not empty_workspace.root.exists(), "looking at the list makes no folder"


def test_a_settings_folder_that_refuses_does_not_hinder_the_work(
    desk: Desk,
    settings: SettingsFile,
    sample_workspace: Workspace,
    caplog: pytest.LogCaptureFixture,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    settings.change(recents=(str(tmp_path / "gone"), str(sample_workspace.root)))
    desk.show_welcome()
    assert desk.welcome is not None
    kept = settings.path.read_bytes()
    settings.backup.unlink(missing_ok=True)
    settings.backup.mkdir()
    click(qtbot, desk.welcome.recents.remove_button)
    assert "settings.json" in caplog.text, "it is told, not raised"
    assert settings.path.read_bytes() == kept
    assert desk.welcome.recents.list.count() == 2, "what could not be forgotten is still listed"
    assert desk.open(sample_workspace) is not None


def test_what_was_wrong_with_the_settings_is_told_by_the_first_window_once(
    desk: Desk, settings: SettingsFile, sample_workspace: Workspace, empty_workspace: Workspace
) -> None:
    settings.change(theme="light")
    settings.change(theme="contrast")
    settings.path.write_bytes(b"{torn")
    reading = settings.read()
    assert reading.settings.theme == "light"
    desk.faults.append((reading.fault, ""))
    first, second = desk.open(sample_workspace), desk.open(empty_workspace)
    assert first is not None
    assert second is not None
    told = [notice.text.text() for notice in first.window.notices.notices]
    assert told == ["settings.json is damaged; the settings of the time before were taken"]
    assert second.window.notices.notices == []
