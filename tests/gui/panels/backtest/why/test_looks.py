"""The card in every theme and at small sizes: read through by key, in order, nothing beyond its edge."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.panels.backtest.why.card import WhyCard
from ktrdr_app.gui.panels.backtest.why.why_view import view_of
from ktrdr_app.gui.tasks.manager import TaskManager
from ktrdr_app.gui.ui.theme import apply_theme, tokens
from ktrdr_app.gui.ui.tokens import THEMES, contrast
from tests.gui.helpers import settle
from tests.why_facts import bar_why, refused_why, trade_why
from tests.why_runs import STERN, WhyRuns

pytestmark = pytest.mark.gui

WIDTHS = (260, 330, 480)


@pytest.fixture
def card(qtbot: QtBot, dark: QApplication, tasks: TaskManager, why_runs: WhyRuns) -> WhyCard:
    made = WhyCard(AppContext(why_runs.workspace, tasks))
    qtbot.addWidget(made)
    made.resize(330, 640)
    made.show_run(why_runs.folder(STERN))
    made.show()
    return made


def told(card: WhyCard, why: object) -> WhyCard:
    """Show an explanation that was made by hand."""
    card._arrived((card._run, view_of(why)))
    QApplication.processEvents()
    return card


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_it_is_drawn_in_every_theme(card: WhyCard, dark: QApplication, theme: str) -> None:
    apply_theme(dark, theme)
    told(card, trade_why())
    picture = card.grab().toImage()
    shown = {picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)}
    assert QColor(tokens().series_1).rgb() in shown, "memberships"
    answers = next(section.bars for section in card.sections if section.section.step.key == "answer")
    drawn = answers.grab().toImage()
    colours = {drawn.pixel(x, y) for x in range(drawn.width()) for y in range(drawn.height())}
    assert {QColor(getattr(tokens(), name)).rgb() for name in ("up", "flat", "down")} <= colours


@pytest.mark.parametrize("theme", sorted(THEMES))
@pytest.mark.parametrize("token", ["series_1", "up", "down", "flat"])
def test_bars_stand_out_from_their_room(theme: str, token: str) -> None:
    colours = THEMES[theme]
    assert contrast(getattr(colours, token), colours.field) >= 3.0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("why", [trade_why(), bar_why(), refused_why(notes=("today's bars are not those of the run",))])
def test_nothing_reaches_beyond_the_card(card: WhyCard, width: int, why: object) -> None:
    card.resize(width, 500)
    told(card, why)
    inside = card.area.widget()
    assert inside.width() <= card.area.viewport().width()
    for section in card.sections:
        lines = [section.title, section.sentence, *section.verdicts, *([section.bars] if section.bars else [])]
        for line in lines:
            if line.isVisible():
                right = line.mapTo(inside, line.rect().topRight()).x()
                assert right <= inside.width(), line


def test_tab_goes_through_the_steps_in_order(qtbot: QtBot, card: WhyCard) -> None:
    told(card, trade_why())
    wanted = [line for section in card.sections for line in section.readable]
    card.activateWindow()
    wanted[0].setFocus()
    seen: list[QWidget | None] = []
    for _ in wanted:
        seen.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert seen == wanted
    assert QApplication.focusWidget() is card.copy_button


def test_the_step_that_has_the_keyboard_is_brought_into_view(qtbot: QtBot, card: WhyCard) -> None:
    card.resize(330, 300)
    told(card, trade_why())
    last = card.sections[-1].sentence
    card.activateWindow()
    card.sections[0].sentence.setFocus()
    for _ in range(60):
        if QApplication.focusWidget() is last:
            break
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is last
    top = last.mapTo(card.area.viewport(), last.rect().topLeft()).y()
    assert 0 <= top < card.area.viewport().height()


def test_screen_readers_are_told_names_and_figures(card: WhyCard) -> None:
    told(card, trade_why())
    for section in card.sections:
        if section.bars is not None:
            spoken = QAccessible.queryAccessibleInterface(section.bars)
            assert spoken.text(QAccessible.Text.Name) == section.title.text()
            for row in section.bars.bars.rows:
                assert f"{row.label} {row.text}" in spoken.text(QAccessible.Text.Description)
    assert "Trade 3, long" in card.area.accessibleDescription()


def test_a_new_answer_begins_at_its_top(qtbot: QtBot, card: WhyCard, tasks: TaskManager) -> None:
    told(card, trade_why())
    card.area.verticalScrollBar().setValue(card.area.verticalScrollBar().maximum())
    told(card, bar_why())
    settle(qtbot, tasks)
    assert card.area.verticalScrollBar().value() == 0
    assert len(card.sections) == len(view_of(bar_why()).sections)


def test_old_steps_do_not_pile_up(card: WhyCard) -> None:
    for _ in range(5):
        told(card, trade_why())
    steps = [child for child in card.findChildren(QWidget) if type(child).__name__ == "SectionView"]
    assert len(steps) == len(card.sections)
