"""The strip of next steps: each leads to its station, and it goes when it is closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QMainWindow, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from ktrdr_app.gui.documents.context import AppContext
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.gui.welcome.next_steps import NextSteps
from tests.gui.helpers import child, click

pytestmark = pytest.mark.gui


@pytest.fixture
def steps(context: AppContext, qtbot: QtBot) -> Iterator[NextSteps]:
    window = QMainWindow()
    made = NextSteps(window, context)
    window.resize(1024, 680)
    window.show()
    yield made
    window.close()
    window.deleteLater()


def test_every_step_leads_to_its_station(steps: NextSteps, context: AppContext, qtbot: QtBot) -> None:
    for key in ("dataPanel", "fuzzyPanel", "trainingPanel", "backtestPanel"):
        with qtbot.waitSignal(context.panelRequested) as told:
            click(qtbot, child(steps, QPushButton, f"nextSteps.{key}"))
        assert told.args == [key]


def test_it_fits_the_smallest_window_and_nothing_is_nameless(steps: NextSteps) -> None:
    close = child(steps, QToolButton, "nextSteps.closeButton")
    assert close.isVisible(), "not in the strip's overflow"
    assert accessibility.nameless(steps) == []


def test_it_goes_when_it_is_closed(steps: NextSteps, qtbot: QtBot) -> None:
    click(qtbot, child(steps, QToolButton, "nextSteps.closeButton"))
    assert steps.isHidden()
