"""Fields change when they are meant to, not when the page is scrolled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui.inputs import CalmComboBox, CalmSpinBox

pytestmark = pytest.mark.gui


@pytest.fixture
def form(dark: QApplication, qtbot: QtBot) -> Iterator[tuple[CalmSpinBox, CalmComboBox]]:
    holder = QWidget()
    box = QVBoxLayout(holder)
    spin = CalmSpinBox("a.spin", "Epochs", 0, 100, "as usual")
    combo = CalmComboBox("a.combo", "Bar length")
    combo.fill([("one", 1), ("two", 2), ("three", 3)], 1)
    box.addWidget(spin)
    box.addWidget(combo)
    qtbot.addWidget(holder)
    holder.show()
    yield spin, combo
    holder.close()


def wheel(widget: QWidget, steps: int) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(widget.rect().center())),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_the_wheel_passes_by(form: tuple[CalmSpinBox, CalmComboBox]) -> None:
    spin, combo = form
    spin.clearFocus()
    combo.clearFocus()
    wheel(spin, 3)
    wheel(combo, -1)
    assert spin.value() == 0
    assert combo.currentData() == 1


def test_a_field_with_the_keyboard_takes_the_wheel(form: tuple[CalmSpinBox, CalmComboBox], qtbot: QtBot) -> None:
    spin, combo = form
    spin.window().activateWindow()
    spin.setFocus()
    qtbot.waitUntil(spin.hasFocus)
    wheel(spin, 2)
    assert spin.value() == 2
    combo.setFocus()
    wheel(combo, -1)
    assert combo.currentData() == 2


def test_the_lowest_value_has_words(form: tuple[CalmSpinBox, CalmComboBox]) -> None:
    spin, _combo = form
    assert spin.text() == "as usual"
    spin.setValue(5)
    assert spin.text() == "5"


def test_half_typed_numbers_are_not_taken(form: tuple[CalmSpinBox, CalmComboBox], qtbot: QtBot) -> None:
    spin, _combo = form
    values: list[int] = []
    spin.valueChanged.connect(values.append)
    spin.setValue(7)
    spin.selectAll()
    qtbot.keyClicks(spin, "42")
    assert values == [7]
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert values == [7, 42]


def test_filling_keeps_what_was_chosen_without_a_signal(form: tuple[CalmSpinBox, CalmComboBox]) -> None:
    _spin, combo = form
    heard: list[int] = []
    combo.currentIndexChanged.connect(heard.append)
    combo.fill([("zero", 0), ("one", 1)], 1)
    assert (combo.currentData(), heard) == (1, [])
    combo.fill([("nine", 9)], 1)
    assert combo.currentData() == 9
    assert len(heard) == 1
    combo.fill([], None)
    assert combo.currentData() is None
    assert len(heard) == 2


@pytest.fixture(params=["de_DE", "en_US"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run under number formats that use comma and point the other way round."""
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


@pytest.fixture
def field(language: str, dark: QApplication, qtbot: QtBot) -> CalmSpinBox:
    spin = CalmSpinBox("a.spin", "Seed", 0, 1_000_000, "as usual")
    spin.setValue(7)
    qtbot.addWidget(spin)
    spin.show()
    return spin


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1500", 1500), ("1,500", 1500), ("1.500", 1500), ("1 500", 1500), ("1,5", 7), ("1.5", 7), ("9,999,999", 7)],
)
def test_a_whole_number_is_never_misread(field: CalmSpinBox, typed: str, value: int, qtbot: QtBot) -> None:
    """Qt itself would take "1,5" for 15 where commas set thousands apart."""
    field.selectAll()
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == value


def test_letters_are_not_taken_and_the_unset_value_can_be_chosen(field: CalmSpinBox, qtbot: QtBot) -> None:
    field.selectAll()
    qtbot.keyClicks(field, "a12b")
    assert field.lineEdit().text() == "12"
    field.setValue(field.minimum())
    assert field.text() == "as usual"
    assert field.valueFromText("as usual") == 0
