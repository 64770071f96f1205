"""Dragging and nudging: real presses, moves, releases and keys on every kind of handle."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.fuzzy_document import FuzzyDocument
from ktrdr_app.gui.panels.fuzzy.handle_layer import Grip
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.panels.fuzzy.values import outline
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.strategy.schema import FuzzySet
from tests.gui.panels.fuzzy.conftest import every_kind, some_values

pytestmark = pytest.mark.gui

LEFT_BUTTON = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier
CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | SHIFT
Key = Qt.Key


def grip_of(plot: FuzzyPlot, key: str, role: str) -> Grip:
    """Return a handle by its set and role."""
    return next(grip for grip in plot.layer.grips if grip.key == key and grip.handle.role == role)


def x_to(plot: FuzzyPlot, grip: Grip, x: float) -> QPoint:
    """Return the place of a handle's level at another x."""
    return plot.view_point(x, grip.handle.level).toPoint()


def drag(
    qtbot: QtBot, plot: FuzzyPlot, grip: Grip, x: float, modifier: Qt.KeyboardModifier = PLAIN, steps: int = 6
) -> None:
    """Press on a handle, move it to x in some steps, and release."""
    plot.select(grip.key)
    begin, end = plot.grip_point(grip).toPoint(), x_to(plot, grip, x)
    view = plot.viewport()
    qtbot.mousePress(view, LEFT_BUTTON, modifier, begin)
    for step in range(1, steps + 1):
        move(qtbot, plot, begin + (end - begin) * step / steps, modifier)
    qtbot.mouseRelease(view, LEFT_BUTTON, modifier, end)


def move(qtbot: QtBot, plot: FuzzyPlot, place: QPoint, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    """Move the mouse with the button held, with a modifier where one is wanted."""
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    view = plot.viewport()
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), QPointF(view.mapToGlobal(place)), LEFT_BUTTON, LEFT_BUTTON, modifier
    )
    QApplication.sendEvent(view, event)


def numbers(document: FuzzyDocument, key: str) -> list[float]:
    return document.sets()[key].parameters


def shown_curve(plot: FuzzyPlot, key: str) -> tuple[np.ndarray, np.ndarray]:
    x, y = plot._curves[key].getData()
    return np.asarray(x), np.asarray(y)


def pixel(plot: FuzzyPlot) -> float:
    """Return the width of a pixel in the input's unit."""
    low, high = plot.shown_range
    return float((high - low) / plot.view.width())


