"""Closes with strips below: memberships by the published definition, one set moved, nothing to show."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.fuzzy.consequence.strips import MembershipStrips
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.strategy.schema import FuzzySet
from ktrdr_app.workflows.input_series import InputSeries

pytestmark = pytest.mark.gui

SETS = {
    "low": FuzzySet(type="triangular", parameters=[0, 20, 40]),
    "a very long name of a set": FuzzySet(type="triangular", parameters=[30, 60, 90]),
}


def series(bars: int = 200) -> InputSeries:
    values = np.linspace(0, 100, bars)
    values[:10] = np.nan
    times = np.arange(bars, dtype=np.int64) * 3_600_000_000_000
    return InputSeries("GOOG", "1h", times, np.linspace(10, 20, bars), {"rsi": values, "other": -values})


def triangle(values: np.ndarray, a: float, b: float, c: float) -> np.ndarray:
    """Return Zadeh's triangle."""
    return np.maximum(np.minimum((values - a) / (b - a), (c - values) / (c - b)), 0.0)


@pytest.fixture
def strips(qtbot: QtBot, dark: QApplication) -> MembershipStrips:
    made = MembershipStrips()
    qtbot.addWidget(made)
    made.resize(420, 320)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_every_set_has_a_strip_of_its_membership(strips: MembershipStrips) -> None:
    shown = series()
    strips.show_series(shown, "rsi", SETS)
    assert list(strips.memberships) == list(SETS)
    for key, entry in SETS.items():
        np.testing.assert_allclose(strips.memberships[key], triangle(shown.inputs["rsi"], *entry.parameters))
    assert (strips.closes.close_line.values == shown.close).all()
    assert len(strips.strips.item) == 2
    words = strips.accessibleDescription()
    active = np.mean(triangle(shown.inputs["rsi"], 0, 20, 40) >= 0.5)
    assert f"low: active on {100 * active:.1f}" in words
    assert "GOOG 1h" in words
    assert "+100.0" in strips.closes.accessibleDescription()


def test_price_and_memberships_open_as_tables(strips: MembershipStrips) -> None:
    assert len(strips.strips.figures()) == len(strips.closes.figures()) == 0
    shown = series()
    strips.show_series(shown, "rsi", SETS)
    moved = FuzzySet(type="triangular", parameters=[10, 30, 50])
    strips.show_set("low", moved)
    times, low, other = strips.strips.figures().columns
    assert (times.times, low.title, other.title) == (True, "low", "a very long name of a set")
    assert (times.values == shown.times).all()
    np.testing.assert_allclose(low.values, triangle(shown.inputs["rsi"], 10, 30, 50))
    np.testing.assert_allclose(other.values, triangle(shown.inputs["rsi"], 30, 60, 90))
    times, close = strips.closes.figures().columns
    assert close.title == "close"
    assert (close.values == shown.close).all()
    strips.show_series(None, "rsi", SETS)
    assert len(strips.strips.figures()) == 0


def test_a_moved_set_changes_its_strip_alone(strips: MembershipStrips) -> None:
    shown = series()
    strips.show_series(shown, "rsi", SETS)
    before, words = strips.memberships["a very long name of a set"], strips.accessibleDescription()
    strips.show_set("low", FuzzySet(type="triangular", parameters=[0, 35, 70]))
    np.testing.assert_allclose(strips.memberships["low"], triangle(shown.inputs["rsi"], 0, 35, 70))
    assert strips.memberships["a very long name of a set"] is before
    assert strips.accessibleDescription() != words
    strips.show_set("unknown", SETS["low"])
    assert list(strips.memberships) == list(SETS)


def test_another_input_of_the_same_bars_needs_no_new_bars(strips: MembershipStrips) -> None:
    shown = series()
    strips.show_series(shown, "rsi", SETS)
    strips.closes.view.setXRange(50, 90, padding=0)
    strips.show_series(shown, "other", {"low": SETS["low"]})
    assert strips.closes.view.viewRange()[0] == pytest.approx([50, 90])
    assert np.nanmax(strips.memberships["low"]) == 0


def test_price_and_strips_move_together(strips: MembershipStrips) -> None:
    strips.show_series(series(), "rsi", SETS)
    strips.strips.view.setXRange(20, 60, padding=0)
    assert strips.closes.view.viewRange()[0] == pytest.approx([20, 60])
    strips.closes.view.setXRange(80, 120, padding=0)
    assert strips.strips.view.viewRange()[0] == pytest.approx([80, 120])


def test_without_values_nothing_is_shown(strips: MembershipStrips) -> None:
    strips.show_series(series(), "rsi", SETS)
    for shown, name in ((series(), "gone"), (None, "rsi")):
        strips.show_series(shown, name, SETS)
        assert strips.memberships == {}
        assert strips.accessibleDescription() == "nothing to show yet"
    strips.show_set("low", SETS["low"])
    assert strips.memberships == {}


@pytest.mark.parametrize("theme", ["light", "contrast", "dark"])
def test_it_is_drawn_in_every_theme(strips: MembershipStrips, dark: QApplication, theme: str) -> None:
    strips.show_series(series(), "rsi", SETS)
    apply_theme(dark, theme)
    image = strips.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(seen) > 20
