"""What is told of a series that can be stored: planted faults are found, clean bars are left in peace."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.data.importing.checks import as_frame, look_at, volume_swaps
from ktrdr_app.data.importing.clean import Rows
from tests.data.importing.vendors import series


def rows_of(bars: pd.DataFrame) -> Rows:
    """Return bars as rows on consecutive lines from 2 on."""
    prices = bars[["open", "high", "low", "close"]].to_numpy().copy()
    return Rows(np.arange(2, len(bars) + 2), bars.index.asi8.copy(), prices, bars["volume"].to_numpy())


def codes(
    rows: Rows, timeframe: str = "1h", asset_class: str = "crypto", weekends: bool = True
) -> dict[str, list[int]]:
    """Return the findings with their lines."""
    found = look_at(rows, timeframe, asset_class, "", weekends)
    return {entry.code: list(entry.rows) for entry in found}


def test_clean_bars_are_left_in_peace() -> None:
    assert codes(rows_of(series(500))) == {}


@pytest.mark.parametrize(
    ("place", "column", "factor"), [(50, 1, 10.0), (70, 2, 0.01), (90, 3, 8.0), (0, 1, 5.0), (199, 2, 0.1)]
)
def test_a_spike_is_found(place: int, column: int, factor: float) -> None:
    rows = rows_of(series(200))
    rows.prices[place, column] *= factor
    if column == 3:
        rows.prices[place, 1] *= factor
    assert codes(rows) == {"spike": [place + 2]}


@pytest.mark.parametrize("ratio", [2.0, 7.0, 1.5, 0.1])
def test_a_split_is_found_where_prices_stay_at_the_new_level(ratio: float) -> None:
    rows = rows_of(series(200, "1D"))
    rows.prices[100:] /= ratio
    assert codes(rows, "1d").get("suspected_split") == [102]


def test_a_crossed_bar_is_found() -> None:
    rows = rows_of(series(50))
    rows.prices[[10, 20], 1] = rows.prices[[10, 20], 2] - 0.01
    assert codes(rows) == {"ohlc_violation": [12, 22]}


def test_a_hole_is_found_and_measured() -> None:
    rows = rows_of(series(50))
    rows.utc[30:] += 400 * 86_400_000_000_000
    found = look_at(rows, "1h", "crypto", "", True)
    assert [(entry.code, entry.rows) for entry in found] == [("hole", (32,))]
    assert "400 days from 2021-03-02" in found[0].message


def test_stamps_that_computers_write_for_no_date() -> None:
    rows = rows_of(series(50))
    rows.utc[0] = 0
    rows.utc[-1] = int(pd.Timestamp("2150-01-01").value)
    assert codes(rows)["implausible_time"] == [2, 51]


def test_a_second_bar_length_is_found() -> None:
    both = pd.concat([series(100), series(30, "1D", start="2021-03-10")])
    assert len(codes(rows_of(both))["mixed_step"]) == 20


def test_bars_that_overlap_are_found() -> None:
    rows = rows_of(series(50))
    rows.utc[20] -= 600_000_000_000
    assert codes(rows) == {"mixed_step": [22]}


def test_a_name_that_the_rows_contradict() -> None:
    assert set(codes(rows_of(series(50, "5min")))) == {"timeframe_clash"}


def test_weekend_bars_are_told_unless_the_market_is_known_to_be_open() -> None:
    rows = rows_of(series(24 * 14))
    assert "weekend_bars" not in codes(rows)
    assert "weekend_bars" in codes(rows, weekends=False)


def test_shares_that_trade_at_night_are_told() -> None:
    index = series(24 * 5).index
    night = series(24 * 5)[(index.hour >= 1) & (index.hour < 7)]
    day = series(24 * 5)[(index.hour >= 14) & (index.hour < 21)]
    assert "outside_session" in codes(rows_of(night), asset_class="stock")
    assert "outside_session" not in codes(rows_of(day), asset_class="stock")


def test_prices_in_points_are_told_for_forex_only() -> None:
    rows = rows_of(series(50))
    rows.prices[:] = np.round(rows.prices * 1000)
    assert "price_scale" in codes(rows, asset_class="forex")
    assert "price_scale" not in codes(rows, asset_class="index")


def test_swapped_volumes_are_found() -> None:
    close = np.array([100.0, 100.0, 100.0, np.nan, 0.0])
    base = np.array([5.0, 500.0, 0.0, 5.0, 5.0])
    quote = np.array([500.0, 5.0, 0.0, 500.0, 500.0])
    assert volume_swaps(close, base, quote).tolist() == [False, True, False, False, False]


def test_the_frame_is_a_series_of_ours() -> None:
    bars = series(20)
    pd.testing.assert_frame_equal(as_frame(rows_of(bars)), bars, check_freq=False)
