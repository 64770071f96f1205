"""Every action of the window, declared once: its words, shortcut, icon, menu, and the method it calls."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Qt
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
        Name of a method of `WindowCommands`.
    argument : str
        What the method is given; empty for nothing.
    shortcut : str
        Keys; empty for none.
    icon : str
        Name of an icon; empty for none.
    why : str
        Name of a method of `WindowCommands` that says why it cannot be done now; empty if it always can.
    checkable : bool
        Whether it is on or off.
    divided : bool
        Whether a line stands above it.
    held : bool
        The station itself listens to the keys; the window only takes them where the station did not.
    """

    key: str
    menu: str
    text: str
    method: str
    argument: str = ""
    shortcut: str = ""
    icon: str = ""
    why: str = ""
    checkable: bool = False
    divided: bool = False
    held: bool = False


def _t(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("actions", text))


FILE, EDIT, VIEW, DATA, STRATEGY, TRAIN, MODELS, BACKTEST, HELP = MENUS = (
    _t("&File"),
    _t("&Edit"),
    _t("&View"),
    _t("&Data"),
    _t("&Strategy"),
    _t("&Train"),
    _t("&Models"),
    _t("&Backtest"),
    _t("&Help"),
)
"""The menus, from left to right."""

STATIONS: tuple[tuple[str, str, str], ...] = (
    ("dataPanel", _t("Data"), "data"),
    ("strategyPanel", _t("Strategy"), "strategy"),
    ("fuzzyPanel", _t("Fuzzy sets"), "fuzzy"),
    ("trainingPanel", _t("Training"), "training"),
    ("modelsPanel", _t("Models"), "models"),
    ("backtestPanel", _t("Backtest"), "backtest"),
)
"""Object name, title and icon of each station, in the journey's order."""


def _press(key: str, menu: str, text: str, button: str, icon: str = "", *, divided: bool = False) -> ActionSpec:
    """Declare an action that presses a station's button, and is off with the button's own reason."""
    return ActionSpec(key, menu, text, "press", button, icon=icon, why="why_not_press", divided=divided)


_WORK = (
    ActionSpec("openWorkspace", FILE, _t("&Open a workspace…"), "open_workspace", shortcut="Ctrl+O", icon="folder"),
    ActionSpec("welcome", FILE, _t("Wel&come page"), "show_welcome"),
    ActionSpec(
        "save", FILE, _t("&Save"), "save", shortcut="Ctrl+S", icon="save", why="why_not_save", divided=True, held=True
    ),
    ActionSpec("openFolder", FILE, _t("Open the &workspace folder"), "open_folder", icon="folder", divided=True),
    ActionSpec("refresh", FILE, _t("&Refresh"), "refresh", shortcut="F5", icon="refresh"),
    ActionSpec("quit", FILE, _t("&Quit"), "quit", shortcut="Ctrl+Q", divided=True),
    ActionSpec("undo", EDIT, _t("&Undo"), "undo", shortcut="Ctrl+Z", icon="undo", why="why_not_undo", held=True),
    ActionSpec("redo", EDIT, _t("&Redo"), "redo", shortcut="Ctrl+Shift+Z", icon="redo", why="why_not_redo", held=True),
    ActionSpec("findSymbol", EDIT, _t("Find a s&ymbol"), "find_symbol", "", "Ctrl+K", "search", divided=True),
    ActionSpec(
        "runMain",
        EDIT,
        _t("Run the station's &main action"),
        "run_main_action",
        "",
        "Ctrl+Return",
        "play",
        divided=True,
    ),
    ActionSpec("stopMain", EDIT, _t("S&top the running task"), "stop_task", "", "Ctrl+.", "stop", "why_not_stop"),
    ActionSpec(
        "pauseMain", EDIT, _t("&Pause or resume the task"), "pause_task", "", "Ctrl+Shift+.", "pause", "why_not_stop"
    ),
    ActionSpec("runsAuto", EDIT, _t("Long runs: &automatic"), "do_long_runs", "auto", checkable=True, divided=True),
    ActionSpec("runsThread", EDIT, _t("Long runs: &in the window's process"), "do_long_runs", "thread", checkable=True),
    ActionSpec(
        "runsProcess", EDIT, _t("Long runs: in a process of their &own"), "do_long_runs", "process", checkable=True
    ),
    ActionSpec(
        "runsCluster",
        EDIT,
        _t("Long runs: on the &cluster"),
        "do_long_runs",
        "cluster",
        why="why_not_cluster",
        checkable=True,
    ),
)

_LOOK = (
    ActionSpec("palette", VIEW, _t("&Command palette"), "open_palette", "", "Ctrl+Shift+P", "search"),
    *(
        ActionSpec(f"show.{key}", VIEW, title, "show_panel", key, f"Ctrl+{number}", icon, divided=number == 1)
        for number, (key, title, icon) in enumerate(STATIONS, start=1)
    ),
    ActionSpec(
        "toggleInspector", VIEW, _t("&Inspector"), "toggle_inspector", "", "Ctrl+I", checkable=True, divided=True
    ),
    ActionSpec("toggleDock", VIEW, _t("T&asks, log, problems"), "toggle_dock", "", "Ctrl+J", checkable=True),
    ActionSpec("showProblems", VIEW, _t("Show the &problems"), "show_problems", "", "Ctrl+Shift+M", "warning"),
    ActionSpec("showLog", VIEW, _t("Show the lo&g"), "show_panel", "logPanel", icon="log"),
    ActionSpec("showCluster", VIEW, _t("Sho&w the cluster"), "show_cluster"),
    ActionSpec("chartTable", VIEW, _t("Data ta&ble of the chart"), "show_chart_table", "", "Ctrl+Shift+D"),
    ActionSpec("layoutExplore", VIEW, _t("Layout: &explore"), "choose_layout", "explore", divided=True),
    ActionSpec("layoutTrain", VIEW, _t("Layout: &train"), "choose_layout", "train"),
    ActionSpec("layoutReview", VIEW, _t("Layout: re&view"), "choose_layout", "review"),
    ActionSpec("layoutReset", VIEW, _t("&Reset the layout"), "reset_layout", icon="reset"),
    ActionSpec("themeSystem", VIEW, _t("Follow the s&ystem"), "use_theme", "system", checkable=True, divided=True),
    ActionSpec("themeDark", VIEW, _t("&Dark"), "use_theme", "dark", checkable=True),
    ActionSpec("themeLight", VIEW, _t("&Light"), "use_theme", "light", checkable=True),
    ActionSpec("themeContrast", VIEW, _t("&High contrast"), "use_theme", "contrast", checkable=True),
    ActionSpec("fullScreen", VIEW, _t("F&ull screen"), "toggle_full_screen", "", "F11", checkable=True, divided=True),
)

