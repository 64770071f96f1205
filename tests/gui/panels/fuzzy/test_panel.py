"""Journeys through the fuzzy station: open, drag, type, undo, save, and what is said of the sets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.fuzzy import FuzzyPanel
from ktrdr_app.gui.panels.fuzzy.number_box import NumberBox
from ktrdr_app.gui.panels.fuzzy.plot import FuzzyPlot
from ktrdr_app.gui.panels.fuzzy.set_model import FIRST_NUMBER
from ktrdr_app.gui.panels.fuzzy.symbol_menu import SymbolMenu
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.requests import FuzzyViewRequest
from tests.gui import helpers
from tests.gui.panels.fuzzy.test_plot import drag, grip_of, pixel

pytestmark = pytest.mark.gui

Opened = tuple[FuzzyPanel, AppContext]


@pytest.fixture
def opened(qtbot: QtBot, context: AppContext) -> Opened:
    """Return the station over the sample data, everything loaded."""
    return open_panel(qtbot, context)


def open_panel(qtbot: QtBot, context: AppContext) -> Opened:
    panel = FuzzyPanel(context)
    qtbot.addWidget(panel)
    panel.resize(1200, 720)
    panel.show()
    qtbot.waitExposed(panel)
    context.catalog.refresh()
    qtbot.waitUntil(lambda: panel.document is not None, timeout=20_000)
    settle(qtbot, panel)
    panel.bar.snap.setCurrentIndex(0)  # handles go where these tests put them
    return panel, context


def settle(qtbot: QtBot, panel: FuzzyPanel) -> None:
    """Wait until no task runs and the sets were checked."""
    helpers.settle(qtbot, panel.context.tasks)
    qtbot.waitUntil(lambda: not panel.examination.timer.isActive(), timeout=5000)


def choose(qtbot: QtBot, panel: FuzzyPanel, combo: str, words: str) -> None:
    """Choose a line of a combo box."""
    box = helpers.child(panel, QComboBox, f"fuzzyPanel.{combo}")
    place = box.findData(words)
    assert place >= 0, f"{words} is not offered"
    box.setCurrentIndex(place)
    settle(qtbot, panel)


def problems(panel: FuzzyPanel) -> str:
    return helpers.child(panel, QLabel, "fuzzyPanel.problems").text()


def numbers(panel: FuzzyPanel, key: str) -> list[float]:
    assert panel.document is not None
    return panel.document.sets()[key].parameters


def test_the_station_opens_with_sets_over_real_values(opened: Opened) -> None:
    panel, context = opened
    assert helpers.child(panel, QComboBox, "fuzzyPanel.strategyCombo").currentData() == "neuro_mean_reversion"
    assert helpers.child(panel, QComboBox, "fuzzyPanel.indicatorCombo").currentData() == "rsi"
    assert helpers.child(panel, QComboBox, "fuzzyPanel.timeframeCombo").currentData() == "1d"
    assert helpers.child(panel, SymbolMenu, "fuzzyPanel.symbolMenu").chosen == ("AAPL", "GOOG", "IBM")
    request = FuzzyViewRequest(context.workspace, "neuro_mean_reversion", "rsi", ("AAPL", "GOOG", "IBM"), "1d")
    wanted = workflows.load_fuzzy_view(request).values
    assert {symbol: len(values) for symbol, values in panel._values.items()} == {
        symbol: len(values) for symbol, values in wanted.items()
    }
    assert panel.plot.backdrop.whole.isVisible()
    assert problems(panel) == "✓ no gaps, no dead sets"


def test_every_part_has_the_name_that_others_call_it_by(opened: Opened) -> None:
    panel, _ = opened
    assert panel.objectName() == "fuzzyPanel"
    kinds = {"indicatorCombo": QComboBox, "plot": FuzzyPlot, "setTable": QTableView, "problems": QLabel}
    for part, kind in kinds.items():
        assert helpers.child(panel, kind, f"fuzzyPanel.{part}").isVisibleTo(panel)
    for part in ("undoAction", "redoAction"):
        assert panel.findChild(QAction, f"fuzzyPanel.{part}") is not None


def test_all_inputs_of_the_strategy_can_be_looked_at(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    box = helpers.child(panel, QComboBox, "fuzzyPanel.indicatorCombo")
    assert [box.itemData(place) for place in range(box.count())] == ["rsi", "sma", "lower_band", "macd"]
    for name, form in (
        ("sma", "(close − sma) / ATR"),
        ("lower_band", "(close − bands.lower) / ATR"),
        ("macd", "macd / ATR"),
    ):
        choose(qtbot, panel, "indicatorCombo", name)
        assert panel.document is not None
        assert panel.document.current == name
        assert form in panel.plot.heading.toPlainText()
        assert panel._values
        low, high = panel.plot.shown_range
        assert high - low < 30, "the scale of the last input is still in use"


def test_another_strategy_opens_its_own_sets(opened: Opened, qtbot: QtBot) -> None:
    panel, context = opened
    choose(qtbot, panel, "strategyCombo", "trend_momentum")
    assert panel.document is not None
    assert panel.document.strategy == "trend_momentum"
    assert panel.document.current == "ema"
    assert context.strategy == "trend_momentum"
    choose(qtbot, panel, "indicatorCombo", "momentum")
    assert "gaussian" in [panel.table.sets.index(row, 1).data() for row in range(3)]


def test_the_window_can_choose_the_strategy(opened: Opened, qtbot: QtBot) -> None:
    panel, context = opened
    context.select_strategy("trend_momentum")
    qtbot.waitUntil(lambda: panel.document is not None and panel.document.strategy == "trend_momentum", timeout=10_000)
    settle(qtbot, panel)


def test_symbols_can_be_ticked_and_the_histogram_follows(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    menu = helpers.child(panel, SymbolMenu, "fuzzyPanel.symbolMenu")
    actions = {action.text(): action for action in menu.menu().actions()}
    actions["MSFT"].trigger()
    settle(qtbot, panel)
    assert set(panel._values) == {"AAPL", "GOOG", "IBM", "MSFT"}
    for symbol in ("AAPL", "GOOG", "IBM", "MSFT"):
        actions[symbol].trigger()
    settle(qtbot, panel)
    assert panel._values == {}
    assert not panel.plot.backdrop.whole.isVisible()
    assert "choose symbols" in problems(panel)


def test_another_bar_length_brings_its_own_symbols(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    choose(qtbot, panel, "timeframeCombo", "1h")
    assert set(panel._values) == {"EURUSD"}


def test_a_drag_shows_in_table_undo_and_save(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    save = helpers.child(panel, QPushButton, "fuzzyPanel.saveButton")
    assert not save.isEnabled()
    assert not panel.undo_action.isEnabled()
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    moved = numbers(panel, "neutral")[1]
    assert moved == pytest.approx(55, abs=1.5 * pixel(panel.plot))
    table = helpers.child(panel, QTableView, "fuzzyPanel.setTable")
    assert float(table.model().index(1, FIRST_NUMBER + 1).data()) == moved
    assert table.currentIndex().row() == 1, "the row of the set that was dragged is selected"
    assert save.isEnabled()
    assert panel.undo_action.toolTip() == "Undo Move peak of neutral"
    panel.undo_action.trigger()
    assert numbers(panel, "neutral") == [25, 50, 75]
    assert not save.isEnabled()
    assert panel.redo_action.isEnabled()
    panel.redo_action.trigger()
    assert numbers(panel, "neutral")[1] == moved


@pytest.mark.parametrize("redo", ["Ctrl+Shift+Z"])
def test_undo_and_redo_have_keys(redo: str, opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    panel.activateWindow()
    panel.plot.setFocus()
    qtbot.waitUntil(panel.plot.hasFocus)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert numbers(panel, "neutral") == [25, 50, 75]
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(panel.plot, Qt.Key.Key_Z, both)
    assert numbers(panel, "neutral")[1] > 54


def test_numbers_typed_in_the_table_move_the_curve(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    type_number(qtbot, panel, 1, FIRST_NUMBER, "31,5")
    assert numbers(panel, "neutral") == [31.5, 50, 75]
    assert grip_of(panel.plot, "neutral", "left foot").handle.x == 31.5
    assert panel.plot.layer.selected == "neutral"


def type_number(qtbot: QtBot, panel: FuzzyPanel, row: int, column: int, typed: str) -> None:
    """Edit a cell of the table by keyboard."""
    table = panel.table
    table.setFocus()
    table.setCurrentIndex(table.sets.index(row, column))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    box = next(found for found in table.findChildren(NumberBox) if found.isVisible())
    box.selectAll()
    qtbot.keyClicks(box, typed)
    with qtbot.waitSignal(table.numbers.closeEditor):
        qtbot.keyClick(box, Qt.Key.Key_Return)


def test_numbers_out_of_order_are_told_in_place(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    type_number(qtbot, panel, 1, FIRST_NUMBER, "60")
    assert "must not fall" in problems(panel)
    assert panel.problems.property("tone") == "danger"
    assert numbers(panel, "neutral") == [25, 50, 75]
    type_number(qtbot, panel, 1, FIRST_NUMBER, "30")
    settle(qtbot, panel)
    assert "must not fall" not in problems(panel), "the message stays after it was mended"


def test_a_gap_between_sets_is_told(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "left foot"), 48.0)
    settle(qtbot, panel)
    assert "no set covers 40" in problems(panel)
    assert panel.problems.property("tone") == "warning"
    panel.undo_action.trigger()
    settle(qtbot, panel)
    assert "no set covers" not in problems(panel)


def test_a_set_that_the_values_never_reach_is_told(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    type_number(qtbot, panel, 0, FIRST_NUMBER + 2, "1")
    type_number(qtbot, panel, 0, FIRST_NUMBER + 3, "2")
    type_number(qtbot, panel, 1, FIRST_NUMBER, "1")
    settle(qtbot, panel)
    assert "oversold is never active" in problems(panel)
    assert panel.table.sets.index(0, FIRST_NUMBER + 4).data() == "0.0\u202f%"


def test_saving_writes_the_workspaces_own_copy_and_nothing_else(
    opened: Opened, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    panel, context = opened
    told: list[tuple[str, str]] = []
    context.notified.connect(lambda level, text, _details: told.append((level, text)))
    shipped = workflows.validate_strategy(sample_workspace, "neuro_mean_reversion").strategy
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    moved = numbers(panel, "neutral")
    helpers.click(qtbot, helpers.child(panel, QPushButton, "fuzzyPanel.saveButton"))
    settle(qtbot, panel)
    file = sample_workspace.strategies / "neuro_mean_reversion.yaml"
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert written["fuzzy_sets"]["rsi"]["sets"]["neutral"]["parameters"] == moved
    now = workflows.validate_strategy(sample_workspace, "neuro_mean_reversion").strategy
    assert now.fuzzy_sets["sma"] == shipped.fuzzy_sets["sma"]
    assert now.labels == shipped.labels
    assert not panel.save_button.isEnabled()
    assert panel.document is not None
    assert not panel.document.dirty
    assert ("success", "Saved the sets of rsi") in told


def test_changes_of_several_inputs_are_saved_together_by_key(
    opened: Opened, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    panel, _ = opened
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    choose(qtbot, panel, "indicatorCombo", "macd")
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "right foot"), 1.0)
    panel.activateWindow()
    panel.plot.setFocus()
    qtbot.keyClick(panel.plot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, panel)
    now = workflows.validate_strategy(sample_workspace, "neuro_mean_reversion").strategy.fuzzy_sets
    assert now["rsi"].sets["neutral"].parameters[1] > 54
    assert now["macd"].sets["neutral"].parameters[2] == pytest.approx(1.0, abs=0.05)


def test_saving_twice_and_with_nothing_to_save_is_harmless(
    opened: Opened, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    panel, _ = opened
    panel.save()
    settle(qtbot, panel)
    assert not (sample_workspace.strategies / "neuro_mean_reversion.yaml").exists()


def test_a_disk_that_refuses_is_told_and_nothing_is_lost(
    opened: Opened, qtbot: QtBot, sample_workspace: Workspace
) -> None:
    panel, _ = opened
    sample_workspace.strategies.parent.mkdir(parents=True, exist_ok=True)
    sample_workspace.strategies.write_text("a file where the folder should be", encoding="utf-8")
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    panel.save()
    settle(qtbot, panel)
    assert panel.notice.isVisible()
    assert panel.document is not None
    assert panel.document.dirty
    assert panel.save_button.isEnabled(), "one must be able to try again"


def test_unsaved_sets_survive_a_look_at_another_strategy(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    moved = numbers(panel, "neutral")
    choose(qtbot, panel, "strategyCombo", "trend_momentum")
    assert not panel.undo_action.isEnabled()
    choose(qtbot, panel, "strategyCombo", "neuro_mean_reversion")
    assert numbers(panel, "neutral") == moved
    assert panel.undo_action.isEnabled()
    assert panel.save_button.isEnabled()


def test_undo_turns_back_to_the_input_that_it_changes(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    choose(qtbot, panel, "indicatorCombo", "sma")
    panel.undo_action.trigger()
    settle(qtbot, panel)
    assert helpers.child(panel, QComboBox, "fuzzyPanel.indicatorCombo").currentData() == "rsi"
    assert {grip.key for grip in panel.plot.layer.grips} == {"oversold", "neutral", "overbought"}
    low, high = panel.plot.shown_range
    assert high - low > 50


def test_the_state_of_the_station_is_told(qtbot: QtBot, context: AppContext) -> None:
    told: list[tuple[str, str]] = []
    context.stateChanged.connect(lambda name, state: told.append((name, state)))
    panel, _ = open_panel(qtbot, context)
    assert told[-1] == ("fuzzyPanel", "ready")
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    assert told[-1] == ("fuzzyPanel", "stale")
    panel.undo_action.trigger()
    assert told[-1] == ("fuzzyPanel", "ready")


def test_a_workspace_without_data_still_shows_the_sets(
    qtbot: QtBot, context: AppContext, sample_workspace: Workspace
) -> None:
    for file in sample_workspace.data.glob("*.csv"):
        file.unlink()
    panel, _ = open_panel(qtbot, context)
    assert len(panel.plot.layer.grips) == 9
    assert panel._values == {}
    assert helpers.child(panel, SymbolMenu, "fuzzyPanel.symbolMenu").text() == "no data"
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    assert numbers(panel, "neutral")[1] == pytest.approx(55, abs=1.5 * pixel(panel.plot))


def test_data_that_come_later_are_laid_under_the_sets(
    qtbot: QtBot, context: AppContext, sample_workspace: Workspace, tmp_path: object
) -> None:
    held = {file: file.read_bytes() for file in sample_workspace.data.glob("*.csv")}
    for file in held:
        file.unlink()
    panel, _ = open_panel(qtbot, context)
    for file, content in held.items():
        file.write_bytes(content)
    context.dataChanged.emit()
    settle(qtbot, panel)
    qtbot.waitUntil(lambda: bool(panel._values), timeout=10_000)
    settle(qtbot, panel)
    assert panel.plot.backdrop.whole.isVisible()


def test_a_broken_data_file_is_told_in_place(qtbot: QtBot, context: AppContext, sample_workspace: Workspace) -> None:
    broken = sample_workspace.data / "AAPL_1d.csv"
    lines = broken.read_text(encoding="utf-8").splitlines()
    lines[200] = lines[200].replace(",", ",x", 2)
    broken.write_text("\n".join(lines), encoding="utf-8")
    panel, _ = open_panel(qtbot, context)
    qtbot.waitUntil(panel.notice.isVisible, timeout=10_000)
    assert "AAPL" in panel.notice.text.text()
    assert panel.notice.hint.text()
    assert len(panel.plot.layer.grips) == 9, "the sets can be edited all the same"


def test_a_strategy_with_a_typo_is_not_offered(qtbot: QtBot, context: AppContext, sample_workspace: Workspace) -> None:
    sample_workspace.strategies.mkdir(parents=True)
    (sample_workspace.strategies / "typo.yaml").write_text(helpers.TYPO_STRATEGY, encoding="utf-8")
    panel, _ = open_panel(qtbot, context)
    box = helpers.child(panel, QComboBox, "fuzzyPanel.strategyCombo")
    assert box.findData("typo") == -1
    assert box.findData("neuro_mean_reversion") >= 0


def test_everything_that_takes_the_keyboard_has_a_name(opened: Opened) -> None:
    panel, _ = opened
    assert accessibility.nameless(panel) == []


def test_refresh_reads_the_lists_again(opened: Opened, qtbot: QtBot) -> None:
    panel, context = opened
    panel.notice.show_text("danger", "old news")
    with qtbot.waitSignals([context.catalog.strategies.loaded, context.catalog.series.loaded], timeout=10_000):
        panel.refresh()
    assert not panel.notice.isVisible()
    settle(qtbot, panel)


def test_the_station_fits_into_a_small_window(opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    panel.resize(1000, 560)
    panel.grab()
    assert panel.width() == 1000
    assert panel.height() == 560
    assert panel.plot.height() >= 208
    bottom = panel.table.visualRect(panel.table.sets.index(2, 0)).bottom()
    assert panel.table.viewport().height() >= bottom, "the last set's row is cut off"


@pytest.mark.parametrize("size", [(1440, 900), (1280, 800)])
def test_no_text_is_cut_off(size: tuple[int, int], opened: Opened, qtbot: QtBot) -> None:
    panel, _ = opened
    panel.resize(size[0] - 100, size[1] - 80)
    panel.grab()
    for label in panel.findChildren(QLabel):
        if label.isVisibleTo(panel) and label.text() and not label.wordWrap():
            assert label.width() >= label.sizeHint().width() - 1, f"{label.text()!r} is cut off"


def test_stations_come_and_go_without_leaving_anything(
    qtbot: QtBot, context: AppContext, tiny_bars: Callable[..., object]
) -> None:
    panel, _ = open_panel(qtbot, context)
    settle(qtbot, panel)
    panel.deleteLater()
    qtbot.wait(10)
    context.select_strategy("trend_momentum")
    context.catalog.refresh()
    helpers.settle(qtbot, context.tasks)
