"""The dialog on everything that real exports hold: each file finds its state, and none breaks the window."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.gui.panels.data.importing.entry import State
from ktrdr_app.gui.panels.data.importing.fields import ChoiceField, NameField
from ktrdr_app.gui.panels.data.importing.importer import Importer
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.data.importing.vendors import VENDORS, series
from tests.gui.helpers import child, click
from tests.gui.panels.data.importing.conftest import Opener
from tests.shared_data import shared_path

pytestmark = pytest.mark.gui

Still = Callable[[], None]

REFUSED = {
    "m32_header_only.csv": "it has headings and no rows",
    "m33_empty.csv": "the file is empty",
    "m46_parquet_named_csv.csv": "a Parquet file under another name",
    "m52_random_bytes.csv": "binary data",
    "m53_html_error_page.csv": "a web page (HTML)",
}
CURABLE = {"m36_no_close.csv": "no close column", "m37_no_timestamp.csv": "no timestamp column"}
READY = ("m38_named_MSFT_1h_holds_5m.csv", "r05_cdd_preface_ampm_desc.csv", "r15_unadjusted_splits_AAPL_1d.csv")
ASKS = {
    "m34_one_row.csv": {"symbol", "timeframe"},
    "m10_dst_repeated_hour_local.csv": {"symbol", "timezone"},
    "r03_mt4_no_header.csv": {"symbol"},
    "r14_prices_in_points.csv": {"symbol", "timezone"},
}


@pytest.mark.shared
def test_every_kind_of_file_finds_its_state(importer: Importer, open_files: Opener) -> None:
    folder = shared_path("data/dirty")
    names = (*REFUSED, *CURABLE, *READY, *ASKS)
    dialog = open_files([folder / name for name in names])
    for entry in importer.queue.entries:
        name = entry.path.name
        dialog.show_entry(entry)
        if name in READY:
            assert entry.state is State.READY, name
            assert dialog.footer.import_.isEnabled()
        elif name in ASKS:
            assert entry.state is State.ASKS, name
            assert set(dialog.questions.rows) == ASKS[name]
            assert not dialog.questions.isHidden()
        else:
            assert entry.state is State.FAILED, name
            shown = " ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())
            assert {**REFUSED, **CURABLE}[name] in shown
            assert (dialog._pages.currentWidget() is dialog._refused) is (name in REFUSED)
        assert accessibility.nameless(dialog) == []


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_the_dialog_follows_the_theme(
    qtbot: QtBot, dark: QApplication, open_files: Opener, naive: Path, plain: Path, theme: str
) -> None:
    dialog = open_files([naive, plain])
    apply_theme(dark, theme)
    picture = dialog.grab().toImage()
    assert picture.pixelColor(2, 2).name() == tokens().window
    assert dialog.drop.zone.isHidden()


def test_a_packed_file_is_imported_like_its_content(
    qtbot: QtBot, importer: Importer, open_files: Opener, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "XYZ_1d.csv.gz"
    path.write_bytes(gzip.compress(VENDORS["yahoo"].text(series(60, "1D")).encode()))
    dialog = open_files([path])
    assert dialog.form._facts["encoding"].text() == "ascii, packed with gzip"
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        click(qtbot, dialog.footer.import_)
    found = CSVDataSource(empty_workspace.data).load("XYZ", "1d")
    assert found["close"].tolist() == series(60, "1D")["close"].tolist()


def test_detected_settings_can_be_overruled(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "XYZ_1d.csv"
    rows = [f"0{day}/02/2018,10,11,9,10,5" for day in range(1, 10)]
    path.write_text("Date,Open,High,Low,Close,Volume\n" + "\n".join(rows) + "\n")
    dialog = open_files([path])
    order = child(dialog, ChoiceField, "importDialog.date_order")
    assert order.currentText() == "Day, month, year"
    assert dialog.form._words["date_order"].text().startswith("Inferred: the dates could be read in several orders")
    qtbot.keyClick(order, Qt.Key.Key_Down)
    still()
    assert order.currentText() == "Month, day, year"
    assert dialog.form._words["date_order"].text() == "Yours: you gave it"
    lines = [line.cell(0) for line in dialog.preview.bars.records.records]
    assert lines[0] == "2018-01-02"
    assert lines[-1] == "2018-09-02"


def test_columns_of_date_and_time_are_chosen_apart(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, tmp_path: Path
) -> None:
    path = tmp_path / "XYZ_1h.csv"
    rows = [f"a,2020-01-0{day},{hour:02d}:00,10,12,9,11,7" for day in (1, 2, 3) for hour in range(24)]
    path.write_text("note,what,when,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    dialog = open_files([path])
    (entry,) = importer.queue.entries
    assert entry.state is State.FAILED
    importer.queue.choose_column(entry, "date", 1)
    importer.queue.choose_column(entry, "time", 2)
    importer.queue.answer(entry, "timezone", "UTC")
    still()
    assert entry.state is State.READY
    assert dialog.preview.summary.text() == "72 bars, 2020-01-01 00:00 to 2020-01-03 23:00 UTC"
    titles = [column.title for column in dialog.preview.rows.records.columns]
    assert titles[2:4] == ["what → date", "when → time"]


def test_a_symbol_among_several_is_chosen_from_a_list(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "all.csv"
    days = [f"2020-01-{day:02d}" for day in range(1, 29)]
    rows = [
        f"{day},{name},{base},{base + 1},{base - 1},{base},5"
        for name, base in (("AAA", 10), ("BBB", 50))
        for day in days
    ]
    path.write_text("Date,Symbol,Open,High,Low,Close,Volume\n" + "\n".join(rows) + "\n")
    dialog = open_files([path])
    field = child(dialog, ChoiceField, "importDialog.answer.symbol")
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    still()
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        click(qtbot, dialog.footer.import_)
    assert CSVDataSource(empty_workspace.data).load("BBB", "1d")["open"].tolist() == [50.0] * 28


@pytest.mark.shared
def test_a_file_is_imported_with_the_keyboard_alone(
    qtbot: QtBot, importer: Importer, open_files: Opener, still: Still, empty_workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    shutil.copy(shared_path("data/dirty") / "m00_clean_reference.csv", path)
    dialog = open_files([path])
    field = dialog.focusWidget()
    assert isinstance(field, NameField)
    qtbot.keyClicks(field, "GBPUSD")
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    still()
    with qtbot.waitSignal(importer.imported, timeout=60_000):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    lines = path.read_text().splitlines()
    assert len(CSVDataSource(empty_workspace.data).load("GBPUSD", "1h")) == len(lines) - 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"chart": {"error": "rate limit"}}', "a JSON document"),
        (b"<?xml version='1.0'?><rows/>", "an XML document"),
        (b"%PDF-1.7 report", "a PDF document"),
        (bytes(range(256)) * 40, "binary data"),
        (b"", "the file is empty"),
        (b"PK\x03\x04 torn", "a damaged zip archive"),
    ],
)
def test_what_is_no_table_is_refused_by_name_and_the_next_file_goes_on(
    importer: Importer, open_files: Opener, plain: Path, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "AAPL_1d.csv"
    path.write_bytes(content)
    dialog = open_files([path, plain])
    refused, good = importer.queue.entries
    assert words in dialog._refused.text.text()
    assert dialog.files.words(refused).startswith("failed: ")
    assert not dialog.footer.import_.isEnabled()
    assert dialog.footer.all.isEnabled()
    assert good.state is State.READY
