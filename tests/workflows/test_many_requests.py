"""What a request over several symbols promises: what is not looked at, what is settled by itself, what stays."""

from __future__ import annotations

import csv
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.grid_run import backtest_grid
from ktrdr_app.workflows.many_requests import GridRequest, ManyOutcome, PortfolioRequest
from ktrdr_app.workflows.portfolio_run import backtest_portfolio
from ktrdr_app.workflows.requests import MoneyOptions, SignalsRequest
from tests.workflows.many_cases import SYMBOLS, prices, signal_market

CAPITAL = 10_000.0
TENTH = {"kind": "fraction", "fraction": 0.1}
RUNS = {GridRequest: backtest_grid, PortfolioRequest: backtest_portfolio}


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return signal_market(tmp_path_factory.mktemp("market"))


def each(market: Workspace, **changes: Any) -> SignalsRequest:
    money = MoneyOptions(capital=CAPITAL, commission=0.0, slippage=0.0)
    return replace(SignalsRequest(market, market.root / "mine.csv", "", "1d", money=money), **changes)


def trades(outcome: ManyOutcome) -> list[dict[str, str]]:
    with (outcome.folder / "trades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("kind", [GridRequest, PortfolioRequest])
def test_symbol_and_folder_of_the_single_run_are_not_looked_at(market: Workspace, tmp_path: Path, kind: Any) -> None:
    aside = tmp_path / "aside"
    strange = each(market, symbol="no such/symbol", out=aside)
    outcome = RUNS[kind](kind(strange, SYMBOLS, out=tmp_path / "here"))
    assert not aside.exists()
    assert outcome.folder == tmp_path / "here"
    assert [row["symbol"] for row in outcome.document["symbols"]] == list(SYMBOLS)
    assert outcome.exit_code == 0
    assert "--symbol OAK,ASH" in outcome.document["command"]
    assert "no such" not in outcome.document["command"]


@pytest.mark.parametrize("kind", [GridRequest, PortfolioRequest])
def test_without_a_folder_it_is_a_new_one_below_runs(market: Workspace, kind: Any) -> None:
    first, second = (RUNS[kind](kind(each(market), SYMBOLS)) for _ in range(2))
    assert first.folder != second.folder
    assert first.folder.parent == second.folder.parent == market.runs


def test_in_a_grid_each_symbol_has_the_whole_capital_and_in_a_portfolio_its_part(market: Workspace) -> None:
    grid = backtest_grid(GridRequest(each(market), SYMBOLS)).document
    assert [row["initial_capital"] for row in grid["symbols"]] == [CAPITAL, CAPITAL]
    together = backtest_portfolio(PortfolioRequest(each(market), SYMBOLS))
    first = {row["symbol"]: row for row in reversed(trades(together))}
    for symbol in SYMBOLS:
        trade = first[symbol]
        decided = prices(symbol)["close"].loc[:"2020-01-10"].iloc[-1]
        value = float(trade["quantity"]) * float(trade["entry_price"])
        assert trade["entry_time"] == "2020-01-11T00:00:00Z"
        assert float(trade["entry_price"]) == prices(symbol)["open"].loc["2020-01-11"]
        assert value == pytest.approx(CAPITAL / 2, rel=abs(float(trade["entry_price"]) / decided - 1) + 1e-9)


@pytest.mark.parametrize("positions", [1, 2])
def test_with_a_limit_of_positions_each_part_is_larger(market: Workspace, positions: int) -> None:
    outcome = backtest_portfolio(PortfolioRequest(each(market), SYMBOLS, max_positions=positions))
    assert outcome.document["metrics"]["most_positions"] == positions
    assert outcome.document["config"]["sizing"]["fraction"] == pytest.approx(1 / positions)


def test_a_sizing_that_is_given_is_kept(market: Workspace) -> None:
    money = MoneyOptions(capital=CAPITAL, commission=0.0, slippage=0.0, sizing=TENTH)
    outcome = backtest_portfolio(PortfolioRequest(each(market, money=money), SYMBOLS))
    first = trades(outcome)[0]
    assert float(first["quantity"]) * float(first["entry_price"]) == pytest.approx(CAPITAL / 10, rel=0.02)
    assert outcome.document["metrics"]["highest_exposure"] < 0.3


def test_a_request_cannot_be_changed_under_a_running_task(market: Workspace) -> None:
    for request in (GridRequest(each(market), SYMBOLS), PortfolioRequest(each(market), SYMBOLS)):
        with pytest.raises(FrozenInstanceError):
            request.symbols = ("OAK",)  # type: ignore[misc]
        assert request.symbols == SYMBOLS
    with pytest.raises(FrozenInstanceError):
        ManyOutcome({}, market.root).exit_code = 3  # type: ignore[misc]
