"""Crossings, bodies, linked feet, snapping and order, with real presses, moves and releases on the plot."""

from __future__ import annotations

import itertools
import random

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.fuzzy.spans import crossing, precedes
from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.documents.snapping import EVERYTHING, GRID, MODES, PERCENTILES, VERTICES, Snapping, SnapTarget
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.strategy.schema import FuzzyInput, FuzzySet, parameter_fault
from tests.gui.panels.fuzzy.test_plot import LEFT_BUTTON, PLAIN, SHIFT, drag, grip_of, move, numbers, pixel, x_to

pytestmark = pytest.mark.gui

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
Key = Qt.Key
P10 = (SnapTarget(31.3, "p10 of all symbols"),)


def body_drag(qtbot: QtBot, plot: FuzzyPlot, begin: QPoint, pixels: int) -> None:
    """Press inside a set, move sideways in steps, and release."""
    view = plot.viewport()
    qtbot.mousePress(view, LEFT_BUTTON, PLAIN, begin)
    for step in range(1, 6):
        move(qtbot, plot, begin + QPoint(pixels * step // 5, 0))
    qtbot.mouseRelease(view, LEFT_BUTTON, PLAIN, begin + QPoint(pixels, 0))


def hold(qtbot: QtBot, plot: FuzzyPlot, key: str, role: str, x: float, modifier: Qt.KeyboardModifier = PLAIN) -> QPoint:
    """Press on a handle, move it to x, and keep it; return where the mouse is."""
    grip = grip_of(plot, key, role)
    plot.select(key)
    qtbot.mousePress(plot.viewport(), LEFT_BUTTON, modifier, plot.grip_point(grip).toPoint())
    move(qtbot, plot, x_to(plot, grip, x), modifier)
    return x_to(plot, grip, x)


def let_go(qtbot: QtBot, plot: FuzzyPlot, place: QPoint) -> None:
    qtbot.mouseRelease(plot.viewport(), LEFT_BUTTON, PLAIN, place)


def test_a_crossing_is_dragged_by_its_own_handle(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    drag(qtbot, plot, grip_of(plot, "low", "crossing with middle"), 38.0)
    sets = document.sets()
    met = crossing(sets["low"], sets["middle"])
    assert met is not None
    assert met[0] == pytest.approx(38, abs=1.5 * pixel(plot))
    assert numbers(document, "low")[:3] == [0, 10, 25]
    assert numbers(document, "middle")[1:] == [50, 75]
    assert numbers(document, "low")[3] - 40 == pytest.approx(numbers(document, "middle")[0] - 25)
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Move crossing of low and middle"
    document.undo()
    assert not document.dirty


def test_with_ctrl_a_foot_takes_its_neighbours_foot_along(
    plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    drag(qtbot, plot, grip_of(plot, "middle", "right foot"), 79.0, CONTROL)
    step = numbers(document, "middle")[2] - 75
    assert step == pytest.approx(4, abs=1.5 * pixel(plot))
    assert numbers(document, "high")[0] == pytest.approx(60 + step)
    drag(qtbot, plot, grip_of(plot, "middle", "left foot"), 22.0, CONTROL)
    assert numbers(document, "low")[3] - 40 == pytest.approx(numbers(document, "middle")[0] - 25)
    assert document.undo_stack.count() == 2


def test_ctrl_on_a_handle_without_a_link_moves_it_alone(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    drag(qtbot, plot, grip_of(plot, "middle", "peak"), 55.0, CONTROL)
    assert numbers(document, "middle")[1] == pytest.approx(55, abs=1.5 * pixel(plot))
    assert numbers(document, "low") == [0, 10, 25, 40]


def test_a_set_is_dragged_by_its_area(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    with qtbot.waitSignal(plot.selected) as told:
        body_drag(qtbot, plot, plot.view_point(52.0, 0.5).toPoint(), 40)
    assert told.args == ["middle"]
    moved = [after - before for after, before in zip(numbers(document, "middle"), [25, 50, 75], strict=True)]
    assert moved == pytest.approx([40 * pixel(plot)] * 3, abs=1.5 * pixel(plot))
    assert document.undo_stack.undoText() == "Move middle"


def test_a_click_that_trembles_only_selects(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    place = plot.view_point(52.0, 0.5).toPoint()
    qtbot.mousePress(plot.viewport(), LEFT_BUTTON, PLAIN, place)
    move(qtbot, plot, place + QPoint(2, 1))
    qtbot.mouseRelease(plot.viewport(), LEFT_BUTTON, PLAIN, place + QPoint(2, 1))
    assert plot.layer.selected == "middle"
    assert not document.dirty


def test_where_sets_overlap_the_selected_one_is_dragged(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    both = plot.view_point(66.0, 0.2).toPoint()
    plot.select("high")
    body_drag(qtbot, plot, both, 30)
    assert numbers(document, "middle") == [25, 50, 75]
    assert numbers(document, "high")[0] > 60


@pytest.mark.parametrize(
    ("key", "role", "x", "place", "stop"),
    [("middle", "peak", 200, 1, 75), ("high", "left shoulder", 20, 1, 60), ("low", "right shoulder", 90, 2, 40)],
)
def test_no_handle_goes_past_its_own_or_its_neighbours_peak(
    key: str, role: str, x: float, place: int, stop: float, plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    drag(qtbot, plot, grip_of(plot, key, role), x)
    assert numbers(document, key)[place] == stop


def test_a_whole_set_stops_at_its_neighbours_peak(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    drag(qtbot, plot, grip_of(plot, "middle", "peak"), 99.0, SHIFT)
    assert numbers(document, "middle")[1] == pytest.approx(75, abs=plot.grain)
    drag(qtbot, plot, grip_of(plot, "middle", "peak"), 1.0, SHIFT)
    assert numbers(document, "middle")[1] == pytest.approx(25, abs=plot.grain)


@pytest.mark.parametrize(
    ("mode", "wanted", "lands", "label"),
    [
        (PERCENTILES, 31.0, 31.3, "p10 of all symbols"),
        (VERTICES, 40.4, 40.0, "right foot of low"),
        (GRID, 32.3, 32.0, "grid of 2"),
        (EVERYTHING, 31.0, 31.3, "p10 of all symbols"),
        (EVERYTHING, 40.4, 40.0, "right foot of low"),
    ],
)
def test_a_foot_snaps_and_says_to_what(
    mode: str, wanted: float, lands: float, label: str, plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    plot.snapping = Snapping(mode, P10)
    place = hold(qtbot, plot, "middle", "left foot", wanted)
    hint = plot.layer.hint
    assert hint is not None
    assert (hint.x, hint.snapped, hint.text) == (lands, True, f"{lands:.1f} · {label}")
    let_go(qtbot, plot, place)
    assert numbers(document, "middle") == [lands, 50, 75]
    assert plot.layer.hint is None


def test_alt_passes_what_handles_snap_to(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    plot.snapping = Snapping(VERTICES)
    place = hold(qtbot, plot, "middle", "left foot", 40.6, ALT)
    assert plot.layer.hint is not None
    assert not plot.layer.hint.snapped
    let_go(qtbot, plot, place)
    assert numbers(document, "middle")[0] == pytest.approx(40.6, abs=1.5 * pixel(plot))
    assert numbers(document, "middle")[0] != 40


def test_nothing_is_said_of_a_target_that_a_stop_keeps_out_of_reach(
    plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    plot.snapping = Snapping(VERTICES)
    place = hold(qtbot, plot, "middle", "left foot", 60.0)  # the foot of high, beyond the peak of middle
    assert plot.layer.hint is not None
    assert (plot.layer.hint.x, plot.layer.hint.snapped) == (50, False)
    let_go(qtbot, plot, place)


def test_whole_sets_crossings_and_bells_snap_too(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    plot.snapping = Snapping(PERCENTILES, (SnapTarget(55.5, "p60 of A"), SnapTarget(37.2, "p20 of A")))
    drag(qtbot, plot, grip_of(plot, "middle", "peak"), 55.2, SHIFT)
    assert numbers(document, "middle") == [30.5, 55.5, 80.5]
    document.undo()
    drag(qtbot, plot, grip_of(plot, "low", "crossing with middle"), 37.0)
    met = crossing(document.sets()["low"], document.sets()["middle"])
    assert met is not None
    assert met[0] == pytest.approx(37.2, abs=plot.grain)
    document.show("macd")
    plot.snapping = Snapping(VERTICES)
    drag(qtbot, plot, grip_of(plot, "flat", "width"), 1.02)
    assert numbers(document, "flat") == [0, 1], "the width reaches to the shoulder of the other set"


def test_esc_takes_back_a_crossing_and_its_hint(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    start = document.sets()
    plot.setFocus()
    place = hold(qtbot, plot, "low", "crossing with middle", 39.0)
    assert document.sets() != start
    qtbot.keyClick(plot, Key.Key_Escape)
    assert document.sets() == start
    assert plot.layer.hint is None
    let_go(qtbot, plot, place)
    assert not document.undo_stack.canUndo()


@pytest.mark.parametrize(
    ("key", "role", "press", "after"),
    [
        ("middle", "left foot", Key.Key_End, [50, 50, 75]),
        ("middle", "peak", Key.Key_Home, [25, 25, 75]),
        ("middle", "right foot", Key.Key_Home, [25, 50, 50]),
        ("low", "right shoulder", Key.Key_End, [0, 10, 40, 40]),
    ],
)
def test_home_and_end_go_to_the_limits(
    key: str, role: str, press: Key, after: list[float], plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    plot._focus(grip_of(plot, key, role))
    qtbot.keyClick(plot, press)
    assert numbers(document, key) == after


def test_a_crossing_is_nudged_by_keys_and_told_in_words(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    grip = grip_of(plot, "low", "crossing with middle")
    plot._focus(grip)
    assert plot.accessibleDescription() == f"low, crossing with middle, {grip.handle.x:.1f}"
    qtbot.keyClick(plot, Key.Key_Right, SHIFT)
    after = grip_of(plot, "low", "crossing with middle").handle.x
    assert after == pytest.approx(grip.handle.x + 10 * plot.step, abs=0.15)
    assert numbers(document, "low")[3] > 40
    with qtbot.assertNotEmitted(plot.removeWanted):
        qtbot.keyClick(plot, Key.Key_Delete)


def test_del_and_a_double_click_ask_for_less_and_more(plot: FuzzyPlot, qtbot: QtBot) -> None:
    plot._focus(grip_of(plot, "middle", "peak"))
    with qtbot.waitSignal(plot.removeWanted) as told:
        qtbot.keyClick(plot, Key.Key_Delete)
    assert told.args == ["middle"]
    with qtbot.waitSignal(plot.addWanted) as told:
        qtbot.mouseDClick(plot.viewport(), LEFT_BUTTON, PLAIN, plot.view_point(35.0, 0.8).toPoint())
    assert told.args == [pytest.approx(35.0, abs=pixel(plot))]
    with qtbot.assertNotEmitted(plot.addWanted):
        qtbot.mouseDClick(
            plot.viewport(), LEFT_BUTTON, PLAIN, plot.grip_point(grip_of(plot, "middle", "peak")).toPoint()
        )


def test_random_drags_of_everything_keep_sets_and_their_order_and_undo_to_the_start(
    plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    """Ten thousand, each pressed, moved and let go with the mouse."""
    chance = random.Random(23)
    start = {name: list(document.sets(name).items()) for name in document.inputs}
    items = len(plot.scene().items())
    for number in range(10_000):
        if number % 100 == 0:
            document.show(chance.choice(document.inputs))
        plot.snapping = Snapping(chance.choice(MODES), P10)
        if chance.random() < 0.3:
            begin = QPoint(chance.randint(60, 880), chance.randint(80, 300))
        else:
            begin = plot.grip_point(chance.choice(plot.layer.grips)).toPoint()
        qtbot.mousePress(plot.viewport(), LEFT_BUTTON, PLAIN, begin)
        place = QPoint(chance.randint(-300, 1200), chance.randint(-50, 450))
        move(qtbot, plot, place, chance.choice([PLAIN, PLAIN, SHIFT, CONTROL, ALT]))
        if chance.random() < 0.1:
            qtbot.keyClick(plot, Key.Key_Escape)
        qtbot.mouseRelease(plot.viewport(), LEFT_BUTTON, PLAIN, place)
        sets = document.sets()
        for entry in sets.values():
            assert parameter_fault(entry.type, entry.parameters) == "", f"drag {number} broke {entry}"
        for one, other in itertools.pairwise(sets):
            assert precedes(sets[one], sets[other]), f"drag {number} changed the order of {one} and {other}"
    assert document.undo_stack.count() > 5_000
    while document.undo_stack.canUndo():
        document.undo()
    assert {name: list(document.sets(name).items()) for name in document.inputs} == start
    document.show("rsi")
    assert len(plot.scene().items()) == items, "drags leave items in the scene"


SHAPES = [
    FuzzySet(type="triangular", parameters=[30, 50, 70]),
    FuzzySet(type="triangular", parameters=[50, 50, 70]),
    FuzzySet(type="triangular", parameters=[30, 50, 70], shoulder="left"),
    FuzzySet(type="triangular", parameters=[30, 50, 70], shoulder="right"),
    FuzzySet(type="trapezoidal", parameters=[30, 45, 55, 70]),
    FuzzySet(type="trapezoidal", parameters=[30, 45, 55, 70], shoulder="left"),
    FuzzySet(type="trapezoidal", parameters=[30, 45, 55, 70], shoulder="right"),
    FuzzySet(type="gaussian", parameters=[50, 12]),
    FuzzySet(type="gaussian", parameters=[50, 12], shoulder="left"),
    FuzzySet(type="gaussian", parameters=[50, 12], shoulder="right"),
]


@pytest.mark.parametrize("entry", SHAPES, ids=lambda entry: f"{entry.type}-{entry.shoulder}-{entry.parameters[1]:g}")
def test_every_handle_of_every_shape_moves_its_own_number_and_comes_back(
    entry: FuzzySet, plot: FuzzyPlot, qtbot: QtBot
) -> None:
    """The reference is the definition: a handle stands where its number says, all others stay."""
    document = FuzzyDocument("one", {"x": FuzzyInput(sets={"only": entry})})
    plot.set_document(document)
    for role in [grip.handle.role for grip in plot.layer.grips]:
        grip = grip_of(plot, "only", role)
        for distance in (4.0, -4.0):
            drag(qtbot, plot, grip, grip.handle.x + distance)
            after, index = numbers(document, "only"), grip.handle.index
            wanted = list(entry.parameters)
            wanted[index] += distance * (-1 if role == "width" and entry.shoulder == "right" else 1)
            stopped = grip_of(plot, "only", role).handle.x - grip.handle.x != pytest.approx(distance, abs=1)
            if not stopped:
                assert after == pytest.approx(wanted, abs=1.5 * pixel(plot))
            assert [value for at, value in enumerate(after) if at != index] == [
                value for at, value in enumerate(entry.parameters) if at != index
            ]
            document.undo()
            assert document.sets()["only"] == entry
    plot.set_document(None)
    document.deleteLater()


BELL = FuzzySet(type="gaussian", parameters=[50, 12])
LOWER = FuzzySet(type="triangular", parameters=[0, 20, 42])
UPPER = FuzzySet(type="trapezoidal", parameters=[58, 80, 90, 100], shoulder="right")


@pytest.mark.parametrize(
    ("sets", "key", "role", "distance", "moved"),
    [
        ({"a": LOWER, "b": BELL}, "a", "right foot", -3.0, {"a": 2, "b": 1}),
        ({"b": BELL, "c": UPPER}, "b", "width", -2.0, {"b": 1, "c": 0}),
        ({"b": BELL, "c": UPPER}, "c", "left foot", 3.0, {"b": 1, "c": 0}),
        ({"a": LOWER, "c": UPPER.model_copy(update={"parameters": [80, 80, 90, 100]})}, "c", "left foot", -5.0,
         {"a": 2, "c": 0}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["", "xx"])
def test_linked_feet_move_by_the_same_distance_in_any_language(
    sets: dict[str, FuzzySet],
    key: str,
    role: str,
    distance: float,
    moved: dict[str, int],
    language: str,
    plot: FuzzyPlot,
    dark: QApplication,
    qtbot: QtBot,
) -> None:
    words = Shouting()
    if language:
        dark.installTranslator(words)
    document = FuzzyDocument("two", {"x": FuzzyInput(sets=sets)})
    plot.set_document(document)
    grip = grip_of(plot, key, role.upper() if language else role)
    drag(qtbot, plot, grip, grip.handle.x + distance, CONTROL)
    steps = {name: numbers(document, name)[at] - sets[name].parameters[at] for name, at in moved.items()}
    first, second = (abs(step) for step in steps.values())
    assert first == pytest.approx(abs(distance), abs=2 * pixel(plot))
    assert first == pytest.approx(second, abs=1e-6)
    dark.removeTranslator(words)
    plot.set_document(None)
    document.deleteLater()


class Shouting(QTranslator):
    """A language in which every word of the handles is in capitals."""

    def translate(self, context: str, source: str, *_more: object) -> str:
        return source.upper() if context == "fuzzy" else ""

    def isEmpty(self) -> bool:
        return False


@pytest.mark.parametrize("taken_back", ["undo", "other input", "rollback"])
def test_a_drag_that_something_else_took_back_lets_go(
    taken_back: str, plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    start = {name: document.sets(name) for name in document.inputs}
    place = hold(qtbot, plot, "middle", "peak", 60.0)
    {"undo": document.undo, "other input": lambda: document.show("macd"), "rollback": document.rollback}[taken_back]()
    move(qtbot, plot, place + QPoint(30, 0))
    assert plot.layer.hint is None, "a number is shown of a drag that is over"
    let_go(qtbot, plot, place + QPoint(30, 0))
    assert {name: document.sets(name) for name in document.inputs} == start
    assert not document.undo_stack.canUndo()


def test_a_thousand_moves_of_one_drag_are_one_step_and_leave_nothing(
    plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    items, children = len(plot.scene().items()), len(plot.findChildren(QObject))
    start = document.sets()
    grip = grip_of(plot, "middle", "peak")
    qtbot.mousePress(plot.viewport(), LEFT_BUTTON, PLAIN, plot.grip_point(grip).toPoint())
    chance = random.Random(8)
    for _ in range(1000):
        move(qtbot, plot, QPoint(chance.randint(-200, 1100), chance.randint(-50, 450)))
        assert [entry.parameters for entry in (document.sets()["low"], document.sets()["high"])] == [
            [0, 10, 25, 40],
            [60, 75, 90, 100],
        ]
    let_go(qtbot, plot, QPoint(500, 100))
    assert document.undo_stack.count() == 1
    assert (len(plot.scene().items()), len(plot.findChildren(QObject))) == (items, children)
    document.undo()
    assert document.sets() == start
