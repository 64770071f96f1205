"""A theme dresses the whole application, tells charts of it, and refuses names it does not know."""

from __future__ import annotations

import re
import sys

import pytest
from PySide6.QtGui import QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.gui.ui.fonts import load_fonts
from ktrdr_app.gui.ui.style_sheet import style_sheet
from ktrdr_app.gui.ui.theme import apply_theme, color, palette, themeChanged, tokens, ui_font
from ktrdr_app.gui.ui.tokens import THEMES, Tokens

pytestmark = pytest.mark.gui


@pytest.mark.parametrize("name", THEMES)
def test_the_theme_in_use_is_told(dark: QApplication, name: str) -> None:
    apply_theme(dark, name)
    assert tokens() == THEMES[name]
    assert color("series_1").name() == THEMES[name].series_1


def test_palette_and_fusion_are_ours(dark: QApplication) -> None:
    apply_theme(dark, "light")
    assert dark.palette().color(QPalette.ColorRole.Window).name() == THEMES["light"].window
    assert dark.palette().color(QPalette.ColorRole.WindowText).name() == THEMES["light"].text
    apply_theme(dark, "dark")
    assert dark.palette().color(QPalette.ColorRole.Base).name() == THEMES["dark"].field


def test_listeners_hear_of_a_change(dark: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(themeChanged) as blocker:
        apply_theme(dark, "light")
    assert blocker.args == [THEMES["light"]]


def test_an_unknown_theme_is_refused_and_changes_nothing(dark: QApplication) -> None:
    with pytest.raises(UnknownName, match="solarized"):
        apply_theme(dark, "solarized")
    assert tokens().name == "dark"


def test_disabled_text_has_its_own_colour() -> None:
    made = palette(THEMES["dark"])
    disabled = made.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled.name() == THEMES["dark"].text_disabled
    assert made.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text).name() == THEMES["dark"].text


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_the_sheet_uses_only_colours_of_the_theme(theme: Tokens) -> None:
    sheet = style_sheet(theme, "/icons")
    known = {getattr(theme, name) for name in theme.__dataclass_fields__ if isinstance(getattr(theme, name), str)}
    assert "$" not in sheet
    assert set(re.findall(r"#[0-9a-f]{6}\b", sheet)) <= known


@pytest.mark.parametrize("kind", ["QPushButton", "QLineEdit", "QComboBox", "QAbstractItemView", "QPlainTextEdit"])
def test_focus_is_visible(kind: str) -> None:
    for theme in THEMES.values():
        rule = re.search(rf"{kind}:focus[^{{]*{{([^}}]*)}}", style_sheet(theme, "/icons"))
        assert rule is not None
        assert f"2px solid {theme.focus}" in rule[1]


def test_the_tick_fits_the_ground_it_lies_on() -> None:
    assert "check_dark.svg" in style_sheet(THEMES["dark"], "/icons")
    assert "check_light.svg" in style_sheet(THEMES["light"], "/icons")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the system's font is taken")
def test_the_window_has_the_font_whose_widths_it_is_made_for(dark: QApplication, qtbot: QtBot) -> None:
    load_fonts()
    apply_theme(dark, "dark")
    shown = QLabel("words")
    qtbot.addWidget(shown)
    assert QFontInfo(shown.font()).family() == "Inter"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the system's font is taken")
def test_a_desktop_chooses_the_size_of_the_font_and_no_more(
    dark: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = QFont("DejaVu Sans", 13)
    monkeypatch.setattr(QApplication, "platformName", staticmethod(lambda: "xcb"))
    monkeypatch.setattr(QApplication, "font", staticmethod(lambda: chosen))
    made = ui_font()
    assert (made.families()[0], made.pointSize()) == ("Inter", 13)


def test_a_label_really_wears_the_theme(dark: QApplication, qtbot: QtBot) -> None:
    shown = QLabel("words")
    qtbot.addWidget(shown)
    shown.resize(80, 30)
    shown.show()
    grounds = set()
    for name in ("dark", "light"):
        apply_theme(dark, name)
        grounds.add(shown.grab().toImage().pixelColor(1, 1).name())
    assert grounds == {THEMES["dark"].window, THEMES["light"].window}
