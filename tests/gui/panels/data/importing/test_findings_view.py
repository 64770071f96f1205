"""Findings: each with its rows, the rest counted, and a plain word where there is nothing to tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.data.importing.findings import finding
from ktrdr_app.data.importing.preview import ImportPreview, RawTable, Span
from ktrdr_app.gui.panels.data.importing.findings_view import FindingsView

pytestmark = pytest.mark.gui

RAW = RawTable(("Date",), (), (), 8, ",", "ascii", "", ())


@pytest.fixture
def view(qtbot: QtBot, dark: object) -> FindingsView:
    made = FindingsView()
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


def texts(view: FindingsView) -> list[str]:
    return [label.accessibleName() or label.text() for label in view._scroll.findChildren(QLabel)]


def test_rows_are_shown_and_the_rest_is_counted(view: FindingsView) -> None:
    spikes = finding("spike", "{n} bars reach far", np.arange(3, 40))
    whole = finding("newest_first", "the file runs backwards")
    examples = {row: f"row {row} <b>x</b>" for row in spikes.rows[:5]}
    view.show_preview(ImportPreview(RAW, findings=(spikes, whole), examples=examples))
    assert view.heading.text() == "Findings (2)"
    assert texts(view) == [
        "37 bars reach far",
        *[f"line {row}: row {row} <b>x</b>" for row in range(3, 8)],
        "and 32 more",
        "The file runs backwards",
    ]
    assert view._scroll.accessibleDescription() == "37 bars reach far; the file runs backwards"


def test_a_file_without_findings_says_so_only_when_it_was_read(view: FindingsView) -> None:
    view.show_preview(ImportPreview(RAW))
    assert view.heading.text() == ""
    empty = pd.DataFrame({"close": [1.0]})
    view.show_preview(ImportPreview(RAW, span=Span(1, empty, empty, np.array([1.0]))))
    assert view.heading.text() == "Nothing was dropped or changed, and nothing looks wrong"
    assert view._scroll.isHidden()


def test_a_long_row_is_cut_and_does_not_widen_the_window(view: FindingsView) -> None:
    long = finding("bad_stamp", "{n} rows are bad", np.array([3]))
    view.show_preview(ImportPreview(RAW, findings=(long,), examples={3: "x" * 5000}))
    assert view.minimumSizeHint().width() < 500
    assert view._scroll.widget().width() <= 500
