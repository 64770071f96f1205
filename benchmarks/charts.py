"""Times the frames of the price chart while it is panned and zoomed, beside an example item and finplot.

    python benchmarks/charts.py [--bars N N N] [--visible N N] [--frames N] [--size WxH] [--finplot PYTHON]
                                [--only ours|linked|example|finplot] [--out FILE.json]

Each frame brings another span of bars into view, scales the values to it and paints. ``ours`` is the price chart of the
backtest alone, ``linked`` all its panes, ``example`` an item that plays a QPicture of all candles back, as pyqtgraph's
example of a custom item does, and ``finplot`` that program in an environment of its own, which ``--finplot`` names by
its Python. Milliseconds of processor time, which other programs on the machine hardly change, and of the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyqtgraph as pg  # noqa: E402
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF  # noqa: E402
from PySide6.QtGui import QPainter, QPicture  # noqa: E402
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget  # noqa: E402

from benchmarks.chart_frames import spans, timed  # noqa: E402
from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.gui.app import make_application  # noqa: E402
from ktrdr_app.gui.charts.chart_data import ChartData  # noqa: E402
from ktrdr_app.gui.charts.view import LinkedCharts  # noqa: E402

MOVES = ("pan", "zoom")
WANTED_MS = 7.0
"""A frame of the price chart is to take no longer, at any zoom."""

_WHOLE = 95
"""Percent of the bars in view where all are wanted, so that there is somewhere to move to."""

Document = dict[str, Any]


def random_bars(count: int, seed: int = 1) -> np.ndarray:
    """Return open, high, low and close of a random walk, shape (4, count).

    Parameters
    ----------
    count : int
        Bars.
    seed : int
        The same seed gives the same bars.
    """
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.001, count)))
    first = np.concatenate([[100.0], close[:-1]])
    reach = 1 + np.abs(random.normal(0, 0.0007, (2, count)))
    return np.stack([first, np.maximum(first, close) * reach[0], np.minimum(first, close) / reach[1], close])


class Paintings(QObject):
    """Counts the paintings of some views, so that no frame is told that was never drawn."""

    def __init__(self, views: list[QGraphicsView]) -> None:
        super().__init__()
        self.count = 0
        for view in views:
            view.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Count.

        Parameters
        ----------
        _watched : QObject
            A viewport.
        event : QEvent
            What happened to it.
        """
        self.count += event.type() == QEvent.Type.Paint
        return False


class ExampleCandles(pg.GraphicsObject):
    """Candles recorded once into a QPicture and played back whole, as the well-known recipe does.

    Parameters
    ----------
    bars : ndarray of float64, shape (4, n)
        Open, high, low, close.
    """

    def __init__(self, bars: np.ndarray) -> None:
        super().__init__()
        self._picture = QPicture()
        painter = QPainter(self._picture)
        painter.setPen(pg.mkPen("w"))
        for bar, (opened, high, low, close) in enumerate(bars.T.tolist()):
            painter.drawLine(QPointF(bar, low), QPointF(bar, high))
            painter.setBrush(pg.mkBrush("r" if opened > close else "g"))
            painter.drawRect(QRectF(bar - 0.33, opened, 0.66, close - opened))
        painter.end()

    def paint(self, painter: QPainter, *_unused: object) -> None:
        """Play the picture.

        Parameters
        ----------
        painter : QPainter
            Where to.
        """
        painter.drawPicture(0, 0, self._picture)

    def boundingRect(self) -> QRectF:
        """Return the picture's own."""
        return QRectF(self._picture.boundingRect())


def _run(
    widget: QWidget, views: list[QGraphicsView], show: Callable[[float, float], None], case: tuple[int, int, int]
) -> Document:
    """Return the figures of both moves of one widget."""
    paintings, found = Paintings(views), {}
    for move in MOVES:
        before = paintings.count
        found[move] = timed(show, QApplication.processEvents, spans(move, *case))
        if paintings.count - before < found[move]["frames"]:
            raise SystemExit(f"{type(widget).__name__} painted {paintings.count - before} frames of {case}")
    widget.close()
    return found


def _chart(bars: np.ndarray, size: tuple[int, int], *, alone: bool) -> LinkedCharts:
    charts = LinkedCharts()
    charts.resize(*size)
    if alone:
        charts.show_panes({"price"})
    count = bars.shape[1]
    times = np.arange(count, dtype=np.int64) * 60_000_000_000 + 946_684_800_000_000_000
    opened, high, low, close = bars
    curves = {} if alone else {"equity": 1000 * close / close[0], "benchmark": 1000 * high / high[0]}
    charts.set_data(ChartData("RANDOM 1m", times, opened, high, low, close, start_value=1000.0, daily=False, **curves))
    charts.show()
    QApplication.processEvents()
    return charts


