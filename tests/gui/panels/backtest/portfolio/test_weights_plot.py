"""Weights over time: the layers of the plot, their order, their colours and their words."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.stack_item import OPACITY
from ktrdr_app.gui.panels.backtest.portfolio.weights_plot import TOKENS, WeightsPlot, joined
from ktrdr_app.gui.ui.theme import apply_theme, tokens

pytestmark = pytest.mark.gui

TIMES = np.arange(50, dtype=np.int64) * 86_400 * 10**9
FLAT = np.ones(50)


@pytest.fixture
def plot(qtbot: QtBot, dark: QApplication) -> WeightsPlot:
    made = WeightsPlot()
    qtbot.addWidget(made)
    made.resize(620, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


def legend(plot: WeightsPlot) -> str:
    document = QTextDocument()
    document.setHtml(plot.heading.toHtml())
    return " ".join(document.toPlainText().split())


def seen(plot: WeightsPlot, instant: float, weight: float) -> QColor:
    return plot.viewport().grab().toImage().pixelColor(plot.view_point(instant, weight).toPoint())


def mixed(token: str) -> tuple[float, float, float]:
    """Return a layer's colour over the chart's ground."""
    share, colour, ground = OPACITY / 255, QColor(getattr(tokens(), token)), QColor(tokens().chart_ground)
    pairs = zip(colour.getRgb()[:3], ground.getRgb()[:3], strict=True)
    red, green, blue = (share * top + (1 - share) * below for top, below in pairs)
    return red, green, blue


def test_before_a_run_there_is_nothing(plot: WeightsPlot) -> None:
    assert plot.layers == {}
    assert plot.accessibleDescription() == "nothing to show yet"
    plot.grab()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_largest_lies_lowest_and_shorts_hang(plot: WeightsPlot, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    plot.set_weights(TIMES, {"SMALL": 0.2 * FLAT, "SHORT": -0.3 * FLAT, "LARGE": 0.5 * FLAT, "IDLE": 0 * FLAT})
    assert list(plot.layers) == ["LARGE", "SHORT", "SMALL"]
    low, high = plot.view.viewRange()[1]
    assert low < -0.3
    assert high > 0.7
    for weight, token in ((0.25, TOKENS[0]), (0.6, TOKENS[2]), (-0.15, TOKENS[1])):
        pixel = seen(plot, 25, weight)
        assert (pixel.red(), pixel.green(), pixel.blue()) == pytest.approx(mixed(token), abs=14)
    assert legend(plot) == "Weights ■ LARGE ■ SHORT ■ SMALL"


def test_beyond_seven_the_smallest_are_one() -> None:
    weights = {f"S{number}": number * FLAT / 100 for number in range(1, 12)}
    found = joined(weights, 7, "others")
    assert list(found) == ["S11", "S10", "S9", "S8", "S7", "S6", "others"]
    np.testing.assert_allclose(found["others"], (1 + 2 + 3 + 4 + 5) / 100)
    np.testing.assert_allclose(np.sum(list(found.values()), axis=0), np.sum(list(weights.values()), axis=0))
    assert list(joined({name: weights[name] for name in ("S1", "S2")}, 7, "others")) == ["S2", "S1"]
    seven = {name: weights[name] for name in list(weights)[:7]}
    assert len(joined(seven, 7, "others")) == 7
    assert "others" not in joined(seven, 7, "others")


def test_what_is_joined_has_a_colour_that_no_symbol_has(plot: WeightsPlot) -> None:
    plot.set_weights(TIMES, {f"S{number}": number * FLAT / 60 for number in range(1, 10)})
    *_, last = plot.layers
    assert last == "others"
    below = (9 + 8 + 7 + 6 + 5 + 4) / 60
    pixel = seen(plot, 25, below + 3 / 60)
    assert (pixel.red(), pixel.green(), pixel.blue()) == pytest.approx(mixed("series_8"), abs=14)
    assert "series_8" not in TOKENS


def test_the_legend_names_as_many_as_fit(plot: WeightsPlot) -> None:
    plot.set_weights(TIMES, {f"LONGNAME{number}": number * FLAT / 30 for number in range(1, 8)})
    wide = legend(plot)
    plot.resize(320, 200)
    plot.grab()
    narrow = legend(plot)
    assert narrow.count("■") < wide.count("■")
    assert f"and {7 - narrow.count('■')} more" in narrow
    assert plot.heading.boundingRect().width() <= plot.width()
    assert narrow.startswith("Weights ■ LONGNAME7"), "the largest is named first"


def test_words_and_table_have_every_layer(plot: WeightsPlot) -> None:
    ramp = np.linspace(0.0, 0.4, 50)
    plot.set_weights(TIMES, {"IBM": ramp, "GOOG": np.where(ramp > 0.2, -0.1, 0.0)})
    said = plot.accessibleDescription().replace("\u202f", " ")
    assert "IBM 20.0 % on average, most 40.0 %" in said
    assert "GOOG −5.0 % on average, most −10.0 %" in said
    columns = {column.title: column.values for column in plot.figures().columns}
    np.testing.assert_array_equal(columns["time"], TIMES)
    np.testing.assert_array_equal(columns["IBM"], ramp)
    assert len(columns["GOOG"]) == 50
