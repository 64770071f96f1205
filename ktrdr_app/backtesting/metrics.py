"""What an equity curve and its trades amount to: every figure with formula, unit and convention.

All are fractions, not percents. Where a figure does not exist (no trade, no loss to divide by, no
variation), it is None: never NaN, never infinite, never a stand-in number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ktrdr_app.backtesting.curve import NO_VARIATION, CurveSums, checked_curve, curve_sums, frozen

if TYPE_CHECKING:
    import pandas as pd

    from ktrdr_app.backtesting.trades import OpenTrade, TradeArrays

Figure = float | int | None

YEAR = 365.25 * 86_400e9
"""Nanoseconds of a Julian year."""


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
    return float((len(index) - 1) * YEAR / (index[-1].value - index[0].value))


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
    total_financing      account currency, swap and borrow paid less received, an open trade's included
    ==================== ===================================================================================

    Sums and counts of nothing are 0; means and ratios without a denominator are None, as are the figures of
    per-bar returns once the equity has been 0 or below.

    Parameters
    ----------
    equity : array of float, shape (n_bars,)
        Account value at each bar's close.
    trades : DataFrame
        Closed trades, with the columns of `BacktestResult.trades`; ``financing`` may be missing, and is 0 then.
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
    values = checked_curve(equity)
    start = float(values[0] if initial_capital is None else initial_capital)
    exposed = None if position is None else int(np.count_nonzero(np.asarray(position)))
    return _measured(values, _Closed.of_table(trades), periods_per_year, start, exposed, open_trade)


def measure(
    equity: NDArray[np.float64],
    trades: TradeArrays,
    rate: float,
    initial_capital: float,
    exposed: int | None = None,
    open_trade: OpenTrade | None = None,
) -> dict[str, Figure]:
    """Measure a run from the arrays that a kernel filled: the figures of `performance_metrics`, without pandas.

    The accounts agree: Σ ``net_pnl`` of the closed trades + unrealized profit of an open one = last equity - initial
    capital.

    Parameters
    ----------
    equity : ndarray of float64, shape (n_bars,)
        Account value at each bar's close.
    trades : TradeArrays
        Closed trades.
    rate : float
        Bars per year, as `periods_per_year` gives it; 0 leaves annualised figures None.
    initial_capital : float
        Money at the start, account currency.
    exposed : int, optional
        Bars with a position at the close; without it, exposure is the sum of ``bars_held`` over n.
    open_trade : OpenTrade, optional
        Position left open, whose entry counts in turnover and costs.

    Raises
    ------
    InvalidValue
        If the equity is empty or not finite.
    """
    return _measured(frozen(equity), _Closed.of_arrays(trades), rate, initial_capital, exposed, open_trade)


@dataclass(frozen=True)
class _Closed:
    """What figures need of closed trades: net results one by one, and sums."""

    net: NDArray[np.float64]
    traded: float
    commission: float
    slippage: float
    financing: float
    bars_held: float

    @classmethod
    def of_arrays(cls, trades: TradeArrays) -> Self:
        return cls(
            trades.net_pnl,
            float(((trades.entry_price + trades.exit_price) * trades.quantity).sum()),
            float(trades.commission.sum()),
            float(trades.slippage_cost.sum()),
            float(trades.financing.sum()),
            float(trades.bars_held.sum()),
        )

    @classmethod
    def of_table(cls, trades: pd.DataFrame) -> Self:
        prices = trades["entry_price"].to_numpy(dtype=np.float64) + trades["exit_price"].to_numpy(dtype=np.float64)
        return cls(
            trades["net_pnl"].to_numpy(dtype=np.float64),
            float((prices * trades["quantity"].to_numpy(dtype=np.float64)).sum()),
            float(trades["commission"].sum()),
            float(trades["slippage_cost"].sum()),
            float(trades["financing"].sum()) if "financing" in trades else 0.0,
            float(trades["bars_held"].sum()),
        )


def _measured(
    values: NDArray[np.float64],
    closed: _Closed,
    per_year: float,
    start: float,
    exposed: int | None,
    open_trade: OpenTrade | None,
) -> dict[str, Figure]:
    sums = curve_sums(values, start)
    years = sums.periods / per_year if per_year > 0 else 0.0
    held = closed.bars_held if exposed is None else float(exposed)
    return {
        **growth_figures(float(values[-1]) / start, sums, per_year),
        **_trade_figures(closed.net),
        "exposure": held / len(values),
        **_activity(closed, open_trade, sums.mean_equity * years),
    }


def growth_figures(growth: float, sums: CurveSums, per_year: float) -> dict[str, Figure]:
    """Return the figures of `performance_metrics` that need the equity alone: ``total_return`` to ``calmar_ratio``.

    Parameters
    ----------
    growth : float
        Last equity over initial capital.
    sums : CurveSums
        Of a curve on any regular clock.
    per_year : float
        Returns per year; 0 leaves annualised figures None.
    """
    annualized = annual_growth(growth, sums.periods / per_year) if per_year > 0 else None
    mean = deviation = downside = None
    if sums.returns is not None and per_year > 0:
        root = math.sqrt(per_year)
        mean, deviation, downside = (
            sums.returns.mean * per_year,
            sums.returns.deviation * root,
            sums.returns.downside * root,
        )
    least = NO_VARIATION * math.sqrt(max(per_year, 0.0))
    return {
        "total_return": growth - 1,
        "annualized_return": annualized,
        "volatility": deviation,
        "sharpe_ratio": ratio(mean, deviation, least),
        "sortino_ratio": ratio(mean, downside, least),
        "max_drawdown": sums.deepest,
        "calmar_ratio": ratio(annualized, -sums.deepest),
    }


def annual_growth(growth: float, years: float) -> float | None:
    """Return the compound growth per year.

    Parameters
    ----------
    growth : float
        Last equity over initial capital.
    years : float
        Time between them.

    Returns
    -------
    float or None
        growth^(1 / years) - 1, a fraction; -1 where nothing is left; None without time, or beyond floats.
    """
    if years <= 0:
        return None
    if growth <= 0:
        return -1.0
    exponent = math.log(growth) / years
    return math.expm1(exponent) if exponent < math.log(np.finfo(np.float64).max) else None


def _trade_figures(net: NDArray[np.float64]) -> dict[str, Figure]:
    wins, losses = net[net > 0], net[net < 0]
    return {
        "win_rate": ratio(len(wins), len(net)),
        "profit_factor": ratio(float(wins.sum()), -float(losses.sum())),
        "expectancy": ratio(float(net.sum()), len(net)),
        "avg_win": ratio(float(wins.sum()), len(wins)),
        "avg_loss": ratio(float(losses.sum()), len(losses)),
        "total_trades": len(net),
    }


def _activity(closed: _Closed, open_trade: OpenTrade | None, equity_years: float) -> dict[str, Figure]:
    traded, commission, slippage, financing = closed.traded, closed.commission, closed.slippage, closed.financing
    if open_trade is not None:
        traded += open_trade.entry_price * open_trade.quantity
        commission += open_trade.commission
        slippage += open_trade.slippage_cost
        financing += open_trade.financing
    return {
        "turnover": ratio(traded, equity_years),
        "total_commission": commission,
        "total_slippage": slippage,
        "total_financing": financing,
    }


def ratio(above: float | None, below: float | None, least: float = 0.0) -> float | None:
    """Return a quotient, or None where a part of it is missing or it has no denominator.

    Parameters
    ----------
    above, below : float or None
        Numerator and denominator.
    least : float
        The denominator must be above it.
    """
    if above is None or below is None or below <= least:
        return None
    return above / below
