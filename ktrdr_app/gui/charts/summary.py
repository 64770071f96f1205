"""Charts in words, for screen readers: what the picture shows in one sentence each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktrdr_app.gui.charts.figures import chart_words
from ktrdr_app.gui.charts.study import Study
from ktrdr_app.gui.ui import numbers

Floats = NDArray[np.float64]
Stamps = NDArray[np.int64]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)


def nothing() -> str:
    """Return what is said of a picture without figures."""
    return chart_words("nothing to show yet")


def drawdown_of(equity: Floats, start: float = 0.0) -> Floats:
    """Return the fall from the highest value so far, as a fraction, 0 or below.

    Parameters
    ----------
    equity : ndarray of float64, shape (n,)
        Account values.
    start : float
        Account value before the first bar, which counts as the first peak.
    """
    if not len(equity):
        return np.empty(0)
    peaks = np.maximum(np.maximum.accumulate(equity), start)
    return np.asarray(equity / peaks - 1.0, dtype=np.float64)


def stamp_text(stamp: int, *, with_time: bool = True) -> str:
    """Write a bar's open as the window writes instants.

    Parameters
    ----------
    stamp : int
        Nanoseconds UTC.
    with_time : bool
        Whether the hour matters.
    """
    return numbers.moment(np.datetime64(stamp, "ns").astype("datetime64[s]").item(), time=with_time)


def price_words(title: str, times: Stamps, close: Floats, trades: int) -> str:
    """Say what the price chart shows.

    Parameters
    ----------
    title : str
        What is charted.
    times : ndarray of int64
        Bar opens.
    close : ndarray of float64
        Closes.
    trades : int
        Number of trades marked.
    """
    if not len(close):
        return nothing()
    first, last = stamp_text(int(times[0]), with_time=False), stamp_text(int(times[-1]), with_time=False)
    change = numbers.percent(float(close[-1] / close[0] - 1), signed=True)
    counted = chart_words("1 trade") if trades == 1 else chart_words("{0} trades").format(trades)
    words = chart_words("{0}, {1} bars from {2} to {3}, {4}, {5}")
    return words.format(title, numbers.integer(len(close)), first, last, change, counted)


def equity_words(equity: Floats, benchmark: Floats) -> str:
    """Say what the equity chart shows.

    Parameters
    ----------
    equity : ndarray of float64
        Account values.
    benchmark : ndarray of float64
        Buy and hold; may be empty.
    """
    if not len(equity):
        return nothing()
    words = chart_words("equity {0}").format(_moved(equity))
    return chart_words("{0}, buy and hold {1}").format(words, _moved(benchmark)) if len(benchmark) else words


def _moved(values: Floats) -> str:
    change = float(values[-1] / values[0] - 1)
    words = chart_words("up {0}") if change >= 0 else chart_words("down {0}")
    return words.format(numbers.percent(abs(change)))


def drawdown_words(times: Stamps, drawdown: Floats) -> str:
    """Say how deep the worst fall was, and when.

    Parameters
    ----------
    times : ndarray of int64
        Bar opens.
    drawdown : ndarray of float64
        As `drawdown_of` returns it.
    """
    if not len(drawdown):
        return nothing()
    worst = int(np.argmin(drawdown))
    if drawdown[worst] == 0:
        return chart_words("no drawdown")
    moment = np.datetime64(int(times[worst]), "ns").astype("datetime64[s]").item()
    when = f"{chart_words(_MONTHS[moment.month - 1])} {moment.year}"
    return chart_words("worst drawdown {0} in {1}").format(numbers.percent(float(drawdown[worst])), when)


def study_words(study: Study) -> str:
    """Say what a pane of curves, columns or strips shows: each one's last value, its least and its greatest.

    Parameters
    ----------
    study : Study
        What is shown.
    """
    parts = []
    for curve in study.curves:
        known = curve.values[np.isfinite(curve.values)]
        if not len(known):
            continue
        figures = [
            numbers.percent(float(value)) if study.percent else numbers.significant(float(value), 5)
            for value in (known[-1], known.min(), known.max())
        ]
        parts.append(chart_words("{0} last {1}, lowest {2}, highest {3}").format(curve.name, *figures))
    return f"{study.title}: {'; '.join(parts)}" if parts else nothing()
