"""A model and signals over several symbols with one account: the files, the document, the limits, every refusal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, KtrdrError
from ktrdr_app.core.paths import Workspace
from ktrdr_app.core.progress import ProgressEvent, StageFinished, SymbolDone
from ktrdr_app.data.sample import install_sample
from ktrdr_app.workflows.backtest_run import backtest
from ktrdr_app.workflows.many_requests import ManyOutcome, PortfolioRequest
from ktrdr_app.workflows.portfolio_run import backtest_portfolio
from ktrdr_app.workflows.requests import BacktestRequest, MoneyOptions, SignalsRequest
from tests.workflows.quick import NAME, files_below, trained

SYMBOLS = ("MSFT", "GOOG", "AAPL")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with data and a universal model that never saw GOOG."""
    workspace = Workspace(tmp_path_factory.mktemp("shop"))
    install_sample(workspace)
    trained(workspace)
    return workspace


@pytest.fixture(scope="module")
def run(shop: Workspace) -> ManyOutcome:
    """Return a finished portfolio."""
    return backtest_portfolio(PortfolioRequest(_each(shop), SYMBOLS, max_exposure=0.9, max_positions=2))


def _each(workspace: Workspace, **changes: object) -> BacktestRequest:
    given = {"start": "2010-01-01"} | changes
    return BacktestRequest(workspace, NAME, "GOOG", "1d", **given)  # type: ignore[arg-type]


def test_document_and_files_agree(run: ManyOutcome) -> None:
    document = run.document
    assert json.loads((run.folder / "portfolio.json").read_text()) == document
    equity = pd.read_csv(document["equity_file"])
    assert len(equity) == document["instants"]
    assert equity["equity"].iloc[-1] == document["final_equity"]
    assert (equity["timestamp"].iloc[0], equity["timestamp"].iloc[-1]) == (document["start"], document["end"])
    trades = pd.read_csv(document["trades_file"])
    assert len(trades) == document["metrics"]["total_trades"] > 0
    assert set(trades["symbol"]) <= set(SYMBOLS)
    assert equity["positions"].max() <= 2 == document["metrics"]["most_positions"]
    page = Path(document["report_file"]).read_text()
    assert page.startswith("<!doctype html>")
    assert "No conversion" in page
    assert "<svg" in page


def test_contributions_add_up_to_the_change_of_equity(run: ManyOutcome) -> None:
    document = run.document
    brought = sum(row["total_pnl"] for row in document["symbols"])
    assert brought == pytest.approx(document["final_equity"] - document["initial_capital"], abs=1e-6)
    table = pd.read_csv(document["contributions_file"]).set_index("symbol")
    for row in document["symbols"]:
        assert table.loc[row["symbol"], "total_pnl"] == row["total_pnl"]


def test_symbols_stand_as_they_were_asked_for_and_are_marked(run: ManyOutcome) -> None:
    assert [(row["symbol"], row["seen"]) for row in run.document["symbols"]] == [
        ("MSFT", True),
        ("GOOG", False),
        ("AAPL", True),
    ]


def test_one_symbol_is_the_backtest_of_that_symbol(shop: Workspace) -> None:
    alone = backtest(_each(shop)).document
    together = backtest_portfolio(PortfolioRequest(_each(shop), ("GOOG",))).document
    assert together["final_equity"] == alone["final_equity"]
    assert {name: together["metrics"][name] for name in alone["metrics"]} == alone["metrics"]
    held = together["benchmark"]["buy_and_hold"]
    assert {name: held[name] for name in alone["metrics"]} == {
        name: alone["benchmark"]["buy_and_hold"][name] for name in alone["metrics"]
    }


def test_signals_of_a_file_share_the_account(shop: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("timestamp,signal\n2010-01-04T00:00:00Z,BUY\n2010-06-01T00:00:00Z,SELL\n")
    each = SignalsRequest(shop, path, "IBM", "1d", start="2010-01-01", money=MoneyOptions(commission=0.0, slippage=0.0))
    document = backtest_portfolio(PortfolioRequest(each, ("IBM", "GOOG"))).document
    gain = []
    for symbol in ("IBM", "GOOG"):
        opens = pd.read_csv(shop.data / f"{symbol}_1d.csv", index_col="timestamp")["open"]
        bought, sold = (opens[opens.index.str.startswith(day)].iloc[0] for day in ("2010-01-05", "2010-06-02"))
        gain.append(sold / bought - 1)
    assert document["metrics"]["total_return"] == pytest.approx(np.mean(gain), rel=1e-9)
    assert [row["seen"] for row in document["symbols"]] == [None, None]


def test_the_command_runs_the_same_again(run: ManyOutcome) -> None:
    command = run.document["command"]
    for part in ("--symbol MSFT,GOOG,AAPL", "--portfolio", "--max-exposure 0.9", "--max-positions 2"):
        assert part in command


def test_progress_names_the_symbols(shop: Workspace) -> None:
    heard = list[ProgressEvent]()
    backtest_portfolio(PortfolioRequest(_each(shop), SYMBOLS), heard.append)
    assert [event.symbol for event in heard if isinstance(event, SymbolDone)] == list(SYMBOLS)
    assert [event.stage for event in heard if isinstance(event, StageFinished)] == ["features", "simulate", "report"]


def test_cancelling_writes_nothing(shop: Workspace) -> None:
    before = files_below(shop.runs)
    token = CancelToken("the portfolio")

    def listen(event: ProgressEvent) -> None:
        if isinstance(event, StageFinished):
            token.cancel()

    with pytest.raises(Cancelled):
        backtest_portfolio(PortfolioRequest(_each(shop), SYMBOLS), listen, token)
    assert files_below(shop.runs) == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbols": ("GOOG", "NOPE")}, "data_not_found"),
        ({"max_exposure": 2.0}, "invalid_value"),
        ({"max_positions": 0}, "invalid_value"),
        ({"account_currency": "USD"}, "invalid_value"),
    ],
)
def test_bad_requests_are_named_and_write_nothing(shop: Workspace, changes: dict[str, object], code: str) -> None:
    before = files_below(shop.runs)
    given = {"symbols": SYMBOLS} | changes
    with pytest.raises(KtrdrError) as caught:
        backtest_portfolio(PortfolioRequest(_each(shop), **given))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert files_below(shop.runs) == before
