"""A strip at the top of the window after the sample was opened: the steps from data to a judged model."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QToolBar, QToolButton, QWidget

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.icons import set_icon
from ktrdr_app.gui.ui.widgets import GRID, button, label


class NextSteps(QToolBar):
    """The strip; each step leads to its station, and the strip goes when it is closed.

    Parameters
    ----------
    window : QMainWindow
        Gets it.
    context : AppContext
        The window's shared state.
    """

    def __init__(self, window: QMainWindow, context: AppContext) -> None:
        super().__init__(window)
        self.setObjectName("nextSteps")
        self.setWindowTitle(self.tr("Next steps"))
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addWidget(self._spaced(label(self.tr("Next steps"), "heading")))
        steps = (
            ("dataPanel", self.tr("1 Look at the bars")),
            ("fuzzyPanel", self.tr("2 See the fuzzy sets over them")),
            ("trainingPanel", self.tr("3 Train on AAPL, IBM and MSFT")),
            ("backtestPanel", self.tr("4 Judge it on GOOG, which it never saw")),
        )
        for key, words in steps:
            step = button(words, f"nextSteps.{key}", role="quiet")
            step.clicked.connect(partial(context.panelRequested.emit, key))
            self.addWidget(step)
        gap = QWidget()
        gap.setSizePolicy(gap.sizePolicy().Policy.Expanding, gap.sizePolicy().Policy.Preferred)
        self.addWidget(gap)
        close = QToolButton()
        close.setObjectName("nextSteps.closeButton")
        close.setProperty("role", "tool")
        close.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_icon(close, "close")
        accessibility.name(close, self.tr("Close the next steps"))
        close.clicked.connect(self.hide)
        self.addWidget(close)
        window.addToolBar(Qt.ToolBarArea.TopToolBarArea, self)

    def _spaced(self, widget: QWidget) -> QWidget:
        widget.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        return widget
