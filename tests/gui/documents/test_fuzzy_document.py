"""The document of fuzzy sets: steps, drags, several inputs, and what is saved."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.set_handles import handles_of, moved
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet, parameter_fault

pytestmark = pytest.mark.gui


def inputs() -> dict[str, FuzzyInput]:
    """Return two inputs with sets of every kind."""
    return {
        "rsi": FuzzyInput(
            sets={
                "low": FuzzySet(type="trapezoidal", parameters=[0, 10, 25, 40], shoulder="left"),
                "middle": FuzzySet(type="triangular", parameters=[25, 50, 75]),
                "high": FuzzySet(type="trapezoidal", parameters=[60, 75, 90, 100], shoulder="right"),
            }
        ),
        "macd": FuzzyInput(
            form="atr",
            sets={
                "flat": FuzzySet(type="gaussian", parameters=[0, 0.5]),
                "wide": FuzzySet(type="trapezoidal", parameters=[-3, -1, 1, 3]),
            },
        ),
    }


@pytest.fixture
def document(qtbot: QtBot) -> Iterator[FuzzyDocument]:
    made = FuzzyDocument("mean_reversion", inputs())
    yield made
    made.deleteLater()


def triangle(*numbers: float) -> FuzzySet:
    return FuzzySet(type="triangular", parameters=list(numbers))


def test_a_new_document_is_clean_and_shows_the_first_input(document: FuzzyDocument) -> None:
    assert document.current == "rsi"
    assert document.inputs == ("rsi", "macd")
    assert list(document.sets()) == ["low", "middle", "high"]
    assert not document.dirty
    assert not document.undo_stack.canUndo()
    assert document.unsaved() == {}


def test_the_sets_that_are_handed_out_are_copies(document: FuzzyDocument) -> None:
    document.sets()["middle"] = triangle(1, 2, 3)
    assert document.sets()["middle"].parameters == [25, 50, 75]


def test_a_change_is_a_step_that_can_be_undone_and_redone(document: FuzzyDocument, qtbot: QtBot) -> None:
    with qtbot.waitSignals([document.setChanged, document.dirtyChanged]):
        document.change("middle", triangle(30, 50, 75), "Move left foot")
    assert document.dirty
    assert document.undo_stack.undoText() == "Move left foot"
    document.undo()
    assert document.sets()["middle"].parameters == [25, 50, 75]
    assert not document.dirty
    document.redo()
    assert document.sets()["middle"].parameters == [30, 50, 75]


def test_a_change_to_what_it_is_already_is_no_step(document: FuzzyDocument, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(document.setChanged):
        document.change("middle", triangle(25, 50, 75), "Nothing")
    assert not document.undo_stack.canUndo()


def test_a_drag_of_many_moves_is_one_step(document: FuzzyDocument, qtbot: QtBot) -> None:
    told: list[tuple[str, str]] = []
    document.setChanged.connect(lambda name, key: told.append((name, key)))
    before = document.begin("middle")
    for x in range(26, 46):
        document.preview_sets({"middle": moved(before, 0, x, 0.1)})
    assert document.sets()["middle"].parameters == [45, 50, 75]
    assert not document.undo_stack.canUndo(), "nothing is a step before the mouse is released"
    document.commit("Move left foot of middle")
    assert len(told) == 20, "one per move, none for the step that is there already"
    assert set(told) == {("rsi", "middle")}
    assert document.undo_stack.count() == 1
    document.undo()
    assert document.sets()["middle"].parameters == [25, 50, 75]
    document.redo()
    assert document.sets()["middle"].parameters == [45, 50, 75]


def test_a_drag_back_to_where_it_began_is_no_step(document: FuzzyDocument) -> None:
    before = document.begin("middle")
    document.preview_sets({"middle": triangle(30, 50, 75)})
    document.preview_sets({"middle": before})
    document.commit("Move")
    assert not document.undo_stack.canUndo()
    assert not document.dirty


def test_esc_takes_a_drag_back(document: FuzzyDocument) -> None:
    document.begin("middle")
    document.preview_sets({"middle": triangle(30, 50, 75)})
    assert document.dragging
    document.rollback()
    assert not document.dragging
    assert document.sets()["middle"].parameters == [25, 50, 75]
    document.commit("too late")
    document.preview_sets({"middle": triangle(1, 2, 3)})
    assert document.sets()["middle"].parameters == [25, 50, 75]
    assert not document.undo_stack.canUndo()


@pytest.mark.parametrize("interrupt", ["undo", "redo", "show", "begin", "change", "typed"])
def test_whatever_comes_between_takes_the_drag_back_first(interrupt: str, document: FuzzyDocument) -> None:
    document.change("low", FuzzySet(type="trapezoidal", parameters=[0, 10, 20, 40], shoulder="left"), "first")
    document.begin("middle")
    document.preview_sets({"middle": triangle(30, 50, 75)})
    {
        "undo": document.undo,
        "redo": document.redo,
        "show": lambda: document.show("macd"),
        "begin": lambda: document.begin("high"),
        "change": lambda: document.change("high", document.sets()["high"], "none"),
        "typed": lambda: document.set_numbers("high", [61, 75, 90, 100]),
    }[interrupt]()
    assert document.sets("rsi")["middle"].parameters == [25, 50, 75]
    document.commit("leftover")
    assert document.sets("rsi")["middle"].parameters == [25, 50, 75]


def test_a_key_held_down_is_one_step_and_separate_presses_are_several(document: FuzzyDocument) -> None:
    for number, merges in ((26, False), (27, True), (28, True), (29, False)):
        document.change("middle", triangle(number, 50, 75), "Nudge", merges=merges)
    assert document.undo_stack.count() == 2
    document.undo()
    assert document.sets()["middle"].parameters[0] == 28
    document.undo()
    assert document.sets()["middle"].parameters[0] == 25


def test_steps_of_different_sets_are_never_joined(document: FuzzyDocument) -> None:
    document.change("middle", triangle(26, 50, 75), "Nudge")
    document.change(
        "high", FuzzySet(type="trapezoidal", parameters=[61, 75, 90, 100], shoulder="right"), "Nudge", merges=True
    )
    assert document.undo_stack.count() == 2


def test_typed_numbers_make_a_step(document: FuzzyDocument) -> None:
    document.set_numbers("low", [0, 10, 22.5, 41])
    entry = document.sets()["low"]
    assert entry.parameters == [0, 10, 22.5, 41]
    assert entry.shoulder == "left"
    assert document.undo_stack.undoText() == "Change low"


@pytest.mark.parametrize(
    ("key", "numbers", "words"),
    [
        ("middle", [60, 50, 75], "must not fall"),
        ("middle", [50, 50, 50], "no width"),
        ("middle", [25, 50], "takes 3 numbers"),
        ("low", [0, 10, 45, 40], "must not fall"),
        ("middle", [25, float("nan"), 75], "finite"),
    ],
)
def test_numbers_that_make_no_set_are_refused_and_change_nothing(
    key: str, numbers: list[float], words: str, document: FuzzyDocument
) -> None:
    before = document.sets()
    with pytest.raises(InvalidValue) as refused:
        document.set_numbers(key, numbers)
    assert words in refused.value.hint
    assert refused.value.where == f"rsi.{key}"
    assert document.sets() == before
    assert not document.undo_stack.canUndo()


def test_a_width_of_zero_is_refused(document: FuzzyDocument) -> None:
    document.show("macd")
    with pytest.raises(InvalidValue, match="flat"):
        document.set_numbers("flat", [0.0, 0.0])


def test_another_input_is_shown_and_keeps_its_own_sets(document: FuzzyDocument, qtbot: QtBot) -> None:
    document.change("middle", triangle(30, 50, 75), "Move")
    with qtbot.waitSignal(document.currentChanged) as told:
        document.show("macd")
    assert told.args == ["macd"]
    assert list(document.sets()) == ["flat", "wide"]
    assert document.fuzzy_input().form == "atr"
    assert document.fuzzy_input("rsi").sets["middle"].parameters == [30, 50, 75]
    with qtbot.assertNotEmitted(document.currentChanged):
        document.show("macd")


def test_an_input_that_is_not_there_is_named(document: FuzzyDocument) -> None:
    with pytest.raises(UnknownName) as refused:
        document.show("rsy")
    assert "rsi" in refused.value.hint


def test_undo_turns_to_the_input_it_changes(document: FuzzyDocument, qtbot: QtBot) -> None:
    document.change("middle", triangle(30, 50, 75), "Move")
    document.show("macd")
    with qtbot.waitSignal(document.currentChanged) as told:
        document.undo()
    assert told.args == ["rsi"]
    assert document.current == "rsi"


def test_only_changed_inputs_are_unsaved(document: FuzzyDocument) -> None:
    document.show("macd")
    document.set_numbers("flat", [0.1, 0.5])
    assert list(document.unsaved()) == ["macd"]
    assert document.unsaved()["macd"]["flat"].parameters == [0.1, 0.5]


def test_saved_is_clean_and_undo_after_it_is_not(document: FuzzyDocument, qtbot: QtBot) -> None:
    document.set_numbers("middle", [30, 50, 75])
    with qtbot.waitSignal(document.dirtyChanged) as told:
        document.mark_saved(document.unsaved())
    assert told.args == [False]
    document.undo()
    assert document.dirty, "the file now holds something else"
    document.redo()
    assert not document.dirty


def test_what_was_changed_while_it_was_written_stays_unsaved(document: FuzzyDocument) -> None:
    document.set_numbers("middle", [30, 50, 75])
    written = document.unsaved()
    document.set_numbers("middle", [31, 50, 75])
    document.mark_saved(written)
    assert document.dirty
    assert document.unsaved()["rsi"]["middle"].parameters == [31, 50, 75]


def test_dirty_is_told_once_per_turn(document: FuzzyDocument) -> None:
    told: list[bool] = []
    document.dirtyChanged.connect(told.append)
    document.set_numbers("middle", [30, 50, 75])
    document.set_numbers("middle", [31, 50, 75])
    document.undo()
    document.undo()
    assert told == [True, False]


def test_five_hundred_random_steps_keep_every_set_valid_and_can_all_be_undone(document: FuzzyDocument) -> None:
    chance = random.Random(11)
    start = {name: document.sets(name) for name in document.inputs}
    for _ in range(500):
        document.show(chance.choice(document.inputs))
        key = chance.choice(list(document.sets()))
        entry = document.begin(key)
        handle = chance.choice(handles_of(entry))
        for _ in range(3):
            document.preview_sets({key: moved(entry, handle.index, chance.uniform(-150, 150), 0.1)})
        if chance.random() < 0.2:
            document.rollback()
        else:
            document.commit("drag")
        for name in document.inputs:
            for held in document.sets(name).values():
                assert parameter_fault(held.type, held.parameters) == ""
    assert document.undo_stack.count() > 300
    while document.undo_stack.canUndo():
        document.undo()
    assert {name: document.sets(name) for name in document.inputs} == start
    assert not document.dirty


def test_sets_come_and_go_and_change_places_as_steps(document: FuzzyDocument, qtbot: QtBot) -> None:
    start = {name: document.sets(name) for name in document.inputs}
    lists: list[str] = []
    changed: list[str] = []
    document.setsChanged.connect(lists.append)
    document.setChanged.connect(lambda _name, key: changed.append(key))
    sets = document.sets()
    document.change_sets({**sets, "extra": triangle(80, 90, 99)}, "Add extra")
    assert (lists, changed) == (["rsi"], ["extra"])
    document.change_sets({key: document.sets()[key] for key in ("high", "low", "middle", "extra")}, "Reorder")
    assert list(document.sets()) == ["high", "low", "middle", "extra"]
    assert changed == ["extra"], "a set that only changes its place is no other set"
    document.undo()
    document.undo()
    assert list(document.sets()) == ["low", "middle", "high"]
    assert {name: document.sets(name) for name in document.inputs} == start
    assert not document.dirty
    document.redo()
    assert document.sets()["extra"] == triangle(80, 90, 99)
    assert list(document.unsaved()["rsi"]) == ["low", "middle", "high", "extra"]


def test_another_order_alone_is_worth_saving(document: FuzzyDocument) -> None:
    sets = document.sets()
    document.change_sets({key: sets[key] for key in reversed(sets)}, "Reorder")
    assert document.dirty
    document.mark_saved(document.unsaved())
    assert not document.dirty
    assert list(document.saved_sets()) == ["high", "middle", "low"]


def test_an_input_keeps_a_set(document: FuzzyDocument) -> None:
    with pytest.raises(InvalidValue, match="sets"):
        document.change_sets({}, "Nothing left")


def test_a_drag_of_two_sets_is_one_step(document: FuzzyDocument) -> None:
    start = document.sets()
    document.begin("low")
    document.preview_sets({"low": start["middle"], "middle": triangle(30, 50, 75)})
    document.preview_sets({"middle": triangle(31, 50, 75)})
    assert document.sets()["low"] == start["low"], "what a drag no longer moves stands where it stood"
    document.commit("Move crossing")
    assert document.undo_stack.count() == 1
    document.undo()
    assert document.sets() == start


def test_only_held_keys_of_the_same_sets_become_one_step(document: FuzzyDocument) -> None:
    for x in (26, 27, 28):
        document.change("middle", triangle(x, 50, 75), "Nudge", merges=x > 26)
    document.change("low", triangle(1, 2, 3), "Nudge", merges=True)
    assert document.undo_stack.count() == 2
    document.undo()
    document.undo()
    assert not document.dirty
