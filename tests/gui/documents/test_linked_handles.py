"""Crossings that move two feet at once, and the order of sets: properties over random sets and places."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import numpy as np
import pytest

from ktrdr_app.fuzzy import membership
from ktrdr_app.fuzzy.spans import corners, precedes
from ktrdr_app.gui.documents.linked_handles import (
    CROSSING,
    crossings_of,
    in_order,
    kept_in_order,
    linked_feet,
    moved_crossing,
)
from ktrdr_app.gui.documents.set_handles import handles_of, moved, shifted
from ktrdr_app.strategy.schema import FuzzySet, parameter_fault

Sets = dict[str, FuzzySet]

LOW = FuzzySet(type="trapezoidal", parameters=[0, 10, 25, 40], shoulder="left")
MIDDLE = FuzzySet(type="triangular", parameters=[25, 50, 75])
BELL = FuzzySet(type="gaussian", parameters=[70, 6])
HIGH = FuzzySet(type="trapezoidal", parameters=[60, 75, 90, 100], shoulder="right")


def level(entry: FuzzySet, x: float) -> float:
    return float(membership(entry.type, entry.parameters, [x], entry.shoulder)[0])


def test_each_pair_of_neighbours_that_cross_has_a_handle() -> None:
    found = crossings_of({"low": LOW, "middle": MIDDLE, "high": HIGH})
    assert {key: other for key, (other, _) in found.items()} == {"low": "middle", "middle": "high"}
    for key, (other, handle) in found.items():
        sets = {"low": LOW, "middle": MIDDLE, "high": HIGH}
        assert handle.index == CROSSING
        assert level(sets[key], handle.x) == pytest.approx(handle.level)
        assert level(sets[other], handle.x) == pytest.approx(handle.level)
    assert crossings_of({"low": LOW, "far": FuzzySet(type="triangular", parameters=[50, 60, 70])}) == {}


@pytest.mark.parametrize(("left", "right"), [(LOW, MIDDLE), (MIDDLE, HIGH), (MIDDLE, BELL), (BELL, HIGH)])
def test_a_crossing_goes_where_it_is_dragged_and_both_feet_go_as_far(left: FuzzySet, right: FuzzySet) -> None:
    start = crossings_of({"a": left, "b": right})["a"][1].x
    for wanted in (start - 3, start - 0.5, start + 0.5, start + 1):
        one, other = moved_crossing(left, right, wanted, 0.1)
        assert crossings_of({"a": one, "b": other})["a"][1].x == pytest.approx(wanted, abs=0.11)
        steps = []
        for before, after, side in ((left, one, 1), (right, other, -1)):
            if before.type == "gaussian":
                assert before.parameters[0] == after.parameters[0]
                steps.append(side * (after.parameters[1] - before.parameters[1]))
                continue
            foot = -1 if side > 0 else 0
            steps.append(after.parameters[foot] - before.parameters[foot])
            kept = slice(0, -1) if side > 0 else slice(1, None)
            assert after.parameters[kept] == before.parameters[kept], "only the foot moves"
        assert steps[0] == pytest.approx(steps[1])


def test_a_crossing_stops_where_a_foot_stops() -> None:
    left, right = moved_crossing(LOW, MIDDLE, -500, 0.1)
    assert left.parameters == [0, 10, 25, 25]
    assert right.parameters == [10, 50, 75]
    left, right = moved_crossing(LOW, MIDDLE, 500, 0.1)
    assert right.parameters[0] == 50
    assert left.parameters[3] == 65


def test_linked_feet_move_as_one_and_stop_as_one() -> None:
    assert [each.parameters for each in linked_feet(LOW, MIDDLE, 3.04, 0.1)] == [[0, 10, 25, 43], [28, 50, 75]]
    assert [each.parameters for each in linked_feet(LOW, MIDDLE, -400, 0.1)] == [[0, 10, 25, 25], [10, 50, 75]]


def random_sets(chance: random.Random) -> dict[str, FuzzySet]:
    """Return two to five sets of any kind in their order."""
    middles = sorted(chance.sample(range(-50, 51), chance.randint(2, 5)))
    sets = {}
    for number, middle in enumerate(middles):
        kind = chance.choice(["triangular", "trapezoidal", "gaussian"])
        reach = [chance.uniform(0.2, 30) for _ in range(4)]
        numbers = {
            "triangular": [middle - reach[0], middle, middle + reach[1]],
            "trapezoidal": [middle - reach[0] - 0.1, middle - 0.1, middle + 0.1, middle + reach[1]],
            "gaussian": [middle, reach[2]],
        }[kind]
        shoulder = chance.choice(["none", "none", {0: "left", len(middles) - 1: "right"}.get(number, "none")])
        sets[f"s{number}"] = FuzzySet.model_validate({"type": kind, "parameters": numbers, "shoulder": shoulder})
    return sets


def random_move(chance: random.Random, sets: Sets) -> tuple[Callable[[float], Sets], float]:
    """Take hold of a set, a crossing or a handle; return what moving it makes, and where it stands."""
    key = chance.choice(list(sets))
    crossings, how = crossings_of(sets), chance.random()
    if how < 0.25:
        start = sum(corners(sets[key])) / 2
        return lambda at: {key: shifted(sets[key], at - start, 0.1)}, start
    if how < 0.5 and key in crossings:
        other, handle = crossings[key]
        pair = sets[key], sets[other]
        return lambda at: dict(zip((key, other), moved_crossing(*pair, at, 0.1), strict=True)), handle.x
    grip = chance.choice(handles_of(sets[key]))
    return lambda at: {key: moved(sets[key], grip.index, at, 0.1)}, grip.x


def test_ten_thousand_random_drags_break_no_set_and_no_order() -> None:
    """The rules that the mouse goes through, without it: test_dragging.py does ten thousand through the widget."""
    chance = random.Random(3)
    for number in range(500):
        sets = random_sets(chance)
        for _ in range(20):
            place, start = random_move(chance, sets)
            x = chance.uniform(-90, 90)
            changed, reached = kept_in_order(sets, place, start, x, 0.1)
            after = {**sets, **changed}
            assert list(after) == list(sets)
            assert min(start, x) - 1e-9 <= reached <= max(start, x) + 1e-9
            for entry in changed.values():
                assert parameter_fault(entry.type, entry.parameters) == "", f"drag {number} broke {entry}"
            for one, other in itertools.pairwise(after):
                assert precedes(after[one], after[other]), f"drag {number} changed the order of {one} and {other}"
            sets = after


def test_a_set_dragged_past_its_neighbour_stops_at_its_peak() -> None:
    before = {"low": LOW, "middle": MIDDLE, "high": HIGH}
    changed, _ = kept_in_order(before, lambda at: {"middle": shifted(MIDDLE, at - 50, 0.1)}, 50, 200, 0.1)
    assert changed["middle"].parameters[1] == pytest.approx(75, abs=0.11)
    changed, reached = kept_in_order(before, lambda at: {"middle": shifted(MIDDLE, at - 50, 0.1)}, 50, 60, 0.1)
    assert changed["middle"].parameters == [35, 60, 85]
    assert reached == 60


def test_an_order_that_was_broken_before_holds_nothing_up() -> None:
    before = {"middle": MIDDLE, "low": LOW}
    assert in_order({"middle": shifted(MIDDLE, 5, 1), "low": LOW}, before)
    changed, _ = kept_in_order(before, lambda at: {"middle": shifted(MIDDLE, at - 50, 0.1)}, 50, 90, 0.1)
    np.testing.assert_allclose(changed["middle"].parameters, [65, 90, 115])
