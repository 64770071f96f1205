"""Guesses what a symbol is - share, currency pair, crypto, metal, index - from its name and its bars' hours."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.timeframes import NANOSECONDS

ASSET_CLASSES = ("stock", "forex", "crypto", "index", "metal")
"""Every class, as the command line takes it."""
CURRENCIES = frozenset(
    re.findall(
        "[A-Z]+",
        "AUD BRL CAD CHF CLP CNH CNY COP CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP PLN RON RUB "
        "SEK SGD THB TRY TWD USD ZAR",
    )
)
METALS = frozenset({"XAU", "XAG", "XPT", "XPD", "XCU"})
COINS = frozenset(
    re.findall(
        "[A-Z]+",
        "AAVE ADA ALGO APT ARB ATOM AVAX BCH BNB BTC DASH DOGE DOT EOS ETC ETH FIL ICP LINK LTC MATIC NEAR NEO OP "
        "PEPE SHIB SOL SUI TON TRX UNI VET XBT XLM XMR XRP XTZ ZEC",
    )
)
STABLE = ("USDT", "USDC", "BUSD", "TUSD", "FDUSD")
_INDEX = re.compile(
    r"IDX|^(SPX|NDX|DJI|RUT|VIX|DAX|FTSE|NIKKEI|STOXX)|^(US|GER|DE|UK|FRA|JP|JPN|EU|AUS|HK|NAS)\d{2,4}$"
)
_DAY = NANOSECONDS["1d"]
_HOUR = NANOSECONDS["1h"]


@dataclass(frozen=True)
class Guess:
    """What a symbol seems to be.

    Attributes
    ----------
    asset_class : str
        One of `ASSET_CLASSES`.
    reason : str
        What tells so, in words.
    sure : bool
        Whether name or hours settle it; a share is also what is left when nothing does.
    """

    asset_class: str
    reason: str
    sure: bool


def from_name(symbol: str) -> Guess | None:
    """Return the class that a symbol's name tells, or None where it tells none.

    Parameters
    ----------
    symbol : str
        As it is traded: EURUSD, EUR/USD, BTC-USDT, XAUUSD, DEUIDXEUR.
    """
    plain = re.sub(r"[^A-Z0-9]", "", symbol.upper())
    base, quote = plain[:3], plain[3:]
    if base in METALS and quote in CURRENCIES:
        return Guess("metal", f"{base} in {quote}", True)
    if len(plain) == 6 and base in CURRENCIES and quote in CURRENCIES:
        return Guess("forex", f"{base} in {quote}, two currencies", True)
    coin = _coin_pair(plain)
    if coin:
        return Guess("crypto", coin, True)
    if _INDEX.search(plain):
        return Guess("index", "the name of an index", True)
    if re.fullmatch(r"[A-Z]{1,5}([.-][A-Z]{1,2})?", symbol.upper()):
        return Guess("stock", "a ticker such as shares have", False)
    return None


def legs(symbol: str) -> tuple[str, ...]:
    """Return the two sides of a pair that a symbol's name tells, or nothing for what is no pair.

    Two pairs that share a side move together. Coins that stand for a dollar count as the dollar.

    Parameters
    ----------
    symbol : str
        As it is traded: EURUSD, BTC-USDT, XAUUSD.
    """
    guess = from_name(symbol)
    if guess is None or guess.asset_class not in ("forex", "metal", "crypto"):
        return ()
    plain = re.sub(r"[^A-Z0-9]", "", symbol.upper())
    if guess.asset_class != "crypto":
        return plain[:3], plain[3:]
    pair = _coin_sides(plain)
    return tuple("USD" if side in STABLE else side for side in pair) if pair else (plain,)


def _coin_pair(plain: str) -> str:
    if plain in COINS:
        return f"{plain}, a coin"
    pair = _coin_sides(plain)
    return f"{pair[0]} in {pair[1]}, a coin" if pair else ""


def _coin_sides(plain: str) -> tuple[str, str] | None:
    for quote in (*STABLE, *sorted(CURRENCIES | COINS)):
        base = plain.removesuffix(quote)
        known = base in COINS or (quote in STABLE and base.isalnum())
        if base and base != plain and known:
            return base, quote
    return None


def from_hours(opens: NDArray[np.int64]) -> Guess | None:
    """Return the class that trading hours tell, or None where they tell none.

    Parameters
    ----------
    opens : ndarray of int64, shape (n_bars,)
        Bar opens, nanoseconds UTC.
    """
    if opens.size < 5:
        return None
    weekday = (opens // _DAY + 3) % 7
    share = np.bincount(weekday, minlength=7) / opens.size
    if share[5] > 0.05 and share[6] > 0.05:
        return Guess("crypto", "bars on Saturdays and Sundays", True)
    hours = np.bincount(opens % _DAY // _HOUR, minlength=24) / opens.size
    if np.count_nonzero(hours) == 1:
        sundays = share[6] > 0.05
        return Guess("forex", "short bars on Sundays", True) if sundays else None
    if share[5] < 0.01 < share[6] and np.count_nonzero(hours > 0.02) >= 22:
        return Guess("forex", "bars day and night, none on Saturdays", True)
    if hours[13:22].sum() > 0.95:
        return Guess("stock", "bars only while New York's exchange is open", True)
    return None


def infer_asset_class(symbol: str, opens: NDArray[np.int64] | None = None) -> Guess:
    """Return the most likely class of a symbol; its name counts more than its hours.

    Parameters
    ----------
    symbol : str
        Its name.
    opens : ndarray of int64, optional
        Its bar opens, nanoseconds UTC.

    Returns
    -------
    Guess
        Where name and hours disagree, the reason says so.
    """
    named = from_name(symbol)
    kept = from_hours(opens) if opens is not None else None
    if named is None:
        return kept or Guess("stock", "neither name nor hours tell; taken as a share", False)
    if kept is None or kept.asset_class == named.asset_class or named.asset_class in ("metal", "index"):
        return named
    if not named.sure and kept.asset_class == "forex":
        return kept
    return Guess(named.asset_class, f"{named.reason}; yet {kept.reason}, as {kept.asset_class} has", True)
