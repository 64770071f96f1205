"""Building stones keep to plain text and the grid."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES
from ktrdr_app.gui.ui.widgets import GRID, Card, EmptyState, button, column, label, row, set_tone, splitter

pytestmark = pytest.mark.gui


def test_labels_never_read_mark_up(dark: QApplication) -> None:
    assert label("<b>x</b>").textFormat() is Qt.TextFormat.PlainText


def test_a_row_puts_widgets_side_by_side_and_a_column_above_each_other(dark: QApplication, qtbot: QtBot) -> None:
    for make, horizontal in ((row, True), (column, False)):
        holder, first, second = QWidget(), QLabel("a"), QLabel("b")
        qtbot.addWidget(holder)
        holder.setLayout(make(first, 1, second))
        holder.resize(300, 300)
        holder.show()
        assert holder.layout().spacing() == GRID
        if horizontal:
            assert second.x() > first.x() + 100
            assert second.y() == first.y()
        else:
            assert second.y() > first.y() + 100
            assert second.x() == first.x()


def test_parts_of_a_splitter_grow_but_for_those_without_a_weight(dark: QApplication, qtbot: QtBot) -> None:
    first, second, third = QWidget(), QWidget(), QWidget()
    made = splitter(Qt.Orientation.Vertical, (first, 1), (second, 0), (third, 0))
    qtbot.addWidget(made)
    made.resize(200, 300 + 2 * GRID)
    made.show()
    made.setSizes([100, 100, 100])
    made.resize(200, 380 + 2 * GRID)
    assert [first.height(), second.height(), third.height()] == [180, 100, 100]
    assert made.handleWidth() == GRID
    assert not made.childrenCollapsible()


def test_a_card_without_heading_shows_none(dark: QApplication, qtbot: QtBot) -> None:
    bare, headed = Card(), Card("Models")
    qtbot.addWidget(bare)
    qtbot.addWidget(headed)
    assert bare.heading.isHidden()
    assert headed.heading.text() == "Models"
    assert headed.property("role") == "card"


def test_buttons_carry_role_name_and_icon(dark: QApplication, qtbot: QtBot) -> None:
    made = button("Train", "x.trainButton", role="primary", icon="play")
    qtbot.addWidget(made)
    assert made.objectName() == "x.trainButton"
    assert made.property("role") == "primary"
    assert made.property("iconToken") == "accent_text"
    assert not made.icon().isNull()


def test_a_tone_colours_a_label(dark: QApplication, qtbot: QtBot) -> None:
    words = label("█████", "heading")
    qtbot.addWidget(words)
    words.resize(120, 40)
    words.show()
    set_tone(words, "danger")
    image = words.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert THEMES["dark"].danger in colours
    set_tone(words, "")
    image = words.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert THEMES["dark"].danger not in colours


def test_an_empty_state_says_why_in_full_and_offers_help(dark: QApplication, qtbot: QtBot) -> None:
    empty = EmptyState("data", "No data yet", "word " * 60)
    offer = button("Add")
    empty.offer(offer)
    qtbot.addWidget(empty)
    empty.resize(900, 600)
    empty.show()
    assert offer.isVisible()
    assert empty.text.height() >= empty.text.heightForWidth(empty.text.width())
    apply_theme(dark, "light")
    assert empty.title.text() == "No data yet"
