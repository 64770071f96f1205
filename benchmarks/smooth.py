"""Times the frames of the window while it trains and backtests, in a thread of its own process and in another process.

    python benchmarks/smooth.py [--symbols N] [--bars N] [--epochs N] [--only thread|process] [--cold] [--out FILE.json]

The whole window on a workspace of random bars. A timer asks for a frame every 16 ms; each redraws a plot of 5,000
points. A gap is the time from the end of one frame to the end of the next, in milliseconds. A run counts from the click
to its end, imports and the making of the view included. Gaps that a user can see are told with the stage the run was in
and where its threads were right after. With ``--cold`` the libraries are not imported beforehand, as in the first
seconds of a window.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyqtgraph  # noqa: E402
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot  # noqa: E402

from benchmarks.edit import random_bars  # noqa: E402
from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.core.paths import Workspace  # noqa: E402
from ktrdr_app.core.progress import ProgressEvent, StageStarted  # noqa: E402
from ktrdr_app.gui.app import import_and_compile, make_application  # noqa: E402
from ktrdr_app.gui.main_window import MainWindow  # noqa: E402
from ktrdr_app.gui.tasks.errand import Errand  # noqa: E402
from ktrdr_app.gui.tasks.task import Task, TaskState  # noqa: E402
from ktrdr_app.workflows.requests import BacktestRequest, TrainRequest  # noqa: E402

TIMEFRAME = "1h"
FRAME_MS = 16
POINTS = 5000
WANTED_MS = 40.0
"""95 of 100 gaps are to be shorter."""
SEEN_MS = 60.0
"""A gap that a user can see."""

STRATEGY = "trend_momentum"


@dataclass
class Gaps:
    """What was seen of one run.

    Attributes
    ----------
    seconds : list of float
        Gaps, in their order.
    seen : dict of str to float
        Stage and places in the code after gaps of more than `SEEN_MS`, with the longest gap of each.
    """

    seconds: list[float] = field(default_factory=list)
    seen: dict[str, float] = field(default_factory=dict)


class Ticker(QObject):
    """Draws a frame every 16 ms and writes down when each was done.

    Parameters
    ----------
    parent : QObject
        Owner.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._plot = pyqtgraph.PlotWidget()
        self._plot.resize(900, 400)
        self._curve = self._plot.plot()
        self._plot.show()
        self._x = np.arange(POINTS, dtype=np.float64)
        self._phase, self._last = 0.0, 0.0
        self._gaps: Gaps | None = None
        self._stage = ""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._draw)

    def begin(self) -> Gaps:
        """Count from now on."""
        self._gaps, self._stage, self._last = Gaps(), "beginning", time.perf_counter()
        self._timer.start()
        return self._gaps

    def end(self) -> None:
        """Count no more."""
        self._timer.stop()

    def close(self) -> None:
        """Put the plot away."""
        self._plot.close()

    @Slot(object)
    def hear(self, events: tuple[ProgressEvent, ...]) -> None:
        """Note the stage of the run."""
        for event in events:
            if isinstance(event, StageStarted):
                self._stage = event.stage

    @Slot()
    def _draw(self) -> None:
        self._phase += 0.05
        self._curve.setData(self._x, np.sin(self._x / 200 + self._phase))
        self._plot.viewport().repaint()
        now = time.perf_counter()
        gap, self._last = now - self._last, now
        if self._gaps is None:
            return
        self._gaps.seconds.append(gap)
        if gap * 1000 > SEEN_MS:
            where = f"{self._stage}: {places()}"
            self._gaps.seen[where] = max(self._gaps.seen.get(where, 0.0), gap)


def places() -> str:
    """Return where in our code every other thread is now: right after a gap, near what made it."""
    found = set()
    for thread, top in sys._current_frames().items():
        frame = top if thread != threading.get_ident() else None
        while frame is not None and "ktrdr_app" not in frame.f_code.co_filename:
            frame = frame.f_back
        if frame is not None:
            place = Path(frame.f_code.co_filename)
            found.add(f"{place.parent.name}/{place.name}:{frame.f_lineno}")
    return " ".join(sorted(found - {"tasks/runner.py:49"})) or "no other thread of ours"


def until(window: MainWindow, task: Task) -> Task:
    """Run the event loop until a task of the window has ended, and return it.

    Parameters
    ----------
    window : MainWindow
        Whose task.
    task : Task
        Not submitted yet.
    """
    loop = QEventLoop()
    task.finished.connect(loop.quit)
    window.tasks.submit(task)
    loop.exec()
    if task.state is not TaskState.SUCCEEDED:
        raise SystemExit(f"{task.title}: {task.outcome.error if task.outcome else task.state}")
    return task


