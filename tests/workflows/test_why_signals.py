"""Runs of given signals asked why: positions and orders against the engine's own log, bar by bar."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ktrdr_app.cli.why_tables import why_parts
from ktrdr_app.core.errors import InvalidValue, SignalsMismatch
from ktrdr_app.core.paths import Workspace
from ktrdr_app.data.sample import install_sample
from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.workflows import backtest_signals, explain_trade, open_why
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.requests import BacktestOutcome, MoneyOptions, SignalsRequest
from ktrdr_app.workflows.why_facts import SignalTradeWhy, SignalWhy
from ktrdr_app.workflows.why_run import WhyRequest
from ktrdr_app.workflows.why_sentences import chain, gist, headline, steps
from ktrdr_app.workflows.why_signals import SignalsRun, is_of_signals, open_signals
from ktrdr_app.workflows.wording import significant

KINDS = {
    "long": MoneyOptions(),
    "short": MoneyOptions(allow_short=True),
    "close": MoneyOptions(fill="close"),
    "close_short": MoneyOptions(fill="close", allow_short=True, close_at_end=True),
    "stops": MoneyOptions(stop_loss=0.03, take_profit=0.05),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace(tmp_path_factory.mktemp("signals"))
    install_sample(made)
    return made


@pytest.fixture(scope="module")
def wanted(workspace: Workspace) -> pd.DataFrame:
    """Return random signals for two thirds of 400 bars, the others without a row."""
    bars = source_of(workspace).load("GOOG", "1d").iloc[:400]
    random = np.random.default_rng(8)
    table = pd.DataFrame(
        {
            "timestamp": bars.index.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "signal": random.choice(["BUY", "HOLD", "SELL"], len(bars), p=[0.3, 0.5, 0.2]),
            "confidence": random.random(len(bars)).round(3),
        }
    )
    return table[random.random(len(bars)) < 0.66]


@pytest.fixture(scope="module")
def outcomes(workspace: Workspace, wanted: pd.DataFrame) -> dict[str, BacktestOutcome]:
    file = workspace.root / "mine.csv"
    wanted.to_csv(file, index=False)
    end = str(source_of(workspace).load("GOOG", "1d").index[399])
    return {
        name: backtest_signals(SignalsRequest(workspace, file, "GOOG", "1d", end=end, money=money))
        for name, money in KINDS.items()
    }


@pytest.fixture(scope="module")
def runs(workspace: Workspace, outcomes: dict[str, BacktestOutcome]) -> dict[str, SignalsRun]:
    found = {name: open_why(workspace, outcome.folder) for name, outcome in outcomes.items()}
    assert all(isinstance(run, SignalsRun) for run in found.values())
    return found  # type: ignore[return-value]


def held(outcome: BacktestOutcome) -> np.ndarray:
    """Return the side that the engine held at each bar's close."""
    return np.sign(np.asarray(outcome.result.units)).astype(int)


@pytest.mark.parametrize("name", KINDS)
def test_every_bar_tells_the_signal_of_the_file(runs: dict[str, SignalsRun], wanted: pd.DataFrame, name: str) -> None:
    run = runs[name]
    told = {pd.Timestamp(row.timestamp): (row.signal, row.confidence) for row in wanted.itertuples()}
    for bar, opened in enumerate(run.index):
        why = run.bar(bar)
        signal, confidence = told.get(opened, ("HOLD", None))
        assert (why.signal.name, why.confidence) == (signal, confidence)
        assert why.time == opened


@pytest.mark.parametrize("name", ["long", "short", "stops"])
def test_the_position_of_every_bar_is_the_engines(
    runs: dict[str, SignalsRun], outcomes: dict[str, BacktestOutcome], name: str
) -> None:
    assert [int(runs[name].bar(bar).position) for bar in range(len(runs[name].index))] == held(outcomes[name]).tolist()


@pytest.mark.parametrize("name", ["close", "close_short"])
def test_at_the_close_it_is_the_position_before_the_order(
    runs: dict[str, SignalsRun], outcomes: dict[str, BacktestOutcome], name: str
) -> None:
    before = [0, *held(outcomes[name]).tolist()[:-1]]
    assert [int(runs[name].bar(bar).position) for bar in range(len(runs[name].index))] == before


@pytest.mark.parametrize("name", ["long", "short", "close", "close_short"])
def test_what_a_signal_asked_for_is_what_the_engine_did(
    runs: dict[str, SignalsRun], outcomes: dict[str, BacktestOutcome], name: str
) -> None:
    run, sides = runs[name], held(outcomes[name])
    later = 0 if run.config.fill == "close" else 1
    asked = 0
    for bar in range(len(run.index) - 2):  # at the last bars there is nobody to fill an order
        why = run.bar(bar)
        expected = int(why.position if why.wanted is None else why.wanted)
        asked += why.wanted is not None
        if not why.events:
            assert sides[bar + later] == expected, f"bar {bar}"
    assert asked >= 30


