"""Actions are declared once: no shortcut twice, every method is there, every icon exists."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence

from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.commands import WindowCommands
from ktrdr_app.gui.ui.actions import ACTIONS, MENUS, plain

pytestmark = pytest.mark.gui


def test_no_shortcut_is_given_twice() -> None:
    keys = Counter(QKeySequence(spec.shortcut).toString() for spec in ACTIONS if spec.shortcut)
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys


def test_keys_are_unique() -> None:
    assert len({spec.key for spec in ACTIONS}) == len(ACTIONS)


def test_every_action_has_its_method_and_icon() -> None:
    for spec in ACTIONS:
        assert callable(getattr(WindowCommands, spec.method)), spec.key
        assert not spec.why or callable(getattr(WindowCommands, spec.why)), spec.key
        if spec.icon:
            assert (shipped("resources") / "icons" / f"{spec.icon}.svg").is_file()


def test_the_promised_shortcuts_are_there() -> None:
    shortcuts = {spec.shortcut: spec.method for spec in ACTIONS}
    arguments = {spec.shortcut: spec.argument for spec in ACTIONS}
    stations = ["dataPanel", "strategyPanel", "fuzzyPanel", "trainingPanel", "modelsPanel", "backtestPanel"]
    for number, key in enumerate(stations, start=1):
        assert (shortcuts[f"Ctrl+{number}"], arguments[f"Ctrl+{number}"]) == ("show_panel", key)
    assert shortcuts["F5"] == "refresh"
    assert shortcuts["Ctrl+Return"] == "run_main_action"
    assert shortcuts["Ctrl+."] == "stop_task"
    assert shortcuts["Ctrl+Shift+P"] == "open_palette"
    assert shortcuts["Ctrl+K"] == "find_symbol"
    assert shortcuts["Ctrl+Z"] == "undo"
    assert shortcuts["Ctrl+Shift+Z"] == "redo"
    assert shortcuts["Ctrl+S"] == "save"
    assert shortcuts["F11"] == "toggle_full_screen"
    assert shortcuts["F1"] == "show_help"


def test_no_bare_key_changes_anything() -> None:
    for spec in ACTIONS:
        if spec.shortcut:
            assert spec.shortcut.startswith(("Ctrl+", "F")), spec.shortcut


def test_the_menus_are_those_of_the_journey_and_none_is_empty() -> None:
    assert [plain(menu) for menu in MENUS] == [
        "File",
        "Edit",
        "View",
        "Data",
        "Strategy",
        "Train",
        "Models",
        "Backtest",
        "Help",
    ]
    assert {spec.menu for spec in ACTIONS} == set(MENUS)


def test_access_keys_of_one_menu_do_not_collide() -> None:
    for menu in MENUS:
        letters = [
            spec.text[spec.text.index("&") + 1].lower() for spec in ACTIONS if spec.menu == menu and "&" in spec.text
        ]
        assert len(letters) == len(set(letters)), menu


def documented() -> list[str]:
    """Return the keys of the reference page's table, one by one, in its order."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "window.md").read_text(encoding="utf-8")
    rows = page.partition("| keys | what they do |")[2].splitlines()[2:]
    cells = list(itertools.takewhile(lambda row: row.startswith("|"), rows))
    written = ", ".join(row.split("|")[1].strip() for row in cells)
    spans = re.sub(r"Ctrl\+(\d) … Ctrl\+(\d)", _spelled_out, written)
    return spans.split(", ")


def _spelled_out(found: re.Match[str]) -> str:
    return ", ".join(f"Ctrl+{number}" for number in range(int(found[1]), int(found[2]) + 1))


def test_the_reference_pages_table_is_that_of_the_actions() -> None:
    keys = [spec.shortcut for spec in ACTIONS if spec.shortcut]
    assert sorted(documented()) == sorted(keys), "none missing, none that is not there, none twice"


def test_the_reference_page_says_what_each_of_its_keys_does() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "window.md").read_text(encoding="utf-8")
    meanings = {cells[1].strip(): cells[2].strip() for row in page.splitlines() if (cells := row.split("|"))[3:]}
    for key, words in {"Ctrl+K": "symbol", "Ctrl+J": "tasks", "F11": "full screen", "Ctrl+Shift+D": "table"}.items():
        assert words in meanings[key]
