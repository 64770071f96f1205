"""Tells the inspector of the strategy at hand."""

from __future__ import annotations

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.panels.inspector.steps import Panels, go, say
from ktrdr_app.gui.panels.inspector.teller import Teller
from ktrdr_app.gui.ui import numbers


class StrategyTeller(Teller):
    """Tells of the strategy station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations by object name.
    """

    def __init__(self, context: AppContext, panels: Panels) -> None:
        super().__init__(context, panels, "strategyPanel")
        context.strategySelected.connect(self.later)
        context.catalog.strategies.loaded.connect(self.later)
        context.catalog.models.loaded.connect(self.later)

    def inspected(self) -> Inspected | None:
        """Return the strategy at hand; None if none is."""
        name = self.context.strategy
        info = next((each for each in self.context.catalog.strategies.items if each.name == name), None)
        if info is None:
            return None
        models = self.context.catalog.models_of(name)
        usable = [model for model in models if model.complete]
        newest = max(usable, key=lambda model: str(model.created_at), default=None)
        facts = [
            (say("File"), info.path.name),
            (say("Origin"), say("comes with the program") if info.shipped else say("this workspace")),
            (say("Models"), say("{0}, {1} usable").format(len(models), len(usable))),
        ]
        if newest is not None:
            facts.append((say("Newest"), f"{newest.label}, {numbers.moment(newest.created_at)}"))
        off = info.problem
        train = go(self.context, "trainingPanel", say("Train with it"), "training")
        sets = go(self.context, "fuzzyPanel", say("Edit its fuzzy sets"), "fuzzy")
        models_step = go(self.context, "modelsPanel", say("Show its models"), "models")
        steps = (models_step,) if off else (sets, train, models_step) if models else (sets, train)
        why = say("It cannot be used: {0}").format(off) if off else info.description
        return Inspected(say("Strategy"), name, tuple(facts), why, "danger" if off else "", steps)
