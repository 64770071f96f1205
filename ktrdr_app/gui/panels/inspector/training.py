"""Tells the inspector what a training with the form's choices would learn from, and what is still missing for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ktrdr_app.core.errors import BadInput
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected, Step
from ktrdr_app.gui.panels.inspector.steps import Panels, go, press, say
from ktrdr_app.gui.panels.inspector.teller import Teller
from ktrdr_app.gui.ui import numbers

if TYPE_CHECKING:
    from ktrdr_app.gui.panels.training.panel import TrainingPanel


class TrainingTeller(Teller):
    """Tells of the training station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations by object name.
    """

    def __init__(self, context: AppContext, panels: Panels) -> None:
        super().__init__(context, panels, "trainingPanel")
        self.panel: TrainingPanel = panels["trainingPanel"]
        self.panel.form.changed.connect(self.later)
        context.strategySelected.connect(self.later)
        context.catalog.models.loaded.connect(self.later)
        context.tasks.taskRemoved.connect(self.later)

    def inspected(self) -> Inspected | None:
        """Return the training that the form describes."""
        form = self.panel.form
        strategy, timeframe = str(form.strategy.currentData() or ""), str(form.timeframe.currentData() or "")
        chosen = form.chosen
        rows = sum(
            entry.rows
            for entry in self.context.catalog.series.items
            if entry.timeframe == timeframe and entry.symbol in chosen
        )
        made = [
            model.version
            for model in self.context.catalog.models_of(strategy)
            if (model.timeframe, model.kind) == (timeframe, "universal")
        ]
        facts = (
            (say("Strategy"), strategy or numbers.NONE),
            (say("Bar length"), timeframe or numbers.NONE),
            (say("Symbols"), ", ".join(chosen) or say("none")),
            (say("Bars"), numbers.integer(rows)),
            (say("Becomes"), f"universal_{timeframe}_v{max(made, default=0) + 1}" if timeframe else numbers.NONE),
        )
        title = say("Train {0}").format(strategy) if strategy else say("Train")
        missing = self._missing()
        judged, steps = self._judged(len(chosen), missing), self._steps(bool(made), missing)
        return Inspected(say("Training"), title, facts, *judged, steps)

    def _missing(self) -> BadInput | None:
        """Return what keeps the training from beginning."""
        try:
            self.panel.form.request()
        except BadInput as missing:
            return missing
        return None

    def _judged(self, symbols: int, missing: BadInput | None) -> tuple[str, str]:
        if self.panel.running:
            return say("It is running; its progress stands in the task list below."), "accent"
        if missing is not None:
            return ". ".join(part for part in (missing.message, missing.hint) if part), "warning"
        if symbols == 1:
            return say("One symbol makes no universal model: tick more, and it serves symbols it never saw."), "warning"
        return say("Everything is there. What is not ticked stays unseen: keep some symbols for the backtest."), ""

    def _steps(self, trained: bool, missing: BadInput | None) -> tuple[Step, ...]:
        train = Step(say("Train"), self.panel.run_main_action, "play", missing.message if missing else "")
        first = press(self.panel.stop_button, icon="stop") if self.panel.running else train
        models = go(self.context, "modelsPanel", say("Show the models"), "models")
        data = go(self.context, "dataPanel", say("Look at the data"), "data")
        sets = go(self.context, "fuzzyPanel", say("Edit the fuzzy sets"), "fuzzy")
        return (first, models, sets) if trained else (first, data, sets)
