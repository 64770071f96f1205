"""One bar explained: features as the network took them, and bars at which it is not asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, MalformedBars
from ktrdr_app.decision import Action
from ktrdr_app.features.contract import FeatureFrame
from ktrdr_app.features.plan_inputs import PlanInputs
from ktrdr_app.workflows import open_why
from ktrdr_app.workflows.prepare import source_of
from ktrdr_app.workflows.why_bars import bar_why
from ktrdr_app.workflows.why_run import WhyRun
from ktrdr_app.workflows.why_sentences import chain
from tests.why_runs import DEMO, LONGER, STERN, WhyRuns


@pytest.fixture(scope="module")
def opened(why_runs: WhyRuns) -> dict[str, WhyRun]:
    return {name: open_why(why_runs.workspace, why_runs.folder(name)) for name in (DEMO, LONGER, STERN)}


@pytest.mark.parametrize("name", [DEMO, LONGER, STERN])
def test_features_are_those_that_the_network_took(opened: dict[str, WhyRun], name: str) -> None:
    run = opened[name]
    why = run.bar(30)
    loaded = run.model.chosen.loaded
    raw = np.array([[feature.value for feature in why.features]], dtype=np.float32)
    np.testing.assert_allclose(loaded.model.predict_proba(raw, run.model.symbol)[0], why.logged, atol=1e-6)
    scaled = np.array([[feature.scaled for feature in why.features]], dtype=np.float32)
    np.testing.assert_allclose(loaded.model.predict_proba_scaled(scaled, run.model.symbol)[0], why.logged, atol=1e-6)
    assert {feature.group for feature in why.features} == {share.group for share in why.shares}
    for group, columns in run.model.inputs.groups.items():
        assert [feature.name for feature in why.features if feature.group == group] == [
            run.model.inputs.names[column] for column in columns
        ]


@pytest.mark.parametrize("name", [DEMO, LONGER, STERN])
def test_readings_are_the_memberships_among_the_features(opened: dict[str, WhyRun], name: str) -> None:
    why = opened[name].bar(25)
    table = {feature.name: feature.value for feature in why.features}
    strategy = opened[name].model.chosen.plan.strategy
    assert [entry.reading.name for entry in why.readings] == list(strategy.fuzzy_sets)
    for entry in why.readings:
        tail = f"_{entry.reading.timeframe}" if entry.reading.timeframe else ""
        stem = entry.reading.name.removesuffix(tail)
        for key, grade in entry.reading.grades:
            assert table[f"{stem}_{key}{tail}"] == grade


def test_contributions_are_sorted_by_what_they_did_to_the_answer(opened: dict[str, WhyRun]) -> None:
    for run in opened.values():
        why = run.bar(40)
        sizes = [abs(share.shares[why.decision.raw]) for share in why.shares]
        assert sizes == sorted(sizes, reverse=True)
        for share in why.shares:
            assert sum(share.shares) == pytest.approx(0.0, abs=1e-12), "probabilities add up to 1 before and after"


def test_the_same_question_has_the_same_answer(opened: dict[str, WhyRun]) -> None:
    assert opened[DEMO].bar(77) == opened[DEMO].bar(77)


def test_a_bar_whose_features_are_not_known_is_told_without_the_model(
    why_runs: WhyRuns, opened: dict[str, WhyRun]
) -> None:
    run = opened[DEMO]
    bars = source_of(why_runs.workspace).load("EURUSD", "1h", end=run.record.document["end"])
    plan, place = run.model.chosen.plan, int(run.model.places[20])
    values = np.array([run.model.inputs.features(row) for row in range(len(bars))])
    values[place, 2] = np.nan
    frame = FeatureFrame(plan.contract, values, np.isfinite(values).all(axis=1), run.model.inputs.index)
    model = replace(run.model, inputs=PlanInputs(bars, plan, frame, "1h"))
    why = bar_why(run.record, model, run.words, 20)
    assert why.today is None
    assert (why.shares, why.flips, why.tried) == ((), (), 0)
    assert "the model is not asked" in chain(why)
    assert any("today's data gives HOLD 1.0000" in note for note in why.notes), "the run did ask it"
    assert bar_why(run.record, model, run.words, 21).today is not None


def test_a_bar_that_is_gone_is_named(opened: dict[str, WhyRun]) -> None:
    run = opened[LONGER]
    places = run.model.places.copy()
    places[5] = -1
    with pytest.raises(MalformedBars, match="no bar of 2017-06-01T05"):
        bar_why(run.record, replace(run.model, places=places), run.words, 5)


def test_it_stops_between_inputs(opened: dict[str, WhyRun]) -> None:
    token = CancelToken("asking")
    token.cancel()
    run = opened[LONGER]
    bar = run.record.ordered_at(int(run.record.closed.entry_bar[0]))
    with pytest.raises(Cancelled):
        run.bar(bar, token)


def test_flips_of_a_hold_lead_to_a_trade(why_runs: WhyRuns, opened: dict[str, WhyRun]) -> None:
    decisions = why_runs.outcomes[LONGER].result.decisions
    near = decisions.index[decisions["refused_by"] == "confidence"]
    found = [opened[LONGER].bar_at(moment) for moment in near[:4]]
    assert any(why.flips for why in found)
    for why in found:
        open_ways = opened[LONGER].record.judge(why.bar).open_ways()
        assert all(flip.action in open_ways for flip in why.flips)
        assert why.decision.action is Action.HOLD
