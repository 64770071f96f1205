"""Tells the inspector of the chosen model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected, Step
from ktrdr_app.gui.panels.inspector.steps import Panels, backtest_with, press, say
from ktrdr_app.gui.panels.inspector.teller import Teller
from ktrdr_app.gui.panels.models.words import badge, kind_words, states, verdict
from ktrdr_app.gui.ui import numbers

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.models.panel import ModelsPanel
    from ktrdr_app.model_store.registry import ModelInfo


class ModelsTeller(Teller):
    """Tells of the models station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations by object name.
    """

    def __init__(self, context: AppContext, panels: Panels) -> None:
        super().__init__(context, panels, "modelsPanel")
        self.panel: ModelsPanel = panels["modelsPanel"]
        self.panel.tree.chosenChanged.connect(self.later)
        self.panel.changes.busyChanged.connect(self.later)
        context.catalog.models.loaded.connect(self.later)

    def inspected(self) -> Inspected | None:
        """Return the chosen model; None if none is."""
        model = self.panel.chosen
        if model is None:
            return None
        learnt = ", ".join(model.training_symbols) or model.symbol or numbers.NONE
        facts = (
            (say("Strategy"), model.strategy_name),
            (say("Kind"), kind_words(model)),
            (say("Bar length"), model.timeframe),
            (say("State"), ", ".join(states(model)) or say("usable")),
            (say("Learnt from"), learnt),
            (say("Rows"), numbers.integer(model.rows)),
            (say("Made"), f"{numbers.moment(model.created_at)} UTC" if model.created_at else numbers.NONE),
            (say("Test accuracy"), numbers.percent(model.test_accuracy)),
            (say("Skill"), numbers.percent(model.skill, signed=True)),
        )
        tone, why = verdict(model)
        if tone == "info" and model.skill is not None:
            why = say("Its probabilities beat the class shares on its test bars; its card says if by more than luck.")
        return Inspected(say("Model"), f"{badge(model)} {model.label}", facts, why, tone, self._steps(model))

    def _steps(self, model: ModelInfo) -> tuple[Step, ...]:
        strategy = self.context.catalog.file_of(model.strategy_name)
        chosen = (self.context, self.panels, strategy, model.timeframe, str(model.path))
        off = "" if model.complete else say("It cannot be used")
        bar = self.panel.bar
        return (
            Step(say("Backtest with it"), partial(backtest_with, *chosen), "backtest", off),
            press(bar.verify),
            press(bar.compare),
            press(bar.pin),
        )
