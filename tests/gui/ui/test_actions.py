"""Actions are declared once: no shortcut twice, every method is there, every icon exists."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.ui.actions import ACTIONS

pytestmark = pytest.mark.gui


def test_no_shortcut_is_given_twice() -> None:
    keys = Counter(QKeySequence(spec.shortcut).toString() for spec in ACTIONS if spec.shortcut)
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys


def test_keys_are_unique() -> None:
    assert len({spec.key for spec in ACTIONS}) == len(ACTIONS)


def test_every_action_has_its_method_and_icon() -> None:
    for spec in ACTIONS:
        assert callable(getattr(MainWindow, spec.method)), spec.key
        if spec.icon:
            assert (shipped("resources") / "icons" / f"{spec.icon}.svg").is_file()


def test_the_promised_shortcuts_are_there() -> None:
    shortcuts = {spec.shortcut: spec.method for spec in ACTIONS}
    stations = ["dataPanel", "strategyPanel", "fuzzyPanel", "trainingPanel", "modelsPanel", "backtestPanel"]
    for number, key in enumerate(stations, start=1):
        assert shortcuts[f"Ctrl+{number}"] == f"show_{key}"
    assert shortcuts["F5"] == "refresh"
    assert shortcuts["Ctrl+Return"] == "run_main_action"
    assert shortcuts["Ctrl+."] == "stop_main_action"
    assert shortcuts["F11"] == "toggle_full_screen"
    assert shortcuts["F1"] == "show_shortcuts"


def test_no_bare_key_changes_anything() -> None:
    for spec in ACTIONS:
        if spec.shortcut:
            assert spec.shortcut.startswith(("Ctrl+", "F")), spec.shortcut
