"""Tinted spans: found by runs of a mask, painted where they are in view, with the grid showing through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.axis import BarDateAxis, ValueAxis, write_value
from ktrdr_app.gui.charts.plot import ThemedPlot
from ktrdr_app.gui.charts.shade import SpanShade, runs
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_the_spans_of_true(flags: list[bool]) -> None:
    spans = runs(np.array(flags, dtype=np.bool_))
    rebuilt = np.zeros(len(flags), dtype=np.bool_)
    for start, stop in spans.tolist():
        assert start < stop
        assert not rebuilt[start:stop].any(), "spans overlap"
        assert start == 0 or not flags[start - 1], "a span begins too late"
        assert stop == len(flags) or not flags[stop], "a span ends too early"
        rebuilt[start:stop] = True
    assert rebuilt.tolist() == flags


def shaded_plot(qtbot: QtBot, mask: np.ndarray) -> tuple[ThemedPlot, SpanShade]:
    """Return a plot of 600 by 200 pixels over 100 bars with a mask tinted."""
    shade = SpanShade()
    plot = ThemedPlot("Shade", ValueAxis(write_value), BarDateAxis())
    qtbot.addWidget(plot)
    plot.view.addItem(shade)
    shade.set_mask(mask)
    shade.dress(tokens())
    plot.resize(600, 200)
    plot.show()
    qtbot.waitExposed(plot)
    plot.view.setRange(xRange=(-0.5, 99.5), yRange=(0.0, 1.0), padding=0)
    return plot, shade


def colour_at(plot: ThemedPlot, bar: float, value: float = 0.53) -> QColor:
    return plot.viewport().grab().toImage().pixelColor(plot.view_point(bar, value).toPoint())


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_the_span_is_tinted_and_the_rest_is_not(theme: str, qtbot: QtBot, dark: QApplication) -> None:
    apply_theme(dark, theme)
    mask = np.zeros(100, dtype=np.bool_)
    mask[20:40] = True
    plot, _ = shaded_plot(qtbot, mask)
    for bar, tinted in ((10, False), (21, True), (30, True), (38, True), (45, False)):
        wanted = tokens().shade if tinted else tokens().chart_ground
        assert colour_at(plot, bar) == QColor(wanted), f"bar {bar}"


def test_the_tint_is_as_high_as_the_view_at_any_zoom(qtbot: QtBot, dark: QApplication) -> None:
    mask = np.ones(100, dtype=np.bool_)
    plot, _ = shaded_plot(qtbot, mask)
    for low, high in ((0.0, 1.0), (-1000.0, 2000.0), (0.4, 0.6)):
        plot.view.setYRange(low, high, padding=0)
        for share in (0.06, 0.52, 0.93):
            assert colour_at(plot, 50, low + share * (high - low)) == QColor(tokens().shade)


def test_several_spans_and_none(qtbot: QtBot, dark: QApplication) -> None:
    mask = np.zeros(100, dtype=np.bool_)
    mask[5:10] = mask[80:95] = True
    plot, shade = shaded_plot(qtbot, mask)
    assert shade.spans.tolist() == [[5, 10], [80, 95]]
    assert colour_at(plot, 7) == QColor(tokens().shade)
    assert colour_at(plot, 85) == QColor(tokens().shade)
    shade.set_mask(np.zeros(100, dtype=np.bool_))
    assert shade.boundingRect().isNull()
    assert colour_at(plot, 7) == QColor(tokens().chart_ground)
    shade.set_mask(np.empty(0, dtype=np.bool_))
    assert colour_at(plot, 85) == QColor(tokens().chart_ground)
