"""Every action of the window, declared once: its words, shortcut, icon, menu, and the method it calls."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from ktrdr_app.gui.ui.icons import set_icon


@dataclass(frozen=True)
class ActionSpec:
    """One action.

    Attributes
    ----------
    key : str
        Object name.
    menu : str
        Title of the menu that holds it.
    text : str
        What the menu says.
    method : str
        Name of a ``@Slot`` method of the window.
    shortcut : str
        Keys; empty for none.
    icon : str
        Name of an icon; empty for none.
    checkable : bool
        Whether it is on or off.
    divided : bool
        Whether a line stands above it.
    """

    key: str
    menu: str
    text: str
    method: str
    shortcut: str = ""
    icon: str = ""
    checkable: bool = False
    divided: bool = False


def _t(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("actions", text))


FILE, VIEW, RUN, HELP = _t("&File"), _t("&View"), _t("&Run"), _t("&Help")

STATIONS: tuple[tuple[str, str, str], ...] = (
    ("dataPanel", _t("Data"), "data"),
    ("strategyPanel", _t("Strategy"), "strategy"),
    ("fuzzyPanel", _t("Fuzzy sets"), "fuzzy"),
    ("trainingPanel", _t("Training"), "training"),
    ("modelsPanel", _t("Models"), "models"),
    ("backtestPanel", _t("Backtest"), "backtest"),
)
"""Object name, title and icon of each station, in the journey's order."""

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("addSample", FILE, _t("Add &sample data"), "add_sample", icon="add"),
    ActionSpec("openFolder", FILE, _t("Open the &workspace folder"), "open_folder", icon="folder"),
    ActionSpec("refresh", FILE, _t("&Refresh"), "refresh", "F5", "refresh"),
    ActionSpec("quit", FILE, _t("&Quit"), "close", "Ctrl+Q", divided=True),
    *(
        ActionSpec(f"show.{key}", VIEW, title, f"show_{key}", f"Ctrl+{number}", icon)
        for number, (key, title, icon) in enumerate(STATIONS, start=1)
    ),
    ActionSpec("findSymbol", VIEW, _t("Find a s&ymbol"), "find_symbol", "Ctrl+K", "search", divided=True),
    ActionSpec("chartTable", VIEW, _t("Data ta&ble of the chart"), "show_chart_table", "Ctrl+Shift+D"),
    ActionSpec("toggleDock", VIEW, _t("T&asks and log"), "toggle_dock", "Ctrl+J", "log", checkable=True, divided=True),
    ActionSpec("themeDark", VIEW, _t("&Dark"), "use_dark", checkable=True, divided=True),
    ActionSpec("themeLight", VIEW, _t("&Light"), "use_light", checkable=True),
    ActionSpec("themeContrast", VIEW, _t("&High contrast"), "use_contrast", checkable=True),
    ActionSpec("fullScreen", VIEW, _t("F&ull screen"), "toggle_full_screen", "F11", checkable=True, divided=True),
    ActionSpec("runMain", RUN, _t("&Run the station's main action"), "run_main_action", "Ctrl+Return", "play"),
    ActionSpec("stopMain", RUN, _t("&Stop the running task"), "stop_main_action", "Ctrl+.", "stop"),
    ActionSpec("shortcuts", HELP, _t("&Keyboard shortcuts"), "show_shortcuts", "F1", "info"),
    ActionSpec("about", HELP, _t("&About"), "show_about"),
)


def translated(text: str) -> str:
    """Return an action's words in the user's language.

    Parameters
    ----------
    text : str
        As declared here.
    """
    return QCoreApplication.translate("actions", text)


def build_actions(window: QMainWindow) -> dict[str, QAction]:
    """Make every action and its menu, and return the actions by key.

    Parameters
    ----------
    window : QMainWindow
        Has the methods that the actions call.
    """
    menus: dict[str, QMenu] = {}
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        if spec.menu not in menus:
            menus[spec.menu] = window.menuBar().addMenu(translated(spec.menu))
        action = QAction(translated(spec.text), window)
        action.setObjectName(f"action.{spec.key}")
        action.setCheckable(spec.checkable)
        if spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if spec.icon:
            set_icon(action, spec.icon)
        action.triggered.connect(getattr(window, spec.method))
        if spec.divided:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(action)
        made[spec.key] = action
    return made