@pytest.mark.parametrize(
    ("key", "role", "place", "x"),
    [
        ("low", "right shoulder", 2, 32.0),
        ("low", "right foot", 3, 48.0),
        ("middle", "left foot", 0, 33.0),
        ("middle", "peak", 1, 58.0),
        ("middle", "right foot", 2, 69.0),
        ("high", "left foot", 0, 66.0),
        ("high", "left shoulder", 1, 71.0),
    ],
)
def test_every_handle_of_shoulders_and_triangles_can_be_dragged(
    key: str, role: str, place: int, x: float, plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    before = numbers(document, key)
    drag(qtbot, plot, grip_of(plot, key, role), x)
    after = numbers(document, key)
    assert after[place] == pytest.approx(x, abs=1.5 * pixel(plot))
    assert [value for at, value in enumerate(after) if at != place] == [
        value for at, value in enumerate(before) if at != place
    ]
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == f"Move {role} of {key}"


@pytest.mark.parametrize(
    ("key", "role", "place", "x", "wanted"),
    [
        ("flat", "centre", 0, 0.8, 0.8),
        ("flat", "width", 1, 1.2, 1.2),
        ("wide", "left foot", 0, -2.0, -2.0),
        ("wide", "left shoulder", 1, -2.2, -2.2),
        ("wide", "right shoulder", 2, 2.0, 2.0),
        ("wide", "right foot", 3, 1.5, 1.5),
    ],
)
def test_every_handle_of_bells_and_trapezoids_can_be_dragged(
    key: str, role: str, place: int, x: float, wanted: float, plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    document.show("macd")
    drag(qtbot, plot, grip_of(plot, key, role), x)
    assert numbers(document, key)[place] == pytest.approx(wanted, abs=1.5 * pixel(plot))


@pytest.mark.parametrize(
    ("name", "key", "role", "x", "after"),
    [
        ("rsi", "middle", "left foot", 200.0, [50, 50, 75]),
        ("rsi", "middle", "peak", -200.0, [25, 25, 75]),
        ("rsi", "middle", "peak", 200.0, [25, 75, 75]),
        ("rsi", "middle", "right foot", -200.0, [25, 50, 50]),
        ("macd", "wide", "left shoulder", 50.0, [-3, 1, 1, 3]),
        ("macd", "wide", "right foot", -50.0, [-3, -1, 1, 1]),
    ],
)
def test_a_handle_stops_at_its_neighbours(
    name: str,
    key: str,
    role: str,
    x: float,
    after: list[float],
    plot: FuzzyPlot,
    document: FuzzyDocument,
    qtbot: QtBot,
) -> None:
    document.show(name)
    drag(qtbot, plot, grip_of(plot, key, role), x)
    assert numbers(document, key) == after


def test_a_width_cannot_be_dragged_to_nothing(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    document.show("macd")
    drag(qtbot, plot, grip_of(plot, "flat", "width"), -5.0)
    centre, width = numbers(document, "flat")
    assert centre == 0
    assert width == pytest.approx(plot.grain)


def test_a_handle_that_was_stopped_follows_the_mouse_back(
    plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    """Going too far and coming back must leave no trace: the drag counts from where it began."""
    grip = grip_of(plot, "middle", "left foot")
    plot.select("middle")
    qtbot.mousePress(plot.viewport(), LEFT_BUTTON, PLAIN, plot.grip_point(grip).toPoint())
    move(qtbot, plot, x_to(plot, grip, 300.0))
    assert numbers(document, "middle") == [50, 50, 75]
    move(qtbot, plot, x_to(plot, grip, 30.0))
    assert numbers(document, "middle")[0] == pytest.approx(30, abs=1.5 * pixel(plot))
    qtbot.mouseRelease(plot.viewport(), LEFT_BUTTON, PLAIN, x_to(plot, grip, 30.0))
    assert document.undo_stack.count() == 1


def test_the_handle_keeps_its_distance_from_the_mouse(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    """A press beside the middle of a handle must not make it jump."""
    grip = grip_of(plot, "middle", "peak")
    begin = plot.grip_point(grip).toPoint() + QPoint(8, 3)
    qtbot.mousePress(plot.viewport(), LEFT_BUTTON, PLAIN, begin)
    move(qtbot, plot, begin)
    assert numbers(document, "middle") == [25, 50, 75]
    move(qtbot, plot, begin + QPoint(40, 0))
    qtbot.mouseRelease(plot.viewport(), LEFT_BUTTON, PLAIN, begin + QPoint(40, 0))
    assert numbers(document, "middle")[1] == pytest.approx(50 + 40 * pixel(plot), abs=1.5 * pixel(plot))


@pytest.mark.parametrize(("name", "key", "role"), [("rsi", "middle", "peak"), ("macd", "wide", "left foot")])
def test_with_shift_the_whole_set_moves(
    name: str, key: str, role: str, plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    document.show(name)
    before = numbers(document, key)
    grip = grip_of(plot, key, role)
    distance = 12 * pixel(plot)
    drag(qtbot, plot, grip, grip.handle.x + distance, SHIFT)
    after = numbers(document, key)
    moved = {round(b - a, 6) for a, b in zip(before, after, strict=True)}
    assert len(moved) == 1
    assert moved.pop() == pytest.approx(distance, abs=2 * pixel(plot))


def test_the_curve_follows_the_handle_while_it_is_dragged(
    plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    grip = grip_of(plot, "middle", "peak")
    qtbot.mousePress(plot.viewport(), LEFT_BUTTON, PLAIN, plot.grip_point(grip).toPoint())
    for x in (55.0, 62.0, 40.0):
        move(qtbot, plot, x_to(plot, grip, x))
        wanted = outline(document.sets()["middle"], *plot.shown_range)
        np.testing.assert_array_equal(shown_curve(plot, "middle"), wanted)
        assert grip_of(plot, "middle", "peak").handle.x == numbers(document, "middle")[1]
    qtbot.mouseRelease(plot.viewport(), LEFT_BUTTON, PLAIN, x_to(plot, grip, 40.0))


def test_the_view_does_not_move_while_a_handle_is_dragged(
    plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    before = plot.view.viewRange()
    drag(qtbot, plot, grip_of(plot, "middle", "right foot"), 500.0)
    assert plot.view.viewRange() == before


def test_esc_takes_a_drag_back(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    grip = grip_of(plot, "middle", "peak")
    plot.setFocus()
    qtbot.mousePress(plot.viewport(), LEFT_BUTTON, PLAIN, plot.grip_point(grip).toPoint())
    move(qtbot, plot, x_to(plot, grip, 60.0))
    assert numbers(document, "middle")[1] != 50
    qtbot.keyClick(plot, Key.Key_Escape)
    assert numbers(document, "middle") == [25, 50, 75]
    move(qtbot, plot, x_to(plot, grip, 65.0))
    qtbot.mouseRelease(plot.viewport(), LEFT_BUTTON, PLAIN, x_to(plot, grip, 65.0))
    assert numbers(document, "middle") == [25, 50, 75]
    assert not document.undo_stack.canUndo()


@pytest.mark.parametrize("button", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton])
def test_only_the_left_button_drags(
    button: Qt.MouseButton, plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    grip = grip_of(plot, "middle", "peak")
    place = plot.grip_point(grip).toPoint()
    qtbot.mousePress(plot.viewport(), button, PLAIN, place)
    move(qtbot, plot, place + QPoint(60, 0))
    qtbot.mouseRelease(plot.viewport(), button, PLAIN, place + QPoint(60, 0))
    assert not document.dirty


def test_a_press_beside_all_sets_does_nothing(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    place = plot.view_point(35.0, 0.8).toPoint()
    with qtbot.assertNotEmitted(plot.selected):
        qtbot.mousePress(plot.viewport(), LEFT_BUTTON, PLAIN, place)
        move(qtbot, plot, place + QPoint(60, 0))
        qtbot.mouseRelease(plot.viewport(), LEFT_BUTTON, PLAIN, place + QPoint(60, 0))
    assert not document.dirty


def test_a_press_selects_the_set_and_gives_it_the_keyboard(plot: FuzzyPlot, qtbot: QtBot) -> None:
    grip = grip_of(plot, "high", "left shoulder")
    with qtbot.waitSignal(plot.selected) as told:
        qtbot.mouseClick(plot.viewport(), LEFT_BUTTON, PLAIN, plot.grip_point(grip).toPoint())
    assert told.args == ["high"]
    assert plot.layer.selected == "high"
    assert plot.focused_grip == grip
    assert plot.hasFocus()


def test_the_mouse_shows_what_it_would_take_hold_of(plot: FuzzyPlot, qtbot: QtBot) -> None:
    grip = grip_of(plot, "middle", "peak")
    qtbot.mouseMove(plot.viewport(), plot.grip_point(grip).toPoint())
    qtbot.waitUntil(lambda: plot.layer.hovered == ("middle", 1))
    assert plot.viewport().cursor().shape() == Qt.CursorShape.SizeHorCursor
    qtbot.mouseMove(plot.viewport(), plot.view_point(50, 0.5).toPoint())
    qtbot.waitUntil(lambda: plot.layer.hovered is None)
    assert plot.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor, "the set itself can be dragged"
    qtbot.mouseMove(plot.viewport(), plot.view_point(35, 0.8).toPoint())
    qtbot.waitUntil(lambda: plot.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor)


def test_feet_that_lie_together_are_told_apart_by_the_selected_set(
    plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    document.set_numbers("middle", [40, 50, 75])
    plot.select("middle")
    drag(qtbot, plot, grip_of(plot, "middle", "left foot"), 45.0)
    assert numbers(document, "low") == [0, 10, 25, 40]
    plot.select("low")
    drag(qtbot, plot, grip_of(plot, "low", "right foot"), 47.0)
    assert numbers(document, "low")[3] == pytest.approx(47, abs=1.5 * pixel(plot))


class Form(QWidget):
    """A plot between two buttons."""

    def __init__(self, plot: FuzzyPlot) -> None:
        super().__init__()
        self.before, self.after = QPushButton("before"), QPushButton("after")
        layout = QVBoxLayout(self)
        for widget in (self.before, plot, self.after):
            layout.addWidget(widget)
        self.resize(900, 500)


def active(qtbot: QtBot, form: Form) -> Form:
    """Show a form and wait until it has the keyboard."""
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form


def take_keyboard(qtbot: QtBot, plot: FuzzyPlot) -> None:
    """Give a plot the keyboard as Tab does."""
    plot.clearFocus()
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(plot.hasFocus)


def test_tab_walks_over_all_handles_and_out_again(plot: FuzzyPlot, qtbot: QtBot) -> None:
    form = active(qtbot, Form(plot))
    form.before.setFocus()
    qtbot.keyClick(form.before, Key.Key_Tab)
    assert plot.hasFocus()
    walked = [plot.focused_grip]
    for _ in range(len(plot.layer.grips) - 1):
        qtbot.keyClick(plot, Key.Key_Tab)
        walked.append(plot.focused_grip)
    assert walked == list(plot.layer.grips)
    qtbot.keyClick(plot, Key.Key_Tab)
    assert form.after.hasFocus()
    assert plot.focused_grip is None
    qtbot.keyClick(form.after, Key.Key_Tab, SHIFT)
    assert plot.hasFocus()
    assert plot.focused_grip == plot.layer.grips[-1], "Shift+Tab comes in from the other end"
    for _ in plot.layer.grips:
        qtbot.keyClick(plot, Key.Key_Tab, SHIFT)
    assert form.before.hasFocus()
    plot.setParent(None)


def test_the_set_with_the_keyboard_is_selected(plot: FuzzyPlot, qtbot: QtBot) -> None:
    take_keyboard(qtbot, plot)
    with qtbot.waitSignal(plot.selected) as told:
        for _ in range(3):  # the right foot of low, its crossing, and the left foot of middle
            qtbot.keyClick(plot, Key.Key_Tab)
    assert told.args == ["middle"]


def test_without_a_handle_tab_leaves_at_once(qtbot: QtBot, dark: QApplication) -> None:
    empty = FuzzyPlot()
    form = active(qtbot, Form(empty))
    form.before.setFocus()
    qtbot.keyClick(form.before, Key.Key_Tab)
    assert empty.hasFocus()
    qtbot.keyClick(empty, Key.Key_Tab)
    assert form.after.hasFocus()


@pytest.mark.parametrize(
    ("key", "modifier", "steps"),
    [
        (Key.Key_Right, PLAIN, 1),
        (Key.Key_Left, PLAIN, -1),
        (Key.Key_Right, SHIFT, 10),
        (Key.Key_Left, SHIFT, -10),
    ],
)
def test_arrows_move_the_handle_by_a_step(
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    steps: int,
    plot: FuzzyPlot,
    document: FuzzyDocument,
    qtbot: QtBot,
) -> None:
    plot.setFocus()
    plot._focus(grip_of(plot, "middle", "peak"))
    qtbot.keyClick(plot, key, modifier)
    assert numbers(document, "middle")[1] == pytest.approx(50 + steps * plot.step)
    assert document.undo_stack.undoText() == "Nudge peak of middle"


def test_arrows_make_a_bell_wider_and_narrower(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    document.show("macd")
    plot.setFocus()
    plot._focus(grip_of(plot, "flat", "width"))
    qtbot.keyClick(plot, Key.Key_Right)
    assert numbers(document, "flat") == [0, pytest.approx(0.5 + plot.step)]
    for _ in range(400):
        qtbot.keyClick(plot, Key.Key_Left)
    assert numbers(document, "flat")[1] == pytest.approx(plot.grain)


def test_arrows_stop_at_the_neighbours(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    plot.setFocus()
    plot._focus(grip_of(plot, "middle", "left foot"))
    for _ in range(60):
        qtbot.keyClick(plot, Key.Key_Right, SHIFT)
    assert numbers(document, "middle") == [50, 50, 75]
    steps = document.undo_stack.count()
    qtbot.keyClick(plot, Key.Key_Right)
    assert document.undo_stack.count() == steps, "a press that changes nothing is no step"


def test_a_key_held_down_is_one_step(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    plot.setFocus()
    plot._focus(grip_of(plot, "middle", "peak"))
    for repeat in (False, True, True, True):
        QApplication.sendEvent(plot, QKeyEvent(QEvent.Type.KeyPress, Key.Key_Right, PLAIN, "", repeat))
    assert numbers(document, "middle")[1] == pytest.approx(50 + 4 * plot.step)
    assert document.undo_stack.count() == 1


def test_arrows_without_a_handle_and_other_keys_do_nothing(
    plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot
) -> None:
    plot.setFocus()
    plot._focus(None)
    for key in (Key.Key_Left, Key.Key_Right, Key.Key_Escape, Key.Key_Delete, Key.Key_3):
        qtbot.keyClick(plot, key)
    assert not document.dirty


def test_undo_moves_the_curve_back(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    before = shown_curve(plot, "middle")
    drag(qtbot, plot, grip_of(plot, "middle", "peak"), 60.0)
    assert len(shown_curve(plot, "middle")[0]) != len(before[0]) or not np.array_equal(
        shown_curve(plot, "middle"), before
    )
    document.undo()
    np.testing.assert_array_equal(shown_curve(plot, "middle"), before)


def test_another_input_shows_its_own_sets(plot: FuzzyPlot, document: FuzzyDocument) -> None:
    document.show("macd")
    assert {grip.key for grip in plot.layer.grips} == {"flat", "wide"}
    assert plot.layer.selected == "flat"
    low, high = plot.shown_range
    assert -4 < low < -3
    assert 3 < high < 4
    assert "macd / ATR" in plot.heading.toPlainText()


def test_the_histogram_lies_under_the_sets(plot: FuzzyPlot) -> None:
    assert plot.backdrop.whole.isVisible()
    x, y = plot.backdrop.whole.getData()
    assert (x[0], x[-1]) == plot.shown_range
    assert 0.7 < np.asarray(y).max() <= 0.8
    assert not any(line.isVisible() for line in plot.backdrop.lines)
    words = plot.heading.toPlainText().replace("\u202f", " ")
    assert "1 600 values" in words
    assert "AAA" in words
    assert "BBB" in words


def test_without_values_there_are_the_sets_alone(plot: FuzzyPlot) -> None:
    plot.set_values({})
    assert not plot.backdrop.whole.isVisible()
    assert not any(line.isVisible() for line in plot.backdrop.lines)
    assert "values" not in plot.heading.toPlainText()
    assert len(plot.layer.grips) == 9, "seven handles and two crossings"


def test_many_symbols_are_one_histogram(plot: FuzzyPlot) -> None:
    values = {f"S{number}": array for number, array in enumerate(list(some_values().values()) * 3)}
    plot.set_values(values)
    assert not any(line.isVisible() for line in plot.backdrop.lines)
    assert "6 symbols" in plot.heading.toPlainText()


def test_the_sets_are_told_in_words(plot: FuzzyPlot) -> None:
    assert plot.accessibleName() == "Fuzzy sets"
    words = plot.accessibleDescription()
    assert "low: right shoulder 25, right foot 40" in words
    assert "middle: left foot 25, peak 50, right foot 75" in words


def test_the_handle_with_the_keyboard_is_told_and_follows_it(plot: FuzzyPlot, qtbot: QtBot) -> None:
    take_keyboard(qtbot, plot)
    assert plot.accessibleDescription() == "low, right shoulder, 25.0"
    qtbot.keyClick(plot, Key.Key_Right)
    assert plot.accessibleDescription() == f"low, right shoulder, {25 + plot.step:.1f}"


def test_names_cannot_bring_mark_up(qtbot: QtBot, dark: QApplication, plot: FuzzyPlot) -> None:
    plot.set_values({"<b>X</b>": np.linspace(1, 99, 50)})
    assert "<b>X</b>" in plot.heading.toPlainText()


def test_another_document_takes_the_place_of_the_first(plot: FuzzyPlot, document: FuzzyDocument) -> None:
    other = FuzzyDocument("other", {"rsi": every_kind()["rsi"]})
    plot.set_document(other)
    document.set_numbers("middle", [30, 50, 75])
    assert grip_of(plot, "middle", "left foot").handle.x == 25, "the plot still listens to the old document"
    other.set_numbers("middle", [35, 50, 75])
    assert grip_of(plot, "middle", "left foot").handle.x == 35
    plot.set_document(None)
    assert plot.layer.grips == ()
    assert plot.accessibleDescription() == "nothing to show yet"
    other.deleteLater()


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_the_picture_follows_the_theme(theme: str, plot: FuzzyPlot, dark: QApplication) -> None:
    before = plot.viewport().grab().toImage()
    apply_theme(dark, theme)
    assert plot.viewport().grab().toImage() != before


def test_a_set_with_cliffs_is_drawn_and_can_be_dragged(plot: FuzzyPlot, document: FuzzyDocument, qtbot: QtBot) -> None:
    document.change("middle", FuzzySet(type="triangular", parameters=[40, 40, 70]), "cliff")
    x, y = shown_curve(plot, "middle")
    assert y.max() == 1.0
    assert np.diff(x).min() < 1e-9, "the cliff is not drawn as one"
    drag(qtbot, plot, grip_of(plot, "middle", "right foot"), 60.0)
    assert numbers(document, "middle")[2] == pytest.approx(60, abs=1.5 * pixel(plot))
