"""Symbol and bar length from the names that vendors give their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.data.importing.file_names import one_symbol, plain_symbol, read_name


@pytest.mark.parametrize(
    ("name", "symbol", "timeframe"),
    [
        ("EURUSD_1h.csv", "EURUSD", "1h"),
        ("eurusd_1h.csv", "EURUSD", "1h"),
        ("BRK.B_1d.csv", "BRK.B", "1d"),
        ("EURUSD60.csv", "EURUSD", "1h"),
        ("EURUSD1440.csv", "EURUSD", "1d"),
        ("EURUSD_H1_201501020000_201504291800.csv", "EURUSD", "1h"),
        ("EURUSD_M5.csv", "EURUSD", "5m"),
        ("DAT_ASCII_EURUSD_M1_2017.csv", "EURUSD", "1m"),
        ("BTCUSDT-1h-2020-01.csv", "BTCUSDT", "1h"),
        ("BTCUSDT-1h-2020-01.zip", "BTCUSDT", "1h"),
        ("Gemini_BTCUSD_1h.csv", "BTCUSD", "1h"),
        ("BINANCE_BTCUSDT, 60.csv", "BTCUSDT", "1h"),
        ("BINANCE_BTCUSDT, 1D.csv", "BTCUSDT", "1d"),
        ("aapl_us_d.csv", "AAPL", "1d"),
        ("XBTUSD_60.csv", "XBTUSD", "1h"),
        ("AAPL.csv", "AAPL", ""),
        ("^GSPC.csv", "^GSPC", ""),
        ("r13_tz_poisoned_MSFT_1h.csv", "MSFT", "1h"),
        ("r18_huge_BTCUSD_1m.csv.gz", "BTCUSD", "1m"),
        ("m38_named_MSFT_1h_holds_5m.csv", "MSFT", "1h"),
        ("m00_clean_reference.csv", "", ""),
        ("download.csv", "", ""),
        ("my data.csv", "", ""),
        (".csv", "", ""),
    ],
)
def test_names(name: str, symbol: str, timeframe: str) -> None:
    assert read_name(Path("folder") / name) == (symbol, timeframe)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("BTC/USD", "BTCUSD"), ("NASDAQ:AAPL", "AAPL"), (" EURUSD ", "EURUSD"), ("^GSPC", "GSPC"), ("", "")],
)
def test_symbols_are_made_plain(text: str, wanted: str) -> None:
    assert plain_symbol(text) == wanted


def test_the_symbols_of_a_column_come_once_each() -> None:
    assert one_symbol(["BTC/USD", "BTCUSD", "", "ETH/USD", "BTC/USD"]) == ["BTCUSD", "ETHUSD"]
