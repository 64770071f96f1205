"""The status bar: workspace, what is unsaved, the model that would serve, time zone, problems and load."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStatusBar, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import StrategyProblem
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.load import LoadMeter
from ktrdr_app.gui.ui.widgets import button, label, set_tone
from ktrdr_app.workflows.model_requests import ResolveRequest

if TYPE_CHECKING:
    from ktrdr_app.model_store.resolver import Resolution


class StatusLine(QStatusBar):
    """The lower edge of the window.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    problemsClicked = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.setObjectName("statusLine")
        self.setSizeGripEnabled(False)
        self._asked = 0
        root = context.workspace.root.resolve()
        self.workspace = label(self.tr("Workspace  {0}").format(root.name))
        self.workspace.setToolTip(str(root))
        self.model = label("")
        self.model.setObjectName("statusLine.model")
        self.tasks = label("")
        self.saved = label("")
        self.saved.setObjectName("statusLine.saved")
        self.problems = button("", "statusLine.problems", role="quiet")
        self.problems.clicked.connect(self.problemsClicked)
        zone = label("UTC")
        zone.setToolTip(self.tr("All times are UTC; a bar is named by its open"))
        self.addWidget(self.workspace)
        self.addWidget(self.saved)
        shown: tuple[QWidget, ...] = (self.tasks, self.problems, self.model, zone, LoadMeter())
        for each in shown:
            self.addPermanentWidget(each)
        for signal in (context.strategySelected, context.timeframeSelected, context.symbolSelected):
            signal.connect(self._ask)
        context.catalog.models.loaded.connect(self._ask)
        context.tasks.taskAdded.connect(self._count)
        context.tasks.taskRemoved.connect(self._count)
        context.tasks.pausesChanged.connect(self._count)
        context.unsaved.changed.connect(self._mark_saved)
        context.problems.changed.connect(self._count_problems)
        self._mark_saved()
        self._count_problems()
        self._ask()

    @Slot()
    def _mark_saved(self) -> None:
        names, moment = self.context.unsaved.names, self.context.unsaved.saved_at
        if names:
            self.saved.setText(self.tr("● not saved"))
            self.saved.setToolTip(self.tr("Not saved yet: {0}").format(", ".join(names)))
        else:
            self.saved.setText(self.tr("saved {0}").format(moment.strftime("%H:%M")) if moment else "")
            self.saved.setToolTip(self.tr("Everything is saved") if moment else "")
        set_tone(self.saved, "warning" if names else "")

    @Slot()
    def _count_problems(self) -> None:
        problems = self.context.problems.problems
        words = self.tr("1 problem") if len(problems) == 1 else self.tr("{0} problems").format(len(problems))
        self.problems.setText(words if problems else self.tr("no problems"))
        grave = any(problem.weight == "danger" for problem in problems)
        set_tone(self.problems, "danger" if grave else "warning" if problems else "")
        accessibility.name(self.problems, self.problems.text(), self.tr("Opens the list of problems"))

    @Slot()
    def _ask(self, _changed: object = None) -> None:
        strategy, timeframe, workspace = self.context.strategy, self.context.timeframe, self.context.workspace
        symbol = self.context.symbol or None
        if not strategy or not timeframe:
            self._say(self.tr("no model in use"), "")
            return
        self._asked += 1
        asked = self._asked

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[int, Resolution]:
            try:
                name = workflows.validate_strategy(workspace, strategy).strategy.name
            except StrategyProblem:
                name = strategy  # its models are still found by the name of its file
            request = ResolveRequest(workspace, name, timeframe, symbol, allow_any=False)
            return asked, workflows.resolve_model(request)

        task = Task(self.tr("Find the model in use"), work, quiet=True)
        task.succeeded.connect(self._answered)
        self.context.submit(task)

    @Slot(object)
    def _answered(self, answer: tuple[int, Resolution]) -> None:
        asked, resolution = answer
        if asked != self._asked:
            return
        pair = f"{self.context.strategy} {self.context.timeframe}"
        if resolution.chosen is None:
            self._say(self.tr("{0}: no universal model yet").format(pair), "")
            self.model.setToolTip(self.tr("Train one at station 4"))
        else:
            kind = "U" if resolution.chosen.kind == "universal" else "L"
            serves = self.tr("Serves {0} on {1}").format(pair, self.context.symbol or self.tr("every symbol"))
            self.model.setToolTip(serves)
            self._say(self.tr("Model  {0} [{1}]").format(resolution.chosen.path.name, kind), "info")

    def _say(self, text: str, tone: str) -> None:
        self.model.setText(text)
        set_tone(self.model, tone)

    @Slot()
    def _count(self, _task: object = None) -> None:
        asked_for = [task for task in self.context.tasks.running if not task.quiet]
        paused = sum(task.paused for task in asked_for)
        running = len(asked_for) - paused
        words = []
        if running:
            words.append(self.tr("1 task runs") if running == 1 else self.tr("{0} tasks run").format(running))
        if paused:
            words.append(self.tr("{0} paused").format(paused))
        self.tasks.setText(", ".join(words))
