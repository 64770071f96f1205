"""The two tables: order, sorting by value, colours of gain and loss."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest.tables import metrics_table, trades_table
from ktrdr_app.gui.panels.backtest.view_model import METRICS, TradeRow, metric_rows, view_of
from ktrdr_app.gui.ui.table import RecordTable
from ktrdr_app.gui.ui.theme import tokens
from tests.gui.panels.backtest.conftest import outcome_of

pytestmark = pytest.mark.gui

Role = Qt.ItemDataRole


def trade(number: int, net: float, side: str = "long", price: float = 100.0) -> TradeRow:
    return TradeRow(
        number, side, "2020-01-01", "2020-01-05", price, price + 1, net, net / 1000, 0.02, -0.01, 3 + number, "signal"
    )


@pytest.fixture
def trades(qtbot: QtBot, dark: QApplication) -> RecordTable:
    made = trades_table()
    qtbot.addWidget(made)
    made.resize(900, 200)
    made.records.set_records([trade(0, 50.0), trade(1, -900.0, "short"), trade(2, 7.5, price=1.10475)])
    made.show()
    return made


def column(table: RecordTable, title: str) -> list[str]:
    """Return the cells under a title."""
    titles = [entry.title for entry in table.records.columns]
    place = titles.index(title)
    return [str(table.records.index(row, place).data()) for row in range(table.records.rowCount())]


def test_trades_are_numbered_from_one_in_the_order_of_entry(trades: RecordTable) -> None:
    assert column(trades, "#") == ["1", "2", "3"]
    assert column(trades, "Side") == ["▲ long", "▼ short", "▲ long"]
    assert column(trades, "Return") == ["+5.0\u202f%", "−90.0\u202f%", "+0.8\u202f%"]
    assert column(trades, "End") == ["signal"] * 3


def test_prices_have_the_places_they_need(trades: RecordTable) -> None:
    assert column(trades, "In at") == ["100.00", "100.00", "1.10475"]
    assert column(trades, "Out at") == ["101.00", "101.00", "2.10475"]


def test_what_matters_most_stands_in_front(trades: RecordTable) -> None:
    titles = [entry.title for entry in trades.records.columns]
    assert titles[:8] == ["#", "Side", "Entry", "Exit", "Return", "Profit", "Bars", "End"]


@pytest.mark.parametrize("reason", ["signal", "end of data", "trailing stop"])
def test_what_matters_most_needs_no_scrolling_in_a_small_window(trades: RecordTable, reason: str) -> None:
    """A window of 1280 pixels leaves the table 604, also for bars of minutes and large gains."""
    long_ones = [
        TradeRow(
            number, "short", "2023-03-14 15:00", "2023-03-16 09:45", 1e4, 1e4, -123_456.0, -1.705, 0.5, -0.5, 1234,
            reason,
        )
        for number in range(120, 130)
    ]  # fmt: skip
    trades.records.set_records(long_ones)
    trades.resize(604, 120)
    trades.grab()
    header = trades.horizontalHeader()
    place = [entry.title for entry in trades.records.columns].index("End")
    assert header.sectionViewportPosition(place) + header.sectionSize(place) <= trades.viewport().width()
    metrics = trades.fontMetrics()
    for number, entry in enumerate(trades.records.columns[: place + 1]):
        cells = [str(trades.records.index(row, number).data()) for row in range(3)]
        needed = max(metrics.horizontalAdvance(text) for text in [entry.title, *cells])
        assert header.sectionSize(number) >= needed, f"{entry.title} is cut off"


def test_gain_and_loss_differ_by_colour_and_sign(trades: RecordTable) -> None:
    place = [entry.title for entry in trades.records.columns].index("Profit")
    colours = [trades.records.index(row, place).data(Role.ForegroundRole) for row in range(3)]
    assert colours == [QColor(tokens().success), QColor(tokens().danger), QColor(tokens().success)]
    assert column(trades, "Profit")[1].startswith("−")


@pytest.mark.parametrize(
    ("title", "order"), [("Profit", [1, 2, 0]), ("Return", [1, 2, 0]), ("#", [0, 1, 2]), ("Bars", [0, 1, 2])]
)
def test_columns_sort_by_value_not_by_text(title: str, order: list[int], trades: RecordTable) -> None:
    place = [entry.title for entry in trades.records.columns].index(title)
    trades.sortByColumn(place, Qt.SortOrder.AscendingOrder)
    assert [entry.number for entry in trades.records.records] == order
    trades.sortByColumn(place, Qt.SortOrder.DescendingOrder)
    assert [entry.number for entry in trades.records.records] == order[::-1]


def test_before_a_run_the_figures_are_dashes(qtbot: QtBot, dark: QApplication) -> None:
    table = metrics_table()
    qtbot.addWidget(table)
    assert column(table, "Figure") == [title for _, title, *_ in METRICS]
    assert set(column(table, "Model")) == {"–"}
    assert set(column(table, "Buy & hold")) == {"–"}


def test_figures_keep_their_order(qtbot: QtBot, dark: QApplication, tiny_bars: Callable[..., pd.DataFrame]) -> None:
    table = metrics_table()
    qtbot.addWidget(table)
    view = view_of(outcome_of(tiny_bars(120, frequency="1D"), {5: 0, 20: 2}))
    table.records.set_records(view.metrics)
    assert not table.isSortingEnabled()
    assert column(table, "Model") == [row.model for row in metric_rows(view.document)]
    assert "–" not in column(table, "Model")[:9]


def test_both_tables_are_named_for_screen_readers(qtbot: QtBot, dark: QApplication) -> None:
    for table, name in ((metrics_table(), "metricsTable"), (trades_table(), "tradesTable")):
        qtbot.addWidget(table)
        assert table.objectName() == f"backtestPanel.{name}"
        assert table.accessibleName()
