"""In which currency a symbol is quoted, and what the workspace's pairs say that currency was worth."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ktrdr_app.data.asset_class import COINS, CURRENCIES, STABLE
from ktrdr_app.data.symbols import SymbolSettings

_PAIRS = ("forex", "metal", "crypto")


def quote_currency(settings: SymbolSettings) -> str:
    """Return the currency of a symbol's prices; empty where neither ``symbols.yaml`` nor the name tells it.

    Parameters
    ----------
    settings : SymbolSettings
        What is known of the symbol. Pairs end in their quote currency: EURUSD, XAU/EUR, BTC-USDT.
    """
    if settings.currency:
        return settings.currency.upper()
    name = plain_name(settings.symbol)
    if settings.asset_class not in _PAIRS:
        return ""
    for stable in STABLE:
        if name.endswith(stable) and len(name) > len(stable):
            return stable
    return name[-3:] if len(name) >= 6 and name[-3:] in CURRENCIES | COINS else ""


def plain_name(symbol: str) -> str:
    """Return a symbol's letters and figures alone, in capitals: EUR/USD and eur-usd are EURUSD.

    Parameters
    ----------
    symbol : str
        As the workspace has it.
    """
    return re.sub(r"[^A-Z0-9]", "", symbol.upper())


def pair_of(currency: str, account: str, symbols: Iterable[str]) -> tuple[str, bool] | None:
    """Return the symbol whose price converts a currency, and whether it is the wrong way round; None if there is none.

    Parameters
    ----------
    currency, account : str
        Currency of the prices, and of the account.
    symbols : iterable of str
        Symbols to choose from; a pair that need not be turned round comes first.
    """
    there = {plain_name(symbol): symbol for symbol in sorted(symbols, reverse=True)}
    if currency + account in there:
        return there[currency + account], False
    if account + currency in there:
        return there[account + currency], True
    return None
