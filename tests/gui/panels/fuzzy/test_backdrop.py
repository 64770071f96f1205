"""What lies under the sets: bands where the quantiles are, a line for each symbol, and what handles may snap to."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.snapping import MODES, PERCENTS
from ktrdr_app.gui.panels.fuzzy.backdrop import BAND_GAP, BAND_ROW, BAND_SHARES, MOST_ROWS, symbol_style
from ktrdr_app.gui.panels.fuzzy.edit_bar import EditBar
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.ui.theme import tokens
from tests.gui.panels.fuzzy.conftest import some_values

pytestmark = pytest.mark.gui


def test_each_symbol_has_a_row_of_its_quantiles(plot: FuzzyPlot) -> None:
    rows = dict(plot.backdrop.bands.rows)
    assert list(rows) == ["AAA", "BBB"]
    for symbol, values in some_values().items():
        ordered = np.sort(values)
        for share, x in zip(BAND_SHARES, rows[symbol], strict=True):
            assert np.mean(ordered <= x) == pytest.approx(share, abs=0.003)


def test_the_thick_bar_lies_between_the_quartiles_below_the_sets(plot: FuzzyPlot) -> None:
    image = plot.viewport().grab().toImage()
    for number, (_, quantiles) in enumerate(plot.backdrop.bands.rows):
        y = round(plot.view_point(0, 0).y() + BAND_GAP + BAND_ROW * (number + 0.5))
        assert y < plot.view_point(0, plot.view.viewRange()[1][0]).y(), "the row is cut off"
        tint = QColor(symbol_style(number, tokens())[0])
        for x, inside in ((quantiles[2] + 1, True), (quantiles[4] - 1, True), (quantiles[2] - 3, False)):
            place = QPoint(round(plot.view_point(x, 0).x()), y - 3)
            seen = image.pixelColor(place)
            near = abs(seen.red() - tint.red()) + abs(seen.green() - tint.green()) + abs(seen.blue() - tint.blue())
            assert (near < 90) is inside


def test_many_symbols_share_the_room(plot: FuzzyPlot) -> None:
    values = {f"S{number}": np.linspace(1, 99, 60) for number in range(8)}
    plot.set_values(values)
    assert len(plot.backdrop.bands.rows) == MOST_ROWS
    assert plot.backdrop.bands.rows[-1][0].endswith("+3")
    plot.set_values({"EMPTY": np.empty(0)})
    assert plot.backdrop.bands.rows == ()


def test_each_symbol_can_have_a_line_of_its_own(plot: FuzzyPlot) -> None:
    plot.show_symbols(by_symbol=True)
    shown = [line for line in plot.backdrop.lines if line.isVisible()]
    assert len(shown) == 2
    x, y = shown[0].getData()
    counted, edges = np.histogram(some_values()["AAA"], len(x), plot.shown_range)
    np.testing.assert_allclose(x, (edges[1:] + edges[:-1]) / 2)
    np.testing.assert_allclose(y, 0.8 * counted / counted.max())
    assert shown[0].opts["pen"].style() != shown[1].opts["pen"].style(), "colour alone tells them apart"
    assert "BBB" in plot.heading.toPlainText()


def test_eight_symbols_have_eight_lines_that_all_look_otherwise(plot: FuzzyPlot) -> None:
    values = {f"S{number}": np.linspace(1, 90 + number, 60) for number in range(8)}
    plot.set_values(values)
    plot.show_symbols(by_symbol=True)
    shown = [line for line in plot.backdrop.lines if line.isVisible()]
    assert [line.name() for line in shown] == [f"{symbol}: height drawn" for symbol in values]
    assert len({(line.opts["pen"].color().name(), line.opts["pen"].style()) for line in shown}) == 8
    assert all(line in plot.view.addedItems for line in shown)
    for symbol, line in zip(values, shown, strict=True):
        x, y = line.getData()
        counted = np.histogram(values[symbol], len(x), plot.shown_range)[0]
        np.testing.assert_allclose(y, 0.8 * counted / counted.max())
    words = plot.heading.toPlainText()
    assert [symbol in words for symbol in values] == [True] * 5 + [False] * 3
    assert words.rstrip().endswith("+3")
    plot.set_values(dict(list(values.items())[:2]))
    assert [line.isVisible() for line in plot.backdrop.lines] == [True] * 2 + [False] * 6
    assert "+" not in plot.heading.toPlainText()


def test_fifteen_symbols_can_be_told_apart(dark: QApplication) -> None:
    assert len({symbol_style(number, tokens()) for number in range(15)}) == 15


def test_a_symbol_without_values_takes_no_ones_colour(plot: FuzzyPlot) -> None:
    """The row, the line and the name in the heading of a symbol have one colour."""
    plot.set_values({"EMPTY": np.empty(0), **some_values()})
    plot.show_symbols(by_symbol=True)
    assert [name for name, _ in plot.backdrop.bands.rows] == ["AAA", "BBB"]
    shown = [line for line in plot.backdrop.lines if line.isVisible()]
    assert [line.name() for line in shown] == ["AAA: height drawn", "BBB: height drawn"]
    assert "EMPTY" not in plot.heading.toPlainText()
    for number, symbol in enumerate(("AAA", "BBB")):
        colour = symbol_style(number, tokens())[0]  # that of its row of bands
        assert shown[number].opts["pen"].color().name() == colour.lower()
        assert f'<span style=" color:{colour.lower()};">' in plot.heading.toHtml().split(symbol)[-2]


def test_the_bar_sets_up_what_handles_snap_to_and_how_values_are_shown(plot: FuzzyPlot, qtbot: QtBot) -> None:
    bar = EditBar(plot, plot)
    for widget in (bar.snap, bar.lines):
        qtbot.addWidget(widget)
    assert [bar.snap.itemData(place) for place in range(bar.snap.count())] == list(MODES)
    assert plot.snapping.mode == "percentiles"
    bar.set_values(some_values())
    assert len(plot.snapping.percentiles) == len(PERCENTS)
    together = np.concatenate(list(some_values().values()))
    p10 = next(target for target in plot.snapping.percentiles if target.label == "p10 of all symbols")
    assert p10.x == pytest.approx(np.percentile(together, 10), abs=plot.grain)
    bar.snap.setCurrentIndex(0)
    assert plot.snapping.mode == "off"
    bar.lines.setCurrentIndex(1)
    assert plot.backdrop.by_symbol
