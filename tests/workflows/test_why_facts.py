"""Facts as JSON: every figure under its own name, nothing that JSON cannot hold."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.decision import Action, Decision, FilterVerdict
from tests.why_facts import PASSED, bar_why, flip, refused_why, trade_why


def read(document: object) -> dict[str, object]:
    """Return a document as a program reads it."""
    return dict(json.loads(json.dumps(document, allow_nan=False)))


def test_a_bar() -> None:
    document = read(bar_why().to_document())
    assert document["time"] == "2017-06-02T10:00:00Z"
    assert document["probabilities"] == document["probabilities_today"] == {"buy": 0.71, "hold": 0.2, "sell": 0.09}
    assert (document["base"], document["base_is"]) == (
        {"buy": 0.41, "hold": 0.3, "sell": 0.29},
        "an average training bar",
    )
    assert (document["raw"], document["action"], document["confidence"]) == ("BUY", "BUY", 0.71)
    assert (document["threshold"], document["in_sample"], document["inputs_tried"]) == (0.6, False, 9)
    assert document["notes"] == []


def test_the_parts_of_a_bar() -> None:
    document = read(bar_why().to_document())
    rsi, mean = document["readings"]
    assert (rsi["label"], rsi["value"], rsi["grades"]) == ("RSI 14", 24.1, {"oversold": 0.82, "neutral": 0.0})
    assert (mean["timeframe"], mean["form"], mean["formed"]) == ("4h", "atr_distance", -1.8)
    assert document["features"][0] == {"name": "rsi_oversold", "group": "rsi", "value": 0.82, "scaled": 2.5}
    assert document["contributions"][1] == {
        "group": "price",
        "label": "price context",
        "buy": -0.05,
        "hold": 0.0,
        "sell": 0.05,
    }
    assert document["filters"] == [
        {"name": "confidence", "passed": True, "reason": "confidence 0.71 is at least 0.60", "limit": 0.6}
    ]
    first = document["flips"][0]
    assert (first["key"], first["value"], first["needed"], first["action"]) == ("rsi", 24.1, 31.66, "HOLD")
    assert first["change"] == pytest.approx(7.56)


def test_what_has_no_number_is_null() -> None:
    verdict = FilterVerdict("position", False, "BUY while long", math.nan)
    odd = bar_why(
        decision=Decision(12, Action.BUY, 0.71, Action.HOLD, (PASSED, verdict)),
        flips=(flip(deviations=math.inf),),
        today=None,
    )
    document = read(odd.to_document())
    assert document["filters"][1]["limit"] is None
    assert document["flips"][0]["deviations"] is None
    assert document["probabilities_today"] is None


def test_the_smallest_flip_is_the_first() -> None:
    assert bar_why().flip == bar_why().flips[0]
    assert bar_why(flips=()).flip is None
    assert flip(value=3.0, needed=1.0).change == -2.0


def test_a_trade() -> None:
    document = read(trade_why().to_document())
    assert {key: document[key] for key in ("trade", "side", "quantity", "exit_reason", "stop", "return_pct")} == {
        "trade": 3,
        "side": "long",
        "quantity": 1234.5,
        "exit_reason": "signal",
        "stop": "",
        "return_pct": 0.0042,
    }
    assert document["entry"] == {"time": "2017-06-02T11:00:00Z", "price": 1.10512, "at_close": False}
    assert document["exit"]["time"] == "2017-06-03T16:00:00Z"
    assert document["entry_decision"]["action"] == "BUY"
    assert document["exit_decision"]["action"] == "SELL"


def test_a_trade_without_an_end_or_a_decision_to_leave() -> None:
    document = read(trade_why(exit=None, exit_reason="open", sold=None).to_document())
    assert (document["exit"], document["exit_decision"], document["exit_reason"]) == (None, None, "open")
    stopped = read(trade_why(exit_reason="stop_loss", stop_words="the stop", sold=None).to_document())
    assert (stopped["stop"], stopped["exit_decision"]) == ("the stop", None)


def test_a_refused_signal_keeps_its_answer() -> None:
    document = read(refused_why(refused_outside=("BUY while long",)).to_document())
    assert (document["raw"], document["action"]) == ("BUY", "HOLD")
    assert [entry["passed"] for entry in document["filters"]] == [True, False]


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_change_leads_from_the_value_to_the_one_needed(value: float, needed: float) -> None:
    found = flip(value=value, needed=needed)
    assert found.value + found.change == pytest.approx(needed, abs=1e-9)
    document = read(bar_why(flips=(found,)).to_document())["flips"][0]  # type: ignore[index]
    assert document["change"] == document["needed"] - document["value"]


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_probabilities_stand_under_the_name_of_their_class(logged: list[float], today: list[float]) -> None:
    document = read(bar_why(logged=tuple(logged), today=tuple(today)).to_document())
    assert document["probabilities"] == dict(zip(("buy", "hold", "sell"), logged, strict=True))
    assert document["probabilities_today"] == dict(zip(("buy", "hold", "sell"), today, strict=True))
    assert document["base"] != document["probabilities"] or tuple(logged) == bar_why().base


def test_a_document_can_be_changed_without_changing_the_facts() -> None:
    why = bar_why(notes=("one", "two"))
    document = why.to_document()
    document["notes"].append("three")
    document["probabilities"]["buy"] = 0.0
    document["readings"].clear()
    assert read(why.to_document())["notes"] == ["one", "two"]
    assert why.to_document()["probabilities"]["buy"] == why.logged[0]
    assert len(why.to_document()["readings"]) == len(why.readings)
