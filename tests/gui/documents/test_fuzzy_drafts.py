"""Fuzzy sets as drafts: an edit is noted, a save forgets it, and a restore is an edit that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from ktrdr_app.core.drafts import Draft, Drafts
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.fuzzy_drafts import FuzzyDrafts
from ktrdr_app.gui.documents.fuzzy_steps import Sets
from ktrdr_app.gui.documents.set_handles import shifted
from ktrdr_app.gui.documents.set_lists import added, removed, renamed, shuffled
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
    sets = {**inputs()["rsi"].sets, "middle": FuzzySet(type="triangular", parameters=[20, 50, 70])}
    told_sets = {key: entry.model_dump(mode="json") for key, entry in sets.items()}
    with qtbot.waitSignal(context.notified) as told:
        context.autosave.offer((Draft("fuzzy", "mine", {"sets": {"rsi": told_sets}}, ""),))
    assert told.args[:2] == ["success", "Restored 1 unsaved set of mine; Undo takes it back"]
    assert list(document.sets("rsi")["middle"].parameters) == [20, 50, 70]


def test_what_the_strategy_no_longer_has_is_named_and_the_rest_restored(make: Make, context: AppContext) -> None:
    good = FuzzySet(type="triangular", parameters=[20, 50, 70]).model_dump(mode="json")
    bad = {**good, "parameters": [70, 50, 20]}
    payload = {"sets": {"gone": {"x": good}, "rsi": {"low": bad, "new": bad, "middle": good, "<b>": good}}}
    heard: list[tuple[str, str, str]] = []
    context.notified.connect(lambda *words: heard.append(words))
    context.autosave.offer((Draft("fuzzy", "mine", payload, ""),))
    document = make()
    assert list(document.unsaved()["rsi"]) == ["low", "middle"]
    assert document.sets("rsi")["low"] == inputs()["rsi"].sets["low"], "a faulty set stands as it is saved"
    assert document.inputs == ("rsi", "macd")
    levels = [level for level, _text, _details in heard]
    assert levels == ["success", "warning"]
    assert heard[1][2].splitlines() == ["gone.x", "rsi.low", "rsi.new", "rsi.<b>"]


def crash(context: AppContext, drafts: Drafts, tasks: TaskManager) -> AppContext:
    """Note everything, forget the window, and return the next one's context, which wants it back."""
    context.autosave.flush()
    later = AppContext(context.workspace, tasks)
    later.autosave.offer(drafts.all())
    return later


def wide() -> FuzzySet:
    return FuzzySet(type="gaussian", parameters=[1 / 3, 0.1])


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda sets: {**sets, "high": wide()}, id="added at the end"),
        pytest.param(lambda sets: {"first": wide(), **sets}, id="added at the front"),
        pytest.param(lambda sets: removed(sets, "low"), id="taken out"),
        pytest.param(lambda sets: renamed(sets, "low", "tief"), id="renamed"),
        pytest.param(lambda sets: shuffled(sets, "low", 1), id="moved"),
        pytest.param(lambda sets: {**sets, "low": wide()}, id="another shape"),
        pytest.param(lambda sets: {"a": wide(), "b": sets["low"], "c": sets["middle"]}, id="all of it"),
    ],
)
def test_a_new_window_has_what_the_killed_one_had(
    edit: Callable[[Sets], Sets], make: Make, context: AppContext, drafts: Drafts, tasks: TaskManager
) -> None:
    first = make()
    start = list(first.sets("rsi").items())
    first.change_sets(edit(first.sets()), "edit")
    second = make(crash(context, drafts, tasks))
    assert list(second.sets("rsi").items()) == list(first.sets("rsi").items()) != start
    assert second.unsaved() == first.unsaved()
    assert second.undo_stack.count() == 1, "one step brings the whole list back"
    second.undo()
    assert list(second.sets("rsi").items()) == start
    assert not second.dirty


EDITS = st.lists(st.tuples(st.sampled_from("armsx"), st.integers(0, 4), st.floats(-50, 150)), min_size=1, max_size=8)


@given(edits=EDITS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_edited_comes_back_after_a_kill(
    edits: list[tuple[str, int, float]], context: AppContext, drafts: Drafts, tasks: TaskManager
) -> None:
    """Adds, renames, moves, shifts and removals in any order, in both inputs; undone as far as there is something."""
    first = FuzzyDocument("mine", inputs())
    FuzzyDrafts(first, context)
    for number, (what, which, x) in enumerate(edits):
        first.show(first.inputs[which % 2])
        sets = first.sets()
        key = list(sets)[which % len(sets)]
        if what == "x":
            first.undo()
            continue
        changed = {
            "a": lambda sets=sets, x=x: added(sets, x, 10, 0.1)[0],
            "r": lambda sets=sets, key=key, number=number: renamed(sets, key, f"name_{number}"),
            "m": lambda sets=sets, key=key, x=x: shuffled(sets, key, round(x / 50)),
            "s": lambda sets=sets, key=key, x=x: {**sets, key: shifted(sets[key], x, 0.1)},
        }[what]()
        first.change_sets(changed, "edit")
    later = crash(context, drafts, tasks)
    second = FuzzyDocument("mine", inputs())
    FuzzyDrafts(second, later)
    for name in first.inputs:
        assert list(second.sets(name).items()) == list(first.sets(name).items())
    assert second.dirty is first.dirty
    drafts.discard("fuzzy", "mine")
    for document in (first, second):
        document.deleteLater()


def test_how_many_sets_came_back_is_told(make: Make, context: AppContext, qtbot: QtBot) -> None:
    make()
    entries = {key: entry.model_dump(mode="json") for key, entry in inputs()["rsi"].sets.items()}
    for told, words in (
        ({**entries, "high": wide().model_dump(mode="json")}, "Restored 1 unsaved set of mine; Undo takes it back"),
        ({"middle": entries["middle"]}, "Restored 2 unsaved sets of mine; Undo takes them back"),
    ):
        with qtbot.waitSignal(context.notified) as heard:
            context.autosave.offer((Draft("fuzzy", "mine", {"sets": {"rsi": told}}, ""),))
        assert heard.args[:2] == ["success", words]


def test_a_draft_of_what_is_saved_by_now_is_no_step(make: Make, context: AppContext, qtbot: QtBot) -> None:
    document = make()
    told = {key: entry.model_dump(mode="json") for key, entry in inputs()["rsi"].sets.items()}
    with qtbot.assertNotEmitted(context.notified):
        context.autosave.offer((Draft("fuzzy", "mine", {"sets": {"rsi": told}}, ""),))
    assert not document.undo_stack.canUndo()
    assert not document.dirty
