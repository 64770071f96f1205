"""What can be done with the chosen model; an action that cannot be done says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ktrdr_app.gui.panels.models.words import is_copy, say
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.widgets import GRID, button

if TYPE_CHECKING:
    from ktrdr_app.model_store.registry import ModelInfo


class ActionBar(QWidget):
    """Buttons for one model."""

    def __init__(self) -> None:
        super().__init__()
        self.pin = button(say("Pin"), "modelsPanel.pinButton")
        self.rollback = button(say("Make latest"), "modelsPanel.rollbackButton")
        self.verify = button(say("Verify"), "modelsPanel.verifyButton")
        self.compare = button(say("Compare…"), "modelsPanel.compareButton")
        self.export = button(say("Export…"), "modelsPanel.exportButton", icon="export")
        self.delete = button(say("Move to trash…"), "modelsPanel.deleteButton")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(GRID)
        for made in (self.pin, self.rollback, self.verify, self.compare, self.export):
            box.addWidget(made)
        box.addStretch(1)
        box.addWidget(self.delete)

    def show_for(self, model: ModelInfo | None, models: Sequence[ModelInfo], busy: bool) -> None:
        """Allow what can be done with a model, and say of the rest why not.

        Parameters
        ----------
        model : ModelInfo or None
            The one that is chosen.
        models : sequence of ModelInfo
            All models.
        busy : bool
            Whether a change is being made.
        """
        pinned = model is not None and model.pinned
        self.pin.setText(say("Unpin") if pinned else say("Pin"))
        general = say("A change is being made") if busy else "" if model else say("Choose a model first")
        broken = "" if model is None or model.complete else say("It cannot be used: {0}").format(model.problem)
        lonely = say("There is no other model that can be used")
        others = sum(other.complete for other in models) - (1 if model is not None and model.complete else 0)
        allow(
            self.pin,
            say("Unpin the model") if pinned else say("Pin the model"),
            say("Lets the resolver's steps decide again")
            if pinned
            else say("It then serves every request, whatever is trained later"),
            general or ("" if pinned else broken),
        )
        allow(
            self.rollback,
            say("Roll back to this version"),
            say("Lets latest name this version until the next training"),
            general or broken or (_latest_reason(model, models) if model else ""),
        )
        allow(
            self.verify,
            say("Verify the model"),
            say("Checks files, checksums, loading and stored predictions"),
            general,
        )
        allow(
            self.compare,
            say("Compare the model with another"),
            say("Shows only what differs"),
            general or broken or ("" if others else lonely),
        )
        allow(self.export, say("Export the model"), say("Writes it as one zip with checksums"), general or broken)
        allow(
            self.delete,
            say("Move the model to the trash"),
            say("Shows first which requests would be answered differently; it can be undone"),
            general,
        )


def allow(made: QPushButton, name: str, about: str, reason: str) -> None:
    """Enable a button, or disable it and say why.

    Parameters
    ----------
    made : QPushButton
        The button.
    name : str
        What a screen reader calls it.
    about : str
        What it does.
    reason : str
        Why it cannot be used now; empty if it can.
    """
    made.setEnabled(not reason)
    made.setToolTip(reason or about)
    accessibility.name(made, name, reason or about)


def _latest_reason(model: ModelInfo, models: Sequence[ModelInfo]) -> str:
    if model.latest:
        return say("It is the latest already")
    outside = any(
        not is_copy(other)
        and (other.strategy_name, other.symbol, other.timeframe) == (model.strategy_name, model.symbol, model.timeframe)
        for other in models
    )
    return say("It is a copy in the archive, and originals outside it go first") if is_copy(model) and outside else ""
