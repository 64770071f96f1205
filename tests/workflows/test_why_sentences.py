"""The chain in words: every figure in it is one of the facts."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from ktrdr_app.decision import Action
from ktrdr_app.workflows import open_why
from ktrdr_app.workflows.why_facts import BarWhy, TradeWhy
from ktrdr_app.workflows.why_run import WhyRun
from ktrdr_app.workflows.why_sentences import (
    answer_sentence,
    bar_steps,
    chain,
    contributions_sentence,
    exit_sentence,
    filters_sentence,
    flip_sentence,
    gist,
    headline,
    inputs_sentence,
    order_sentence,
    trade_steps,
)
from tests.why_runs import DEMO, LONGER, ORIGINAL, STERN, WhyRuns


@pytest.fixture(scope="module")
def opened(why_runs: WhyRuns) -> dict[str, WhyRun]:
    return {name: open_why(why_runs.workspace, why_runs.folder(name)) for name in (DEMO, LONGER, STERN, ORIGINAL)}


@pytest.fixture(scope="module")
def trade(opened: dict[str, WhyRun]) -> TradeWhy:
    return opened[LONGER].trade(2)


@pytest.fixture(scope="module")
def held(why_runs: WhyRuns, opened: dict[str, WhyRun]) -> BarWhy:
    decisions = why_runs.outcomes[LONGER].result.decisions
    return opened[LONGER].bar_at(decisions.index[decisions["raw"] == "HOLD"][0])


def test_the_chain_of_a_trade_goes_from_inputs_to_its_end(trade: TradeWhy) -> None:
    keys = [step.key for step in trade_steps(trade)]
    entry = ["inputs", "features", "answer", "contributions", "filters", "order", "flip", "exit"]
    leave = ["exit_inputs", "exit_answer", "exit_contributions", "exit_filters", "exit_flip"]
    assert keys == entry + leave
    assert all(step.title and step.text for step in trade_steps(trade))


def test_the_chain_of_a_stopped_trade_has_no_decision_to_leave(opened: dict[str, WhyRun]) -> None:
    why = next(
        why for why in map(opened[STERN].trade, range(1, opened[STERN].trades + 1)) if why.exit_reason == "stop_loss"
    )
    assert not any(step.key.startswith("exit_") for step in trade_steps(why))
    sentence = exit_sentence(why)
    assert sentence.startswith("The stop, 3.0 % against the entry price, was reached within the bar of 200")
    assert f"{100 * why.return_pct:+.1f} %" in sentence
    assert ":" not in sentence, "daily bars are told by their date"
    assert "close of" in order_sentence(why)


def test_inputs_tell_every_indicator_and_its_sets(trade: TradeWhy) -> None:
    said = inputs_sentence(trade.bought)
    for entry in trade.bought.readings:
        assert f"{entry.label} was " in said
        for name, grade in entry.reading.grades:
            assert (f"{name} {grade:.2f}" in said) == (grade >= 0.005)
    assert re.search(r"Supertrend 10/3 was [\d.]+, the close lay [\d.]+ ATR (above|below) it: ", said)


def test_a_value_that_no_set_covers_is_told(trade: TradeWhy) -> None:
    entry = trade.bought.readings[0]
    nowhere = replace(entry, reading=replace(entry.reading, grades=(("low", 0.001), ("high", 0.0))))
    assert "in none of its sets" in inputs_sentence(replace(trade.bought, readings=(nowhere,)))


def test_the_answer_is_the_logged_one(trade: TradeWhy) -> None:
    buy, hold, sell = trade.bought.logged
    assert answer_sentence(trade.bought) == f"The model said BUY {buy:.2f}, HOLD {hold:.2f}, SELL {sell:.2f}, so BUY."


def test_contributions_are_told_by_what_they_added_and_took(trade: TradeWhy) -> None:
    why = trade.bought
    said = contributions_sentence(why)
    assert said.startswith(f"BUY is {why.base[0]:.2f} for an average training bar; ")
    for share in why.shares:
        value = share.shares[Action.BUY]
        assert (f"{share.label} {'added' if value > 0 else 'took'} {abs(value):.2f}" in said) == (abs(value) >= 0.005)
    small = tuple(replace(share, shares=(0.001, -0.001, 0.0)) for share in why.shares)
    assert "no group of inputs changed that" in contributions_sentence(replace(why, shares=small))


def test_filters_are_told_with_their_verdicts(
    trade: TradeWhy, held: BarWhy, opened: dict[str, WhyRun], why_runs: WhyRuns
) -> None:
    passed = filters_sentence(trade.bought)
    assert passed.startswith("All passed: ✓ confidence")
    assert "✖" not in passed
    decisions = why_runs.outcomes[LONGER].result.decisions
    refused = opened[LONGER].bar_at(decisions.index[decisions["refused_by"] == "confidence"][0])
    assert filters_sentence(refused).startswith("Refused by confidence: ✖ confidence")
    assert "refused by confidence, so HOLD" in headline(refused)
    assert filters_sentence(held) == "The model itself said HOLD; no filter is asked."


def test_the_order_and_the_end(trade: TradeWhy) -> None:
    stamp = str(trade.entry.time)[:16]
    assert re.fullmatch(rf"[\d,.]+ units were bought at the open of {stamp} for [\d.]+\.", order_sentence(trade))
    said = exit_sentence(trade)
    assert said.startswith(f"Ended by the opposite signal, filled at the open of {str(trade.exit.time)[:16]} for ")
    assert said.endswith(f"{100 * trade.return_pct:+.1f} % after costs.")
    short = replace(trade, side="short", exit_reason="reversal")
    assert "sold short" in order_sentence(short)
    assert "turned the position round" in exit_sentence(short)


def test_other_ends(trade: TradeWhy) -> None:
    still = replace(trade, exit=None, exit_reason="open", sold=None)
    assert "still open after the last bar" in exit_sentence(still)
    assert "still open" in headline(still)
    assert not any(step.key.startswith("exit_") for step in trade_steps(still))
    ended = replace(trade, exit_reason="end_of_data", exit=replace(trade.exit, at_close=True), sold=None)
    assert exit_sentence(ended).startswith("The data ended, and the position was closed at the close of ")


def test_the_gist_names_what_the_answer_leaned_on_most(trade: TradeWhy, held: BarWhy) -> None:
    bar = trade.bought
    said = gist(trade)
    assert said == gist(bar)
    assert said.startswith(f"BUY {bar.logged[Action.BUY]:.2f} against a threshold of {bar.threshold:.2f}")
    added = [share for share in bar.shares if share.shares[Action.BUY] >= 0.005]
    assert f"mostly because of {added[0].label} (+{added[0].shares[Action.BUY]:.2f})" in said
    assert said.count(" and ") == (len(added) > 1)
    assert "threshold" not in gist(held)
    nothing = replace(bar, shares=())
    assert gist(nothing) == f"BUY {bar.logged[Action.BUY]:.2f} against a threshold of {bar.threshold:.2f}."


class TestFlips:
    def test_the_smallest_is_told_with_its_size(self, trade: TradeWhy) -> None:
        flip = trade.bought.flip
        said = flip_sentence(trade.bought)
        assert flip is not None
        assert said.startswith(f"Had {flip.label} been ")
        assert f"({flip.deviations:+.2f} of its standard deviations)" in said
        assert said.endswith(f"would have been {flip.action.name}.")
        told = float(re.search(r"been (-?[\d.]+) instead", said).group(1))
        assert np.sign(told - flip.value) == np.sign(flip.change)
        assert abs(told - flip.value) >= abs(flip.change) * (1 - 1e-6), "what is told still flips"

    def test_that_none_does_is_an_answer(self, trade: TradeWhy) -> None:
        said = flip_sentence(replace(trade.bought, flips=()))
        assert said.startswith(f"None of the {trade.bought.tried} inputs would have changed the decision alone")

    def test_that_none_could_is_another(self, trade: TradeWhy) -> None:
        said = flip_sentence(replace(trade.bought, refused_outside=("BUY while long", "too soon")))
        assert said == "No input could have changed that, whatever the model said: BUY while long, too soon."

    def test_a_bar_without_features_has_none(self, trade: TradeWhy) -> None:
        unknown = replace(trade.bought, today=None, shares=(), flips=())
        assert flip_sentence(unknown) == ""
        assert contributions_sentence(unknown) == ""
        keys = [step.key for step in bar_steps(unknown)]
        assert "flip" not in keys
        assert "contributions" not in keys


def test_what_differs_from_the_run_is_the_last_link(trade: TradeWhy) -> None:
    steps = bar_steps(replace(trade.bought, notes=("today's bars are not those of the run", "another")))
    assert (steps[-1].key, steps[-1].text) == ("notes", "Today's bars are not those of the run. Another.")


def test_a_bar_without_a_trade(held: BarWhy) -> None:
    assert headline(held).startswith(str(held.time)[:16] + ": HOLD")
    assert [step.key for step in bar_steps(held)] == [
        *("inputs", "features", "answer", "contributions", "filters", "flip"),
    ]


def test_bars_that_the_model_learnt_from_are_told(trade: TradeWhy, held: BarWhy) -> None:
    for seen in (True, False):
        assert ("learnt from" in headline(replace(held, in_sample=seen))) == seen
        again = replace(trade, bought=replace(trade.bought, in_sample=seen))
        assert ("learnt from" in headline(again)) == seen


@pytest.mark.parametrize("name", [DEMO, LONGER, STERN, ORIGINAL])
def test_every_chain_reads_as_text(opened: dict[str, WhyRun], name: str) -> None:
    text = chain(opened[name].trade(1))
    lines = text.splitlines()
    assert lines[0].startswith("Trade 1, ")
    assert all(": " in line for line in lines[1:])
    assert "nan" not in text.lower().replace("finance", "")
    assert "None" not in text.replace("None of the", "")
    assert "  " not in text
