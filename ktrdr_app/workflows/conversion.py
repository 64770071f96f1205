"""Which rates a portfolio's symbols are converted by: the account's currency, and bars of pairs in the workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ktrdr_app.backtesting.portfolio_terms import Rates
from ktrdr_app.core.errors import InvalidValue, NoRate
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.timeframes import bar_length
from ktrdr_app.data.bars import close_times, nanoseconds
from ktrdr_app.data.currencies import pair_of, quote_currency
from ktrdr_app.data.symbols import read_symbols
from ktrdr_app.workflows.prepare import source_of

if TYPE_CHECKING:
    import pandas as pd

AS_THEY_ARE = (
    "No conversion: the currencies of these symbols are not known, and their prices are added up as they are. If they "
    "differ, say so in symbols.yaml."
)
"""What is said where nothing tells in which currencies symbols are quoted."""


@dataclass(frozen=True)
class Conversion:
    """How prices become account currency.

    Attributes
    ----------
    account : str
        The account's currency; empty where it is not known.
    currencies : mapping of str to str
        Quote currency by symbol; empty where it is not known.
    rates : mapping of str to Rates
        By currency, for those that are not the account's.
    pairs : mapping of str to str
        What each rate was taken from, in words.
    note : str
        What must be said of it; empty if nothing.
    """

    account: str
    currencies: Mapping[str, str]
    rates: Mapping[str, Rates]
    pairs: Mapping[str, str]
    note: str = ""

    def of(self, symbol: str) -> Rates | None:
        """Return the rates of a symbol's currency; None where it is the account's.

        Parameters
        ----------
        symbol : str
            Its name.
        """
        return self.rates.get(self.currencies[symbol])

    def to_document(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "account_currency": self.account or None,
            "quote_currencies": dict(self.currencies),
            "pairs": dict(self.pairs),
            "note": self.note,
        }


def conversion_of(
    workspace: Workspace, bars: Mapping[str, pd.DataFrame], timeframe: str, account: str | None
) -> Conversion:
    """Find out how to convert each symbol's prices.

    Parameters
    ----------
    workspace : Workspace
        Whose ``symbols.yaml`` and pairs are read.
    bars : mapping of str to DataFrame
        Bars that are traded, by symbol.
    timeframe : str
        Bar length; pairs of this length are taken, else of any.
    account : str, optional
        The account's currency; where it is not given, it is that of all symbols.

    Raises
    ------
    InvalidValue
        If symbols have several currencies and no account currency is given, or one is given and a symbol's is unknown.
    NoRate
        If no pair tells a rate.
    """
    book = read_symbols(workspace)
    currencies = {
        symbol: quote_currency(book.settings(symbol, nanoseconds(frame.index))) for symbol, frame in bars.items()
    }
    known = sorted({currency for currency in currencies.values() if currency})
    unknown = [symbol for symbol, currency in currencies.items() if not currency]
    if account is None:
        if len(known) > 1 or (known and unknown):
            found = ", ".join(f"{symbol} in {currency or 'an unknown one'}" for symbol, currency in currencies.items())
            raise InvalidValue("account_currency", None, f"a currency to count in, as symbols are quoted so: {found}")
        return Conversion("".join(known), currencies, {}, {}, "" if known else AS_THEY_ARE)
    home = account.upper()
    if unknown:
        expected = "its currency in symbols.yaml, as prices are to be converted"
        raise InvalidValue(f"{unknown[0]}.currency", "", expected, where="symbols.yaml")
    rates, pairs = dict[str, Rates](), dict[str, str]()
    for currency in known:
        if currency != home:
            first = min(int(nanoseconds(bars[s].index[:1])[0]) for s in bars if currencies[s] == currency)
            rates[currency], pairs[currency] = _rates(workspace, currency, home, timeframe, first)
    return Conversion(home, currencies, rates, pairs)


def _rates(workspace: Workspace, currency: str, account: str, timeframe: str, first: int) -> tuple[Rates, str]:
    source = source_of(workspace)
    series = source.series()
    same = [one.symbol for one in series if one.timeframe == timeframe]
    found = pair_of(currency, account, same) or pair_of(currency, account, [one.symbol for one in series])
    if found is None:
        raise NoRate(currency, first)
    symbol, turned = found
    frame = timeframe if symbol in same else _shortest([one.timeframe for one in series if one.symbol == symbol])
    bars = source.load(symbol, frame)
    close = bars["close"].to_numpy(dtype=np.float64)
    values = 1.0 / close if turned else close
    words = f"{'1 / ' if turned else ''}close of {symbol} {frame}, the last one known"
    return Rates(currency, close_times(bars.index, frame), values), words


def _shortest(timeframes: Sequence[str]) -> str:
    return min(timeframes, key=bar_length)
