"""Adding, taking out, renaming, shapes, presets, copy and paste: through actions, keys and cells of the station."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app import workflows
from ktrdr_app.core.paths import Workspace
from ktrdr_app.fuzzy.presets import cluster_sets, quantile_sets
from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.fuzzy import FuzzyPanel
from ktrdr_app.gui.panels.fuzzy.set_model import FIRST_NUMBER, NAME, OPEN, OVERLAP, SHAPE, STATUS
from ktrdr_app.gui.ui.inputs import CalmComboBox
from tests.gui import helpers
from tests.gui.panels.fuzzy.test_panel import open_panel, problems, settle
from tests.gui.panels.fuzzy.test_plot import CONTROL_SHIFT, LEFT_BUTTON, PLAIN, drag, grip_of

pytestmark = pytest.mark.gui

Key = Qt.Key


@pytest.fixture
def panel(qtbot: QtBot, context: AppContext) -> FuzzyPanel:
    return open_panel(qtbot, context)[0]


def names(panel: FuzzyPanel) -> list[str]:
    assert panel.document is not None
    return list(panel.document.sets())


def rows(panel: FuzzyPanel) -> list[str]:
    return [panel.table.sets.index(row, NAME).data() for row in range(panel.table.sets.rowCount())]


def trigger(panel: FuzzyPanel, part: str) -> None:
    action = panel.findChild(QAction, f"fuzzyPanel.{part}")
    assert action is not None
    action.trigger()


def preset(panel: FuzzyPanel, name: str, count: int) -> None:
    """Choose a line of the presets' menu."""
    menu = helpers.child(panel, QPushButton, "fuzzyPanel.presetButton").menu()
    submenus = [action.menu() for action in menu.actions()]
    chosen = [action for each in submenus for action in each.actions() if action.data() == (name, count)]
    assert len(chosen) == 1
    chosen[0].trigger()


def cell(qtbot: QtBot, panel: FuzzyPanel, row: int, column: int) -> None:
    panel.table.setFocus()
    panel.table.setCurrentIndex(panel.table.sets.index(row, column))
    qtbot.keyClick(panel.table, Key.Key_F2)


def test_sets_are_added_by_double_click_and_button_and_taken_out_by_del(panel: FuzzyPanel, qtbot: QtBot) -> None:
    plot, document = panel.plot, panel.document
    assert document is not None
    start = document.sets()
    qtbot.mouseDClick(plot.viewport(), LEFT_BUTTON, PLAIN, plot.view_point(38.0, 0.9).toPoint())
    assert names(panel) == rows(panel) == ["oversold", "set_1", "neutral", "overbought"]
    assert document.sets()["set_1"].parameters[1] == pytest.approx(38, abs=0.2)
    assert plot.layer.selected == "set_1"
    assert panel.table.currentIndex().row() == 1
    trigger(panel, "addAction")
    assert len(names(panel)) == 5
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Key.Key_Delete)
    assert len(names(panel)) == 4
    plot._focus(grip_of(plot, "set_1", "peak"))
    qtbot.keyClick(plot, Key.Key_Delete)
    assert names(panel) == rows(panel) == ["oversold", "neutral", "overbought"]
    for _ in range(4):
        panel.undo_action.trigger()
    assert list(document.sets().items()) == list(start.items())
    assert not document.dirty
    assert not panel.undo_action.isEnabled()


def test_the_last_set_stays_and_says_why(panel: FuzzyPanel, qtbot: QtBot) -> None:
    for _ in range(3):
        trigger(panel, "removeAction")
    assert len(names(panel)) == 1
    assert "at least one set" in problems(panel)
    assert panel.problems.property("tone") == "danger"


