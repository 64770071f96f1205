"""Groups B and C against slow twins, on random and on real bars, with and without volume."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import talib

from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.bars import PriceArrays
from ktrdr_app.data.csv_source import CSVDataSource
from ktrdr_app.features.context import lagged, price_context, rate_of_change, volume_context
from tests.conftest import make_bars
from tests.reference import features as slow


def _volume_context(bars: pd.DataFrame) -> dict[str, np.ndarray]:
    prices = PriceArrays.of(bars)
    return volume_context(prices, talib.OBV(prices.close, np.nan_to_num(prices.volume)))


@pytest.mark.parametrize("rows", [1, 4, 20, 21, 60])
def test_price_context_equals_the_slow_twin(rows: int) -> None:
    bars = make_bars(rows, seed=rows)
    columns = price_context(PriceArrays.of(bars), {})
    for row in range(rows):
        for name, expected in slow.price_context(bars, row).items():
            assert columns[name][row] == pytest.approx(expected, rel=1e-9, abs=1e-15, nan_ok=True), (name, row)


def test_volume_context_equals_the_slow_twin() -> None:
    bars = make_bars(80, seed=5)
    bars.loc[bars.index[30:33], "volume"] = np.nan
    bars.loc[bars.index[50:75], "volume"] = 0.0
    columns = _volume_context(bars)
    for row in range(len(bars)):
        for name, expected in slow.volume_context(bars, row).items():
            assert columns[name][row] == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), (name, row)


def test_a_market_without_volume_is_neutral_and_says_so() -> None:
    bars = make_bars(40)
    bars["volume"] = np.nan
    columns = {name: values[20:] for name, values in _volume_context(bars).items()}
    assert (columns["volume_ratio_20"] == 1).all()
    assert (columns["volume_change_5"] == 0).all()
    assert (columns["obv_normalized"] == 0).all()
    assert (columns["volume_available"] == 0).all()


def test_averages_become_ratios_named_after_their_ids() -> None:
    bars = make_bars(30)
    mean = np.r_[np.full(5, np.nan), np.full(25, 50.0)]
    columns = price_context(PriceArrays.of(bars), {"slow": mean})
    np.testing.assert_allclose(columns["price_to_slow_ratio"][5:], bars["close"].to_numpy()[5:] / 50)
    assert np.isnan(columns["price_to_slow_ratio"][:5]).all()


def test_obv_stays_between_minus_one_and_one_on_real_volume(sample_workspace: Workspace) -> None:
    bars = CSVDataSource(sample_workspace.data).load("EURUSD", "1h")
    values = _volume_context(bars)["obv_normalized"][20:]
    assert np.abs(values).max() <= 1 + 1e-9
    assert values.std() > 0.1


def test_a_bar_without_range_sits_in_its_middle() -> None:
    bars = make_bars(3)
    bars[["open", "high", "low", "close"]] = 7.0
    assert (price_context(PriceArrays.of(bars), {})["daily_position"] == 0.5).all()


def test_appending_bars_changes_no_earlier_value() -> None:
    bars = make_bars(400, seed=9)
    whole = price_context(PriceArrays.of(bars), {}) | _volume_context(bars)
    for cut in (25, 26, 129, 257, 399):
        part = price_context(PriceArrays.of(bars.iloc[:cut]), {}) | _volume_context(bars.iloc[:cut])
        for name, values in part.items():
            np.testing.assert_array_equal(values, whole[name][:cut], err_msg=f"{name} at {cut}")


def test_lags_longer_than_the_series_are_all_missing() -> None:
    assert np.isnan(lagged(np.arange(3.0), 5)).all()
    assert np.isnan(rate_of_change(np.ones(2), 2)).all()
