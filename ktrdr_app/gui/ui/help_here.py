"""The help page of each station: what it is for, what one does there, and its keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtWidgets import QWidget

from ktrdr_app.gui.ui.actions import STATIONS, translated
from ktrdr_app.gui.ui.help import HelpDialog


def _t(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("help", text))


@dataclass(frozen=True)
class Page:
    """Help on one station.

    Attributes
    ----------
    steps : tuple of str
        What it is for and what one does there, in order.
    keys : tuple of (str, str)
        Keys that only this station knows, and what they do.
    """

    steps: tuple[str, ...]
    keys: tuple[tuple[str, str], ...] = ()


_EVERYWHERE = (
    ("Ctrl+Shift+P", _t("finds any action by a few letters")),
    ("Ctrl+Return", _t("runs the station's main action")),
    ("Ctrl+F1", _t("lists every shortcut")),
)

PAGES: dict[str, Page] = {
    "dataPanel": Page(
        (
            _t("Drop files of a broker or exchange here, or add the sample data."),
            _t("Choose a series: its candles, gaps and findings are shown. Tick several to see how they fit together."),
            _t("The quality column says how many of the bars that the market's calendar expects are there."),
        ),
        (
            ("Ctrl+K", _t("finds a symbol")),
            ("Space", _t("ticks a series")),
            ("Del", _t("moves it to the trash, after asking")),
            ("←  →", _t("move the chart or the coverage strip that has the focus; ↑ and ↓ zoom it")),
            ("[  ]", _t("go to the previous and the next hole of the coverage strip")),
        ),
    ),
    "strategyPanel": Page(
        (
            _t("A strategy says which indicators are computed, how they become fuzzy, what is learnt and decided."),
            _t(
                "Change it in the form or in the text beside it: each follows the other, and problems mark their lines."
            ),
            _t("New makes one from a template; More duplicates it, or compares it with what a model was trained with."),
            _t("Go on to its fuzzy sets, or train with it."),
        ),
        (
            ("Ctrl+Z", _t("takes a change back, also one of the form; Ctrl+Shift+Z makes it again")),
            ("Ctrl+S", _t("writes the strategy into the workspace")),
            ("Esc", _t("and then Tab leave the text, in which Tab alone indents")),
        ),
    ),
    "fuzzyPanel": Page(
        (
            _t("The sets of one input lie over the values that the chosen symbols really have."),
            _t("Drag feet, shoulders and peaks, or type numbers into the table; what is doubtful is said below."),
            _t("A trained model keeps the sets it was trained with: train again to use the new ones."),
        ),
        (
            ("Tab", _t("walks through the handles")),
            ("←  →", _t("move a handle; ten times as far with Shift; Home and End send it to its limits")),
            ("Del", _t("takes the set out; Ctrl+Z brings it back")),
            ("Ctrl+Shift+C", _t("copies the sets as YAML; Ctrl+Shift+V pastes some")),
            ("Esc", _t("takes a drag back")),
            ("Ctrl+Z", _t("undoes; Ctrl+Shift+Z redoes")),
            ("Ctrl+S", _t("saves the sets into the workspace")),
        ),
    ),
    "trainingPanel": Page(
        (
            _t("Tick the symbols to learn from; keep some unseen for an honest backtest."),
            _t("Press Train: loss and accuracy are drawn as they come, and it can be stopped at any time."),
            _t("The verdict says in words whether the model is better than always saying the same."),
        ),
        (("Space", _t("ticks a symbol")), ("Ctrl+.", _t("stops the training"))),
    ),
    "modelsPanel": Page(
        (
            _t("Every model of the workspace, universal [U] or of the original [L], with what is wrong with it."),
            _t("The resolver's trace says which model would serve a symbol, and why the others would not."),
            _t("Pin, compare, verify, export or delete; deleting can be undone."),
        ),
        (("Del", _t("moves the model to the trash, after asking")),),
    ),
    "backtestPanel": Page(
        (
            _t("Pick a symbol; those marked ✦ are new to the model and the better test."),
            _t("Press Run: equity and drawdown stand below the candles, beside buy and hold at the same costs."),
            _t("Shaded bars were seen in training: results there flatter the model. Choose a trade to go to it."),
        ),
        (
            ("←  →", _t("move the chart that has the focus; Home and End go to its ends")),
            ("↑  ↓", _t("zoom it")),
            ("[  ]", _t("go to the previous and the next trade; losing ones only with Shift")),
            ("Enter", _t("asks why the bar under the crosshair was decided so")),
            ("B  L", _t("buy and hold, and a logarithmic scale, on and off")),
            ("Ctrl+C", _t("copies the chart as a picture")),
            ("Ctrl+.", _t("stops the backtest")),
        ),
    ),
}
"""Help by object name of the station."""


def station_dialog(key: str, parent: QWidget) -> HelpDialog:
    """Return the help page of a station.

    Parameters
    ----------
    key : str
        Object name of the station.
    parent : QWidget
        Window it belongs to.
    """
    title = next(translated(name) for panel, name, _icon in STATIONS if panel == key)
    page = PAGES[key]
    lines = [(str(number), _said(text)) for number, text in enumerate(page.steps, start=1)]
    lines += [(keys, _said(text)) for keys, text in (*page.keys, *_EVERYWHERE)]
    return HelpDialog(title, lines, parent)


def _said(text: str) -> str:
    return QCoreApplication.translate("help", text)
