"""The preview's tables: bars with the places they need, rows as written, and the roles of the columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.data.importing.findings import Question
from ktrdr_app.data.importing.preview import ImportPreview, RawTable, Span
from ktrdr_app.gui.panels.data.importing.preview_view import GAP, FittedTable, Line, PreviewView
from ktrdr_app.gui.ui import numbers

pytestmark = pytest.mark.gui

RAW = RawTable(
    ("Date", "Price", ""),
    ((2, ("2020-01-01", "1.5", "x")), (3, ("2020-01-02", "1.25"))),
    ((9, ("2020-01-03", "<b>1</b>", "")),),
    8,
    ",",
    "ascii",
    "",
    (),
)


def bars(prices: list[float], start: str, volume: float = 100.0) -> pd.DataFrame:
    index = pd.date_range(start, periods=len(prices), freq="1h", tz="UTC", name="timestamp")
    columns = dict.fromkeys(("open", "high", "low", "close"), prices)
    return pd.DataFrame({**columns, "volume": volume}, index=index)


@pytest.fixture
def view(qtbot: QtBot, dark: object) -> PreviewView:
    made = PreviewView()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def cells(table: FittedTable) -> list[tuple[str, ...]]:
    return [line.cells for line in table.records.records]


def test_bars_are_written_with_the_places_they_need(view: PreviewView) -> None:
    span = Span(5000, bars([1.25, 1.2055], "2020-01-01"), bars([1.5], "2020-03-01", np.nan), np.array([1.0, 2.0]))
    view.show_preview(ImportPreview(RAW, timeframe="1h", span=span))
    shown = cells(view.bars)
    assert shown[0] == ("2020-01-01 00:00", *["1.2500"] * 4, "100")
    assert shown[2] == (GAP,) * 6
    assert shown[3] == ("2020-03-01 00:00", *["1.5000"] * 4, numbers.NONE)
    assert view.summary.text() == f"{numbers.integer(5000)} bars, 2020-01-01 00:00 to 2020-03-01 00:00 UTC"


def test_days_have_no_clock_and_a_whole_series_no_gap(view: PreviewView) -> None:
    span = Span(2, bars([1.0, 2.0], "2020-01-01"), bars([], "2020-01-01"), np.array([1.0, 2.0]))
    view.show_preview(ImportPreview(RAW, timeframe="1d", span=span))
    assert [line[0] for line in cells(view.bars)] == ["2020-01-01", "2020-01-01"]


def test_rows_stand_as_written_under_what_they_are_read_as(view: PreviewView) -> None:
    view.show_preview(ImportPreview(RAW, columns={"date": 0, "close": 1}))
    assert [column.title for column in view.rows.records.columns] == ["Line", "Date", "Price → close", "3"]
    assert cells(view.rows) == [
        ("2", "2020-01-01", "1.5", "x"),
        ("3", "2020-01-02", "1.25"),
        (GAP,) * 4,
        ("9", "2020-01-03", "<b>1</b>", ""),
    ]
    assert view.rows.records.columns[3].text(Line(("3", "2020-01-02", "1.25"))) == ""


def test_an_open_clock_is_not_called_utc(view: PreviewView) -> None:
    span = Span(1, bars([1.0], "2020-01-01"), bars([], "2020-01-01"), np.array([1.0]))
    asked = (Question("timezone", "?", ("UTC",), "--timezone"),)
    view.show_preview(ImportPreview(RAW, timeframe="1h", span=span, questions=asked))
    assert "UTC" not in view.summary.text()
    assert view.bars.records.columns[0].title == "Bar opens (file's clock)"


def test_without_bars_the_rows_are_turned_to_and_back(view: PreviewView) -> None:
    view.show_preview(ImportPreview(RAW))
    assert view.tabs.currentWidget() is view.rows
    assert cells(view.bars) == []
    span = Span(1, bars([1.0], "2020-01-01"), bars([], "2020-01-01"), np.array([1.0]))
    view.show_preview(ImportPreview(RAW, timeframe="1h", span=span))
    assert view.tabs.currentWidget() is view.bars
    view.tabs.setCurrentWidget(view.rows)
    view.show_preview(ImportPreview(RAW, timeframe="1h", span=span))
    assert view.tabs.currentWidget() is view.rows, "the user's own choice stays"


def test_columns_fill_the_table_or_keep_their_width(view: PreviewView) -> None:
    table = view.bars
    table.show_lines([f"column {place}" for place in range(4)], [Line(("x",) * 4)], 4)
    widths = [table.columnWidth(place) for place in range(4)]
    assert table.viewport().width() - 4 <= sum(widths) <= table.viewport().width()
    table.show_lines([f"a long column {place}" for place in range(30)], [Line(("x",) * 30)], 30)
    assert table.columnWidth(7) >= table.fontMetrics().horizontalAdvance("a long column 7")