def test_names_shapes_and_open_sides_are_changed_in_the_table(panel: FuzzyPanel, qtbot: QtBot) -> None:
    document = panel.document
    assert document is not None
    cell(qtbot, panel, 1, NAME)
    field = next(found for found in panel.table.findChildren(QLineEdit) if found.isVisible())
    assert field.accessibleName() == "neutral, Set"
    field.selectAll()
    qtbot.keyClicks(field, "calm")
    with qtbot.waitSignal(panel.table.numbers.closeEditor):
        qtbot.keyClick(field, Key.Key_Return)
    assert names(panel) == rows(panel) == ["oversold", "calm", "overbought"]
    assert document.undo_stack.undoText() == "Rename neutral"
    cell(qtbot, panel, 1, SHAPE)
    shapes = next(found for found in panel.table.findChildren(CalmComboBox) if found.isVisible())
    shapes.setCurrentIndex(shapes.findData("gaussian"))
    with qtbot.waitSignal(panel.table.numbers.closeEditor):
        shapes.activated.emit(shapes.currentIndex())
    assert document.sets()["calm"].type == "gaussian"
    assert document.sets()["calm"].parameters[0] == 50
    assert {grip.handle.role for grip in panel.plot.layer.grips if grip.key == "calm"} >= {"centre", "width"}
    panel.table.sets.setData(panel.table.sets.index(2, OPEN), "none")
    assert document.sets()["overbought"].shoulder == "none"
    assert panel.table.sets.index(2, FIRST_NUMBER + 3).data() == "100"


def test_a_name_that_is_taken_is_refused_in_place(panel: FuzzyPanel) -> None:
    assert not panel.table.sets.setData(panel.table.sets.index(1, NAME), "oversold")
    assert "no other set" in problems(panel)
    assert names(panel) == ["oversold", "neutral", "overbought"]


def test_sets_change_places_with_alt_and_arrows(panel: FuzzyPanel, qtbot: QtBot) -> None:
    panel.table.choose("neutral")
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert names(panel) == rows(panel) == ["oversold", "overbought", "neutral"]
    assert panel.table.currentIndex().row() == 2
    settle(qtbot, panel)
    assert "out of order" in panel.table.sets.index(2, STATUS).data()
    trigger(panel, "upAction")
    assert names(panel) == ["oversold", "neutral", "overbought"]


@pytest.mark.parametrize(("name", "reference"), [("quantiles", quantile_sets), ("clusters", cluster_sets)])
def test_presets_learn_from_the_values_that_are_shown(name: str, reference: object, panel: FuzzyPanel) -> None:
    assert panel.document is not None
    preset(panel, name, 5)
    together = np.concatenate(list(panel._values.values()))
    wanted = [entry.parameters[1] for entry in reference(together, 5).values()]  # type: ignore[operator]
    found = panel.document.sets()
    assert list(found) == ["very_low", "low", "middle", "high", "very_high"]
    assert [entry.parameters[1] for entry in found.values()] == pytest.approx(wanted, abs=panel.plot.grain)
    assert panel.document.undo_stack.count() == 1


@pytest.mark.parametrize("count", [2, 5, 7])
def test_the_even_preset_spreads_its_peaks_over_the_values_but_their_tails(count: int, panel: FuzzyPanel) -> None:
    """From the 5th to the 95th percentile of all symbols' values together, in equal steps but for rounding."""
    assert panel.document is not None
    preset(panel, "even", count)
    low, high = np.percentile(np.concatenate(list(panel._values.values())), [5, 95])
    assert high - low < 0.9 * (panel.plot.shown_range[1] - panel.plot.shown_range[0]), "the axis is no reference"
    sets, grain = panel.document.sets(), panel.plot.grain
    peaks = np.array([entry.parameters[1] for entry in sets.values()])
    assert len(peaks) == count
    assert peaks[[0, -1]] == pytest.approx([low, high], abs=grain)
    assert np.diff(peaks) == pytest.approx((high - low) / (count - 1), abs=2 * grain)
    assert grain < (high - low) / 100, "rounding must not hide the steps"
    assert [entry.shoulder for entry in sets.values()] == ["left", *["none"] * (count - 2), "right"]
    for place, entry in enumerate(sets.values()):
        feet = [peaks[place - 1], peaks[(place + 1) % count]]
        inner = [place > 0, place < count - 1]
        assert [x for x, known in zip(entry.parameters[::2], inner, strict=True) if known] == [
            x for x, known in zip(feet, inner, strict=True) if known
        ], "from peak to peak"


