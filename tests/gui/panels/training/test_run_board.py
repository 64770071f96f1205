"""The board of a run: curves that grow, the best epoch marked, and nothing of an older run."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ktrdr_app.core.progress import EpochFinished, LearningStarted
from ktrdr_app.gui.charts.curves import CurvePlot
from ktrdr_app.gui.panels.training.run_board import RunBoard
from ktrdr_app.gui.panels.training.view_model import CURVES, RunView, SymbolRow
from ktrdr_app.gui.ui import accessibility
from ktrdr_app.workflows.wording import Verdict

pytestmark = pytest.mark.gui

BALANCE = {"BUY": 0.25, "HOLD": 0.5, "SELL": 0.25}
GOOD = SymbolRow("AAPL", 1234, 0.51, 0.48, 0.02, BALANCE)
POOR = SymbolRow("IBM", 99, 0.40, 0.48, -0.01, BALANCE)
UNKNOWN = SymbolRow("GOOG", 5, None, None, None, {"BUY": 1.0})


def epoch(number: int, best: int, loss: float = 1.0) -> EpochFinished:
    return EpochFinished(number, 9, loss, loss + 0.5, number / 8, number / 16, best, 1000.0)


def run(count: int = 4, baseline: float | None = 0.45, rows: tuple[SymbolRow, ...] = (GOOD, POOR)) -> RunView:
    curves = {name: [place + step / 10 for step in range(count)] for place, name in enumerate(CURVES)}
    sentences = ("It lost -3 % against the shares.", "Seed 7.")
    return RunView("universal_1d_v1", ("AAPL", "IBM"), curves, 3, baseline, rows, Verdict(True, "", ""), sentences)


@pytest.fixture
def board(qtbot: QtBot, dark: object) -> RunBoard:
    made = RunBoard()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def curve(plot: CurvePlot, key: str) -> list[tuple[float, float]]:
    x, y = plot.points(key)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def marks(board: RunBoard) -> list[float | None]:
    return [plot._marker.value() if plot._marker.isVisible() else None for plot in (board.loss, board.accuracy)]


def test_an_epoch_adds_a_point_to_each_of_four_curves(board: RunBoard) -> None:
    board.add_epoch(epoch(1, 1, loss=1.2))
    board.add_epoch(epoch(2, 2, loss=1.1))
    assert curve(board.loss, "train") == [(1, 1.2), (2, 1.1)]
    assert curve(board.loss, "val") == [(1, 1.7), (2, 1.6)]
    assert curve(board.accuracy, "train") == [(1, 0.125), (2, 0.25)]
    assert curve(board.accuracy, "val") == [(1, 0.0625), (2, 0.125)]
    assert curve(board.accuracy, "baseline") == [], "not known before the run is over"


def test_the_mark_stands_at_the_best_epoch_not_the_last(board: RunBoard) -> None:
    assert marks(board) == [None, None]
    for number, best in ((1, 1), (2, 2), (3, 2)):
        board.add_epoch(epoch(number, best))
        assert marks(board) == [best, best]


def test_epochs_are_drawn_after_a_moment(board: RunBoard, qtbot: QtBot) -> None:
    board.add_epoch(epoch(1, 1))
    qtbot.waitUntil(lambda: not board.loss.dirty and not board.accuracy.dirty)
    assert "validation 1.5 at epoch 1" in board.loss.accessibleDescription()


def test_a_finished_run_is_shown_whole(board: RunBoard) -> None:
    board.show_run(run())
    for plot, key, place in ((board.loss, "train", 0), (board.loss, "val", 1), (board.accuracy, "val", 3)):
        assert curve(plot, key) == [(step + 1, place + step / 10) for step in range(4)]
    assert curve(board.accuracy, "baseline") == [(step, 0.45) for step in (1, 2, 3, 4)]
    assert marks(board) == [3, 3]


def test_a_shorter_run_leaves_nothing_of_the_longer_one(board: RunBoard) -> None:
    for number in range(1, 9):
        board.add_epoch(epoch(number, number))
    board.show_run(run(2, baseline=None, rows=(UNKNOWN,)))
    assert len(curve(board.loss, "train")) == len(curve(board.accuracy, "val")) == 2
    assert curve(board.accuracy, "baseline") == []


def test_a_run_without_history_has_no_curves(board: RunBoard) -> None:
    view = run(0)
    board.show_run(RunView(view.name, view.symbols, view.curves, None, 0.4, view.rows, view.verdict, view.sentences))
    assert [curve(board.accuracy, key) for key in ("train", "val", "baseline")] == [[], [], []]
    assert marks(board) == [None, None]


def test_a_loss_that_is_no_number_leaves_a_gap_and_no_fault(board: RunBoard, qtbot: QtBot) -> None:
    for number, loss in enumerate((1.0, math.nan, 0.8), start=1):
        board.add_epoch(epoch(number, 1, loss))
    qtbot.waitUntil(lambda: not board.loss.dirty)
    _x, y = board.loss.points("train")
    assert np.isnan(y).tolist() == [False, True, False]
    low, high = board.loss.view.viewRange()[1]
    assert low < 0.8 < 1.5 < high


def test_clearing_shows_nothing(board: RunBoard) -> None:
    board.show_run(run())
    board.clear()
    assert curve(board.loss, "train") == curve(board.accuracy, "baseline") == []
    assert marks(board) == [None, None]
    assert accessibility.nameless(board) == []


LINES = LearningStarted(500, 1.05, 0.61, 1)


def test_what_the_figures_are_held_against_is_there_before_they_are(board: RunBoard) -> None:
    board.begin(LINES)
    assert curve(board.loss, "prior") == [(0, 1.05)]
    assert curve(board.accuracy, "baseline") == [(0, 0.61)]
    board.add_epoch(epoch(1, 1))
    board.add_epoch(epoch(2, 1))
    assert curve(board.loss, "prior") == [(0, 1.05), (1, 1.05), (2, 1.05)]
    assert curve(board.accuracy, "baseline")[-1] == (2, 0.61)


def test_epochs_before_an_interruption_are_drawn_at_once(board: RunBoard) -> None:
    board.begin(replace(LINES, history=(epoch(1, 1, 1.3), epoch(2, 2, 1.2))))
    assert curve(board.loss, "train") == [(1, 1.3), (2, 1.2)]
    assert marks(board) == [2, 2]
    board.add_epoch(epoch(3, 3, 1.1))
    assert curve(board.loss, "train")[-1] == (3, 1.1)


def test_the_lines_of_one_run_are_not_those_of_the_next(board: RunBoard) -> None:
    board.begin(LINES)
    board.clear()
    board.add_epoch(epoch(1, 1))
    assert curve(board.loss, "prior") == curve(board.accuracy, "baseline") == []


def test_a_finished_run_keeps_both_lines(board: RunBoard) -> None:
    board.show_run(replace(run(), prior=0.98))
    assert curve(board.loss, "prior") == [(step, 0.98) for step in (1, 2, 3, 4)]
    assert curve(board.accuracy, "baseline") == [(step, 0.45) for step in (1, 2, 3, 4)]
