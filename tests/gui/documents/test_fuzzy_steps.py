"""The undo step of the sets: put in and taken back, joined only with a held key's step on the same sets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QUndoStack

from ktrdr_app.gui.documents.fuzzy_steps import Sets, SetsStep
from ktrdr_app.strategy.schema import FuzzySet

pytestmark = pytest.mark.gui


def bell(centre: float) -> FuzzySet:
    return FuzzySet(type="gaussian", parameters=[centre, 1.0])


START: Sets = {"low": bell(0), "high": bell(10)}


class Shown:
    """What the steps put in, by input."""

    def __init__(self) -> None:
        self.sets: dict[str, Sets] = {"rsi": START, "macd": START}
        self.puts = 0

    def put(self, name: str, sets: Sets) -> None:
        self.sets[name] = sets
        self.puts += 1

    def step(self, after: Sets, *, merges: bool = False, name: str = "rsi") -> SetsStep:
        return SetsStep(self.put, name, self.sets[name], after, "step", merges=merges)


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def stack() -> Iterator[QUndoStack]:
    made = QUndoStack()
    yield made
    made.deleteLater()


def test_a_step_is_put_in_when_it_is_pushed_and_goes_both_ways(shown: Shown, stack: QUndoStack) -> None:
    after = {**START, "low": bell(1)}
    stack.push(shown.step(after))
    assert (shown.sets["rsi"], shown.puts) == (after, 1)
    stack.undo()
    assert shown.sets["rsi"] == START
    stack.redo()
    assert shown.sets["rsi"] == after
    assert shown.sets["macd"] == START
    assert stack.text(0) == "step"


FIRST = {**START, "low": bell(1)}


@pytest.mark.parametrize(
    ("after", "merges", "name", "count"),
    [
        pytest.param({**START, "low": bell(2)}, True, "rsi", 1, id="the same set again"),
        pytest.param({**START, "low": bell(2)}, False, "rsi", 2, id="a press of its own"),
        pytest.param({**FIRST, "high": bell(11)}, True, "rsi", 2, id="another set"),
        pytest.param({**START, "low": bell(1)}, True, "macd", 2, id="the same set of another input"),
        pytest.param({"high": bell(10), "low": bell(2)}, True, "rsi", 2, id="another order"),
        pytest.param({**FIRST, "new": bell(20)}, True, "rsi", 2, id="one more"),
        pytest.param({"low": bell(2)}, True, "rsi", 2, id="one less"),
    ],
)
def test_steps_are_joined_only_where_a_key_was_held_on_the_same_sets(
    after: Sets, merges: bool, name: str, count: int, shown: Shown, stack: QUndoStack
) -> None:
    stack.push(shown.step(FIRST))
    stack.push(shown.step(after, merges=merges, name=name))
    assert stack.count() == count
    assert list(shown.sets[name].items()) == list(after.items())
    for _ in range(count):
        stack.undo()
    assert list(shown.sets["rsi"].items()) == list(START.items())
    assert shown.sets["macd"] == START


def test_a_joined_step_reaches_from_the_first_place_to_the_last(shown: Shown, stack: QUndoStack) -> None:
    for number in range(1, 6):
        stack.push(shown.step({**START, "low": bell(number)}, merges=number > 1))
    assert stack.count() == 1
    stack.undo()
    assert shown.sets["rsi"] == START
    stack.redo()
    assert shown.sets["rsi"]["low"] == bell(5)


def test_a_held_key_that_comes_back_to_where_it_began_leaves_no_step(shown: Shown, stack: QUndoStack) -> None:
    stack.push(shown.step({**START, "high": bell(12)}))
    for number, centre in enumerate((1.0, 2.0, 0.0)):
        stack.push(shown.step({**shown.sets["rsi"], "low": bell(centre)}, merges=number > 0))
    assert stack.count() == 1
    stack.undo()
    assert shown.sets["rsi"] == START


def test_a_step_does_not_join_what_is_no_such_step(shown: Shown) -> None:
    from PySide6.QtGui import QUndoCommand

    assert not shown.step(FIRST).mergeWith(QUndoCommand("other"))


def test_steps_of_the_same_sets_share_a_number(shown: Shown) -> None:
    mine = shown.step(FIRST).id()
    assert shown.step({**START, "low": bell(7)}).id() == mine >= 0
    assert shown.step({**START, "high": bell(7)}).id() != mine
    assert shown.step(FIRST, name="macd").id() != mine


MOVES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["low", "high"]), st.integers(0, 3), st.booleans()),
        st.sampled_from(["undo", "redo"]),
    ),
    max_size=25,
)


@settings(max_examples=80, deadline=None)
@given(moves=MOVES)
def test_any_walk_back_and_forth_is_that_of_a_plain_list_of_states(moves: list[object]) -> None:
    """The reference: a list of (changed set, state) with a cursor, joined by hand."""
    shown, stack = Shown(), QUndoStack()
    states: list[tuple[str, Sets]] = [("", START)]
    at = 0
    for move in moves:
        if move == "undo":
            stack.undo()
            at = max(at - 1, 0)
        elif move == "redo":
            stack.redo()
            at = min(at + 1, len(states) - 1)
        elif isinstance(move, tuple):
            key, centre, merges = move
            after = {**shown.sets["rsi"], key: bell(centre + 0.5)}
            if after == shown.sets["rsi"]:
                continue
            joins = merges and at > 0 and states[at][0] == key
            stack.push(shown.step(after, merges=merges))
            del states[at + 1 :]
            if joins and after == states[at - 1][1]:  # held back to where it began: no step is left
                del states[at]
                at -= 1
            elif joins:
                states[at] = (key, after)
            else:
                states.append((key, after))
                at += 1
        assert shown.sets["rsi"] == states[at][1]
        assert (stack.canUndo(), stack.canRedo()) == (at > 0, at < len(states) - 1)
    stack.deleteLater()
