"""The details of a series: verdicts, findings with examples, and the market with the way to change it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.calendars.choose import calendar_names
from ktrdr_app.data.csv_source import SeriesInfo
from ktrdr_app.data.quality.inspect import QualityReport, inspect_series
from ktrdr_app.data.quality.raw import RawSeries
from ktrdr_app.data.symbols import SymbolBook
from ktrdr_app.gui.panels.data.details_card import DetailsCard
from ktrdr_app.gui.panels.data.market_form import Market
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.data_inventory import InventoryEntry
from tests.conftest import make_bars

pytestmark = pytest.mark.gui


@pytest.fixture
def card(qtbot: QtBot, dark: object) -> DetailsCard:
    made = DetailsCard()
    qtbot.addWidget(made)
    made.resize(344, 700)
    made.show()
    return made


def report(frame: pd.DataFrame, symbol: str = "BTCUSD", book: SymbolBook | None = None) -> QualityReport:
    return inspect_series(RawSeries.of(frame), symbol, "1h", book)


def show(card: DetailsCard, found: QualityReport) -> None:
    card.show_report(found, Market.of(found.settings))


def listed(card: DetailsCard) -> list[tuple[object, ...]]:
    model = card.findings.records
    return [tuple(model.data(model.index(row, column)) for column in range(3)) for row in range(model.rowCount())]


def test_a_clean_series_is_called_so(card: DetailsCard) -> None:
    found = report(make_bars(300))
    show(card, found)
    assert found.verdict == "clean"
    assert card._verdict.text() == "Nothing wrong was found"
    assert card._verdict.property("tone") == "success"
    assert "0 unexpected, 0 while the market was closed" in card._gaps.text()


def test_the_gravest_finding_comes_first_and_is_explained(card: DetailsCard) -> None:
    frame = make_bars(300)
    frame.iloc[50, 2] = frame.iloc[50, 1] * 2  # a low above the high
    frame = frame.drop(frame.index[100:110])
    found = report(frame)
    show(card, found)
    assert card._verdict.property("tone") == {"error": "danger", "warning": "warning"}[found.verdict]
    order = [severity for severity, _, _ in listed(card)]
    assert order == sorted(order, key="■▲·".index)
    assert [str(count) for _, _, count in listed(card)] == [str(each.count) for each in found.findings]
    assert card._message.text() == found.findings[0].message
    row = next(place for place, each in enumerate(found.findings) if each.code == "gaps_unexpected")
    card.findings.selectRow(row)
    assert card._message.text() == found.findings[row].message
    assert card.examples.count() == 1


def test_an_example_is_shown_by_enter(card: DetailsCard, qtbot: QtBot) -> None:
    frame = make_bars(300).drop(make_bars(300).index[100:110])
    show(card, report(frame))
    card.findings.selectRow(0)
    card.examples.setFocus()
    card.examples.setCurrentRow(0)
    with qtbot.waitSignal(card.exampleChosen) as told:
        qtbot.keyClick(card.examples, Qt.Key.Key_Return)
    before = frame.index[99].value
    assert told.args[0] == (before, before)


def test_lines_that_are_no_bars_lead_nowhere(card: DetailsCard, qtbot: QtBot, sample_workspace: Workspace) -> None:
    from ktrdr_app.data.quality.inspect import inspect_file

    file = sample_workspace.data / "IBM_1d.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[5] = "yesterday," + lines[5].split(",", 1)[1]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = inspect_file(file, "IBM", "1d")
    show(card, found)
    row = next(place for place, each in enumerate(found.findings) if each.code == "unreadable_stamps")
    card.findings.selectRow(row)
    assert card.examples.item(0).text().startswith("line 6: yesterday")
    with qtbot.assertNotEmitted(card.exampleChosen):
        card._go(card.examples.item(0))


def test_what_is_not_known_yet_is_said(card: DetailsCard) -> None:
    show(card, report(make_bars(100)))
    card.clear_report("Looking at the quality…")
    assert card.report is None
    assert card._verdict.text() == "Looking at the quality…"
    assert listed(card) == []
    assert card.examples.count() == 0
    assert not card.market.isEnabled()


def test_the_facts_of_the_list_are_shown_at_once(card: DetailsCard) -> None:
    info = SeriesInfo("AAPL", "1h", 12345, "2024-01-02T14:30:00Z", "2024-05-31T19:30:00Z", Path("AAPL_1h.csv"))
    card.show_entry(InventoryEntry(info, "stock", None), 2, "data/AAPL_1h.csv")
    facts = card._facts.text().replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert facts == "12 345 bars, 2024-01-02 14:30 to 2024-05-31 19:30 UTC\ndata/AAPL_1h.csv"
    assert card._models.text() == "Models trained on it: 2"


def test_every_calendar_can_be_chosen_and_told(card: DetailsCard, qtbot: QtBot) -> None:
    show(card, report(make_bars(100)))
    combo = card.market.calendar
    offered = [combo.itemData(place) for place in range(combo.count())]
    assert offered == list(calendar_names())
    assert combo.currentData() == "24/7"
    place = combo.findData("XLON")
    with qtbot.waitSignal(card.market.changeWanted) as told:
        combo.setCurrentIndex(place)
        combo.activated.emit(place)
    assert told.args == ["calendar", "XLON"]


def test_what_symbols_yaml_says_can_be_taken_back(card: DetailsCard, qtbot: QtBot) -> None:
    show(card, report(make_bars(100), book=SymbolBook({"BTCUSD": {"asset_class": "stock", "calendar": "XLON"}})))
    market = card.market
    assert (market.asset_class.currentData(), market.calendar.currentData()) == ("stock", "XLON")
    assert "Set in symbols.yaml" in market._reason.text()
    for combo, field in ((market.asset_class, "asset_class"), (market.calendar, "calendar")):
        place = combo.findData(None)
        assert place >= 0
        with qtbot.waitSignal(market.changeWanted) as told:
            combo.setCurrentIndex(place)
            combo.activated.emit(place)
        assert told.args == [field, None]


def test_everything_is_named_and_nothing_wider_than_the_card(card: DetailsCard) -> None:
    show(card, report(make_bars(300).drop(make_bars(300).index[100:110])))
    assert accessibility.nameless(card) == []
    for widget in (card.findings, card.examples, card.market, card.delete):
        assert widget.mapTo(card, widget.rect().topRight()).x() <= card.width()
