"""The form: a change of a field is a change of just that value in the text, and can be undone there."""

from __future__ import annotations

from typing import cast

import pytest
import yaml
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPushButton, QSpinBox, QToolButton, QWidget
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


def test_each_card_leads_to_its_own_sets(panel: StrategyPanel, qtbot: QtBot) -> None:
    second = "fuzzy_sets:\n  slow: {input: rsi, sets: {calm: {type: triangular, parameters: [0, 50, 99]}}}\n"
    panel.yaml.replace_text(panel.yaml.text.replace("fuzzy_sets:\n", second))
    rest(qtbot, panel)
    cards = {card.key: card for card in panel.form.page("fuzzy_sets").cards}
    assert set(cards) == {"slow", "rsi"}
    panel.context.select_strategy("trend_momentum")  # as from another station, while this one has unsaved text
    assert panel.keeper.question is not None
    panel.keeper.question.reject()
    told: list[str] = []
    panel.context.fuzzyInputRequested.connect(told.append)
    panel.context.panelRequested.connect(told.append)
    for name in ("rsi", "slow"):
        click(qtbot, cards[name].draw)
        assert panel.context.strategy == "quick", "the sets are those of the strategy whose card it is"
    assert told == ["rsi", "fuzzyPanel", "slow", "fuzzyPanel"]


def test_changes_asked_for_at_once_are_all_made(panel: StrategyPanel, qtbot: QtBot) -> None:
    spin = next(row for row in panel.form.page("training").rows if row.path[-1] == "epochs").editor
    spin.setFocus()
    for _ in range(5):
        qtbot.keyClick(spin, Qt.Key.Key_Up)
    panel.yaml.replace_text(panel.yaml.text + "# typed meanwhile\n")
    rest(qtbot, panel)
    assert panel.yaml.text == QUICK_STRATEGY.replace("epochs: 3", "epochs: 8") + "# typed meanwhile\n"
    assert spin.value() == 8


def editor(panel: StrategyPanel, path: str) -> QWidget:
    """Turn to a field and give it the keyboard."""
    panel.form.show_section(path.partition(".")[0])
    found = child(panel, QWidget, f"{FORM}.{path}.editor")
    found.setFocus()
    assert found.hasFocus()
    return found


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        ("labels.threshold", "1,25", 1.25),
        ("labels.threshold", " 1.25 ", 1.25),
        ("labels.threshold", "3", 3.0),
        ("training.learning_rate", "1e-2", 0.01),
        ("training.learning_rate", ",5", 0.5),
        ("network.dropout", "0", 0.0),
        ("network.hidden_layers", "[16; 8]", [16, 8]),
        ("network.hidden_layers", "16  8,4", [16, 8, 4]),
        ("training.epochs", "12", 12),
        ("training.batch_size", "1 024", 1024),
        ("training.batch_size", "1.024", 1024),
    ],
)
def test_numbers_are_read_as_people_write_them(
    bench: StrategyPanel, qtbot: QtBot, path: str, typed: str, value: object
) -> None:
    field = editor(bench, path)
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    rest(qtbot, bench)
    section, key = path.split(".")
    found = yaml.safe_load(bench.yaml.text)[section][key]
    assert found == value
    assert type(found) is type(value) or isinstance(value, float)
    assert bench.problems.isHidden()


@pytest.mark.parametrize("typed", ["1.234,5", "1,2,3", "--1", "0x10", "inf", "1e400", "-1"])
def test_what_is_no_number_is_not_guessed(bench: StrategyPanel, qtbot: QtBot, typed: str) -> None:
    type_into(qtbot, cast(QLineEdit, editor(bench, "labels.threshold")), typed)
    rest(qtbot, bench)
    assert bench.yaml.text == QUICK_STRATEGY
    row = next(row for row in bench.form.page("labels").rows if row.path[-1] == "threshold")
    assert "a number" in row.fault.text()


@pytest.mark.parametrize("path", ["training.batch_size", "training.learning_rate", "labels.lookahead"])
def test_a_reading_of_the_text_does_not_wipe_out_what_is_being_typed(
    bench: StrategyPanel, qtbot: QtBot, path: str
) -> None:
    """The change of the field before is read a moment later, when one types in the next already."""
    field = editor(bench, path)
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, "1")
    bench.yaml.replace_text(QUICK_STRATEGY + "# another change\n")
    rest(qtbot, bench)
    qtbot.keyClicks(field, "28")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    rest(qtbot, bench)
    section, key = path.split(".")
    if key == "learning_rate":
        assert bench.yaml.text == QUICK_STRATEGY + "# another change\n"
        assert cast(QLineEdit, field).text() == "128", "what is out of bounds can be corrected"
    else:
        assert yaml.safe_load(bench.yaml.text)[section][key] == 128


