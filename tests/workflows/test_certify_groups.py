"""Groups of a certificate: asset classes, and every currency or coin that two pairs share."""

from __future__ import annotations

from ktrdr_app.data.symbols import SymbolBook
from ktrdr_app.workflows.certify_groups import groups_of


def _found(*symbols: str, book: SymbolBook | None = None) -> dict[tuple[str, str], tuple[str, ...]]:
    groups = groups_of(symbols, book or SymbolBook())
    found = {(group.kind, group.name): group.symbols for group in groups}
    assert len(found) == len(groups)
    return found


def test_classes_and_shared_currencies() -> None:
    assert _found("EURUSD", "EURJPY", "XAUUSD", "AAPL", "BTCUSDT", "ETHBTC") == {
        ("asset class", "crypto"): ("BTCUSDT", "ETHBTC"),
        ("asset class", "forex"): ("EURUSD", "EURJPY"),
        ("asset class", "metal"): ("XAUUSD",),
        ("asset class", "stock"): ("AAPL",),
        ("currency", "BTC"): ("BTCUSDT", "ETHBTC"),
        ("currency", "EUR"): ("EURUSD", "EURJPY"),
        ("currency", "USD"): ("EURUSD", "XAUUSD", "BTCUSDT"),
    }


def test_shares_are_one_class_and_have_no_currency() -> None:
    assert _found("AAPL", "IBM") == {("asset class", "stock"): ("AAPL", "IBM")}


def test_what_the_workspace_says_of_a_symbol_counts_more_than_its_name() -> None:
    book = SymbolBook({"AAPL": {"asset_class": "index"}})
    assert _found("AAPL", "IBM", book=book) == {
        ("asset class", "index"): ("AAPL",),
        ("asset class", "stock"): ("IBM",),
    }


def test_members_stand_in_the_order_of_the_certificate() -> None:
    assert _found("USDJPY", "EURUSD", "AUDUSD")["currency", "USD"] == ("USDJPY", "EURUSD", "AUDUSD")
