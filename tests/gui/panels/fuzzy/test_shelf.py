"""What the station does when a strategy's file is written elsewhere: clean sets follow, edited ones are never lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.fuzzy import FuzzyPanel
from tests.gui import helpers
from tests.gui.panels.fuzzy.test_panel import open_panel, settle

pytestmark = pytest.mark.gui

TWO = """\
name: two
indicators:
  rsi: {name: rsi, period: 14}
  macd: {name: macd}
fuzzy_sets:
  rsi: {form: raw, sets: {low: {type: triangular, parameters: [0, 20, 40]}}}
  macd: {form: atr, sets: {flat: {type: gaussian, parameters: [0, 0.5]}}}
"""
OTHERS = TWO.replace("[0, 20, 40]", "[0, 22, 40]").replace("[0, 0.5]", "[0, 0.25]")


@pytest.fixture
def file(sample_workspace: Workspace) -> Path:
    """Return a strategy of two inputs in the workspace."""
    sample_workspace.strategies.mkdir(parents=True)
    made = sample_workspace.strategies / "two.yaml"
    made.write_text(TWO, encoding="utf-8")
    return made


@pytest.fixture
def panel(qtbot: QtBot, file: Path, context: AppContext) -> FuzzyPanel:
    """Return the station with its second input shown, nothing edited."""
    context.select_strategy("two")
    made, _ = open_panel(qtbot, context)
    assert made.document is not None
    made.document.show("macd")
    settle(qtbot, made)
    return made


def parameters(panel: FuzzyPanel, name: str, key: str) -> list[float]:
    assert panel.document is not None
    return panel.document.sets(name)[key].parameters


def learn(qtbot: QtBot, panel: FuzzyPanel, how: str) -> None:
    """Let the station hear of the file."""
    if how == "refresh":
        panel.refresh()
    else:
        panel.context.strategySaved.emit("two")
    settle(qtbot, panel)


@pytest.mark.parametrize("how", ["refresh", "told"])
def test_clean_sets_follow_the_file_and_the_input_stays_in_view(
    how: str, panel: FuzzyPanel, file: Path, qtbot: QtBot
) -> None:
    file.write_text(OTHERS, encoding="utf-8")
    learn(qtbot, panel, how)
    assert parameters(panel, "macd", "flat") == [0, 0.25]
    assert parameters(panel, "rsi", "low") == [0, 22, 40]
    assert panel.document is not None
    assert panel.document.current == "macd"
    assert helpers.child(panel, QComboBox, "fuzzyPanel.indicatorCombo").currentData() == "macd"
    assert not panel.document.dirty
    assert panel._values, "values are laid under the new sets"


def test_an_input_that_is_gone_is_no_longer_shown(panel: FuzzyPanel, file: Path, qtbot: QtBot) -> None:
    file.write_text(TWO[: TWO.index("  macd: {form")], encoding="utf-8")
    learn(qtbot, panel, "refresh")
    assert panel.document is not None
    assert (panel.document.inputs, panel.document.current) == (("rsi",), "rsi")


def test_a_file_with_the_same_sets_takes_no_steps_away(panel: FuzzyPanel, file: Path, qtbot: QtBot) -> None:
    document = panel.document
    assert document is not None
    document.set_numbers("flat", [0, 0.75])
    panel.save()
    settle(qtbot, panel)
    file.write_text(file.read_text(encoding="utf-8") + "# a word\n", encoding="utf-8")
    learn(qtbot, panel, "refresh")
    assert panel.document is document
    panel.undo_action.trigger()
    assert parameters(panel, "macd", "flat") == [0, 0.5]


@pytest.mark.parametrize("how", ["refresh", "told"])
def test_edited_sets_stay_and_are_not_written_over_newer_ones(
    how: str, panel: FuzzyPanel, file: Path, qtbot: QtBot
) -> None:
    document = panel.document
    assert document is not None
    document.set_numbers("flat", [0, 0.75])
    file.write_text(OTHERS, encoding="utf-8")
    learn(qtbot, panel, how)
    assert parameters(panel, "macd", "flat") == [0, 0.75]
    panel.save()
    settle(qtbot, panel)
    assert file.read_text(encoding="utf-8") == OTHERS
    assert document.dirty
    assert panel.save_button.isEnabled()
    assert "changed on disk" in panel.notice.text.text()
    assert "two.yaml" in panel.notice.text.text() + panel.notice.hint.text()
    assert "undo your changes, refresh" in panel.notice.hint.text()
    panel.undo_action.trigger()
    learn(qtbot, panel, "refresh")
    assert parameters(panel, "macd", "flat") == [0, 0.25], "what the hint says leads to the newer sets"
    assert panel.document is not None
    panel.document.set_numbers("flat", [0, 0.75])
    panel.save()
    settle(qtbot, panel)
    assert file.read_text(encoding="utf-8") == OTHERS.replace("[0, 0.25]", "[0, 0.75]")


def test_sets_that_are_edited_while_the_file_is_read_stay(panel: FuzzyPanel, file: Path, qtbot: QtBot) -> None:
    assert panel.document is not None
    file.write_text(OTHERS, encoding="utf-8")
    panel.refresh()
    panel.document.set_numbers("flat", [0, 0.75])
    settle(qtbot, panel)
    assert parameters(panel, "macd", "flat") == [0, 0.75]


def test_a_strategy_out_of_view_is_read_when_it_is_asked_for(panel: FuzzyPanel, file: Path, qtbot: QtBot) -> None:
    panel.context.select_strategy("trend_momentum")
    settle(qtbot, panel)
    file.write_text(OTHERS, encoding="utf-8")
    learn(qtbot, panel, "refresh")
    assert panel.document is not None
    assert panel.document.strategy == "trend_momentum"
    panel.context.select_strategy("two")
    settle(qtbot, panel)
    assert parameters(panel, "macd", "flat") == [0, 0.25]


def test_a_file_that_became_faulty_is_told_and_the_sets_stay_in_view(
    panel: FuzzyPanel, file: Path, qtbot: QtBot
) -> None:
    file.write_text(TWO.replace("form: atr", "form: art"), encoding="utf-8")
    learn(qtbot, panel, "told")
    assert "art" in panel.notice.text.text()
    assert parameters(panel, "macd", "flat") == [0, 0.5]
    file.write_text(OTHERS, encoding="utf-8")
    learn(qtbot, panel, "refresh")
    assert parameters(panel, "macd", "flat") == [0, 0.25]
    assert panel.notice.isHidden()


# the input that another station asks for


def test_the_input_that_is_asked_for_is_shown(panel: FuzzyPanel, qtbot: QtBot) -> None:
    for name in ("rsi", "macd", "macd"):
        panel.context.fuzzyInputRequested.emit(name)
        settle(qtbot, panel)
        assert panel.document is not None
        assert panel.document.current == name
        assert helpers.child(panel, QComboBox, "fuzzyPanel.indicatorCombo").currentData() == name
        assert {grip.key for grip in panel.plot.layer.grips} == {{"rsi": "low", "macd": "flat"}[name]}


def test_it_is_shown_once_its_strategy_has_been_read(
    qtbot: QtBot, file: Path, context: AppContext, sample_workspace: Workspace
) -> None:
    """The document in view has an input of that name too, and stays where it is."""
    first = "  first: {input: rsi, form: raw, sets: {low: {type: triangular, parameters: [0, 20, 40]}}}\n"
    other = TWO.replace("name: two", "name: other").replace("sets:\n  rsi", f"sets:\n{first}  rsi")
    (sample_workspace.strategies / "other.yaml").write_text(other, encoding="utf-8")
    context.select_strategy("other")
    panel, _ = open_panel(qtbot, context)
    before = panel.document
    assert before is not None
    context.select_strategy("two")
    context.fuzzyInputRequested.emit("macd")
    assert panel.document is before, "it is still being read"
    settle(qtbot, panel)
    assert panel.document is not None
    assert (panel.document.strategy, panel.document.current) == ("two", "macd")
    assert (before.strategy, before.current) == ("other", "first")


def test_an_input_that_is_not_saved_yet_is_shown_when_it_is(panel: FuzzyPanel, file: Path, qtbot: QtBot) -> None:
    panel.context.fuzzyInputRequested.emit("slow")
    assert "slow is not among the saved inputs of two yet" in panel.notice.text.text()
    assert panel.document is not None
    assert panel.document.current == "macd"
    slow = "  slow: {input: rsi, form: raw, sets: {calm: {type: triangular, parameters: [0, 50, 99]}}}\n"
    file.write_text(TWO + slow, encoding="utf-8")
    learn(qtbot, panel, "told")
    assert panel.document.current == "slow"
    assert panel.notice.isHidden()
    panel.document.show("rsi")
    learn(qtbot, panel, "refresh")
    assert panel.document.current == "rsi", "a wish is granted once"
