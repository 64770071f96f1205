"""Decisions bar by bar, against a plain retelling of the rules."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktrdr_app.core.errors import InvalidValue, UnknownName
from ktrdr_app.decision import Action, DecisionOrchestrator, Position
from ktrdr_app.decision.orchestrator import MODES
from ktrdr_app.strategy.schema import DecisionSettings

BUY, HOLD, SELL = (0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.1, 0.2, 0.7)
NO_VOLUME = math.nan


def maker(allow_short: bool = False, **fields: object) -> DecisionOrchestrator:
    return DecisionOrchestrator(DecisionSettings(**fields), allow_short=allow_short)


def test_numbers_of_the_classes() -> None:
    assert [action.name for action in sorted(Action)] == ["BUY", "HOLD", "SELL"]
    assert [int(action) for action in (Action.BUY, Action.HOLD, Action.SELL)] == [0, 1, 2]
    assert [int(side) for side in (Position.SHORT, Position.FLAT, Position.LONG)] == [-1, 0, 1]


class TestOneBar:
    def test_a_good_signal_becomes_an_action(self) -> None:
        decision = maker().decide(5, BUY, NO_VOLUME, Position.FLAT)
        assert (decision.bar, decision.raw, decision.action) == (5, Action.BUY, Action.BUY)
        assert decision.confidence == 0.7
        assert [verdict.name for verdict in decision.trail] == ["confidence", "position", "separation"]
        assert decision.refusal is None

    def test_hold_needs_no_filter(self) -> None:
        decision = maker(confidence_threshold=1.0).decide(0, HOLD, NO_VOLUME, Position.FLAT)
        assert (decision.raw, decision.action, decision.trail) == (Action.HOLD, Action.HOLD, ())
        assert decision.confidence == 0.8

    def test_every_filter_speaks_and_the_first_refusal_is_named(self) -> None:
        strict = maker(confidence_threshold=0.9, volume_filter=True, min_volume_ratio=2.0)
        decision = strict.decide(0, BUY, 0.5, Position.LONG)
        assert decision.action is Action.HOLD
        assert decision.raw is Action.BUY
        verdicts = {verdict.name: verdict.passed for verdict in decision.trail}
        assert list(verdicts) == ["confidence", "position", "separation", "volume"]
        assert verdicts == {"confidence": False, "separation": True, "volume": False, "position": False}
        assert decision.refusal is not None
        assert decision.refusal.name == "confidence"

    def test_selling_short_must_be_allowed(self) -> None:
        assert maker().decide(0, SELL, NO_VOLUME, Position.FLAT).action is Action.HOLD
        assert maker(allow_short=True).decide(0, SELL, NO_VOLUME, Position.FLAT).action is Action.SELL

    def test_without_awareness_the_raw_signal_goes_through(self) -> None:
        blind = maker(position_awareness=False)
        assert blind.decide(0, BUY, NO_VOLUME, Position.LONG).action is Action.BUY
        assert blind.decide(1, SELL, NO_VOLUME, Position.FLAT).action is Action.SELL

    @pytest.mark.parametrize("kind", [list, tuple, np.array, lambda row: np.array(row, dtype=np.float32)])
    def test_rows_of_any_kind(self, kind: object) -> None:
        assert maker().decide(0, kind(BUY), NO_VOLUME, Position.FLAT).action is Action.BUY


class TestOverTime:
    def test_separation_counts_from_the_last_acted_signal(self) -> None:
        calm = maker(min_signal_separation=3)
        actions = [
            calm.decide(0, BUY, NO_VOLUME, Position.FLAT).action,
            calm.decide(1, SELL, NO_VOLUME, Position.LONG).action,
            calm.decide(2, SELL, NO_VOLUME, Position.LONG).action,
            calm.decide(3, SELL, NO_VOLUME, Position.LONG).action,
            calm.decide(5, BUY, NO_VOLUME, Position.FLAT).action,
            calm.decide(6, BUY, NO_VOLUME, Position.FLAT).action,
        ]
        assert [action.name for action in actions] == ["BUY", "HOLD", "HOLD", "SELL", "HOLD", "BUY"]

    def test_a_refused_signal_does_not_start_the_clock(self) -> None:
        calm = maker(min_signal_separation=10)
        assert calm.decide(0, SELL, NO_VOLUME, Position.FLAT).action is Action.HOLD
        assert calm.decide(1, BUY, NO_VOLUME, Position.FLAT).action is Action.BUY

    def test_hours_count_weekends(self) -> None:
        slow = maker(min_separation_hours=50.0)
        hour = 3_600_000_000_000
        assert slow.decide(0, BUY, NO_VOLUME, Position.FLAT, time=0).action is Action.BUY
        refused = slow.decide(1, SELL, NO_VOLUME, Position.LONG, time=49 * hour)
        assert refused.refusal is not None
        assert (refused.refusal.name, refused.action) == ("hours", Action.HOLD)
        assert slow.decide(2, SELL, NO_VOLUME, Position.LONG, time=50 * hour).action is Action.SELL

    def test_cooldown_counts_from_the_last_end_and_lets_exits_pass(self) -> None:
        cool = maker(cooldown_bars=4)
        assert cool.decide(10, BUY, NO_VOLUME, Position.FLAT, last_exit=7).action is Action.HOLD
        assert cool.decide(11, SELL, NO_VOLUME, Position.LONG, last_exit=10).action is Action.SELL
        assert cool.decide(12, BUY, NO_VOLUME, Position.FLAT, last_exit=8).action is Action.BUY

    def test_strange_bars_are_left_alone(self) -> None:
        shy = maker(max_dissimilarity=1.5)
        far = shy.decide(0, BUY, NO_VOLUME, Position.FLAT, dissimilarity=1.6)
        assert far.refusal is not None
        assert far.refusal.name == "drift"
        assert shy.decide(1, BUY, NO_VOLUME, Position.FLAT, dissimilarity=1.5).action is Action.BUY
        assert shy.decide(2, SELL, NO_VOLUME, Position.LONG).action is Action.SELL

    def test_each_mode_has_its_threshold(self) -> None:
        rules = DecisionSettings(confidence_threshold=0.5, confidence_thresholds={"live": 0.8})
        acts = {
            mode: DecisionOrchestrator(rules, mode=mode).decide(0, BUY, NO_VOLUME, Position.FLAT).action
            for mode in MODES
        }
        assert acts == {"backtest": Action.BUY, "paper": Action.BUY, "live": Action.HOLD}
        with pytest.raises(UnknownName, match="mode"):
            DecisionOrchestrator(rules, mode="demo")  # type: ignore[arg-type]

    def test_bars_must_rise_until_reset(self) -> None:
        calm = maker(min_signal_separation=10)
        calm.decide(4, BUY, NO_VOLUME, Position.FLAT)
        for bar in (4, 3):
            with pytest.raises(InvalidValue, match="bar") as caught:
                calm.decide(bar, HOLD, NO_VOLUME, Position.FLAT)
            assert "reset" in caught.value.hint
        calm.reset()
        assert calm.decide(0, BUY, NO_VOLUME, Position.FLAT).action is Action.BUY


def retold(
    rows: list[tuple[tuple[float, float, float], float, int]], rules: DecisionSettings, short: bool
) -> list[tuple[int, str]]:
    """The rules as one would tell them: action and first refusal of each bar."""
    told: list[tuple[int, str]] = []
    for bar, (shares, ratio, side) in enumerate(rows):
        best = max(range(3), key=lambda kind: (shares[kind], -kind))
        acted = [earlier for earlier, (action, _) in enumerate(told) if action != 1]
        if best == 1:
            told.append((1, ""))
        elif shares[best] < rules.confidence_threshold:
            told.append((1, "confidence"))
        elif rules.position_awareness and (
            (best == 0 and side == 1) or (best == 2 and (side == -1 or (side == 0 and not short)))
        ):
            told.append((1, "position"))
        elif acted and bar - acted[-1] < rules.min_signal_separation:
            told.append((1, "separation"))
        elif rules.volume_filter and ratio < rules.min_volume_ratio:
            told.append((1, "volume"))
        else:
            told.append((best, ""))
    return told


shares = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).filter(lambda row: sum(row) > 0.01)
normal = shares.map(lambda row: tuple(value / sum(row) for value in row))
ratios = st.one_of(st.just(NO_VOLUME), st.floats(0, 3))
rules = st.builds(
    DecisionSettings,
    confidence_threshold=st.floats(0, 1),
    position_awareness=st.booleans(),
    min_signal_separation=st.integers(0, 6),
    volume_filter=st.booleans(),
    min_volume_ratio=st.floats(0.1, 2),
)


@given(st.lists(st.tuples(normal, ratios, st.sampled_from([-1, 0, 1])), max_size=40), rules, st.booleans())
@settings(max_examples=200)
def test_against_the_rules_retold(rows: list, given_rules: DecisionSettings, short: bool) -> None:
    orchestrator = DecisionOrchestrator(given_rules, allow_short=short)
    decisions = [orchestrator.decide(bar, row, ratio, Position(side)) for bar, (row, ratio, side) in enumerate(rows)]
    found = [(int(each.action), each.refusal.name if each.refusal else "") for each in decisions]
    assert found == retold(rows, given_rules, short)


@pytest.mark.parametrize(
    "row",
    [
        (math.nan, 0.5, 0.5),
        (math.inf, 0.0, 0.0),
        (-0.1, 0.6, 0.5),
        (1.1, 0.0, 0.0),
        (0.9, 0.9, 0.9),
        (0.2, 0.2, 0.2),
        (0.5, 0.5),
        (0.25, 0.25, 0.25, 0.25),
        (),
    ],
)
def test_rows_that_are_no_probabilities(row: tuple[float, ...]) -> None:
    with pytest.raises(InvalidValue) as caught:
        maker().decide(7, row, NO_VOLUME, Position.FLAT)
    assert caught.value.where == "probabilities, bar 7"


HOUR = 3_600_000_000_000


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[tuple[float, float, float], int, int, int | None, float]]:
    """Draw probabilities, hours since the bar before, sides, ends of positions, and distances."""
    rows, ended = [], None
    for bar in range(draw(st.integers(0, 25))):
        if bar and draw(st.integers(0, 3)) == 0:
            ended = bar - 1
        side, gap = draw(st.sampled_from([-1, 0, 0, 1])), draw(st.sampled_from([1, 1, 5, 60]))
        rows.append((draw(normal), gap, side, ended, draw(st.one_of(st.just(math.nan), st.floats(0, 3)))))
    return rows


late_rules = st.builds(
    DecisionSettings,
    confidence_threshold=st.sampled_from([0.0, 0.4, 0.5]),
    position_awareness=st.booleans(),
    min_signal_separation=st.sampled_from([0, 1, 3]),
    min_separation_hours=st.sampled_from([0.0, 2.0, 7.5, 61.0]),
    cooldown_bars=st.sampled_from([0, 2, 5]),
    max_dissimilarity=st.sampled_from([None, 0.5, 2.0]),
)


def refusals_of(
    row: tuple[tuple[float, float, float], int, int, int | None, float], bar: int, clock: int,
    acted: tuple[int, int] | None, rules: DecisionSettings, short: bool,
) -> list[str]:  # fmt: skip
    """Say everything that stands against a signal, in the declared order."""
    shares, _, side, ended, distance = row
    buys, against = shares[0] == max(shares), []
    if max(shares) < rules.confidence_threshold:
        against.append("confidence")
    if rules.position_awareness and side == (1 if buys else -1):
        against.append("position")
    if rules.position_awareness and side == 0 and not buys and not short:
        against.append("position")
    if acted is not None and bar - acted[0] < rules.min_signal_separation:
        against.append("separation")
    if acted is not None and clock - acted[1] < rules.min_separation_hours:
        against.append("hours")
    opens = side == 0 and (buys or short)
    if opens and ended is not None and bar - ended < rules.cooldown_bars:
        against.append("cooldown")
    if rules.max_dissimilarity is not None and distance > rules.max_dissimilarity:
        against.append("drift")
    return against


@given(histories(), late_rules, st.booleans())
@settings(max_examples=60)
def test_every_verdict_over_time(history: list, given_rules: DecisionSettings, short: bool) -> None:
    orchestrator = DecisionOrchestrator(given_rules, allow_short=short)
    clock, acted = 0, None
    for bar, row in enumerate(history):
        shares, gap, side, ended, distance = row
        clock += gap
        decision = orchestrator.decide(
            bar, shares, NO_VOLUME, Position(side), time=clock * HOUR, last_exit=ended, dissimilarity=distance
        )
        best = max(range(3), key=lambda kind: (shares[kind], -kind))
        if best == 1:
            assert (decision.action, decision.trail) == (Action.HOLD, ())
            continue
        against = refusals_of(row, bar, clock, acted, given_rules, short)
        assert [verdict.name for verdict in decision.trail if not verdict.passed] == against
        assert decision.action == (Action.HOLD if against else Action(best))
        if not against:
            acted = (bar, clock)


@given(histories(), late_rules, st.booleans(), st.integers(0, 25))
@settings(max_examples=20)
def test_what_comes_later_changes_no_decision(
    history: list, given_rules: DecisionSettings, short: bool, until: int
) -> None:
    def decided(rows: list) -> list:
        orchestrator, clock, found = DecisionOrchestrator(given_rules, allow_short=short), 0, []
        for bar, (shares, gap, side, ended, distance) in enumerate(rows):
            clock += gap
            found.append(
                orchestrator.decide(
                    bar, shares, NO_VOLUME, Position(side), time=clock * HOUR, last_exit=ended, dissimilarity=distance
                )
            )
        return found

    assert decided(history[:until]) == decided(history)[:until]


@given(histories(), late_rules)
@settings(max_examples=20)
def test_a_reset_orchestrator_is_a_new_one(history: list, given_rules: DecisionSettings) -> None:
    used = DecisionOrchestrator(given_rules, allow_short=True)
    fresh = DecisionOrchestrator(given_rules, allow_short=True)
    used.decide(10_000, BUY, NO_VOLUME, Position.FLAT, time=0)
    used.reset()
    for bar, (shares, _, side, ended, _) in enumerate(history):
        calls = [each.decide(bar, shares, NO_VOLUME, Position(side), last_exit=ended) for each in (used, fresh)]
        assert calls[0] == calls[1]