_STATIONS = (
    _press("importData", DATA, _t("&Import…"), "dataPanel.importButton", "add"),
    ActionSpec("addSample", DATA, _t("Add &sample data"), "add_sample", icon="add"),
    _press("repairSeries", DATA, _t("&Repair the series…"), "dataPanel.repairButton", divided=True),
    _press("deleteSeries", DATA, _t("&Delete the series…"), "dataPanel.deleteButton"),
    ActionSpec("openStrategy", STRATEGY, _t("Show the &strategy"), "show_panel", "strategyPanel", icon="strategy"),
    ActionSpec("editSets", STRATEGY, _t("Edit the &fuzzy sets"), "show_panel", "fuzzyPanel", icon="fuzzy"),
    _press("train", TRAIN, _t("&Train"), "trainingPanel.trainButton", "play"),
    _press("stopTraining", TRAIN, _t("&Stop the training"), "trainingPanel.stopButton", "stop"),
    _press("tickAll", TRAIN, _t("Tick &all symbols"), "trainingPanel.allButton", divided=True),
    _press("tickNone", TRAIN, _t("Tick &no symbol"), "trainingPanel.noneButton"),
    _press("verifyModel", MODELS, _t("&Verify the model"), "modelsPanel.verifyButton"),
    _press("compareModel", MODELS, _t("&Compare the model…"), "modelsPanel.compareButton"),
    _press("pinModel", MODELS, _t("&Pin or unpin the model"), "modelsPanel.pinButton"),
    _press("rollBack", MODELS, _t("Make it the &latest"), "modelsPanel.rollbackButton"),
    _press("exportModel", MODELS, _t("&Export the model…"), "modelsPanel.exportButton", "export", divided=True),
    _press("importModel", MODELS, _t("&Import a model…"), "modelsPanel.importButton", "add"),
    _press("migrateModels", MODELS, _t("&Migrate models of the original…"), "modelsPanel.migrateButton", "copy"),
    _press("deleteModel", MODELS, _t("Move the model to the &trash…"), "modelsPanel.deleteButton", divided=True),
    _press("openTrash", MODELS, _t("&Deleted models…"), "modelsPanel.trashButton"),
    _press("backtest", BACKTEST, _t("&Run"), "backtestPanel.runButton", "play"),
    _press("stopBacktest", BACKTEST, _t("&Stop the backtest"), "backtestPanel.stopButton", "stop"),
    ActionSpec("helpHere", HELP, _t("&Help on this station"), "show_help", "", "F1", "info"),
    ActionSpec("shortcuts", HELP, _t("&Keyboard shortcuts"), "show_shortcuts", "", "Ctrl+F1"),
    ActionSpec("about", HELP, _t("&About"), "show_about"),
)

ACTIONS: tuple[ActionSpec, ...] = (*_WORK, *_LOOK, *_STATIONS)
"""Every action of the window, menu by menu."""


def plain(text: str) -> str:
    """Return an action's words in the user's language, without the mark of its access key.

    Parameters
    ----------
    text : str
        As declared here.
    """
    return translated(text).replace("&", "")


def shown_keys(spec: ActionSpec) -> str:
    """Return an action's keys as this system writes them; empty if it has none.

    Parameters
    ----------
    spec : ActionSpec
        The action.
    """
    return QKeySequence(spec.shortcut).toString(QKeySequence.SequenceFormat.NativeText) if spec.shortcut else ""


def translated(text: str) -> str:
    """Return an action's words in the user's language.

    Parameters
    ----------
    text : str
        As declared here.
    """
    return QCoreApplication.translate("actions", text)


def build_actions(window: QMainWindow, commands: QObject) -> dict[str, QAction]:
    """Make every action and its menu, and return the actions by key.

    Parameters
    ----------
    window : QMainWindow
        Whose menus they fill.
    commands : QObject
        Has the methods that the actions call.
    """
    menus: dict[str, QMenu] = {title: window.menuBar().addMenu(translated(title)) for title in MENUS}
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        # a tab parts the words from keys that are shown, but belong to somebody else
        words = f"{translated(spec.text)}\t{shown_keys(spec)}" if spec.held else translated(spec.text)
        action = QAction(words, window)
        action.setObjectName(f"action.{spec.key}")
        action.setCheckable(spec.checkable)
        if spec.shortcut and not spec.held:
            action.setShortcut(QKeySequence(spec.shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if spec.icon:
            set_icon(action, spec.icon)
        call = getattr(commands, spec.method)
        action.triggered.connect(partial(call, spec.argument) if spec.argument else call)
        if spec.divided:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(action)
        made[spec.key] = action
    for menu in menus.values():
        menu.aboutToShow.connect(commands.refresh_actions)  # type: ignore[attr-defined]
    return made
