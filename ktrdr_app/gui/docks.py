"""The docks around the stations and their named layouts: choose one, move things, reset, find it again next time."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QObject, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.cluster.panel import ClusterPanel
from ktrdr_app.gui.panels.inspector.panel import Inspector
from ktrdr_app.gui.panels.log.panel import LogPanel
from ktrdr_app.gui.panels.log.problems import ProblemList
from ktrdr_app.gui.panels.log.tasks import TaskList
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.dock_title import DockTitle

VERSION = 2
"""Of the saved layout; one of another version is passed over."""
LEAST = 120
"""Height in pixels below which the lower tabs cannot be read."""
ROOMY = 1600
"""Width in pixels from which the inspector is open by default: below it the tables of the stations lose columns."""


@dataclass(frozen=True)
class Layout:
    """A named arrangement.

    Attributes
    ----------
    inspector, lower : int
        Width of the inspector and height of the lower dock in pixels; 0 for closed.
    tab : int
        Lower tab in front: 0 tasks, 1 log, 2 problems, 3 the cluster.
    """

    inspector: int
    lower: int
    tab: int


LAYOUTS = {"explore": Layout(248, 168, 2), "train": Layout(0, 220, 0), "review": Layout(320, 0, 0)}
"""The named layouts: looking around, watching a training, reading results."""
DEFAULT = Layout(224, 132, 0)


class WindowDocks(QObject):
    """The inspector at the right, and tasks, log, problems and the cluster below.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    window : QMainWindow
        Whose docks they are.
    """

    changed = Signal()
    """A dock was opened, closed, or a tab's title changed."""

    def __init__(self, context: AppContext, window: QMainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.context = context
        self._placed = False
        self.inspector = Inspector(context)
        self.task_list = TaskList(context)
        self.log_panel = LogPanel(context)
        self.problems = ProblemList(context)
        self.cluster = ClusterPanel(context)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("lowerTabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().hide()
        for hidden in (self.tabs, self.tabs.tabBar()):  # Tab would stop for good before what cannot take the focus
            hidden.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.setMinimumHeight(LEAST)  # the hidden bar still counts in its own hint
        self.bar = QTabBar()
        self.bar.setObjectName("lowerTabs.bar")
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        for widget, title in (
            (self.task_list, self.tr("Tasks")),
            (self.log_panel, self.tr("Log")),
            (self.problems, self.tr("Problems")),
            (self.cluster, self.tr("Cluster")),
        ):
            self.tabs.addTab(widget, title)
            self.bar.addTab(title)
        self.bar.currentChanged.connect(self.tabs.setCurrentIndex)
        self.tabs.currentChanged.connect(self.bar.setCurrentIndex)
        for each in (self.tabs, self.tabs.tabBar(), self.bar):
            accessibility.name(each, self.tr("Tasks, log, problems or cluster"))
        self.right = self._dock("inspectorDock", self.tr("Inspector"), self.inspector)
        self.lower = self._dock("lowerDock", self.tr("Tasks, log, problems"), self.tabs)
        window.setDockNestingEnabled(True)
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        context.problems.changed.connect(self._count_problems)
        self.cluster.counted.connect(self._count_workers)
        self._count_problems()
        self._arrange()

    def _dock(self, name: str, title: str, widget: QWidget) -> QDockWidget:
        made = QDockWidget(title, self.window)
        made.setObjectName(name)
        made.setTitleBarWidget(DockTitle(made, self.bar if widget is self.tabs else None))
        made.setWidget(widget)
        made.visibilityChanged.connect(self._shown)
        return made

    @Slot(bool)
    def _shown(self, _visible: bool) -> None:
        self.changed.emit()

    @Slot()
    def _count_problems(self) -> None:
        count = len(self.context.problems.problems)
        self.bar.setTabText(2, self.tr("Problems ({0})").format(count) if count else self.tr("Problems"))

    @Slot(int)
    def _count_workers(self, count: int) -> None:
        self.bar.setTabText(3, self.tr("Cluster ({0})").format(count) if count >= 0 else self.tr("Cluster"))

    def show_tab(self, widget: QWidget) -> None:
        """Open the lower dock on one of its tabs.

        Parameters
        ----------
        widget : QWidget
            `task_list`, `log_panel`, `problems` or `cluster`.
        """
        self.lower.show()
        self.lower.raise_()
        self.tabs.setCurrentWidget(widget)

    def choose(self, name: str) -> None:
        """Arrange everything as a named layout says.

        Parameters
        ----------
        name : str
            A key of `LAYOUTS`.
        """
        self._place(LAYOUTS[name])

    @Slot()
    def reset(self) -> None:
        """Arrange everything as it is at first in a window of this width."""
        self._place(self._first())

    def first_shown(self) -> None:
        """Fit the default layout to the window, the first time that this is seen; a restored one stays."""
        if not self._placed:
            self._place(self._first())

    def _first(self) -> Layout:
        roomy = self.window.width() >= ROOMY
        return Layout(DEFAULT.inspector if roomy else 0, DEFAULT.lower, DEFAULT.tab)

    def _arrange(self) -> None:
        self.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.right)
        self.window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.lower)

    def _place(self, layout: Layout) -> None:
        self._placed = True
        for dock in (self.right, self.lower):
            dock.setFloating(False)
        self._arrange()
        self.right.setVisible(bool(layout.inspector))
        self.lower.setVisible(bool(layout.lower))
        if layout.inspector:
            self.window.resizeDocks([self.right], [layout.inspector], Qt.Orientation.Horizontal)
        if layout.lower:
            self.window.resizeDocks([self.lower], [layout.lower], Qt.Orientation.Vertical)
        self.tabs.setCurrentIndex(layout.tab)
        self.changed.emit()

    def remember(self, settings: QSettings) -> None:
        """Write where everything is.

        Parameters
        ----------
        settings : QSettings
            Where to.
        """
        settings.setValue("geometry", self.window.saveGeometry())
        settings.setValue("state", self.window.saveState(VERSION))

    def restore(self, settings: QSettings) -> bool:
        """Put everything where it was, and say whether that could be done; the default stays where it could not.

        Parameters
        ----------
        settings : QSettings
            As `remember` wrote it; nothing written is no fault.
        """
        geometry, state = settings.value("geometry"), settings.value("state")
        good = geometry is None or (isinstance(geometry, QByteArray) and self.window.restoreGeometry(geometry))
        if state is None:
            return good
        self._placed = isinstance(state, QByteArray) and self.window.restoreState(state, VERSION)
        return good and self._placed
