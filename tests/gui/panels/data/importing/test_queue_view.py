"""The list of files: where each stands, in words and colour, and what the user does with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.preview import ImportPreview, RawTable
from ktrdr_app.gui.panels.data.importing.entry import Entry
from ktrdr_app.gui.panels.data.importing.queue_view import QueueView
from ktrdr_app.gui.ui.theme import tokens
from tests.gui.helpers import child, click

pytestmark = pytest.mark.gui

RAW = RawTable(("Date",), (), (), 9, ",", "ascii", "", ())


@pytest.fixture
def entries() -> list[Entry]:
    ready, asks, refused, reading = (Entry(Path(f"{name}.csv")) for name in ("ready", "asks", "page", "new"))
    ready.take(ImportPreview(RAW))
    asks.take(ImportPreview(RAW, questions=(Question("timezone", "?", ("UTC",), "--timezone"),)))
    refused.stale, refused.error = False, MalformedBars("page.csv", "a JSON document", "a table")
    return [ready, asks, refused, reading]


@pytest.fixture
def view(qtbot: QtBot, dark: object, entries: list[Entry]) -> QueueView:
    made = QueueView()
    qtbot.addWidget(made)
    made.resize(320, 300)
    made.show()
    made.show_entries(entries, entries[0])
    return made


def test_every_file_says_where_it_stands(view: QueueView) -> None:
    model = view.table.records
    words = [model.data(model.index(row, 1)) for row in range(4)]
    assert words == ["ready", "needs an answer", "failed: found a JSON document", "reading…"]
    colours = [model.data(model.index(row, 1), Qt.ItemDataRole.ForegroundRole) for row in range(4)]
    tones = (tokens().success, tokens().warning, tokens().danger, tokens().text_muted)
    assert colours == [QColor(tone) for tone in tones]
    assert view.heading.text() == "4 files, 1 ready"


def test_going_to_a_file_is_told(qtbot: QtBot, view: QueueView, entries: list[Entry]) -> None:
    told: list[Entry] = []
    view.selected.connect(told.append)
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    assert told == [entries[1]]
    view.select(entries[1])
    assert told == [entries[1]]


def test_the_marked_file_is_left_out(qtbot: QtBot, view: QueueView, entries: list[Entry]) -> None:
    removed: list[Entry] = []
    view.remove_wanted.connect(removed.append)
    view.select(entries[2])
    click(qtbot, child(view, QPushButton, "importDialog.remove"))
    assert removed == [entries[2]]
    entries[2].writing = True
    view.refresh()
    assert not view.remove.isEnabled()
