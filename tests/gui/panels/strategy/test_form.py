"""The form: a change of a field is a change of just that value in the text, and can be undone there."""

from __future__ import annotations

import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from ktrdr_app.gui.ui.inputs import CalmComboBox
from tests.gui.helpers import QUICK_STRATEGY, child, click
from tests.gui.panels.strategy.conftest import rest

pytestmark = pytest.mark.gui
FORM = "strategyPanel.form"


def type_into(qtbot: QtBot, line: QLineEdit, words: str) -> None:
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, words)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_each_kind_of_field_writes_its_value(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.form.show_section("features")
    qtbot.keyClick(child(panel, QCheckBox, f"{FORM}.features.volume_context.editor"), Qt.Key.Key_Space)
    rest(qtbot, panel)
    panel.form.show_section("labels")
    spin = child(panel, QSpinBox, f"{FORM}.labels.lookahead.editor")
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Up)
    type_into(qtbot, child(panel, QLineEdit, f"{FORM}.labels.threshold.editor"), "1,25")
    choice = child(panel, CalmComboBox, f"{FORM}.labels.method.editor")
    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    rest(qtbot, panel)
    panel.form.show_section("network")
    type_into(qtbot, child(panel, QLineEdit, f"{FORM}.network.hidden_layers.editor"), "8, 4")
    rest(qtbot, panel)
    wanted = QUICK_STRATEGY.replace("lookahead: 5}", "lookahead: 6}").replace("threshold: 2.0", "threshold: 1.25")
    found = yaml.safe_load(panel.yaml.text)
    expected = yaml.safe_load(wanted)
    expected["features"] = {"volume_context": False}
    expected["labels"]["method"] = "triple_barrier"
    expected["network"]["hidden_layers"] = [8, 4]
    assert found == expected
    untouched = [line for line in QUICK_STRATEGY.splitlines() if not line.startswith(("labels", "network"))]
    assert [line for line in panel.yaml.text.splitlines() if line in untouched] == untouched
    for _ in range(5):
        panel.yaml.undo()
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY
    panel.form.show_section("labels")
    assert spin.value() == 5


def test_a_default_is_shown_as_one_and_comes_back(panel: StrategyPanel, qtbot: QtBot) -> None:
    page = panel.form.page("training")
    rows = {row.path[-1]: row for row in page.rows}
    assert "default" not in rows["epochs"].state.text()
    assert rows["epochs"].reset.isEnabled()
    assert rows["learning_rate"].state.text() == "default"
    assert not rows["learning_rate"].reset.isEnabled()
    assert rows["learning_rate"].editor.text() == "0.001"
    click(qtbot, rows["epochs"].reset)
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY.replace("epochs: 3, ", "")
    assert rows["epochs"].editor.value() == 100
    assert rows["epochs"].state.text() == "epochs · default"