def test_a_preset_of_as_many_sets_keeps_their_names(panel: FuzzyPanel, qtbot: QtBot) -> None:
    preset(panel, "even", 3)
    assert names(panel) == ["oversold", "neutral", "overbought"]
    settle(qtbot, panel)
    assert [panel.table.sets.index(row, OVERLAP).data() for row in range(3)] == ["0.50"] * 3


def test_a_preset_that_the_values_cannot_fill_says_so(panel: FuzzyPanel, qtbot: QtBot) -> None:
    for action in panel.choices.symbols.menu().actions():
        if action.isChecked():
            action.trigger()
    settle(qtbot, panel)
    preset(panel, "clusters", 3)
    assert "distinct numbers" in problems(panel)
    preset(panel, "even", 2)
    assert len(names(panel)) == 2


def test_sets_are_copied_as_yaml_and_pasted_into_another_input(panel: FuzzyPanel, qtbot: QtBot) -> None:
    document = panel.document
    assert document is not None
    panel.activateWindow()
    panel.plot.setFocus()
    qtbot.waitUntil(panel.plot.hasFocus)
    qtbot.keyClick(panel.plot, Key.Key_C, CONTROL_SHIFT)
    copied = yaml.safe_load(QGuiApplication.clipboard().text())
    assert list(copied["rsi"]["sets"]) == ["oversold", "neutral", "overbought"]
    wanted = document.sets("rsi")
    document.show("macd")
    settle(qtbot, panel)
    qtbot.keyClick(panel.plot, Key.Key_V, CONTROL_SHIFT)
    assert list(document.sets("macd").items()) == list(wanted.items())
    assert document.undo_stack.undoText() == "Paste 3 sets"
    panel.undo_action.trigger()
    assert not document.dirty


def test_a_clipboard_without_sets_is_told_with_its_place(panel: FuzzyPanel) -> None:
    QGuiApplication.clipboard().setText("low: {type: triangular, parameters: [3, 2, 1]}")
    trigger(panel, "pasteAction")
    assert "clipboard:1:" in problems(panel)
    assert "must not fall" in problems(panel)
    assert panel.document is not None
    assert not panel.document.dirty


def test_open_drag_edit_save_and_reopen(panel: FuzzyPanel, qtbot: QtBot, sample_workspace: Workspace) -> None:
    """The YAML after all kinds of editing is what the table says, and the rest of the file is as it was."""
    shipped = workflows.validate_strategy(sample_workspace, "neuro_mean_reversion")
    drag(qtbot, panel.plot, grip_of(panel.plot, "neutral", "peak"), 55.0)
    drag(qtbot, panel.plot, grip_of(panel.plot, "oversold", "crossing with neutral"), 36.0)
    panel.plot._focus(grip_of(panel.plot, "overbought", "left foot"))
    qtbot.keyClick(panel.plot, Key.Key_Left)
    panel.editing.add(82.0)
    panel.table.sets.setData(panel.table.sets.index(3, NAME), "wild")
    panel.table.sets.setData(panel.table.sets.index(1, SHAPE), "trapezoidal")
    panel.editing.move(-1)
    panel.save()
    settle(qtbot, panel)
    file = sample_workspace.strategies / "neuro_mean_reversion.yaml"
    written = yaml.safe_load(file.read_text(encoding="utf-8"))["fuzzy_sets"]["rsi"]["sets"]
    model = panel.table.sets
    assert list(written) == rows(panel)
    for row, entry in enumerate(written.values()):
        shown = [model.index(row, FIRST_NUMBER + place).data() for place in range(4)]
        for place, text in enumerate(shown):
            if text:
                assert float(text.replace("−", "-")) == entry["parameters"][place]
        assert model.index(row, SHAPE).data() == entry["type"]
    comments = [line for line in shipped.text.splitlines() if line.strip().startswith("#")]
    assert all(line in file.read_text(encoding="utf-8").splitlines() for line in comments)
    again = FuzzyPanel(panel.context)
    qtbot.addWidget(again)
    panel.context.catalog.refresh()
    qtbot.waitUntil(lambda: again.document is not None, timeout=20_000)
    assert again.document is not None
    assert panel.document is not None
    assert list(again.document.sets("rsi").items()) == list(panel.document.sets("rsi").items())
    settle(qtbot, again)