@pytest.mark.parametrize("name", KINDS)
def test_every_trade_leads_back_to_the_signals_that_made_it(
    runs: dict[str, SignalsRun], outcomes: dict[str, BacktestOutcome], name: str
) -> None:
    run, table = runs[name], outcomes[name].result.trades
    assert run.trades == len(table) + (outcomes[name].result.open_trade is not None)
    assert len(table) > 8
    later = 0 if run.config.fill == "close" else 1
    for number, row in enumerate(table.itertuples(), start=1):
        why = run.trade(number)
        assert (why.side, why.quantity, why.exit_reason) == (row.side, row.quantity, row.exit_reason)
        assert (why.entry.time, why.entry.price) == (row.entry_time, row.entry_price)
        assert why.exit is not None
        assert (why.exit.time, why.exit.price) == (row.exit_time, row.exit_price)
        assert why.return_pct == row.return_pct
        into = Action.BUY if row.side == "long" else Action.SELL
        assert why.bought.signal is into
        assert why.bought.bar == run.row_of(row.entry_time) - later
        assert why.bought.wanted is (Position.LONG if row.side == "long" else Position.SHORT)
        if row.exit_reason in ("signal", "reversal"):
            assert why.sold is not None
            assert why.sold.signal is (Action.SELL if into is Action.BUY else Action.BUY)
            assert why.sold.bar == run.row_of(row.exit_time) - later
        else:
            assert why.sold is None


def test_a_position_still_open_is_the_last_trade(
    runs: dict[str, SignalsRun], outcomes: dict[str, BacktestOutcome]
) -> None:
    names = [name for name, outcome in outcomes.items() if outcome.result.open_trade is not None]
    assert names
    for name in names:
        run, left = runs[name], outcomes[name].result.open_trade
        assert left is not None
        why = run.trade(run.trades)
        assert (why.exit, why.sold, why.exit_reason) == (None, None, "open")
        assert (why.side, why.quantity, why.entry.price) == (left.side, left.quantity, left.entry_price)
        assert why.return_pct == pytest.approx(left.unrealized_pnl / (left.quantity * left.entry_price))
        assert "still open" in headline(why)
        assert "still open after the last bar" in chain(why)


def test_what_became_of_a_rejected_order_is_told(workspace: Workspace, tmp_path: Path) -> None:
    bars = source_of(workspace).load("GOOG", "1d").iloc[:60]
    file = tmp_path / "dear.csv"
    stamps = bars.index.strftime("%Y-%m-%dT%H:%M:%SZ")
    file.write_text(f"timestamp,signal\n{stamps[4]},BUY\n{stamps[9]},SELL\n", encoding="utf-8")
    money = MoneyOptions(capital=50.0, sizing={"kind": "fixed_units", "units": 10.0})
    outcome = backtest_signals(SignalsRequest(workspace, file, "GOOG", "1d", end=str(stamps[-1]), money=money))
    (event,) = [event for event in outcome.result.events if event.code == "order_rejected"]
    run = open_signals(outcome.folder)
    why = run.bar(4)
    assert why.events == (event.message,)
    assert event.message in chain(why)
    assert why.confidence is None
    assert (run.bar(9).wanted, run.bar(9).events) == (None, ())
    assert run.trades == 0
    with pytest.raises(InvalidValue) as refused:
        run.trade(1)
    assert "made no trade" in str(refused.value.hint)


@pytest.mark.parametrize("fill", ["next_open", "close"])
def test_each_order_has_its_own_fate(workspace: Workspace, tmp_path: Path, fill: str) -> None:
    """Orders of neighbouring bars, and one at the last close, each refused for a price of its own."""
    bars = source_of(workspace).load("GOOG", "1d").iloc[:60]
    file, stamps, asked = tmp_path / "dear.csv", bars.index.strftime("%Y-%m-%dT%H:%M:%SZ"), (4, 5, 6, 59)
    file.write_text("timestamp,signal\n" + "".join(f"{stamps[bar]},BUY\n" for bar in asked), encoding="utf-8")
    money = MoneyOptions(capital=50.0, fill=fill, sizing={"kind": "fixed_units", "units": 10.0})
    outcome = backtest_signals(SignalsRequest(workspace, file, "GOOG", "1d", end=str(stamps[-1]), money=money))
    run, messages = open_signals(outcome.folder), [event.message for event in outcome.result.events]
    assert len(set(messages)) == len(asked)
    assert [run.bar(bar).events for bar in asked] == [(message,) for message in messages]


