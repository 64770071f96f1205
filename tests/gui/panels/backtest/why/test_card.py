"""The card on real runs: asked off the window's thread, the newest question wins, all of it by key and in words."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.why.card import WhyCard, iso_time
from ktrdr_app.gui.panels.backtest.why.sections import section_title
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.why_sentences import chain, gist
from tests.gui.helpers import settle
from tests.why_runs import LONGER, STERN, WhyRuns

pytestmark = pytest.mark.gui

QUICK_ENOUGH = 2.0
"""Seconds for an answer on a busy machine; a quiet one needs less than 0.2."""


@pytest.fixture
def card(qtbot: QtBot, dark: object, tasks: TaskManager, why_runs: WhyRuns) -> WhyCard:
    made = WhyCard(AppContext(why_runs.workspace, tasks))
    qtbot.addWidget(made)
    made.resize(330, 640)
    made.show()
    made.show_run(why_runs.folder(LONGER))
    return made


def answered(qtbot: QtBot, card: WhyCard) -> WhyCard:
    """Wait for the answer to the question at hand."""
    if card.asking.busy:
        with qtbot.waitSignal(card.asking.busyChanged, timeout=30_000):
            pass
    settle(qtbot, card._context.tasks)
    return card


def texts(card: WhyCard) -> str:
    shown = [label.text() for label in card.findChildren(QLabel) if label.isVisibleTo(card)]
    return "\n".join(shown)


def test_a_trade_is_told_step_by_step(qtbot: QtBot, card: WhyCard, why_runs: WhyRuns) -> None:
    card.show_trade(1)
    answered(qtbot, card)
    why = workflows.open_why(why_runs.workspace, why_runs.folder(LONGER)).trade(2)
    assert card.view is not None
    assert card.view.text == chain(why)
    assert card.headline.text().startswith("Trade 2, long")
    assert card.words.text() == gist(why)
    assert [section.section for section in card.sections] == list(card.view.sections)
    shown = texts(card)
    for section in card.view.sections:
        assert section_title(section.step.key) in shown
        assert section.step.text in shown or section.verdicts
    assert shown.count("✓") >= len(why.bought.decision.trail)
    assert card.copy_button.isEnabled()


def test_the_second_question_is_answered_from_what_is_open(qtbot: QtBot, card: WhyCard) -> None:
    card.show_trade(0)
    answered(qtbot, card)
    began = time.perf_counter()
    card.show_trade(2)
    answered(qtbot, card)
    assert time.perf_counter() - began < QUICK_ENOUGH
    assert card.headline.text().startswith("Trade 3")


def test_the_newest_question_wins(qtbot: QtBot, card: WhyCard) -> None:
    for number in (0, 1, 2, 3, 4):
        card.show_trade(number)
    answered(qtbot, card)
    assert card.headline.text().startswith("Trade 5")
    assert card.asked == 5


def test_a_bar_without_a_trade(qtbot: QtBot, card: WhyCard, why_runs: WhyRuns) -> None:
    decisions = why_runs.outcomes[LONGER].result.decisions
    moment = decisions.index[decisions["refused_by"] == "confidence"][0]
    card.show_bar(iso_time(moment.value))
    answered(qtbot, card)
    assert "refused by confidence, so HOLD" in card.headline.text()
    refused = [line for section in card.sections for line in section.verdicts if line.text().startswith("✖")]
    assert {line.property("tone") for line in refused} == {"danger"}
    assert refused[0].accessibleName() == "Filter refused"
    assert "order" not in [section.section.step.key for section in card.sections]


def test_the_text_is_copied(qtbot: QtBot, card: WhyCard) -> None:
    card.show_trade(0)
    answered(qtbot, card)
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(card.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == card.view.text


def test_every_sentence_can_be_reached_and_read_by_key(qtbot: QtBot, card: WhyCard) -> None:
    card.show_trade(0)
    answered(qtbot, card)
    assert accessibility.nameless(card) == []
    assert accessibility.undescribed(card) == []
    for section in card.sections:
        line = section.verdicts[0] if section.verdicts else section.sentence
        assert line.focusPolicy() == Qt.FocusPolicy.StrongFocus
        assert line.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
        assert line.accessibleDescription() == line.text()
        if section.bars is not None:
            assert section.bars.accessibleDescription() == section.bars.bars.words()


def test_nothing_is_cut_off_in_a_narrow_card(qtbot: QtBot, card: WhyCard) -> None:
    card.resize(300, 600)
    card.show_trade(0)
    answered(qtbot, card)
    inside = card.area.widget()
    assert inside.width() <= card.area.viewport().width()
    for section in card.sections:
        for line in (section.title, section.sentence, *section.verdicts):
            if line.isVisible():
                assert line.height() >= line.heightForWidth(line.width()), line.text()


class TestBefore:
    def test_without_a_run_it_says_what_to_do(self, qtbot: QtBot, card: WhyCard) -> None:
        card.show_run(None)
        assert "Run a backtest first" in card.words.text()
        card.show_trade(0)
        answered(qtbot, card)
        assert "Run a backtest first" in card.words.text()
        assert not card.copy_button.isEnabled()
        card.copy_text()

    def test_with_a_run_it_asks_for_a_trade(self, card: WhyCard) -> None:
        assert "Select a trade" in card.words.text()
        assert not card.area.isVisible()

    def test_another_run_is_opened_anew(self, qtbot: QtBot, card: WhyCard, why_runs: WhyRuns) -> None:
        card.show_trade(0)
        answered(qtbot, card)
        card.show_run(why_runs.folder(STERN))
        assert card.view is None
        assert card.asked is None
        card.show_trade(0)
        answered(qtbot, card)
        assert "units were" in card.view.text
        assert "close of" in card.view.text, "that run fills at the close"

    def test_hidden_it_waits_until_it_is_seen(self, qtbot: QtBot, card: WhyCard) -> None:
        card.hide()
        card.show_trade(3)
        assert not card.asking.busy
        assert card.view is None
        card.show()
        answered(qtbot, card)
        assert card.headline.text().startswith("Trade 4")

    def test_what_cannot_be_told_is_said(self, qtbot: QtBot, card: WhyCard, tmp_path: Path) -> None:
        card.show_trade(9_999)
        answered(qtbot, card)
        assert "trade is 10000" in card.words.text()
        card.show_run(tmp_path)
        card.show_trade(0)
        answered(qtbot, card)
        assert "result.json" in card.words.text()
        assert not card.area.isVisible()
        card.show_run(None)


def test_instants_of_the_chart() -> None:
    assert iso_time(1_496_275_200_000_000_000) == "2017-06-01T00:00:00+00:00"
