"""What symbols mean at the broker, as its contract search shows them."""

from __future__ import annotations

import pytest

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.data.ib.markets import Market, market_of


@pytest.mark.parametrize(
    ("symbol", "kind", "name", "exchange", "currency", "prices", "regular"),
    [
        ("EURUSD", "CASH", "EUR", "IDEALPRO", "USD", "MIDPOINT", False),
        ("EUR.USD", "CASH", "EUR", "IDEALPRO", "USD", "MIDPOINT", False),
        ("usd-jpy", "CASH", "USD", "IDEALPRO", "JPY", "MIDPOINT", False),
        ("AAPL", "STK", "AAPL", "SMART", "USD", "TRADES", True),
        ("BRK.B", "STK", "BRK B", "SMART", "USD", "TRADES", True),
        ("GOOGLE", "STK", "GOOGLE", "SMART", "USD", "TRADES", True),
        ("USD", "STK", "USD", "SMART", "USD", "TRADES", True),
        ("BTCUSD", "CRYPTO", "BTC", "PAXOS", "USD", "AGGTRADES", False),
        ("BTC-USD", "CRYPTO", "BTC", "PAXOS", "USD", "AGGTRADES", False),
        ("DOGEUSD", "CRYPTO", "DOGE", "PAXOS", "USD", "AGGTRADES", False),
        ("XAUUSD", "CMDTY", "XAUUSD", "SMART", "USD", "MIDPOINT", False),
    ],
)
def test_letters_tell_the_contract(
    symbol: str, kind: str, name: str, exchange: str, currency: str, prices: str, regular: bool
) -> None:
    assert market_of(symbol) == Market(kind, name, exchange, currency, prices, regular)


def test_an_asset_class_counts_more_than_letters() -> None:
    assert market_of("EURUSD", "stock").kind == "STK"
    assert market_of("ABCXYZ", "forex") == Market("CASH", "ABC", "IDEALPRO", "XYZ", "MIDPOINT", False)
    assert market_of("NEWUSD", "crypto").symbol == "NEW"


@pytest.mark.parametrize(
    ("symbol", "asset_class", "field", "hint"),
    [
        ("AAPL", "forex", "symbol", "EURUSD"),
        ("BTCEUR", "crypto", "symbol", "BTCUSD"),
        ("USD", "crypto", "symbol", "BTCUSD"),
        ("XPDUSD", "metal", "symbol", "XAUUSD"),
        ("AAPL", "bond", "asset class", "stock"),
    ],
)
def test_what_cannot_be_is_refused(symbol: str, asset_class: str, field: str, hint: str) -> None:
    with pytest.raises(InvalidValue, match=field) as raised:
        market_of(symbol, asset_class)
    assert hint in raised.value.hint


def test_a_market_reads_as_one_line() -> None:
    assert str(market_of("EURUSD")) == "EUR USD (CASH, IDEALPRO, MIDPOINT)"
