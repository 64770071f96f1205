"""The keys of every chart over time: steps of a tenth, zoom by an eighth in and a sixth out at either side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from ktrdr_app.gui.charts.time_keys import span_after

pytestmark = pytest.mark.gui


@pytest.mark.parametrize(
    ("key", "left", "right"),
    [
        (Qt.Key.Key_Left, 90.0, 190.0),
        (Qt.Key.Key_Right, 110.0, 210.0),
        (Qt.Key.Key_Up, 112.5, 187.5),
        (Qt.Key.Key_Down, 100 - 100 / 6, 200 + 100 / 6),
    ],
)
def test_a_key_moves_or_zooms_the_span(key: Qt.Key, left: float, right: float) -> None:
    assert span_after(key, 100.0, 200.0) == pytest.approx((left, right))
    assert span_after(key.value, 100.0, 200.0) == pytest.approx((left, right)), "as an event tells it"


@pytest.mark.parametrize("key", [Qt.Key.Key_Home, Qt.Key.Key_A, 0, 0x42F])
def test_other_keys_are_left_to_others(key: int) -> None:
    assert span_after(key, 0.0, 1.0) is None
