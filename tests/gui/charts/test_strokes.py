"""Segments of a curve: they join the points, leave gaps at NaN, and are cut into dashes of one length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QTransform

from ktrdr_app.gui.charts.item import in_pixels
from ktrdr_app.gui.charts.strokes import segments


def test_a_solid_curve_joins_every_point_with_the_next() -> None:
    x, y = np.arange(4.0), np.array([3.0, 1.0, 4.0, 1.0])
    x1, y1, x2, y2 = segments(x, y)
    assert list(zip(x1, y1, x2, y2, strict=True)) == [(0, 3, 1, 1), (1, 1, 2, 4), (2, 4, 3, 1)]


@pytest.mark.parametrize("dash", ["solid", "dash", "dot"])
@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_points_have_nothing_to_join(count: int, dash: str) -> None:
    assert all(len(part) == 0 for part in segments(np.zeros(count), np.zeros(count), dash))


def test_what_touches_a_nan_is_left_out() -> None:
    x1, _, x2, _ = segments(np.arange(5.0), np.array([1.0, 1.0, np.nan, 1.0, 1.0]))
    assert x1.tolist() == [0, 3]
    assert x2.tolist() == [1, 4]


@given(st.integers(2, 300), st.floats(0.05, 60), st.sampled_from(["dash", "dot"]))
def test_dashes_lie_on_the_curve_and_cover_their_share_of_it(count: int, gap: float, dash: str) -> None:
    x = np.arange(count) * gap
    y = np.random.default_rng(count).normal(0, 5, count)
    x1, y1, x2, y2 = segments(x, y, dash)
    np.testing.assert_allclose(y1, np.interp(x1, x, y), atol=1e-9)
    np.testing.assert_allclose(y2, np.interp(x2, x, y), atol=1e-9)
    assert np.all(x2 >= x1)
    on, period = (7.0, 11.0) if dash == "dash" else (2.0, 5.0)
    covered = float(np.sum(x2 - x1))
    assert abs(covered - on / period * x[-1]) <= period, "the dashes are longer or shorter than they should be"
    inside = np.arange(0, x[-1], 0.37)
    drawn = np.zeros(len(inside), dtype=bool)
    for first, last in zip(x1, x2, strict=True):
        drawn |= (inside >= first) & (inside <= last)
    clear = np.minimum(inside % period, np.abs(inside % period - on)) > 1e-6
    np.testing.assert_array_equal(drawn[clear], (inside % period < on)[clear])


def test_a_dashed_curve_keeps_its_gaps() -> None:
    y = np.ones(100)
    y[40:60] = np.nan
    x1, _, x2, _ = segments(np.arange(100.0), y, "dash")
    assert not np.any((x2 > 39) & (x1 < 60))
    assert len(x1) > 40


def test_steep_pairs_at_one_place_stay_whole() -> None:
    """Far out a group is its low and its high at the same x."""
    x = np.repeat(np.arange(50.0), 2)
    y = np.tile([0.0, 1.0], 50)
    x1, y1, x2, y2 = segments(x, y, "dash")
    upright = (x1 == x2) & (y1 != y2)
    assert np.all(np.abs(y2 - y1)[upright] == 1.0)
    assert set(x1[upright].tolist()) == {place for place in range(50) if place % 11 < 7}


def test_points_are_brought_to_pixels_as_qt_does() -> None:
    transform = QTransform(3.0, 0, 0, -2.0, 5.0, 7.0)
    x, y = in_pixels(transform, np.array([0.0, 2.0]), np.array([1.0, 4.0]))
    for place, data in enumerate(((0.0, 1.0), (2.0, 4.0))):
        assert (x[place], y[place]) == transform.map(*data)
