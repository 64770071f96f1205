"""What the rows tell of the series: bar length, asset class, and which clocks would fit them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.importing.calendar_text import DAY, HOUR, MINUTE
from ktrdr_app.data.importing.zones import COMMON, clock_named, to_utc

_NEW_YORK = "America/New_York"
_CURRENCIES = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "HUF"),
    *("CZK", "TRY", "ZAR", "MXN", "SGD", "HKD", "CNH", "CNY", "RUB", "ILS", "THB"),
)
_COINS = re.compile(
    r"BTC|XBT|ETH|LTC|XRP|ADA|DOGE|XMR|DASH|SOL|BNB|DOT|TRX|XLM|EOS|BCH|ETC|LINK|AVAX|SHIB|UNI|ATOM|MATIC|USDT|USDC|BUSD"
)

_BY_NAME = {
    "metal": r"^XA[UG]|^XP[TD]|^GOLD|^SILVER",
    "index": r"IDX|^\^|^(?:SPX|NDX|DJI|DAX|FTSE|VIX)$|"
    r"^(?:US|UK|DE|JP|GER|FRA|AUS|EU|HK|SPX|NAS|NDX|DJ|DAX|STOXX)\d{2,4}",
}


def each_once(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return numbers in rising order, each once; what is so already is not sorted again.

    Parameters
    ----------
    values : ndarray of int64
        In any order.
    """
    if (values[1:] > values[:-1]).all():
        return values
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def step_of(utc: NDArray[np.int64]) -> str | None:
    """Return the bar length that the median step is, or that most steps are; None if it is none of ours.

    Parameters
    ----------
    utc : ndarray of int64
        Stamps in order of time, each once.
    """
    steps = np.diff(utc)
    if not len(steps):
        return None
    names = {size: name for name, size in NANOSECONDS.items()}
    median = int(np.median(steps))
    if median in names:
        return names[median]
    sizes, counts = np.unique(steps, return_counts=True)
    often = int(sizes[counts.argmax()])
    if often in names and (steps % min(often, DAY) == 0).mean() >= 0.9 and counts.max() > 0.2 * len(steps):
        return names[often]
    return None


def looks_like_crypto(symbol: str) -> bool:
    """Return whether a symbol names a coin.

    Parameters
    ----------
    symbol : str
        Any spelling.
    """
    return bool(_COINS.search(symbol.upper())) and not looks_like_forex(symbol)


def looks_like_forex(symbol: str) -> bool:
    """Return whether a symbol is a pair of currencies.

    Parameters
    ----------
    symbol : str
        Any spelling.
    """
    letters = re.sub(r"[^A-Z]", "", symbol.upper())
    return len(letters) == 6 and letters[:3] in _CURRENCIES and letters[3:] in _CURRENCIES


def asset_class_of(utc: NDArray[np.int64], symbol: str) -> str:
    """Return the asset class by the hours at which there are bars; by the symbol where these leave it open.

    Parameters
    ----------
    utc : ndarray of int64
        Stamps in order of time.
    symbol : str
        Name of the series; empty if it is not known.
    """
    for name, spellings in _BY_NAME.items():
        if re.search(spellings, symbol.upper()):
            return name
    weekday = (utc // DAY + 3) % 7
    step = int(np.median(np.diff(utc))) if len(utc) > 1 else DAY
    intraday = step < DAY
    around_the_clock = intraday and _hours(utc) >= min(20, 24 * HOUR // max(step, 1))
    if (weekday == 5).mean() > 0.05 and (around_the_clock or not intraday):
        return "crypto"
    if looks_like_forex(symbol) or around_the_clock or (not intraday and (weekday == 6).mean() > 0.05):
        never_shut = not intraday or not (np.diff(utc) > 36 * HOUR).any()
        return "crypto" if looks_like_crypto(symbol) and never_shut else "forex"
    return "crypto" if looks_like_crypto(symbol) else "stock"


def _hours(utc: NDArray[np.int64]) -> int:
    """Return how many of the hours of a day have stamps."""
    return int(np.count_nonzero(np.bincount(utc % DAY // HOUR)))


def fits_forex_week(utc: NDArray[np.int64]) -> bool:
    """Return whether most weekends of the stamps are the forex market's: Friday 17:00 to Sunday 17:00, New York.

    Parameters
    ----------
    utc : ndarray of int64
        Intraday stamps in order of time.
    """
    return forex_weekends(utc) >= 0.75


def forex_weekends(utc: NDArray[np.int64]) -> float:
    """Return the share of weekends that are the forex market's; 0 where there is none to judge by.

    Parameters
    ----------
    utc : ndarray of int64
        Intraday stamps in order of time.
    """
    steps = np.diff(utc)
    if not len(steps) or np.median(steps) >= DAY or _hours(utc) < 20:
        return 0.0
    length = int(np.median(steps))
    weekends = np.flatnonzero((steps > 36 * HOUR) & (steps < 80 * HOUR))
    if not len(weekends) or length > HOUR:
        return 0.0
    before, after = _new_york(utc[weekends]), _new_york(utc[weekends + 1])
    opening = (after // DAY + 3) % 7 == 6
    opening &= (after % DAY >= 17 * HOUR) & (after % DAY <= 17 * HOUR + max(length, 10 * MINUTE))
    closing = ((before // DAY + 3) % 7 == 4) & (before % DAY >= 15 * HOUR) & (before % DAY < 17 * HOUR)
    return float(min(opening.mean(), closing.mean()))


def _new_york(utc: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return stamps as wall-clock nanoseconds in New York."""
    index = pd.DatetimeIndex(utc.view("datetime64[ns]")).tz_localize("UTC").tz_convert(_NEW_YORK)
    return index.tz_localize(None).as_unit("ns").asi8


def likely_clocks(wall: NDArray[np.int64]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the clocks to offer for naive stamps, the likeliest first, and those that the rows speak for.

    Parameters
    ----------
    wall : ndarray of int64
        Wall-clock stamps.
    """
    ordered = each_once(wall)
    share = {name: forex_weekends(each_once(to_utc(ordered, clock_named(name), False).utc)) for name in COMMON}
    fitting = sorted((name for name in COMMON if share[name] >= 0.75), key=lambda name: -share[name])
    if not fitting and _is_new_york_session(ordered):
        fitting = [_NEW_YORK]
    return tuple(dict.fromkeys([*fitting, *COMMON])), tuple(fitting)


def _is_new_york_session(wall: NDArray[np.int64]) -> bool:
    """Return whether the bars of most days begin at 09:30 and end by 16:00."""
    day, first = np.unique(wall // DAY, return_index=True)
    if len(day) < 2 or len(wall) <= 2 * len(day):
        return False
    opening = wall[first] % DAY
    closing = wall[np.append(first[1:], len(wall)) - 1] % DAY
    return bool((opening == 9 * HOUR + 30 * MINUTE).mean() > 0.8 and (closing <= 16 * HOUR).mean() > 0.8)
