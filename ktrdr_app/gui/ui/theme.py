"""The current theme: palette, style sheet and the one signal that tells charts to repaint."""

# ruff: noqa: N815, N816 - Qt signals are named as Qt names them

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from ktrdr_app.core.errors import UnknownName
from ktrdr_app.core.paths import shipped
from ktrdr_app.gui.ui.style_sheet import style_sheet
from ktrdr_app.gui.ui.tokens import DARK, DIRECTIONS, THEMES, Tokens, with_directions

__all__ = ["Tokens", "apply_directions", "apply_theme", "color", "directions", "themeChanged", "tokens"]


class _ThemeNotifier(QObject):
    themeChanged = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.current: Tokens = DARK
        self.directions = next(iter(DIRECTIONS))


_notifier = _ThemeNotifier()

themeChanged = _notifier.themeChanged
"""Emitted with the new `Tokens` after a theme was applied."""


def tokens() -> Tokens:
    """Return the colours of the theme in use."""
    return _notifier.current


def color(token: str) -> QColor:
    """Return a colour of the theme in use.

    Parameters
    ----------
    token : str
        A colour field of `Tokens`, such as ``series_1``.
    """
    return QColor(getattr(_notifier.current, token))


def apply_theme(app: QApplication, name: str, *, follow: bool = False) -> None:
    """Dress the whole application in a theme.

    Parameters
    ----------
    app : QApplication
        The application.
    name : str
        ``dark``, ``light`` or ``contrast``.
    follow : bool
        Leave the title bars to the system, whose changes are then heard of.

    Raises
    ------
    UnknownName
        For any other name.
    """
    if name not in THEMES:
        raise UnknownName("theme", name, list(THEMES))
    theme = with_directions(THEMES[name], _notifier.directions)
    if sys.platform.startswith("linux") and app.style().name() != "fusion":
        app.setStyle("Fusion")
    if not follow:
        app.styleHints().setColorScheme(Qt.ColorScheme.Dark if theme.dark else Qt.ColorScheme.Light)
    _notifier.current = theme
    app.setStyleSheet("")  # from one sheet to the next Qt takes five times as long as over none
    app.setPalette(palette(theme))
    app.setFont(ui_font())
    app.setStyleSheet(style_sheet(theme, (shipped("resources") / "icons").as_posix()))
    themeChanged.emit(theme)


def directions() -> str:
    """Return the name of the colours of rising and falling, a key of `tokens.DIRECTIONS`."""
    return _notifier.directions


def apply_directions(name: str) -> None:
    """Draw rising and falling in other colours, in this theme and those chosen later.

    Parameters
    ----------
    name : str
        ``blue_orange``, ``green_red`` or ``red_green``.

    Raises
    ------
    UnknownName
        For any other name.
    """
    if name not in DIRECTIONS:
        raise UnknownName("colours of rising and falling", name, list(DIRECTIONS))
    if name != _notifier.directions:
        _notifier.directions = name
        _notifier.current = with_directions(_notifier.current, name)
        themeChanged.emit(_notifier.current)


def palette(theme: Tokens) -> QPalette:
    """Return the Qt palette of a theme.

    Parameters
    ----------
    theme : Tokens
        Its colours.
    """
    role = QPalette.ColorRole
    made = QPalette()
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.PlaceholderText: theme.text_muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger,
        role.Highlight: theme.accent_soft,
        role.HighlightedText: theme.text,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Link: theme.info,
        role.LinkVisited: theme.info,
        role.Accent: theme.accent,
        role.Light: theme.border,
        role.Midlight: theme.border,
        role.Mid: theme.border_strong,
        role.Dark: theme.border,
        role.Shadow: theme.window,
    }
    for which, colour in colours.items():
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.text_disabled))
    return made


def ui_font() -> QFont:
    """Return the font of the window: Inter on Linux, whose desktops' fonts differ much in width; else the system's."""
    font = QApplication.font()
    if sys.platform.startswith("linux"):
        font.setFamilies(["Inter", "Noto Sans", "Liberation Sans", "DejaVu Sans"])
        if QApplication.platformName() in ("offscreen", "minimal"):
            font.setPointSizeF(10.0)  # no desktop has chosen a size
    return font
