"""The import dialog as a user meets it: asked, answered, previewed, written; compared with the source rows."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.data.importing.save import write_series
from ktrdr_app.gui.panels.data.importing.dialog import ImportDialog
from ktrdr_app.gui.panels.data.importing.entry import State
from ktrdr_app.gui.panels.data.importing.fields import ChoiceField, NameField, ZoneField
from ktrdr_app.gui.panels.data.importing.importer import Importer
from ktrdr_app.gui.ui import accessibility
from tests.data.importing.vendors import VENDORS, series
from tests.gui.helpers import child, click, settle
from tests.gui.panels.data.importing.conftest import Opener
from tests.shared_data import shared_path

pytestmark = pytest.mark.gui

Still = Callable[[], None]


def written(workspace: Workspace, name: str) -> list[list[str]]:
    with open(workspace.data / name, encoding="ascii") as stream:
        return list(csv.reader(stream))[1:]


def stamps(dialog: ImportDialog) -> list[str]:
    return [line.cell(0) for line in dialog.preview.bars.records.records]


def type_zone(qtbot: QtBot, field: ZoneField, text: str) -> None:
    field.lineEdit().selectAll()
    qtbot.keyClicks(field.lineEdit(), text)
    qtbot.keyClick(field.lineEdit(), Qt.Key.Key_Return)


def choose(qtbot: QtBot, field: QComboBox, value: str) -> None:
    """Choose with the keyboard."""
    field.setFocus()
    while field.currentData() != value:
        before = field.currentIndex()
        qtbot.keyClick(field, Qt.Key.Key_Down)
        assert field.currentIndex() != before, f"{value} is not offered"


def test_a_clean_file_is_ready_and_written_as_it_is(
    qtbot: QtBot, importer: Importer, open_files: Opener, empty_workspace: Workspace, plain: Path
) -> None:
    dialog = open_files([plain])
    assert importer.queue.entries[0].state is State.READY
    assert dialog.preview.summary.text().startswith("60 bars, 2021-03-01 to 2021-04-29")
    with qtbot.waitSignal(importer.imported, timeout=60_000) as announced:
        click(qtbot, child(dialog, QPushButton, "importDialog.import"))
    (document,) = announced.args[0]
    assert (document["symbol"], document["timeframe"], document["rows_written"]) == ("XYZ", "1d", 60)
    with open(plain, encoding="ascii") as stream:
        source = list(csv.DictReader(stream))
    rows = written(empty_workspace, "XYZ_1d.csv")
    assert [row[0] for row in rows] == [f"{row['Date']}T00:00:00Z" for row in source]
    for place, name in enumerate(("Open", "High", "Low", "Close", "Volume"), start=1):
        assert [float(row[place]) for row in rows] == [float(row[name]) for row in source]
    assert importer.dialog is None
    assert not importer.queue.entries


@pytest.mark.shared
def test_a_metatrader_file_asks_for_its_clock_and_is_read_on_it(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "EURUSD_H1.csv"
    shutil.copy(shared_path("data/dirty") / "r02_mt5_angle_brackets.csv", path)
    dialog = open_files([path])
    button, reason = child(dialog, QPushButton, "importDialog.import"), child(dialog, QLabel, "importDialog.reason")
    assert not button.isEnabled()
    assert reason.text() == "Still to be answered: Time zone"
    zone = child(dialog, ZoneField, "importDialog.answer.timezone")
    assert zone.hasFocus() or dialog.focusWidget() is zone
    assert zone.itemText(0) == "America/New_York+7"
    assert "required" in zone.accessibleDescription()
    type_zone(qtbot, zone, "Europe/Athens")
    assert not button.isEnabled()
    still()
    assert button.isEnabled()
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        click(qtbot, button)
    with open(path, encoding="ascii") as stream:
        source = list(csv.DictReader(stream, delimiter="\t"))
    expected = []
    for row in source:
        local = datetime.strptime(f"{row['<DATE>']} {row['<TIME>']}", "%Y.%m.%d %H:%M:%S")  # noqa: DTZ007 - a wall
        utc = local.replace(tzinfo=ZoneInfo("Europe/Athens")).astimezone(UTC)
        expected.append((utc.strftime("%Y-%m-%dT%H:%M:%SZ"), float(row["<OPEN>"]), float(row["<TICKVOL>"])))
    rows = written(empty_workspace, "EURUSD_1h.csv")
    assert [(row[0], float(row[1]), float(row[5])) for row in rows] == expected
    assert len(rows) == 2000


def test_another_time_zone_moves_the_previewed_bars(
    qtbot: QtBot, open_files: Opener, still: Still, naive: Path
) -> None:
    dialog = open_files([naive])
    zone = child(dialog, ZoneField, "importDialog.answer.timezone")
    assert dialog.preview.bars.records.columns[0].title == "Bar opens (file's clock)"
    wall = stamps(dialog)[0]
    seen = {}
    for name in ("UTC", "America/New_York", "+02:00", "Asia/Tokyo"):
        type_zone(qtbot, zone, name)
        assert not dialog.preview.isEnabled()
        still()
        assert dialog.preview.isEnabled()
        seen[name] = stamps(dialog)[0]
    first = datetime.strptime(wall, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a wall clock
    for name, zone_ in (("America/New_York", "America/New_York"), ("Asia/Tokyo", "Asia/Tokyo"), ("UTC", "UTC")):
        utc = first.replace(tzinfo=ZoneInfo(zone_)).astimezone(UTC)
        assert seen[name] == utc.strftime("%Y-%m-%d %H:%M")
    assert dialog.preview.bars.records.columns[0].title == "Bar opens (UTC)"
    assert len(set(seen.values())) == 4


def test_a_name_that_is_still_being_typed_is_not_overtaken_by_the_import(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, plain: Path
) -> None:
    dialog = open_files([plain])
    field = child(dialog, NameField, "importDialog.symbol")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "NEW")
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    still()
    assert not empty_workspace.data.exists()
    assert dialog.queue.entries[0].answers == {"symbol": "NEW"}
    assert dialog.footer.import_.isEnabled()


def test_a_word_that_is_no_clock_is_not_taken(qtbot: QtBot, open_files: Opener, naive: Path) -> None:
    dialog = open_files([naive])
    zone = child(dialog, ZoneField, "importDialog.answer.timezone")
    type_zone(qtbot, zone, "Atlantis")
    assert zone.currentText() == ""
    assert not dialog.queue.entries[0].answers


def test_a_symbol_is_typed_and_the_question_stays_where_it_is(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "my bars (final).csv"
    path.write_text(VENDORS["yahoo"].text(series(60, "1D")))
    dialog = open_files([path])
    field = child(dialog, NameField, "importDialog.answer.symbol")
    answers = dialog.queue.entries[0].answers
    qtbot.keyClicks(field, "GB")
    qtbot.waitUntil(lambda: answers == {"symbol": "GB"})
    still()
    assert field.isVisible()
    qtbot.keyClicks(field, "P/USD")
    qtbot.waitUntil(lambda: answers == {"symbol": "GBP/USD"})
    still()
    assert dialog.queue.entries[0].state is State.FAILED
    assert dialog.notice.isVisible()
    field.selectAll()
    qtbot.keyClicks(field, "GBPUSD")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    still()
    assert not dialog.notice.isVisible()
    assert not (empty_workspace.data / "GBPUSD_1d.csv").exists(), "Enter in a field must not import"
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(written(empty_workspace, "GBPUSD_1d.csv")) == 60


@pytest.mark.parametrize(
    ("choice", "rows", "words"),
    [
        ("append", 60, "30 bars are added. The 30 that are there stay as they are, 2 that differ as well."),
        ("replace", 60, "The file takes its place. 0 bars that the file lacks are gone, 2 get other numbers."),
        ("skip", 30, "Nothing is written."),
    ],
)
def test_a_series_that_is_there_is_settled_by_choice(
    qtbot: QtBot,
    importer: Importer,
    open_files: Opener,
    still: Still,
    empty_workspace: Workspace,
    plain: Path,
    choice: str,
    rows: int,
    words: str,
) -> None:
    bars = series(60, "1D")
    there = bars.iloc[20:50].copy()
    there.iloc[3:5, 4] += 1.0
    empty_workspace.data.mkdir()
    write_series(empty_workspace.data / "XYZ_1d.csv", there)
    dialog = open_files([plain])
    told: list[str] = []
    importer._context.notified.connect(lambda _level, text, _details: told.append(text))
    question = dialog.questions.rows["on_conflict"]
    assert "It holds 30 bars, 2021-03-21" in question.message.text()
    assert "30 are new, 28 equal, 2 differ" in question.message.text()
    assert not dialog.footer.import_.isEnabled()
    choose(qtbot, child(dialog, ChoiceField, "importDialog.answer.on_conflict"), choice)
    still()
    assert question.message.text() == words
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        click(qtbot, dialog.footer.import_)
    found = CSVDataSource(empty_workspace.data).load("XYZ", "1d")
    assert len(found) == rows
    assert told == ["XYZ 1d was left as it is" if choice == "skip" else "XYZ 1d imported: the series holds 60 bars"]
    changed = there.index[3:5]
    expected = bars if choice == "replace" else there
    assert found.loc[changed, "volume"].tolist() == expected.loc[changed, "volume"].tolist()


def test_a_missing_column_is_named_and_can_be_chosen(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "XYZ_1d.csv"
    text = VENDORS["yahoo"].text(series(60, "1D"))
    path.write_text(text.replace("Adj Close", "Else").replace("Close", "Kurz", 1))
    dialog = open_files([path])
    assert dialog.notice.isVisible()
    assert "no close column" in dialog.notice.text.text()
    assert "choose it under Columns" in dialog.notice.hint.text()
    assert "--columns" not in dialog.notice.hint.text()
    assert dialog.preview.tabs.currentWidget() is dialog.preview.rows
    close = child(dialog, ChoiceField, "importDialog.column.close")
    assert dialog.focusWidget() is close
    choose(qtbot, close, "4")
    still()
    assert not dialog.notice.isVisible()
    assert dialog.preview.tabs.currentWidget() is dialog.preview.bars
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        click(qtbot, dialog.footer.import_)
    assert [float(row[4]) for row in written(empty_workspace, "XYZ_1d.csv")] == series(60, "1D")["close"].tolist()


def test_columns_that_nothing_tells_are_asked(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "XAUUSD_1h.csv"
    path.write_text("\n".join(f"2020-01-01 {hour:02d}:00,10,10,10,10,5" for hour in range(24)) + "\n")
    dialog = open_files([path])
    field = child(dialog, ChoiceField, "importDialog.answer.columns")
    choose(qtbot, field, field.itemData(1))
    still()
    assert [question.key for question in dialog.queue.entries[0].open_questions] == ["timezone"]
    type_zone(qtbot, child(dialog, ZoneField, "importDialog.answer.timezone"), "UTC")
    still()
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        click(qtbot, dialog.footer.import_)
    assert written(empty_workspace, "XAUUSD_1h.csv")[0] == ["2020-01-01T00:00:00Z", "10.0", "10.0", "10.0", "10.0", "5"]


def test_a_web_page_is_refused_by_name(open_files: Opener, page: Path) -> None:
    dialog = open_files([page])
    assert dialog._pages.currentWidget() is dialog._refused
    assert "a web page (HTML)" in dialog._refused.text.text()
    assert not dialog.footer.import_.isEnabled()
    assert dialog.footer.reason.text() == "The file cannot be imported as it is"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("m18_negative_and_zero.csv", ["non_positive", "bad_volume"]),
        ("m24_dup_conflicting.csv", ["unsorted", "duplicate_conflicting", "ohlc_violation"]),
        ("r05_cdd_preface_ampm_desc.csv", ["naive_as_utc", "volume_column", "newest_first"]),
    ],
)
def test_every_finding_is_listed_with_its_rows(open_files: Opener, name: str, codes: list[str]) -> None:
    path = shared_path("data/dirty") / name
    dialog = open_files([path])
    seen = dialog.queue.entries[0].preview
    assert seen is not None
    assert [finding.code for finding in seen.findings] == codes
    shown = " ".join(label.accessibleName() or label.text() for label in dialog.findings.findChildren(QLabel))
    lines = path.read_text().splitlines()
    for finding in seen.findings:
        assert finding.message[1:] in shown
        for row in finding.rows[:5]:
            assert lines[row - 1] in shown


def test_a_failed_write_is_shown_and_can_be_tried_again(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, plain: Path
) -> None:
    dialog = open_files([plain])
    empty_workspace.data.write_text("in the way of the folder")
    click(qtbot, dialog.footer.import_)
    still()
    assert dialog.isVisible()
    assert dialog.notice.isVisible()
    assert "data" in dialog.notice.text.text()
    empty_workspace.data.unlink()
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        click(qtbot, dialog.footer.import_)
    assert len(written(empty_workspace, "XYZ_1d.csv")) == 60


def test_a_file_that_vanished_is_told(qtbot: QtBot, open_files: Opener, still: Still, plain: Path) -> None:
    dialog = open_files([plain])
    plain.unlink()
    click(qtbot, dialog.footer.import_)
    still()
    assert dialog.queue.entries[0].state is State.FAILED
    assert "XYZ_1d.csv" in dialog.notice.text.text()


def test_escape_closes_in_the_middle_of_reading_and_nothing_is_left(
    qtbot: QtBot, importer: Importer, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "XYZ_1m.csv"
    path.write_text(VENDORS["tradingview, iso"].text(series(3_000, "1min")))
    importer.begin([path, path])
    qtbot.waitUntil(lambda: bool(importer.queue._reads), timeout=60_000)
    dialog = importer.dialog
    assert dialog is not None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert importer.dialog is None
    assert not importer.queue.entries
    settle(qtbot, importer._context.tasks)
    assert not empty_workspace.data.exists()


def test_closing_while_it_writes_leaves_a_whole_file_or_none(
    qtbot: QtBot, importer: Importer, open_files: Opener, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "XYZ_1m.csv"
    path.write_text(VENDORS["tradingview, iso"].text(series(1_500, "1min")))
    announced: list[tuple[dict[str, object], ...]] = []
    importer.imported.connect(announced.append)
    dialog = open_files([path])
    dialog.import_current()
    dialog.reject()
    settle(qtbot, importer._context.tasks)
    target = empty_workspace.data / "XYZ_1m.csv"
    assert target.exists() == bool(announced)
    if target.exists():
        assert len(CSVDataSource(empty_workspace.data).load("XYZ", "1m")) == 1_500


def test_every_widget_that_takes_the_keyboard_has_a_name(open_files: Opener, plain: Path, naive: Path) -> None:
    dialog = open_files([naive, plain])
    assert accessibility.nameless(dialog) == []
    described = [*dialog.form.fields.values(), *dialog.form.columns.values(), dialog.footer.all, dialog.footer.for_all]
    assert all(widget.accessibleDescription() for widget in described if not widget.isHidden())


def test_tab_walks_from_the_question_through_the_settings_to_the_buttons(
    qtbot: QtBot, open_files: Opener, naive: Path
) -> None:
    dialog = open_files([naive])
    seen = [dialog.focusWidget()]
    for _ in range(60):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        if dialog.focusWidget() is seen[0]:
            break
        seen.append(dialog.focusWidget())
    names = [widget.objectName() for widget in seen]
    wanted = [
        "importDialog.answer.timezone",
        "importDialog.symbol",
        "importDialog.timeframe",
        "importDialog.column.date",
        "importDialog.column.symbol",
        "importDialog.bars",
        "importDialog.close",
    ]
    places = [names.index(name) for name in wanted]
    assert places == sorted(places)


def test_the_wheel_changes_no_field_without_the_keyboard(open_files: Opener, naive: Path) -> None:
    dialog = open_files([naive])
    dialog.footer.close_.setFocus()
    for field in (
        *dialog.form.columns.values(),
        dialog.form.fields["timeframe"],
        dialog.questions.rows["timezone"].field,
    ):
        before = field.currentIndex()  # type: ignore[union-attr]
        event = QWheelEvent(
            QPointF(5, 5),
            QPointF(field.mapToGlobal(QPoint(5, 5))),
            QPoint(0, -120),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, event)
        assert field.currentIndex() == before  # type: ignore[union-attr]


def test_names_from_files_are_shown_as_plain_text(qtbot: QtBot, open_files: Opener, tmp_path: Path) -> None:
    path = tmp_path / "<b>bold<img src=x>_1d.csv"
    path.write_text(VENDORS["yahoo"].text(series(60, "1D")).replace("Volume", "<b>Volume"))
    dialog = open_files([path])
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in dialog.findChildren(QLabel) if label.text())


def test_the_dialog_blocks_neither_its_window_nor_the_loop(open_files: Opener, plain: Path) -> None:
    dialog = open_files([plain])
    assert dialog.objectName() == "importDialog"
    assert not dialog.isModal()
