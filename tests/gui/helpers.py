"""What several tests of the window do: wait for tasks, click, find children, a strategy that trains fast."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from ktrdr_app.core.cancel import CancelToken
    from ktrdr_app.core.progress import Progress
    from ktrdr_app.gui.main_window import MainWindow
    from ktrdr_app.gui.tasks.manager import TaskManager

W = TypeVar("W", bound="QWidget")

QUICK_STRATEGY = """\
name: quick
description: Small enough for a test.
indicators:
  rsi: {name: rsi, period: 14}
fuzzy_sets:
  rsi:
    form: raw
    sets:
      low: {type: trapezoidal, parameters: [0, 10, 30, 50], shoulder: left}
      middle: {type: triangular, parameters: [30, 50, 70]}
      high: {type: trapezoidal, parameters: [50, 70, 90, 100], shoulder: right}
labels: {threshold: 2.0, threshold_unit: atr, lookahead: 5}
network: {hidden_layers: [4]}
training: {epochs: 3, batch_size: 256, patience: 50}
"""

TYPO_STRATEGY = QUICK_STRATEGY.replace("name: quick", "name: typo").replace("lookahead: 5", "lookahed: 5")


class Gate:
    """Work that stops where the test wants it, and goes on when the test says so."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def work(self, progress: Progress, cancel: CancelToken) -> str:
        """Wait to be let go on, or to be cancelled."""
        self.entered.set()
        while not self.go_on.wait(0.005):
            cancel.check()
        return "done"


def settle(qtbot: QtBot, tasks: TaskManager) -> None:
    """Run the event loop until no task runs."""
    qtbot.waitUntil(lambda: not tasks.running, timeout=60_000)


def rest(qtbot: QtBot, window: MainWindow) -> None:
    """Put notices away, and run the event loop until no task runs, and none was about to."""
    from PySide6.QtCore import QCoreApplication

    for _ in range(3):
        QCoreApplication.processEvents()
        settle(qtbot, window.tasks)
    for notice in window.notices.notices:
        notice.dismiss()


def click(qtbot: QtBot, widget: QWidget) -> None:
    """Click a widget with the left button, as a user would."""
    from PySide6.QtCore import Qt

    assert widget.isEnabled(), f"{widget.objectName()} is disabled"
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def child(root: QWidget, kind: type[W], name: str) -> W:
    """Return the one child of that object name."""
    found = root.findChildren(kind, name)
    assert len(found) == 1, f"{len(found)} children named {name}"
    return found[0]


def tick(qtbot: QtBot, symbols: Any, *wanted: str) -> None:
    """Tick exactly these symbols in a list of check boxes, with the keyboard."""
    from PySide6.QtCore import Qt

    symbols.setFocus()
    for row in range(symbols.count()):
        item = symbols.item(row)
        ticked = item.checkState() is Qt.CheckState.Checked
        if ticked is not (item.data(Qt.ItemDataRole.UserRole) in wanted):
            symbols.setCurrentRow(row)
            qtbot.keyClick(symbols, Qt.Key.Key_Space)


def file_urls(*paths: Path) -> QMimeData:
    """Return what another program gives along when it lets files be dragged."""
    from PySide6.QtCore import QMimeData, QUrl

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drag_in(target: QWidget, mime: QMimeData) -> QDragEnterEvent:
    """Drag something over a widget."""
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtGui import QDragEnterEvent
    from PySide6.QtWidgets import QApplication

    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    event = QDragEnterEvent(QPoint(20, 20), actions, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(target, event)
    return event


def drop_on(target: QWidget, mime: QMimeData) -> QDropEvent:
    """Let go of what was dragged over a widget."""
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtGui import QDropEvent
    from PySide6.QtWidgets import QApplication

    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    event = QDropEvent(QPointF(20, 20), actions, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(target, event)
    return event
