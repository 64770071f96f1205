"""What lies under the sets: range, histogram and activity against slow counting; curves against memberships."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.fuzzy import membership
from ktrdr_app.gui.panels.fuzzy.values import BINS, histogram, outline, shown_range
from ktrdr_app.strategy.schema import FuzzySet
from tests.gui.panels.fuzzy.conftest import every_kind, some_values

pytestmark = pytest.mark.gui

RSI = every_kind()["rsi"].sets
MACD = every_kind()["macd"].sets


def test_the_range_holds_all_handles_and_nearly_all_values() -> None:
    values = {"A": np.concatenate([np.linspace(-20, 130, 5000), [1e6]])}
    low, high = shown_range(RSI, values)
    inside = (values["A"] >= low) & (values["A"] <= high)
    assert low < 25
    assert high > 75
    assert inside.mean() > 0.99
    assert high < 200, "one wild value squeezes everything else"


def test_without_values_the_range_is_that_of_the_handles() -> None:
    low, high = shown_range(RSI, {})
    assert 15 < low < 25
    assert 75 < high < 85
    assert shown_range(MACD, {"A": np.empty(0)}) == shown_range(MACD, {})


def test_a_range_is_never_empty() -> None:
    low, high = shown_range({"only": FuzzySet(type="gaussian", parameters=[5, 1e-9])}, {})
    assert low < 5 < high


def test_the_histogram_counts_each_value_once() -> None:
    values = some_values()
    found = histogram(values, 0.0, 100.0)
    everything = np.concatenate(list(values.values()))
    width = 100.0 / BINS
    slow = [0] * BINS
    for value in everything:
        slow[min(int(value // width), BINS - 1)] += 1
    np.testing.assert_allclose(found.total, np.array(slow) / max(slow), atol=2 / max(slow))
    assert found.total.max() == 1.0
    assert len(found.edges) == BINS + 1
    assert set(found.by_symbol) == {"AAA", "BBB"}
    assert all(counts.max() == 1.0 for counts in found.by_symbol.values())


def test_values_beyond_the_edges_are_not_counted() -> None:
    near = histogram({"A": np.array([1.0, 1.01, 3.0])}, 0.0, 10.0)
    wide = histogram({"A": np.array([-7.0, 1.0, 1.01, 3.0, 50.0, 50.0, 50.0])}, 0.0, 10.0)
    np.testing.assert_array_equal(wide.total, near.total)
    assert sorted(near.total)[-2:] == [0.5, 1.0]


def test_no_values_make_an_empty_histogram() -> None:
    for values in ({}, {"A": np.empty(0)}):
        found = histogram(values, 0.0, 1.0)
        assert found.total.tolist() == [0.0] * BINS


def kinds() -> st.SearchStrategy[FuzzySet]:
    number = st.integers(-400, 400).map(lambda value: value / 8)
    corners = st.lists(number, min_size=4, max_size=4).map(sorted).filter(lambda held: held[0] < held[3])
    side = st.sampled_from(["none", "left", "right"])
    return st.one_of(
        st.builds(lambda held, s: FuzzySet(type="trapezoidal", parameters=held, shoulder=s), corners, side),
        st.builds(
            lambda held, s: FuzzySet(type="triangular", parameters=[held[0], held[1], held[3]], shoulder=s),
            corners,
            side,
        ),
        st.builds(
            lambda centre, width, s: FuzzySet(type="gaussian", parameters=[centre, width], shoulder=s),
            number,
            st.floats(0.1, 30),
            side,
        ),
    )


@given(kinds())
def test_the_drawn_curve_is_the_membership_function(entry: FuzzySet) -> None:
    """Joining the points by straight lines must give the memberships everywhere, cliffs included."""
    x, y = outline(entry, -60.0, 60.0)
    assert np.all(np.diff(x) > 0)
    grid = np.linspace(x[0], x[-1], 501)
    drawn = np.interp(grid, x, y)
    real = membership(entry.type, entry.parameters, grid, entry.shoulder)
    if entry.type == "gaussian":
        np.testing.assert_allclose(drawn, real, atol=0.02)
    else:
        np.testing.assert_allclose(drawn, real, atol=1e-6)


@given(kinds())
def test_what_is_left_out_of_the_curve_is_next_to_nothing(entry: FuzzySet) -> None:
    x, _ = outline(entry, -60.0, 60.0)
    grid = np.linspace(-60.0, 60.0, 801)
    real = membership(entry.type, entry.parameters, grid, entry.shoulder)
    beyond = (grid < x[0]) | (grid > x[-1])
    assert real[beyond].max(initial=0.0) <= 0.01


def test_an_open_side_is_drawn_to_the_edge() -> None:
    x, y = outline(RSI["low"], -10.0, 110.0)
    assert (x[0], y[0]) == (-10.0, 1.0)
    x, y = outline(RSI["high"], -10.0, 110.0)
    assert (x[-1], y[-1]) == (110.0, 1.0)


def test_a_set_beside_the_span_is_drawn_flat() -> None:
    x, y = outline(FuzzySet(type="triangular", parameters=[200, 210, 220]), 0.0, 100.0)
    assert y.max() == 0.0
    assert (x[0], x[-1]) == (0.0, 100.0)
