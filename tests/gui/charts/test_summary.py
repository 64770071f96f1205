"""Charts in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.gui.charts.summary import (
    drawdown_of,
    drawdown_words,
    equity_words,
    price_words,
    stamp_text,
)

pytestmark = pytest.mark.gui

DAYS = np.asarray(pd.date_range("2012-12-28", periods=6, freq="1D", tz="UTC").as_unit("ns").asi8)


@pytest.mark.parametrize(
    ("equity", "start", "wanted"),
    [
        ([100, 110, 99, 120], 0.0, [0, 0, -0.1, 0]),
        ([100, 110, 99, 120], 200.0, [-0.5, -0.45, -0.505, -0.4]),
        ([90], 100.0, [-0.1]),
        ([], 100.0, []),
    ],
)
def test_drawdown_begins_at_the_money_at_the_start(equity: list[float], start: float, wanted: list[float]) -> None:
    np.testing.assert_allclose(drawdown_of(np.array(equity, dtype=np.float64), start), wanted)


def test_prices_in_words() -> None:
    close = np.array([10.0, 12.0, 11.0, 13.0, 14.0, 15.0])
    assert (
        price_words("IBM 1d", DAYS, close, 2) == "IBM 1d, 6 bars from 2012-12-28 to 2013-01-02, +50.0\u202f%, 2 trades"
    )
    assert price_words("IBM 1d", DAYS, close, 1).endswith("1 trade")
    assert price_words("IBM 1d", DAYS[:0], np.empty(0), 0) == "nothing to show yet"


@pytest.mark.parametrize(
    ("equity", "benchmark", "words"),
    [
        ([100.0, 112.4], [], "equity up 12.4\u202f%"),
        ([100.0, 88.0], [], "equity down 12.0\u202f%"),
        ([100.0, 100.0], [10.0, 15.0], "equity up 0.0\u202f%, buy and hold up 50.0\u202f%"),
        ([], [], "nothing to show yet"),
    ],
)
def test_equity_in_words(equity: list[float], benchmark: list[float], words: str) -> None:
    assert equity_words(np.array(equity), np.array(benchmark)) == words


def test_drawdown_in_words_names_the_month() -> None:
    depth = np.array([0.0, -0.02, -0.05, -0.01, -0.081, 0.0])
    assert drawdown_words(DAYS, depth) == "worst drawdown −8.1\u202f% in January 2013"
    assert drawdown_words(DAYS, np.zeros(6)) == "no drawdown"
    assert drawdown_words(DAYS[:0], np.empty(0)) == "nothing to show yet"


def test_moments_of_bars() -> None:
    noon = pd.Timestamp("2017-03-10 12:00", tz="UTC").value
    assert stamp_text(noon) == "2017-03-10 12:00"
    assert stamp_text(noon, with_time=False) == "2017-03-10"
