"""What the card is given: bars and verdicts with the figures of the explanation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ktrdr_app import workflows
from ktrdr_app.decision import Action
from ktrdr_app.gui.panels.backtest.why.why_view import (
    MOST_SHARES,
    BarRow,
    BarSet,
    answer_bars,
    contribution_bars,
    membership_bars,
    verdicts_of,
    view_of,
)
from ktrdr_app.workflows.why_facts import TradeWhy
from ktrdr_app.workflows.why_sentences import chain, headline, trade_steps
from tests.why_runs import LONGER, WhyRuns

pytestmark = pytest.mark.gui


@pytest.fixture(scope="module")
def why(why_runs: WhyRuns) -> TradeWhy:
    return workflows.open_why(why_runs.workspace, why_runs.folder(LONGER)).trade(2)


def test_a_section_for_every_step(why: TradeWhy) -> None:
    view = view_of(why)
    assert [section.step for section in view.sections] == list(trade_steps(why))
    assert (view.headline, view.text) == (headline(why), chain(why))
    with_bars = [section.step.key for section in view.sections if section.bars]
    pictured = ["inputs", "answer", "contributions"]
    assert with_bars == [*pictured, *(f"exit_{key}" for key in pictured)]
    with_verdicts = [section.step.key for section in view.sections if section.verdicts]
    assert with_verdicts == ["filters", "exit_filters"]


def test_the_decision_to_leave_has_its_own_figures(why: TradeWhy) -> None:
    sections = {section.step.key: section for section in view_of(why).sections}
    assert sections["answer"].bars == answer_bars(why.bought)
    assert sections["exit_answer"].bars == answer_bars(why.sold)
    assert sections["answer"].bars != sections["exit_answer"].bars


def test_a_bar_alone_has_no_order(why: TradeWhy) -> None:
    keys = [section.step.key for section in view_of(why.bought).sections]
    assert "order" not in keys
    assert "exit" not in keys


def test_memberships_stand_below_their_input(why: TradeWhy) -> None:
    bars = membership_bars(why.bought)
    grades = [grade for entry in why.bought.readings for _, grade in entry.reading.grades]
    assert [row.value for row in bars.rows] == grades
    headings = [row.heading for row in bars.rows if row.heading]
    assert len(headings) == len(why.bought.readings)
    assert headings[0].startswith("RSI 14 ")
    assert (bars.scale, bars.signed, bars.mark) == (1.0, False, None)


def test_probabilities_with_the_threshold(why: TradeWhy) -> None:
    bars = answer_bars(why.bought)
    assert [(row.label, row.value) for row in bars.rows] == [
        (action.name, why.bought.logged[action]) for action in Action
    ]
    assert bars.mark == why.bought.threshold == 0.34
    assert "threshold 0.34" in bars.words()
    assert [row.token for row in bars.rows] == ["up", "flat", "down"]


def test_contributions_go_to_both_sides(why: TradeWhy) -> None:
    bars = contribution_bars(why.bought)
    raw = why.bought.decision.raw
    assert [row.value for row in bars.rows] == [share.shares[raw] for share in why.bought.shares[:MOST_SHARES]]
    assert bars.scale == max(abs(row.value) for row in bars.rows)
    for row in bars.rows:
        assert row.token == ("up" if row.value >= 0 else "down")
        assert row.text[0] in "+−0", "the sign is told in words as well"
    many = replace(why.bought, shares=why.bought.shares * 3)
    assert len(contribution_bars(many).rows) == MOST_SHARES


def test_every_filter_has_its_verdict(why: TradeWhy) -> None:
    found = verdicts_of(why.bought)
    assert [verdict.passed for verdict in found] == [verdict.passed for verdict in why.bought.decision.trail]
    assert found[0].text.startswith("confidence: confidence")


def test_bars_in_words() -> None:
    rows = (BarRow("low", "0.20", 0.2, "series_1", "RSI 14 31.2"), BarRow("high", "0.00", 0.0, "series_1"))
    assert BarSet(rows).words() == "RSI 14 31.2: low 0.20, high 0.00"
    assert BarSet(rows, mark=0.5, mark_words="a line").words().endswith(", a line")
    assert BarSet((), signed=True).scale == 1.0
    assert BarSet((BarRow("x", "0", 0.0, "up"),), signed=True).scale == 1.0
