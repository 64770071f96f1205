"""Every trade of a portfolio explained, against the trades' table and the model asked by another way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.cli.why_tables import why_parts
from ktrdr_app.core.errors import BadInput, FileMissing, InvalidValue
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.decision.actions import Action
from ktrdr_app.workflows import backtest, backtest_portfolio, explain_trade, open_why
from ktrdr_app.workflows.many_requests import ManyOutcome, PortfolioRequest
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestOutcome, BacktestRequest, MoneyOptions, SignalsRequest
from ktrdr_app.workflows.why_facts import TradeWhy
from ktrdr_app.workflows.why_portfolio import PortfolioRun, is_portfolio, open_portfolio
from ktrdr_app.workflows.why_run import WhyRequest
from ktrdr_app.workflows.why_sentences import chain, headline
from tests.workflows.quick import NAME, TEXT, trained, with_strategy

SYMBOLS = ("GOOG", "IBM", "MSFT")
START = "2006-01-01"
STERN = TEXT.replace("min_signal_separation: 1}", "min_signal_separation: 4, cooldown_bars: 3}")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("shop"))
    install_sample(workspace)
    trained(workspace)
    return with_strategy(workspace, STERN)


def each(workspace: Workspace, **changes: object) -> BacktestRequest:
    return BacktestRequest(workspace, NAME, "GOOG", "1d", start=START, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def runs(shop: Workspace) -> dict[str, ManyOutcome]:
    """Return a portfolio whose orders fill at the next open, and one with short positions whose fill at the close."""
    return {
        "open": backtest_portfolio(PortfolioRequest(each(shop), SYMBOLS, max_positions=2)),
        "close": backtest_portfolio(
            PortfolioRequest(each(shop, money=MoneyOptions(fill="close", allow_short=True)), SYMBOLS)
        ),
    }


@pytest.fixture(scope="module")
def alone(shop: Workspace) -> dict[str, BacktestOutcome]:
    """Return a run of each symbol by itself: its probabilities are those that the portfolio decided by."""
    return {
        symbol: backtest(BacktestRequest(shop, NAME, symbol, "1d", start=START)) for symbol in SYMBOLS
    }  # fmt: skip


@pytest.fixture(scope="module")
def opened(shop: Workspace, runs: dict[str, ManyOutcome]) -> dict[str, PortfolioRun]:
    found = {name: open_why(shop, run.folder) for name, run in runs.items()}
    assert all(isinstance(run, PortfolioRun) for run in found.values())
    return found  # type: ignore[return-value]


@pytest.fixture(scope="module")
def explained(opened: dict[str, PortfolioRun]) -> dict[str, list[TradeWhy]]:
    return {name: [run.trade(number) for number in range(1, run.trades + 1)] for name, run in opened.items()}


@pytest.mark.parametrize("name", ["open", "close"])
def test_every_trade_has_the_figures_of_the_table(
    runs: dict[str, ManyOutcome], explained: dict[str, list[TradeWhy]], opened: dict[str, PortfolioRun], name: str
) -> None:
    table = pd.read_csv(runs[name].document["trades_file"])
    assert len(table) >= 8
    for number, row in enumerate(table.itertuples(), start=1):
        why = explained[name][number - 1]
        assert (why.number, opened[name].symbol_of(number)) == (number, row.symbol)
        assert (why.side, why.quantity, why.exit_reason) == (row.side, row.quantity, row.exit_reason)
        assert (why.entry.time, why.entry.price) == (pd.Timestamp(row.entry_time), row.entry_price)
        assert why.exit is not None
        assert (why.exit.time, why.exit.price) == (pd.Timestamp(row.exit_time), row.exit_price)
        assert headline(why).startswith(f"Trade {number}, {row.symbol}, {row.side}")


@pytest.mark.parametrize("name", ["open", "close"])
def test_it_was_decided_by_the_probabilities_of_the_model_at_the_bar_before(
    runs: dict[str, ManyOutcome],
    explained: dict[str, list[TradeWhy]],
    opened: dict[str, PortfolioRun],
    alone: dict[str, BacktestOutcome],
    name: str,
) -> None:
    checked = 0
    for why in explained[name]:
        symbol = opened[name].symbol_of(why.number)
        decisions, index = alone[symbol].result.decisions, alone[symbol].bars.index
        into = Action.BUY if why.side == "long" else Action.SELL
        for bar, fill, wanted in ((why.bought, why.entry, into), (why.sold, why.exit, Action(2 - into))):
            if bar is None or fill is None:
                continue
            checked += 1
            row = decisions.loc[bar.time]
            assert bar.logged == pytest.approx(tuple(row[["buy", "hold", "sell"]]), abs=1e-9)
            assert bar.decision.action is wanted
            assert bar.decision.refusal is None
            assert all(verdict.passed for verdict in bar.decision.trail)
            later = 0 if name == "close" else 1
            assert index.get_loc(bar.time) + later == index.get_loc(fill.time)
            assert bar.notes == (), "the filters say today what they said in the run"
            together = np.sum([share.shares for share in bar.shares], axis=0) + np.array(bar.base)
            assert together == pytest.approx(bar.today, abs=1e-5), "contributions add up"
    assert checked >= 20


def test_positions_of_every_bar_are_those_of_the_portfolio(
    runs: dict[str, ManyOutcome], opened: dict[str, PortfolioRun], explained: dict[str, list[TradeWhy]]
) -> None:
    worth = pd.read_csv(runs["open"].document["positions_file"], index_col="timestamp", parse_dates=True)
    for symbol, own in opened["open"]._opened.items():
        told = own.record.decisions["position"].map({"short": -1, "flat": 0, "long": 1})
        expected = np.sign(worth[symbol]).reindex(own.record.index).astype(int)
        np.testing.assert_array_equal(told, expected)
    assert set(opened["open"]._opened) == set(SYMBOLS), "each model is opened once"


def test_positions_still_open_come_last(
    runs: dict[str, ManyOutcome], explained: dict[str, list[TradeWhy]], opened: dict[str, PortfolioRun]
) -> None:
    left = runs["open"].document["open_positions"]
    assert left
    for held, why in zip(left, explained["open"][-len(left) :], strict=True):
        assert opened["open"].symbol_of(why.number) == held["symbol"]
        assert (why.exit, why.exit_reason, why.quantity) == (None, "open", held["quantity"])
        assert why.bought.decision.action is (Action.BUY if held["side"] == "long" else Action.SELL)
        assert "still open" in chain(why)


def test_the_command_tells_it_too(shop: Workspace, runs: dict[str, ManyOutcome]) -> None:
    why = explain_trade(WhyRequest(shop, runs["open"].folder.name, trade=2))
    assert isinstance(why, TradeWhy)
    document = json.loads(json.dumps(why.to_document()))
    table = pd.read_csv(runs["open"].document["trades_file"])
    assert (document["trade"], document["symbol"]) == (2, table["symbol"][1])
    assert any("Trade 2" in str(part) for part in why_parts(why))


@pytest.mark.parametrize("number", [0, -3, 100_000])
def test_no_such_trade(opened: dict[str, PortfolioRun], number: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        opened["open"].trade(number)
    assert f"a number from 1 to {opened['open'].trades}" in str(refused.value.hint)


def test_a_moment_is_a_bar_of_many_symbols(opened: dict[str, PortfolioRun]) -> None:
    with pytest.raises(InvalidValue) as refused:
        opened["open"].bar_at("2011-01-03")
    assert "many symbols" in str(refused.value.hint)


def test_filters_from_before_they_were_written_down_are_todays(
    shop: Workspace, runs: dict[str, ManyOutcome], tmp_path: Path
) -> None:
    document = {**runs["open"].document}
    assert document.pop("decision")["min_signal_separation"] == 4
    (tmp_path / "portfolio.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "trades.csv").write_bytes((runs["open"].folder / "trades.csv").read_bytes())
    why = open_portfolio(shop, tmp_path).trade(1)
    assert any("did not write its filters down" in note for note in why.bought.notes)


def test_a_portfolio_of_signals_has_no_model_to_ask(shop: Workspace, tmp_path: Path) -> None:
    opens = source_of(shop).load("GOOG", "1d", START).index
    lines = [f"{opens[bar].isoformat()},{signal}" for bar, signal in ((3, "BUY"), (9, "SELL"), (20, "BUY"))]
    (tmp_path / "mine.csv").write_text("\n".join(["timestamp,signal", *lines]), encoding="utf-8")
    asked = SignalsRequest(shop, tmp_path / "mine.csv", "GOOG", "1d", start=START)
    outcome = backtest_portfolio(PortfolioRequest(asked, ("GOOG", "IBM")))
    assert is_portfolio(outcome.folder)
    run = open_portfolio(shop, outcome.folder)
    assert run.trades >= 2
    with pytest.raises(BadInput, match="traded signals of a file"):
        run.trade(1)


def test_what_is_no_run_is_refused(shop: Workspace, tmp_path: Path) -> None:
    assert not is_portfolio(tmp_path)
    with pytest.raises(FileMissing):
        open_why(shop, tmp_path)
