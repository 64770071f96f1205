"""The trail told afterwards: exits that a decision could not know of yet, closed bars, and the sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ktrdr_app.decision import Action, DecisionOrchestrator
from ktrdr_app.decision.log import DecisionLog
from ktrdr_app.strategy.schema import DecisionSettings

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
