"""Steps from trade to trade against a walk along the list, and spans that hold their trade."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.gui.charts.markers import TradeArrays
from ktrdr_app.gui.charts.trade_steps import next_trade, span_around

pytestmark = pytest.mark.gui

PROFITS = st.lists(st.sampled_from([-2.0, -0.5, 0.0, 1.0, 3.0]), max_size=12)


def trades(profit: list[float], held: int = 10) -> TradeArrays:
    entry = np.arange(len(profit), dtype=np.int64) * 50
    prices = np.full(len(profit), 100.0)
    return TradeArrays(entry, entry + held, prices, prices, np.ones(len(profit), dtype=bool), np.array(profit))


def walked(profit: list[float], at: int | None, step: int, losing: bool) -> int | None:
    """Return what one finds who walks along the list, trade by trade."""
    place = at if at is not None else (-1 if step > 0 else len(profit))
    place += step
    while 0 <= place < len(profit):
        if not losing or profit[place] <= 0:
            return place
        place += step
    return at if any(value <= 0 for value in profit) or (profit and not losing) else None


@given(PROFITS, st.none() | st.integers(0, 11), st.sampled_from([1, -1]), st.booleans())
def test_a_step_is_that_of_a_walk(profit: list[float], at: int | None, step: int, losing: bool) -> None:
    at = at if at is not None and at < len(profit) else None
    assert next_trade(trades(profit), at, step, losing_only=losing) == walked(profit, at, step, losing)


@given(st.data(), PROFITS, st.sampled_from([1, -1]), st.booleans())
def test_hidden_trades_are_passed_over(data: st.DataObject, profit: list[float], step: int, losing: bool) -> None:
    shown = np.array(data.draw(st.lists(st.booleans(), min_size=len(profit), max_size=len(profit))), dtype=bool)
    at = data.draw(st.none() | st.integers(0, len(profit) - 1)) if profit else None
    wanted = [place for place, value in enumerate(profit) if shown[place] and (not losing or value <= 0)]
    beyond = [place for place in wanted if at is None or (place - at) * step > 0]
    found = next_trade(trades(profit), at, step, losing_only=losing, shown=shown)
    if beyond:
        assert found == (beyond[0] if step > 0 else beyond[-1])
    else:
        assert found in ((at, None) if at is not None and shown[at] else (None,)), "a hidden trade is not gone back to"


@given(PROFITS, st.booleans())
def test_stepping_on_visits_every_trade_once_and_ends(profit: list[float], losing: bool) -> None:
    at, seen = None, []
    for _ in range(len(profit) + 2):
        found = next_trade(trades(profit), at, 1, losing_only=losing)
        if found is None or found == at:
            break
        seen.append(found)
        at = found
    assert seen == [place for place, value in enumerate(profit) if not losing or value <= 0]


@given(st.integers(0, 400), st.floats(-1e4, 1e4), st.floats(12, 1e5))
def test_a_trade_lies_whole_in_its_span_with_bars_beside_it(held: int, left: float, width: float) -> None:
    first, last = span_around(trades([1.0, -1.0], held), 1, left, left + width)
    assert first <= 50 - 19
    assert last >= 50 + held + 19
    assert (first + last) / 2 == pytest.approx(50 + held / 2)
    assert last - first <= max(width, 2 * held + 40) + 1e-6, "wider than before without need"
