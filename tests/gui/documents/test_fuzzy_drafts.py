"""Fuzzy sets as drafts: an edit is noted, a save forgets it, and a restore is an edit that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.drafts import Draft, Drafts
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.fuzzy_drafts import FuzzyDrafts
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet

pytestmark = pytest.mark.gui

Make = Callable[..., FuzzyDocument]


def inputs() -> dict[str, FuzzyInput]:
    middle = FuzzySet(type="triangular", parameters=[25, 50, 75])
    left = FuzzySet(type="trapezoidal", parameters=[0, 10, 25, 40], shoulder="left")
    return {
        "rsi": FuzzyInput(sets={"low": left, "middle": middle}),
        "macd": FuzzyInput(form="atr", sets={"flat": FuzzySet(type="gaussian", parameters=[0, 0.5])}),
    }


@pytest.fixture
def make(context: AppContext, qtbot: QtBot) -> Iterator[Make]:
    """Return a function that opens the document, as a new window would."""
    made: list[FuzzyDocument] = []

    def build(within: AppContext = context) -> FuzzyDocument:
        made.append(FuzzyDocument("mine", inputs()))
        FuzzyDrafts(made[-1], within)
        return made[-1]

    yield build
    for document in made:
        document.deleteLater()


@pytest.fixture
def drafts(context: AppContext) -> Drafts:
    context.autosave.enabled = True
    return Drafts(context.workspace)


def noted(context: AppContext, drafts: Drafts) -> dict[str, Any]:
    """Return what is noted now, by input and set."""
    context.autosave.flush()
    draft = drafts.load("fuzzy", "mine")
    return draft.payload["sets"] if draft else {}


def test_an_edit_is_noted_and_a_save_or_an_undo_forgets_it(make: Make, context: AppContext, drafts: Drafts) -> None:
    document = make()
    assert noted(context, drafts) == {}
    document.set_numbers("middle", (20, 50, 70))
    assert list(noted(context, drafts)) == ["rsi"]
    document.undo()
    assert noted(context, drafts) == {}
    document.redo()
    assert noted(context, drafts)["rsi"]["middle"]["parameters"] == [20, 50, 70]
    document.mark_saved(document.unsaved())
    assert noted(context, drafts) == {}


def test_what_was_noted_comes_back_equal_and_unsaved_and_can_be_undone(
    make: Make, context: AppContext, drafts: Drafts, tasks: TaskManager
) -> None:
    first = make()
    first.set_numbers("middle", (20, 50.25, 70))
    first.set_numbers("low", (0, 5, 25, 45))
    first.show("macd")
    first.set_numbers("flat", (0.1, 1 / 3))
    wanted = first.unsaved()
    context.autosave.flush()
    draft = drafts.load("fuzzy", "mine")
    assert draft is not None
    later = AppContext(context.workspace, tasks)
    later.autosave.offer((draft,))
    second = make(later)
    assert second.unsaved() == wanted
    assert second.dirty
    for _step in range(3):
        second.undo()
    assert not second.dirty


def test_a_document_that_is_open_already_takes_the_offer(make: Make, context: AppContext, qtbot: QtBot) -> None:
    document = make()
    entry = FuzzySet(type="triangular", parameters=[20, 50, 70]).model_dump(mode="json")
    with qtbot.waitSignal(context.notified) as told:
        context.autosave.offer((Draft("fuzzy", "mine", {"sets": {"rsi": {"middle": entry}}}, ""),))
    assert told.args[:2] == ["success", "Restored 1 unsaved set of mine; Undo takes it back"]
    assert list(document.sets("rsi")["middle"].parameters) == [20, 50, 70]


def test_what_the_strategy_no_longer_has_is_named_and_the_rest_restored(make: Make, context: AppContext) -> None:
    good = FuzzySet(type="triangular", parameters=[20, 50, 70]).model_dump(mode="json")
    bad = {**good, "parameters": [70, 50, 20]}
    payload = {"sets": {"gone": {"x": good}, "rsi": {"renamed": good, "low": bad, "middle": good}}}
    heard: list[tuple[str, str, str]] = []
    context.notified.connect(lambda *words: heard.append(words))
    context.autosave.offer((Draft("fuzzy", "mine", payload, ""),))
    document = make()
    assert list(document.unsaved()["rsi"]) == ["low", "middle"]
    assert document.sets("rsi")["low"] == inputs()["rsi"].sets["low"]
    levels = [level for level, _text, _details in heard]
    assert levels == ["success", "warning"]
    assert heard[1][2].splitlines() == ["gone.x", "rsi.renamed", "rsi.low"]
