"""The table of series: ticks by mouse and key, figures that fill in, the selection through filters and sorting."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ktrdr_app.data.csv_source import SeriesInfo
from ktrdr_app.data.quality.figures import QualityFigures
from ktrdr_app.gui.panels.data.series_row import key_of, quality_text, share_text
from ktrdr_app.gui.panels.data.symbol_table import QUALITY, SymbolTable
from ktrdr_app.workflows.data_inventory import InventoryEntry

pytestmark = pytest.mark.gui

CHECK = Qt.ItemDataRole.CheckStateRole


def entry(symbol: str, timeframe: str = "1h", rows: int = 10, quality: QualityFigures | None = None) -> InventoryEntry:
    info = SeriesInfo(symbol, timeframe, rows, "2024-01-01T05:00:00Z", "2024-02-01T05:00:00Z", Path(f"{symbol}.csv"))
    return InventoryEntry(info, "stock", quality)


def figures(symbol: str, expected: int = 1000, present: int = 990, verdict: str = "warning") -> QualityFigures:
    return QualityFigures(symbol, "1h", "stock", "XNYS", verdict, present, expected, present, 3, 2, "2 gaps: sad")


@pytest.fixture
def table(qtbot: QtBot, dark: object) -> SymbolTable:
    made = SymbolTable()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.symbols.set_records([entry("AAA", rows=30), entry("BBB", rows=10), entry("CCC", rows=20)])
    made.selectRow(0)
    made.show()
    qtbot.waitExposed(made)
    return made


def text(table: SymbolTable, row: int, column: int) -> object:
    return table.symbols.data(table.symbols.index(row, column))


def test_a_click_on_the_box_ticks(table: SymbolTable, qtbot: QtBot) -> None:
    place = table.visualRect(table.symbols.index(1, 0))
    with qtbot.waitSignal(table.symbols.ticksChanged):
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.left() + 12, place.center().y()))
    assert table.symbols.ticked == (("BBB", "1h"),)
    assert table.symbols.data(table.symbols.index(1, 0), CHECK) is Qt.CheckState.Checked
    assert table.symbols.data(table.symbols.index(0, 0), CHECK) is Qt.CheckState.Unchecked
    assert table.symbols.data(table.symbols.index(1, 1), CHECK) is None


def test_space_ticks_the_chosen_row_and_takes_the_tick_away(table: SymbolTable, qtbot: QtBot) -> None:
    table.selectRow(2)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    table.selectRow(0)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert table.symbols.ticked == (("CCC", "1h"), ("AAA", "1h")), "in the order they were ticked"
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert table.symbols.ticked == (("CCC", "1h"),)


def test_ticks_and_selection_outlive_filters_and_sorting(table: SymbolTable) -> None:
    table.symbols.tick([("BBB", "1h")])
    table.selectRow(1)
    table.symbols.sort(3, Qt.SortOrder.DescendingOrder)
    assert [key_of(row)[0] for row in table.symbols.records] == ["AAA", "CCC", "BBB"]
    assert table.chosen == ("BBB", "1h")
    table.symbols.set_filter(lambda row: row.series.symbol == "AAA")
    assert table.chosen == ("AAA", "1h")
    assert table.symbols.ticked == (("BBB", "1h"),)
    table.symbols.set_filter(lambda _row: False)
    assert table.chosen is None
    table.symbols.set_filter(None)
    assert table.chosen == ("AAA", "1h")


def test_figures_fill_in_without_losing_the_place(table: SymbolTable) -> None:
    table.selectRow(1)
    assert [text(table, 1, 6), text(table, 1, QUALITY)] == ["…", "…"]
    table.symbols.fill({("BBB", "1h"): entry("BBB", quality=figures("BBB"))})
    assert [text(table, 1, 6), text(table, 1, QUALITY)] == ["2", "99.00\N{NARROW NO-BREAK SPACE}%"]
    assert text(table, 0, QUALITY) == "…"
    assert table.chosen == ("BBB", "1h")
    tip = str(table.symbols.data(table.symbols.index(1, QUALITY), Qt.ItemDataRole.ToolTipRole))
    assert "2 gaps: sad" in tip
    assert "XNYS" in tip


def test_the_quality_bar_is_as_long_as_the_share(table: SymbolTable, qtbot: QtBot) -> None:
    from ktrdr_app.gui.ui.theme import color

    lengths = []
    for present in (1000, 500, 0):
        table.symbols.fill({("AAA", "1h"): entry("AAA", quality=figures("AAA", 1000, present))})
        image = table.viewport().grab().toImage()
        place = table.visualRect(table.symbols.index(0, QUALITY))
        y = round(place.center().y() * image.devicePixelRatio())
        wanted = color("warning").rgb()
        lengths.append(sum(image.pixel(x, y) == wanted for x in range(place.left(), min(place.right(), image.width()))))
    assert lengths[0] > 30
    assert abs(lengths[1] - lengths[0] / 2) <= 1
    assert lengths[2] == 0


def test_delete_asks(table: SymbolTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.deleteRequested):
        qtbot.keyClick(table, Qt.Key.Key_Delete)
    table.symbols.set_records([])
    with qtbot.assertNotEmitted(table.deleteRequested):
        qtbot.keyClick(table, Qt.Key.Key_Delete)


def test_rows_on_screen_are_told_from_top_to_bottom(table: SymbolTable, qtbot: QtBot) -> None:
    table.symbols.set_records([entry(f"S{number:03}") for number in range(200)])
    table.scrollTo(table.symbols.index(100, 0), table.ScrollHint.PositionAtTop)
    seen = table.visible_keys()
    assert seen[0] == ("S100", "1h")
    assert 3 < len(seen) < 20
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("share", "words"), [(1.0, "100.0 %"), (0.99999, "99.99 %"), (0.5, "50.00 %"), (0.0, "0.00 %"), (float("nan"), "–")]
)
def test_a_share_is_never_rounded_up_to_all(share: float, words: str) -> None:
    assert share_text(share).replace("\N{NARROW NO-BREAK SPACE}", " ") == words


def test_an_unreadable_file_says_so() -> None:
    bad = QualityFigures("AAA", "1h", "", "", "unreadable", 0, 0, 0, 0, 0, "AAA.csv: no table")
    assert quality_text(entry("AAA", quality=bad)) == "unreadable"
