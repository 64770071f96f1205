"""The trail told afterwards: exits that a decision could not know of yet, closed bars, and the sentence."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.backtesting.config import BacktestConfig
from ktrdr_app.backtesting.simulation import simulate
from ktrdr_app.decision import Action, Decision, DecisionOrchestrator, Position
from ktrdr_app.decision.log import DecisionLog
from ktrdr_app.strategy.schema import DecisionSettings
from tests.backtesting.cases import actions_taken, coin_signals, walk

BUY, HOLD, SELL = (0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.1, 0.2, 0.7)


def log_of(rows: list[tuple[float, float, float]], held: list[int], **fields: object) -> DecisionLog:
    bars = len(rows)
    return DecisionLog(
        index=pd.date_range("2024-01-01", periods=bars, freq="1h", tz="UTC", unit="ns", name="timestamp"),
        shares=np.array(rows),
        ratios=np.full(bars, np.nan),
        dissimilarity=np.full(bars, np.nan),
        held=np.array(held, dtype=np.int8),
        ended=np.array(fields.pop("ended", []), dtype=np.int64),
        ended_in=np.array(fields.pop("ended_in", []), dtype=np.int64),
        closed=np.array(fields.pop("closed", [False] * bars)),
        orchestrator=DecisionOrchestrator(DecisionSettings(**fields)),
    )


def test_table_of_a_few_bars() -> None:
    table = log_of([BUY, HOLD, BUY, SELL], [0, 1, 1, 1]).table()
    assert table["raw"].tolist() == ["BUY", "HOLD", "BUY", "SELL"]
    assert table["action"].tolist() == ["BUY", "HOLD", "HOLD", "SELL"]
    assert table["position"].tolist() == ["flat", "long", "long", "long"]
    assert table["refused_by"].tolist() == ["", "", "position", ""]
    assert table["reason"].iloc[1] == ""
    assert "BUY while long" in table["reason"].iloc[2]


def test_only_known_exits_count_for_the_cooldown() -> None:
    # The position ended in bar 2, at its close: the decision of bar 2 did not know of it, that of bar 3 did.
    told = log_of([BUY] * 6, [0] * 6, cooldown_bars=3, min_signal_separation=0, ended=[3], ended_in=[2])
    assert told.table()["action"].tolist() == ["BUY", "BUY", "BUY", "HOLD", "HOLD", "BUY"]


def test_nothing_is_decided_while_the_market_is_closed() -> None:
    told = log_of([BUY, BUY], [0, 0], closed=[True, False])
    assert told.table()["action"].tolist() == ["HOLD", "BUY"]
    assert [decision.bar for decision in told.decisions()] == [1]


def test_explanation_counts_all_bars() -> None:
    assert log_of([HOLD] * 3, [0] * 3).explanation() == "the model said HOLD on all 3 bars"
    shy = log_of([BUY, HOLD], [0, 0], confidence_threshold=0.9)
    assert shy.explanation() == "1 signal below confidence 0.90; the highest was 0.70"
    assert [decision.action for decision in shy.decisions()] == [Action.HOLD]


kept_rules = st.builds(
    DecisionSettings,
    confidence_threshold=st.sampled_from([0.5, 0.6]),
    min_signal_separation=st.sampled_from([0, 3]),
    min_separation_hours=st.sampled_from([0.0, 30.0]),
    cooldown_bars=st.sampled_from([0, 4]),
    volume_filter=st.booleans(),
    max_dissimilarity=st.sampled_from([None, 1.0]),
)


def drawn_log(seed: int, bars: int, rules: DecisionSettings, short: bool = False) -> tuple[DecisionLog, list[Decision]]:
    """Return a log, and what an orchestrator decided at each of its bars while they came in one by one."""
    draw, live = np.random.default_rng(seed), DecisionOrchestrator(rules, short)
    index = pd.DatetimeIndex(
        pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(np.cumsum(draw.choice([1, 1, 9, 60], bars)), unit="h")
    ).as_unit("ns")
    shares = draw.dirichlet([1.5, 1.0, 1.5], bars)
    ratios, distances = draw.uniform(0, 2, bars), draw.uniform(0, 1.5, bars)
    ratios[draw.random(bars) < 0.2] = distances[draw.random(bars) < 0.2] = np.nan
    closed, held = draw.random(bars) < 0.15, np.zeros(bars, dtype=np.int8)
    side, last_exit, ended, ended_in, decided = 0, None, [], [], []
    for bar in range(bars):
        held[bar] = side
        if closed[bar]:
            continue
        decision = live.decide(
            bar, shares[bar].tolist(), float(ratios[bar]), Position(side), time=int(index[bar].value),
            last_exit=last_exit, dissimilarity=float(distances[bar]),
        )  # fmt: skip
        decided.append(decision)
        wanted = {Action.BUY: 1, Action.HOLD: side, Action.SELL: -1 if short else 0}[decision.action]
        stopped = side != 0 and draw.random() < 0.2
        if (wanted != side and side) or stopped:
            # It ends within the next bar, whose decision is the first that knows of it.
            ended.append(bar + 1)
            ended_in.append(bar + 1)
            last_exit = bar + 1
        side = 0 if stopped else wanted
    log = DecisionLog(
        index, shares, ratios, distances, held, np.array(ended, dtype=np.int64), np.array(ended_in, dtype=np.int64),
        closed, DecisionOrchestrator(rules, short),
    )  # fmt: skip
    return log, decided


@given(st.integers(0, 1000), st.integers(1, 60), kept_rules, st.booleans())
@settings(max_examples=20)
def test_the_trail_told_afterwards_is_the_one_of_the_moment(
    seed: int, bars: int, rules: DecisionSettings, short: bool
) -> None:
    log, decided = drawn_log(seed, bars, rules, short)
    assert list(log.decisions()) == [decision for decision in decided if decision.raw is not Action.HOLD]


def test_a_log_can_be_told_twice() -> None:
    log, _ = drawn_log(1, 60, DecisionSettings(min_signal_separation=3))
    assert list(log.decisions()) == list(log.decisions())


@given(st.integers(0, 1000), kept_rules)
@settings(max_examples=15)
def test_the_table_read_back_from_csv(seed: int, rules: DecisionSettings) -> None:
    log, decided = drawn_log(seed, 40, rules)
    rows = list(csv.DictReader(io.StringIO(log.table().to_csv())))
    assert [pd.Timestamp(row[""]) for row in rows] == list(log.index)
    by_bar = {decision.bar: decision for decision in decided}
    for bar, row in enumerate(rows):
        shares = {name: float(row[name]) for name in ("buy", "hold", "sell")}
        assert row["raw"] == max(shares, key=lambda name: shares[name]).upper()
        assert float(row["confidence"]) == max(shares.values())
        assert row["position"] == {-1: "short", 0: "flat", 1: "long"}[int(log.held[bar])]
        decision = by_bar.get(bar)
        assert row["action"] == (decision.action.name if decision else "HOLD")
        refused = [verdict.name for verdict in decision.trail if not verdict.passed] if decision else []
        assert row["refused_by"] == (refused[0] if refused else "")
        assert row["reason"] == "; ".join(verdict.reason for verdict in (decision.trail if decision else ()))


@given(st.integers(0, 1000), kept_rules)
@settings(max_examples=15)
def test_the_sentence_counts_what_the_table_lists(seed: int, rules: DecisionSettings) -> None:
    log, _ = drawn_log(seed, 60, rules)
    table = log.table()
    told = [part for part in log.explanation().split("; ") if not part.startswith("the highest")]
    counts = sorted(int(match[0]) for part in told if (match := re.match(r"\d+", part)))
    refused = Counter(table["refused_by"][table["refused_by"] != ""])
    passed = int((table["action"] != "HOLD").sum())
    assert counts == sorted([*refused.values(), *([passed] if passed else [])])


@pytest.mark.parametrize("fill", ["next_open", "close"])
@pytest.mark.parametrize("short", [False, True])
def test_actions_that_passed_make_the_same_trades(fill: str, short: bool) -> None:
    """The actions that passed the filters, given as bare signals, lead to the very account."""
    bars = walk(3, 300, "1h")
    signals = coin_signals(4, 300, 0.3)
    rules = DecisionSettings(min_signal_separation=4, cooldown_bars=6)
    config = BacktestConfig(fill=fill, allow_short=short)
    account, _ = simulate(bars, signals, config, rules)
    again, _ = simulate(bars, actions_taken(bars, signals, config, rules), config)
    assert 0 < len(account.trades) < int((signals != Action.HOLD).sum())
    np.testing.assert_array_equal(again.values, account.values)