def wait(seconds: float) -> None:
    """Run the event loop for so long.

    Parameters
    ----------
    seconds : float
        How long.
    """
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def settled(window: MainWindow) -> None:
    """Run the event loop until nothing runs any more.

    Parameters
    ----------
    window : MainWindow
        Whose tasks.
    """
    calm = 0
    while calm < 10:
        wait(0.05)
        calm = 0 if window.tasks.running else calm + 1


def figures(gaps: Gaps) -> dict[str, Any]:
    """Return what is told of one run.

    Parameters
    ----------
    gaps : Gaps
        As they were counted.
    """
    spans = np.array(gaps.seconds) * 1000
    p50, p95, p99 = np.quantile(spans, [0.5, 0.95, 0.99])
    return {
        "frames": len(spans),
        "seconds": round(float(spans.sum()) / 1000, 1),
        "p50": round(float(p50), 1),
        "p95": round(float(p95), 1),
        "p99": round(float(p99), 1),
        "max": round(float(spans.max()), 1),
        "seen": {where: round(gap * 1000) for where, gap in sorted(gaps.seen.items(), key=lambda each: -each[1])},
    }


def errands(workspace: Workspace, symbols: list[str], epochs: int) -> dict[str, list[Errand]]:
    """Return what is run: one training, and a backtest of each symbol, one after the other.

    Parameters
    ----------
    workspace : Workspace
        Where the bars are.
    symbols : list of str
        Their symbols; the last one is not trained on.
    epochs : int
        Of the training.
    """
    training = TrainRequest(workspace, STRATEGY, tuple(symbols[:-1]), TIMEFRAME, epochs=epochs, seed=1)
    backtests = [BacktestRequest(workspace, STRATEGY, symbol, TIMEFRAME) for symbol in symbols]
    return {
        "training": [Errand("train", training)],
        "backtests": [Errand("backtest", request) for request in backtests],
    }


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Return the document of one measurement.

    Parameters
    ----------
    options : argparse.Namespace
        As given.
    """
    app = make_application("dark")
    runs: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "smooth")
        workspace.data.mkdir(parents=True)
        symbols = [f"SYM{number + 1}" for number in range(options.symbols)]
        for number, symbol in enumerate(symbols):
            random_bars(options.bars, seed=number).to_csv(workspace.data / f"{symbol}_{TIMEFRAME}.csv")
        window = MainWindow(workspace)
        window.show()
        settled(window)
        if not options.cold:
            until(window, Task("warm up", import_and_compile, quiet=True))
            window.rules.set_aside()
        ticker = Ticker(window)
        for _ in range(2):  # the first frames of a plot are not what is measured
            gaps = ticker.begin()
            wait(options.seconds)
            ticker.end()
        runs["idle"] = figures(gaps)
        for where in options.only:
            window.tasks.choose_long_runs(where)
            for name, work in errands(workspace, symbols, options.epochs).items():
                gaps = ticker.begin()
                for number, errand in enumerate(work):
                    task = Task(f"{name} {number}", errand)
                    task.progressed.connect(ticker.hear)
                    until(window, task)
                ticker.end()
                settled(window)
                runs[f"{name}, {where}"] = figures(gaps)
        ticker.close()
        window._quitting = True
        window.close()
        app.processEvents()
    given = {name: getattr(options, name) for name in ("symbols", "bars", "epochs", "seconds", "cold")}
    return {**measured_on(), "load": os.getloadavg()[0], **given, "wanted_p95_ms": WANTED_MS, "runs": runs}


def main() -> int:
    """Measure, print, write the figures if a file is named, and return 0 if all 95th percentiles are as wanted."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--symbols", type=int, default=4)
    given.add_argument("--bars", type=int, default=20_000)
    given.add_argument("--epochs", type=int, default=30)
    given.add_argument("--seconds", type=float, default=3.0, help="of the idle window")
    given.add_argument("--only", nargs="+", choices=("thread", "process"), default=("thread", "process"))
    given.add_argument("--cold", action="store_true", help="begin without imports and compiled code at hand")
    given.add_argument("--out", type=Path)
    options = given.parse_args()
    document = measured(options)
    print(f"{'milliseconds between frames':28} {'p50':>6} {'p95':>6} {'p99':>6} {'max':>6} {'s':>6}")
    for name, run in document["runs"].items():
        shown = " ".join(f"{run[figure]:6.1f}" for figure in ("p50", "p95", "p99", "max", "seconds"))
        print(f"{name:28} {shown}")
        for where, longest in list(run["seen"].items())[:5]:
            print(f"    {longest:5} ms in {where}")
    print(f"load of the machine: {document['load']:.1f} on {document['machine']['cores']} cores")
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        write_json(options.out, document)
    return 0 if all(run["p95"] < WANTED_MS for run in document["runs"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
