"""The guess of the time left is what elapsed time per step says, and none before there is one."""

from __future__ import annotations

import pytest

from ktrdr_app.core.progress import BarsDone, EpochFinished, FoldDone, Note, StageStarted, SymbolDone
from ktrdr_app.gui.ui.estimate import Estimate

pytestmark = pytest.mark.gui


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def epoch(number: int, epochs: int = 10) -> EpochFinished:
    return EpochFinished(number, epochs, 1.0, 1.0, 0.5, 0.5, 1, 1.0)


def test_a_stage_alone_has_no_fraction() -> None:
    estimate = Estimate(Clock())
    estimate.take([StageStarted("load")])
    assert estimate.fraction is None
    assert estimate.sentence() == "load"


def test_the_first_step_gives_a_fraction_but_no_time() -> None:
    estimate = Estimate(Clock())
    estimate.take([StageStarted("train"), epoch(1)])
    assert estimate.fraction == pytest.approx(0.1)
    assert estimate.seconds_left is None
    assert estimate.sentence() == "train: epoch 1 of 10, estimating the time left"


def test_time_left_is_pace_times_what_is_left() -> None:
    clock = Clock()
    estimate = Estimate(clock)
    estimate.take([StageStarted("train"), epoch(1)])
    clock.now += 6.0
    estimate.take([epoch(4)])
    # 3 epochs in 6 s, 6 epochs left
    assert estimate.seconds_left == pytest.approx(12.0)
    assert estimate.sentence() == "train: epoch 4 of 10, about 10 seconds left"


def test_a_new_stage_forgets_the_pace_of_the_old_one() -> None:
    clock = Clock()
    estimate = Estimate(clock)
    estimate.take([StageStarted("simulate"), BarsDone(10, 100)])
    clock.now += 1.0
    estimate.take([BarsDone(20, 100), StageStarted("report")])
    assert estimate.fraction is None
    assert estimate.seconds_left is None
    assert estimate.sentence() == "report"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (BarsDone(1500, 2000), "bar 1\N{NARROW NO-BREAK SPACE}500 of 2\N{NARROW NO-BREAK SPACE}000"),
        (SymbolDone("AAPL", 2, 3), "AAPL done, 2 of 3 symbols"),
        (FoldDone((), 1, 5), "model of all symbols fitted, 1 of 5"),
        (FoldDone(("EURUSD", "EURJPY"), 4, 5), "model without EURUSD, EURJPY fitted, 4 of 5"),
        (epoch(3), "epoch 3 of 10"),
    ],
)
def test_each_kind_is_told_in_its_own_words(event: object, words: str) -> None:
    estimate = Estimate(Clock())
    estimate.take([event])  # type: ignore[list-item]
    assert estimate.text == words


def test_notes_change_nothing() -> None:
    estimate = Estimate(Clock())
    estimate.take([StageStarted("load"), Note("info", "hello")])
    assert estimate.sentence() == "load"


def test_elapsed_counts_from_the_start() -> None:
    clock = Clock()
    estimate = Estimate(clock)
    clock.now += 2.5
    assert estimate.elapsed == pytest.approx(2.5)


def test_nothing_to_count_is_no_fraction() -> None:
    estimate = Estimate(Clock())
    estimate.take([BarsDone(0, 0)])
    assert estimate.fraction is None
