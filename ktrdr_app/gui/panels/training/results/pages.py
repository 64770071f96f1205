"""The pages of a run: its results, what it relies on, its certificate, its report, and all runs so far."""

# ruff: noqa: N815 - Qt signals are named as Qt names them

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training.results.certificate_card import CertificateCard
from ktrdr_app.gui.panels.training.results.importance import ImportancePlot
from ktrdr_app.gui.panels.training.results.report_view import ReportView
from ktrdr_app.gui.panels.training.results.results_view import ResultsView
from ktrdr_app.gui.panels.training.results.runs_page import RunsPage
from ktrdr_app.gui.panels.training.results.words import say
from ktrdr_app.gui.tasks.latest import Latest
from ktrdr_app.gui.ui.widgets import GRID
from ktrdr_app.workflows.training_results import TrainingResults


class ResultPages(QObject):
    """The pages of the training station that come after a run; `join` puts them into its tabs.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    parent : QObject
        Owner.
    """

    failed = Signal(object)
    """KtrdrError or TaskError: something could not be read or made."""
    showWanted = Signal(object)
    """Path of an older model whose run is wanted, curves and all."""
    resumeWanted = Signal(str)
    """Name of a run that is to go on."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self.results: TrainingResults | None = None
        self.view = ResultsView(context)
        self.importance = ImportancePlot()
        self.certificate = CertificateCard(context)
        self.report = ReportView(context)
        self.runs = RunsPage(context)
        self._reading = Latest(context.tasks, self)
        self._reading.arrived.connect(self._show)
        self._reading.failed.connect(self._refuse)
        self.view.symbolChosen.connect(self._follow)
        self.runs.showWanted.connect(self.showWanted)
        self.runs.resumeWanted.connect(self.resumeWanted)
        for part in (self.certificate, self.report):
            part.failed.connect(self.failed)

    def join(self, tabs: QTabWidget) -> None:
        """Add the pages to the tabs of the station.

        Parameters
        ----------
        tabs : QTabWidget
            Becomes the owner of the pages.
        """
        tabs.addTab(self.view, say("By symbol"))
        tabs.addTab(_page(self.importance), say("Inputs"))
        tabs.addTab(self.certificate, say("Certificate"))
        tabs.addTab(self.report, say("Report"))
        tabs.addTab(self.runs, say("All runs"))

    def clear(self) -> None:
        """Show nothing: another run begins."""
        self._reading.stop()
        self.results = None
        for part in (self.view, self.importance, self.certificate, self.report):
            part.clear()

    def show_model(self, path: Path | str) -> None:
        """Read what a trained model is worth, and show it.

        Parameters
        ----------
        path : Path or str
            Its folder.
        """
        workspace = self._context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> TrainingResults:
            return workflows.show_results(workspace, path)

        self._reading.ask(say("Read the results of a training"), work)

    @Slot(object)
    def _show(self, results: TrainingResults) -> None:
        self.results = results
        self.view.show_results(results)
        self.importance.show_importance(results.importance)
        self.certificate.show_results(results)
        self.report.show_results(results)
        self.runs.choose(results.path)

    @Slot(object)
    def _refuse(self, error: object) -> None:
        self.clear()
        self.failed.emit(error)

    @Slot(str)
    def _follow(self, symbol: str) -> None:
        if self.results is not None:
            self.importance.show_importance(self.results.importance, symbol)


def _page(part: QWidget) -> QWidget:
    page = QWidget()
    box = QVBoxLayout(page)
    box.setContentsMargins(0, GRID, 0, 0)
    box.addWidget(part)
    return page