def ours(bars: np.ndarray, visible: int, frames: int, size: tuple[int, int], *, alone: bool = True) -> Document:
    """Return the figures of our chart.

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
    alone : bool
        Whether to show the price pane alone.
    """
    began = time.perf_counter()
    charts = _chart(bars, size, alone=alone)
    built = round(time.perf_counter() - began, 2)
    case = (bars.shape[1], visible, frames)
    return {"build_s": built, **_run(charts, [charts.price_plot], charts.show_range, case)}


def example(bars: np.ndarray, visible: int, frames: int, size: tuple[int, int]) -> Document:
    """Return the figures of the example's item in a plot of pyqtgraph's, values scaled as ours are.

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
    began = time.perf_counter()
    plot = pg.PlotWidget()
    plot.resize(*size)
    plot.addItem(ExampleCandles(bars))
    plot.show()
    QApplication.processEvents()
    built = round(time.perf_counter() - began, 2)

    def show(left: float, right: float) -> None:
        part = slice(max(int(left), 0), int(right) + 1)
        plot.setXRange(left, right, padding=0)
        plot.setYRange(float(bars[2, part].min()), float(bars[1, part].max()))

    return {"build_s": built, **_run(plot, [plot], show, (bars.shape[1], visible, frames))}


def finplot(python: Path, bars: np.ndarray, visible: int, frames: int, size: tuple[int, int]) -> Document:
    """Return the figures of finplot, run by another Python.

    Parameters
    ----------
    python : Path
        Python of an environment with finplot.
    bars : ndarray of float64, shape (4, n)
        Open, high, low, close.
    visible : int
        Bars in view.
    frames : int
        How many.
    size : tuple of int
        Width and height in pixels.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bars.npy"
        np.save(file, bars)
        script = REPO / "benchmarks" / "chart_frames.py"
        line = [str(python), str(script), str(file), str(visible), str(frames), f"{size[0]}x{size[1]}"]
        done = subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, "HOME": folder})
    if done.returncode:
        raise SystemExit(f"finplot failed: {done.stderr[-800:]}")
    found: Document = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(options: argparse.Namespace) -> Document:
    """Return the document of one run.

    Parameters
    ----------
    options : argparse.Namespace
        As given.
    """
    app = make_application("dark")
    names = [name for name in ("ours", "linked", "example", "finplot") if options.only in (None, name)]
    if options.finplot is None and "finplot" in names:
        names.remove("finplot")
        print("finplot is skipped: name the Python of an environment that has it with --finplot")
    rows = []
    for count in options.bars:
        bars = random_bars(count)
        for visible in sorted({min(wanted, _WHOLE * count // 100) for wanted in (*options.visible, count)}):
            case = (bars, visible, options.frames, options.size)
            for name in names:
                if name == "finplot":
                    found = finplot(options.finplot, *case)
                elif name == "example":
                    found = example(*case)
                else:
                    found = ours(*case, alone=name == "ours")
                app.processEvents()
                rows.append({"chart": name, "bars": count, "visible": visible, **found})
                _print(rows[-1])
    return {**measured_on(), "size": list(options.size), "wanted_ms": WANTED_MS, "rows": rows}


def _print(row: Document) -> None:
    moves = "  ".join(
        f"{move} {row[move]['cpu_p50']:8.2f} / {row[move]['cpu_p95']:8.2f} (clock {row[move]['wall_p50']:8.2f})"
        for move in MOVES
    )
    print(f"{row['chart']:8} {row['bars']:9,} bars, {row['visible']:9,} in view: {moves}  ms; built {row['build_s']} s")


def size_of(text: str) -> tuple[int, int]:
    """Return width and height of ``1400x800``.

    Parameters
    ----------
    text : str
        As it was typed.
    """
    width, _, height = text.partition("x")
    return int(width), int(height)


def main() -> None:
    """Run, print, and write the figures if a file is named."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--bars", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    given.add_argument("--visible", type=int, nargs="+", default=[200, 2000, 20_000])
    given.add_argument("--frames", type=int, default=80)
    given.add_argument("--size", type=size_of, default=(1400, 800))
    given.add_argument("--finplot", type=Path, help="Python of an environment that has finplot")
    given.add_argument("--only", choices=("ours", "linked", "example", "finplot"))
    given.add_argument("--out", type=Path)
    options = given.parse_args()
    document = measured(options)
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        write_json(options.out, document)


if __name__ == "__main__":
    main()
