"""Problems and features below the text: what a draft gives them, and what a chosen problem asks for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import Problem
from ktrdr_app.gui.panels.strategy.lower import LowerTabs
from ktrdr_app.workflows.strategy_draft import StrategyDraft, read_draft
from tests.gui.helpers import QUICK_STRATEGY, click

pytestmark = pytest.mark.gui
PROBLEMS = (
    Problem("labels.lookahed", 12, 3, "unknown key 'lookahed'", "allowed: lookahead", "lookahead"),
    Problem("name", 0, 0, "is missing", "add name: to it"),
)


@pytest.fixture
def tabs(qtbot: QtBot, dark: QApplication) -> LowerTabs:
    made = LowerTabs()
    qtbot.addWidget(made)
    made.resize(900, 260)
    made.show()
    return made


def test_problems_are_counted_and_lead_to_their_lines(tabs: LowerTabs, qtbot: QtBot) -> None:
    tabs.show_draft(StrategyDraft("", None, PROBLEMS))
    assert tabs.tabText(0) == "Problems (2)"
    assert tabs.verdict.text() == "2 problems"
    assert tabs.mend.isHidden()
    with qtbot.waitSignal(tabs.lineWanted) as told:
        qtbot.mouseClick(
            tabs.problems.viewport(),
            Qt.MouseButton.LeftButton,
            pos=tabs.problems.visualRect(tabs.problems.records.index(0, 1)).center(),
        )
    assert told.args == [12]
    assert tabs.mend.text() == "Write lookahead instead"
    with qtbot.waitSignal(tabs.mendWanted) as wanted:
        click(qtbot, tabs.mend)
    assert wanted.args == [PROBLEMS[0]]
    with qtbot.assertNotEmitted(tabs.lineWanted):
        tabs.problems.selectRow(1)
    assert tabs.mend.isHidden(), "there is no word to write"
    shown = [tabs.problems.records.data(tabs.problems.records.index(row, 0)) for row in (0, 1)]
    assert shown == ["12", "–"]


def test_features_stay_while_there_are_problems(tabs: LowerTabs) -> None:
    good = read_draft(QUICK_STRATEGY, "quick")
    tabs.show_draft(good)
    count = sum(entry.used for entry in good.features)
    assert tabs.tabText(1) == f"Features ({count})"
    assert str(count) in tabs.summary.text()
    assert tabs.problems.isHidden()
    tabs.show_draft(StrategyDraft("", None, PROBLEMS[1:]))
    assert tabs.verdict.text() == "1 problem"
    assert len(tabs.features.records.records) == len(good.features)
    assert "last text without problems" in tabs.summary.text()
    tabs.forget()
    assert not tabs.features.records.records
    assert tabs.tabText(1) == "Features"


def test_what_is_left_out_is_marked_by_a_word_and_a_sign(tabs: LowerTabs) -> None:
    tabs.show_draft(read_draft(QUICK_STRATEGY.replace("labels:", "features: {volume_context: false}\nlabels:"), "q"))
    records = tabs.features.records
    said = {str(records.data(records.index(row, 1))): row for row in range(records.rowCount())}
    assert records.data(records.index(said["obv_normalized"], 0)) == "✕ left out"
    assert records.data(records.index(said["obv_normalized"], 4)) == "features.volume_context is off"
    assert records.data(records.index(said["rsi_low"], 0)) == "✓"