def test_an_id_is_not_wiped_out_either_and_asked_for_once(bench: StrategyPanel, qtbot: QtBot) -> None:
    field = bench.form.page("indicators").cards[0].id_edit
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "sp")
    bench.yaml.replace_text(QUICK_STRATEGY + "# another change\n")
    rest(qtbot, bench)
    qtbot.keyClicks(field, "eed")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    bench.form.sections.setFocus()  # leaving the field asks for nothing more
    rest(qtbot, bench)
    assert list(yaml.safe_load(bench.yaml.text)["indicators"]) == ["speed"]
    assert bench.notice.isHidden()


def test_saving_takes_what_is_typed_in_a_field_that_was_not_left(bench: StrategyPanel, qtbot: QtBot) -> None:
    file = bench.context.workspace.strategies / "quick.yaml"
    wanted = QUICK_STRATEGY
    for path, before, now in (("labels.threshold", "2.0", "1.25"), ("training.epochs", "3", "12")):
        field = editor(bench, path)
        qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(field, now.replace(".", ","))
        qtbot.keyClick(field, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        rest(qtbot, bench)
        key = path.split(".")[1]
        wanted = wanted.replace(f"{key}: {before}", f"{key}: {now}")
        assert file.read_text(encoding="utf-8") == wanted
        assert bench.dirty_mark.text() == ""


def test_a_change_that_is_refused_shows_again_what_the_file_says(bench: StrategyPanel, qtbot: QtBot) -> None:
    """One mapping under two names cannot be changed for one of them alone."""
    shared = QUICK_STRATEGY.replace(
        "  rsi: {name: rsi, period: 14}", "  rsi: &one {name: rsi, period: 14}\n  two: *one"
    )
    bench.yaml.replace_text(shared)
    rest(qtbot, bench)
    assert [card.key for card in bench.form.page("indicators").cards] == ["rsi", "two"]
    spin = bench.form.page("indicators").cards[1].rows[0].editor
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Up)
    rest(qtbot, bench)
    assert bench.yaml.text == shared
    assert spin.value() == 14
    assert bench.notice.level == "danger"


@pytest.mark.parametrize("wanted", ["macd", "", "na-me", "a b", "1st"])
def test_an_id_that_is_taken_or_none_is_refused_and_shown_as_it_was(
    bench: StrategyPanel, qtbot: QtBot, wanted: str
) -> None:
    text = QUICK_STRATEGY.replace("fuzzy_sets:", "  macd: {name: macd}\nfuzzy_sets:")
    bench.yaml.replace_text(text)
    rest(qtbot, bench)
    field = bench.form.page("indicators").cards[0].id_edit
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, wanted)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    rest(qtbot, bench)
    assert bench.yaml.text == text
    assert field.text() == "rsi"
    assert bench.notice.level == "danger"


def test_the_keyboard_goes_through_the_form_in_reading_order(bench: StrategyPanel, qtbot: QtBot) -> None:
    field = editor(bench, "training.epochs")
    seen = [field]
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        held = QApplication.focusWidget()
        if not bench.form.stack.isAncestorOf(held):
            break
        seen.append(held)
    assert held is bench.yaml, "the text comes after the form"
    tops = [widget.mapTo(bench.form.stack.currentWidget().widget(), QPoint()).y() for widget in seen]
    assert [place for place in range(1, len(tops)) if tops[place] < tops[place - 1] - 8] == []
    editors = [row.editor for row in bench.form.page("training").rows]
    assert [widget for widget in seen if widget in editors] == editors
    seen[-1].setFocus()
    for widget in reversed(seen[:-1]):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
        assert QApplication.focusWidget() is widget


def test_every_section_is_reached_and_left_by_keys(bench: StrategyPanel, qtbot: QtBot) -> None:
    sections = bench.form.sections
    sections.setCurrentRow(0)
    sections.setFocus()
    helps = set()
    for place in range(sections.count()):
        assert sections.currentRow() == place
        helps.add(bench.form.help.text())
        assert bench.form.stack.currentWidget().isVisible()
        qtbot.keyClick(sections, Qt.Key.Key_Down)
    assert len(helps) == sections.count(), "each says what it is about"


def test_a_file_without_a_section_shows_its_defaults_and_takes_a_first_value(
    bench: StrategyPanel, qtbot: QtBot
) -> None:
    bare = "\n".join(line for line in QUICK_STRATEGY.splitlines() if not line.startswith("training")) + "\n"
    bench.yaml.replace_text(bare)
    rest(qtbot, bench)
    rows = bench.form.page("training").rows
    assert all("default" in row.state.text() and not row.reset.isEnabled() for row in rows)
    spin = cast(QSpinBox, editor(bench, "training.epochs"))
    before = spin.value()
    qtbot.keyClick(spin, Qt.Key.Key_Down)
    rest(qtbot, bench)
    assert yaml.safe_load(bench.yaml.text) == {**yaml.safe_load(bare), "training": {"epochs": before - 1}}
    reset = next(row for row in rows if row.path[-1] == "epochs").reset
    reset.setFocus()
    qtbot.keyClick(reset, Qt.Key.Key_Space)
    rest(qtbot, bench)
    assert "epochs" not in bench.yaml.text
    assert spin.value() == before
