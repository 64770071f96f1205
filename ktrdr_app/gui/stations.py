"""The stations in the middle of the window: built at once, or one after another once the window is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.lazy import load
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.inspector.tellers import INSPECTOR, TELLERS
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.actions import STATIONS, translated
from ktrdr_app.gui.ui.widgets import label

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.station import Station

PANELS = {
    "dataPanel": ("ktrdr_app.gui.panels.data.panel", "DataPanel"),
    "strategyPanel": ("ktrdr_app.gui.panels.strategy.panel", "StrategyPanel"),
    "fuzzyPanel": ("ktrdr_app.gui.panels.fuzzy.panel", "FuzzyPanel"),
    "trainingPanel": ("ktrdr_app.gui.panels.training.panel", "TrainingPanel"),
    "modelsPanel": ("ktrdr_app.gui.panels.models.panel", "ModelsPanel"),
    "backtestPanel": ("ktrdr_app.gui.panels.backtest.panel", "BacktestPanel"),
}
"""Object name of each station to the module and class that make it."""

HEAVY = ("numpy", "pandas", "numba", "pyqtgraph")
"""What the stations' modules import, in the order that lets go of the import lock most often."""


class Waiting(QWidget):
    """Stands where a station will be, and keeps what it is asked to do until then.

    Parameters
    ----------
    title : str
        The station's name.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.wishes: list[str] = []
        self.words = label(self.tr("Opening {0}…").format(title), "muted")
        box = QVBoxLayout(self)
        box.addWidget(self.words, 0, Qt.AlignmentFlag.AlignCenter)

    def refresh(self) -> None:
        """Do nothing: a new station reads everything."""

    def run_main_action(self) -> None:
        """Let the station do what it is for, once it is there."""
        self.wishes.append("run_main_action")


class StationStack(QStackedWidget):
    """The stations, one of them shown; those that are not built yet have a place-holder.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict of str to QWidget
        Is filled with the stations by their object names as they are built.
    """

    built = Signal(str)
    """Object name of a station that has just been built."""
    complete = Signal()
    """Every station is there; their lists may be read now, and none will miss them."""

    def __init__(self, context: AppContext, panels: dict[str, QWidget]) -> None:
        super().__init__()
        self._context = context
        self._panels = panels
        self._waiting: dict[str, Waiting] = {}
        self._shown = ""
        for key, title, _icon in STATIONS:
            self._waiting[key] = Waiting(translated(title))
            self.addWidget(self._waiting[key])

    @property
    def is_complete(self) -> bool:
        """Whether every station has been built."""
        return not self._waiting

    def build(self, key: str) -> Station:
        """Return a station, built now if it was not there; what it was asked meanwhile is done then.

        Parameters
        ----------
        key : str
            Its object name.
        """
        waiting = self._waiting.get(key)
        if waiting is None:
            return cast("Station", self._panels[key])
        module, name = PANELS[key]
        panel = cast("Station", getattr(load(module), name)(self._context))
        del self._waiting[key]
        self._panels[key] = panel
        had_focus = waiting.hasFocus()
        self.insertWidget(self.indexOf(waiting), panel)
        if self.currentWidget() is waiting:
            self.setCurrentWidget(panel)
        self.removeWidget(waiting)
        waiting.deleteLater()
        if had_focus:
            panel.setFocus()
        self.built.emit(key)
        for wish in waiting.wishes:
            getattr(panel, wish)()
        if not self._waiting:
            self.complete.emit()
        return panel

    def build_all(self) -> None:
        """Build every station that is not there."""
        for key in tuple(self._waiting):
            self.build(key)

    def build_next(self) -> None:
        """Build one station more: the one that is shown, if it is not there yet."""
        if self._waiting:
            self.build(self._shown if self._shown in self._waiting else next(iter(self._waiting)))

    def show_station(self, key: str) -> None:
        """Show a station or its place-holder.

        Parameters
        ----------
        key : str
            Its object name.
        """
        self._shown = key
        self.setCurrentWidget(self._waiting.get(key) or self._panels[key])

    def ask(self, key: str, wish: str) -> None:
        """Have a station do something: now, or as soon as it is there.

        Parameters
        ----------
        key : str
            Its object name.
        wish : str
            Name of a method without parameters.
        """
        if key in self._waiting:
            self._waiting[key].wishes.append(wish)
        else:
            getattr(self._panels[key], wish)()


class StationBuilder(QObject):
    """Imports what the stations need in a worker, then builds them one by one between the events of the user.

    Parameters
    ----------
    stack : StationStack
        Whose stations it builds.
    context : AppContext
        The window's shared state.
    """

    def __init__(self, stack: StationStack, context: AppContext) -> None:
        super().__init__(stack)
        self._stack = stack
        self._context = context
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._build_one)

    @Slot()
    def begin(self) -> None:
        """Start; to be called once the window has been painted."""
        task = Task(self.tr("Open the stations"), import_stations, quiet=True)
        task.succeeded.connect(self._imported)
        task.failed.connect(self._imported)  # the import is tried again in the open, where its error is told
        self._context.submit(task)

    @Slot(object)
    def _imported(self, _outcome: object) -> None:
        self._timer.start()

    @Slot()
    def _build_one(self) -> None:
        self._stack.build_next()
        if not self._stack.is_complete:
            self._timer.start()


def import_stations(_progress: Progress, cancel: CancelToken) -> int:
    """Import every module that a station and its teller need and return how many were asked for; safe in any thread.

    Parameters
    ----------
    _progress : Progress
        Not used.
    cancel : CancelToken
        Looked at between two modules.
    """
    tellers = (f"{INSPECTOR}.{module}" for module, _name in TELLERS.values())
    names = (*HEAVY, *(module for module, _name in PANELS.values()), *tellers)
    for name in names:
        cancel.check()
        load(name)
    return len(names)
