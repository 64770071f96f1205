"""The run in plain language: the verdict first, then what happened, to be read, copied and kept as a page."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.words import say
from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui import accessibility, numbers
from ktrdr_app.gui.ui.widgets import GRID, button, label, row, set_tone
from ktrdr_app.workflows.training_results import TrainingResults
from ktrdr_app.workflows.wording import typographic


class ReportView(QWidget):
    """Verdict, sentences and the command that trains it again; *Copy* takes all of it.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    """

    failed = Signal(object)
    """KtrdrError or TaskError: the page could not be written."""
    pageWritten = Signal(object)
    """Path of the page that was written and opened."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._results: TrainingResults | None = None
        self.verdict = label("", "heading", wrap=True)
        self.text = QPlainTextEdit()
        self.text.setObjectName("trainingPanel.report")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.document().setDocumentMargin(GRID)
        self.text.setPlaceholderText(say("What the model is worth shows here in plain words."))
        accessibility.name(self.text, say("The run in plain words"))
        self.copy = button(say("Copy"), "trainingPanel.copyReport", icon="copy")
        self.page = button(say("Open as page"), "trainingPanel.openReport")
        self.page.setToolTip(say("Writes an HTML page with all tables and pictures into the runs folder and opens it"))
        self.copy.clicked.connect(self.copy_text)
        self.page.clicked.connect(self.open_page)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, GRID, 0, 0)
        box.setSpacing(GRID)
        box.addWidget(self.verdict)
        box.addWidget(self.text, 1)
        box.addLayout(row(self.copy, self.page, 1))
        self.clear()

    def show_results(self, results: TrainingResults) -> None:
        """Show the report of a training.

        Parameters
        ----------
        results : TrainingResults
            The training.
        """
        self._results = results
        self.verdict.setText(results.verdict.headline)
        set_tone(self.verdict, "success" if results.verdict.good else "warning")
        self.text.setPlainText(typographic("\n\n".join(_parts(results))))
        self.copy.setEnabled(True)
        self.page.setEnabled(True)

    def clear(self) -> None:
        """Show nothing."""
        self._results = None
        self.verdict.setText(say("No training is shown"))
        set_tone(self.verdict, "")
        self.text.clear()
        self.copy.setEnabled(False)
        self.page.setEnabled(False)

    @Slot()
    def copy_text(self) -> None:
        """Put verdict and sentences on the clipboard."""
        QGuiApplication.clipboard().setText(f"{self.verdict.text()}\n\n{self.text.toPlainText()}\n")
        accessibility.announce(self, say("The report is copied"))

    @Slot()
    def open_page(self) -> None:
        """Write the report as an HTML page and open it."""
        results = self._results
        if results is None:
            return
        workspace, path = self._context.workspace, results.path

        def work(_progress: Progress, _cancel: CancelToken) -> Path:
            return workflows.write_training_page(workspace, path)

        task = Task(say("Write the report of {0}").format(path.name), work)
        task.succeeded.connect(self._written)
        task.failed.connect(self.failed)
        self._context.submit(task)

    @Slot(object)
    def _written(self, page: Path) -> None:
        self.pageWritten.emit(page)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))


def _parts(results: TrainingResults) -> list[str]:
    symbols = ", ".join(results.training_symbols) or say("symbols it does not name")
    words = say("{0} of {1}: learnt from {2}, {3}.")
    made = numbers.moment(results.created_at, time=False) if results.created_at else say("date unknown")
    head = words.format(results.path.name, results.strategy_name, symbols, made)
    command = [say("The same again: {0}").format(results.command)] if results.command else []
    return [head, *results.sentences, *command]
