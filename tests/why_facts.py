"""Explanations made by hand, for what only shows them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ktrdr_app.decision import Action, Decision, FilterVerdict
from ktrdr_app.features.raw_inputs import Reading
from ktrdr_app.workflows.why_facts import BarWhy, TradeWhy, WhyFeature, WhyFill, WhyFlip, WhyReading, WhyShare

PASSED = FilterVerdict("confidence", True, "confidence 0.71 is at least 0.60", 0.6)
REFUSED = FilterVerdict("position", False, "BUY while long")


def flip(**changes: Any) -> WhyFlip:
    """Return a flip of RSI."""
    given = {
        "key": "rsi",
        "label": "RSI 14",
        "unit": "oscillator",
        "value": 24.1,
        "needed": 31.66,
        "deviations": 0.9,
        "action": Action.HOLD,
    }
    return WhyFlip(**(given | changes))


def bar_why(**changes: Any) -> BarWhy:
    """Return the explanation of a BUY, with changes."""
    rsi = Reading("rsi", "rsi", "", "raw", "oscillator", 24.1, 24.1, (("oversold", 0.82), ("neutral", 0.0)))
    mean = Reading("mean", "mean", "4h", "atr_distance", "price", 1.10342, -1.8, (("below", 1.0), ("near", 0.1)))
    given = {
        "time": pd.Timestamp("2017-06-02 10:00", tz="UTC"),
        "bar": 12,
        "timeframe": "1h",
        "in_sample": False,
        "readings": (WhyReading("RSI 14", rsi), WhyReading("EMA 20 (4h)", mean)),
        "features": (WhyFeature("rsi_oversold", "rsi", 0.82, 2.5), WhyFeature("roc_5", "price", -0.01, -0.4)),
        "logged": (0.71, 0.2, 0.09),
        "today": (0.71, 0.2, 0.09),
        "base": (0.41, 0.3, 0.29),
        "base_words": "an average training bar",
        "shares": (
            WhyShare("rsi", "RSI 14", (0.35, -0.1, -0.25)),
            WhyShare("price", "price context", (-0.05, 0.0, 0.05)),
        ),
        "decision": Decision(12, Action.BUY, 0.71, Action.BUY, (PASSED,)),
        "threshold": 0.6,
        "refused_outside": (),
        "flips": (flip(), flip(key="roc_5", label="change over 5 bars", unit="ratio", value=-0.01, needed=0.02)),
        "tried": 9,
        "notes": (),
    }
    return BarWhy(**(given | changes))


def refused_why(**changes: Any) -> BarWhy:
    """Return the explanation of a BUY that the position refused."""
    decision = Decision(12, Action.BUY, 0.71, Action.HOLD, (PASSED, REFUSED))
    return bar_why(**({"decision": decision} | changes))


def trade_why(**changes: Any) -> TradeWhy:
    """Return the explanation of a long trade that a SELL ended, with changes."""
    sold = bar_why(
        time=pd.Timestamp("2017-06-03 15:00", tz="UTC"),
        logged=(0.1, 0.2, 0.7),
        decision=Decision(41, Action.SELL, 0.7, Action.SELL, (PASSED,)),
    )
    given = {
        "number": 3,
        "side": "long",
        "quantity": 1234.5,
        "entry": WhyFill(pd.Timestamp("2017-06-02 11:00", tz="UTC"), 1.10512, False),
        "exit": WhyFill(pd.Timestamp("2017-06-03 16:00", tz="UTC"), 1.11, False),
        "exit_reason": "signal",
        "stop_words": "",
        "return_pct": 0.0042,
        "bought": bar_why(),
        "sold": sold,
    }
    return TradeWhy(**(given | changes))
