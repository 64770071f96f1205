"""Brings trainings of before back to the station: the newest when the window opens, older ones on demand."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.training.runs import TrainingRuns
from ktrdr_app.gui.panels.training.view_model import RunView, view_of


class Recalling(QObject):
    """Reads models of before, unless a training runs.

    Parameters
    ----------
    runs : TrainingRuns
        What is under way keeps its place.
    station : Station
        Whose tasks read.
    """

    newest = Signal(object)
    """RunView of the newest model, once, where nothing has been trained or shown yet."""
    older = Signal(object)
    """RunView of a model that was asked for."""

    def __init__(self, runs: TrainingRuns, station: Station) -> None:
        super().__init__(station)
        self._runs, self._station = runs, station
        self._shown = False
        station.context.catalog.models.loaded.connect(self._listed)

    def leave(self) -> None:
        """Let the newest model be: something is shown already."""
        self._shown = True

    @Slot(object)
    def recall(self, path: Any) -> None:
        """Read an older run, to be shown in the place of the one that is.

        Parameters
        ----------
        path : Path
            The model's folder.
        """
        context = self._station.context
        if self._runs.running:
            context.notify("info", self.tr("A training runs; older ones can be shown when it is over"))
            return
        self._read(self.tr("Read an older training"), path, self._take_older)

    @Slot(object)
    def _listed(self, models: tuple[Any, ...]) -> None:
        usable = [model for model in models if model.complete and model.created_at]
        if self._runs.running or self._shown or not usable:
            return
        self._shown = True
        path = max(usable, key=lambda model: str(model.created_at)).path
        self._read(self.tr("Read the newest model"), path, self._take_newest)

    def _read(self, title: str, path: Any, take: Any) -> None:
        workspace = self._station.context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> RunView:
            return view_of(workflows.show_model(workspace, path))

        self._station.start(title, work, take, quiet=True)

    @Slot(object)
    def _take_older(self, view: RunView) -> None:
        if not self._runs.running:
            self.older.emit(view)

    @Slot(object)
    def _take_newest(self, view: RunView) -> None:
        if not self._runs.running:
            self.newest.emit(view)
