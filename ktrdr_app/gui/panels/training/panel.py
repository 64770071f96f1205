"""The training station: what a training would take, the run as it goes, what waits, and what can go on."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app.core.errors import BadInput, KtrdrError
from ktrdr_app.core.progress import EpochFinished, LearningStarted, ProgressEvent
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.training.form import TrainingForm
from ktrdr_app.gui.panels.training.interrupted_card import InterruptedCard
from ktrdr_app.gui.panels.training.left_queue_card import LeftQueueCard
from ktrdr_app.gui.panels.training.mending import Mending
from ktrdr_app.gui.panels.training.page_tabs import PageTabs
from ktrdr_app.gui.panels.training.plan_page import PlanPage
from ktrdr_app.gui.panels.training.planner import Planner
from ktrdr_app.gui.panels.training.queue_keeper import QueueKeeper
from ktrdr_app.gui.panels.training.queue_page import QueuePage
from ktrdr_app.gui.panels.training.readiness_card import ReadinessCard
from ktrdr_app.gui.panels.training.recalling import Recalling
from ktrdr_app.gui.panels.training.results.pages import ResultPages
from ktrdr_app.gui.panels.training.resuming import Resuming
from ktrdr_app.gui.panels.training.run_board import RunBoard
from ktrdr_app.gui.panels.training.run_buttons import RunButtons
from ktrdr_app.gui.panels.training.run_card import RunCard
from ktrdr_app.gui.panels.training.runs import FinishedRun, TrainingRuns
from ktrdr_app.gui.panels.training.view_model import RunView
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.widgets import GRID, EmptyState
from ktrdr_app.workflows.requests import TrainRequest


class TrainingPanel(Station):
    """The fourth station: one model out of many symbols.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    title: ClassVar[str] = "Training"
    object_name: ClassVar[str] = "trainingPanel"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._told_run = ""  # what can go on of the training that the headline speaks of
        self.runs = TrainingRuns(context, self)
        self.form = TrainingForm(context)
        self.planner = Planner(self.form, self)
        self.board = RunBoard()
        self.card = RunCard()
        self.buttons = RunButtons(self.runs)
        self.readiness = ReadinessCard()
        self.mending = Mending(context, self.form, self.planner, self.readiness, self)
        self.interrupted = InterruptedCard(context, self.runs)
        self.resuming = Resuming(self.interrupted, runs=self.runs, station=self)
        self.keeper = QueueKeeper(context, self.runs)
        self.left_queue = LeftQueueCard(self.keeper, self.runs, self)
        self.recalling = Recalling(self.runs, self)
        self.plan_page = PlanPage(self.planner)
        self.queue_page = QueuePage(self.runs)
        self.train_button, self.stop_button = self.buttons.train, self.buttons.stop
        self.results = ResultPages(context, self)
        self.form.body.addWidget(self.buttons)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        gap = GRID + GRID // 2
        self._pages = QStackedWidget()
        self._pages.addWidget(
            EmptyState(
                "training",
                self.tr("No run yet"),
                self.tr("Tick at least one symbol and press Train. Loss and accuracy are drawn here as they come."),
            )
        )
        self._pages.addWidget(self.board)
        self.tabs = PageTabs("trainingPanel.tabs", self.tr("Pages of the training"))
        self.tabs.addTab(self.plan_page, self.tr("Plan"))
        self.tabs.addTab(self._pages, self.tr("Run"))
        self.tabs.addTab(self.queue_page, "")
        self.results.join(self.tabs)
        column, split = QWidget(), QHBoxLayout()
        right = QVBoxLayout(column)
        right.setContentsMargins(0, 0, 0, 0)
        for box in (right, split):
            box.setSpacing(gap)
        for card in (self.interrupted, self.left_queue, self.card, self.readiness):
            right.addWidget(card)
        right.addWidget(self.tabs, 1)
        split.addWidget(self.form)
        split.addWidget(self._scrolled(column), 1)
        self.body.addLayout(split, 1)
        self._follow_queue()

    def _scrolled(self, column: QWidget) -> QScrollArea:
        """Return a column in an area that scrolls where cards and page together are too high for the window."""
        area = QScrollArea()
        area.setObjectName("trainingPanel.area")
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        accessibility.name(area, self.tr("Run and pages of the training"))
        area.setWidget(column)
        return area

    def _connect(self) -> None:
        context, runs = self.context, self.runs
        self.buttons.train.clicked.connect(self.run_main_action)
        self.buttons.stop.clicked.connect(self.stop_main_action)
        self.form.changed.connect(self._look_ahead)
        self.form.symbols.itemChanged.connect(self._show_plan)
        self.planner.changed.connect(self._follow_plan)
        self.plan_page.combinationWanted.connect(self.mending.use_combination)
        self.plan_page.thresholdWanted.connect(self.mending.use_threshold)
        self.resuming.discarded.connect(self._discarded)
        self.results.failed.connect(self.show_error)
        self.keeper.failed.connect(self.show_error)
        self.results.showWanted.connect(self.recalling.recall)
        self.recalling.newest.connect(self._show_newest)
        self.recalling.older.connect(self._show_older)
        self.results.resumeWanted.connect(self.resuming.resume_named)
        for signal, act in (
            (runs.begun, self._begun),
            (runs.progressed, self._progress),
            (runs.succeeded, self._succeeded),
            (runs.failed, self._failed),
            (runs.stopped, self._stopped),
            (runs.ended, self._over),
            (runs.asked, self._follow_wish),
            (runs.pauseChanged, self._follow_wish),
            (runs.queueChanged, self._follow_queue),
            (context.catalog.models.loaded, self.interrupted.look),
            (context.catalog.series.loaded, self._say_state),
            (context.strategySaved, self._renew_plan),
        ):
            signal.connect(act)

    @property
    def running(self) -> bool:
        """Whether a training of this station runs."""
        return self.runs.running

    def refresh(self) -> None:
        """Read data, strategies and models again."""
        self.notice.dismiss()
        self.planner.outdate()
        self.context.catalog.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Plan what the form says, now that it is looked at.

        Parameters
        ----------
        event : QShowEvent
            The station comes into view.
        """
        super().showEvent(event)
        self._look_ahead()

    @Slot()
    def run_main_action(self) -> None:
        """Start a training with what the form says, or let it wait for the one under way."""
        self.notice.dismiss()
        self.form.commit()
        try:
            request = self.form.request()
        except BadInput as error:
            self.show_error(error)
            return
        if self.running:
            self.context.notify("info", self.tr("Added to the queue; it begins when the training before it has ended"))
        self.runs.add(request)

    @Slot()
    def stop_main_action(self) -> None:
        """Ask the training to end; the best model so far is kept."""
        self.runs.stop()

    # before a run

    @Slot()
    def _look_ahead(self) -> None:
        if self.isVisible():
            self.planner.look()
        self._follow_plan()

    @Slot()
    def _renew_plan(self, _saved: str = "") -> None:
        self.planner.outdate()
        self._look_ahead()

    @Slot()
    def _show_plan(self, _item: object = None) -> None:
        """Turn to the plan when a symbol is ticked by hand, unless a run is looked at."""
        if not self.running:
            self.tabs.setCurrentWidget(self.plan_page)

    @Slot()
    def _follow_plan(self) -> None:
        self.form.follow_plan(self.planner.plan, self.planner.planned)
        self.buttons.block(self.mending.show_missing())

    # a run

    @Slot(object)
    def _begun(self, request: TrainRequest) -> None:
        self._told_run = ""
        self.card.begin(self.runs.task, len(request.symbols))
        self.board.clear()
        self.results.clear()
        self._pages.setCurrentWidget(self.board)
        self.tabs.setCurrentWidget(self._pages)
        self.buttons.follow()
        self.context.stateChanged.emit(self.object_name, "running")

    @Slot(object)
    def _progress(self, events: tuple[ProgressEvent, ...]) -> None:
        self.card.take(events)
        for event in events:
            if isinstance(event, LearningStarted):
                self.board.begin(event)
            elif isinstance(event, EpochFinished):
                self.board.add_epoch(event)
        if not self.runs.ending:
            self.card.words.setText(self.tr("paused") if self.runs.paused else self.card.estimate.sentence())
            self.buttons.follow()

    @Slot()
    def _follow_wish(self, _paused: bool = False) -> None:
        self.buttons.follow()
        if self.runs.ending:
            self.card.words.setText(self.tr("stopping…"))
        elif self.runs.paused:
            self.card.words.setText(self.tr("paused"))

    @Slot()
    def _follow_queue(self) -> None:
        place, waiting = self.tabs.indexOf(self.queue_page), len(self.runs.queue)
        self.tabs.setTabText(place, self.tr("Waiting: {0}").format(waiting))
        self.tabs.setTabVisible(place, waiting > 0)

    @Slot(object)
    def _succeeded(self, run: FinishedRun) -> None:
        view, took = run.view, numbers.seconds(self.card.estimate.elapsed)
        self.recalling.leave()
        self.card.words.setText(self.tr("saved as {0} in {1}").format(view.name, took))
        self._show(view)
        if run.resumable is None:
            self.context.notify("success", self.tr("{0} is trained and saved").format(view.name), view.verdict.headline)
        else:
            words = self.tr("Stopped at epoch {0}; best epoch {1} is kept as {2}")
            self._told_run = run.resumable
            self.card.say(words.format(run.epochs, view.best_epoch, view.name), "warning")
            self.context.notify("info", words.format(run.epochs, view.best_epoch, view.name), view.verdict.headline)
        self.context.stateChanged.emit(self.object_name, "ready")
        self.context.modelsChanged.emit()

    @Slot(object)
    def _failed(self, error: KtrdrError | TaskError) -> None:
        self.card.strip.end("failed")
        self.card.say(self.tr("The training failed; nothing was written"), "danger")
        self.card.words.setText("")
        self.show_error(error)

    @Slot()
    def _stopped(self) -> None:
        self.card.strip.end("stopped")
        words = self.tr("Stopped before its first epoch was over; nothing was written")
        if self.card.last_epoch:  # at once, by a second press in the list of tasks
            words = self.tr("Stopped in epoch {0}; no model is saved").format(self.card.last_epoch)
        self.card.say(words, "warning")
        self.card.words.setText("")
        self.context.notify("info", words)
        self.context.stateChanged.emit(self.object_name, "ready")
        self.results.runs.refresh()

    @Slot()
    def _over(self) -> None:
        self.card.rest()
        self.buttons.follow()

    def _show(self, view: RunView) -> None:
        self._told_run = ""
        self.board.show_run(view)
        self.results.show_model(view.path)
        self._pages.setCurrentWidget(self.board)
        self.card.say(f"{view.name}: {view.verdict.headline}", "success" if view.verdict.good else "warning")

    # what was there before

    @Slot(str)
    def _discarded(self, name: str) -> None:
        """Tell that a training is forgotten; the headline is another run's, unless it speaks of that very one."""
        words = self.tr("The interrupted training is discarded")
        if name == self._told_run:
            self._told_run = ""
            self.card.say(words, "")
        self.context.notify("info", words)
        self.context.modelsChanged.emit()

    @Slot(object)
    def _show_older(self, view: RunView) -> None:
        self._show(view)
        self.card.rest_on(self.tr("an older run of this workspace"))
        self.tabs.setCurrentWidget(self.results.view)

    @Slot(object)
    def _show_newest(self, view: RunView) -> None:
        if self.card.last_epoch:
            return
        self._show(view)
        self.tabs.setCurrentWidget(self._pages)
        self.card.rest_on(self.tr("newest model of this workspace"))
        if not self.form.chosen:
            self.form.tick(frozenset(view.symbols))

    @Slot()
    def _say_state(self, _items: object = None) -> None:
        self._renew_plan()
        if not self.running:
            ready = bool(self.context.catalog.series.items)
            self.context.stateChanged.emit(self.object_name, "ready" if ready else "empty")
