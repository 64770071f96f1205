"""Times the frames of the fuzzy editor while a handle is dragged over histograms of many values.

    python benchmarks/frames.py [--symbols N] [--bars N] [--moves N] [--every MS] [--size WxH] [--out FILE.json]

The whole window on a workspace of random bars, the fuzzy station shown; a handle is pressed, moved to and fro and let
go by mouse events that come as often as those of a mouse. A gap is the time between two paintings of the plot while
the mouse moves, a cost the time of one painting; both in milliseconds. The sets must have moved, else nothing is told.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer  # noqa: E402
from PySide6.QtGui import QMouseEvent, QPaintEvent  # noqa: E402
from PySide6.QtWidgets import QApplication, QComboBox  # noqa: E402

from benchmarks.edit import random_bars  # noqa: E402
from benchmarks.facts import measured_on  # noqa: E402
from ktrdr_app.core.files import write_json  # noqa: E402
from ktrdr_app.core.paths import Workspace  # noqa: E402
from ktrdr_app.gui.app import make_application  # noqa: E402
from ktrdr_app.gui.main_window import MainWindow  # noqa: E402
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot  # noqa: E402
from ktrdr_app.gui.panels.fuzzy.symbol_menu import SymbolMenu  # noqa: E402

TIMEFRAME = "1h"
WANTED_MS = 33.0
"""95 of 100 gaps are to be shorter."""


@dataclass
class Frames:
    """When paintings began while the mouse moved, and how long each took, in seconds."""

    begun: list[float] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)
    counting: bool = False


def timed_plot(frames: Frames) -> None:
    """Have every fuzzy plot that is made from now on write down its paintings.

    Parameters
    ----------
    frames : Frames
        Where to.
    """
    paint = FuzzyPlot.paintEvent

    def timed(plot: FuzzyPlot, event: QPaintEvent) -> None:
        begun = time.perf_counter()
        paint(plot, event)
        if frames.counting:
            frames.begun.append(begun)
            frames.taken.append(time.perf_counter() - begun)

    FuzzyPlot.paintEvent = timed


def wait(milliseconds: int) -> None:
    """Run the event loop for so long.

    Parameters
    ----------
    milliseconds : int
        How long.
    """
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def open_editor(workspace: Workspace, size: tuple[int, int]) -> tuple[MainWindow, FuzzyPlot]:
    """Return the window with the fuzzy station shown and the values of all symbols read.

    Parameters
    ----------
    workspace : Workspace
        What it works on.
    size : tuple of int
        Width and height.
    """
    window = MainWindow(workspace)
    window.resize(*size)
    window.show_panel("fuzzyPanel")
    window.show()
    _settle(window)
    for action in window.findChild(SymbolMenu).menu().actions():
        if not action.isChecked():
            action.trigger()
    _settle(window)
    plot = window.findChild(FuzzyPlot)
    bar_length = window.findChild(QComboBox, "fuzzyPanel.timeframeCombo")
    if plot is None or bar_length is None or bar_length.currentText() != TIMEFRAME:
        raise SystemExit("the editor did not open on the bars")
    return window, plot


def _settle(window: MainWindow) -> None:
    calm = 0
    while calm < 10:
        wait(50)
        calm = 0 if window.tasks.running else calm + 1


def send(plot: FuzzyPlot, kind: QEvent.Type, place: QPointF) -> None:
    """Send a mouse event to the plot, as the system does.

    Parameters
    ----------
    plot : FuzzyPlot
        Its receiver.
    kind : QEvent.Type
        Press, move or release.
    place : QPointF
        Within the viewport.
    """
    port = plot.viewport()
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    whole = QPointF(port.mapToGlobal(place))
    # Alt keeps the handle from snapping, so that every move changes something and has to be painted.
    event = QMouseEvent(kind, place, whole, button, held, Qt.KeyboardModifier.AltModifier)
    QApplication.sendEvent(port, event)


def drag(plot: FuzzyPlot, frames: Frames, moves: int, every: int) -> None:
    """Drag the second handle of the second set to and fro.

    Parameters
    ----------
    plot : FuzzyPlot
        The editor's plot.
    frames : Frames
        Counts while the mouse moves.
    moves : int
        Mouse moves.
    every : int
        Milliseconds between them.
    """
    grips = plot.layer.grips
    keys = list(dict.fromkeys(grip.key for grip in grips))
    grip = [each for each in grips if each.key == keys[min(1, len(keys) - 1)]][1]
    start = plot.grip_point(grip)
    reach = plot.viewport().width() / 12
    send(plot, QEvent.Type.MouseButtonPress, start)
    loop, timer, step = QEventLoop(), QTimer(), 0

    def move() -> None:
        nonlocal step
        step += 1
        send(plot, QEvent.Type.MouseMove, start + QPointF(reach * math.sin(step / 12), 0))
        if step >= moves:
            timer.stop()
            loop.quit()

    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(move)
    timer.start(every)
    frames.counting = True
    loop.exec()
    frames.counting = False
    send(plot, QEvent.Type.MouseButtonRelease, start + QPointF(reach / 2, 0))


def spread(seconds: np.ndarray) -> dict[str, float]:
    """Return median, 95th percentile and greatest of some times, in milliseconds.

    Parameters
    ----------
    seconds : ndarray of float64
        The times.
    """
    middle, late = np.quantile(seconds, [0.5, 0.95]) * 1000
    return {"p50": round(float(middle), 2), "p95": round(float(late), 2), "max": round(float(seconds.max()) * 1000, 2)}


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Return the document of one run.

    Parameters
    ----------
    options : argparse.Namespace
        As given.
    """
    frames = Frames()
    timed_plot(frames)
    app = make_application("dark")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "frames")
        workspace.data.mkdir(parents=True)
        for number in range(options.symbols):
            file = workspace.data / f"SYM{number + 1}_{TIMEFRAME}.csv"
            random_bars(options.bars, seed=number).to_csv(file, float_format="%.6g")
        window, plot = open_editor(workspace, options.size)
        document = window.findChild(FuzzyPlot).document
        before = {key: tuple(entry.parameters) for key, entry in document.sets().items()}
        drag(plot, frames, options.moves, options.every)
        moved = before != {key: tuple(entry.parameters) for key, entry in document.sets().items()}
        heading = plot.heading.toPlainText()
        wait(200)
        window._quitting = True
        window.close()
        app.processEvents()
    if not moved or len(frames.begun) < options.moves // 10:
        raise SystemExit(f"the handle did not move, or was not drawn: {len(frames.begun)} paintings")
    return {
        **measured_on(),
        "symbols": options.symbols,
        "bars": options.bars,
        "moves": options.moves,
        "every_ms": options.every,
        "size": list(options.size),
        "heading": heading,
        "paintings": len(frames.begun),
        "gap_ms": spread(np.diff(frames.begun)),
        "paint_ms": spread(np.array(frames.taken)),
        "wanted_p95_ms": WANTED_MS,
    }


def size(text: str) -> tuple[int, int]:
    """Return width and height of ``1440x900``.

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
    given.add_argument("--symbols", type=int, default=5)
    given.add_argument("--bars", type=int, default=200_000)
    given.add_argument("--moves", type=int, default=500)
    given.add_argument("--every", type=int, default=8, help="milliseconds between two moves of the mouse")
    given.add_argument("--size", type=size, default=(1440, 900), help="of the window, WxH")
    given.add_argument("--out", type=Path)
    options = given.parse_args()
    document = measured(options)
    print(f"{document['heading']}\n{document['paintings']} paintings of {options.moves} moves")
    for name, words in (("gap_ms", "between two paintings"), ("paint_ms", "one painting")):
        figures = document[name]
        print(f"{words:>22}: p50 {figures['p50']:6.2f}  p95 {figures['p95']:6.2f}  max {figures['max']:6.2f} ms")
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        write_json(options.out, document)


if __name__ == "__main__":
    main()
