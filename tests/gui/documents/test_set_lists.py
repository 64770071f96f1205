"""Adding, taking out, renaming and moving sets: new lists, the old ones untouched."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.gui.documents.set_lists import (
    LONGEST_NAME,
    Sets,
    added,
    named_alike,
    removed,
    renamed,
    shuffled,
    usable_name,
)
from ktrdr_app.strategy.schema import FuzzySet


def bell(centre: float) -> FuzzySet:
    return FuzzySet(type="gaussian", parameters=[centre, 1.0])


SETS = {"low": bell(10), "middle": bell(50), "high": bell(90)}


@pytest.mark.parametrize(
    ("x", "order", "numbers"),
    [
        (30.04, ["low", "set_1", "middle", "high"], [10, 30, 50]),
        (2, ["set_1", "low", "middle", "high"], [-18, 2, 10]),
        (99, ["low", "middle", "high", "set_1"], [90, 99, 119]),
    ],
)
def test_a_new_set_stands_among_its_neighbours_from_peak_to_peak(
    x: float, order: list[str], numbers: list[float]
) -> None:
    sets, name = added(SETS, x, 20, 0.1)
    assert (list(sets), name) == (order, "set_1")
    assert (sets[name].type, sets[name].parameters) == ("triangular", numbers)
    assert added(sets, 60, 20, 0.1)[1] == "set_2"
    assert list(SETS) == ["low", "middle", "high"]


def test_a_new_set_on_the_very_peak_of_another_has_a_width() -> None:
    sets, name = added({"only": bell(50)}, 50, 20, 0.1)
    assert sets[name].parameters == [30, 50, 70]


def test_the_last_set_cannot_be_taken_out() -> None:
    assert list(removed(SETS, "middle")) == ["low", "high"]
    with pytest.raises(InvalidValue, match="sets"):
        removed({"only": bell(1)}, "only")


def test_a_name_changes_in_its_place() -> None:
    assert list(renamed(SETS, "middle", " neutral ")) == ["low", "neutral", "high"]
    assert renamed(SETS, "middle", "middle") == SETS


@pytest.mark.parametrize("name", ["", "  ", "high", "two words", "1st", "a-b", "x" * (LONGEST_NAME + 1)])
def test_a_name_that_makes_no_feature_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="name of a set"):
        renamed(SETS, "middle", name)


@pytest.mark.parametrize(
    ("key", "step", "order"),
    [
        ("middle", 1, ["low", "high", "middle"]),
        ("middle", -1, ["middle", "low", "high"]),
        ("low", -1, ["low", "middle", "high"]),
        ("high", 5, ["low", "middle", "high"]),
    ],
)
def test_a_set_moves_in_the_list_and_stays_at_its_ends(key: str, step: int, order: list[str]) -> None:
    found = shuffled(SETS, key, step)
    assert list(found) == order
    assert found == SETS


def test_as_many_sets_keep_the_old_names() -> None:
    new = {"a": bell(1), "b": bell(2), "c": bell(3)}
    assert named_alike(new, SETS) == {"low": bell(1), "middle": bell(2), "high": bell(3)}
    assert named_alike(new, {"only": bell(0)}) == new


TRIANGLES = st.lists(st.integers(-500, 500), min_size=1, max_size=6, unique=True).map(
    lambda peaks: {
        f"s{number}": FuzzySet(type="triangular", parameters=[peak / 10 - 4, peak / 10, peak / 10 + 4])
        for number, peak in enumerate(sorted(peaks))
    }
)


@given(sets=TRIANGLES, x=st.floats(-80, 80), width=st.floats(0.5, 40))
def test_a_new_set_anywhere_is_valid_and_keeps_the_order_and_the_others(sets: Sets, x: float, width: float) -> None:
    after, name = added(sets, x, width, 0.1)
    assert name not in sets
    assert [key for key in after if key != name] == list(sets)
    assert all(after[key] == sets[key] for key in sets)
    low, peak, high = after[name].parameters
    assert low < peak <= high
    assert abs(peak - x) <= 0.05 + 1e-9
    peaks = [entry.parameters[1] for entry in after.values()]
    assert all(right >= left - 0.05 - 1e-9 for left, right in itertools.pairwise(peaks))


@given(sets=TRIANGLES, data=st.data())
def test_moving_renaming_and_taking_out_lose_nothing_else(sets: Sets, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(list(sets)))
    step = data.draw(st.integers(-8, 8))
    moved = shuffled(sets, key, step)
    assert moved == sets
    assert [name for name in moved if name != key] == [name for name in sets if name != key]
    assert list(moved).index(key) == min(max(list(sets).index(key) + step, 0), len(sets) - 1)
    called = renamed(sets, key, "other")
    assert list(called.values()) == list(sets.values())
    assert list(renamed(called, "other", key).items()) == list(sets.items())
    if len(sets) > 1:
        assert {**removed(sets, key), key: sets[key]} == sets


@pytest.mark.parametrize(
    ("name", "usable"),
    [("a", True), ("\u00fcber", True), ("_x1", True), ("x" * LONGEST_NAME, True), ("x" * (LONGEST_NAME + 1), False),
     ("", False), ("a b", False), ("a.b", False), ("<b>", False), ("1a", False), ("a\n", False)],
)  # fmt: skip
def test_names_that_can_be_part_of_a_feature(name: str, usable: bool) -> None:
    assert usable_name(name) is usable
