"""The studies of the charts: each one's pane or curves are made when it is first shown, and taken down with its run."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ktrdr_app.gui.charts.crosshair import LinkedCrosshair
from ktrdr_app.gui.charts.pane_stack import PaneStack
from ktrdr_app.gui.charts.study import Study
from ktrdr_app.gui.charts.study_pane import Overlay, StudyPane


class StudyShelf:
    """Puts studies into the panes.

    Parameters
    ----------
    stack : PaneStack
        The panes; studies go below the first.
    crosshair : LinkedCrosshair
        Crosses their panes too.
    """

    def __init__(self, stack: PaneStack, crosshair: LinkedCrosshair) -> None:
        self.stack = stack
        self._crosshair = crosshair
        self._logarithmic = False
        self._studies: tuple[Study, ...] = ()
        self.panes: dict[str, StudyPane] = {}
        self.overlays: list[Overlay] = []

    def set_studies(self, studies: Sequence[Study]) -> None:
        """Hold other studies, none of them shown.

        Parameters
        ----------
        studies : sequence of Study
            In the order of the panes.
        """
        for pane in self.panes.values():
            self._crosshair.remove(pane)
            self.stack.remove(pane)
        for overlay in self.overlays:
            overlay.remove()
        self._studies = tuple(studies)
        self.panes = {}
        self.overlays = [Overlay(study, self.stack.panes[0]) for study in studies if study.kind == "overlay"]

    def make(self, keys: Collection[str]) -> list[StudyPane]:
        """Make the panes that are missing, and return them; a pane that was made stays until other studies come.

        Parameters
        ----------
        keys : collection of str
            Which are to be there.
        """
        made, place = [], 1
        for study in self._studies:
            if study.kind == "overlay":
                continue
            if study.key in keys and study.key not in self.panes:
                pane = StudyPane(study, self.stack.ticks)
                self.stack.insert(place, pane)
                self._crosshair.add(pane)
                self.panes[study.key] = pane
                made.append(pane)
            place += study.key in self.panes
        return made

    def show_overlays(self, keys: Collection[str]) -> None:
        """Draw some curves over the candles and no others.

        Parameters
        ----------
        keys : collection of str
            Which.
        """
        for overlay in self.overlays:
            overlay.show(overlay.study.key in keys)
            overlay.set_logarithmic(self._logarithmic)

    def set_logarithmic(self, on: bool) -> None:
        """Follow the scale of the prices.

        Parameters
        ----------
        on : bool
            Whether it is logarithmic.
        """
        self._logarithmic = on
        for overlay in self.overlays:
            overlay.set_logarithmic(on)

    def told_over_prices(self, bar: int) -> list[str]:
        """Return what the line above the prices says of the curves over them.

        Parameters
        ----------
        bar : int
            The bar under the crosshair; -1 for none.
        """
        return [part for overlay in self.overlays if overlay.shown for part in overlay.told(bar)]

    def write_headings(self, bar: int) -> None:
        """Write the values of a bar above every pane that is shown.

        Parameters
        ----------
        bar : int
            The bar under the crosshair; -1 for none.
        """
        for pane in self.panes.values():
            if not pane.isHidden():
                pane.set_heading(pane.heading_at(bar))
