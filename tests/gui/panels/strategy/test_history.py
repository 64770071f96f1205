"""Undo and redo: one history for form and text, with one meaning for its keys wherever the keyboard is."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.strategy.panel import StrategyPanel
from tests.gui import helpers
from tests.gui.helpers import QUICK_STRATEGY, child
from tests.gui.panels.strategy.conftest import choose, rest

pytestmark = pytest.mark.gui
FORM = "strategyPanel.form"
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def editor(panel: StrategyPanel, path: str) -> QWidget:
    panel.form.show_section(path.partition(".")[0])
    found = child(panel, QWidget, f"{FORM}.{path}.editor")
    found.setFocus()
    return found


def line(panel: StrategyPanel, path: str) -> QLineEdit:
    return cast(QLineEdit, editor(panel, path))


def test_form_and_text_share_one_history(bench: StrategyPanel, qtbot: QtBot) -> None:
    texts = [bench.yaml.text]
    for section, step in (("form", 0), ("yaml", 1), ("form", 2), ("yaml", 3)):
        if section == "form":
            qtbot.keyClick(editor(bench, "training.epochs"), Qt.Key.Key_Up)
        else:
            bench.yaml.replace_text(f"{bench.yaml.text}# typed {step}\n")
        rest(qtbot, bench)
        texts.append(bench.yaml.text)
    assert len(set(texts)) == 5
    for text in texts[-2::-1]:
        bench.history.undo.trigger()
        assert bench.yaml.text == text
    rest(qtbot, bench)
    assert cast(QAbstractSpinBox, editor(bench, "training.epochs")).text() == "3"
    assert not bench.history.undo.isEnabled()
    for text in texts[1:]:
        assert bench.history.redo.isEnabled()
        bench.history.redo.trigger()
        assert bench.yaml.text == text
    rest(qtbot, bench)
    assert cast(QAbstractSpinBox, editor(bench, "training.epochs")).text() == "5"
    assert not bench.history.redo.isEnabled()


@pytest.mark.parametrize(
    "path", ["training.epochs", "training.learning_rate", "labels.method", "features.volume_context"]
)
def test_the_keys_take_back_the_texts_last_change_from_any_field(bench: StrategyPanel, qtbot: QtBot, path: str) -> None:
    bench.yaml.replace_text(QUICK_STRATEGY + "# mine\n")
    rest(qtbot, bench)
    held = editor(bench, path)
    qtbot.keyClick(held, Qt.Key.Key_Z, CTRL)
    assert bench.yaml.text == QUICK_STRATEGY
    qtbot.keyClick(held, Qt.Key.Key_Z, CTRL | SHIFT)
    assert bench.yaml.text == QUICK_STRATEGY + "# mine\n"
    assert held.hasFocus()


def test_what_is_being_typed_in_a_field_goes_first(bench: StrategyPanel, qtbot: QtBot) -> None:
    bench.yaml.replace_text(QUICK_STRATEGY + "# mine\n")
    rest(qtbot, bench)
    held = line(bench, "training.learning_rate")
    shown = held.text()
    qtbot.keyClicks(held, "7")
    qtbot.keyClick(held, Qt.Key.Key_Z, CTRL)
    assert held.text() == shown
    assert bench.yaml.text == QUICK_STRATEGY + "# mine\n"
    qtbot.keyClick(held, Qt.Key.Key_Z, CTRL)
    assert bench.yaml.text == QUICK_STRATEGY


def test_a_value_that_was_taken_is_undone_as_a_whole(bench: StrategyPanel, qtbot: QtBot) -> None:
    held = line(bench, "training.learning_rate")
    held.selectAll()
    qtbot.keyClicks(held, "0,05")
    qtbot.keyClick(held, Qt.Key.Key_Return)
    rest(qtbot, bench)
    assert "learning_rate: 0.05" in bench.yaml.text
    qtbot.keyClick(held, Qt.Key.Key_Z, CTRL)
    rest(qtbot, bench)
    assert bench.yaml.text == QUICK_STRATEGY
    assert held.text() == "0.001"


def test_another_file_has_a_history_of_its_own(bench: StrategyPanel, qtbot: QtBot) -> None:
    bench.yaml.replace_text(QUICK_STRATEGY + "# mine\n")
    rest(qtbot, bench)
    bench.save()
    rest(qtbot, bench)
    assert bench.history.undo.isEnabled(), "saving does not end it"
    choose(qtbot, bench, "typo")
    assert not bench.history.undo.isEnabled()


def test_keys_mean_one_thing_in_the_window(module_window: MainWindow, qtbot: QtBot, qtlog: Any) -> None:
    """Ctrl+Z and Ctrl+S from text, field and rail; menu and palette say the same as the station."""
    window = module_window
    window.show_panel("strategyPanel")
    window.context.select_strategy("quick")
    panel = cast(StrategyPanel, window.panels["strategyPanel"])
    rest(qtbot, panel)
    window.activateWindow()
    actions = window.actions_by_key
    first = panel.yaml.text
    held = editor(panel, "training.epochs")
    for focus in (panel.yaml, held, window.rail.button("strategyPanel")):
        panel.yaml.replace_text(first + "# one more\n")
        rest(qtbot, panel)
        assert actions["undo"].isEnabled()
        focus.setFocus()
        qtbot.keyClick(focus, Qt.Key.Key_Z, CTRL)
        assert panel.yaml.text == first, focus.objectName()
        assert window.isWindowModified() is False
        qtbot.keyClick(focus, Qt.Key.Key_Z, CTRL | SHIFT)
        assert panel.yaml.text == first + "# one more\n", focus.objectName()
        assert window.isWindowModified() is True
        assert actions["save"].isEnabled()
        rest(qtbot, panel)
        qtbot.keyClick(focus, Qt.Key.Key_S, CTRL)
        rest(qtbot, panel)
        file = window.context.workspace.strategies / "quick.yaml"
        assert file.read_text(encoding="utf-8") == first + "# one more\n", focus.objectName()
        file.write_text(first, encoding="utf-8")
        panel.keeper.look()
        rest(qtbot, panel)
    assert not actions["save"].isEnabled()
    assert [record.message for record in qtlog.records if "mbiguous" in record.message] == []
    helpers.rest(qtbot, window)
