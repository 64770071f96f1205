"""The card that says why: of the trade that is selected, or of a bar without one; computed in the background."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.lazy import load
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.why.sections import SectionView
from ktrdr_app.gui.panels.backtest.why.why_parts import WhyView
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.notices import error_text
from ktrdr_app.gui.ui.widgets import GRID, button, label, row

if TYPE_CHECKING:
    from ktrdr_app.workflows.why_portfolio import PortfolioRun
    from ktrdr_app.workflows.why_signals import SignalsRun
    from ktrdr_app.workflows.why_single import WhyRun

Asked = int | str
"""Number of a trade from 1, or ISO time of a bar."""
Answer = tuple["WhyRun | SignalsRun | PortfolioRun", WhyView]


def iso_time(nanoseconds: int) -> str:
    """Return an instant as ISO text in UTC.

    Parameters
    ----------
    nanoseconds : int
        Since 1970 UTC.
    """
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).isoformat()


class WhyCard(QWidget):
    """The chain of one decision, step by step.

    Nothing is computed while the card is hidden: what was asked for last is answered when it is shown.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    part : str
        What its object names begin with.
    """

    def __init__(self, context: AppContext, part: str = "why") -> None:
        super().__init__()
        self._part = f"backtestPanel.{part}"
        self.setObjectName(f"{self._part}Card")
        self._context = context
        self._folder: Path | None = None
        self._asked: Asked | None = None
        self._run: WhyRun | SignalsRun | PortfolioRun | None = None
        self.view: WhyView | None = None
        self.sections: list[SectionView] = []
        self.headline = label("", "heading", wrap=True)
        self.headline.setObjectName(f"{self._part}Headline")
        self.words = label("", "muted", wrap=True)
        self.words.setObjectName(f"{self._part}Words")
        self.copy_button = button(self.tr("Copy text"), f"{self._part}CopyButton", role="quiet", icon="copy")
        self.copy_button.clicked.connect(self.copy_text)
        accessibility.name(self.copy_button, self.tr("Copy the explanation as text"))
        self._make_area()
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID // 2, GRID // 2, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.headline)
        box.addWidget(self.words)
        box.addWidget(self.area, 1)
        box.addLayout(row(1, self.copy_button))
        self.asking = Latest(context.tasks, self)
        self.asking.arrived.connect(self._arrived)
        self.asking.failed.connect(self._refused)
        self.clear()

    def _make_area(self) -> None:
        self.area = QScrollArea()
        self.area.setObjectName(f"{self._part}Area")
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        accessibility.name(self.area, self.tr("Why, step by step"))

    @property
    def asked(self) -> Asked | None:
        """Number of the trade from 1, or ISO time of the bar, that is asked about."""
        return self._asked

    def show_run(self, folder: Path | None) -> None:
        """Ask about another run from now on.

        Parameters
        ----------
        folder : Path or None
            Its folder; None for no run.
        """
        if folder != self._folder:
            self._folder, self._run = folder, None
        self.clear()

    def show_trade(self, number: int) -> None:
        """Say why a trade was made.

        Parameters
        ----------
        number : int
            From 0, in order of their exits, as the chart counts them.
        """
        self._ask(number + 1)

    def show_bar(self, moment: str) -> None:
        """Say why a bar was decided as it was.

        Parameters
        ----------
        moment : str
            Any instant within the bar, ISO in UTC.
        """
        self._ask(moment)

    @Slot()
    def clear(self) -> None:
        """Show nothing but what to do."""
        self._asked = None
        self.asking.stop()
        if self._folder is None:
            self._say(self.tr("Run a backtest first; then its trades can be asked why."))
        else:
            text = self.tr(
                "Select a trade in the table or click one on the chart. "
                "A click on any other bar asks why nothing was traded there."
            )
            self._say(text)

    @Slot()
    def copy_text(self) -> None:
        """Put the explanation on the clipboard as plain text."""
        if self.view is not None:
            QGuiApplication.clipboard().setText(self.view.text)

    def showEvent(self, event: QShowEvent) -> None:
        """Answer what was asked while the card was hidden.

        Parameters
        ----------
        event : QShowEvent
            The card comes into view.
        """
        super().showEvent(event)
        if self._asked is not None and self.view is None:
            self._ask(self._asked)

    def _ask(self, asked: Asked) -> None:
        self._asked, folder = asked, self._folder
        if folder is None:
            return
        if not self.isVisible():
            self.view = None
            return
        workspace, opened = self._context.workspace, self._run

        def work(progress: Progress, cancel: CancelToken) -> Answer:
            run = opened or workflows.open_why(workspace, folder, progress, cancel)
            why = run.trade(asked, cancel) if isinstance(asked, int) else run.bar_at(asked, cancel)
            view: WhyView = load("ktrdr_app.gui.panels.backtest.why.why_view").view_of(why)
            return run, view

        if self.view is None:
            self._say(self.tr("working it out…"))
        self.asking.ask(self.tr("Why this trade"), work)

    @Slot(object)
    def _arrived(self, answer: Answer) -> None:
        self._run, view = answer
        self._show(view)

    def _show(self, view: WhyView) -> None:
        self.view = view
        self.headline.setText(view.headline)
        self.headline.show()
        self.words.setText(view.gist)
        self.sections = [SectionView(section) for section in view.sections]
        inside = QWidget()
        box = QVBoxLayout(inside)
        box.setContentsMargins(0, 0, GRID, 0)
        box.setSpacing(GRID // 2)
        for section in self.sections:
            box.addWidget(section)
        box.addStretch(1)
        self.area.setWidget(inside)
        self.area.show()
        readable = [line for section in self.sections for line in section.readable]
        for before, after in itertools.pairwise([self.area, *readable, self.copy_button]):
            QWidget.setTabOrder(before, after)
        self.copy_button.setEnabled(True)
        accessibility.name(self.area, self.tr("Why, step by step"), view.text)
        accessibility.announce(self, f"{view.headline}. {view.gist}")

    @Slot(object)
    def _refused(self, error: KtrdrError | TaskError) -> None:
        text, hint = error_text(error)
        self._say(f"{text}. {hint}".strip())

    def _say(self, text: str) -> None:
        """Show one sentence in the place of the chain."""
        self.view, self.sections = None, []
        self.headline.hide()
        self.words.setText(text)
        self.words.show()
        self.area.hide()
        self.copy_button.setEnabled(False)
