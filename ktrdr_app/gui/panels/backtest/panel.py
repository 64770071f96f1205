"""Station 6: pick a symbol, run, and see candles, equity, drawdown, figures and trades, and what they are worth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue, KtrdrError
from ktrdr_app.core.progress import PartialEquity, Progress, ProgressEvent
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.duel.page import DuelPage
from ktrdr_app.gui.panels.backtest.exporting import RunFiles
from ktrdr_app.gui.panels.backtest.form import BacktestForm
from ktrdr_app.gui.panels.backtest.grid.page import GridPage
from ktrdr_app.gui.panels.backtest.portfolio.page import PortfolioPage
from ktrdr_app.gui.panels.backtest.results.months import MonthsPage
from ktrdr_app.gui.panels.backtest.results.spread import SpreadPage
from ktrdr_app.gui.panels.backtest.run_bar import RunBar
from ktrdr_app.gui.panels.backtest.run_page import RunPage
from ktrdr_app.gui.panels.backtest.view_model import FOUGHT, SHOWN, Fight, RunView, view_of
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.task import Task, TaskError
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.many_requests import DuelRequest
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest

if TYPE_CHECKING:
    from ktrdr_app.workflows.bundle.unseal import BundleOpened


class BacktestPanel(Station):
    """The sixth station: how a model would have done on one symbol.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    title: ClassVar[str] = "Backtest"
    object_name: ClassVar[str] = "backtestPanel"

    trade_chosen = Signal(int)
    """Number of the trade that was chosen, in the table or on the chart."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._task: Task | None = None
        self._request: BacktestRequest | None = None
        self._fights = False
        self._recalled: Path | None = None
        self._asked: tuple[str, str, str, str] | None = None
        self.view: RunView | None = None
        self.form = BacktestForm(context, self)
        self._make_bar()
        self._make_pages()
        context.catalog.series.loaded.connect(self._recall)

    def _make_bar(self) -> None:
        self.run_bar = RunBar()
        self.run_button, self.stop_button = self.run_bar.run_button, self.run_bar.stop_button
        self.words = self.run_bar.words
        self.run_button.clicked.connect(self.run_main_action)
        self.stop_button.clicked.connect(self.stop_main_action)
        self.files = RunFiles(self)
        self.files.opened.connect(self._bundle_came)
        self.heading.addStretch(1)
        for widget in (self.files.open_button, self.files.export_button, self.run_bar):
            self.heading.addWidget(widget)
        self.body.addLayout(self.form.lines())

    def _make_pages(self) -> None:
        self.pages = RunPage(self.context)
        self.charts, self.metrics, self.trades = self.pages.charts, self.pages.metrics, self.pages.trades.table
        self.verdict, self.notes = self.pages.verdict, self.pages.notes
        self.why, self.beside = self.pages.why, self.pages.beside
        self.pages.trade_chosen.connect(self.trade_chosen)
        self.pages.settings_wanted.connect(self._show_strategy)
        self.months, self.spread, self.duel = MonthsPage(), SpreadPage(), DuelPage()
        self.grid = GridPage(self, self.form)
        self.portfolio = PortfolioPage(self, self.form, self.context)
        self.grid.run_chosen.connect(self.open_run)
        self.form.versus.follow(self.charts)
        self.charts.pictures.failed.connect(self.show_error)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("backtestPanel.tabs")
        self.tabs.setDocumentMode(True)
        accessibility.name(self.tabs, self.tr("What is shown of the backtest"))
        accessibility.name(self.tabs.tabBar(), self.tr("What is shown of the backtest"))
        self.tabs.addTab(self.pages, self.tr("Chart and trades"))
        self.tabs.addTab(self.months, self.tr("Months"))
        self.tabs.addTab(self.spread, self.tr("Returns, hours, weekdays"))
        self.tabs.addTab(self.duel, self.tr("Duel"))
        self.tabs.addTab(self.grid, self.tr("Many symbols"))
        self.tabs.addTab(self.portfolio, self.tr("Portfolio"))
        self.body.addWidget(self.tabs, 1)

    @property
    def running(self) -> bool:
        """Whether a backtest of this station runs."""
        return self._task is not None

    @property
    def shown_run(self) -> BacktestOutcome | None:
        """The run that is shown, with its folder; None before there is one."""
        return None if self.view is None else self.view.outcome

    def refresh(self) -> None:
        """Read data, strategies and models again."""
        self.notice.dismiss()
        self.context.catalog.refresh()

    @Slot()
    def run_main_action(self) -> None:
        """Run a backtest with what the form says, and its rival's if there is one; or what the page at hand is for."""
        if self.running:
            return
        self.notice.dismiss()
        page = self.tabs.currentWidget()
        if isinstance(page, (GridPage, PortfolioPage)):
            page.run()
            return
        try:
            request = self.form.request()
        except InvalidValue as error:
            self.show_error(error)
            return
        rival = self.form.versus.rival
        words = self.tr("Backtest {0} on {1} {2}").format(request.strategy, request.symbol, request.timeframe)
        self._asked = self.form.asked
        if rival:
            self.submit_run(Task(words, Errand("duel", DuelRequest(request, rival), FOUGHT)), self.show_fight)
        else:
            self.submit_run(Task(words, Errand("backtest", request, SHOWN)), self.show_run)
        self._request, self._fights = request, bool(rival)

    def submit_run(self, task: Task, succeeded: Callable[..., None]) -> None:
        """Start a run of this station; there is one at a time.

        Parameters
        ----------
        task : Task
            The work.
        succeeded : callable
            A slot that takes what comes of it.
        """
        self._task, self._request, self._fights = task, None, False
        self.run_bar.begin(task)
        self.context.stateChanged.emit(self.object_name, "running")
        task.progressed.connect(self._progress)
        task.succeeded.connect(succeeded)
        task.failed.connect(self._failed)
        task.cancelled.connect(self._cancelled)
        task.finished.connect(self._over)
        self.context.submit(task)

    @Slot()
    def stop_main_action(self) -> None:
        """Ask the run to stop; nothing is written then, but a duel's first run that is over by then stays."""
        if self._task is not None:
            self._task.cancel()
            self.run_bar.say_stopping()

    @Slot(object)
    def _progress(self, events: tuple[ProgressEvent, ...]) -> None:
        self.run_bar.take(events, stopping=self._task is None or self._task.token.cancelled)
        for event in events:
            if isinstance(event, PartialEquity):
                self._show_partial(event)

    def _show_partial(self, event: PartialEquity) -> None:
        request = self._request
        if request is None or not len(event.equity):
            return
        self.pages.show_partial(
            ChartData(
                title=f"{request.symbol} {request.timeframe}",
                times=np.asarray(event.open_time),
                equity=np.asarray(event.equity),
                daily=NANOSECONDS[request.timeframe] >= NANOSECONDS["1d"],
            )
        )

    @Slot(object)
    def show_run(self, view: RunView) -> None:
        """Show a finished run.

        Parameters
        ----------
        view : RunView
            As `view_model.view_of` makes it.
        """
        self._show_result(view)
        model = view.document.get("model")
        if model and self.form.asked == self._asked:  # the badge is about the form, which may have changed since
            self.form.badge.show_model(model, str(model.get("warning") or ""))
        self.say_ready()

    @Slot(object)
    def show_fight(self, fight: Fight) -> None:
        """Show two finished runs: the first as `show_run` does, both on the page of the duel.

        Parameters
        ----------
        fight : Fight
            As `view_model.fought` makes it.
        """
        self.duel.show_duel(fight.duel)
        self.show_run(fight.view)

    def say_ready(self) -> None:
        """Say that what was asked for is shown."""
        self.words.setText("")
        self.context.stateChanged.emit(self.object_name, "ready")

    def _show_result(self, view: RunView) -> None:
        self.view = view
        self.pages.show_view(view)
        self.months.set_months(view.monthly)
        self.spread.set_trades(view.entered, view.fractions)
        self.files.set_run(view.outcome.folder)

    def _show_last(self) -> None:
        """Put the last finished run back, where a stopped or failed one left half a curve."""
        if self.view is None:
            self.pages.show_nothing()
        else:
            self.pages.show_view(self.view)

    @Slot(object)
    def _failed(self, error: KtrdrError | TaskError) -> None:
        self.words.setText("")
        self._show_last()
        self.show_error(error)

    @Slot()
    def _cancelled(self) -> None:
        self.words.setText("")
        self._show_last()
        kept = self.tr("The duel was stopped; the first run is kept if it was over by then")
        none = self.tr("The run was stopped; nothing was written")
        self.notice.show_text("info", kept if self._fights else none)
        self.context.stateChanged.emit(self.object_name, "empty" if self.view is None else "ready")

    @Slot()
    def _over(self) -> None:
        self._task = None
        self.run_bar.over()

    @Slot()
    def _show_strategy(self) -> None:
        self.context.panelRequested.emit("strategyPanel")

    # runs that are there already

    @Slot(object, object)
    def _bundle_came(self, done: BundleOpened, view: RunView) -> None:
        self._show_result(view)
        self.tabs.setCurrentWidget(self.pages)
        good = done.replay is None or done.replay.same
        self.notice.show_text("success" if good else "warning", " ".join(done.sentences))
        self.say_ready()

    @Slot(object)
    def open_run(self, folder: Path) -> None:
        """Show a finished run of this workspace.

        Parameters
        ----------
        folder : Path
            Its folder.
        """
        workspace = self.context.workspace

        def work(progress: Progress, cancel: CancelToken) -> RunView:
            return view_of(workflows.reopen_run(workspace, folder, progress, cancel))

        self.start(self.tr("Read the run {0}").format(folder.name), work, self._opened)

    @Slot(object)
    def _opened(self, view: RunView) -> None:
        self._show_result(view)
        self.tabs.setCurrentWidget(self.pages)
        self.say_ready()

    @Slot()
    def _recall(self, _items: object = None) -> None:
        """Show the newest run of the workspace, when nothing has been run in this window yet."""
        workspace = self.context.workspace
        folder = workflows.newest_run(workspace)
        if self.running or self.view is not None or folder is None or folder == self._recalled:
            return
        self._recalled = folder

        def work(progress: Progress, cancel: CancelToken) -> RunView:
            return view_of(workflows.reopen_run(workspace, folder, progress, cancel))

        task = Task(self.tr("Read the newest run"), work, quiet=True)
        task.succeeded.connect(self._show_recalled)
        task.failed.connect(self._not_recalled)
        self.context.submit(task)

    @Slot(object)
    def _show_recalled(self, view: RunView) -> None:
        if self.running or self.view is not None:
            return
        self._show_result(view)
        self.say_ready()
        self.words.setText(self.tr("newest run of this workspace"))

    @Slot(object)
    def _not_recalled(self, error: KtrdrError | TaskError) -> None:
        """Say in passing why the newest run is not shown; it is no fault of anything the user does now."""
        if not self.running and self.view is None:
            self.notice.show_text("info", self.tr("The newest run is not shown: {0}").format(error.message))