def test_what_is_out_of_bounds_is_said_and_not_written(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.form.show_section("network")
    line = child(panel, QLineEdit, f"{FORM}.network.dropout.editor")
    row = next(row for row in panel.form.page("network").rows if row.path[-1] == "dropout")
    for words in ("1.5", "abc", "", "nan"):
        type_into(qtbot, line, words) if words else (line.clear(), line.editingFinished.emit())
        assert "from 0 below 0.9" in row.fault.text()
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert (line.text(), row.fault.text()) == ("0.2", "")
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY


def test_a_problem_stands_at_its_field_and_section(panel: StrategyPanel, qtbot: QtBot) -> None:
    row = next(row for row in panel.form.page("network").rows if row.path[-1] == "dropout")
    panel.yaml.replace_text(QUICK_STRATEGY.replace("{hidden_layers: [4]}", "{hidden_layers: [4], dropout: 7}"))
    rest(qtbot, panel)
    assert "is 7" in row.fault.text()
    items = [panel.form.sections.item(place) for place in range(panel.form.sections.count())]
    said = {item.text(): item.data(Qt.ItemDataRole.AccessibleDescriptionRole) for item in items}
    assert said["Network"] == "problems: 1"
    assert said["Labels"] == "no problem"


def test_a_field_explains_itself(panel: StrategyPanel) -> None:
    row = next(row for row in panel.form.page("network").rows if row.path[-1] == "dropout")
    for words in ("Share of hidden units", "from 0 below 0.9", "Default: 0.2", "network.dropout"):
        assert words in row.editor.toolTip()
        assert words in row.editor.accessibleDescription()


def test_indicators_come_go_and_move(panel: StrategyPanel, qtbot: QtBot) -> None:
    page = panel.form.page("indicators")
    page.choice.setCurrentIndex(page.choice.findData("macd"))
    click(qtbot, child(panel, QPushButton, f"{FORM}.indicators.add"))
    rest(qtbot, panel)
    assert yaml.safe_load(panel.yaml.text)["indicators"]["macd"]["fast_period"] == 12
    assert [card.key for card in page.cards] == ["rsi", "macd"]
    click(qtbot, child(panel, QToolButton, f"{FORM}.indicators.macd.up"))
    rest(qtbot, panel)
    assert list(yaml.safe_load(panel.yaml.text)["indicators"]) == ["macd", "rsi"]
    spin = child(panel, QSpinBox, f"{FORM}.indicators.macd.signal_period.editor")
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Up)
    rest(qtbot, panel)
    assert yaml.safe_load(panel.yaml.text)["indicators"]["macd"]["signal_period"] == 10
    type_into(qtbot, child(panel, QLineEdit, f"{FORM}.indicators.rsi.id"), "speed")
    rest(qtbot, panel)
    content = yaml.safe_load(panel.yaml.text)
    assert list(content["indicators"]) == ["macd", "speed"]
    assert content["fuzzy_sets"]["rsi"]["input"] == "speed"
    click(qtbot, child(panel, QToolButton, f"{FORM}.indicators.macd.remove"))
    rest(qtbot, panel)
    assert list(yaml.safe_load(panel.yaml.text)["indicators"]) == ["speed"]
    assert panel.problems.isHidden()


def test_a_name_that_is_no_id_is_refused(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.form.show_section("indicators")
    type_into(qtbot, child(panel, QLineEdit, f"{FORM}.indicators.rsi.id"), "2 x")
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY
    assert "letters" in panel.notice.hint.text()
    assert child(panel, QLineEdit, f"{FORM}.indicators.rsi.id").text() == "rsi"


def test_fuzzy_inputs_are_named_and_lead_to_their_station(panel: StrategyPanel, qtbot: QtBot) -> None:
    page = panel.form.page("fuzzy_sets")
    (card,) = page.cards
    assert card.reads.text() == "reads rsi as raw"
    assert [label.text() for label in card.findChildren(QLabel)].count("low  ·  middle  ·  high") == 1
    with qtbot.waitSignal(panel.context.panelRequested) as blocker:
        click(qtbot, card.draw)
    assert blocker.args == ["fuzzyPanel"]
    assert not page.add.isEnabled(), "each line of each indicator is read already"
    click(qtbot, card.out)
    rest(qtbot, panel)
    assert "fuzzy_sets" not in yaml.safe_load(panel.yaml.text)
    click(qtbot, page.add)
    rest(qtbot, panel)
    assert list(yaml.safe_load(panel.yaml.text)["fuzzy_sets"]["rsi"]["sets"]) == ["low", "middle", "high"]
    assert panel.problems.isHidden()


def test_changes_asked_for_at_once_are_all_made(panel: StrategyPanel, qtbot: QtBot) -> None:
    spin = next(row for row in panel.form.page("training").rows if row.path[-1] == "epochs").editor
    spin.setFocus()
    for _ in range(5):
        qtbot.keyClick(spin, Qt.Key.Key_Up)
    panel.yaml.replace_text(panel.yaml.text + "# typed meanwhile\n")
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY.replace("epochs: 3", "epochs: 8") + "# typed meanwhile\n"
    assert spin.value() == 8
