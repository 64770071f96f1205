"""What the grid shows of each symbol is what its files say; small accounts keep what matters; orders are total."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.gui.panels.backtest.grid.view_model import ORDERS, POINTS, grid_view, thinned
from tests.gui.panels.backtest.grid.cells import CAPITAL, cell, outcome

UP, DOWN = [1000.0, 1100.0, 1300.0], [1000.0, 900.0, 750.0]


def test_each_symbol_has_its_own_row_however_they_are_ordered(tmp_path: Path) -> None:
    view = grid_view(outcome(tmp_path, {"AAPL": (UP, DOWN), "IBM": (DOWN, UP)}))
    first, second = view.cells
    assert (first.symbol, second.symbol) == ("AAPL", "IBM")
    assert (first.earned, first.held, first.drawdown) == pytest.approx((0.3, -0.25, 0.0))
    assert (second.earned, second.held, second.drawdown) == pytest.approx((-0.25, 0.3, -0.25))
    assert (first.seen, second.seen) == (True, False)
    assert (first.trades, second.trades) == (0, 1)
    assert second.folder == tmp_path / "IBM"


def test_accounts_are_shares_of_what_they_began_with(tmp_path: Path) -> None:
    (only,) = grid_view(outcome(tmp_path, {"AAPL": (UP, DOWN)})).cells
    np.testing.assert_array_equal(only.equity, np.array(UP) / CAPITAL)
    np.testing.assert_array_equal(only.benchmark, np.array(DOWN) / CAPITAL)


def test_sentences_count_and_failures_keep_their_reason(tmp_path: Path) -> None:
    view = grid_view(outcome(tmp_path, {"AAPL": (UP, DOWN), "IBM": (DOWN, UP)}, {"MSFT": "no data for MSFT"}))
    assert view.sentences[0].startswith("Of 2 symbols, 1 earned more than buy and hold")
    assert dict(view.failed) == {"MSFT": "no data for MSFT"}


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=4 * POINTS))
def test_a_small_account_keeps_its_ends_and_order_and_invents_nothing(values: list[float]) -> None:
    whole = np.array(values)
    small = thinned(whole)
    assert len(small) == min(len(whole), POINTS)
    assert (small[0], small[-1]) == (whole[0], whole[-1])
    rest = iter(values)
    assert all(value in rest for value in small.tolist()), "the values are some of the whole's, in their order"


cells = st.builds(
    lambda name, earned, held, deep, sharpe, trades, seen: cell(
        name, earned, held=held, drawdown=-deep, sharpe=sharpe, trades=trades, seen=seen
    ),
    st.sampled_from(["AAPL", "GOOG", "IBM", "MSFT"]),
    st.floats(-1, 5),
    st.floats(-1, 5),
    st.floats(0, 1),
    st.none() | st.floats(-3, 3),
    st.integers(0, 99),
    st.sampled_from([True, False, None]),
)


@given(st.lists(cells, max_size=8))
def test_orders_put_the_best_first(made: list[object]) -> None:
    found = {name: sorted(made, key=key) for name, key in ORDERS.items()}  # type: ignore[arg-type]
    pairs = {name: list(pairwise(ordered)) for name, ordered in found.items()}
    assert all(a.earned >= b.earned for a, b in pairs["return"])
    assert all(a.earned - a.held >= b.earned - b.held for a, b in pairs["gain"])
    assert all(abs(a.drawdown) <= abs(b.drawdown) for a, b in pairs["drawdown"])
    assert all(a.trades >= b.trades for a, b in pairs["trades"])
    assert all(b.sharpe is None or (a.sharpe is not None and a.sharpe >= b.sharpe) for a, b in pairs["sharpe"])
    assert all(not (a.seen and not b.seen) for a, b in pairs["unseen"])
    assert all(a.symbol <= b.symbol for a, b in pairs["symbol"])
