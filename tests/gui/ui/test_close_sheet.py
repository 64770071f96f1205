"""The sheet lists what runs, and either answer is one key or click away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.tasks.task import Task
from ktrdr_app.gui.ui.close_sheet import CloseSheet
from tests.gui.helpers import click

pytestmark = pytest.mark.gui


@pytest.fixture
def sheet(dark: QApplication, qtbot: QtBot) -> Iterator[CloseSheet]:
    window = QWidget()
    window.resize(800, 500)
    qtbot.addWidget(window)
    window.show()
    yield CloseSheet(window)
    window.close()


def tasks(*titles: str) -> tuple[Task, ...]:
    return tuple(Task(title, lambda _progress, _cancel: None) for title in titles)


def test_it_is_hidden_until_asked_and_lists_what_runs(sheet: CloseSheet) -> None:
    assert sheet.isHidden()
    sheet.ask(tasks("Train quick", "Backtest GOOG"))
    assert sheet.isVisible()
    words = [shown.text() for shown in sheet.findChildren(QLabel)]
    assert "2 tasks are still running" in words
    assert "Train quick\nBacktest GOOG" in words


def test_it_says_which_tasks_are_paused(sheet: CloseSheet) -> None:
    training, backtest = tasks("Train quick", "Backtest GOOG")
    training.pause()
    sheet.ask((training, backtest))
    assert sheet._tasks.text() == "Train quick (paused)\nBacktest GOOG"
    training.resume()
    sheet.tell((training, backtest))
    assert sheet._tasks.text() == "Train quick\nBacktest GOOG"


def test_keeping_on_is_the_safe_default(sheet: CloseSheet, qtbot: QtBot) -> None:
    sheet.ask(tasks("Train"))
    heard: list[None] = []
    sheet.stop_chosen.connect(lambda: heard.append(None))
    click(qtbot, sheet.keep)
    assert sheet.isHidden()
    sheet.ask(tasks("Train"))
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isHidden()
    assert heard == []


def test_stop_is_said_once_and_then_waited_for(sheet: CloseSheet, qtbot: QtBot) -> None:
    sheet.ask(tasks("Train"))
    with qtbot.waitSignal(sheet.stop_chosen):
        click(qtbot, sheet.stop)
    assert sheet.isVisible()
    assert not sheet.stop.isEnabled()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isVisible()


def test_it_stays_in_the_middle(sheet: CloseSheet) -> None:
    sheet.ask(tasks("Train"))
    sheet.parentWidget().resize(1200, 700)
    QApplication.processEvents()
    assert abs(sheet.geometry().center().x() - 600) <= 1


@pytest.mark.parametrize(
    ("titles", "unsaved", "heading", "lines", "answers"),
    [
        (("A", "B"), (), "2 tasks are still running", "A\nB", ("Keep running", "Stop and quit")),
        (
            (),
            ("quick/rsi", "quick/ma"),
            "Changes that are not saved would be lost",
            "Not saved: quick/rsi, quick/ma",
            ("Keep working", "Close without saving"),
        ),
        (
            ("A",),
            ("quick/rsi",),
            "A task is still running\nChanges that are not saved would be lost",
            "A\nNot saved: quick/rsi",
            ("Keep running", "Stop, close without saving"),
        ),
    ],
    ids=["tasks", "work", "both"],
)
def test_it_says_what_would_be_stopped_and_what_would_be_lost(
    sheet: CloseSheet,
    titles: tuple[str, ...],
    unsaved: tuple[str, ...],
    heading: str,
    lines: str,
    answers: tuple[str, str],
) -> None:
    sheet.ask(tasks("Other"), ("other/x",))
    sheet.ask(tasks(*titles), unsaved)
    assert [shown.text() for shown in sheet.findChildren(QLabel)] == [heading, lines]
    assert (sheet.keep.text(), sheet.stop.text()) == answers
    assert sheet.rect().contains(sheet.stop.geometry())
    sheet.tell((), unsaved)
    assert sheet.isVisible() == bool(unsaved), "the end of the tasks says nothing about the work"
    sheet.tell((), ())
    assert sheet.isHidden()


def test_it_follows_what_ends_meanwhile_and_goes_with_the_last(sheet: CloseSheet) -> None:
    both = tasks("Train quick", "Backtest GOOG")
    sheet.tell(both)
    assert sheet.isHidden(), "nobody has asked"
    sheet.ask(both)
    sheet.tell(both[1:])
    words = [shown.text() for shown in sheet.findChildren(QLabel)]
    assert words == ["A task is still running", "Backtest GOOG"]
    sheet.tell(())
    assert sheet.isHidden()
