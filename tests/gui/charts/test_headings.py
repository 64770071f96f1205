"""The lines above the charts: names, colours, and the figures of the bar under the crosshair."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.headings import headings
from ktrdr_app.gui.charts.summary import drawdown_of
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui

Bars = Callable[..., pd.DataFrame]


def words(html: str) -> str:
    """Return rich text as it reads, with plain spaces."""
    document = QTextDocument()
    document.setHtml(html)
    return " ".join(document.toPlainText().replace("\xa0", " ").replace("\u202f", " ").split())


def shown(data: ChartData, bar: int = -1, *, benchmark: bool = True) -> list[str]:
    return [words(text) for text in headings(data, drawdown_of(data.equity), bar, benchmark=benchmark)]


def test_without_a_crosshair_there_are_names_alone(dark: QApplication, tiny_bars: Bars) -> None:
    price, equity, drawdown = shown(chart_data(tiny_bars(50, frequency="1D")))
    assert price == "TEST 1d"
    assert equity == "Equity ━━ model ╍╍ buy and hold"
    assert drawdown == "Drawdown"


@pytest.mark.parametrize("bar", [0, 17, 49])
def test_the_bar_under_the_crosshair_is_read_off(bar: int, dark: QApplication, tiny_bars: Bars) -> None:
    bars = tiny_bars(50, frequency="1D")
    data = chart_data(bars)
    price, equity, drawdown = shown(data, bar)
    row = bars.iloc[bar]
    assert f"{bars.index[bar]:%Y-%m-%d}" in price
    for name in ("open", "high", "low", "close"):
        assert f"{name[0].upper()} {row[name]:.2f}" in price
    assert f"model {data.equity[bar]:,.0f}".replace(",", " ") in equity
    assert f"buy and hold {data.benchmark[bar]:,.0f}".replace(",", " ") in equity
    depth = data.equity[bar] / data.equity[: bar + 1].max() - 1
    assert f"{abs(100 * depth):.1f} %" in drawdown


@pytest.mark.parametrize(("scale", "places"), [(0.011, 6), (1.1, 4), (100.0, 2), (50_000.0, 0)])
def test_prices_have_places_that_fit_their_size(scale: float, places: int, dark: QApplication, tiny_bars: Bars) -> None:
    bars = tiny_bars(20, frequency="1D")
    bars[["open", "high", "low", "close"]] *= scale / 100.0
    price, _, _ = shown(chart_data(bars), 3)
    digits = price.split("O ")[1].split(" H")[0].replace(" ", "")
    assert len(digits.partition(".")[2]) == places


def test_a_hidden_or_missing_benchmark_is_not_named(dark: QApplication, tiny_bars: Bars) -> None:
    data = chart_data(tiny_bars(20, frequency="1D"))
    assert "buy and hold" not in shown(data, benchmark=False)[1]
    alone = ChartData("X", data.times, equity=data.equity)
    assert shown(alone)[1] == "Equity ━━ model"


def test_a_curve_that_is_still_growing_has_figures_where_it_has_bars(dark: QApplication, tiny_bars: Bars) -> None:
    data = chart_data(tiny_bars(20))
    growing = ChartData("X", data.times, equity=data.equity[:10], daily=False)
    price, equity, drawdown = shown(growing, 15)
    assert "2020-01-01 15:00" in price
    assert equity == "Equity ━━ model"
    assert drawdown == "Drawdown"
    assert "%" in shown(growing, 5)[2]


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_swatches_wear_the_colours_of_the_curves(theme: str, dark: QApplication, tiny_bars: Bars) -> None:
    apply_theme(dark, theme)
    data = chart_data(tiny_bars(20), shaded=5)
    price, equity, _ = headings(data, np.zeros(20), -1, benchmark=True)
    assert tokens().series_1 in equity
    assert tokens().series_8 in equity
    assert tokens().shade in price
    assert "learnt" in price


def test_titles_are_escaped(dark: QApplication, tiny_bars: Bars) -> None:
    price = headings(chart_data(tiny_bars(20), title="<b>A</b>"), np.zeros(20), -1, benchmark=True)[0]
    assert "&lt;b&gt;A&lt;/b&gt;" in price
