"""Figures of closed trades beyond their sums: excursions, holding times, hit rates by side and by the clock."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.backtesting.metrics import Figure
from ktrdr_app.backtesting.trades import REASONS, TradeArrays

HOUR = 3_600_000_000_000
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Array = NDArray[np.float64]
Groups = dict[str, dict[str, Figure]]


def excursions(trades: TradeArrays) -> dict[str, Figure]:
    """Measure how far prices went for and against the trades while they were held (Sweeney 1996).

    All are fractions of the entry price; None where there is no such trade.

    ========================= ============================================================================
    mfe_mean, mfe_median      maximum favourable excursion of all trades, 0 or above
    mae_mean, mae_median      maximum adverse excursion of all trades, 0 or below
    mae_median_of_winners     how deep trades that won in the end had been: a stop nearer than that cuts winners
    mfe_median_of_losers      what trades that lost in the end had been ahead
    captured                  Σ (price moved from entry to exit, in the trade's direction) / Σ mfe: the share of what
                              was there to take; below 0 when more was lost
    ========================= ============================================================================

    Parameters
    ----------
    trades : TradeArrays
        Closed trades.
    """
    net = trades.net_pnl
    moved = trades.side * (trades.exit_price / trades.entry_price - 1.0)
    offered = float(trades.mfe.sum())
    return {
        "mfe_mean": _mean(trades.mfe),
        "mfe_median": _median(trades.mfe),
        "mae_mean": _mean(trades.mae),
        "mae_median": _median(trades.mae),
        "mae_median_of_winners": _median(trades.mae[net > 0]),
        "mfe_median_of_losers": _median(trades.mfe[net < 0]),
        "captured": float(moved.sum()) / offered if offered > 0 else None,
    }


def holding_times(trades: TradeArrays, stamps: NDArray[np.int64]) -> dict[str, Figure]:
    """Measure how long trades were held: in bars (exit bar - entry bar) and in days between the opens of those bars.

    Parameters
    ----------
    trades : TradeArrays
        Closed trades.
    stamps : ndarray of int64, shape (n_bars,)
        Bar opens, nanoseconds.

    Returns
    -------
    dict
        ``bars_mean``, ``bars_median``, ``bars_shortest``, ``bars_longest``, ``bars_mean_of_winners``,
        ``bars_mean_of_losers``, ``days_mean``, ``days_longest``; None where there is no such trade.
    """
    bars, net = trades.bars_held, trades.net_pnl
    days = (stamps[trades.exit_bar] - stamps[trades.entry_bar]) / (24 * HOUR)
    return {
        "bars_mean": _mean(bars),
        "bars_median": _median(bars),
        "bars_shortest": int(bars.min()) if len(bars) else None,
        "bars_longest": int(bars.max()) if len(bars) else None,
        "bars_mean_of_winners": _mean(bars[net > 0]),
        "bars_mean_of_losers": _mean(bars[net < 0]),
        "days_mean": _mean(days),
        "days_longest": float(days.max()) if len(days) else None,
    }


def hit_rates(trades: TradeArrays, stamps: NDArray[np.int64]) -> dict[str, Groups]:
    """Count trades by side, by how they ended, and by the hour, weekday and month of their entry.

    The clock is UTC, the moment the open of the bar that filled the entry. Only groups with trades are listed, each
    with ``trades`` (number), ``win_rate`` (share with net_pnl > 0), ``net_pnl`` (sum) and ``expectancy`` (mean), the
    last two in account currency. A rate of few trades says little.

    Parameters
    ----------
    trades : TradeArrays
        Closed trades.
    stamps : ndarray of int64, shape (n_bars,)
        Bar opens, nanoseconds UTC.

    Returns
    -------
    dict
        ``side``, ``exit_reason``, ``hour``, ``weekday``, ``month``: each from group to its figures.
    """
    net, entered = trades.net_pnl, stamps[trades.entry_bar]
    days = entered // (24 * HOUR)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return {
        "side": _groups((trades.side < 0).astype(np.int64), ("long", "short"), net),
        "exit_reason": _groups(trades.reason.astype(np.int64), REASONS, net),
        "hour": _groups(entered // HOUR % 24, tuple(f"{hour:02d}" for hour in range(24)), net),
        "weekday": _groups((days + 3) % 7, WEEKDAYS, net),
        "month": _groups(month, MONTHS, net),
    }


def _groups(group: NDArray[Any], names: tuple[str, ...], net: Array) -> Groups:
    count = np.bincount(group, minlength=len(names))
    wins = np.bincount(group, weights=net > 0, minlength=len(names))
    total = np.bincount(group, weights=net, minlength=len(names))
    return {
        name: {
            "trades": int(count[place]),
            "win_rate": float(wins[place] / count[place]),
            "net_pnl": float(total[place]),
            "expectancy": float(total[place] / count[place]),
        }
        for place, name in enumerate(names)
        if count[place]
    }


def _mean(values: NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None


def _median(values: NDArray[Any]) -> float | None:
    return float(np.median(values)) if len(values) else None
