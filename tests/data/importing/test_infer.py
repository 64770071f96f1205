"""Bar length, market and clock from the rows alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.importing.infer import (
    asset_class_of,
    fits_forex_week,
    likely_clocks,
    looks_like_crypto,
    looks_like_forex,
    step_of,
)


def stamps(start: str, periods: int, frequency: str = "1h", zone: str = "UTC") -> pd.DatetimeIndex:
    """Return regular stamps."""
    return pd.date_range(start, periods=periods, freq=frequency, tz=zone).as_unit("ns")


def forex(start: str = "2021-02-01", days: int = 60, frequency: str = "1h") -> pd.DatetimeIndex:
    """Return the stamps of a forex market: Sunday 17:00 to Friday 17:00 in New York."""
    local = pd.date_range(start, periods=days * 24, freq=frequency, tz="UTC").tz_convert("America/New_York")
    hour = local.day_of_week * 24 + local.hour
    return local[(hour < 4 * 24 + 17) | (hour >= 6 * 24 + 17)].tz_convert("UTC").as_unit("ns")


def shares(days: int = 40) -> pd.DatetimeIndex:
    """Return half-hourly stamps of New York's session."""
    local = pd.date_range("2021-02-01", periods=days * 48, freq="30min", tz="America/New_York")
    minute = local.hour * 60 + local.minute
    return local[(local.day_of_week < 5) & (minute >= 570) & (minute < 960)].tz_convert("UTC").as_unit("ns")


def wall(index: pd.DatetimeIndex, zone: str) -> np.ndarray:
    """Return stamps as a clock shows them."""
    return index.tz_convert(zone).tz_localize(None).as_unit("ns").asi8


@pytest.mark.parametrize("timeframe", NANOSECONDS)
def test_the_median_step_is_the_bar_length(timeframe: str) -> None:
    utc = np.arange(50, dtype=np.int64) * NANOSECONDS[timeframe]
    assert step_of(utc) == timeframe
    assert step_of(np.delete(utc, [5, 6, 20])) == timeframe


@pytest.mark.parametrize("minutes", [2, 7, 45, 120])
def test_a_length_that_is_none_of_ours_is_not_guessed(minutes: int) -> None:
    assert step_of(np.arange(50, dtype=np.int64) * minutes * 60_000_000_000) is None


def test_one_row_tells_no_length() -> None:
    assert step_of(np.array([5], dtype=np.int64)) is None


@pytest.mark.parametrize(
    ("index", "symbol", "wanted"),
    [
        (stamps("2021-01-01", 500), "", "crypto"),
        (stamps("2021-01-01", 60, "1D"), "", "crypto"),
        (forex(), "", "forex"),
        (forex(), "XAUUSD", "metal"),
        (forex(), "DE40", "index"),
        (forex(), "BTCUSD", "forex"),
        (shares(), "", "stock"),
        (pd.bdate_range("2021-01-01", periods=60, tz="UTC").as_unit("ns"), "AAPL", "stock"),
        (pd.bdate_range("2021-01-01", periods=60, tz="UTC").as_unit("ns"), "EURUSD", "forex"),
        (stamps("2021-01-05", 30), "BTCUSDT", "crypto"),
    ],
)
def test_the_market_is_told_by_its_hours(index: pd.DatetimeIndex, symbol: str, wanted: str) -> None:
    assert asset_class_of(index.asi8, symbol) == wanted


@pytest.mark.parametrize("start", ["2021-02-01", "2021-06-01", "2021-10-15"])
def test_a_forex_week_is_known_on_its_own_clock_alone(start: str) -> None:
    index = forex(start)
    assert fits_forex_week(index.asi8)
    assert not fits_forex_week(wall(index, "Asia/Tokyo"))
    assert not fits_forex_week(wall(index, "America/New_York"))


def test_other_markets_do_not_look_like_forex() -> None:
    assert not fits_forex_week(stamps("2021-01-01", 2000).asi8)
    assert not fits_forex_week(shares().asi8)
    assert not fits_forex_week(stamps("2021-01-01", 100, "1D").asi8)
    assert not fits_forex_week(np.array([1], dtype=np.int64))


def test_the_clock_that_fits_is_offered_first() -> None:
    offered, fitting = likely_clocks(wall(forex(), "America/New_York"))
    assert offered[0] == fitting[0] == "America/New_York"
    offered, fitting = likely_clocks(wall(shares(), "America/New_York"))
    assert fitting == ("America/New_York",)
    offered, fitting = likely_clocks(stamps("2021-01-01", 500).asi8)
    assert fitting == ()
    assert offered[0] == "UTC"


@pytest.mark.parametrize(
    ("symbol", "crypto", "pair"),
    [
        ("BTCUSDT", True, False),
        ("ethusd", True, False),
        ("USDCAD", False, True),
        ("USDCHF", False, True),
        ("EUR/USD", False, True),
        ("EURUSD.m", False, False),
        ("AAPL", False, False),
        ("", False, False),
    ],
)
def test_what_a_symbol_looks_like(symbol: str, crypto: bool, pair: bool) -> None:
    assert looks_like_crypto(symbol) is crypto
    assert looks_like_forex(symbol) is pair
