"""The window in another language: everything shown is translated, and longer words find room.

The language is made up: every sentence is longer by two fifths, has accents, and stands between marks.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QTableView,
    QToolButton,
    QWidget,
)

from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.main_window import MainWindow
from ktrdr_app.gui.panels.data.importing.elided import ElidedLabel
from ktrdr_app.gui.ui.theme import apply_theme
from tests.gui.whole.tour import dialogs, stations, turn, wait_idle

pytestmark = pytest.mark.gui

OPEN, CLOSE = "⟦", "⟧"
ACCENTS = str.maketrans("aeiouncAEIOU", "áéíóúñçÁÉÍÓÚ")
LONGER = 0.4
SHOWN_SHARE = 0.75
"""Least share of a text that must have room; "badly clipped" is less."""


class Pretended(QTranslator):
    """A language of longer words: ``Run`` is ``⟦Rúñ·⟧``."""

    def translate(self, context: str, source: str, disambiguation: str = "", count: int = -1) -> str:
        """Return the words, longer and with accents; what is filled in and mnemonics stay."""
        if not source.strip() or context.startswith("Q"):
            return source
        parts = re.split(r"(\{[^}]*\}|<[^>]*>)", source)
        changed = "".join(part if place % 2 else part.translate(ACCENTS) for place, part in enumerate(parts))
        return f"{OPEN}{changed}{'·' * max(1, round(LONGER * len(source)) - 2)}{CLOSE}"

    def isEmpty(self) -> bool:
        """Say that there are translations."""
        return False


@pytest.fixture(scope="module")
def abroad(full_master: Path, dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """Return a window in the pretended language."""
    root = tmp_path_factory.mktemp("abroad") / "full"
    shutil.copytree(full_master, root, symlinks=True)
    apply_theme(dressed, "light")
    language = Pretended(dressed)
    dressed.installTranslator(language)
    window = MainWindow(Workspace(root))
    window.resize(1440, 900)
    window.show()
    wait_idle(window)
    for combo in window.findChildren(QComboBox):
        combo.view()
    for _visit in stations(window):
        turn()
    held = [*dressed.topLevelWidgets(), *window.findChildren(QObject)]
    yield window
    held.clear()
    window._quitting = True
    window.close()
    window.deleteLater()
    dressed.removeTranslator(language)
    apply_theme(dressed, "dark")


def texts(root: QWidget) -> Iterator[tuple[QWidget, str]]:
    """Return every text in sight of labels, buttons, tabs and headers, with what shows it."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, (QLabel, QAbstractButton)):
            yield widget, widget.text()
        elif isinstance(widget, QTabBar):
            yield from ((widget, widget.tabText(place)) for place in range(widget.count()))
        elif isinstance(widget, QTableView):
            model = widget.model()
            header = widget.horizontalHeader()
            if header.isVisible():
                yield from ((widget, str(model.headerData(n, header.orientation()))) for n in range(header.count()))
        elif isinstance(widget, (QLineEdit, QPlainTextEdit)):
            yield widget, widget.placeholderText()


def foreign(text: str) -> bool:
    """Say whether a text has words that went through no translation; a word is four lower-case letters in a row."""
    outside = re.sub(rf"{OPEN}.*{CLOSE}", " ", text, flags=re.DOTALL)
    return re.search(r"\b[a-z]{4,} [a-z]{3,}", outside) is not None


FROM_THE_CORE = {
    "statusLine.model": "names of strategies",
    "trainingPanel.headline": "the verdict on a model",
    "backtestPanel.verdict": "the verdict on a run",
    "backtestPanel.notes": "notes on a run",
    "backtestPanel.resolution": "the resolver's reason",
    "modelsPanel.resolution": "the resolver's reason",
    "modelsPanel.verdict": "the verdict on a model",
    "dataPanel.repair.": "what a repair does, as it is registered",
}
"""Sentences of the use cases, which commands and reports share; they are English in every language so far."""


SENTENCES_OF_THE_CORE = (
    "gaps: while the market is closed",
    "is a model of the original, whose features",
    "Mean reversion on RSI",
    "under the SIL OFL",
    "The file does not tell everything",
    "is there already.",
)
"""The same where the label has no name: findings, remarks on models, a strategy's own description, a licence."""


def untranslated(root: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.objectName()}: {text}"
        for widget, text in texts(root)
        if foreign(text)
        and not widget.objectName().startswith(tuple(FROM_THE_CORE))
        and not any(sentence in text for sentence in SENTENCES_OF_THE_CORE)
    ]


def share_shown(widget: QWidget) -> float:
    """Return how much of its text a label or button has room for, 1 for all of it."""
    if isinstance(widget, ElidedLabel):
        return 1.0
    if isinstance(widget, QLabel) and widget.wordWrap():
        needed, there = widget.heightForWidth(widget.width()), widget.height()
    elif isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
        return 1.0
    elif isinstance(widget, (QLabel, QPushButton, QToolButton)):
        needed, there = widget.fontMetrics().horizontalAdvance(widget.text().replace("&", "")), widget.width()
    else:
        return 1.0
    return there / needed if needed > 0 else 1.0


def clipped(root: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.objectName()}: {100 * share_shown(widget):.0f} % of {text!r}"
        for widget, text in texts(root)
        if text and share_shown(widget) < SHOWN_SHARE
    ]


def test_every_station_is_translated_and_has_room(abroad: MainWindow) -> None:
    left, narrow = {}, {}
    for name, panel in stations(abroad):
        left[name], narrow[name] = untranslated(panel), clipped(panel)
    assert {name: lines for name, lines in left.items() if lines} == {}
    assert {name: lines for name, lines in narrow.items() if lines} == {}


def test_every_dialog_is_translated_and_has_room(abroad: MainWindow) -> None:
    left, narrow = {}, {}
    for name, dialog in dialogs(abroad):
        left[name], narrow[name] = untranslated(dialog), clipped(dialog)
    assert {name: lines for name, lines in left.items() if lines} == {}
    assert {name: lines for name, lines in narrow.items() if lines} == {}


def test_menus_are_translated(abroad: MainWindow) -> None:
    said = [action.text() for action in abroad.actions_by_key.values()]
    said += [action.text() for action in abroad.menuBar().actions()]
    assert [text for text in said if not text.startswith(OPEN)] == []


def test_the_pretended_language_is_heard(abroad: MainWindow) -> None:
    buttons = {button.text() for button in abroad.findChildren(QPushButton)}
    assert f"{OPEN}Rúñ·{CLOSE}" in buttons
    assert foreign("nothing here is seen")
    assert not foreign(f"AAPL {OPEN}nóthíng tó bé séén···{CLOSE} neuro_mean_reversion")
