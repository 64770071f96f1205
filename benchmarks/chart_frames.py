"""Moves of a chart's view and the timing of its frames; imports no program of ours, so that a peer's Python can run it.

    python benchmarks/chart_frames.py BARS.npy VISIBLE FRAMES WIDTHxHEIGHT

draws the bars (rows open, high, low, close) with finplot and prints the figures as JSON; `benchmarks/charts.py` calls
it with the Python of an environment that has finplot.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

PATIENCE = 6.0
"""Seconds after which a case ends, however many frames were wanted; at least `FEWEST` are drawn."""
FEWEST = 4
_FIRST = 2

Span = tuple[float, float]


def spans(move: str, size: int, visible: int, frames: int) -> Iterator[Span]:
    """Yield the spans of bars that a panned or zoomed view shows, one a frame.

    Parameters
    ----------
    move : str
        ``pan`` moves a hundredth of the width a frame, less where nearly all is in view; ``zoom`` goes in and out about
        the middle.
    size : int
        Bars there are.
    visible : int
        Bars in view.
    frames : int
        How many.
    """
    middle, step = size / 2, min(visible * 0.01, size * 0.001)
    for number in range(frames):
        if move == "pan":
            left = middle - visible / 2 + step * (number % 40 - 20)
            yield left, left + visible
        else:
            half = visible / 2 * (1 - 0.012 * (20 - abs(number % 40 - 20)))
            yield middle - half, middle + half


def timed(show: Callable[[float, float], None], settle: Callable[[], None], moves: Iterator[Span]) -> dict[str, Any]:
    """Return milliseconds of processor time and of the clock per frame: median, 95th percentile, and how many.

    Parameters
    ----------
    show : callable
        Brings a span of bars into view.
    settle : callable
        Draws what has changed.
    moves : iterator of (float, float)
        The spans.
    """
    clock, busy, began = [], [], time.perf_counter()
    for left, right in moves:
        at, spent = time.perf_counter(), time.process_time()
        show(left, right)
        settle()
        clock.append(time.perf_counter() - at)
        busy.append(time.process_time() - spent)
        if len(clock) >= FEWEST and time.perf_counter() - began > PATIENCE:
            break
    kept = slice(_FIRST if len(clock) > FEWEST else 1, None)  # the first frames fill caches
    cpu, wall = np.array(busy[kept]) * 1000, np.array(clock[kept]) * 1000
    return {
        "cpu_p50": round(float(np.median(cpu)), 2),
        "cpu_p95": round(float(np.quantile(cpu, 0.95)), 2),
        "wall_p50": round(float(np.median(wall)), 2),
        "wall_p95": round(float(np.quantile(wall, 0.95)), 2),
        "frames": len(cpu),
    }


def finplot_frames(bars: np.ndarray, visible: int, frames: int, size: tuple[int, int]) -> dict[str, Any]:
    """Return the figures of finplot's candles, the values fitted to the view in each frame as its own wheel does.

    Parameters
    ----------
    bars : ndarray of float64, shape (4, n)
        Open, high, low, close.
    visible : int
        Bars in view.
    frames : int
        How many.
    size : tuple of int
        Width and height in pixels.
    """
    import finplot
    import pandas as pd
    from pyqtgraph import QtWidgets

    began = time.perf_counter()
    index = pd.date_range("2000-01-01", periods=bars.shape[1], freq="min")
    table = pd.DataFrame(dict(zip(("open", "high", "low", "close"), bars, strict=True)), index=index)
    axis = finplot.create_plot("frames", maximize=False)
    finplot.candlestick_ochl(table[["open", "close", "high", "low"]], ax=axis)
    finplot.show(qt_exec=False)
    window = finplot.windows[0]
    window.resize(*size)
    window.show()
    app = QtWidgets.QApplication.instance()

    def settle() -> None:
        app.processEvents()

    settle()
    document: dict[str, Any] = {"build_s": round(time.perf_counter() - began, 2)}
    for move in ("pan", "zoom"):
        document[move] = timed(axis.vb.update_y_zoom, settle, spans(move, bars.shape[1], visible, frames))
    return document


def main() -> None:
    """Print the figures of finplot."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    file, visible, frames, size = sys.argv[1:5]
    width, _, height = size.partition("x")
    found = finplot_frames(np.load(file), int(visible), int(frames), (int(width), int(height)))
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # its windows are not made to be taken down


if __name__ == "__main__":
    main()
