"""Plans the training that the form describes, in the background, anew whenever a choice changes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import BadInput
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.panels.training.form import TrainingForm
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.workflows.plan_records import TrainingPlan
from ktrdr_app.workflows.requests import TrainRequest

REST_MS = 150
"""How long a choice waits for the next one."""


class Planner(QObject):
    """Keeps the newest plan.

    Parameters
    ----------
    form : TrainingForm
        Whose choices are planned.
    parent : QObject
        Owner.
    """

    changed = Signal()
    """There is another plan, another reason why there is none, or work on one begins."""

    def __init__(self, form: TrainingForm, parent: QObject) -> None:
        super().__init__(parent)
        self._form = form
        self._asked: TrainRequest | None = None
        self._stale = True
        self.plan: TrainingPlan | None = None
        self.planned: TrainRequest | None = None  # what it is a plan of
        self.error: object = None
        self._latest = Latest(form.context.tasks, self, REST_MS)
        self._latest.arrived.connect(self._take)
        self._latest.failed.connect(self._refuse)
        self._latest.busyChanged.connect(self._tell)

    @property
    def busy(self) -> bool:
        """Whether a plan is being made."""
        return self._latest.busy

    @Slot()
    def outdate(self) -> None:
        """Let the next `look` make a new plan even of the same choices: data or strategy have changed."""
        self._stale = True

    @Slot()
    def look(self) -> None:
        """Plan what the form says now, unless that is done already."""
        try:
            request = self._form.request()
        except BadInput:
            self._latest.stop()
            self._asked, self.plan, self.error = None, None, None
            self.changed.emit()
            return
        if request == self._asked and not self._stale:
            return
        self._asked, self._stale = request, False

        def work(progress: Progress, cancel: CancelToken) -> TrainingPlan:
            return workflows.plan_training(request, progress, cancel)

        self._latest.ask(self.tr("Plan the training"), work)

    @Slot(object)
    def _take(self, plan: TrainingPlan) -> None:
        self.plan, self.error = plan, None
        self.planned = self._asked
        self.changed.emit()

    @Slot(object)
    def _refuse(self, error: object) -> None:
        self.plan, self.error = None, error
        self.changed.emit()

    @Slot(bool)
    def _tell(self, _busy: bool) -> None:
        self.changed.emit()
