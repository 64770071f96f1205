"""The station's picture with a run in it: full, in every theme, with what is selected set apart."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.charts.base_panes import LEAST_HEIGHTS
from ktrdr_app.gui.panels.backtest import BacktestPanel
from ktrdr_app.gui.panels.backtest.view_model import view_of
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from ktrdr_app.gui.ui.tokens import contrast
from tests.gui.panels.backtest.conftest import outcome_of

pytestmark = pytest.mark.gui

MANY = {bar: (0 if bar % 20 == 5 else 2) for bar in range(5, 390) if bar % 20 in (5, 15)}


@pytest.fixture
def full(station: BacktestPanel, tiny_bars: Callable[..., pd.DataFrame]) -> BacktestPanel:
    """Return the station with a run of 400 bars."""
    station.show_run(view_of(outcome_of(tiny_bars(400, frequency="1D"), MANY)))
    station.grab()
    return station


def colours(widget: QWidget, step: int = 5) -> dict[str, int]:
    """Return how often each colour is found on a grid of pixels."""
    image: QImage = widget.grab().toImage()
    found: dict[str, int] = {}
    for x in range(0, image.width(), step):
        for y in range(0, image.height(), step):
            name = image.pixelColor(x, y).name()
            found[name] = found.get(name, 0) + 1
    return found


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_every_part_is_drawn_in_every_theme(theme: str, full: BacktestPanel, dark: QApplication) -> None:
    apply_theme(dark, theme)
    price = colours(full.charts.price_plot, 1)
    assert price.get(tokens().chart_ground, 0) > 1000
    assert price.get(tokens().up, 0) > 50
    assert price.get(tokens().down, 0) > 50
    assert len(colours(full.metrics, 2)) > 10
    assert len(colours(full.trades, 2)) > 10


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
@pytest.mark.parametrize("pair", [("up", "chart_ground"), ("down", "chart_ground"), ("axis", "chart_ground")])
def test_what_is_drawn_stands_out_from_the_ground(theme: str, pair: tuple[str, str], dark: QApplication) -> None:
    apply_theme(dark, theme)
    first, second = (getattr(tokens(), name) for name in pair)
    assert contrast(first, second) >= 4.5


def test_the_selected_row_is_set_apart(full: BacktestPanel) -> None:
    before = colours(full.trades).get(tokens().accent_soft, 0)
    full.trades.selectRow(1)
    assert colours(full.trades).get(tokens().accent_soft, 0) > before + 100


def test_a_verdict_is_coloured_by_what_it_says(station: BacktestPanel, tiny_bars: Callable[..., pd.DataFrame]) -> None:
    falling = tiny_bars(200, frequency="1D")
    for name in ("open", "high", "low", "close"):
        falling[name] = falling[name].to_numpy()[0] * (1 - 0.003 * pd.Series(range(200)).to_numpy())
    falling["high"] *= 1.001
    falling["low"] *= 0.999
    station.show_run(view_of(outcome_of(falling, {5: 0, 8: 2})))
    assert station.verdict.property("tone") == "success", "a small loss is better than holding a fall"
    rising = falling.iloc[::-1].set_index(falling.index)
    rising["open"] = rising["close"].shift(1).fillna(rising["close"])
    rising["high"] = rising[["open", "close"]].max(axis=1) * 1.001
    rising["low"] = rising[["open", "close"]].min(axis=1) * 0.999
    station.show_run(view_of(outcome_of(rising, {5: 0, 8: 2})))
    assert station.verdict.property("tone") == "warning"
    assert "less than buy and hold" in station.verdict.text()
    assert station.verdict.toolTip()


def test_the_splitters_can_be_pulled_but_nothing_shut(full: BacktestPanel, qtbot: QtBot) -> None:
    full.charts.parentWidget().setSizes([10_000, 0])  # type: ignore[union-attr]
    full.grab()
    assert full.trades.height() >= 84
    full.charts.parentWidget().setSizes([0, 10_000])  # type: ignore[union-attr]
    full.grab()
    assert all(plot.height() >= least for plot, least in zip(full.charts.plots, LEAST_HEIGHTS, strict=True))
