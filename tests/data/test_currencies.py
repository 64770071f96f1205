"""What a symbol is quoted in, and which pair converts it."""

from __future__ import annotations

import pytest

from ktrdr_app.data.currencies import pair_of, plain_name, quote_currency
from ktrdr_app.data.symbols import SymbolSettings


@pytest.mark.parametrize(
    ("symbol", "asset_class", "given", "expected"),
    [
        ("EURUSD", "forex", "", "USD"),
        ("USD/JPY", "forex", "", "JPY"),
        ("XAUEUR", "metal", "", "EUR"),
        ("BTC-USDT", "crypto", "", "USDT"),
        ("ETHBTC", "crypto", "", "BTC"),
        ("AAPL", "stock", "", ""),
        ("AAPL", "stock", "usd", "USD"),
        ("EURUSD", "forex", "GBP", "GBP"),
        ("SPX", "index", "", ""),
        ("BTC", "crypto", "", ""),
    ],
)
def test_the_quote_currency(symbol: str, asset_class: str, given: str, expected: str) -> None:
    assert quote_currency(SymbolSettings(symbol, asset_class, "24/7", currency=given)) == expected


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        (["EURUSD", "USDEUR"], ("EURUSD", False)),
        (["USDEUR", "GBPUSD"], ("USDEUR", True)),
        (["EUR_USD"], ("EUR_USD", False)),
        (["GBPUSD"], None),
        ([], None),
    ],
)
def test_a_pair_may_be_the_wrong_way_round(symbols: list[str], expected: tuple[str, bool] | None) -> None:
    assert pair_of("EUR", "USD", symbols) == expected


def test_names_are_compared_without_their_signs() -> None:
    assert plain_name("eur/usd") == plain_name("EUR-USD") == "EURUSD"
