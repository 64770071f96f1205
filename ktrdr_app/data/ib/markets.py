"""Which contract of the broker a symbol means, and which of its prices are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from ktrdr_app.core.errors import InvalidValue

_CURRENCY_WORDS = "AUD CAD CHF CNH CZK DKK EUR GBP HKD HUF ILS JPY KRW MXN NOK NZD PLN RUB SEK SGD TRY USD ZAR"
_COIN_WORDS = "AAVE ADA AVAX BCH BTC DOGE ETH LINK LTC MATIC SOL SUI UNI XRP"
CURRENCIES = frozenset(_CURRENCY_WORDS.split())
"""Currencies that IDEALPRO pairs."""
COINS = frozenset(_COIN_WORDS.split())
"""Coins that PAXOS or its successor at the broker quotes, in US dollars."""
METALS = frozenset({"XAUUSD", "XAGUSD"})
ASSET_CLASSES = ("forex", "stock", "crypto", "metal")
"""Classes that can be asked for."""


@dataclass(frozen=True)
class Market:
    """A contract as the broker's search takes it.

    Attributes
    ----------
    kind : str
        The broker's security type (``CASH``, ``STK``, ``CRYPTO``, ``CMDTY``).
    symbol : str
        The broker's symbol; base currency of a pair.
    exchange : str
        Where its history is.
    currency : str
        Quote currency.
    prices : str
        ``TRADES``, ``MIDPOINT`` or ``AGGTRADES``.
    regular_hours : bool
        Whether bars outside the exchange's regular session are left out.
    """

    kind: str
    symbol: str
    exchange: str
    currency: str
    prices: str
    regular_hours: bool

    def __str__(self) -> str:
        return f"{self.symbol} {self.currency} ({self.kind}, {self.exchange}, {self.prices})"


def market_of(symbol: str, asset_class: str | None = None) -> Market:
    """Return what a symbol means at the broker.

    Parameters
    ----------
    symbol : str
        ``EURUSD`` or ``EUR.USD`` is a pair of currencies, ``BTCUSD`` a coin, ``XAUUSD`` a metal, all else a US
        stock (``BRK.B`` is the broker's ``BRK B``).
    asset_class : str, optional
        One of `ASSET_CLASSES` where the symbol alone would be read otherwise.

    Raises
    ------
    InvalidValue
        If the class is unknown, or the symbol cannot be of that class.
    """
    letters = symbol.upper().replace(".", "").replace("-", "")
    found = asset_class or _class_of(letters)
    if found == "stock":
        return Market("STK", symbol.upper().replace(".", " ").replace("-", " "), "SMART", "USD", "TRADES", True)
    if found == "crypto" and letters.endswith("USD") and letters != "USD":
        return Market("CRYPTO", letters[:-3], "PAXOS", "USD", "AGGTRADES", False)
    if found == "forex" and len(letters) == 6:
        return Market("CASH", letters[:3], "IDEALPRO", letters[3:], "MIDPOINT", False)
    if found == "metal" and letters in METALS:
        return Market("CMDTY", letters, "SMART", "USD", "MIDPOINT", False)
    if found not in ASSET_CLASSES:
        raise InvalidValue("asset class", found, f"one of {', '.join(ASSET_CLASSES)}")
    expected = {"forex": "six letters such as EURUSD", "crypto": "a coin in US dollars such as BTCUSD"}
    raise InvalidValue("symbol", symbol, expected.get(found, "XAUUSD or XAGUSD"))


def _class_of(letters: str) -> str:
    if letters in METALS:
        return "metal"
    if len(letters) == 6 and letters[:3] in CURRENCIES and letters[3:] in CURRENCIES:
        return "forex"
    if letters.endswith("USD") and letters[:-3] in COINS:
        return "crypto"
    return "stock"
