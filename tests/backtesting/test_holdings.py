"""Cash and units told by their changes are those told bar by bar."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.backtesting.holdings import Holdings

levels = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 1)), min_size=1, max_size=30)


def by_changes(path: list[tuple[int, int]]) -> Holdings:
    places = [bar for bar in range(len(path)) if bar == 0 or path[bar] != path[bar - 1]]
    cash, units = (np.array([path[bar][column] for bar in places], dtype=np.float64) for column in range(2))
    return Holdings(len(path), np.array(places), cash, units)


@given(levels)
def test_changes_are_spread_over_the_bars_that_they_hold_for(path: list[tuple[int, int]]) -> None:
    holdings = by_changes(path)
    assert list(zip(holdings.cash.tolist(), holdings.units.tolist(), strict=True)) == path
    assert holdings.exposed == sum(units != 0 for _, units in path)


@given(levels)
def test_a_path_that_is_known_bar_by_bar_is_told_as_it_is(path: list[tuple[int, int]]) -> None:
    cash, units = (np.array(column, dtype=np.float64) for column in zip(*path, strict=True))
    holdings = Holdings.at_every_bar(cash, units)
    assert (holdings.cash.tolist(), holdings.units.tolist()) == (cash.tolist(), units.tolist())
    assert holdings.exposed == by_changes(path).exposed
