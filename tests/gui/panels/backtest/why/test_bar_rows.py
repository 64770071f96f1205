"""Small bars: as long as their values, on the right side, and told to those who do not see them."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest.why.bar_rows import LEAST_BAR, BarRows
from ktrdr_app.gui.panels.backtest.why.why_parts import BarRow, BarSet
from ktrdr_app.gui.ui.theme import tokens

pytestmark = pytest.mark.gui

SHARES = BarSet((BarRow("BUY", "0.75", 0.75, "up"), BarRow("HOLD", "0.25", 0.25, "flat")), mark=0.5, mark_words="line")
SIGNED = BarSet((BarRow("RSI", "+0.2", 0.2, "up"), BarRow("MACD", "−0.1", -0.1, "down")), signed=True)
GROUPED = BarSet((BarRow("low", "1", 1.0, "series_1", "RSI 14"), BarRow("high", "0", 0.0, "series_1")))


def shown(qtbot: QtBot, bars: BarSet, width: int = 300) -> BarRows:
    made = BarRows("Bars", bars)
    qtbot.addWidget(made)
    made.resize(width, made.sizeHint().height())
    made.show()
    return made


def coloured(picture: QImage, y: int, token: str) -> list[int]:
    wanted = QColor(getattr(tokens(), token)).rgb()
    return [x for x in range(picture.width()) if picture.pixel(x, y) == wanted]


def middle(widget: BarRows, row: int) -> int:
    return row * widget.row_height + widget.row_height // 2


def test_lengths_are_shares_of_the_room(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, SHARES)
    names, room, _ = widget.columns()
    for row, bar in enumerate(SHARES.rows):
        found = widget.bar_rect(bar, names, room, 0.0)
        assert found.left() == names
        assert found.width() == pytest.approx(room * bar.value)
        drawn = coloured(widget.grab().toImage(), middle(widget, row), bar.token)
        assert len(drawn) == pytest.approx(room * bar.value, abs=3)


def test_values_below_0_go_to_the_left_of_the_middle(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, SIGNED)
    names, room, _ = widget.columns()
    up, down = (widget.bar_rect(row, names, room, 0.0) for row in SIGNED.rows)
    half = names + room / 2
    assert (up.left(), up.right()) == (half, pytest.approx(half + room / 2))
    assert (down.left(), down.right()) == (pytest.approx(half - room / 4), pytest.approx(half))
    picture = widget.grab().toImage()
    assert min(coloured(picture, middle(widget, 0), "up")) >= half - 1
    assert max(coloured(picture, middle(widget, 1), "down")) <= half + 1


def test_shares_beyond_their_range_stay_in_the_room(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, SHARES)
    names, room, _ = widget.columns()
    assert widget.bar_rect(BarRow("x", "", 1.5, "up"), names, room, 0.0).width() == room
    assert widget.bar_rect(BarRow("x", "", -0.5, "up"), names, room, 0.0).width() == 0.0


def test_headings_take_a_row(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, GROUPED)
    assert widget.sizeHint().height() == 3 * widget.row_height
    assert widget.minimumSizeHint() == widget.sizeHint()
    assert coloured(widget.grab().toImage(), middle(widget, 1), "series_1")
    assert not coloured(widget.grab().toImage(), middle(widget, 0), "series_1")


def test_a_larger_font_takes_more_room(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, GROUPED)
    before = widget.sizeHint().height()
    font = widget.font()
    font.setPointSizeF(2 * font.pointSizeF())
    widget.setFont(font)
    assert widget.sizeHint().height() > before


def test_a_narrow_card_keeps_room_for_bars_and_cuts_names(qtbot: QtBot, dark: object) -> None:
    long = BarSet((BarRow("a group of inputs with a very long name", "+0.1", 0.1, "up"),), signed=True)
    widget = shown(qtbot, long, 160)
    names, room, _ = widget.columns()
    assert names <= 0.4 * 160
    assert room >= LEAST_BAR
    widget.grab()


def test_it_is_told_in_words(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, SHARES)
    assert widget.accessibleName() == "Bars"
    assert widget.accessibleDescription() == "BUY 0.75, HOLD 0.25, line"
    assert widget.toolTip() == "line"


def test_another_theme_draws_other_colours(qtbot: QtBot, dark: object) -> None:
    from ktrdr_app.gui.ui.theme import apply_theme

    widget = shown(qtbot, SHARES)
    before = widget.grab().toImage()
    apply_theme(dark, "light")
    assert coloured(widget.grab().toImage(), middle(widget, 0), "up")
    assert widget.grab().toImage() != before
