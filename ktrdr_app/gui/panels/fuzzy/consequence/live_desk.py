"""The live session behind the equity tab: opened, stepped while sets are dragged, tried out; all off the GUI thread."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.following import Following
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.strategy.schema import FuzzyInput
from ktrdr_app.workflows.live_request import LiveRequest

if TYPE_CHECKING:
    from ktrdr_app.workflows.live_edit import LiveResult, LiveSession
    from ktrdr_app.workflows.quick_training import QuickTry

Inputs = dict[str, FuzzyInput]


class LiveDesk(QObject):
    """One session at a time; what is heard belongs to the session at hand.

    Parameters
    ----------
    context : AppContext
        Whose tasks do the work.
    parent : QObject
        Owner.
    """

    opened = Signal()
    """`session` is there, with the model's own result."""
    refused = Signal(object)
    """KtrdrError or TaskError: there is no session."""
    stepped = Signal(object)
    """LiveResult of some newer sets; the last one is that of the newest."""
    tried = Signal(object)
    """(LiveRequest, QuickTry): what was tried, and where; another session may be at hand by now."""
    tryFailed = Signal(object)
    """KtrdrError or TaskError of a quick try."""
    tryingChanged = Signal(bool)

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self.context = context
        self.session: LiveSession | None = None
        self._inputs: Inputs = {}
        self._try: Task | None = None
        self._opening = Latest(context.tasks, self)
        self._steps = Following(context.tasks, self)
        self._opening.arrived.connect(self._take_session)
        self._opening.failed.connect(self.refused)
        self._steps.arrived.connect(self._take_step)
        self._steps.failed.connect(self.refused)

    @property
    def busy(self) -> bool:
        """Whether a session is being opened or a step is on its way."""
        return self._opening.busy or self._steps.busy

    @property
    def trying(self) -> bool:
        """Whether a quick try is under way."""
        return self._try is not None

    def open(self, request: LiveRequest, inputs: Inputs) -> None:
        """Leave the session at hand and open another.

        Parameters
        ----------
        request : LiveRequest
            What to open.
        inputs : dict of str to FuzzyInput
            The edited sets, which are shown once it is open.
        """
        self.close()
        self._inputs = inputs

        def work(progress: Progress, cancel: CancelToken) -> LiveSession:
            return workflows.open_live(request, progress, cancel)

        self._opening.ask(self.tr("Live session of {0}").format(request.symbol), work)

    @Slot()
    def close(self) -> None:
        """Leave the session at hand; nothing of it is heard any more. A quick try goes on."""
        self._opening.stop()
        self._steps.stop()
        self.session = None

    def show_sets(self, inputs: Inputs) -> None:
        """Ask what the model would do with other sets.

        Parameters
        ----------
        inputs : dict of str to FuzzyInput
            The sets as they are now.
        """
        self._inputs = inputs
        session = self.session
        if session is None:
            return

        def work(_progress: Progress, cancel: CancelToken) -> tuple[LiveSession, LiveResult]:
            return session, session.step(inputs, cancel)

        self._steps.ask(self.tr("Step of the live session"), work)

    @Slot(object)
    def _take_session(self, session: LiveSession) -> None:
        self.session = session
        self.opened.emit()
        self.show_sets(self._inputs)

    @Slot(object)
    def _take_step(self, found: tuple[LiveSession, LiveResult]) -> None:
        session, result = found
        if session is self.session:
            self.stepped.emit(result)

    def try_sets(self, inputs: Inputs, symbols: tuple[str, ...]) -> None:
        """Train the strategy quickly with other sets, in the session's place.

        Parameters
        ----------
        inputs : dict of str to FuzzyInput
            The sets as they are now.
        symbols : tuple of str
            Symbols to learn from.
        """
        session = self.session
        if session is None or self._try is not None:
            return
        ground = session.ground

        def work(progress: Progress, cancel: CancelToken) -> tuple[LiveRequest, QuickTry]:
            return ground.request, workflows.quick_try(ground, inputs, symbols, progress, cancel)

        self._try = Task(self.tr("Quick try of {0}").format(ground.request.strategy), work)
        self._try.succeeded.connect(self.tried)
        self._try.failed.connect(self.tryFailed)
        self._try.finished.connect(self._try_over)
        self.tryingChanged.emit(True)
        self.context.submit(self._try)

    @Slot()
    def stop_try(self) -> None:
        """Cancel the quick try, if there is one."""
        if self._try is not None:
            self._try.cancel()

    @Slot()
    def _try_over(self) -> None:
        self._try = None
        self.tryingChanged.emit(False)
