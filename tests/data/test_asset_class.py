"""Names and hours tell what a symbol is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.asset_class import ASSET_CLASSES, from_hours, from_name, infer_asset_class, legs
from ktrdr_app.data.calendars.choose import calendar_named
from ktrdr_app.data.csv_source import read_bars
from tests.data.calendars.clocks import ns
from tests.shared_data import shared_path

NAMES = {
    "EURUSD": "forex",
    "EUR/USD": "forex",
    "usdjpy": "forex",
    "GBPCHF": "forex",
    "XAUUSD": "metal",
    "XAGEUR": "metal",
    "BTCUSDT": "crypto",
    "BTC-USD": "crypto",
    "ETHBTC": "crypto",
    "DASHBTC": "crypto",
    "PEPEUSDT": "crypto",
    "NEWCOINUSDC": "crypto",
    "BTC": "crypto",
    "DEUIDXEUR": "index",
    "US500": "index",
    "GER40": "index",
    "SPX": "index",
    "AAPL": "stock",
    "BRK.B": "stock",
    "F": "stock",
}


def _opens(calendar: str, timeframe: str = "1h") -> NDArray[np.int64]:
    return calendar_named(calendar).expected_opens(ns("2024-01-08"), ns("2024-03-11"), timeframe)


@pytest.mark.parametrize(("symbol", "asset_class"), NAMES.items())
def test_names(symbol: str, asset_class: str) -> None:
    guess = from_name(symbol)
    assert guess is not None
    assert guess.asset_class == asset_class
    assert guess.sure == (asset_class != "stock")
    assert guess.reason
    assert infer_asset_class(symbol).asset_class == asset_class


@pytest.mark.parametrize("symbol", ["SERIES1", "A1B2C3", "0700", "LONGNAMES"])
def test_names_that_tell_nothing(symbol: str) -> None:
    assert from_name(symbol) is None
    guess = infer_asset_class(symbol)
    assert (guess.asset_class, guess.sure) == ("stock", False)
    assert "neither" in guess.reason


@pytest.mark.parametrize(
    ("calendar", "timeframe", "asset_class"),
    [
        ("24/7", "1h", "crypto"),
        ("24/7", "1d", "crypto"),
        ("forex", "1h", "forex"),
        ("forex", "5m", "forex"),
        ("forex", "4h", None),
        ("forex", "1d", None),
        ("XNYS", "1h", "stock"),
        ("XNYS", "5m", "stock"),
        ("XNYS", "1d", None),
    ],
)
def test_hours(calendar: str, timeframe: str, asset_class: str | None) -> None:
    guess = from_hours(_opens(calendar, timeframe))
    assert (guess and guess.asset_class) == asset_class


def test_hours_decide_where_the_name_does_not() -> None:
    assert infer_asset_class("SERIES1", _opens("forex")).asset_class == "forex"
    assert infer_asset_class("SERIES1", _opens("24/7")).asset_class == "crypto"
    assert infer_asset_class("SERIES1", _opens("XNYS", "1d")).sure is False
    assert infer_asset_class("GOLD", _opens("forex")).asset_class == "forex"


def test_a_share_with_weekend_bars_stays_a_share_and_the_doubt_is_said() -> None:
    guess = infer_asset_class("AAPL", _opens("24/7", "1d"))
    assert guess.asset_class == "stock"
    assert "Saturdays and Sundays, as crypto has" in guess.reason


def test_a_sure_name_outweighs_hours() -> None:
    rests = infer_asset_class("BTCUSD", _opens("forex"))
    assert rests.asset_class == "crypto"
    assert "as forex has" in rests.reason
    assert infer_asset_class("EURUSD", _opens("forex")).reason == "EUR in USD, two currencies"
    assert infer_asset_class("US500", _opens("forex")).reason == "the name of an index"


def test_days_of_utc_with_sundays_are_a_round_the_clock_week() -> None:
    days = np.arange(ns("2024-01-07"), ns("2024-03-11"), NANOSECONDS["1d"])
    sundays = days[(days // NANOSECONDS["1d"] + 3) % 7 != 5]
    guess = from_hours(sundays)
    assert guess is not None
    assert (guess.asset_class, guess.reason) == ("forex", "short bars on Sundays")


def test_too_few_bars_tell_nothing() -> None:
    assert from_hours(_opens("24/7")[:4]) is None


@pytest.mark.shared
def test_every_development_file_is_recognised() -> None:
    rows = [
        [cell.strip() for cell in line.split("|")]
        for line in shared_path("data/dev/README.md").read_text().splitlines()
    ]
    wanted = {row[1]: row[2] for row in rows if len(row) > 5 and row[2] in ASSET_CLASSES}
    assert len(wanted) == 58
    for name, asset_class in wanted.items():
        opens = read_bars(shared_path(f"data/dev/{name}.csv")).index.asi8
        assert infer_asset_class(name.rpartition("_")[0], opens).asset_class == asset_class, name


LEGS = {
    "EURUSD": ("EUR", "USD"),
    "eur/jpy": ("EUR", "JPY"),
    "XAUUSD": ("XAU", "USD"),
    "BTC-USD": ("BTC", "USD"),
    "BTCUSDT": ("BTC", "USD"),
    "NEWCOINUSDC": ("NEWCOIN", "USD"),
    "ETHBTC": ("ETH", "BTC"),
    "BTC": ("BTC",),
    "DEUIDXEUR": (),
    "AAPL": (),
    "?": (),
}


@pytest.mark.parametrize(("symbol", "sides"), LEGS.items())
def test_the_sides_of_a_pair(symbol: str, sides: tuple[str, ...]) -> None:
    assert legs(symbol) == sides
