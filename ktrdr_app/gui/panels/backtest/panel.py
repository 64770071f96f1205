"""Station 6: pick a symbol, run, and see candles, equity, drawdown, figures and trades."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QItemSelection, Qt, Slot
from PySide6.QtWidgets import QProgressBar, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import InvalidValue, KtrdrError
from ktrdr_app.core.progress import PartialEquity, Progress, ProgressEvent
from ktrdr_app.core.timeframes import NANOSECONDS
from ktrdr_app.gui.charts.chart_data import ChartData
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.form import BacktestForm
from ktrdr_app.gui.panels.backtest.run_panes_task import RunPanesTask
from ktrdr_app.gui.panels.backtest.tables import metrics_table, trades_table
from ktrdr_app.gui.panels.backtest.view_model import RunView, view_of
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.tasks.task import Task, TaskError
from ktrdr_app.gui.ui.estimate import Estimate
from ktrdr_app.gui.ui.widgets import GRID, EmptyState, button, label, row, set_tone
from ktrdr_app.workflows.requests import BacktestRequest


class BacktestPanel(Station):
    """The sixth station: how a model would have done on one symbol.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    title: ClassVar[str] = "Backtest"
    object_name: ClassVar[str] = "backtestPanel"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._task: Task | None = None
        self._request: BacktestRequest | None = None
        self._recalled: Path | None = None
        self._asked: tuple[str, str, str, str] | None = None
        self._estimate = Estimate()
        self._following = False
        self.view: RunView | None = None
        self.form = BacktestForm(context, self)
        self._make_bar()
        self._make_results()
        self.charts.tradeChosen.connect(self._trade_chosen)
        self.panes = RunPanesTask(context, self.charts, self)
        self.trades.selectionModel().selectionChanged.connect(self._trade_selected)
        self.trades.clicked.connect(self._trade_clicked)
        context.catalog.series.loaded.connect(self._recall)

    def _make_bar(self) -> None:
        self.run_button = button(self.tr("Run"), "backtestPanel.runButton", role="primary", icon="play")
        self.stop_button = button(self.tr("Stop"), "backtestPanel.stopButton", icon="stop")
        self.stop_button.setEnabled(False)
        self.run_button.clicked.connect(self.run_main_action)
        self.stop_button.clicked.connect(self.stop_main_action)
        self.bar = QProgressBar()
        self.bar.setObjectName("backtestPanel.progressBar")
        self.bar.setAccessibleName(self.tr("Progress of the backtest"))
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setFixedWidth(180)
        self.bar.hide()
        self.words = label("", "muted")
        self.words.setObjectName("backtestPanel.progressText")
        self.heading.addStretch(1)
        self.heading.addLayout(row(self.words, self.bar, self.run_button, self.stop_button))
        self.body.addLayout(self.form.lines())

    def _make_results(self) -> None:
        self.charts = LinkedCharts()
        self.charts.pictures.failed.connect(self.show_error)
        for plot, part in zip(self.charts.plots, ("candlePlot", "equityPlot", "drawdownPlot"), strict=True):
            plot.setObjectName(f"backtestPanel.{part}")
        self.metrics = metrics_table()
        self.trades = trades_table()
        self.verdict = label("", "heading", wrap=True)
        self.verdict.setObjectName("backtestPanel.verdict")
        self.notes = label("", "muted", wrap=True)
        self.notes.setObjectName("backtestPanel.notes")
        figures = QWidget()
        beside = QVBoxLayout(figures)
        beside.setContentsMargins(GRID // 2, 0, 0, 0)
        beside.setSpacing(GRID)
        beside.addWidget(self.verdict)
        beside.addWidget(self.notes)
        beside.addWidget(self.metrics, 1)
        left = QSplitter(Qt.Orientation.Vertical)
        across = QSplitter(Qt.Orientation.Horizontal)
        for splitter, widgets, weights in (
            (left, (self.charts, self.trades), (4, 1)),
            (across, (left, figures), (1, 0)),
        ):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(GRID)
            for place, (widget, weight) in enumerate(zip(widgets, weights, strict=True)):
                splitter.addWidget(widget)
                splitter.setStretchFactor(place, weight)
        left.setSizes([560, 170])
        across.setSizes([920, 300])
        empty = EmptyState(
            "backtest",
            self.tr("No backtest yet"),
            self.tr("Pick a symbol, then press Run. Symbols marked ✦ are new to the model: they are the better test."),
        )
        self.pages = QStackedWidget()
        self.pages.addWidget(empty)
        self.pages.addWidget(across)
        self.body.addWidget(self.pages, 1)

    @property
    def running(self) -> bool:
        """Whether a backtest of this station runs."""
        return self._task is not None

    def refresh(self) -> None:
        """Read data, strategies and models again."""
        self.notice.dismiss()
        self.context.catalog.refresh()

    @Slot()
    def run_main_action(self) -> None:
        """Run a backtest with what the form says."""
        if self.running:
            return
        self.notice.dismiss()
        try:
            request = self.form.request()
        except InvalidValue as error:
            self.show_error(error)
            return

        def work(progress: Progress, cancel: CancelToken) -> RunView:
            return view_of(workflows.backtest(request, progress, cancel))

        self._begin(request)
        task = Task(
            self.tr("Backtest {0} on {1} {2}").format(request.strategy, request.symbol, request.timeframe), work
        )
        self._task = task
        task.progressed.connect(self._progress)
        task.succeeded.connect(self.show_run)
        task.failed.connect(self._failed)
        task.cancelled.connect(self._cancelled)
        task.finished.connect(self._over)
        self.context.submit(task)

    @Slot()
    def stop_main_action(self) -> None:
        """Ask the backtest to stop; nothing is written then."""
        if self._task is not None:
            self._task.cancel()
            self.stop_button.setEnabled(False)
            self.words.setText(self.tr("stopping…"))

    def _begin(self, request: BacktestRequest) -> None:
        self._request = request
        self._asked = self.form.asked
        self._estimate = Estimate()
        self.run_button.setEnabled(False)
        self.stop_button.setEnabled(True)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.words.setText(self.tr("starting…"))
        self.context.stateChanged.emit(self.object_name, "running")

    @Slot(object)
    def _progress(self, events: tuple[ProgressEvent, ...]) -> None:
        self._estimate.take(events)
        fraction = self._estimate.fraction
        self.bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self.bar.setValue(round(1000 * fraction))
        if self._task is not None and not self._task.token.cancelled:
            self.words.setText(self._estimate.sentence())
        for event in events:
            if isinstance(event, PartialEquity):
                self._show_partial(event)

    def _show_partial(self, event: PartialEquity) -> None:
        request = self._request
        if request is None or not len(event.equity):
            return
        self.pages.setCurrentIndex(1)
        self.charts.set_data(
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
        self.view = view
        self.pages.setCurrentIndex(1)
        self._show_result(view)
        model = view.document.get("model")
        if model and self.form.asked == self._asked:  # the badge is about the form, which may have changed since
            self.form.badge.show_model(model, str(model.get("warning") or ""))
        self.words.setText("")
        self.context.stateChanged.emit(self.object_name, "ready")

    def _show_result(self, view: RunView) -> None:
        self.panes.set_run(view.outcome)
        self.charts.set_data(view.chart)
        self.metrics.records.set_records(view.metrics)
        self.trades.records.set_records(view.trades)
        self.verdict.setText(view.verdict.headline)
        self.verdict.setToolTip(view.verdict.detail)
        set_tone(self.verdict, "success" if view.verdict.good else "warning")
        self.notes.setText("\n".join(view.notes))
        self.notes.setVisible(bool(view.notes))

    def _show_last(self) -> None:
        """Put the last finished run back, where a stopped or failed one left half a curve."""
        if self.view is None:
            self.pages.setCurrentIndex(0)
        else:
            self._show_result(self.view)

    @Slot(object)
    def _failed(self, error: KtrdrError | TaskError) -> None:
        self.words.setText("")
        self._show_last()
        self.show_error(error)

    @Slot()
    def _cancelled(self) -> None:
        self.words.setText("")
        self._show_last()
        self.notice.show_text("info", self.tr("The backtest was stopped; nothing was written"))
        self.context.stateChanged.emit(self.object_name, "empty" if self.view is None else "ready")

    @Slot()
    def _over(self) -> None:
        self._task = None
        self.bar.hide()
        self.run_button.setEnabled(True)
        self.stop_button.setEnabled(False)

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
        self.view = view
        self.pages.setCurrentIndex(1)
        self._show_result(view)
        self.words.setText(self.tr("newest run of this workspace"))
        self.context.stateChanged.emit(self.object_name, "ready")

    @Slot(object)
    def _not_recalled(self, error: KtrdrError | TaskError) -> None:
        """Say in passing why the newest run is not shown; it is no fault of anything the user does now."""
        if not self.running and self.view is None:
            self.notice.show_text("info", self.tr("The newest run is not shown: {0}").format(error.message))

    # trades

    @Slot(QItemSelection, QItemSelection)
    def _trade_selected(self, _chosen: QItemSelection, _dropped: QItemSelection) -> None:
        if not self._following:
            self._trade_clicked()

    @Slot()
    def _trade_clicked(self, _index: object = None) -> None:
        trade = self.trades.selected
        if trade is not None:
            self.charts.show_trade(trade.number)

    @Slot(int)
    def _trade_chosen(self, number: int) -> None:
        self._following = True
        self.trades.select(lambda trade: trade.number == number)
        self._following = False
        self.trades.scrollTo(self.trades.currentIndex())
