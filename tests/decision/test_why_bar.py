"""One bar judged anew, against the orchestrator that went through the whole series."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktrdr_app.decision import Action, Decision, DecisionOrchestrator, Position
from ktrdr_app.decision.orchestrator import HOUR
from ktrdr_app.decision.why_bar import BarJudge, Standing
from ktrdr_app.strategy.schema import DecisionSettings

FLAT = Standing(Position.FLAT, None, None, None, math.nan, allow_short=False)
NOT_KNOWN = np.array([np.nan])


def judge(standing: Standing = FLAT, **fields: object) -> BarJudge:
    return BarJudge(DecisionSettings(**fields), standing)


def standing(**changes: object) -> Standing:
    given_ = {
        "position": Position.FLAT,
        "bars_since": None,
        "hours_since": None,
        "bars_since_exit": None,
        "volume_ratio": math.nan,
        "allow_short": False,
    }
    return Standing(**(given_ | changes))


def walk(seed: int, **fields: object) -> list[tuple[BarJudge, np.ndarray, float, Decision]]:
    """Go through a series with the orchestrator; return each bar's judge beside what was decided there."""
    random = np.random.default_rng(seed)
    settings = DecisionSettings(**fields)
    allow_short = bool(random.integers(2))
    orchestrator = DecisionOrchestrator(settings, allow_short)
    position, last_exit, acted = Position.FLAT, None, None
    found = []
    for bar in range(60):
        shares = random.dirichlet((0.7, 0.7, 0.7))
        ratio, strange = float(random.uniform(0, 3)), float(random.uniform(0, 2))
        time = bar * HOUR
        decision = orchestrator.decide(
            bar, shares, ratio, position, time=time, last_exit=last_exit, dissimilarity=strange
        )
        here = standing(
            position=position,
            bars_since=None if acted is None else bar - acted,
            hours_since=None if acted is None else float(bar - acted),
            bars_since_exit=None if last_exit is None else bar - last_exit,
            volume_ratio=ratio,
            allow_short=allow_short,
        )
        found.append((BarJudge(orchestrator.settings, here), shares, strange, decision))
        if decision.action is not Action.HOLD:
            acted = bar
            wanted = (
                Position.LONG if decision.action is Action.BUY else Position.SHORT if allow_short else Position.FLAT
            )
            last_exit = bar if position is not Position.FLAT and wanted is not position else last_exit
            position = wanted
    return found


ALL = {
    "confidence_threshold": 0.5,
    "min_signal_separation": 3,
    "min_separation_hours": 4.0,
    "cooldown_bars": 2,
    "volume_filter": True,
    "min_volume_ratio": 0.6,
    "max_position_size": 0.5,
    "max_dissimilarity": 1.5,
}


@pytest.mark.parametrize("fields", [{}, ALL, {"position_awareness": False, "confidence_threshold": 0.0}])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_bar_of_a_series_is_decided_as_the_orchestrator_did(seed: int, fields: dict[str, object]) -> None:
    told = walk(seed, **fields)
    assert any(decision.action is not Action.HOLD for *_, decision in told)
    assert any(decision.refusal for *_, decision in told) or fields is not ALL
    for bar, (here, shares, strange, decision) in enumerate(told):
        assert here.decide(bar, shares, strange) == decision


@pytest.mark.parametrize("seed", [4, 5])
def test_many_answers_at_once_lead_to_what_each_alone_does(seed: int) -> None:
    random = np.random.default_rng(seed)
    answers = random.dirichlet((0.6, 0.6, 0.6), 200)
    answers[:3] = [[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [0.5, 0.0, 0.5]]
    strange = random.uniform(0, 2, 200)
    strange[5] = np.nan
    for here, *_ in walk(seed, **ALL)[::7]:
        alone = [here.decide(0, row, float(far)).action for row, far in zip(answers, strange, strict=True)]
        np.testing.assert_array_equal(here.actions(answers, strange), alone)


@given(st.integers(0, 10_000), st.sampled_from([*Action]))
def test_the_slack_is_above_0_as_long_as_the_action_stands(seed: int, action: Action) -> None:
    random = np.random.default_rng(seed)
    shares, strange = random.dirichlet((1.0, 1.0, 1.0), 40), random.uniform(0, 3, 40)
    here = judge(standing(allow_short=True), confidence_threshold=0.45, max_dissimilarity=1.2)
    stands = here.actions(shares, strange) == action
    np.testing.assert_array_equal(here.slack(action, shares, strange) > 0, stands)


def test_the_slack_is_the_least_room_that_is_left() -> None:
    here = judge(confidence_threshold=0.5, max_dissimilarity=1.0)
    shares = np.array([[0.7, 0.2, 0.1]])
    assert here.slack(Action.BUY, shares, np.array([0.2]))[0] == pytest.approx(0.2), "over the threshold"
    assert here.slack(Action.BUY, shares, np.array([0.95]))[0] == pytest.approx(0.05), "to the distance"
    assert here.slack(Action.BUY, shares, NOT_KNOWN)[0] == pytest.approx(0.2), "an unknown distance refuses nothing"
    close = np.array([[0.5, 0.48, 0.02]])
    assert judge(confidence_threshold=0.1).slack(Action.BUY, close, NOT_KNOWN)[0] == pytest.approx(0.02)


class TestWays:
    def test_flat_and_long_only_one_may_buy_alone(self) -> None:
        assert judge().open_ways() == (Action.BUY,)
        assert judge(standing(position=Position.LONG)).open_ways() == (Action.SELL,)
        assert judge(standing(allow_short=True)).open_ways() == (Action.BUY, Action.SELL)

    def test_neither_threshold_nor_distance_closes_a_way(self) -> None:
        assert judge(confidence_threshold=1.0, max_dissimilarity=0.1).open_ways() == (Action.BUY,)

    def test_what_refuses_whatever_the_model_says_is_named_once(self) -> None:
        here = judge(standing(position=Position.LONG, bars_since=1), min_signal_separation=5)
        assert here.open_ways() == ()
        assert here.outer_refusals() == ("BUY while long", "1 bars after the last signal, 5 are asked for")
        assert judge().outer_refusals() == ()

    def test_no_answer_could_change_a_bar_without_an_open_way(self) -> None:
        here = judge(standing(bars_since=1, volume_ratio=0.1), min_signal_separation=5)
        shares = np.array([[0.9, 0.1, 0.0], [0.0, 1.0, 0.0]])
        assert np.isinf(here.slack(Action.HOLD, shares, np.full(2, np.nan))).all()
        np.testing.assert_array_equal(here.actions(shares, np.full(2, np.nan)), [Action.HOLD, Action.HOLD])
