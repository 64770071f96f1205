"""The sheet names only what there is, Qt takes every line of it, and every text in it can be read on its ground."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.ui.style_sheet import _SHEET, style_sheet
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES, Tokens
from ktrdr_app.gui.ui.widgets import set_tone

pytestmark = pytest.mark.gui

PICTURES = {"check", "arrow_up", "arrow_down"}
THEMED = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
RULES = [
    (selector.strip(), dict(re.findall(r"([\w-]+):\s*([^;]+);", body)))
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", _SHEET.template)
]


def ratio(first: str, second: str) -> float:
    """Contrast by WCAG 2.2's definition, worked out here so that ours is not held against itself."""

    def light(colour: str) -> float:
        total = 0.0
        for weight, place in ((0.2126, 1), (0.7152, 3), (0.0722, 5)):
            part = int(colour[place : place + 2], 16) / 255
            total += weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        return total

    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_name_in_the_sheet_is_a_colour_or_a_picture() -> None:
    names = set(_SHEET.get_identifiers())
    colours = {name for name, value in asdict(THEMES["dark"]).items() if str(value).startswith("#")}
    assert names - colours - PICTURES == set()
    assert names >= PICTURES
    assert "name" not in names


@THEMED
def test_its_pictures_are_shipped(theme: Tokens) -> None:
    folder = (shipped("resources") / "icons").as_posix()
    files = re.findall(r'url\("([^"]+)"\)', style_sheet(theme, folder))
    assert len(set(files)) == 3
    assert [file for file in files if not Path(file).is_file()] == []


@THEMED
def test_qt_takes_the_whole_sheet(theme: Tokens, qtbot: QtBot, qtlog: Any) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setStyleSheet(style_sheet(theme, (shipped("resources") / "icons").as_posix()))
    widget.show()
    qtbot.waitExposed(widget)
    assert [each.message for each in qtlog.records if "stylesheet" in each.message] == []


@pytest.mark.qt_log_ignore("Could not parse")
def test_a_torn_sheet_would_have_been_told(qtbot: QtBot, qtlog: Any) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setStyleSheet(style_sheet(THEMES["dark"], "icons") + "QLabel { color: ")
    widget.show()
    assert any("parse stylesheet" in each.message for each in qtlog.records)


def pairs() -> list[tuple[str, str, str]]:
    """Selector, text colour and ground of every rule that sets both; what cannot be used is WCAG's exception."""
    found = []
    for selector, rule in RULES:
        for word, under in (("color", "background"), ("selection-color", "selection-background-color")):
            text, ground = rule.get(word, "").strip("$"), rule.get(under, "").strip("$")
            if text and ground and ground != "transparent" and ":disabled" not in selector:
                found.append((selector, text, ground))
    return found


@THEMED
def test_text_is_readable_on_the_ground_of_its_own_rule(theme: Tokens) -> None:
    told = pairs()
    assert len(told) > 15, "the rules were found"
    poor = [each for each in told if ratio(getattr(theme, each[1]), getattr(theme, each[2])) < 4.5]
    assert poor == []


@THEMED
def test_text_without_a_ground_is_readable_on_every_ground_it_may_lie_on(theme: Tokens) -> None:
    words = {
        rule["color"].strip("$")
        for selector, rule in RULES
        if "color" in rule and rule.get("background", "transparent") == "transparent" and ":disabled" not in selector
    }
    assert {"text", "text_muted", "danger", "warning", "success", "info", "accent"} <= words
    grounds = ("window", "panel", "raised", "field")
    poor = {
        (word, ground): ratio(getattr(theme, word), getattr(theme, ground))
        for word in words
        for ground in grounds
        if ratio(getattr(theme, word), getattr(theme, ground)) < 4.5
    }
    assert poor == {}


@THEMED
def test_what_is_hovered_is_still_readable(theme: Tokens) -> None:
    """A hover rule changes the ground alone; the text is that of the rule it builds on."""
    hovered = {rule["background"].strip("$") for selector, rule in RULES if ":hover" in selector}
    assert hovered
    assert [ground for ground in hovered if ratio(theme.text, getattr(theme, ground)) < 4.5] == []


@pytest.mark.parametrize("tone", ["danger", "warning", "success", "info", "accent"])
def test_a_tone_really_colours_a_label_and_goes_again(dark: QApplication, qtbot: QtBot, tone: str) -> None:
    shown = QLabel("words")
    qtbot.addWidget(shown)
    shown.show()
    for name in THEMES:
        apply_theme(dark, name)
        set_tone(shown, tone)
        assert shown.palette().color(QPalette.ColorRole.WindowText).name() == getattr(THEMES[name], tone)
        set_tone(shown, "")
        assert shown.palette().color(QPalette.ColorRole.WindowText).name() == THEMES[name].text
