"""Computes what the panes below a run's prices show, in the background, once it is looked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.charts.run_studies import studies_of
from ktrdr_app.gui.charts.study import Study
from ktrdr_app.gui.charts.view import LinkedCharts
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.task import Task, TaskError
from ktrdr_app.workflows.requests import BacktestOutcome

Told = tuple[BacktestOutcome, tuple[Study, ...], str]


class RunPanesTask(QObject):
    """Fills the panes menu of the charts.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    charts : LinkedCharts
        The charts.
    parent : QObject
        Owner.
    """

    def __init__(self, context: AppContext, charts: LinkedCharts, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._charts = charts
        self._outcome: BacktestOutcome | None = None
        charts.panes.asked.connect(self._begin)

    def set_run(self, outcome: BacktestOutcome) -> None:
        """Say which run the charts are about to show.

        Parameters
        ----------
        outcome : BacktestOutcome
            The run.
        """
        self._outcome = outcome

    @Slot()
    def _begin(self) -> None:
        outcome, workspace = self._outcome, self._context.workspace
        if outcome is None:
            return

        def work(progress: Progress, cancel: CancelToken) -> Told:
            panes = workflows.run_panes(workspace, outcome, progress, cancel)
            return outcome, studies_of(panes), panes.reason

        self._charts.set_panes(self._charts.data.studies, self.tr("Indicators and memberships are being computed…"))
        task = Task(self.tr("Panes of the chart"), work, quiet=True)
        task.succeeded.connect(self._show)
        task.failed.connect(self._failed)
        self._context.submit(task)

    @Slot(object)
    def _show(self, told: Told) -> None:
        outcome, studies, reason = told
        if outcome is self._outcome:  # another run may be shown by now
            self._charts.set_panes(studies, reason)

    @Slot(object)
    def _failed(self, error: KtrdrError | TaskError) -> None:
        self._charts.set_panes(self._charts.data.studies, error.message)
