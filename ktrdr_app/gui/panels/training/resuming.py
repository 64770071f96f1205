"""Carries out *Resume* and *Discard* of an interrupted training; discarding asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.gui.panels.training.interrupted_card import InterruptedCard
from ktrdr_app.gui.panels.training.runs import TrainingRuns

if TYPE_CHECKING:
    from ktrdr_app.workflows.interrupted_runs import InterruptedRun


class Resuming(QObject):
    """Listens to the card of interrupted trainings.

    Parameters
    ----------
    card : InterruptedCard
        Where they are offered.
    runs : TrainingRuns
        Where they go on.
    station : Station
        In whose notice the question is asked.
    """

    discarded = Signal(str)
    """A training is forgotten: the name of its run."""

    def __init__(self, card: InterruptedCard, runs: TrainingRuns, station: Station) -> None:
        super().__init__(station)
        self._runs, self._station, self._card = runs, station, card
        self._doomed: InterruptedRun | None = None
        self._question = self.tr("Discard what is kept of this training? It cannot go on then.")
        card.resumeWanted.connect(self._resume)
        card.discardWanted.connect(self._ask)
        station.notice.chosen.connect(self._discard)

    @Slot(object)
    def _resume(self, run: InterruptedRun) -> None:
        self._station.notice.dismiss()
        self._runs.add(run.request)

    @Slot(str)
    def resume_named(self, name: str) -> None:
        """Let a training go on that is known by its run.

        Parameters
        ----------
        name : str
            Folder of the run; nothing happens but a word where it runs or waits already, or is gone.
        """
        run = next((run for run in self._card.offered if run.name == name), None)
        if run is None:
            self._station.context.notify("info", self.tr("This training goes on already, waits for it, or is gone"))
        else:
            self._resume(run)

    @Slot(object)
    def _ask(self, run: InterruptedRun) -> None:
        self._doomed = run
        names = [path.name for path in (run.model, *run.older) if path is not None]
        hint = self.tr("{0} goes to the trash.").format(", ".join(names)) if names else ""
        self._station.notice.show_text("warning", self._question, hint)
        self._station.notice.offer(self.tr("Discard it"))

    @Slot()
    def _discard(self) -> None:
        doomed, self._doomed = self._doomed, None
        if doomed is None or self._station.notice.text.text() != self._question:  # it answers another message
            return
        self._station.notice.dismiss()
        workspace, name = self._station.context.workspace, doomed.name

        def work(_progress: Progress, _cancel: CancelToken) -> str:
            workflows.discard_run(workspace, name)
            return name

        self._station.start(self.tr("Discard a training"), work, self._done, quiet=True)

    @Slot(object)
    def _done(self, name: str) -> None:
        self.discarded.emit(name)
