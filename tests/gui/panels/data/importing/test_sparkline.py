"""The small curve: drawn inside its edges, told in words, quiet when there is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.data.importing.sparkline import Sparkline
from ktrdr_app.gui.ui.theme import color

pytestmark = pytest.mark.gui


@pytest.fixture
def curve(qtbot: QtBot, dark: object) -> Sparkline:
    made = Sparkline()
    qtbot.addWidget(made)
    made.resize(300, 64)
    made.show()
    return made


def drawn(curve: Sparkline, token: str = "series_1", *, other: bool = False) -> list[tuple[int, int]]:
    """Return the pixels that are exactly in a colour, or in any other."""
    picture = curve.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    wanted = QColor(color(token)).rgb()
    size = [(x, y) for x in range(picture.width()) for y in range(picture.height())]
    return [place for place in size if (picture.pixel(*place) == wanted) is not other]


def test_rising_prices_rise_to_the_right(curve: Sparkline) -> None:
    curve.show_values(np.linspace(1.0, 2.0, 100))
    pixels = drawn(curve)
    left = [y for x, y in pixels if x < 100]
    right = [y for x, y in pixels if x > 200]
    assert min(left) > max(right)
    assert curve.accessibleDescription() == "between 1.00000 and 2.00000"


@pytest.mark.parametrize("values", [np.array([3.0]), np.full(50, 3.0)])
def test_prices_that_do_not_move_lie_in_the_middle(curve: Sparkline, values: np.ndarray) -> None:
    curve.show_values(values)
    assert {abs(y - 32) <= 3 for _, y in drawn(curve, "chart_ground", other=True)} == {True}


def test_nothing_is_drawn_of_nothing(curve: Sparkline) -> None:
    curve.show_values(np.empty(0))
    assert drawn(curve) == []
    assert curve.accessibleDescription() == "nothing to show"


def test_what_is_out_of_date_is_dimmed(curve: Sparkline) -> None:
    curve.show_values(np.linspace(1.0, 2.0, 100))
    curve.setEnabled(False)
    assert drawn(curve) == []
    assert drawn(curve, "text_disabled")
