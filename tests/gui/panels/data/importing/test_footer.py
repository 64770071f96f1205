"""The bottom line: the reason why nothing can be imported, beside the button that is off."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import MalformedBars
from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.preview import ImportPreview, RawTable
from ktrdr_app.gui.panels.data.importing.entry import Entry
from ktrdr_app.gui.panels.data.importing.footer import Footer
from ktrdr_app.gui.panels.data.importing.importer import Importer

pytestmark = pytest.mark.gui

RAW = RawTable(("Date",), (), (), 9, ",", "ascii", "", ())
ASKED = tuple(Question(key, "?", ("a",), f"--{key}") for key in ("symbol", "timezone"))
PROBLEM = MalformedBars("a.csv", "no close column", "one")


@pytest.fixture
def footer(qtbot: QtBot, dark: object, window: QWidget) -> Footer:
    made = Footer()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize(
    ("preview", "reason", "can"),
    [
        (None, "Reading the file with these settings…", False),
        (ImportPreview(RAW, questions=ASKED), "Still to be answered: Symbol, Time zone", False),
        (ImportPreview(RAW, problem=PROBLEM), "The file cannot be imported as it is", False),
        (ImportPreview(RAW), "", True),
    ],
)
def test_the_reason_stands_beside_the_button(
    footer: Footer, importer: Importer, preview: ImportPreview | None, reason: str, can: bool
) -> None:
    entry = Entry(Path("a.csv"))
    if preview is not None:
        entry.take(preview)
    importer.queue.entries = [entry]
    footer.refresh(importer.queue, entry)
    assert footer.reason.text() == reason
    assert footer.import_.isEnabled() is can
    assert footer.import_.accessibleDescription() == (reason or footer.import_.accessibleDescription())
    assert footer.all.isHidden()
    assert footer.progress.isHidden()
    importer.queue.entries = []


def test_several_files_bring_the_buttons_for_all(footer: Footer, importer: Importer) -> None:
    ready, other = Entry(Path("a.csv")), Entry(Path("b.csv"))
    importer.queue.entries = [ready, other]
    footer.refresh(importer.queue, other)
    assert not footer.all.isHidden()
    assert not footer.all.isEnabled()
    ready.take(ImportPreview(RAW))
    footer.refresh(importer.queue, other)
    assert footer.all.isEnabled()
    assert not footer.import_.isEnabled()
    assert not footer.for_all.isEnabled()
    other.answers["timezone"] = "UTC"
    footer.refresh(importer.queue, other)
    assert footer.for_all.isEnabled()
    importer.queue.entries = []


def test_enter_presses_no_button_by_itself(footer: Footer) -> None:
    assert not any(each.autoDefault() for each in (footer.import_, footer.all, footer.close_, footer.stop))
