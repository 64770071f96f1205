"""A run taken apart: by month, by size of its trades' returns, by hour and weekday of their entries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.workflows.wording import percent

MOST_BINS = 24
"""Bars of a histogram, at most."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Floats = NDArray[np.float64]
Stamps = NDArray[np.int64]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_HOUR, _DAY = NANOSECONDS["1h"], NANOSECONDS["1d"]
_EPOCH_WEEKDAY = 3
"""1 January 1970 was a Thursday."""


@dataclass(frozen=True)
class YearRow:
    """One year of monthly returns.

    Attributes
    ----------
    year : int
        Which.
    months : tuple of float or None, length 12
        Returns, fractions; None for a month without bars.
    total : float
        Return of the months together.
    """

    year: int
    months: tuple[float | None, ...]
    total: float


def month_grid(monthly: Mapping[str, float]) -> tuple[YearRow, ...]:
    """Return monthly returns as years by months.

    Parameters
    ----------
    monthly : mapping of str to float
        Returns by ``YYYY-MM``.
    """
    years = sorted({int(name[:4]) for name in monthly})
    rows = []
    for year in years:
        months = tuple(monthly.get(f"{year:04d}-{month:02d}") for month in range(1, 13))
        rows.append(YearRow(year, months, math.prod(1.0 + value for value in months if value is not None) - 1.0))
    return tuple(rows)


def month_words(monthly: Mapping[str, float]) -> str:
    """Return what monthly returns show, in a sentence; empty where there are none.

    Parameters
    ----------
    monthly : mapping of str to float
        Returns by ``YYYY-MM``.
    """
    if not monthly:
        return ""
    best, worst = max(monthly, key=monthly.__getitem__), min(monthly, key=monthly.__getitem__)
    gained = sum(value > 0 for value in monthly.values())
    still = sum(value == 0 for value in monthly.values())
    rest = f", {still} moved nothing" if still else ""
    return (
        f"{gained} of {len(monthly)} months gained{rest}; the best was {best} with "
        f"{percent(monthly[best], signed=True)}, the worst {worst} with {percent(monthly[worst], signed=True)}."
    )


@dataclass(frozen=True)
class Bins:
    """A histogram whose bars lie on one side of 0 each.

    Attributes
    ----------
    edges : ndarray of float64, shape (n_bins + 1,)
        Rising; 0 is one of them.
    counts : ndarray of int64, shape (n_bins,)
        How many lie from each edge up to the next.
    """

    edges: Floats
    counts: Stamps


def return_bins(returns: Floats) -> Bins:
    """Count returns of trades in bars of a round width.

    Parameters
    ----------
    returns : ndarray of float64, shape (n_trades,)
        Net profit over the entry's value.
    """
    if not len(returns):
        return Bins(np.zeros(1), np.zeros(0, dtype=np.int64))
    low, high = min(float(returns.min()), 0.0), max(float(returns.max()), 0.0)
    width = _round_up((high - low) / (MOST_BINS - 2) or 0.01)
    first, last = math.floor(low / width), max(math.floor(high / width) + 1, math.floor(low / width) + 1)
    places = np.clip(np.floor(returns / width).astype(np.int64), first, last - 1)
    counts = np.bincount(places - first, minlength=last - first).astype(np.int64)
    return Bins(np.arange(first, last + 1, dtype=np.float64) * np.float64(width), counts)


def _round_up(width: float) -> float:
    size = 10.0 ** math.floor(math.log10(width))
    return next(step * size for step in _STEPS if step * size >= width * (1 - 1e-9))


def return_words(returns: Floats) -> str:
    """Return how the trades' returns are spread, in a sentence; empty where there are none.

    Parameters
    ----------
    returns : ndarray of float64, shape (n_trades,)
        Net profit over the entry's value.
    """
    if not len(returns):
        return ""
    ranked = np.sort(returns)[::-1]
    gained = int((returns > 0).sum())
    middle, best, worst = (percent(float(value), signed=True) for value in (np.median(returns), ranked[0], ranked[-1]))
    ends = f"the best {best}, the worst {worst}"
    words = f"{gained} of {len(returns):,} trades gained; the middle one brought {middle}, {ends}."
    whole = float(returns.sum())
    tenth = max(1, len(returns) // 10)
    if len(returns) >= 10 and whole > 0 and float(ranked[:tenth].sum()) > whole:
        words += f" Without its best {tenth:,} the trades together would have lost: the result hangs on few of them."
    return words


@dataclass(frozen=True)
class Group:
    """Trades that were entered at the same hour or on the same weekday.

    Attributes
    ----------
    name : str
        ``09:00`` or ``Monday``.
    trades, won : int
        How many, and how many with a gain.
    mean : float
        Mean return, a fraction.
    """

    name: str
    trades: int
    won: int
    mean: float


def by_hour(entered: Stamps, returns: Floats) -> tuple[Group, ...]:
    """Group trades by the hour (UTC) of the bar they were entered in; hours without a trade are left out.

    Parameters
    ----------
    entered : ndarray of int64, shape (n_trades,)
        Opens of the bars, nanoseconds UTC.
    returns : ndarray of float64, shape (n_trades,)
        Net profit over the entry's value.
    """
    return _groups((entered // _HOUR) % 24, returns, tuple(f"{hour:02d}:00" for hour in range(24)))


def by_weekday(entered: Stamps, returns: Floats) -> tuple[Group, ...]:
    """Group trades by the weekday (UTC) of the bar they were entered in; days without a trade are left out.

    Parameters
    ----------
    entered, returns : ndarray
        As `by_hour` takes them.
    """
    return _groups((entered // _DAY + _EPOCH_WEEKDAY) % 7, returns, WEEKDAYS)


def _groups(places: Stamps, returns: Floats, names: Sequence[str]) -> tuple[Group, ...]:
    found = []
    for place in np.unique(places).tolist():
        own = returns[places == place]
        found.append(Group(names[place], len(own), int((own > 0).sum()), float(own.mean())))
    return tuple(found)


def group_words(groups: Sequence[Group], few: int = 10) -> str:
    """Return which group did best and worst, in a sentence; empty for fewer than two groups.

    Parameters
    ----------
    groups : sequence of Group
        As `by_hour` and `by_weekday` give them.
    few : int
        Trades below which a group's mean is said to be chance.
    """
    if len(groups) < 2:
        return ""
    best, worst = max(groups, key=lambda group: group.mean), min(groups, key=lambda group: group.mean)
    small = " Some groups have fewer than ten trades: their means are chance." if _any_small(groups, few) else ""
    said = (f"{one.name} with {percent(one.mean, 2, signed=True)} on average ({_trades(one)})" for one in (best, worst))
    return f"Best: {next(said)}; worst: {next(said)}.{small}"


def _trades(group: Group) -> str:
    return "1 trade" if group.trades == 1 else f"{group.trades:,} trades"


def _any_small(groups: Sequence[Group], few: int) -> bool:
    return any(group.trades < few for group in groups)
