"""The strip follows the events of a run."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktrdr_app.core.progress import StageFinished, StageStarted, SymbolDone
from ktrdr_app.gui.panels.training.stage_strip import STAGES, StageStrip

pytestmark = pytest.mark.gui


@pytest.fixture
def strip(dark: QApplication, qtbot: QtBot) -> StageStrip:
    made = StageStrip("a.strip")
    qtbot.addWidget(made)
    return made


def test_the_stages_are_those_of_a_training() -> None:
    assert STAGES == ("load", "indicators", "fuzzy", "features", "labels", "train", "test", "importance", "save")


def test_all_wait_at_first(strip: StageStrip) -> None:
    assert set(strip.states.values()) == {"waiting"}
    assert strip._names["load"].text() == "○ load"


def test_a_stage_runs_then_is_done_with_its_time(strip: StageStrip) -> None:
    strip.take([StageStarted("load")])
    assert strip.states["load"] == "running"
    strip.take([SymbolDone("A", 1, 1), StageFinished("load", 0.4213)])
    assert strip.states["load"] == "done"
    assert strip._names["load"].text() == "✓ load"
    assert strip._times["load"].text() == "0.42\N{NARROW NO-BREAK SPACE}s"
    assert strip.states["train"] == "waiting"


def test_stages_that_it_does_not_show_are_passed_over(strip: StageStrip) -> None:
    strip.take([StageStarted("simulate"), StageFinished("simulate", 1.0)])
    assert set(strip.states) == set(STAGES)
    assert set(strip.states.values()) == {"waiting"}


@pytest.mark.parametrize(("how", "sign"), [("failed", "✗"), ("stopped", "■")])
def test_the_end_marks_the_stage_that_ran(strip: StageStrip, how: str, sign: str) -> None:
    strip.take([StageStarted("load"), StageFinished("load", 0.1), StageStarted("train")])
    strip.end(how)
    assert strip.states["load"] == "done"
    assert strip.states["train"] == how
    assert strip._names["train"].text() == f"{sign} train"


def test_clearing_forgets_states_and_times(strip: StageStrip) -> None:
    strip.take([StageStarted("load"), StageFinished("load", 0.1)])
    strip.clear()
    assert set(strip.states.values()) == {"waiting"}
    assert strip._times["load"].text().strip() == ""


def test_it_can_be_heard(strip: StageStrip) -> None:
    strip.take([StageStarted("load")])
    assert strip.accessibleDescription().startswith("load running, indicators waiting")
