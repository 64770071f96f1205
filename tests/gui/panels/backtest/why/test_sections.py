"""One step as a widget: title, picture, verdicts, sentence, each to be reached and read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.panels.backtest.why.sections import SectionView, section_title
from ktrdr_app.gui.panels.backtest.why.why_parts import BarRow, BarSet, Section, Verdict
from ktrdr_app.gui.panels.backtest.why.why_view import view_of
from ktrdr_app.workflows.why_sentences import Step
from tests.why_facts import bar_why, refused_why, trade_why

pytestmark = pytest.mark.gui

BARS = BarSet((BarRow("BUY", "0.70", 0.7, "up"),))


def shown(qtbot: QtBot, section: Section, width: int = 300) -> SectionView:
    made = SectionView(section)
    qtbot.addWidget(made)
    made.resize(width, made.heightForWidth(width) if made.hasHeightForWidth() else made.sizeHint().height())
    made.show()
    return made


@pytest.mark.parametrize("why", [trade_why(), bar_why(notes=("changed",)), refused_why(), trade_why(sold=None)])
def test_every_step_has_a_title_and_can_be_read(qtbot: QtBot, dark: object, why: object) -> None:
    for section in view_of(why).sections:
        widget = shown(qtbot, section)
        assert widget.title.text() == section_title(section.step.key)
        assert widget.sentence.text() == section.step.text
        readable = widget.verdicts or [widget.sentence]
        assert all(line.isVisible() and line.accessibleName() for line in readable)


def test_titles_cover_every_key() -> None:
    for key in ("inputs", "features", "answer", "contributions", "filters", "flip", "notes"):
        assert section_title(key)[0].isupper()
        assert section_title(f"exit_{key}").startswith("To leave: ")
    assert section_title("exit_inputs") == "To leave: inputs and their fuzzy sets"
    assert section_title("exit") == "How it ended", "not the decision to leave"


def test_verdicts_stand_in_the_place_of_the_sentence(qtbot: QtBot, dark: object) -> None:
    step = Step("filters", "Filters", "Refused by position: ✓ a; ✖ b.")
    widget = shown(qtbot, Section(step, verdicts=(Verdict(True, "confidence: a"), Verdict(False, "position: b"))))
    assert [line.text() for line in widget.verdicts] == ["✓ confidence: a", "✖ position: b"]
    assert [line.property("tone") for line in widget.verdicts] == ["success", "danger"]
    assert [line.accessibleName() for line in widget.verdicts] == ["Filter passed", "Filter refused"]
    assert not widget.sentence.isVisible()


def test_a_step_of_filters_that_were_not_asked_has_its_sentence(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, Section(Step("filters", "Filters", "The model itself said HOLD; no filter is asked.")))
    assert widget.verdicts == []
    assert widget.sentence.isVisible()


def test_pictures_stand_above_the_sentence(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, Section(Step("answer", "Model", "The model said BUY."), BARS))
    assert widget.bars is not None
    assert widget.bars.geometry().bottom() <= widget.sentence.geometry().top()
    assert widget.bars.accessibleName() == "What the model said"
    assert shown(qtbot, Section(Step("answer", "Model", "x"), BarSet(()))).bars is None
    assert shown(qtbot, Section(Step("order", "Order", "x"))).bars is None


def test_what_has_changed_is_a_warning(qtbot: QtBot, dark: object) -> None:
    for key, tone in (("notes", "warning"), ("exit_notes", "warning"), ("order", "")):
        assert shown(qtbot, Section(Step(key, "t", "text"))).sentence.property("tone") == tone


def test_long_sentences_wrap_and_are_not_cut(qtbot: QtBot, dark: object) -> None:
    text = "RSI 14 was 24.10: oversold 0.82. " * 12
    holder = QWidget()
    qtbot.addWidget(holder)
    widget = shown(qtbot, Section(Step("inputs", "Inputs", text.strip()), BARS), 260)
    assert widget.sentence.wordWrap()
    assert widget.sentence.height() >= widget.sentence.heightForWidth(widget.sentence.width())


def test_mark_up_in_names_stays_text(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, Section(Step("inputs", "Inputs", "<b>rsi</b> & <i>x</i>")))
    assert widget.sentence.textFormat() == Qt.TextFormat.PlainText
    assert widget.sentence.text() == "<b>rsi</b> & <i>x</i>"


def test_a_sentence_is_marked_and_copied_by_key(qtbot: QtBot, dark: object) -> None:
    widget = shown(qtbot, Section(Step("order", "Order", "1 unit was bought.")))
    widget.activateWindow()
    widget.sentence.setFocus()
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(widget.sentence, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert widget.sentence.selectedText() == "1 unit was bought."
    qtbot.keyClick(widget.sentence, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "1 unit was bought."
