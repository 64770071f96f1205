"""Taking a run out by its menu and dialogs, without training any: names are proposed, nothing is written over."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest import BacktestPanel
from tests.gui.helpers import child, settle

pytestmark = pytest.mark.gui

NAME = "20200101T000000Z-GOOG-1d-abcdef"
MENU = {"HTML report…": "reportDialog", "CSV tables…": "tablesDialog", "Run bundle…": "bundleDialog"}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a run's folder as far as report and tables go; it is no run that could be bundled."""
    folder = tmp_path / "runs" / NAME
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<p>page</p>")
    (folder / "trades.csv").write_text("timestamp\n")
    (folder / "equity.csv").write_text("timestamp,equity\n")
    return folder


@pytest.fixture
def ready(bare: BacktestPanel, run: Path) -> BacktestPanel:
    """Return the station with that run to export."""
    bare.files.set_run(run)
    return bare


def choose(panel: BacktestPanel, words: str) -> QFileDialog:
    """Choose an entry of the menu and return the dialog that it opens."""
    menu = child(panel, QMenu, "backtestPanel.exportMenu")
    action = next(found for found in menu.actions() if found.text().replace("&", "") == words)
    action.trigger()
    return shown(panel, MENU[words])


def shown(panel: BacktestPanel, part: str) -> QFileDialog:
    found = child(panel.window(), QFileDialog, f"backtestPanel.{part}")
    assert found.isVisible()
    return found


def put_away(qtbot: QtBot, panel: BacktestPanel, dialog: QFileDialog) -> None:
    dialog.reject()
    qtbot.waitUntil(lambda: not panel.window().findChildren(QFileDialog), timeout=5_000)


def told(panel: BacktestPanel) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    panel.context.notified.connect(lambda *said: found.append(said))
    return found


@pytest.mark.parametrize(("words", "suffix"), [("HTML report…", "html"), ("Run bundle…", "zip")])
def test_the_name_of_the_run_is_proposed(ready: BacktestPanel, qtbot: QtBot, words: str, suffix: str) -> None:
    dialog = choose(ready, words)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert [Path(name).name for name in dialog.selectedFiles()] == [f"{NAME}.{suffix}"]
    assert dialog.defaultSuffix() == suffix
    assert f"*.{suffix}" in dialog.nameFilters()[0]
    assert dialog.testOption(QFileDialog.Option.DontConfirmOverwrite), "the export itself refuses, with its reason"
    put_away(qtbot, ready, dialog)


def test_tables_ask_for_a_folder(ready: BacktestPanel, qtbot: QtBot) -> None:
    dialog = choose(ready, "CSV tables…")
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    put_away(qtbot, ready, dialog)


@pytest.mark.parametrize(
    ("words", "target", "left"),
    [
        ("HTML report…", "r.html", ["r.html"]),
        ("CSV tables…", "", [f"{NAME}-equity.csv", f"{NAME}-trades.csv"]),
    ],
)
def test_what_the_dialog_answers_is_written_and_told(
    ready: BacktestPanel, qtbot: QtBot, tmp_path: Path, words: str, target: str, left: list[str]
) -> None:
    said = told(ready)
    (tmp_path / "out").mkdir()
    dialog = choose(ready, words)
    dialog.fileSelected.emit(str(tmp_path / "out" / target))
    put_away(qtbot, ready, dialog)
    settle(qtbot, ready.context.tasks)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == left
    ((level, text, details),) = said
    assert level == "success"
    assert (target or "2 tables") in text
    assert Path(details) == tmp_path / "out" / target


def test_a_run_that_lost_its_page_is_told_in_place(
    ready: BacktestPanel, qtbot: QtBot, run: Path, tmp_path: Path
) -> None:
    (run / "report.html").unlink()
    ready.files.save_report(str(tmp_path / "r.html"))
    settle(qtbot, ready.context.tasks)
    assert ready.notice.level == "danger"
    assert not (tmp_path / "r.html").exists()


def test_what_is_no_run_is_not_bundled(ready: BacktestPanel, qtbot: QtBot, tmp_path: Path) -> None:
    ready.files.save_bundle(str(tmp_path / "b.zip"))
    settle(qtbot, ready.context.tasks)
    assert ready.notice.level == "danger"
    assert not (tmp_path / "b.zip").exists()


def test_without_a_run_nothing_is_written(bare: BacktestPanel, qtbot: QtBot, tmp_path: Path) -> None:
    said = told(bare)
    before = sorted(tmp_path.iterdir())
    bare.files.save_report(str(tmp_path / "r.html"))
    bare.files.save_tables(str(tmp_path))
    bare.files.save_bundle(str(tmp_path / "b.zip"))
    settle(qtbot, bare.context.tasks)
    assert (said, sorted(tmp_path.iterdir())) == ([], before)


def test_the_button_says_why_it_cannot_be_pressed(bare: BacktestPanel, run: Path) -> None:
    made = bare.files.export_button
    assert (made.isEnabled(), made.accessibleDescription()) == (False, "Run a backtest first")
    bare.files.set_run(run)
    assert made.isEnabled()
    assert "Run a backtest first" not in made.toolTip() + made.accessibleDescription()
    bare.files.set_run(None)
    assert not made.isEnabled()


def test_the_run_that_was_asked_about_is_written_though_another_has_ended_since(
    ready: BacktestPanel, qtbot: QtBot, run: Path, tmp_path: Path
) -> None:
    other = run.with_name("20200202T000000Z-IBM-1d-abcdef")
    other.mkdir()
    (other / "report.html").write_text("<p>other</p>")
    dialog = choose(ready, "HTML report…")
    ready.files.set_run(other)
    dialog.fileSelected.emit(str(tmp_path / f"{NAME}.html"))
    put_away(qtbot, ready, dialog)
    settle(qtbot, ready.context.tasks)
    assert (tmp_path / f"{NAME}.html").read_text() == "<p>page</p>", "the name was proposed for this one"


def test_opening_asks_for_one_file_that_is_there(bare: BacktestPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(bare.files.open_button, Qt.MouseButton.LeftButton)
    dialog = shown(bare, "openBundleDialog")
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFile
    assert "*.zip" in dialog.nameFilters()[0]
    put_away(qtbot, bare, dialog)


def test_a_bundle_that_is_not_there_is_told(bare: BacktestPanel, qtbot: QtBot, tmp_path: Path) -> None:
    bare.files.open_file(str(tmp_path / "nothing.zip"))
    settle(qtbot, bare.context.tasks)
    assert bare.notice.level == "danger"
    assert "nothing.zip" in bare.notice.text.text()
    assert bare.view is None
