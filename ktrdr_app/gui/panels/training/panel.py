"""Starts a training, shows it live, stops it, and says in plain words what the model is worth."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QTabWidget, QVBoxLayout

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput, KtrdrError
from ktrdr_app.core.progress import EpochFinished, Progress, ProgressEvent
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.training.form import TrainingForm
from ktrdr_app.gui.panels.training.results.pages import ResultPages
from ktrdr_app.gui.panels.training.run_board import RunBoard
from ktrdr_app.gui.panels.training.stage_strip import StageStrip
from ktrdr_app.gui.panels.training.view_model import RunView, view_of
from ktrdr_app.gui.tasks.task import Task, TaskError
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.estimate import Estimate
from ktrdr_app.gui.ui.widgets import GRID, Card, EmptyState, button, label, row, set_tone


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
        self._task: Task | None = None
        self._estimate = Estimate()
        self._last_epoch = 0
        self._shown_model: object = None
        self.form = TrainingForm(context)
        self.board = RunBoard()
        self.train_button = button(self.tr("Train"), "trainingPanel.trainButton", role="primary", icon="play")
        self.stop_button = button(self.tr("Stop"), "trainingPanel.stopButton", icon="stop")
        self.stop_button.setEnabled(False)
        self.train_button.clicked.connect(self.run_main_action)
        self.stop_button.clicked.connect(self.stop_main_action)
        self.form.body.addLayout(row(self.train_button, self.stop_button))
        right = QVBoxLayout()
        right.setSpacing(GRID + GRID // 2)
        right.addWidget(self._make_run())
        self._pages = QStackedWidget()
        self._pages.addWidget(
            EmptyState(
                "training",
                self.tr("No run yet"),
                self.tr("Tick at least one symbol and press Train. Loss and accuracy are drawn here as they come."),
            )
        )
        self._pages.addWidget(self.board)
        right.addWidget(self._make_tabs(), 1)
        split = QHBoxLayout()
        split.setSpacing(GRID + GRID // 2)
        split.addWidget(self.form)
        split.addLayout(right, 1)
        self.body.addLayout(split, 1)
        context.catalog.models.loaded.connect(self._models_listed)
        context.catalog.series.loaded.connect(self._say_state)

    def _make_run(self) -> Card:
        card = Card()
        self._headline = label(self.tr("No run yet"), "heading", wrap=True)
        self._headline.setObjectName("trainingPanel.headline")
        self.strip = StageStrip("trainingPanel.stageStrip")
        self.strip.setAccessibleName(self.tr("Stages of the run"))
        self.bar = QProgressBar()
        self.bar.setObjectName("trainingPanel.progressBar")
        self.bar.setAccessibleName(self.tr("Progress of the training"))
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.words = label(self.tr("Tick symbols, then press Train."), "muted")
        self.words.setObjectName("trainingPanel.progressText")
        self.words.setMinimumWidth(320)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(self.bar, 1, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.words)
        card.body.addWidget(self._headline)
        card.body.addWidget(self.strip)
        card.body.addLayout(line)
        return card

    def _make_tabs(self) -> QTabWidget:
        self.tabs = QTabWidget()
        self.tabs.setObjectName("trainingPanel.tabs")
        self.tabs.setDocumentMode(True)
        for widget in (self.tabs, self.tabs.tabBar()):
            accessibility.name(widget, self.tr("Pages of the training"))
        self.tabs.addTab(self._pages, self.tr("Run"))
        self.results = ResultPages(self.context, self)
        self.results.join(self.tabs)
        self.results.failed.connect(self.show_error)
        self.results.showWanted.connect(self._recall)
        return self.tabs

    @property
    def running(self) -> bool:
        """Whether a training of this station runs."""
        return self._task is not None

    def refresh(self) -> None:
        """Read data, strategies and models again."""
        self.notice.dismiss()
        self.context.catalog.refresh()

    @Slot()
    def run_main_action(self) -> None:
        """Start a training with what the form says."""
        if self.running:
            return
        self.notice.dismiss()
        try:
            request = self.form.request()
        except BadInput as error:
            self.show_error(error)
            return

        def work(progress: Progress, cancel: CancelToken) -> RunView:
            result = workflows.train(request, progress, cancel)
            return view_of(workflows.show_model(request.workspace, result.model_path), result.sentences)

        self._begin(len(request.symbols))
        title = self.tr("Train {0} on {1}").format(request.strategy, ", ".join(request.symbols))
        task = Task(title, work)
        self._task = task
        task.progressed.connect(self._progress)
        task.succeeded.connect(self._succeeded)
        task.failed.connect(self._failed)
        task.cancelled.connect(self._cancelled)
        task.finished.connect(self._over)
        self.context.submit(task)

    @Slot()
    def stop_main_action(self) -> None:
        """Ask the training to stop; nothing is saved then."""
        if self._task is not None:
            self._task.cancel()
            self.stop_button.setEnabled(False)
            self.words.setText(self.tr("stopping…"))

    def _begin(self, symbols: int) -> None:
        self._estimate = Estimate()
        self._last_epoch = 0
        self.train_button.setEnabled(False)
        self.stop_button.setEnabled(True)
        self.strip.clear()
        self.board.clear()
        self.results.clear()
        self.tabs.setCurrentIndex(0)
        self._pages.setCurrentWidget(self.board)
        self.bar.setRange(0, 0)
        count = self.tr("1 symbol") if symbols == 1 else self.tr("{0} symbols").format(symbols)
        self._say(self.tr("Training on {0}").format(count), "accent")
        self.words.setText(self.tr("starting…"))
        self.context.stateChanged.emit(self.object_name, "running")

    @Slot(object)
    def _progress(self, events: tuple[ProgressEvent, ...]) -> None:
        self.strip.take(events)
        self._estimate.take(events)
        for event in events:
            if isinstance(event, EpochFinished):
                self._last_epoch = event.epoch
                self.board.add_epoch(event)
        fraction = self._estimate.fraction
        self.bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self.bar.setValue(round(1000 * fraction))
        if self._task is not None and not self._task.token.cancelled:
            self.words.setText(self._estimate.sentence())

    @Slot(object)
    def _succeeded(self, view: RunView) -> None:
        self._shown_model = view.name
        self.words.setText(self.tr("saved as {0} in {1}").format(view.name, numbers.seconds(self._estimate.elapsed)))
        self._show(view)
        self.context.notify("success", self.tr("{0} is trained and saved").format(view.name), view.verdict.headline)
        self.context.stateChanged.emit(self.object_name, "ready")
        self.context.modelsChanged.emit()

    @Slot(object)
    def _failed(self, error: KtrdrError | TaskError) -> None:
        self.strip.end("failed")
        self._say(self.tr("The training failed; nothing was written"), "danger")
        self.words.setText("")
        self.show_error(error)

    @Slot()
    def _cancelled(self) -> None:
        where = self.tr(" in epoch {0}").format(self._last_epoch) if self._last_epoch else ""
        self.strip.end("stopped")
        self._say(self.tr("Stopped{0}; nothing was written").format(where), "warning")
        self.words.setText("")
        self.context.notify("info", self.tr("The training was stopped; nothing was written"))
        self.context.stateChanged.emit(self.object_name, "ready")

    @Slot()
    def _over(self) -> None:
        self._task = None
        self.bar.setRange(0, 1000)
        self.bar.setValue(0)
        self.train_button.setEnabled(True)
        self.stop_button.setEnabled(False)

    def _say(self, text: str, tone: str) -> None:
        self._headline.setText(text)
        set_tone(self._headline, tone)

    def _show(self, view: RunView) -> None:
        self.board.show_run(view)
        self.results.show_model(view.path)
        self._pages.setCurrentWidget(self.board)
        self._say(f"{view.name}: {view.verdict.headline}", "success" if view.verdict.good else "warning")

    @Slot(object)
    def _models_listed(self, models: tuple[Any, ...]) -> None:
        """Show the newest run, when the window opens and nothing has been trained in it yet."""
        usable = [model for model in models if model.complete and model.created_at]
        if self.running or self._shown_model is not None or not usable:
            return
        newest = max(usable, key=lambda model: str(model.created_at))
        self._shown_model = newest.path
        workspace = self.context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> RunView:
            return view_of(workflows.show_model(workspace, newest.path))

        self.start(self.tr("Read the newest model"), work, self._recalled, quiet=True)

    @Slot(object)
    def _recall(self, path: Any) -> None:
        """Show an older run in the place of the one that is shown."""
        if self.running:
            self.context.notify("info", self.tr("A training runs; older ones can be shown when it is over"))
            return
        workspace = self.context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> RunView:
            return view_of(workflows.show_model(workspace, path))

        self.start(self.tr("Read an older training"), work, self._show_older, quiet=True)

    @Slot(object)
    def _show_older(self, view: RunView) -> None:
        if not self.running:
            self._show(view)
            self.words.setText(self.tr("an older run of this workspace"))
            self.tabs.setCurrentWidget(self.results.view)

    @Slot(object)
    def _recalled(self, view: RunView) -> None:
        if self.running or self._last_epoch:
            return
        self._show(view)
        self.words.setText(self.tr("newest model of this workspace"))
        if not self.form.chosen:
            self.form.tick(frozenset(view.symbols))

    @Slot()
    def _say_state(self, _items: object = None) -> None:
        if not self.running:
            ready = bool(self.context.catalog.series.items)
            self.context.stateChanged.emit(self.object_name, "ready" if ready else "empty")
