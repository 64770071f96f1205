"""Looks at a series that can be stored and tells what may be wrong in it; nothing is changed here."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.data.importing.calendar_text import DAY, HOUR, MINUTE
from ktrdr_app.data.importing.clean import Rows
from ktrdr_app.data.importing.findings import Finding, finding
from ktrdr_app.data.importing.infer import step_of

_HOLE = 14 * DAY
_SPIKE = 3.0
_SPLITS = (2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 50.0, 1.5)
_RUN = 20
_STOCK_NIGHT = (1, 7)
"""Hours of the day in UTC at which no exchange of Europe or America trades shares."""


def look_at(rows: Rows, timeframe: str | None, asset_class: str, symbol: str, weekends: bool) -> list[Finding]:
    """Return what may be wrong in a series.

    Parameters
    ----------
    rows : Rows
        In order of time, each stamp once.
    timeframe : str or None
        Bar length, if it is known.
    asset_class : str
        As given or inferred.
    symbol : str
        Name of the series; empty if it is not known.
    weekends : bool
        Whether the market is known to be open on weekends.
    """
    found = [*_prices(rows), *_times(rows, timeframe)]
    if not weekends:
        found += _weekends(rows, asset_class, symbol)
    return [*found, *_session(rows, timeframe, asset_class), *_scale(rows, asset_class)]


def _prices(rows: Rows) -> list[Finding]:
    found = []
    opened, high, low, close = rows.prices.T
    crossed = (high < rows.prices.max(axis=1)) | (low > rows.prices.min(axis=1))
    if crossed.any():
        words = "{n} bars whose high and low do not enclose open and close; they are kept as they are"
        found.append(finding("ohlc_violation", words, rows.line[crossed]))
    if len(rows) >= 3:
        before, after = np.append(close[0], close[:-1]), np.append(opened[1:], opened[-1])
        top = np.maximum(np.maximum(before, after), low)
        bottom = np.minimum(np.minimum(before, after), high)
        spikes = (high > _SPIKE * top) | (low < bottom / _SPIKE)
        if spikes.any():
            words = "{n} bars reach to more than three times, or less than a third of, the prices beside them; kept"
            found.append(finding("spike", words, rows.line[spikes]))
        split = _splits(opened, close) & (np.append(0, np.diff(rows.utc)) < _HOLE)
        if split.any():
            words = "{n} bars begin at a whole fraction or multiple of the close before, as after a share split; kept"
            found.append(finding("suspected_split", words, rows.line[split]))
    return found


def _splits(opened: NDArray[np.float64], close: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the bars at which prices jump to another level by the ratio of a split, and stay there."""
    jump = np.append(0.0, np.log(opened[1:] / close[:-1]))
    found = np.zeros(len(opened), dtype=np.bool_)
    for place in np.flatnonzero(np.abs(jump) > np.log(1.45)):
        before, after = close[max(place - 5, 0) : place], close[place : place + 5]
        lasting = np.log(np.median(after) / np.median(before))
        near = min(abs(abs(jump[place]) - np.log(ratio)) for ratio in _SPLITS)
        found[place] = near < 0.06 and abs(lasting - jump[place]) < 0.25
    return found


def _times(rows: Rows, timeframe: str | None) -> list[Finding]:
    found = []
    now = dt.datetime.now(dt.UTC).timestamp() * 1e9
    odd = (rows.utc > now + DAY) | (rows.utc <= DAY) & (rows.utc >= 0)
    if odd.any():
        words = "{n} bars lie in the future or on the first day of 1970, which computers write for no date; kept"
        found.append(finding("implausible_time", words, rows.line[odd]))
    seconds = rows.utc % MINUTE != 0
    if seconds.any():
        words = "{n} bars do not begin at a whole minute; are they stamped by their close, or still forming? kept"
        found.append(finding("odd_seconds", words, rows.line[seconds]))
    steps = np.diff(rows.utc)
    holes = np.flatnonzero((steps > _HOLE) & (steps > 10 * (NANOSECONDS[timeframe] if timeframe else 0)))
    if len(holes):
        longest = holes[np.argmax(steps[holes])]
        size = f"{steps[longest] // DAY:,} days from {_day(rows, longest)}"
        words = f"{{n}} holes of more than 14 days, the longest {size}; rows are those after a hole"
        found.append(finding("hole", words, rows.line[holes + 1]))
    return [*found, *_mixed(rows, steps, timeframe)]


