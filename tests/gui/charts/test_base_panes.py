"""Prices, equity and drawdown: what they draw is what the run has, told in words, on either scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from PySide6.QtWidgets import QApplication

from ktrdr_app.gui.charts.axis import DateTicks
from ktrdr_app.gui.charts.base_panes import KEYS, LEAST_HEIGHTS, BasePanes
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.charts.conftest import chart_data

pytestmark = pytest.mark.gui

COUNT = 80


@pytest.fixture
def base(dark: QApplication) -> Iterator[BasePanes]:
    made = BasePanes(DateTicks())
    for pane in made.panes:
        pane.resize(600, 200)
        pane.limit(COUNT)
    yield made
    for pane in made.panes:
        pane.close()
        pane.deleteLater()


@pytest.fixture
def data(tiny_bars: Callable[..., pd.DataFrame]) -> ChartData:
    return chart_data(tiny_bars(COUNT, seed=3, frequency="1D"), trades=3)


def fitted(base: BasePanes) -> list[tuple[float, float]]:
    """Return the values in view in each pane, fitted to all bars."""
    for pane in base.panes:
        pane.scale(0, COUNT)
    return [tuple(pane.view.viewRange()[1]) for pane in base.panes]


def test_the_three_are_named_and_fit_a_small_window(base: BasePanes) -> None:
    assert tuple(pane.key for pane in base.panes) == KEYS
    assert [pane.accessibleName() for pane in base.panes] == ["Price chart", "Equity chart", "Drawdown chart"]
    assert [pane.minimumHeight() for pane in base.panes] == list(LEAST_HEIGHTS)
    assert sum(LEAST_HEIGHTS) < 260


def test_each_pane_fits_what_it_shows(base: BasePanes, data: ChartData) -> None:
    base.set_data(data)
    price, equity, drawdown = fitted(base)
    assert price[0] < data.low.min() < data.high.max() < price[1]
    both = np.concatenate([data.equity, data.benchmark])
    assert equity[0] < both.min() < both.max() < equity[1]
    series = pd.Series(data.equity)
    falls = (series / series.cummax() - 1).to_numpy()
    np.testing.assert_allclose(base.drawdown.values, falls)
    assert drawdown[0] < falls.min() < 0 < drawdown[1]


def test_without_any_fall_the_axis_still_has_a_thousandth(base: BasePanes, data: ChartData) -> None:
    base.set_data(ChartData("T", data.times, equity=np.linspace(1000, 2000, COUNT)))
    low, high = fitted(base)[2]
    assert low <= -0.001 < 0 < high


def test_prices_and_money_follow_the_logarithm_and_falls_do_not(base: BasePanes, data: ChartData) -> None:
    base.set_data(data)
    even = fitted(base)
    base.set_logarithmic(True)
    price, equity, drawdown = fitted(base)
    assert price[0] < np.log10(data.low.min()) < np.log10(data.high.max()) < price[1] < 3
    assert equity[0] < np.log10(data.equity.min()) < np.log10(data.equity.max()) < equity[1] < 4
    assert drawdown == even[2]
    base.set_logarithmic(False)
    assert fitted(base) == even


def test_the_words_follow_the_run(base: BasePanes, data: ChartData) -> None:
    base.set_data(data)
    price, equity, drawdown = (pane.accessibleDescription() for pane in base.panes)
    assert f"{COUNT} bars from 2020-01-01" in price
    assert "3 trades" in price
    assert f"{abs(100 * (data.equity[-1] / data.equity[0] - 1)):.1f}" in equity
    assert f"{abs(100 * base.drawdown.values.min()):.1f}" in drawdown
    base.set_data(ChartData("", np.empty(0, dtype=np.int64)))
    assert {pane.accessibleDescription() for pane in base.panes} == {"nothing to show yet"}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_colours_are_those_of_the_theme(base: BasePanes, data: ChartData, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    base.set_data(data)
    base.dress(tokens())
    for pane in base.panes:
        pane.view.setXRange(0, COUNT, padding=0)
    fitted(base)
    for pane, wanted in zip(base.panes, (tokens().up, tokens().series_1, tokens().down), strict=True):
        image = pane.grab().toImage()
        found = {image.pixelColor(x, y).name() for x in range(0, image.width()) for y in range(0, image.height(), 2)}
        assert wanted in found, pane.key
