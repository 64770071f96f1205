"""The status bar: workspace, the model that would serve, and the time zone of everything shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStatusBar

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.widgets import label, set_tone
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
        zone = label("UTC")
        zone.setToolTip(self.tr("All times are UTC; a bar is named by its open"))
        self.addWidget(self.workspace)
        for each in (self.tasks, self.model, zone):
            self.addPermanentWidget(each)
        context.strategySelected.connect(self._ask)
        context.timeframeSelected.connect(self._ask)
        context.catalog.models.loaded.connect(self._ask)
        context.tasks.taskAdded.connect(self._count)
        context.tasks.taskRemoved.connect(self._count)
        self._ask()

    @Slot()
    def _ask(self, _changed: object = None) -> None:
        strategy, timeframe = self.context.strategy, self.context.timeframe
        if not strategy or not timeframe:
            self._say(self.tr("no model in use"), "")
            return
        self._asked += 1
        asked = self._asked
        request = ResolveRequest(self.context.workspace, strategy, timeframe, allow_any=False)

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[int, Resolution]:
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
        else:
            kind = "U" if resolution.chosen.kind == "universal" else "L"
            self._say(self.tr("Model  {0} [{1}]").format(resolution.chosen.path.name, kind), "info")

    def _say(self, text: str, tone: str) -> None:
        self.model.setText(text)
        set_tone(self.model, tone)

    @Slot()
    def _count(self, _task: object = None) -> None:
        running = [task for task in self.context.tasks.running if not task.quiet]
        words = self.tr("1 task runs") if len(running) == 1 else self.tr("{0} tasks run").format(len(running))
        self.tasks.setText(words if running else "")