def test_words_say_what_is_known_and_what_is_not(runs: dict[str, SignalsRun]) -> None:
    run = runs["long"]
    why = run.trade(2)
    assert [step.key for step in steps(why)][:4] == ["signal", "asked", "order", "exit"]
    assert steps(why)[-1].key == "unknown"
    said = chain(why)
    stamp = str(why.bought.time.date())
    assert f"signals.csv said BUY at the close of {stamp} with a confidence of {why.bought.confidence:.2f}" in said
    assert "The account was flat, so BUY was an order to buy." in said
    assert "no memberships, features or probabilities" in said
    assert said.count("pass no confidence threshold") == 1
    assert "symbol" not in why.to_document()
    order = next(step.text for step in steps(why) if step.key == "order")
    assert f"{why.entry.time.date()}" in order
    assert significant(why.entry.price) in order
    assert gist(why).startswith("BUY by signals.csv")
    assert headline(why).startswith("Trade 2, long, ")


@pytest.mark.parametrize(
    ("name", "signal", "position", "words"),
    [
        ("long", Action.HOLD, None, "HOLD asks for nothing"),
        ("long", Action.BUY, Position.LONG, "The account was long already, so BUY asked for nothing"),
        ("long", Action.SELL, Position.FLAT, "the run does not sell short, so SELL asked for nothing"),
        ("long", Action.SELL, Position.LONG, "SELL was an order to sell what was held"),
        ("short", Action.SELL, Position.LONG, "an order to sell what was held and go short"),
        ("short", Action.SELL, Position.SHORT, "The account was short already, so SELL asked for nothing"),
        ("short", Action.BUY, Position.SHORT, "an order to cover the short position and buy"),
    ],
)
def test_a_bar_is_told_by_what_was_held(
    runs: dict[str, SignalsRun], name: str, signal: Action, position: Position | None, words: str
) -> None:
    run = runs[name]
    found = [run.bar(bar) for bar in range(len(run.index))]
    why = next(one for one in found if one.signal is signal and position in (None, one.position))
    assert words in chain(why)
    assert str(why.time.date()) in headline(why)


def test_a_bar_without_a_row_is_hold(runs: dict[str, SignalsRun], wanted: pd.DataFrame) -> None:
    run = runs["long"]
    told = set(pd.to_datetime(wanted["timestamp"]))
    bar = next(bar for bar, opened in enumerate(run.index) if opened not in told)
    assert "has no BUY or SELL for the bar" in chain(run.bar(bar))


def test_the_command_and_the_document(workspace: Workspace, outcomes: dict[str, BacktestOutcome]) -> None:
    folder = outcomes["long"].folder
    trade = explain_trade(WhyRequest(workspace, folder.name, trade=1))
    assert isinstance(trade, SignalTradeWhy)
    document = json.loads(json.dumps(trade.to_document()))
    row = outcomes["long"].result.trades.iloc[0]
    assert document["entry"]["price"] == row["entry_price"]
    assert document["entry_signal"]["signal"] == "BUY"
    assert document["exit_signal"]["signal"] == "SELL"
    bar = explain_trade(WhyRequest(workspace, folder, time=str(row["entry_time"])))
    assert isinstance(bar, SignalWhy)
    assert json.loads(json.dumps(bar.to_document()))["position"] == "long"
    printed = "\n".join(str(part) for part in why_parts(trade))
    assert "Signal: signals.csv said BUY" in printed
    assert "To leave, signal: signals.csv said SELL" in printed


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_no_such_trade(runs: dict[str, SignalsRun], number: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        runs["short"].trade(number)
    assert f"a number from 1 to {runs['short'].trades}" in str(refused.value.hint)


@pytest.mark.parametrize("moment", ["yesterday", "1999-01-01", "2030-01-01"])
def test_no_such_bar(runs: dict[str, SignalsRun], moment: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        runs["long"].bar_at(moment)
    assert "an ISO time in UTC" in str(refused.value.hint)


def test_damaged_signals_are_told(outcomes: dict[str, BacktestOutcome], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in outcomes["long"].folder.iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    assert is_of_signals(copy)
    (copy / "signals.csv").write_text("timestamp,signal\n2001-01-01T00:00:00Z,BUY\n", encoding="utf-8")
    with pytest.raises(SignalsMismatch) as refused:
        open_signals(copy)
    assert "the open of a bar" in str(refused.value.hint)
    (copy / "signals.csv").unlink()
    assert not is_of_signals(copy)
