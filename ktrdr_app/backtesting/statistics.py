"""Everything that is known of a run's figures and of their uncertainty, as one JSON-able document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ktrdr_app.backtesting.extended import extended_metrics
from ktrdr_app.backtesting.intervals import growth_intervals
from ktrdr_app.backtesting.periods import Curve
from ktrdr_app.backtesting.sharpe import (
    CONFIDENCE,
    expected_best_sharpe,
    least_track_record,
    probabilistic_sharpe,
)
from ktrdr_app.backtesting.trades import TradeArrays
from ktrdr_app.backtesting.trials import Try, trials_of

SHORT = 1.0
"""Years below which a year's worth of bars is not told by the dates alone."""


@dataclass(frozen=True)
class MarketYear:
    """A year of the symbol's market.

    Attributes
    ----------
    calendar : str
        Name of the calendar: ``forex``, ``24/7``, ``XNYS`` ..
    bars : float
        Bars of the run's time frame that a year has on average.
    """

    calendar: str
    bars: float


def statistics_document(
    curve: Curve,
    trades: TradeArrays,
    *,
    seed: int,
    earlier: tuple[Try, ...] = (),
    stopped: int = 0,
    market: MarketYear | None = None,
) -> dict[str, Any]:
    """Return all statistics of a run.

    Parameters
    ----------
    curve : Curve
        Equity by bar.
    trades : TradeArrays
        Closed trades.
    seed : int
        Of the bootstrap; recorded.
    earlier : tuple of Try
        Other runs of the strategy that this one may have been chosen from.
    stopped : int
        Tries of it that were given up early.
    market : MarketYear, optional
        The market's calendar, set beside the data's own dates.

    Returns
    -------
    dict
        ``annualisation``, ``intervals`` (`growth_intervals`), ``sharpe`` (`sharpe_document`), and the groups of
        `extended_metrics`; rows of ``under_water`` as ISO times. None where a figure does not exist.
    """
    extended = extended_metrics(curve, trades)
    water = extended["under_water"]
    for end in ("longest_under_water_from", "longest_under_water_to"):
        row = water[end]
        water[end] = None if row is None else pd.Timestamp(int(curve.stamps[row]), tz="UTC").isoformat()
    months = extended["monthly_returns"]
    return {
        "annualisation": annualisation(curve, market),
        "intervals": growth_intervals(curve, seed),
        "sharpe": sharpe_document(curve, months, earlier, stopped),
        **extended,
    }


def annualisation(curve: Curve, market: MarketYear | None) -> dict[str, Any]:
    """Return by what a year is told, and the Sharpe ratio by the market's calendar beside it.

    All figures are annualised by the data's own dates. Over less than a year they may be far from a market's year (a
    week of hourly share prices holds one weekend, or none), so that the calendar's is the better one to quote then.

    Parameters
    ----------
    curve : Curve
        Equity by bar.
    market : MarketYear, optional
        The market's calendar.

    Returns
    -------
    dict
        ``source`` (``dates``), ``years``, ``bars_per_year``, ``calendar``, ``calendar_bars_per_year``,
        ``sharpe_by_calendar``, ``short`` (whether the data span less than a year).
    """
    moments = curve.sums.returns
    sharpe = None if moments is None else moments.sharpe
    by_calendar = None if sharpe is None or market is None else sharpe * float(np.sqrt(market.bars))
    return {
        "source": "dates",
        "years": curve.years,
        "bars_per_year": curve.per_year or None,
        "calendar": None if market is None else market.calendar,
        "calendar_bars_per_year": None if market is None else market.bars,
        "sharpe_by_calendar": by_calendar,
        "short": curve.years < SHORT,
    }


def sharpe_document(
    curve: Curve, months: dict[str, float], earlier: tuple[Try, ...], stopped: int = 0
) -> dict[str, Any] | None:
    """Return how sure the Sharpe ratio is, alone and among the tries it was chosen from.

    Parameters
    ----------
    curve : Curve
        Equity by bar.
    months : dict of str to float
        Its monthly returns.
    earlier : tuple of Try
        Other runs of the strategy.
    stopped : int
        Tries of the strategy that were given up early.

    Returns
    -------
    dict or None
        ``per_bar`` (Sharpe ratio), ``returns`` (their number), ``skewness``, ``kurtosis``; ``probabilistic``
        (`probabilistic_sharpe` against 0); ``least_track_record_bars`` and ``_years`` (`least_track_record` against 0,
        at ``confidence``); ``trials`` (`Trials`), ``expected_best_per_bar`` and ``expected_best`` (annualised), and
        ``deflated``: `probabilistic_sharpe` against it. None without a Sharpe ratio.
    """
    moments = curve.sums.returns
    if moments is None or moments.sharpe is None or moments.skewness is None or moments.kurtosis is None:
        return None
    sharpe, shape = moments.sharpe, (moments.skewness, moments.kurtosis)
    trials = trials_of((*earlier, Try(sharpe, months)), stopped)
    best = expected_best_sharpe(trials.variance or 0.0, trials.effective)
    record = least_track_record(sharpe, *shape)
    return {
        "per_bar": sharpe,
        "returns": moments.count,
        "skewness": shape[0],
        "kurtosis": shape[1],
        "probabilistic": probabilistic_sharpe(sharpe, moments.count, *shape),
        "confidence": CONFIDENCE,
        "least_track_record_bars": record,
        "least_track_record_years": record / curve.per_year if record and curve.per_year else None,
        "trials": trials.to_dict(),
        "expected_best_per_bar": best,
        "expected_best": best * float(np.sqrt(curve.per_year)),
        "deflated": probabilistic_sharpe(sharpe, moments.count, *shape, best),
    }
