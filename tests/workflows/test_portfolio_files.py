"""What a portfolio leaves on disk, read back by csv and json and added up again one row at a time."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.core.paths import Workspace
from ktrdr_app.workflows.many_requests import ManyOutcome, PortfolioRequest
from ktrdr_app.workflows.portfolio_run import backtest_portfolio
from ktrdr_app.workflows.requests import MoneyOptions, SignalsRequest
from tests.workflows.many_cases import BARS, SYMBOLS, prices, signal_market
from tests.workflows.pages import Page

CAPITAL = 10_000.0
FREE = MoneyOptions(capital=CAPITAL, commission=0.0, slippage=0.0)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return signal_market(tmp_path_factory.mktemp("market"))


def asked(workspace: Workspace, money: MoneyOptions = FREE, **changes: Any) -> PortfolioRequest:
    each = SignalsRequest(workspace, workspace.root / "mine.csv", "", "1d", money=money)
    return PortfolioRequest(each, SYMBOLS, **changes)


@pytest.fixture(scope="module")
def run(market: Workspace) -> ManyOutcome:
    """Return a portfolio with costs."""
    return backtest_portfolio(asked(market, MoneyOptions(capital=CAPITAL, commission=0.002, slippage=0.001)))


@pytest.fixture(scope="module")
def free(market: Workspace) -> ManyOutcome:
    """Return a portfolio without costs."""
    return backtest_portfolio(asked(market))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(rows: Sequence[dict[str, str]], name: str) -> list[float]:
    return [float(row[name]) for row in rows]


def test_the_folder_holds_its_files_and_no_other(run: ManyOutcome) -> None:
    names = sorted(path.name for path in run.folder.iterdir())
    assert names == ["contributions.csv", "equity.csv", "portfolio.json", "positions.csv", "report.html", "trades.csv"]
    for key in ("trades_file", "equity_file", "positions_file", "contributions_file", "report_file"):
        assert Path(run.document[key]).parent == run.folder.resolve()
        assert Path(run.document[key]).is_file()
    assert json.loads((run.folder / "portfolio.json").read_text(encoding="utf-8")) == run.document


def test_there_is_a_row_for_every_moment_at_which_any_symbol_has_a_bar(run: ManyOutcome) -> None:
    union = sorted(set(prices("OAK").index) | set(prices("ASH").index))
    stamps = [row["timestamp"] for row in table(run.folder / "equity.csv")]
    assert stamps == [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in union]
    assert run.document["instants"] == len(union) == BARS + 7


def test_the_drawdown_is_the_fall_below_the_highest_equity_so_far(run: ManyOutcome) -> None:
    rows = table(run.folder / "equity.csv")
    highest, deepest = CAPITAL, 0.0
    for row in rows:
        equity = float(row["equity"])
        highest = max(highest, equity)
        assert float(row["drawdown"]) == pytest.approx(equity / highest - 1, abs=1e-12)
        deepest = min(deepest, equity / highest - 1)
    assert deepest < 0
    assert run.document["metrics"]["max_drawdown"] == pytest.approx(deepest)


def test_equity_is_cash_and_what_is_held_at_its_last_close(run: ManyOutcome) -> None:
    rows = table(run.folder / "equity.csv")
    units = held_units(run, rows)
    closes = {symbol: prices(symbol)["close"] for symbol in SYMBOLS}
    for place, row in enumerate(rows):
        moment = pd.Timestamp(row["timestamp"])
        own = {symbol: units[symbol][place] for symbol in SYMBOLS if units[symbol][place]}
        gross = sum(quantity * closes[symbol].asof(moment) for symbol, quantity in own.items())
        assert float(row["gross_exposure"]) == pytest.approx(gross, rel=1e-9), row
        assert float(row["equity"]) == pytest.approx(float(row["cash"]) + gross, rel=1e-9)
        assert int(row["positions"]) == len(own)
    assert run.document["metrics"]["most_positions"] == max(column(rows, "positions"))


def test_each_position_is_worth_its_units_at_the_last_close(run: ManyOutcome) -> None:
    rows, held = table(run.folder / "equity.csv"), table(run.folder / "positions.csv")
    assert set(held[0]) == {"timestamp", *SYMBOLS}
    units = held_units(run, rows)
    closes = {symbol: prices(symbol)["close"] for symbol in SYMBOLS}
    for place, (row, own) in enumerate(zip(rows, held, strict=True)):
        assert own["timestamp"] == row["timestamp"]
        for symbol in SYMBOLS:
            close = closes[symbol].asof(pd.Timestamp(row["timestamp"])) if units[symbol][place] else 0.0
            assert float(own[symbol]) == pytest.approx(units[symbol][place] * close, rel=1e-9)
        together = sum(abs(float(own[symbol])) for symbol in SYMBOLS)
        assert together == pytest.approx(float(row["gross_exposure"]), rel=1e-12)


def held_units(run: ManyOutcome, rows: Sequence[dict[str, str]]) -> dict[str, list[float]]:
    """Return the units of each symbol at each moment by its trades and what was left open."""
    stamps = [row["timestamp"] for row in rows]
    units = {symbol: [0.0] * len(stamps) for symbol in SYMBOLS}
    for trade in table(run.folder / "trades.csv"):
        begun, ended = stamps.index(trade["entry_time"]), stamps.index(trade["exit_time"])
        for place in range(begun, ended):
            units[trade["symbol"]][place] += float(trade["quantity"])
    for left in run.document["open_positions"]:
        for place in range(stamps.index(f"{pd.Timestamp(left['entry_time']):%Y-%m-%dT%H:%M:%SZ}"), len(stamps)):
            units[left["symbol"]][place] += left["quantity"]
    return units


def test_contributions_are_the_sums_of_the_trades_and_of_what_is_open(run: ManyOutcome) -> None:
    trades = table(run.folder / "trades.csv")
    left = {held["symbol"]: held["unrealized_pnl"] for held in run.document["open_positions"]}
    assert set(left) == set(SYMBOLS)
    rows = {row["symbol"]: row for row in table(run.folder / "contributions.csv")}
    assert set(rows) == set(SYMBOLS)
    total = 0.0
    for symbol, row in rows.items():
        own = [trade for trade in trades if trade["symbol"] == symbol]
        assert int(row["trades"]) == len(own) == 2
        for name in ("gross_pnl", "commission", "slippage_cost", "financing", "net_pnl"):
            assert float(row[name]) == pytest.approx(sum(column(own, name)), abs=1e-9), name
        wins = sum(float(trade["net_pnl"]) > 0 for trade in own)
        assert float(row["win_rate"]) == pytest.approx(wins / len(own))
        assert float(row["unrealized_pnl"]) == pytest.approx(left[symbol])
        together = sum(column(own, "net_pnl")) + left[symbol]
        assert float(row["total_pnl"]) == pytest.approx(together)
        assert float(row["share"]) == pytest.approx(together / CAPITAL)
        total += together
    assert run.document["final_equity"] == pytest.approx(CAPITAL + total)


def test_the_symbols_of_the_document_say_what_the_table_says(run: ManyOutcome) -> None:
    rows = {row["symbol"]: row for row in table(run.folder / "contributions.csv")}
    assert [row["symbol"] for row in run.document["symbols"]] == list(SYMBOLS)
    for row in run.document["symbols"]:
        for name, value in rows[row["symbol"]].items():
            if name != "symbol":
                assert row[name] == float(value), name
        bars = prices(row["symbol"])
        assert row["bars"] == len(bars)
        assert row["start"] == f"{bars.index[0]:%Y-%m-%dT%H:%M:%SZ}"
        assert row["end"] == f"{bars.index[-1]:%Y-%m-%dT%H:%M:%SZ}"
        assert (row["seen"], row["seen_in_training"], row["model_step"], row["currency"]) == (None, 0, None, None)


def test_buy_and_hold_puts_half_into_each_at_the_open_after_its_first_bar(free: ManyOutcome) -> None:
    rows = table(free.folder / "equity.csv")
    oak, ash = prices("OAK"), prices("ASH")
    bought = {"OAK": CAPITAL / 2 / oak["open"].iloc[1]}
    wanted = []
    for row in rows:
        moment = pd.Timestamp(row["timestamp"])
        value = CAPITAL
        if moment >= oak.index[1]:
            value = CAPITAL / 2 + bought["OAK"] * oak["close"].asof(moment)
        wanted.append(value)
    begin = int(np.searchsorted(oak.index, ash.index[1]))
    assert column(rows, "buy_and_hold")[:begin] == pytest.approx(wanted[:begin])
    hold = free.document["benchmark"]["buy_and_hold"]
    assert float(rows[-1]["buy_and_hold"]) == hold["final_equity"]
    assert hold["total_return"] == pytest.approx(hold["final_equity"] / CAPITAL - 1)
    after = column(rows, "buy_and_hold")
    ash_units = (after[-1] - after[begin]) - bought["OAK"] * (
        oak["close"].iloc[-1] - oak["close"].asof(pd.Timestamp(rows[begin]["timestamp"]))
    )
    moved = ash["close"].iloc[-1] - ash["close"].iloc[1]
    assert 0 < ash_units / moved * ash["open"].iloc[1] <= CAPITAL - CAPITAL / 2 + 1e-6


def test_costs_cost(run: ManyOutcome, free: ManyOutcome) -> None:
    assert run.document["final_equity"] < free.document["final_equity"]
    assert run.document["metrics"]["total_commission"] > 0
    assert free.document["metrics"]["total_commission"] == 0
    entries = [trade["entry_time"] for trade in table(run.folder / "trades.csv")]
    assert entries == [trade["entry_time"] for trade in table(free.folder / "trades.csv")]


def test_the_command_says_every_limit_and_no_other(market: Workspace, run: ManyOutcome, tmp_path: Path) -> None:
    words = shlex.split(run.document["command"])
    assert words[words.index("--symbol") + 1] == "OAK,ASH"
    assert words[-1] == "--portfolio"
    assert not {"--max-exposure", "--max-positions", "--account-currency"} & set(words)
    limited = backtest_portfolio(asked(market, max_exposure=0.5, max_positions=1, out=tmp_path / "out")).document
    words = shlex.split(limited["command"])
    told = {name: words[words.index(name) + 1] for name in ("--max-exposure", "--max-positions")}
    assert told == {"--max-exposure": "0.5", "--max-positions": "1"}
    assert limited["limits"] == {"max_exposure": 0.5, "max_positions": 1}
    assert Path(limited["report_file"]) == (tmp_path / "out" / "report.html").resolve()
    rows = table(tmp_path / "out" / "equity.csv")
    assert max(column(rows, "positions")) == 1


def test_currencies_of_the_workspace_are_told(market: Workspace, run: ManyOutcome, tmp_path: Path) -> None:
    assert "No conversion" in run.document["note"]
    assert run.document["account_currency"] is None
    copy = Workspace(tmp_path)
    (tmp_path / "data").symlink_to(market.data)
    (tmp_path / "mine.csv").write_bytes((market.root / "mine.csv").read_bytes())
    (tmp_path / "symbols.yaml").write_text("OAK: {currency: USD}\nASH: {currency: USD}\n", encoding="utf-8")
    document = backtest_portfolio(asked(copy, account_currency="usd")).document
    assert document["account_currency"] == "USD"
    assert document["note"] == ""
    assert [row["currency"] for row in document["symbols"]] == ["USD", "USD"]
    words = shlex.split(document["command"])
    assert words[words.index("--account-currency") + 1] == "usd"


def test_the_page_shows_the_same_figures(run: ManyOutcome) -> None:
    page = Page.of(run.folder / "report.html")
    assert page.texts["h1"] == ["mine on a portfolio of 2, 1d"]
    assert "script" not in page.tags
    assert page.tags.count("svg") == 2
    assert [row[0] for row in page.tables[0]] == ["Symbol", *SYMBOLS]
    figures = {row[0]: row[1] for row in page.tables[1]}
    assert figures["Final equity"] == f"{run.document['final_equity']:,.2f}"
    assert figures["Trades"] == "4"
    assert figures["Most positions"] == "2"
    months = {row[0]: row for row in page.tables[2]}
    assert months["2020"][1].replace("−", "-") == f"{100 * january(run):.1f}"


def january(run: ManyOutcome) -> float:
    rows = [row for row in table(run.folder / "equity.csv") if row["timestamp"].startswith("2020-01")]
    return float(rows[-1]["equity"]) / CAPITAL - 1
