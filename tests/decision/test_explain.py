"""Why there was no trade: the sentences, word for word."""

from __future__ import annotations

import math

import pytest

from ktrdr_app.decision import Action, Decision, DecisionOrchestrator, Position, explain_no_trades
from ktrdr_app.strategy.schema import DecisionSettings


def decided(rows: list[tuple[float, float, float]], ratio: float = math.nan, **fields: object) -> list[Decision]:
    orchestrator = DecisionOrchestrator(DecisionSettings(**fields))
    return [orchestrator.decide(bar, row, ratio, Position.FLAT) for bar, row in enumerate(rows)]


def leaning_to(action: Action, share: float) -> tuple[float, float, float]:
    rest = (1 - share) / 2
    row = [rest, rest, rest]
    row[action] = share
    return (row[0], row[1], row[2])


def test_no_bars() -> None:
    assert explain_no_trades([]) == "there were no bars to decide on"


@pytest.mark.parametrize(("count", "bars"), [(1, "1 bar"), (2, "2 bars"), (1200, "1,200 bars")])
def test_only_hold(count: int, bars: str) -> None:
    decisions = decided([leaning_to(Action.HOLD, 0.9)] * count)
    assert explain_no_trades(decisions) == f"the model said HOLD on all {bars}"


def test_too_little_confidence() -> None:
    rows = [leaning_to(Action.BUY, 0.5)] * 811 + [leaning_to(Action.SELL, 0.57)] + [leaning_to(Action.HOLD, 0.9)] * 3
    told = explain_no_trades(decided(rows, confidence_threshold=0.6))
    assert told == "812 signals below confidence 0.60; the highest was 0.57"


def test_a_quiet_market() -> None:
    told = explain_no_trades(decided([leaning_to(Action.BUY, 0.9)], 0.4, volume_filter=True, min_volume_ratio=1.5))
    assert told == "1 signal on bars with less than 1.50 times the usual volume"


def test_a_position_in_the_way() -> None:
    told = explain_no_trades(decided([leaning_to(Action.SELL, 0.9)] * 4))
    assert told == "4 signals that the position does not allow (4 SELL while flat)"


def test_all_reasons_in_the_order_of_the_filters() -> None:
    rows = [leaning_to(Action.SELL, 0.8), leaning_to(Action.BUY, 0.8), leaning_to(Action.BUY, 0.9)]
    told = explain_no_trades(decided([*rows, leaning_to(Action.SELL, 0.4)], min_signal_separation=5))
    assert told == (
        "1 signal below confidence 0.50; the highest was 0.40; 1 signal that the position does not allow "
        "(1 SELL while flat); 1 signal less than 5 bars after the one before; 1 signal passed every filter"
    )
