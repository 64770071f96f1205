"""The strategy station shows each file as it is, form and text as one, and every problem with its line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.inputs import CalmComboBox
from ktrdr_app.gui.ui.table import RecordTable
from tests.gui.helpers import QUICK_STRATEGY, TYPO_STRATEGY, child, click, settle
from tests.gui.panels.strategy.conftest import choose, rest
from tests.strategy.texts import SHIPPED

pytestmark = pytest.mark.gui


def test_shipped_and_own_strategies_are_listed(panel: StrategyPanel) -> None:
    combo = child(panel, CalmComboBox, "strategyPanel.strategyCombo")
    assert {combo.itemData(place) for place in range(combo.count())} == {*SHIPPED, "quick", "typo"}
    assert combo.currentData() == "quick"
    assert child(panel, QWidget, "strategyPanel.form") is panel.form


def test_the_text_is_the_file_word_for_word(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "neuro_mean_reversion")
    file = shipped("configs") / "strategies" / "neuro_mean_reversion.yaml"
    text = child(panel, QPlainTextEdit, "strategyPanel.yamlEdit")
    assert text.toPlainText() == file.read_text(encoding="utf-8")
    assert "comes with the program" in panel._file.text()
    assert panel.dirty_mark.text() == ""


def test_a_good_strategy_has_no_problems_and_becomes_the_one_at_hand(panel: StrategyPanel) -> None:
    assert panel.yaml.text == QUICK_STRATEGY
    assert panel.problems.isHidden()
    assert "No problems" in panel.below.verdict.text()
    assert panel.context.strategy == "quick"
    assert "in this workspace" in panel._file.text()


def test_a_typo_is_shown_with_line_and_mended(panel: StrategyPanel, qtbot: QtBot) -> None:
    choose(qtbot, panel, "typo")
    assert panel.context.strategy == "quick", "a strategy with a problem is not the one at hand"
    table = child(panel, RecordTable, "strategyPanel.problems")
    (problem,) = table.records.records
    line = TYPO_STRATEGY.splitlines().index("labels: {threshold: 2.0, threshold_unit: atr, lookahed: 5}") + 1
    assert problem.line == line
    shown = [table.records.data(table.records.index(0, column)) for column in range(4)]
    assert shown[:2] == [str(line), "labels.lookahed"]
    assert panel.yaml.faulty_lines == {line}
    assert "lookahed" in panel.yaml.message_at(line)
    panel.problems.selectRow(0)
    assert "lookahed" in panel.yaml.textCursor().selectedText()
    click(qtbot, child(panel, QPushButton, "strategyPanel.mendButton"))
    rest(qtbot, panel)
    assert panel.yaml.text == TYPO_STRATEGY.replace("lookahed", "lookahead")
    assert panel.problems.isHidden()
    panel.yaml.undo()
    assert panel.yaml.text == TYPO_STRATEGY
    panel.yaml.redo()
    qtbot.keyClick(panel.yaml, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    rest(qtbot, panel)
    assert panel.context.strategy == "typo"


def test_typing_is_read_when_it_rests(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.form.show_section("training")
    field = panel.form.page("training").rows[0]
    panel.yaml.setFocus()
    cursor = panel.yaml.textCursor()
    cursor.setPosition(panel.yaml.text.index("epochs: 3") + len("epochs: 3"))
    panel.yaml.setTextCursor(cursor)
    qtbot.keyClicks(panel.yaml, "7")
    place = panel.yaml.textCursor().position()
    rest(qtbot, panel)
    assert field.editor.value() == 37
    assert panel.yaml.hasFocus()
    assert panel.yaml.textCursor().position() == place
    assert "unsaved" in panel.dirty_mark.text()
    qtbot.keyClick(panel.yaml, Qt.Key.Key_Backspace)
    rest(qtbot, panel)
    assert panel.dirty_mark.text() == ""


def test_the_last_good_values_stay_while_the_text_is_no_yaml(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.form.show_section("training")
    field = panel.form.page("training").rows[0]
    panel.yaml.replace_text(QUICK_STRATEGY.replace("epochs: 3", "epochs: 9").replace("hidden_layers: [4]", "h: [4"))
    rest(qtbot, panel)
    assert not panel.form.stack.isEnabled()
    assert "cannot be read" in panel.form.banner.text()
    assert field.editor.value() == 3
    panel.yaml.undo()
    rest(qtbot, panel)
    assert panel.form.stack.isEnabled()
    assert panel.form.banner.isHidden()


def test_every_feature_is_listed_with_its_reason(panel: StrategyPanel) -> None:
    records = child(panel, RecordTable, "strategyPanel.features").records.records
    used = [entry.name for entry in records if entry.used]
    assert used[:3] == ["rsi_low", "rsi_middle", "rsi_high"]
    assert panel.below.tabText(1) == f"Features ({len(used)})"
    assert all(entry.reason for entry in records)
    assert any(not entry.used for entry in records)


def test_a_file_that_is_no_yaml_is_shown_all_the_same(panel: StrategyPanel, qtbot: QtBot) -> None:
    (panel.context.workspace.strategies / "broken.yaml").write_text("a: [1, 2\nb: }", encoding="utf-8")
    panel.refresh()
    rest(qtbot, panel)
    choose(qtbot, panel, "broken")
    assert panel.yaml.text == "a: [1, 2\nb: }"
    assert len(panel.problems.records.records) == 1


def test_a_choice_made_elsewhere_is_followed(panel: StrategyPanel, qtbot: QtBot) -> None:
    panel.context.select_strategy("trend_momentum")
    rest(qtbot, panel)
    assert panel.strategy.currentData() == "trend_momentum"
    assert "trend_momentum" in panel.yaml.text


def test_a_faulty_file_makes_the_station_stale(panel: StrategyPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.context.stateChanged) as blocker:
        panel.refresh()
    assert blocker.args == ["strategyPanel", "stale"]
    (panel.context.workspace.strategies / "typo.yaml").unlink()
    settle(qtbot, panel.context.tasks)
    with qtbot.waitSignal(panel.context.stateChanged) as blocker:
        panel.refresh()
    assert blocker.args == ["strategyPanel", "ready"]
    rest(qtbot, panel)


@pytest.mark.parametrize(("name", "target"), [("fuzzyButton", "fuzzyPanel"), ("trainButton", "trainingPanel")])
def test_the_buttons_lead_on(panel: StrategyPanel, qtbot: QtBot, name: str, target: str) -> None:
    with qtbot.waitSignal(panel.context.panelRequested) as blocker:
        click(qtbot, child(panel, QPushButton, f"strategyPanel.{name}"))
    assert blocker.args == [target]


def test_the_main_action_leads_to_training(panel: StrategyPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.context.panelRequested) as blocker:
        panel.run_main_action()
    assert blocker.args == ["trainingPanel"]


def test_everything_has_a_name(panel: StrategyPanel) -> None:
    for place in range(panel.form.sections.count()):
        panel.form.sections.setCurrentRow(place)
    assert accessibility.nameless(panel) == []


def test_open_edit_save_and_reopen(bench: StrategyPanel, qtbot: QtBot, dark: QApplication) -> None:
    """The whole way: what the form changes stands in the text, in the file, and in the form of the next window."""
    source = "# why this one\n" + QUICK_STRATEGY.replace("period: 14}", 'period: 14}  # "as in the book"')
    file = bench.context.workspace.strategies / "quick.yaml"
    file.write_text(source, encoding="utf-8")
    bench.keeper.look()
    rest(qtbot, bench)
    epochs = next(row for row in bench.form.page("training").rows if row.path[-1] == "epochs").editor
    epochs.setFocus()
    qtbot.keyClick(epochs, Qt.Key.Key_Up)
    rest(qtbot, bench)
    threshold = next(row for row in bench.form.page("labels").rows if row.path[-1] == "threshold").editor
    threshold.setFocus()
    threshold.selectAll()
    qtbot.keyClicks(threshold, "1,5")
    qtbot.keyClick(threshold, Qt.Key.Key_Tab)
    rest(qtbot, bench)
    wanted = source.replace("epochs: 3", "epochs: 4").replace("threshold: 2.0", "threshold: 1.5")
    assert bench.yaml.text == wanted
    qtbot.keyClick(bench.yaml, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    rest(qtbot, bench)
    assert file.read_text(encoding="utf-8") == wanted

    again = StrategyPanel(AppContext(bench.context.workspace, bench.context.tasks))
    qtbot.addWidget(again)
    again.context.select_strategy("quick")
    again.show()
    again.refresh()
    rest(qtbot, again)
    assert again.yaml.text == wanted
    for key in ("labels", "training", "network"):
        for mine, other in zip(bench.form.page(key).rows, again.form.page(key).rows, strict=True):
            assert mine.state.text() == other.state.text()
            words = [row.editor.property("text") or row.editor.property("currentText") for row in (mine, other)]
            assert words[0] == words[1], mine.path
    assert not again.keeper.dirty


def test_a_change_on_disk_while_edited_is_told_once_looked_at(bench: StrategyPanel, qtbot: QtBot) -> None:
    file = bench.context.workspace.strategies / "quick.yaml"
    bench.yaml.replace_text(QUICK_STRATEGY + "# mine\n")
    rest(qtbot, bench)
    file.write_text(QUICK_STRATEGY + "# theirs\n", encoding="utf-8")
    assert bench.notice.isHidden()
    QApplication.sendEvent(bench.window(), QEvent(QEvent.Type.WindowActivate))
    rest(qtbot, bench)
    assert "configs/strategies/quick.yaml" in bench.notice.text.text()
    assert bench.yaml.text == QUICK_STRATEGY + "# mine\n"
    click(qtbot, bench.notice.action)
    rest(qtbot, bench)
    assert bench.yaml.text == QUICK_STRATEGY + "# theirs\n"
    assert bench.context.unsaved.of("strategyPanel") == ()
    bench.history.undo.trigger()
    assert bench.yaml.text == QUICK_STRATEGY + "# mine\n", "nothing that was typed is lost by looking at theirs"


def test_the_keyboard_goes_from_the_heading_to_the_problems_in_reading_order(
    bench: StrategyPanel, qtbot: QtBot
) -> None:
    bench.form.show_section("labels")
    bench.strategy.setFocus()
    seen: list[QWidget] = []
    for _ in range(80):
        held = QApplication.focusWidget()
        if held in seen:
            break
        seen.append(held)
        if held is bench.yaml:
            QTest.keyClick(held, Qt.Key.Key_Escape)
        QTest.keyClick(held, Qt.Key.Key_Tab)
    parts = [bench.strategy, bench.new_button, bench.more_button, bench.form.sections, bench.yaml, bench.below.tabBar()]
    places = [seen.index(part) for part in parts]
    assert places == sorted(places)
    inside = [place for place, widget in enumerate(seen) if bench.form.stack.isAncestorOf(widget)]
    assert inside == list(range(places[3] + 1, places[4])), "the fields stand between the sections and the text"
    assert bench.yaml.text == QUICK_STRATEGY


@pytest.mark.parametrize("size", [(1024, 560), (1180, 660)])
def test_nothing_is_cut_off_or_lies_over_another(bench: StrategyPanel, qtbot: QtBot, size: tuple[int, int]) -> None:
    bench.resize(*size)
    rest(qtbot, bench)
    for place in range(bench.form.sections.count()):
        bench.form.sections.setCurrentRow(place)
        QApplication.processEvents()
        page = bench.form.stack.currentWidget().widget()
        parts = [each for each in page.findChildren(QWidget) if each.isVisible() and each.objectName().count(".") > 2]
        whole = page.rect()
        for part in parts:
            spot = QRect(part.mapTo(page, QPoint()), part.size())
            assert whole.contains(spot), f"{part.objectName()} is cut off"
        leaves = [each for each in parts if isinstance(each, (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox))]
        spots = {each.objectName(): QRect(each.mapTo(page, QPoint()), each.size()) for each in leaves}
        names = sorted(spots)
        over = [(a, b) for a in names for b in names if a < b and spots[a].intersects(spots[b])]
        assert over == []
    heading = [bench.strategy, bench.new_button, bench.save_button, bench.more_button]
    for button in (*heading[1:], *bench.findChildren(QPushButton, "strategyPanel.trainButton")):
        assert button.width() >= button.sizeHint().width(), f"{button.objectName()} is cut off"
    bench.resize(1200, 700)
