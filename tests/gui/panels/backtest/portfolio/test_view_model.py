"""What the page shows of a portfolio is what its files say, to the last digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.gui.panels.backtest.portfolio.view_model import PortfolioView, portfolio_view
from tests.gui.panels.backtest.portfolio.made import DEALS, EQUITY, HELD, TIMES, brought, outcome


@pytest.fixture
def view(tmp_path: Path) -> PortfolioView:
    """Return a portfolio of two symbols."""
    return portfolio_view(outcome(tmp_path, brought("IBM", 260.0), brought("GOOG", -50.0, seen=None, trades=0)))


def test_accounts_are_those_of_the_table(view: PortfolioView) -> None:
    assert view.equity.tolist() == EQUITY
    assert view.benchmark.tolist() == [1000.0, 990.0, 980.0, 970.0]
    assert view.positions.tolist() == [0, 1, 2, 1]


def test_instants_are_nanoseconds_in_utc(view: PortfolioView) -> None:
    assert view.times.dtype == np.int64
    assert [pd.Timestamp(value, tz="UTC") for value in view.times] == [pd.Timestamp(text) for text in TIMES]


def test_a_share_of_nothing_is_unknown(view: PortfolioView) -> None:
    assert view.exposure[[0, 1, 3]] == pytest.approx([0.0, 0.5, 1.0])
    assert np.isnan(view.exposure[2])


def test_parts_keep_their_order_and_add_up_their_costs(view: PortfolioView) -> None:
    first, second = view.parts
    assert (first.symbol, first.profit, first.share, first.costs, first.trades) == ("IBM", 260.0, 0.26, 1.75, 2)
    assert (second.symbol, second.seen, second.trades) == ("GOOG", None, 0)
    assert sum(part.share for part in view.parts) == pytest.approx(view.equity[-1] / view.equity[0] - 1)


def test_the_sentence_has_its_four_figures(view: PortfolioView) -> None:
    said = "One account earned +21.0\u202f%, the same symbols bought and held −3.0\u202f%; "
    assert view.sentence == said + "worst drawdown −100.0\u202f%, 4 trades."


def test_weights_are_positions_over_the_account(view: PortfolioView) -> None:
    assert list(view.weights) == list(HELD)
    for name, values in HELD.items():
        for place in (0, 1, 3):
            assert view.weights[name][place] == pytest.approx(values[place] / EQUITY[place])
        assert np.isnan(view.weights[name][2]), "a share of nothing is unknown"
    together = np.sum([np.abs(values) for values in view.weights.values()], axis=0)
    assert together[[0, 1, 3]] == pytest.approx(view.exposure[[0, 1, 3]])


def test_trades_are_those_of_the_table(view: PortfolioView, tmp_path: Path) -> None:
    first, second = view.deals
    assert (first.symbol, first.side, first.entry, first.fraction, first.net) == ("IBM", "long", "2020-01-02", 0.2, 110)
    assert (second.number, second.exit, second.bars, second.reason) == (1, "2020-01-06", 2, "end of data")
    assert view.folder == tmp_path


def test_an_account_that_never_traded_has_no_trades(tmp_path: Path) -> None:
    none = {name: values[:0] for name, values in DEALS.items()}
    assert portfolio_view(outcome(tmp_path, brought("IBM", 0.0, trades=0), deals=none)).deals == ()


def test_bars_of_an_hour_have_times_of_day(tmp_path: Path) -> None:
    (first, _) = portfolio_view(outcome(tmp_path, brought("IBM", 260.0), timeframe="1h")).deals
    assert (first.entry, first.exit) == ("2020-01-02 00:00", "2020-01-03 00:00")


@pytest.mark.parametrize("symbols", [["NA", "NULL"], ["0700", "7203"]])
def test_a_symbol_keeps_its_name_whatever_it_looks_like(tmp_path: Path, symbols: list[str]) -> None:
    view = portfolio_view(outcome(tmp_path, brought(symbols[0], 260.0), deals={**DEALS, "symbol": symbols}))
    assert [deal.symbol for deal in view.deals] == symbols
