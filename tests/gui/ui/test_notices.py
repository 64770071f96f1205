"""Notices show line, hint and details as plain text, count repeats, and never block."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.core.errors import DataNotFound, KtrdrError, Problem, StrategyProblem
from ktrdr_app.gui.tasks.task import TaskError
from ktrdr_app.gui.ui.notices import DetailsDialog, Notice, NoticeStack, error_text
from tests.gui.helpers import click

pytestmark = pytest.mark.gui


@pytest.fixture
def notice(dark: QApplication, qtbot: QtBot) -> Iterator[Notice]:
    holder = QWidget()
    qtbot.addWidget(holder)
    made = Notice()
    made.setParent(holder)
    holder.resize(600, 200)
    holder.show()
    yield made
    holder.close()


@pytest.fixture
def stack(dark: QApplication, qtbot: QtBot) -> Iterator[NoticeStack]:
    window = QWidget()
    window.resize(800, 600)
    qtbot.addWidget(window)
    window.show()
    yield NoticeStack(window)
    window.close()


def details_button(notice: Notice) -> QPushButton:
    (found,) = [each for each in notice.findChildren(QPushButton) if each.text() == "Details"]
    return found


def test_a_notice_is_hidden_until_there_is_something_to_say(notice: Notice) -> None:
    assert notice.isHidden()
    notice.show_text("info", "hello")
    assert notice.isVisible()
    assert notice.hint.isHidden()
    assert details_button(notice).isHidden()


def test_an_error_of_ours_shows_place_message_and_hint(notice: Notice) -> None:
    notice.show_error(DataNotFound("APPL", "1d", "data/APPL_1d.csv", ["AAPL"]))
    assert notice.text.text() == "data/APPL_1d.csv: no bars for APPL 1d"
    assert "AAPL" in notice.hint.text()
    assert notice.level == "danger"
    assert notice.accessibleName() == "danger: data/APPL_1d.csv: no bars for APPL 1d"


def test_mark_up_in_names_stays_text(notice: Notice) -> None:
    notice.show_text("warning", "<img src=x> <b>bold</b>", "<i>hint</i>")
    for words in (notice.text, notice.hint):
        assert words.textFormat() is Qt.TextFormat.PlainText
    assert notice.text.text().startswith("<img")


def test_the_place_is_not_said_twice() -> None:
    assert error_text(KtrdrError("cannot read a.csv", where="a.csv")) == ("cannot read a.csv", "")
    assert error_text(KtrdrError("cannot read", where="a.csv", hint="h")) == ("a.csv: cannot read", "h")


def test_an_error_that_its_line_and_hint_say_whole_has_no_details(notice: Notice) -> None:
    notice.show_error(DataNotFound("APPL", "1d", "data/APPL_1d.csv", ["AAPL"]))
    assert notice.details == ""
    assert details_button(notice).isHidden()


def test_a_strategy_with_several_faults_lists_them_in_the_details(notice: Notice, qtbot: QtBot) -> None:
    faults = [Problem("labels", 3, 1, "a list", "a mapping"), Problem("training.epochs", 9, 4, "-1", "1 or more")]
    notice.show_error(StrategyProblem("bad.yaml", faults))
    click(qtbot, details_button(notice))
    (dialog,) = notice.window().findChildren(DetailsDialog)
    shown = dialog.findChild(QPlainTextEdit).toPlainText().splitlines()
    assert shown == [str(fault) for fault in faults]


def test_a_bug_offers_its_trace(notice: Notice, qtbot: QtBot) -> None:
    notice.show_error(TaskError("ValueError: x", "this is a bug", "Train", "Traceback ..."))
    click(qtbot, details_button(notice))
    (dialog,) = notice.window().findChildren(DetailsDialog)
    assert dialog.isVisible()
    assert dialog.findChild(QPlainTextEdit).toPlainText() == "Traceback ..."
    copy, close = dialog.findChildren(QPushButton)
    click(qtbot, copy)
    assert QApplication.clipboard().text() == "Traceback ..."
    click(qtbot, close)
    assert not dialog.isVisible()


def test_a_notice_is_closed_by_its_cross(notice: Notice, qtbot: QtBot) -> None:
    notice.show_text("danger", "bad")
    (cross,) = notice.findChildren(QToolButton)
    assert cross.accessibleName()
    with qtbot.waitSignal(notice.closed):
        click(qtbot, cross)
    assert notice.isHidden()


def test_notices_stack_in_the_corner(stack: NoticeStack) -> None:
    stack.add("danger", "first")
    stack.add("warning", "second")
    assert [shown.text.text() for shown in stack.notices] == ["first", "second"]
    assert stack.isVisible()
    assert stack.geometry().right() <= 800
    assert stack.geometry().bottom() <= 600
    assert stack.geometry().left() > 300


def test_repeats_are_counted(stack: NoticeStack) -> None:
    for _ in range(3):
        stack.add("danger", "again")
    (shown,) = stack.notices
    assert "× 3" in shown.text.text()


def test_only_a_few_are_kept(stack: NoticeStack) -> None:
    for number in range(9):
        stack.add("danger", f"number {number}")
    assert [shown.text.text() for shown in stack.notices] == [f"number {n}" for n in range(5, 9)]


def test_good_news_leaves_by_itself_and_bad_news_stays(stack: NoticeStack) -> None:
    stack.add("success", "done")
    stack.add("danger", "broken")
    good, bad = stack.notices
    (timer,) = good.findChildren(QTimer)
    assert timer.isActive()
    assert bad.findChildren(QTimer) == []
    timer.timeout.emit()
    assert [shown.text.text() for shown in stack.notices] == ["broken"]


def test_bad_news_that_sounds_like_good_news_stays(stack: NoticeStack) -> None:
    stack.add("success", "IBM 1d")
    stack.add("danger", "IBM 1d", "line 3 is no bar")
    (shown,) = stack.notices
    assert (shown.level, shown.details) == ("danger", "line 3 is no bar")
    assert [timer for timer in shown.findChildren(QTimer) if timer.isActive()] == []
    stack.add("success", "IBM 1d")
    (timer,) = shown.findChildren(QTimer)
    assert timer.isActive()


def test_good_news_again_is_shown_as_long_as_the_first_time(stack: NoticeStack, qtbot: QtBot) -> None:
    stack.add("info", "copied")
    (timer,) = stack.notices[0].findChildren(QTimer)
    timer.start(timer.interval() * 10)
    stack.add("info", "copied")
    assert timer.isActive()
    assert timer.interval() < 10_000


def test_long_notices_are_seen_whole_and_inside_the_window(stack: NoticeStack, qtbot: QtBot) -> None:
    for number in range(4):
        stack.add("danger", f"{number}: " + "the file could not be read to its end " * 4)
        stack.add("danger", f"{number}: " + "the file could not be read to its end " * 4)
    QApplication.processEvents()
    assert stack.geometry().top() >= 0
    places = [shown.geometry() for shown in stack.notices]
    for shown, place in zip(stack.notices, places, strict=True):
        assert place.height() >= shown.heightForWidth(place.width()), "its last line is cut off"
        assert stack.rect().contains(place)
    assert not any(first.intersects(second) for first, second in itertools.combinations(places, 2))


def test_the_stack_follows_the_window(stack: NoticeStack) -> None:
    stack.add("danger", "broken")
    window = stack.parentWidget()
    before = stack.geometry()
    window.resize(1000, 700)
    QApplication.processEvents()
    assert stack.geometry().right() > before.right()
    assert stack.geometry().bottom() > before.bottom()


def test_with_nothing_to_say_the_stack_is_gone(stack: NoticeStack, qtbot: QtBot) -> None:
    stack.add("danger", "broken")
    stack.notices[0].dismiss()
    assert stack.notices == []
    assert stack.isHidden()


def test_something_to_do_stands_beside_one_message_only(notice: Notice, qtbot: QtBot) -> None:
    notice.show_text("success", "it is gone")
    assert notice.action.isHidden()
    notice.offer("Undo")
    assert notice.action.isVisible()
    with qtbot.waitSignal(notice.chosen):
        click(qtbot, notice.action)
    notice.show_text("info", "something else")
    assert notice.action.isHidden()
