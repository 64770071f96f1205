"""The form of detected settings: evidence beside each, what is settled cannot be changed, what is asked is not here."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.data.importing.evidence import Evidence
from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.preview import ImportPreview, RawTable
from ktrdr_app.gui.panels.data.importing.entry import Entry
from ktrdr_app.gui.panels.data.importing.settings_form import SettingsForm

pytestmark = pytest.mark.gui

RAW = RawTable(
    ("Date", "O", "H", "L", "C"), ((2, ("d", "1", "2", "3", "4")),), (), 9, "\t", "utf-16", "gzip", ("# made by", "me")
)
SETTINGS = {
    "symbol": Evidence("ABC", "told", "its name says so"),
    "timeframe": Evidence("1h", "inferred", "97% of the steps from bar to bar are this long"),
    "asset_class": Evidence("forex", "given", "you gave it"),
    "timezone": Evidence("UTC", "told", "every stamp carries its own offset", fixed=True),
    "date_order": Evidence("dmy", "told", "no other order fits"),
    "decimal": Evidence(",", "told", "its numbers are written so"),
    "columns": Evidence("", "told", "its headings name them"),
}
COLUMNS = {"date": 0, "open": 1, "high": 2, "low": 3, "close": 4}


@pytest.fixture
def form(qtbot: QtBot, dark: object) -> SettingsForm:
    made = SettingsForm()
    qtbot.addWidget(made)
    made.resize(430, 900)
    made.show()
    return made


def entry_with(preview: ImportPreview) -> Entry:
    entry = Entry(Path("a.csv"))
    entry.take(preview)
    return entry


def test_every_setting_stands_beside_how_it_is_known(form: SettingsForm) -> None:
    form.show_entry(entry_with(ImportPreview(RAW, settings=SETTINGS, columns=COLUMNS)))
    assert form.fields["symbol"].text() == "ABC"  # type: ignore[union-attr]
    shown = {key: field.currentText() for key, field in form.fields.items() if key != "symbol"}  # type: ignore[union-attr]
    assert shown == {
        "timeframe": "1h",
        "asset_class": "Forex",
        "timezone": "UTC",
        "date_order": "Day, month, year",
        "decimal": "Comma (1,5)",
    }
    assert form._words["timeframe"].text() == "Inferred: 97% of the steps from bar to bar are this long"
    assert form.fields["timeframe"].accessibleDescription() == form._words["timeframe"].text()
    assert form._words["asset_class"].text() == "Yours: you gave it"
    assert [key for key, field in form.fields.items() if not field.isEnabled()] == ["timezone"]


def test_what_was_asked_is_answered_elsewhere(form: SettingsForm) -> None:
    question = Question("timezone", "?", ("UTC",), "--timezone")
    form.show_entry(entry_with(ImportPreview(RAW, settings=SETTINGS, columns=COLUMNS, questions=(question,))))
    assert form.fields["timezone"].isHidden()
    assert not form.fields["symbol"].isHidden()


def test_columns_are_offered_by_heading_and_cell(qtbot: QtBot, form: SettingsForm) -> None:
    chosen: list[tuple[str, object]] = []
    form.column_chosen.connect(lambda role, place: chosen.append((role, place)))
    form.show_entry(entry_with(ImportPreview(RAW, settings=SETTINGS, columns=COLUMNS)))
    close = form.columns["close"]
    assert close.currentText() == "Automatic: 5. C"
    assert close.itemText(2) == "2. O  (1)"
    assert form.columns["volume"].currentText() == "Automatic: none"
    qtbot.keyClick(close, Qt.Key.Key_Down)
    qtbot.keyClick(close, Qt.Key.Key_Up)
    assert chosen == [("close", 0), ("close", None)]


def test_the_first_missing_column_is_known(form: SettingsForm) -> None:
    problem = MalformedBars("a.csv", "no low column", "a column for each")
    seen = ImportPreview(RAW, columns={"date": 0, "open": 1, "high": 2}, problem=problem)
    entry = entry_with(seen)
    form.show_entry(entry)
    assert form.missing_column() is form.columns["low"]
    entry.columns = {"low": 3, "close": 4}
    form.show_entry(entry)
    assert form.missing_column() is None


def test_the_text_is_described(form: SettingsForm) -> None:
    form.show_entry(entry_with(ImportPreview(RAW, settings=SETTINGS, columns=COLUMNS)))
    shown = {key: fact.text() for key, fact in form._facts.items()}
    assert shown == {
        "delimiter": "tab",
        "encoding": "utf-16, packed with gzip",
        "rows": "9",
        "preface": "# made by\nme",
    }


def test_an_imported_file_cannot_be_changed(form: SettingsForm) -> None:
    entry = entry_with(ImportPreview(RAW, settings=SETTINGS, columns=COLUMNS))
    entry.document = {}
    form.show_entry(entry)
    assert not any(field.isEnabled() for field in (*form.fields.values(), *form.columns.values()))
