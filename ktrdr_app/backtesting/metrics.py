"""What an equity curve and its trades amount to: every figure with formula, unit and convention.

All are fractions, not percents. Where a figure does not exist (no trade, no loss to divide by, no
variation), it is None: never NaN, never infinite, never a stand-in number.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.data.bars import nanoseconds

if TYPE_CHECKING:
    import pandas as pd

    from ktrdr_app.backtesting.trades import OpenTrade

Figure = float | int | None

YEAR = 365.25 * 86_400e9
"""Nanoseconds of a Julian year."""

NO_VARIATION = 1e-12
"""Standard deviation of per-bar returns that is rounding only."""


def periods_per_year(index: pd.Index) -> float:
    """Return how many bars a year has, from the data's own dates: (n - 1) bars over last stamp minus first.

    Parameters
    ----------
    index : DatetimeIndex
        Bar opens, rising.

    Returns
    -------
    float
        Bars per 365.25 days; 0 for fewer than two bars, which span no time.
    """
    if len(index) < 2:
        return 0.0
    stamps = nanoseconds(index[[0, -1]])
    return float((len(index) - 1) * YEAR / (stamps[1] - stamps[0]))


def drawdown(equity: ArrayLike, initial_capital: float) -> NDArray[np.float64]:
    """Return the fall from the highest point so far, as a fraction: equity / peak - 1.

    Parameters
    ----------
    equity : array of float, shape (n_bars,)
        Account value at each bar's close.
    initial_capital : float
        The first peak.

    Returns
    -------
    ndarray of float64, shape (n_bars,)
        0 or below; below -1 only if a short position lost more than the account held.
    """
    values = np.asarray(equity, dtype=np.float64)
    peaks = np.maximum.accumulate(np.maximum(values, initial_capital))
    return values / peaks - 1


def performance_metrics(
    equity: ArrayLike,
    trades: pd.DataFrame,
    periods_per_year: float,
    *,
    initial_capital: float | None = None,
    position: ArrayLike | None = None,
    open_trade: OpenTrade | None = None,
) -> dict[str, Figure]:
    """Measure a run.

    Per-bar returns are simple returns r_t = E_t / E_{t-1} - 1 of the n - 1 bars after the first, with the initial
    capital in the place of E_0; P = ``periods_per_year``; the risk-free rate is 0.

    ==================== ===================================================================================
    total_return         E_last / initial - 1
    annualized_return    (E_last / initial)^(P / (n - 1)) - 1: years from the data's dates; -1 when nothing is left
    volatility           sample standard deviation (ddof 1) of r times sqrt(P)
    sharpe_ratio         mean(r) / std(r, ddof 1) · sqrt(P)
    sortino_ratio        mean(r) / sqrt(mean(min(r, 0)²)) · sqrt(P): downside over ALL bars (Sortino and Price 1994)
    max_drawdown         lowest E_t / highest value so far - 1, the initial capital being the first; 0 or below
    calmar_ratio         annualized_return / |max_drawdown|
    win_rate             share of closed trades with net_pnl > 0
    profit_factor        sum of winning net_pnl / |sum of losing net_pnl|
    expectancy           mean net_pnl per closed trade, account currency
    avg_win, avg_loss    mean net_pnl of winning and of losing trades, account currency; avg_loss is negative
    total_trades         number of closed trades
    exposure             share of bars with a position at the close
    turnover             traded value of all fills, both sides, / mean equity / years (2 = bought and sold once a year)
    total_commission     account currency, an open trade's entry included
    total_slippage       account currency, |fill - market price| · quantity, an open trade's entry included
    ==================== ===================================================================================

    Sums and counts of nothing are 0; means and ratios without a denominator are None, as are the figures of
    per-bar returns once the equity has been 0 or below.

    Parameters
    ----------
    equity : array of float, shape (n_bars,)
        Account value at each bar's close.
    trades : DataFrame
        Closed trades, with the columns of `BacktestResult.trades`.
    periods_per_year : float
        Bars per year, as `periods_per_year` gives it; 0 leaves annualised figures None.
    initial_capital : float, optional
        Money at the start; the first equity point by default.
    position : array of float, shape (n_bars,), optional
        Units held at each close; without it, exposure is the sum of ``bars_held`` over n.
    open_trade : OpenTrade, optional
        Position left open, whose entry counts in turnover and costs.

    Raises
    ------
    InvalidValue
        If the equity is empty or not finite.
    """
    values = np.asarray(equity, dtype=np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise InvalidValue("equity", f"{values.size} points", "at least one point, each a finite number")
    start = float(values[0] if initial_capital is None else initial_capital)
    held = np.asarray(position) != 0 if position is not None else None
    years = (len(values) - 1) / periods_per_year if periods_per_year > 0 else 0.0
    exposure = float(held.mean()) if held is not None else float(trades["bars_held"].sum() / len(values))
    return {
        **_growth(values, start, periods_per_year, years),
        **_trade_figures(trades["net_pnl"].to_numpy(dtype=np.float64)),
        "exposure": exposure,
        **_activity(trades, open_trade, float(values.mean()) * years),
    }


def _growth(values: NDArray[np.float64], start: float, per_year: float, years: float) -> dict[str, Figure]:
    wealth = np.concatenate([[start], values[1:]])
    annualized = _annualized(float(values[-1]) / start, years)
    deepest = float(drawdown(values, start).min())
    mean = deviation = downside = None
    if len(values) > 2 and per_year > 0 and (wealth[:-1] > 0).all():
        returns = np.diff(wealth) / wealth[:-1]
        mean = float(returns.mean()) * per_year
        deviation = float(returns.std(ddof=1)) * math.sqrt(per_year)
        downside = math.sqrt(float(np.mean(np.minimum(returns, 0.0) ** 2)) * per_year)
    least = NO_VARIATION * math.sqrt(per_year)
    return {
        "total_return": float(values[-1]) / start - 1,
        "annualized_return": annualized,
        "volatility": deviation,
        "sharpe_ratio": _ratio(mean, deviation, least),
        "sortino_ratio": _ratio(mean, downside, least),
        "max_drawdown": deepest,
        "calmar_ratio": _ratio(annualized, -deepest),
    }


def _annualized(growth: float, years: float) -> float | None:
    if years <= 0:
        return None
    if growth <= 0:
        return -1.0
    exponent = math.log(growth) / years
    return math.expm1(exponent) if exponent < math.log(np.finfo(np.float64).max) else None


def _trade_figures(net: NDArray[np.float64]) -> dict[str, Figure]:
    wins, losses = net[net > 0], net[net < 0]
    return {
        "win_rate": _ratio(len(wins), len(net)),
        "profit_factor": _ratio(float(wins.sum()), -float(losses.sum())),
        "expectancy": _ratio(float(net.sum()), len(net)),
        "avg_win": _ratio(float(wins.sum()), len(wins)),
        "avg_loss": _ratio(float(losses.sum()), len(losses)),
        "total_trades": len(net),
    }


def _activity(trades: pd.DataFrame, open_trade: OpenTrade | None, equity_years: float) -> dict[str, Figure]:
    prices = trades["entry_price"].to_numpy(dtype=np.float64) + trades["exit_price"].to_numpy(dtype=np.float64)
    traded = float(prices @ trades["quantity"].to_numpy(dtype=np.float64))
    commission, slippage = float(trades["commission"].sum()), float(trades["slippage_cost"].sum())
    if open_trade is not None:
        traded += open_trade.entry_price * open_trade.quantity
        commission += open_trade.commission
        slippage += open_trade.slippage_cost
    return {
        "turnover": _ratio(traded, equity_years),
        "total_commission": commission,
        "total_slippage": slippage,
    }


def _ratio(above: float | None, below: float | None, least: float = 0.0) -> float | None:
    if above is None or below is None or below <= least:
        return None
    return above / below
