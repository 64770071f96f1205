"""What every station has: a title line, one inline notice, and a way to start tasks whose errors it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ktrdr_app.core.errors import KtrdrError
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.tasks.task import Task, TaskError, Work
from ktrdr_app.gui.ui.notices import Notice, error_details, error_text
from ktrdr_app.gui.ui.widgets import GRID, label


class Station(QWidget):
    """A panel of the journey.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    title: ClassVar[str] = ""
    object_name: ClassVar[str] = ""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.setObjectName(self.object_name)
        self.setAccessibleName(self.title)
        self.notice = Notice()
        self.heading = QHBoxLayout()
        self.heading.setSpacing(GRID)
        self.heading.addWidget(label(self.title, "title"))
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self.body.setSpacing(GRID + GRID // 2)
        self.body.addLayout(self.heading)
        self.body.addWidget(self.notice)

    def refresh(self) -> None:
        """Read again what the station shows."""

    def run_main_action(self) -> None:
        """Do what the station is for (Ctrl+Enter)."""

    def stop_main_action(self) -> None:
        """Stop what the station is doing (Ctrl+.)."""

    def start(self, title: str, work: Work, succeeded: Callable[[Any], None], *, quiet: bool = False) -> Task:
        """Submit a task; its failure is shown in the station and as a notice of the window.

        Parameters
        ----------
        title : str
            What the task list shows.
        work : callable
            As `Task` takes it.
        succeeded : callable
            A ``@Slot`` method of a QObject that takes the result.
        quiet : bool
            As `Task` takes it.
        """
        task = Task(title, work, quiet=quiet)
        task.succeeded.connect(succeeded)
        task.failed.connect(self.show_error)
        self.context.submit(task)
        return task

    @Slot(object)
    def show_error(self, error: KtrdrError | TaskError) -> None:
        """Show an error in the station and tell the window.

        Parameters
        ----------
        error : KtrdrError or TaskError
            What went wrong.
        """
        self.notice.show_error(error)
        text, hint = error_text(error)
        self.context.notify("danger", text, error_details(error) or hint)
        self.context.stateChanged.emit(self.object_name, "error")
