"""Pictures of a backtest over time: price with trades, equity beside the benchmark, drawdown."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.backtesting.metrics import drawdown
from ktrdr_app.workflows.frames import floats, instant, nanoseconds, records
from ktrdr_app.workflows.svg_drawing import Drawing, Margins
from ktrdr_app.workflows.svg_scales import Floats, Scale, apart, padded, thinned, ticks
from ktrdr_app.workflows.wording import number, percent

if TYPE_CHECKING:
    import pandas as pd

Flags = NDArray[np.bool_]

MOST_MARKERS = 400
"""Trades drawn on the price; the table lists more, and the file has all."""


def price_chart(
    bars: pd.DataFrame,
    trades: pd.DataFrame,
    in_sample: Flags,
    after_fit: str | None = None,
    left: Mapping[str, Any] | None = None,
) -> str:
    """Draw the close with an arrow at each entry and a dot at each exit.

    Parameters
    ----------
    bars : DataFrame
        Bars by UTC open time.
    trades : DataFrame
        Closed trades, columns as in the trades file.
    in_sample : ndarray of bool, shape (n_bars,)
        Bars of the model's training or validation span; they are shaded.
    after_fit : str, optional
        ISO open of the first bar after the time that the model was fitted on; a line is drawn there.
    left : mapping, optional
        Position still open after the last bar, as ``open_trade`` of the document: an arrow without a dot.

    Returns
    -------
    str
        SVG markup.
    """
    x, close = nanoseconds(bars.index), floats(bars["close"])
    described = (
        f"Close from {number(close[0])} to {number(close[-1])}, between {number(close.min())} and "
        f"{number(close.max())}, with {len(trades):,} trades{' and a position still open' if left else ''}."
    )
    drawing = Drawing("price", "Price and trades", described, height=320, margins=Margins(right=28))
    across, up = _frame(drawing, x, [close], in_sample)
    _fit_line(drawing, across, after_fit)
    _plot(drawing, across, up, x, close, "line price")
    for order, trade in enumerate(records(trades, MOST_MARKERS), start=1):
        _trade_marks(drawing, across, up, trade, order)
    if left:
        _open_marks(drawing, across, up, left, (across.at(x[-1]), up.at(close[-1])))
    return drawing.markup()


def equity_chart(
    equity: pd.Series[float], benchmark: pd.Series[float] | None, in_sample: Flags, after_fit: str | None = None
) -> str:
    """Draw the account value, beside buy and hold where it is given.

    Parameters
    ----------
    equity : Series
        Account value at each bar's close, by UTC open time.
    benchmark : Series, optional
        Buy and hold with the same capital and costs.
    in_sample : ndarray of bool, shape (n_bars,)
        Bars to shade.
    after_fit : str, optional
        As `price_chart` takes it.

    Returns
    -------
    str
        SVG markup.
    """
    x, own = nanoseconds(equity.index), floats(equity)
    lines = [("Strategy", own, "own")]
    if benchmark is not None:
        lines.insert(0, ("Buy and hold", floats(benchmark), "held"))
    described = "; ".join(f"{name}: from {number(y[0], 0)} to {number(y[-1], 0)}" for name, y, _ in reversed(lines))
    drawing = Drawing("equity", "Equity", f"{described}.", height=300)
    across, up = _frame(drawing, x, [y for _, y, _ in lines], in_sample)
    _fit_line(drawing, across, after_fit)
    for _, y, css in lines:
        _plot(drawing, across, up, x, y, f"line {css}")
    _end_labels(drawing, up, [(name, float(y[-1]), number(y[-1], 0), css) for name, y, css in lines])
    return drawing.markup()


def drawdown_chart(equity: pd.Series[float], benchmark: pd.Series[float] | None, initial: float) -> str:
    """Draw how far the account lay below its highest value so far.

    Parameters
    ----------
    equity : Series
        Account value at each bar's close, by UTC open time.
    benchmark : Series, optional
        Buy and hold with the same capital and costs.
    initial : float
        Initial capital: the first peak of both.

    Returns
    -------
    str
        SVG markup.
    """
    x, own = nanoseconds(equity.index), drawdown(floats(equity), initial)
    lines = [("Strategy", own, "own")]
    if benchmark is not None:
        lines.insert(0, ("Buy and hold", drawdown(floats(benchmark), initial), "held"))
    worst = int(own.argmin())
    described = f"The worst drawdown of the strategy is {percent(own[worst])}, in {equity.index[worst]:%B %Y}."
    drawing = Drawing("drawdown", "Drawdown", described, height=220)
    lowest = min(float(y.min()) for _, y, _ in lines)
    across = Scale(float(x[0]), float(x[-1]), drawing.left, drawing.right)
    up = Scale(min(lowest * 1.05, -0.001), 0.0, drawing.bottom, drawing.top)
    marks, decimals = ticks(up.low, up.high, 4)
    drawing.value_axis(up, [(value, percent(value, max(decimals - 2, 0))) for value in marks])
    drawing.time_axis(across)
    slim_x, slim_y = thinned(x, own, int(drawing.right - drawing.left))
    drawing.area(across(slim_x), up(slim_y), up.at(0.0), "area own")
    for _, y, css in lines:
        _plot(drawing, across, up, x, y, f"line {css}")
    _end_labels(drawing, up, [(name, float(y.min()), f"{percent(y.min())} at worst", css) for name, y, css in lines])
    return drawing.markup()


def _frame(drawing: Drawing, x: Floats, lines: Iterable[Floats], in_sample: Flags) -> tuple[Scale, Scale]:
    """Draw shading and axes, and return the scales."""
    every = np.concatenate(list(lines))
    across = Scale(float(x[0]), float(x[-1]), drawing.left, drawing.right)
    up = Scale(*padded(float(every.min()), float(every.max())), drawing.bottom, drawing.top)
    _shade(drawing, across, x, in_sample)
    marks, decimals = ticks(up.low, up.high)
    drawing.value_axis(up, [(value, number(value, decimals)) for value in marks])
    drawing.time_axis(across)
    return across, up


def _shade(drawing: Drawing, across: Scale, x: Floats, in_sample: Flags) -> None:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], in_sample, [False])).astype(np.int8)))
    for begin, end in edges.reshape(-1, 2):
        left, right = across.at(x[begin]), across.at(x[min(end, len(x) - 1)])
        band = drawing.add(
            "rect", "seen", x=left, y=drawing.top, width=max(right - left, 1.0), height=drawing.bottom - drawing.top
        )
        drawing.add("title", "", band).text = f"{end - begin:,} bars that the model was trained or tuned on"


def _fit_line(drawing: Drawing, across: Scale, after_fit: str | None) -> None:
    if after_fit is None:
        return
    x = across.at(instant(after_fit))
    drawing.add("line", "fit", x1=x, x2=x, y1=drawing.top, y2=drawing.bottom)
    drawing.text(min(x + 5.0, drawing.right - 80.0), drawing.bottom - 7, "after the fit")


def _plot(drawing: Drawing, across: Scale, up: Scale, x: Floats, y: Floats, css: str) -> None:
    slim_x, slim_y = thinned(x, y, int(drawing.right - drawing.left))
    drawing.line(across(slim_x), up(slim_y), css)


def _end_labels(drawing: Drawing, up: Scale, labels: list[tuple[str, float, str, str]]) -> None:
    """Write name and figure of each line at the right, none over another."""
    wanted = [max(up.at(value), drawing.top + 10.0) for _, value, _, _ in labels]
    for (name, _, figure, css), y in zip(labels, apart(wanted, 34.0, drawing.bottom - 15.0), strict=True):
        drawing.text(drawing.right + 10, y, name, f"label {css}")
        drawing.text(drawing.right + 10, y + 15, figure)


def _trade_marks(drawing: Drawing, across: Scale, up: Scale, trade: Mapping[str, Any], order: int) -> None:
    """Draw one trade: arrow at the entry, dot at the exit (hollow for a loss), and the line between."""
    x1, y1 = across.at(instant(trade["entry_time"])), up.at(trade["entry_price"])
    x2, y2 = across.at(instant(trade["exit_time"])), up.at(trade["exit_price"])
    side = str(trade["side"]).lower()
    group = drawing.add("g", "trade win" if trade["net_pnl"] > 0 else "trade loss")
    drawing.add("title", "", group).text = (
        f"Trade {order}, {side}: in {str(trade['entry_time'])[:16]} at {trade['entry_price']:g}, "
        f"out {str(trade['exit_time'])[:16]} at {trade['exit_price']:g}, net {number(trade['net_pnl'])}"
    )
    _entry_marks(drawing, group, side, (x1, y1), (x2, y2))
    drawing.add("circle", "exit", group, cx=x2, cy=y2, r=3.2)


def _open_marks(drawing: Drawing, across: Scale, up: Scale, left: Mapping[str, Any], last: tuple[float, float]) -> None:
    """Draw a position still open: arrow at the entry, and a line to the last close."""
    side = str(left["side"]).lower()
    group = drawing.add("g", "trade open")
    drawing.add("title", "", group).text = (
        f"Still open, {side}: in {str(left['entry_time'])[:16]} at {left['entry_price']:g}, "
        f"at the last close {number(left['unrealized_pnl'])}"
    )
    _entry_marks(drawing, group, side, (across.at(instant(left["entry_time"])), up.at(left["entry_price"])), last)


def _entry_marks(
    drawing: Drawing, group: ET.Element, side: str, entry: tuple[float, float], end: tuple[float, float]
) -> None:
    """Draw an arrow at an entry, and the line from there to the position's end."""
    (x1, y1), (x2, y2), tip = entry, end, -1.0 if side == "short" else 1.0
    drawing.add("line", "link", group, x1=x1, y1=y1, x2=x2, y2=y2)
    drawing.add("path", "entry", group, d=f"M{x1:.1f},{y1 + 3 * tip:.1f}l-4.5,{8 * tip:.1f}h9z")
