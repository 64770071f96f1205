"""Carries out what the buttons of the readiness card and of the plan say: mends a choice, or leads to its place."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from ktrdr_app.core.errors import BadInput
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.training import readiness
from ktrdr_app.gui.panels.training.form import TrainingForm
from ktrdr_app.gui.panels.training.planner import Planner
from ktrdr_app.gui.panels.training.readiness import Missing, Step
from ktrdr_app.gui.panels.training.readiness_card import ReadinessCard
from ktrdr_app.workflows.strategy_fields import SET, DraftChange


class Mending(QObject):
    """Knows what is missing, and mends it.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    form : TrainingForm
        Whose choices are mended.
    planner : Planner
        Whose plan says what is missing.
    card : ReadinessCard
        Where it is shown.
    parent : QObject
        Owner.
    """

    def __init__(
        self, context: AppContext, form: TrainingForm, planner: Planner, card: ReadinessCard, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._form, self._planner, self._card = context, form, planner, card
        card.stepChosen.connect(self.take)

    def show_missing(self) -> tuple[Missing, ...]:
        """Show what is missing, and return it; nothing before the lists have been read."""
        catalog = self._context.catalog
        if not (catalog.series.known and catalog.strategies.known):
            return ()
        refused = None
        try:
            self._form.request()
        except BadInput as error:
            refused = error
        found = readiness.missing(refused, self._form.symbols.count(), self._planner.plan, self._planner.error)
        self._card.show_missing(found)
        return found

    @Slot(object)
    def take(self, step: Step) -> None:
        """Carry out a step.

        Parameters
        ----------
        step : Step
            Of the button that was pressed.
        """
        if step.act == readiness.TICK_ALL:
            self._form.tick_all()
        elif step.act == readiness.LEAVE_OUT:
            self._form.leave_out(step.about)
        elif step.act == readiness.COMBINATION:
            self.use_combination(step.about)
        elif step.act == readiness.THRESHOLD:
            self.use_threshold(float(step.about))
        elif step.act == readiness.AGAIN:
            self._planner.outdate()
            self._planner.look()
        else:
            self._lead(step)

    def _lead(self, step: Step) -> None:
        if step.act == readiness.WORKSPACE:
            self._context.workspaceRequested.emit("")
            return
        if step.about:
            self._context.select_symbol(step.about)
        panels = {readiness.DATA: "dataPanel", readiness.STRATEGY: "strategyPanel"}
        self._context.panelRequested.emit(panels[step.act])

    @Slot(str)
    def use_combination(self, name: str) -> None:
        """Choose a way of putting symbols together; one that the form does not offer changes nothing.

        Parameters
        ----------
        name : str
            As `training.combine.COMBINATIONS` has it.
        """
        place = self._form.combination.findData(name)
        if place >= 0:
            self._form.combination.setCurrentIndex(place)

    @Slot(float)
    def use_threshold(self, value: float) -> None:
        """Write a threshold into the strategy's text, at its station, where it is looked at and saved.

        Parameters
        ----------
        value : float
            In the strategy's own unit.
        """
        change = DraftChange(SET, ("labels", "threshold"), value)
        self._context.panelRequested.emit("strategyPanel")
        self._context.strategyChangeRequested.emit(str(self._form.strategy.currentData() or ""), change)
