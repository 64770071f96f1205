"""The documents of the strategies that were looked at at the station: each is read once, and anew when told to."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app import fuzzy, workflows
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.progress import Progress
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.station import Station
from ktrdr_app.strategy.schema import FuzzyInput


class Shelf(QObject):
    """Holds a document for each strategy; none with unsaved sets is ever taken away.

    Parameters
    ----------
    station : Station
        Owner of the documents; it tells what cannot be read.
    """

    made = Signal(object)
    """FuzzyDocument that is new on the shelf."""
    ready = Signal(object)
    """FuzzyDocument that was asked for, or has come in the place of one that the file had left behind."""

    def __init__(self, station: Station) -> None:
        super().__init__(station)
        self.documents: dict[str, FuzzyDocument] = {}

    @property
    def _station(self) -> Station:
        return cast(Station, self.parent())  # not held, so that neither keeps the other alive

    def ask(self, name: str) -> None:
        """Ask for a strategy's document; `ready` tells it, at once if it is there.

        Parameters
        ----------
        name : str
            File stem of the strategy.
        """
        if name in self.documents:
            self.ready.emit(self.documents[name])
        else:
            self._read(name)

    def look_again(self, name: str, shown: FuzzyDocument | None) -> None:
        """Follow a file that may have been written elsewhere, unless its sets are being edited here.

        Parameters
        ----------
        name : str
            File stem of the strategy.
        shown : FuzzyDocument, optional
            The one at hand is read at once, and keeps its steps if the file has the same sets; any other when it is
            asked for.
        """
        held = self.documents.get(name)
        if held is None or held.dirty:
            return
        if held is shown:
            self._read(name)
        else:
            self._take_away(name)

    def _read(self, name: str) -> None:
        workspace = self._station.context.workspace

        def work(_progress: Progress, _cancel: CancelToken) -> tuple[str, dict[str, FuzzyInput]]:
            inputs = workflows.validate_strategy(workspace, name).strategy.fuzzy_sets
            fuzzy.membership("triangular", (0, 1, 2), [0.5])  # compiled here, not under the first paint
            return name, dict(inputs)

        self._station.start(self.tr("Open {0}").format(name), work, self._put, quiet=True)

    def _take_away(self, name: str) -> None:
        self.documents.pop(name).setParent(None)

    @Slot(object)
    def _put(self, opened: tuple[str, dict[str, FuzzyInput]]) -> None:
        name, inputs = opened
        held = self.documents.get(name)
        if held is not None and (held.dirty or held.holds(inputs)):
            return
        document = FuzzyDocument(name, inputs, self._station)
        if held is not None:
            if held.current in inputs:
                document.show(held.current)
            self._take_away(name)
        self.documents[name] = document
        self.made.emit(document)
        self.ready.emit(document)
