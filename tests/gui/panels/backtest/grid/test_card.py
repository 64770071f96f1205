"""A card of the grid: its words, its curves in pixels, its click and its keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest.grid.card import SIZE, GridCard, _polyline
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from tests.gui.panels.backtest.grid.cells import cell

pytestmark = pytest.mark.gui


def card(qtbot: QtBot, *given: object, **changes: object) -> GridCard:
    made = GridCard(cell(*given, **changes))  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.show()
    return made


def of_colour(image: QImage, token: str, near: int = 60, above: int = 32, below: int = 86) -> list[tuple[int, int]]:
    """Return where rows of a picture have a colour of the theme, or nearly so."""
    wanted = QColor(getattr(tokens(), token)).getRgb()[:3]  # type: ignore[index]
    found = []
    for y in range(above, below):
        for x in range(8, image.width() - 8):
            there = QColor(image.pixel(x, y)).getRgb()[:3]  # type: ignore[index]
            if sum(abs(a - b) for a, b in zip(there, wanted, strict=True)) < near:
                found.append((x, y))
    return found


def test_all_figures_are_told_in_words(qtbot: QtBot, dark: QApplication) -> None:
    made = card(qtbot, "GOOG", 0.123, held=-0.05, drawdown=-0.2, sharpe=None, trades=7, seen=False)
    words = made.words.replace("\u202f", " ").replace("−", "-")
    assert words == (
        "GOOG ✦: +12.3 %, buy and hold -5.0 %, worst drawdown -20.0 %, Sharpe –, 7 trades; a click opens the run"
    )
    assert (made.accessibleName(), made.accessibleDescription()) == ("GOOG ✦", made.words)
    assert made.toolTip() == made.words


def test_one_trade_is_told_as_one(qtbot: QtBot, dark: QApplication) -> None:
    assert "1 trade;" in card(qtbot, "GOOG", trades=1).words


@pytest.mark.parametrize(("seen", "title"), [(True, "IBM"), (False, "IBM ✦"), (None, "IBM")])
def test_only_what_the_model_never_saw_is_marked(
    qtbot: QtBot, dark: QApplication, seen: bool | None, title: str
) -> None:
    assert card(qtbot, "IBM", seen=seen).title == title


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_the_account_rises_to_the_right_above_what_stays(qtbot: QtBot, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    made = card(qtbot, "GOOG", 0.5)
    image = made.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    scale = image.width() / made.width()
    assert scale == 1
    drawn = of_colour(image, "series_1")
    assert len(drawn) > 60
    left, right = (np.mean([y for x, y in drawn if low <= x < high]) for low, high in ((8, 60), (150, 208)))
    assert right < left - 20, "higher is further up"


def test_a_larger_card_has_a_deeper_curve_above_the_same_figures(qtbot: QtBot, dark: QApplication) -> None:
    made = card(qtbot, "GOOG", 0.5)
    made.setFixedSize(SIZE * 2)
    image = made.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = [y for _, y in of_colour(image, "series_1", below=SIZE.height() + 84)]
    assert min(rows) < 36
    assert max(rows) > SIZE.height() + 80
    for line in (88, 107):
        assert of_colour(image, "text_muted", near=90, above=SIZE.height() + line + 4, below=SIZE.height() + line + 18)


def test_a_line_fills_its_room_from_lowest_to_highest() -> None:
    room = QRectF(10, 32, 100, 50)
    line = _polyline(np.array([1.0, 3.0, 2.0]), room, 1.0, 2.0)
    points = [line.at(place) for place in range(line.size())]
    assert points == [QPointF(10, 82), QPointF(60, 32), QPointF(110, 57)]


@pytest.mark.parametrize("length", [1, 2])
def test_a_run_of_a_bar_or_two_that_never_moved_is_drawn(qtbot: QtBot, dark: QApplication, length: int) -> None:
    made = card(qtbot, "GOOG", equity=np.ones(length), benchmark=np.ones(length))
    assert not made.grab().isNull()


def test_a_click_space_and_where_the_keyboard_is(qtbot: QtBot, dark: QApplication) -> None:
    made = card(qtbot, "GOOG", 0.1)
    with qtbot.waitSignal(made.clicked):
        qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    made.setFocus()
    with qtbot.waitSignal(made.clicked):
        qtbot.keyClick(made, Qt.Key.Key_Space)
    assert made.focusPolicy() is Qt.FocusPolicy.StrongFocus


def test_the_edge_tells_where_the_keyboard_is(qtbot: QtBot, dark: QApplication) -> None:
    made = card(qtbot, "GOOG")
    made.clearFocus()
    plain = made.grab().toImage()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    focused = made.grab().toImage()
    assert QColor(focused.pixel(1, 60)).name() == QColor(tokens().focus).name()
    assert QColor(plain.pixel(1, 60)).name() != QColor(focused.pixel(1, 60)).name()


def test_the_pointer_over_it_paints_it_anew(qtbot: QtBot, dark: QApplication) -> None:
    assert card(qtbot, "GOOG").testAttribute(Qt.WidgetAttribute.WA_Hover)


def test_a_symbol_with_an_ampersand_has_no_key(qtbot: QtBot, dark: QApplication) -> None:
    made = card(qtbot, "M&M")
    assert made.shortcut().isEmpty()
    assert made.accessibleName() == "M&M"
