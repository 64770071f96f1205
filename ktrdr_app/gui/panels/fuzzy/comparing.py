"""The sets to compare with - as saved, or as in a model - drawn as ghosts, and the note that models keep their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.widgets import button, label
from ktrdr_app.strategy.schema import FuzzySet

if TYPE_CHECKING:
    from ktrdr_app.workflows.model_sets import ModelSets

NOTHING, SAVED = "", "\0saved"
"""Choices that are no model."""


class Comparison(QObject):
    """What the edited sets are compared with.

    Parameters
    ----------
    plot : FuzzyPlot
        Draws the ghosts.
    parent : QObject
        Owner.
    """

    def __init__(self, plot: FuzzyPlot, parent: QObject) -> None:
        super().__init__(parent)
        self._plot = plot
        self._document: FuzzyDocument | None = None
        self._models: dict[str, ModelSets] = {}
        self.combo = CalmComboBox("fuzzyPanel.compareCombo", self.tr("Compare with"))
        self.combo.setMinimumContentsLength(13)
        self.reset_button = button(self.tr("Reset to it"), "fuzzyPanel.resetButton", icon="reset")
        self.reset_button.setToolTip(self.tr("Replace the sets of this input by those that are drawn dashed"))
        self.banner = label("", "muted", wrap=True)
        self.banner.setObjectName("fuzzyPanel.modelBanner")
        self.banner.setProperty("tone", "info")
        self.banner.hide()
        self.combo.currentIndexChanged.connect(self._draw)
        self.reset_button.clicked.connect(self.reset)
        self._offer()

    def set_document(self, document: FuzzyDocument | None) -> None:
        """Compare another strategy's sets.

        Parameters
        ----------
        document : FuzzyDocument, optional
            The sets; None for none.
        """
        if self._document is not None:
            self._document.setChanged.disconnect(self._on_set)
            self._document.setsChanged.disconnect(self._on_list)
            self._document.currentChanged.disconnect(self._on_list)
        self._document = document
        if document is not None:
            document.setChanged.connect(self._on_set)
            document.setsChanged.connect(self._on_list)
            document.currentChanged.connect(self._on_list)
        self.set_models([])

    def set_models(self, models: Sequence[ModelSets]) -> None:
        """Offer other models to compare with.

        Parameters
        ----------
        models : sequence of ModelSets
            The strategy's models.
        """
        self._models = {model.label: model for model in models}
        self._offer()
        self._draw()

    def _offer(self) -> None:
        entries: list[tuple[str, object]] = [(self.tr("nothing"), NOTHING), (self.tr("saved version"), SAVED)]
        entries += [(name, name) for name in self._models]
        self.combo.fill(entries, self.combo.currentData())

    @property
    def ghost(self) -> dict[str, FuzzySet]:
        """The sets that are compared with; empty for none."""
        document, chosen = self._document, self.combo.currentData()
        if document is None or not document.inputs:
            return {}
        if chosen == SAVED:
            return document.saved_sets()
        model = self._models.get(str(chosen))
        entry = model.inputs.get(document.current) if model is not None else None
        return dict(entry.sets) if entry is not None else {}

    @Slot()
    def _draw(self, _place: object = None) -> None:
        ghost = self.ghost
        self._plot.set_ghost(ghost, self.combo.currentText() if ghost else "")
        self._follow()

    @Slot(str, str)
    def _on_set(self, _name: str, _key: str) -> None:
        self._follow()

    @Slot(str)
    def _on_list(self, _name: str) -> None:
        self._draw()

    def _follow(self) -> None:
        """Enable the reset where there is something to take over, and count the models with other sets."""
        document, ghost = self._document, self.ghost
        other = document is not None and bool(ghost) and list(ghost.items()) != list(document.sets().items())
        self.reset_button.setEnabled(other)
        now = {name: document.fuzzy_input(name) for name in document.inputs} if document is not None else {}
        count = sum(model.differs(now) for model in self._models.values())
        self.banner.setVisible(bool(self._models))  # not by the count: the plot must not jump under a drag
        if count == 0:
            words = self.tr("The models of this strategy were trained with these sets.")
        elif count == 1:
            words = self.tr("1 model was trained with other sets — backtests of it keep the sets stored in the model.")
        else:
            words = self.tr(
                "{0} models were trained with other sets — backtests of them keep the sets stored in the model."
            ).format(count)
        self.banner.setText(words)

    @Slot()
    def reset(self) -> None:
        """Take over the sets that are compared with, as one step."""
        if self._document is not None and self.ghost:
            name = self.combo.currentText()
            self._document.change_sets(self.ghost, self.tr("Reset to {0}").format(name))

    @Slot()
    def saved_changed(self) -> None:
        """Draw the saved version anew after a save."""
        self._draw()