def _day(rows: Rows, place: np.int64) -> str:
    return str(np.datetime64(int(rows.utc[place]), "ns").astype("datetime64[D]"))


def _mixed(rows: Rows, steps: NDArray[np.int64], timeframe: str | None) -> list[Finding]:
    """Tell long runs of steps that are another bar length, and bars nearer to each other than their length."""
    if timeframe is None or not len(steps):
        return []
    length, found = NANOSECONDS[timeframe], []
    near = steps < length
    if near.mean() > 0.5:
        usual = step_of(rows.utc)
        words = f"the bars are {usual or 'nearer'} apart, the series is named {timeframe}"
        found.append(finding("timeframe_clash", words))
    elif near.any():
        words = f"{{n}} bars begin before the {timeframe} bar ahead of them has ended; kept"
        found.append(finding("mixed_step", words, rows.line[1:][near]))
    longer = [size for size in NANOSECONDS.values() if size >= 4 * length]
    for size in longer[::-1]:
        apart = _in_runs((steps % size == 0) & (steps > 0))
        if apart.any() and not near.mean() > 0.5:
            name = next(name for name, value in NANOSECONDS.items() if value == size)
            words = f"{{n}} bars in a row are {name} or more apart, though the series is {timeframe}; kept"
            return [*found, finding("mixed_step", words, rows.line[1:][apart])]
    return found


def _in_runs(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the places that belong to at least `_RUN` true ones in a row."""
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    kept = np.zeros(len(mask), dtype=np.bool_)
    for begin, end in zip(begins[ends - begins >= _RUN], ends[ends - begins >= _RUN], strict=True):
        kept[begin:end] = True
    return kept


def _weekends(rows: Rows, asset_class: str, symbol: str) -> list[Finding]:
    weekday = (rows.utc // DAY + 3) % 7
    saturday, sunday = weekday == 5, weekday == 6
    weekend = (saturday | sunday) if saturday.any() else sunday & (asset_class == "stock")
    if not weekend.any():
        return []
    words = f"{{n}} bars lie on a weekend, when only crypto markets trade{_for(symbol)}; kept"
    return [finding("weekend_bars", words, rows.line[weekend])]


def _session(rows: Rows, timeframe: str | None, asset_class: str) -> list[Finding]:
    if asset_class != "stock" or timeframe is None or NANOSECONDS[timeframe] >= DAY:
        return []
    hour = rows.utc % DAY // HOUR
    night = (hour >= _STOCK_NIGHT[0]) & (hour < _STOCK_NIGHT[1])
    if night.mean() <= 0.05:
        return []
    words = "{n} bars lie between 01:00 and 07:00 UTC, when shares trade in Asia only; is the time zone right?"
    return [finding("outside_session", words, rows.line[night])]


def _scale(rows: Rows, asset_class: str) -> list[Finding]:
    typical = float(np.median(rows.prices[:, 3]))
    if asset_class != "forex" or typical <= 1000 or not (np.abs(rows.prices - np.round(rows.prices)) < 1e-6).all():
        return []
    words = f"all prices are whole numbers around {typical:,.0f}; they may be points, not prices; kept as written"
    return [finding("price_scale", words)]


def _for(symbol: str) -> str:
    return f", and {symbol} does not look like one" if symbol else ""


def volume_swaps(
    close: NDArray[np.float64], base: NDArray[np.float64], quote: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return the rows in which base and quote volume stand in each other's place.

    Parameters
    ----------
    close, base, quote : ndarray of float64, shape (n,)
        A quote volume is about the base volume times the price.
    """
    usable = (close > 0) & (base > 0) & (quote > 0) & np.isfinite(close) & np.isfinite(base) & np.isfinite(quote)
    price, ratio = np.log(close[usable]), np.log(quote[usable]) - np.log(base[usable])
    swapped = np.zeros(len(close), dtype=np.bool_)
    swapped[usable] = (np.abs(price) > 1) & (np.abs(ratio + price) < 0.2) & (np.abs(ratio - price) > 1)
    return swapped


def as_frame(rows: Rows) -> pd.DataFrame:
    """Return a series as every reader of ours gives it.

    Parameters
    ----------
    rows : Rows
        In order of time, each stamp once.
    """
    index = pd.DatetimeIndex(rows.utc.view("datetime64[ns]"), name="timestamp").tz_localize("UTC")
    columns = {name: rows.prices[:, place].copy() for place, name in enumerate(("open", "high", "low", "close"))}
    return pd.DataFrame({**columns, "volume": rows.volume}, index=index)
