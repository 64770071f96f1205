"""Search field and choices: what they offer, what they accept, and that they stay when the list is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.data.csv_source import SeriesInfo
from ktrdr_app.gui.panels.data.filters import FilterBar
from ktrdr_app.workflows.data_inventory import InventoryEntry

pytestmark = pytest.mark.gui


def entry(symbol: str, timeframe: str, asset_class: str) -> InventoryEntry:
    return InventoryEntry(
        SeriesInfo(symbol, timeframe, 1, "", "", Path(f"{symbol}_{timeframe}.csv")), asset_class, None
    )


ENTRIES = (
    entry("EURUSD", "1d", "forex"),
    entry("EURUSD", "1h", "forex"),
    entry("BTCUSDT", "5m", "crypto"),
    entry("AAPL", "1d", "stock"),
    entry("ODD", "1w", ""),
)


@pytest.fixture
def bar(qtbot: QtBot, dark: object) -> FilterBar:
    made = FilterBar()
    qtbot.addWidget(made)
    made.offer(ENTRIES)
    made.show()
    return made


def accepted(bar: FilterBar) -> list[str]:
    return [f"{each.symbol}_{each.timeframe}" for each in ENTRIES if bar.accepts(each)]


def test_what_is_there_is_offered_in_order(bar: FilterBar) -> None:
    offered = [[combo.itemData(place) for place in range(combo.count())] for combo in (bar.timeframe, bar.asset_class)]
    assert offered == [["", "5m", "1h", "1d", "1w"], ["", "crypto", "forex", "stock"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["EURUSD_1d", "EURUSD_1h", "BTCUSDT_5m", "AAPL_1d", "ODD_1w"]),
        ("usd", ["EURUSD_1d", "EURUSD_1h", "BTCUSDT_5m"]),
        ("  EUR  1H ", ["EURUSD_1h"]),
        ("1h eur", ["EURUSD_1h"]),
        ("crypto", ["BTCUSDT_5m"]),
        ("stock 1d", ["AAPL_1d"]),
        ("nothing", []),
    ],
)
def test_every_word_must_be_found(bar: FilterBar, qtbot: QtBot, text: str, found: list[str]) -> None:
    bar.search.setText(text)
    assert accepted(bar) == found


def test_choices_and_words_narrow_together(bar: FilterBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.changed):
        bar.timeframe.setCurrentIndex(bar.timeframe.findData("1d"))
    assert accepted(bar) == ["EURUSD_1d", "AAPL_1d"]
    with qtbot.waitSignal(bar.changed):
        bar.asset_class.setCurrentIndex(bar.asset_class.findData("stock"))
    assert accepted(bar) == ["AAPL_1d"]
    bar.search.setText("eur")
    assert accepted(bar) == []


def test_a_choice_stays_while_it_is_offered(bar: FilterBar) -> None:
    bar.timeframe.setCurrentIndex(bar.timeframe.findData("1h"))
    bar.offer(ENTRIES[:2])
    assert bar.timeframe.currentData() == "1h"
    bar.offer(ENTRIES[3:])
    assert bar.timeframe.currentData() == "", "what is gone is no filter any more"
    assert accepted(bar) == [f"{each.symbol}_{each.timeframe}" for each in ENTRIES]
