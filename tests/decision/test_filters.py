"""Each filter at its edge."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ktrdr_app.decision.actions import Action, Position
from ktrdr_app.decision.filters import (
    FILTERS,
    Candidate,
    confidence,
    cooldown,
    drift,
    hours,
    position,
    separation,
    size,
    verdicts_of,
    volume,
)
from ktrdr_app.strategy.schema import DecisionSettings

SIGNAL = Candidate(Action.BUY, 0.6, None, 1.0, Position.FLAT, allow_short=False)


def test_declared_order() -> None:
    names = [each.__name__ for each in FILTERS]
    assert names == ["confidence", "position", "separation", "hours", "volume", "cooldown", "size", "drift"]


@pytest.mark.parametrize(("share", "passed"), [(0.59, False), (0.6, True), (0.61, True), (1.0, True)])
def test_confidence(share: float, passed: bool) -> None:
    verdict = confidence(replace(SIGNAL, confidence=share), DecisionSettings(confidence_threshold=0.6))
    assert (verdict.name, verdict.passed, verdict.limit) == ("confidence", passed, 0.6)
    assert f"{share:.2f}" in verdict.reason
    assert ("below" in verdict.reason) is not passed


@pytest.mark.parametrize(("since", "passed"), [(None, True), (1, False), (3, False), (4, True), (500, True)])
def test_separation(since: int | None, passed: bool) -> None:
    verdict = separation(replace(SIGNAL, bars_since=since), DecisionSettings(min_signal_separation=4))
    assert (verdict.name, verdict.passed, verdict.limit) == ("separation", passed, 4)


@pytest.mark.parametrize("least", [0, 1])
def test_separation_of_one_bar_refuses_nothing(least: int) -> None:
    assert separation(replace(SIGNAL, bars_since=1), DecisionSettings(min_signal_separation=least)).passed


@pytest.mark.parametrize(("ratio", "passed"), [(1.49, False), (1.5, True), (9.0, True), (0.0, False)])
def test_volume(ratio: float, passed: bool) -> None:
    settings = DecisionSettings(volume_filter=True, min_volume_ratio=1.5)
    verdict = volume(replace(SIGNAL, volume_ratio=ratio), settings)
    assert verdict is not None
    assert (verdict.name, verdict.passed, verdict.limit) == ("volume", passed, 1.5)
    assert ("below" in verdict.reason) is not passed


def test_volume_unknown_passes_and_says_so() -> None:
    verdict = volume(replace(SIGNAL, volume_ratio=math.nan), DecisionSettings(volume_filter=True))
    assert verdict is not None
    assert verdict.passed
    assert "not applied" in verdict.reason


def test_switched_off_filters_leave_no_verdict() -> None:
    assert volume(replace(SIGNAL, volume_ratio=0.0), DecisionSettings(volume_filter=False)) is None
    held = replace(SIGNAL, position=Position.LONG)
    assert position(held, DecisionSettings(position_awareness=False)) is None


@pytest.mark.parametrize(
    ("action", "side", "long_only", "with_shorts"),
    [
        (Action.BUY, Position.FLAT, True, True),
        (Action.BUY, Position.LONG, False, False),
        (Action.BUY, Position.SHORT, True, True),
        (Action.SELL, Position.FLAT, False, True),
        (Action.SELL, Position.LONG, True, True),
        (Action.SELL, Position.SHORT, False, False),
    ],
)
def test_position(action: Action, side: Position, long_only: bool, with_shorts: bool) -> None:
    for allow_short, passed in ((False, long_only), (True, with_shorts)):
        signal = replace(SIGNAL, action=action, position=side, allow_short=allow_short)
        verdict = position(signal, DecisionSettings())
        assert verdict is not None
        assert verdict.passed is passed
        assert verdict.reason == f"{action.name} while {side.name.lower()}"


@pytest.mark.parametrize(("since", "passed"), [(3.5, False), (4.0, True)])
def test_hours(since: float, passed: bool) -> None:
    verdict = hours(replace(SIGNAL, hours_since=since), DecisionSettings(min_separation_hours=4.0))
    assert verdict is not None
    assert (verdict.name, verdict.passed, verdict.limit) == ("hours", passed, 4.0)


def test_filters_that_are_not_asked_for_say_nothing() -> None:
    for each in (hours, cooldown, size, drift):
        assert each(replace(SIGNAL, hours_since=0.1, bars_since_exit=1, dissimilarity=9.0), DecisionSettings()) is None


def test_cooldown_concerns_openings_alone() -> None:
    settings = DecisionSettings(cooldown_bars=3)
    soon = replace(SIGNAL, bars_since_exit=2)
    verdict = cooldown(soon, settings)
    assert verdict is not None
    assert not verdict.passed
    assert cooldown(replace(soon, action=Action.SELL, position=Position.LONG), settings) is None
    first = cooldown(SIGNAL, settings)
    assert first is not None
    assert first.passed


def test_size_tells_the_limit_and_refuses_nothing() -> None:
    verdict = size(SIGNAL, DecisionSettings(max_position_size=0.25))
    assert verdict is not None
    assert (verdict.passed, verdict.reason) == (True, "at most 25% of the cash")
    leaving = replace(SIGNAL, action=Action.SELL, position=Position.LONG)
    assert size(leaving, DecisionSettings(max_position_size=0.25)) is None


def test_unknown_distance_passes_and_says_so() -> None:
    verdict = drift(SIGNAL, DecisionSettings(max_dissimilarity=1.0))
    assert verdict is not None
    assert verdict.passed
    assert "not applied" in verdict.reason


def test_all_verdicts_come_in_declared_order_without_those_switched_off() -> None:
    plain = verdicts_of(SIGNAL, DecisionSettings())
    assert [verdict.name for verdict in plain] == ["confidence", "position", "separation"]
    strict = DecisionSettings(
        min_separation_hours=1, cooldown_bars=2, volume_filter=True, max_position_size=0.5, max_dissimilarity=1.0
    )
    known = replace(SIGNAL, hours_since=3.0, bars_since_exit=1)
    assert [verdict.name for verdict in verdicts_of(known, strict)] == [each.__name__ for each in FILTERS]
    for verdict, judge in zip(verdicts_of(known, strict), FILTERS, strict=True):
        assert verdict == judge(known, strict)
