"""Tells the inspector of the fuzzy input and set at hand, the problem list of what is doubtful, and what is unsaved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.inspected import Inspected, Step
from ktrdr_app.gui.documents.problem_book import KnownProblem
from ktrdr_app.gui.panels.fuzzy.number_box import write_number
from ktrdr_app.gui.panels.inspector.steps import Panels, go, say
from ktrdr_app.gui.panels.inspector.teller import Teller

if TYPE_CHECKING:
    from ktrdr_app.fuzzy.checks import SetProblem
    from ktrdr_app.gui.panels.fuzzy.panel import FuzzyPanel


class FuzzyTeller(Teller):
    """Tells of the fuzzy station.

    Parameters
    ----------
    context : AppContext
        The window's shared state.
    panels : dict
        The stations by object name.
    """

    def __init__(self, context: AppContext, panels: Panels) -> None:
        super().__init__(context, panels, "fuzzyPanel")
        self.panel: FuzzyPanel = panels["fuzzyPanel"]
        self._set = ""
        self._found: tuple[SetProblem, ...] = ()
        self.panel.examined.connect(self._examined)
        self.panel.plot.selected.connect(self._selected)
        self.panel.table.chosen.connect(self._selected)
        context.catalog.models.loaded.connect(self.later)

    @Slot(object)
    def _examined(self, found: list[SetProblem]) -> None:
        self._found = tuple(found)
        document = self.panel.document
        about = f"{document.strategy}: {document.current}" if document is not None else ""
        told = (
            KnownProblem(self.key, "warning", about, problem.message, partial(self._show, problem)) for problem in found
        )
        self.context.problems.tell("fuzzy", tuple(told))
        self.later()

    def _show(self, problem: SetProblem) -> None:
        if problem.sets:
            self.panel.table.choose(problem.sets[0])
            self.panel.plot.select(problem.sets[0])

    @Slot(str)
    def _selected(self, key: str) -> None:
        self._set = key
        self.later()

    def inspected(self) -> Inspected | None:
        """Return the input at hand and its chosen set; None while no strategy is open."""
        document = self.panel.document
        if document is None:
            return None
        sets = document.sets()
        facts = [
            (say("Strategy"), document.strategy),
            (say("Form"), document.fuzzy_input().form),
            (say("Sets"), ", ".join(sets)),
        ]
        chosen = sets.get(self._set)
        if chosen is not None:
            shoulder = "" if chosen.shoulder == "none" else say(", open to the {0}").format(chosen.shoulder)
            corners = "  ".join(write_number(number) for number in chosen.parameters)
            facts += [(say("Chosen"), self._set), (say("Shape"), f"{chosen.type}{shoulder}"), (say("Corners"), corners)]
        mine = [problem.message for problem in self._found if self._set in problem.sets]
        every = [problem.message for problem in self._found]
        why = "\n".join(mine or every) or say("Every value belongs to some set, and no set is idle.")
        return Inspected(
            say("Fuzzy input"), document.current, tuple(facts), why, "warning" if every else "success", self._steps()
        )

    def _steps(self) -> tuple[Step, ...]:
        off = "" if self.panel.save_button.isEnabled() else say("Nothing was changed")
        return (
            Step(say("Save the sets"), self.panel.save, "save", off),
            Step(
                say("Undo"),
                self.panel.undo_action.trigger,
                "undo",
                "" if self.panel.undo_action.isEnabled() else say("Nothing to undo"),
            ),
            go(self.context, "trainingPanel", say("Train with these sets"), "training"),
        )
