"""The log shows what was said, filtered by weight, in the theme's colours."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.log.panel import KEPT, LogPanel
from ktrdr_app.gui.panels.log.records import Entry
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.ui.theme import apply_theme
from ktrdr_app.gui.ui.tokens import THEMES
from tests.gui.helpers import child, click

pytestmark = pytest.mark.gui
NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def panel(context: AppContext, qtbot: QtBot) -> LogPanel:
    made = LogPanel(context)
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def say(panel: LogPanel, *entries: tuple[int, str]) -> None:
    panel.append([Entry(NOON, level, text) for level, text in entries])


def lines(panel: LogPanel) -> list[str]:
    return panel.text.toPlainText().splitlines()


def test_lines_have_time_and_weight(panel: LogPanel) -> None:
    say(panel, (logging.INFO, "trained"), (logging.ERROR, "broken"))
    assert lines(panel) == ["12:00:00  info     trained", "12:00:00  error    broken"]


def test_details_are_indented_below(panel: LogPanel) -> None:
    panel.append([Entry(NOON, logging.ERROR, "broken", "line 1\nline 2")])
    assert lines(panel)[1:] == ["          line 1", "          line 2"]


def test_the_filter_hides_and_shows_again(panel: LogPanel) -> None:
    say(panel, (logging.INFO, "a"), (logging.WARNING, "b"), (logging.ERROR, "c"))
    combo = child(panel, QComboBox, "logPanel.levelCombo")
    combo.setCurrentIndex(1)
    assert [line.split()[-1] for line in lines(panel)] == ["b", "c"]
    say(panel, (logging.INFO, "d"), (logging.CRITICAL, "e"))
    assert [line.split()[-1] for line in lines(panel)] == ["b", "c", "e"]
    combo.setCurrentIndex(2)
    assert [line.split()[-1] for line in lines(panel)] == ["c", "e"]
    combo.setCurrentIndex(0)
    assert [line.split()[-1] for line in lines(panel)] == ["a", "b", "c", "d", "e"]


def test_old_lines_go(panel: LogPanel) -> None:
    say(panel, *[(logging.INFO, str(number)) for number in range(KEPT + 50)])
    panel.text.clear()
    panel._show_all()
    assert len(lines(panel)) == KEPT
    assert lines(panel)[-1].endswith(str(KEPT + 49))


def test_clear_and_copy(panel: LogPanel, qtbot: QtBot) -> None:
    say(panel, (logging.INFO, "one"))
    click(qtbot, child(panel, QPushButton, "logPanel.copyButton"))
    assert QApplication.clipboard().text() == "12:00:00  info     one"
    click(qtbot, child(panel, QPushButton, "logPanel.clearButton"))
    assert lines(panel) == []
    panel._show_all()
    assert lines(panel) == []


def test_weights_have_the_themes_colours(panel: LogPanel, dark: QApplication) -> None:
    def colour() -> str:
        block = panel.text.document().firstBlock()
        return str(block.begin().fragment().charFormat().foreground().color().name())

    say(panel, (logging.WARNING, "careful"))
    assert colour() == THEMES["dark"].warning
    apply_theme(dark, "light")
    assert colour() == THEMES["light"].warning


def test_it_follows_the_end_unless_one_reads_above(panel: LogPanel) -> None:
    say(panel, *[(logging.INFO, str(number)) for number in range(200)])
    bar = panel.text.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(0)
    say(panel, (logging.INFO, "new"))
    assert bar.value() == 0


def test_everything_has_a_name(panel: LogPanel) -> None:
    assert accessibility.nameless(panel) == []
