"""What every panel is given: the workspace, the tasks, the way to speak to the user, and what is selected."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, Signal, Slot

from ktrdr_app.core.drafts import Drafts
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.autosave import Autosave
from ktrdr_app.gui.documents.catalog import Catalog
from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.documents.problem_book import ProblemBook
from ktrdr_app.gui.documents.unsaved import Unsaved
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.tasks.task import Task


class AppContext(QObject):
    """The window's shared state; panels listen to its signals and change it through its methods.

    Parameters
    ----------
    workspace : Workspace
        Where everything is read and written.
    tasks : TaskManager
        Owner of all work off the GUI thread.
    parent : QObject, optional
        Owner in the Qt tree.
    store : QSettings, optional
        Where a window's choices are kept over a restart; none are, without it.
    """

    modelsChanged = Signal()
    """A model folder was made, changed or removed."""
    dataChanged = Signal()
    """A data file was made, changed or removed."""
    strategySelected = Signal(str)
    strategySaved = Signal(str)
    """File stem of a strategy whose file was written, here or by somebody else; whoever keeps a part reads it anew."""
    fuzzyInputRequested = Signal(str)
    """Fuzzy input of the strategy at hand whose sets should be shown."""
    strategyChangeRequested = Signal(str, object)
    """File stem of a strategy and a `DraftChange` that is wanted in its text; it is looked at and saved there."""
    timeframeSelected = Signal(str)
    symbolSelected = Signal(str)
    notified = Signal(str, str, str)
    """Level, one-line text, details; see `notify`."""
    stateChanged = Signal(str, str)
    """Panel's object name and its state: ``empty``, ``ready``, ``running``, ``stale`` or ``error``; see `say_state`."""
    inspectedChanged = Signal(str)
    """Object name of the panel that told the inspector something else."""
    panelRequested = Signal(str)
    """Object name of a panel that should be shown."""
    workspaceRequested = Signal(str)
    """Folder of another workspace that should be opened; empty for the page that offers some."""

    def __init__(
        self,
        workspace: Workspace,
        tasks: TaskManager,
        parent: QObject | None = None,
        *,
        store: QSettings | None = None,
    ) -> None:
        super().__init__(parent)
        self.store = store
        self.workspace = workspace
        self.tasks = tasks
        self.catalog = Catalog(workspace, tasks, self)
        self.dataChanged.connect(self.catalog.series.refresh)
        self.modelsChanged.connect(self.catalog.models.refresh)
        self.problems = ProblemBook(self)
        self.unsaved = Unsaved(self)
        self.autosave = Autosave(Drafts(workspace), tasks, self)
        self._strategy = ""
        self._timeframe = ""
        self._symbol = ""
        self._inspected: dict[str, Inspected] = {}
        self._reasons: dict[str, tuple[str, str]] = {}
        self.stateChanged.connect(self._forget_reason)

    @property
    def strategy(self) -> str:
        """Name of the strategy at hand; empty before one is chosen."""
        return self._strategy

    @property
    def timeframe(self) -> str:
        """Bar length at hand; empty before one is chosen."""
        return self._timeframe

    def select_strategy(self, name: str) -> None:
        """Make a strategy the one at hand and say so, if it is another one.

        Parameters
        ----------
        name : str
            File stem of the strategy.
        """
        if name and name != self._strategy:
            self._strategy = name
            self.strategySelected.emit(name)

    def select_timeframe(self, name: str) -> None:
        """Make a bar length the one at hand and say so, if it is another one.

        Parameters
        ----------
        name : str
            Such as ``1h``.
        """
        if name and name != self._timeframe:
            self._timeframe = name
            self.timeframeSelected.emit(name)

    @property
    def symbol(self) -> str:
        """Symbol at hand; empty before one is chosen."""
        return self._symbol

    def select_symbol(self, name: str) -> None:
        """Make a symbol the one at hand and say so, if it is another one.

        Parameters
        ----------
        name : str
            Such as ``EURUSD``.
        """
        if name and name != self._symbol:
            self._symbol = name
            self.symbolSelected.emit(name)

    def inspect(self, panel: str, found: Inspected | None) -> None:
        """Tell the inspector what is selected at a station.

        Parameters
        ----------
        panel : str
            Its object name.
        found : Inspected or None
            What is selected; None for nothing.
        """
        if found is None:
            self._inspected.pop(panel, None)
        else:
            self._inspected[panel] = found
        self.inspectedChanged.emit(panel)

    def inspected(self, panel: str) -> Inspected | None:
        """Return what is selected at a station.

        Parameters
        ----------
        panel : str
            Its object name.
        """
        return self._inspected.get(panel)

    def say_state(self, panel: str, state: str, reason: str) -> None:
        """Say how things stand at a station, and why.

        Parameters
        ----------
        panel : str
            Its object name.
        state : str
            As `stateChanged` takes it.
        reason : str
            One line for the dot's tool tip.
        """
        self._reasons[panel] = (state, reason)
        self.stateChanged.emit(panel, state)

    @Slot(str, str)
    def _forget_reason(self, panel: str, state: str) -> None:
        """Let a reason go with its state; whoever finds the same again says it again."""
        if self._reasons.get(panel, (state,))[0] != state:
            del self._reasons[panel]

    def state_reason(self, panel: str, state: str) -> str:
        """Return why a station is in a state, as far as it said.

        Parameters
        ----------
        panel : str
            Its object name.
        state : str
            The state; reasons of another one do not count.
        """
        told, reason = self._reasons.get(panel, ("", ""))
        return reason if told == state else ""

    def notify(self, level: str, text: str, details: str = "") -> None:
        """Show a notice that does not block, and write it to the log.

        Parameters
        ----------
        level : str
            ``info``, ``success``, ``warning`` or ``danger``.
        text : str
            One line.
        details : str
            What *Details* shows: a hint, a place, a traceback.
        """
        self.notified.emit(level, text, details)

    def submit(self, task: Task) -> Task:
        """Start a task; its signals must be connected before.

        Parameters
        ----------
        task : Task
            The work.
        """
        return self.tasks.submit(task)
