"""What of the studies is shown: the user's choice by the panes menu, kept from run to run."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from ktrdr_app.gui.charts.study import Study
from ktrdr_app.gui.charts.study_shelf import StudyShelf
from ktrdr_app.gui.charts.tools import ChartTools, PaneChoice


class PaneChooser(QObject):
    """Shows the panes and the curves over the candles that are chosen.

    Parameters
    ----------
    shelf : StudyShelf
        The studies.
    tools : ChartTools
        The menu.
    parent : QObject
        The charts.
    """

    asked = Signal()
    """More studies are looked for than are there: the menu was opened, or one that was chosen is missing."""
    changed = Signal(object)
    """frozenset of the keys that are shown, after the user chose."""
    arranged = Signal()
    """Other panes or curves are shown than before."""

    def __init__(self, shelf: StudyShelf, tools: ChartTools, parent: QObject) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._tools = tools
        self._base = tuple(shelf.stack.panes)
        self._wanted = {pane.key for pane in self._base}
        self._studies: tuple[Study, ...] = ()
        self._note = ""
        self._may_ask = False
        tools.paneToggled.connect(self._toggle)
        tools.panesOpened.connect(self._ask)

    @property
    def available(self) -> set[str]:
        """Keys of everything that can be shown now."""
        return {pane.key for pane in self._base} | {study.key for study in self._studies}

    @property
    def wanted(self) -> frozenset[str]:
        """Keys of everything that was chosen, also where the run at hand has no such pane."""
        return frozenset(self._wanted)

    @property
    def shown(self) -> frozenset[str]:
        """Keys of everything that is shown, curves over the candles included."""
        return frozenset(self._wanted & self.available)

    def set_studies(self, studies: Sequence[Study], note: str = "", *, may_ask: bool = False) -> None:
        """Offer other studies.

        Parameters
        ----------
        studies : sequence of Study
            In the order of the panes.
        note : str
            Why there are no more, or that more are being computed.
        may_ask : bool
            Whether `asked` is told when more are looked for.
        """
        self._studies, self._note, self._may_ask = tuple(studies), note, may_ask
        self._shelf.set_studies(studies)
        self.show_only(self._wanted)
        if not self._wanted <= self.available:
            self._ask()

    def show_only(self, keys: Collection[str]) -> None:
        """Show some panes and curves over the candles, and no others; prices always.

        Parameters
        ----------
        keys : collection of str
            Which; what is not there is shown as soon as it is.
        """
        self._wanted = set(keys) | {self._base[0].key}
        self._arrange()
        more = [PaneChoice(study.key, study.title, study.kind == "overlay") for study in self._studies]
        base = [PaneChoice(pane.key, pane.accessibleName()) for pane in self._base[1:]]
        self._tools.set_choices([*more, *base], self._wanted, self._note)

    def _arrange(self) -> None:
        for pane in self._shelf.make(self._wanted):
            pane.addActions(self._tools.actions_of_charts)
            pane.follow(self._base[0])
        self._shelf.stack.show_only(self._wanted)
        self._shelf.show_overlays(self._wanted)
        self.arranged.emit()

    @Slot(str, bool)
    def _toggle(self, key: str, on: bool) -> None:
        self._wanted = self._wanted | {key} if on else self._wanted - {key}
        self._arrange()
        self.changed.emit(self.shown)

    @Slot()
    def _ask(self) -> None:
        if self._may_ask:
            self._may_ask = False
            self.asked.emit()
