"""The user's choice of a theme: ours at once, the system's as it says and when it changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.settings import THEMES
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from ktrdr_app.gui.ui.theme_choice import CHOICES, ThemeChoice, theme_for

pytestmark = pytest.mark.gui

SCHEME, CONTRAST = Qt.ColorScheme, Qt.ContrastPreference


@pytest.fixture
def choice(dark: QApplication) -> Iterator[ThemeChoice]:
    made = ThemeChoice.of_application()
    yield made
    made.choose("dark")


@pytest.mark.parametrize(
    ("scheme", "contrast", "theme"),
    [
        (SCHEME.Dark, CONTRAST.NoPreference, "dark"),
        (SCHEME.Light, CONTRAST.NoPreference, "light"),
        (SCHEME.Unknown, CONTRAST.NoPreference, "dark"),
        (SCHEME.Dark, CONTRAST.HighContrast, "contrast"),
        (SCHEME.Light, CONTRAST.HighContrast, "contrast"),
    ],
)
def test_the_system_says_what_suits(scheme: Qt.ColorScheme, contrast: Qt.ContrastPreference, theme: str) -> None:
    assert theme_for(scheme, contrast) == theme


def test_the_application_has_one_choice(choice: ThemeChoice) -> None:
    assert ThemeChoice.of_application() is choice
    assert CHOICES == THEMES, "what the menu offers is what the settings can keep"


def test_a_theme_of_ours_is_worn_at_once_and_told(choice: ThemeChoice, qtbot: QtBot) -> None:
    choice.choose("dark")
    with qtbot.waitSignal(choice.changed) as told:
        choice.choose("light")
    assert told.args == ["light"]
    assert tokens().name == "light"
    assert choice.shown("light") == "light"
    with qtbot.assertNotEmitted(choice.changed):
        choice.choose("light")


def test_an_unknown_theme_changes_nothing(choice: ThemeChoice) -> None:
    choice.choose("light")
    with pytest.raises(UnknownName, match="pink"):
        choice.choose("pink")
    assert (choice.choice, tokens().name) == ("light", "light")


def test_the_system_is_followed_only_while_it_is_chosen(choice: ThemeChoice, dark: QApplication) -> None:
    """The offscreen platform has no opinion, so following it means dark; what was worn meanwhile gives way."""
    hints = dark.styleHints()
    choice.choose("system")
    assert tokens().name == "dark"
    assert choice.shown("dark") == "system"
    apply_theme(dark, "light")
    hints.colorSchemeChanged.emit(SCHEME.Dark)
    assert tokens().name == theme_for(hints.colorScheme(), hints.accessibility().contrastPreference())
    choice.choose("light")
    hints.colorSchemeChanged.emit(SCHEME.Dark)
    hints.accessibility().contrastPreferenceChanged.emit(CONTRAST.HighContrast)
    assert tokens().name == "light"


def test_choosing_the_system_dresses_a_bare_application(choice: ThemeChoice, dark: QApplication) -> None:
    dark.setStyleSheet("")
    choice.choose("system")
    assert "QPushButton" in dark.styleSheet()


def test_the_systems_switches_are_followed_one_after_the_other(
    choice: ThemeChoice, dark: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the platform answers is set here; that it is asked, when it says that something changed, is real."""
    now = {"scheme": SCHEME.Light, "contrast": CONTRAST.NoPreference}
    monkeypatch.setattr(ThemeChoice, "_wanted", lambda _self: theme_for(now["scheme"], now["contrast"]))
    hints = dark.styleHints()
    choice.choose("system")
    assert tokens().name == "light"
    now["contrast"] = CONTRAST.HighContrast
    hints.accessibility().contrastPreferenceChanged.emit(CONTRAST.HighContrast)
    assert tokens().name == "contrast"
    assert dark.palette().window().color().name() == "#000000", "the whole application is dressed"
    now.update(scheme=SCHEME.Dark, contrast=CONTRAST.NoPreference)
    hints.colorSchemeChanged.emit(SCHEME.Dark)
    assert tokens().name == "dark"
    assert choice.shown(tokens().name) == "system"
    choice.choose("contrast")
    now["scheme"] = SCHEME.Light
    hints.colorSchemeChanged.emit(SCHEME.Light)
    assert tokens().name == "contrast", "a choice of the user's own stays"
