"""Problems and features below the text: what a draft gives them, and what a chosen problem asks for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import Problem
from ktrdr_app.features.plan import FeaturePlan
from ktrdr_app.gui.panels.strategy.lower import LowerTabs
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.table import RecordTable
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


def cells(table: RecordTable, column: int) -> list[str]:
    return [str(table.records.data(table.records.index(row, column))) for row in range(table.records.rowCount())]


def test_what_was_probably_meant_is_said_first(tabs: LowerTabs) -> None:
    """What is allowed may be a long list, of which a narrow window shows the beginning."""
    tabs.show_draft(StrategyDraft("", None, PROBLEMS))
    assert cells(tabs.problems, 3) == ["did you mean 'lookahead'? allowed: lookahead", "add name: to it"]


def test_the_words_for_what_was_meant_and_left_out_can_be_translated(
    tabs: LowerTabs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabs, "tr", lambda text: text.upper())
    tabs.show_draft(StrategyDraft("", None, PROBLEMS[:1]))
    assert cells(tabs.problems, 3) == ["DID YOU MEAN 'lookahead'? allowed: lookahead"]
    tabs.show_draft(read_draft(QUICK_STRATEGY, "quick"))
    assert set(cells(tabs.features, 0)) == {"✓", "✕ LEFT OUT"}


@pytest.mark.parametrize("switched_off", ["volume_context", "price_context"])
def test_features_are_those_of_the_settings_each_with_the_one_that_decides(tabs: LowerTabs, switched_off: str) -> None:
    """Against the strategy's own list of features, which training takes."""
    text = QUICK_STRATEGY.replace("labels:", f"features: {{{switched_off}: false}}\nlabels:")
    draft = read_draft(text, "quick")
    assert draft.loaded is not None
    tabs.show_draft(draft)
    names, used, why = (cells(tabs.features, column) for column in (1, 0, 4))
    shown = [name for name, mark in zip(names, used, strict=True) if mark == "✓"]
    assert shown == list(FeaturePlan.of(draft.loaded).contract.names)
    assert len(set(names)) == len(names)
    left = [reason for mark, reason in zip(used, why, strict=True) if mark != "✓"]
    assert any(switched_off in reason for reason in left)
    assert all(why), "each says why"
    assert used == sorted(used, key=lambda mark: mark != "✓"), "what is left out stands below"


def test_a_mended_problem_leaves_nothing_to_mend(tabs: LowerTabs) -> None:
    tabs.show_draft(StrategyDraft("", None, PROBLEMS))
    tabs.problems.selectRow(0)
    assert tabs.mend.isVisible()
    tabs.show_draft(StrategyDraft("", None, PROBLEMS[1:]))
    assert tabs.mend.isHidden()
    tabs.show_draft(read_draft(QUICK_STRATEGY, "quick"))
    assert tabs.mend.isHidden()
    assert tabs.problems.isHidden()


def test_a_reading_without_news_takes_no_keyboard_and_moves_no_cursor(tabs: LowerTabs, qtbot: QtBot) -> None:
    """Each rest in typing reads the text anew: the line that was chosen must not pull the cursor back."""
    tabs.show_draft(StrategyDraft("", None, PROBLEMS))
    tabs.problems.selectRow(0)
    with qtbot.assertNotEmitted(tabs.lineWanted):
        tabs.show_draft(StrategyDraft("x", None, PROBLEMS))


def test_mark_up_from_a_file_is_text(tabs: LowerTabs) -> None:
    hostile = Problem("<b>a</b>", 1, 1, "is '<img src=x>'", "&lt;", "<i>b</i>")
    tabs.show_draft(StrategyDraft("", None, (hostile,)))
    tabs.problems.selectRow(0)
    assert tabs.mend.text() == "Write <i>b</i> instead"
    assert [cells(tabs.problems, column)[0] for column in (1, 2)] == ["<b>a</b>", "is '<img src=x>'"]
    index = tabs.problems.records.index(0, 2)
    tip = str(tabs.problems.records.data(index, Qt.ItemDataRole.ToolTipRole) or "")
    assert "<img" not in tip


def test_both_pages_and_their_tabs_speak(tabs: LowerTabs) -> None:
    tabs.show_draft(StrategyDraft("", None, PROBLEMS))
    assert accessibility.nameless(tabs) == []
    assert accessibility.undescribed(tabs) == []
