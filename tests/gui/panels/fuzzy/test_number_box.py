"""The number field: comma or point, any language, all digits, and a wheel that does not surprise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.fuzzy.number_box import LIMIT, NumberBox, read_number, write_number

pytestmark = pytest.mark.gui


@pytest.fixture(params=["de_DE", "en_US", "fr_FR", "ar_EG"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run under the number formats of several languages."""
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


@pytest.fixture
def box(qtbot: QtBot, dark: QApplication) -> Iterator[NumberBox]:
    holder = QWidget()
    made = NumberBox(0.5)
    other = NumberBox(0.5)
    layout = QHBoxLayout(holder)
    layout.addWidget(made)
    layout.addWidget(other)
    qtbot.addWidget(holder)
    holder.show()
    qtbot.waitExposed(holder)
    yield made
    assert other.parentWidget() is holder


@pytest.mark.parametrize(
    ("text", "value"),
    [("25", 25.0), ("0,5", 0.5), ("0.5", 0.5), (" -1,25 ", -1.25), ("−3", -3.0), ("1e-3", 0.001), (".5", 0.5)],
)
def test_points_and_commas_are_both_decimals(text: str, value: float) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["", "abc", "1,2,3", "nan", "inf", "1e400", "--1", str(LIMIT * 10)])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@given(st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 6)))
def test_what_is_written_reads_back(value: float) -> None:
    back = read_number(write_number(value))
    assert back == pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "text"), [(25.0, "25"), (-0.8, "-0.8"), (0.1 + 0.2, "0.3"), (-0.0, "0"), (1e-4, "0.0001")]
)
def test_numbers_are_written_as_plainly_as_they_can_be(value: float, text: str) -> None:
    assert write_number(value) == text


@pytest.mark.parametrize(("typed", "value"), [("12,5", 12.5), ("12.5", 12.5), ("-3", -3.0)])
def test_typing_works_in_every_language(language: str, typed: str, value: float, box: NumberBox, qtbot: QtBot) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, typed)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == value
    assert box.text() == write_number(value)


def test_nonsense_leaves_the_value_as_it_was(box: NumberBox, qtbot: QtBot) -> None:
    box.setValue(7.25)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "x-,,")
    box.interpretText()
    assert box.value() == 7.25


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("1,5", QValidator.State.Acceptable),
        ("-", QValidator.State.Intermediate),
        ("1e", QValidator.State.Intermediate),
        ("", QValidator.State.Intermediate),
        ("1x", QValidator.State.Invalid),
    ],
)
def test_half_a_number_may_still_become_one(text: str, state: QValidator.State, box: NumberBox) -> None:
    assert box.validate(text, len(text))[0] == state


def test_all_digits_are_kept(box: NumberBox) -> None:
    box.setValue(0.123456789)
    assert box.value() == pytest.approx(0.123456789, abs=1e-10)


def test_the_arrows_move_by_the_step(box: NumberBox, qtbot: QtBot) -> None:
    box.setValue(10)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert box.value() == 10.5
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.value() == 9.5


def turn_wheel(box: NumberBox) -> None:
    middle = QPointF(box.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(box.mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)


def test_the_wheel_changes_nothing_unless_the_field_has_the_keyboard(box: NumberBox, qtbot: QtBot) -> None:
    box.setValue(10)
    box.parentWidget().setFocus()
    box.clearFocus()
    turn_wheel(box)
    assert box.value() == 10
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    turn_wheel(box)
    assert box.value() == 10.5
