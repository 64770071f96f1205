"""What the inspector tells of a run and its trades equals the run's own files, read with pandas."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.inspected import Inspected
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.backtest.panel import BacktestPanel
from ktrdr_app.workflows.run_folders import newest_run
from tests.gui.panels.inspector.conftest import figures

pytestmark = pytest.mark.gui

Told, Press = Callable[[str, str], Inspected], Callable[[str], None]


@pytest.fixture
def home(rich: MainWindow) -> Path:
    """Return the folder of the run that the station shows."""
    found = newest_run(rich.context.workspace)
    assert found is not None
    return found


@pytest.fixture
def trades(home: Path) -> pd.DataFrame:
    return pd.read_csv(home / "trades.csv")


@pytest.fixture
def panel(rich: MainWindow, qtbot: QtBot) -> Iterator[BacktestPanel]:
    made = cast(BacktestPanel, rich.panels["backtestPanel"])
    qtbot.waitUntil(lambda: made.view is not None, timeout=20_000)
    view = made.view
    yield made
    assert view is not None
    made.show_run(view)
    made.trades.clearSelection()


def choose(rich: MainWindow, panel: BacktestPanel, number: int, qtbot: QtBot) -> Inspected:
    """Choose a trade in the table and return what is told of it."""
    panel.trades.select(lambda trade: trade.number == number)
    return trade_shown(rich, number, qtbot)


def trade_shown(rich: MainWindow, number: int, qtbot: QtBot) -> Inspected:
    inspector = rich.docks.inspector
    title = f"Trade {number + 1} of "
    qtbot.waitUntil(lambda: inspector.shown is not None and inspector.shown.title.startswith(title))
    return cast(Inspected, inspector.shown)


def test_the_figures_of_the_run_are_those_of_its_files(
    panel: BacktestPanel, told: Told, home: Path, trades: pd.DataFrame
) -> None:
    facts = dict(told("backtestPanel", "GOOG 1d").facts)
    curve = pd.read_csv(home / "equity.csv")
    own, held = curve["equity"], curve["buy_and_hold"]
    capital = json.loads((home / "result.json").read_text(encoding="utf-8"))["initial_capital"]
    total = [each.iloc[-1] / capital - 1 for each in (own, held)]
    deepest = [(each / np.maximum(each.cummax(), capital) - 1).min() for each in (own, held)]
    assert figures(facts["Total return"]) == pytest.approx(total, abs=6e-4)
    assert figures(facts["Drawdown"]) == pytest.approx(deepest, abs=6e-4)
    assert figures(facts["Trades"])[0] == len(trades) > 40
    assert figures(facts["Win rate"])[0] == pytest.approx((trades["net_pnl"] > 0).mean(), abs=6e-4)
    returns = own.pct_change().dropna()
    years = (pd.to_datetime(curve["timestamp"]).iloc[-1] - pd.to_datetime(curve["timestamp"]).iloc[0]).days / 365.25
    sharpe = returns.mean() / returns.std(ddof=1) * np.sqrt(len(returns) / years)
    assert figures(facts["Sharpe"])[0] == pytest.approx(sharpe, abs=0.02)
    assert facts["Model"] == "–", "no model made these signals"


def test_the_facts_are_named_as_in_the_stations_own_table(panel: BacktestPanel, told: Told) -> None:
    assert panel.view is not None
    names = [name for name, _words in told("backtestPanel", "GOOG 1d").facts]
    assert names == ["Strategy", "Model", "Total return", "Drawdown", "Sharpe", "Trades", "Win rate"]
    table = {row.title: f"{row.model} (held: {row.held})" for row in panel.view.metrics}
    facts = dict(told("backtestPanel", "GOOG 1d").facts)
    assert {name: facts[name] for name in names[2:]} == {name: table[name] for name in names[2:]}


@pytest.mark.parametrize("number", [0, 17, -1])
def test_a_trade_is_told_as_its_line_in_the_file(
    rich: MainWindow, panel: BacktestPanel, told: Told, trades: pd.DataFrame, number: int, qtbot: QtBot
) -> None:
    told("backtestPanel", "")
    number %= len(trades)
    found, line = choose(rich, panel, number, qtbot), trades.iloc[number]
    facts = dict(found.facts)
    assert found.title == f"Trade {number + 1} of {len(trades)}"
    assert facts["Side"] == line["side"]
    for name in ("entry", "exit"):
        day, price = facts[name.capitalize()].split("  ")
        assert day == line[f"{name}_time"][:10]
        assert figures(price) == pytest.approx([line[f"{name}_price"]], rel=1e-5)
    assert figures(facts["Net profit"]) == pytest.approx([line["net_pnl"], line["return_pct"]], abs=6e-3)
    assert figures(facts["Best"]) == pytest.approx([line["mfe"]], abs=6e-5)
    assert figures(facts["Worst"]) == pytest.approx([line["mae"]], abs=6e-5)
    assert figures(facts["Held"]) == [line["bars_held"]]
    assert found.tone == ("success" if line["net_pnl"] > 0 else "danger")
    assert line["exit_reason"].replace("_", " ") in found.why


def test_the_losing_trades_are_walked_through_to_the_last(
    rich: MainWindow, panel: BacktestPanel, told: Told, press: Press, trades: pd.DataFrame, qtbot: QtBot
) -> None:
    losers = [number for number in trades.index[trades["net_pnl"] < 0] if number > 30]
    told("backtestPanel", "")
    choose(rich, panel, 30, qtbot)
    for number in losers:
        press("Next losing trade")
        found = trade_shown(rich, number, qtbot)
        assert found.tone == "danger"
    (last,) = [step for step in found.steps if step.text == "Next losing trade"]
    assert last.reason == "There is none"
    press("Back to the run")
    qtbot.waitUntil(lambda: rich.docks.inspector.shown is not None and rich.docks.inspector.shown.kind == "Backtest")


def test_next_and_previous_go_by_time_however_the_table_is_sorted(
    rich: MainWindow, panel: BacktestPanel, told: Told, press: Press, trades: pd.DataFrame, qtbot: QtBot
) -> None:
    told("backtestPanel", "GOOG 1d")
    by_profit = [column.title for column in panel.trades.records.columns].index("Profit")
    panel.trades.sortByColumn(by_profit, panel.trades.horizontalHeader().sortIndicatorOrder())
    press("First trade")
    assert [step.reason for step in trade_shown(rich, 0, qtbot).steps][1] == "There is none"
    for number in (1, 2):
        press("Next trade")
        trade_shown(rich, number, qtbot)
        low, high = panel.charts.visible_range
        entry = pd.to_datetime(trades["entry_time"][number])
        bars = pd.read_csv(rich.context.workspace.data / "GOOG_1d.csv", parse_dates=["timestamp"])["timestamp"]
        assert low <= bars.searchsorted(entry) <= high, "the chart goes there too"
    press("Previous trade")
    trade_shown(rich, 1, qtbot)
    panel.trades.sortByColumn(0, panel.trades.horizontalHeader().sortIndicatorOrder())


@pytest.mark.parametrize(
    ("price", "text"),
    [(1234567.5, "1 234 568"), (0.000012345, "1.2345e−05"), (98765.432, "98 765.4"), (1.05236, "1.05236")],
)
def test_prices_of_every_size_are_written_as_the_window_writes_numbers(
    rich: MainWindow, panel: BacktestPanel, told: Told, price: float, text: str, qtbot: QtBot
) -> None:
    assert panel.view is not None
    first = replace(panel.view.trades[0], entry_price=price, exit_price=price, net=0.0, number=0)
    panel.show_run(replace(panel.view, trades=(first,)))
    told("backtestPanel", "")
    found = choose(rich, panel, 0, qtbot)
    assert found.title == "Trade 1 of 1"
    entry = dict(found.facts)["Entry"].split("  ")[1]
    assert entry == text.replace(" ", "\N{NARROW NO-BREAK SPACE}")
    assert found.tone == "", "neither won nor lost"
    assert [step.reason for step in found.steps] == ["There is none"] * 3 + [""]
