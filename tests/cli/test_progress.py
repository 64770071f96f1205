"""Progress: bars on a terminal, warnings alone elsewhere."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console
from rich.progress import Progress

from ktrdr_app.cli.progress import StageBars, listener
from ktrdr_app.core import progress as events


@pytest.fixture
def screen() -> tuple[StageBars, Progress, io.StringIO]:
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, width=120, color_system=None)
    bars = Progress(console=console, auto_refresh=False)
    return StageBars(bars), bars, written


def epoch(number: int, best: int) -> events.EpochFinished:
    return events.EpochFinished(number, 50, 1.1, 1.0 + number / 100, 0.4, 0.41, best, 1e5)


def test_a_stage_is_a_bar_until_it_is_over(screen):
    listen, bars, written = screen
    listen(events.StageStarted("load"))
    assert [task.description for task in bars.tasks] == ["load"]
    assert bars.tasks[0].total is None
    listen(events.StageFinished("load", 1.25))
    assert bars.tasks == []
    assert "load  1.2 s" in written.getvalue()


def test_epochs_move_the_bar_and_name_the_best(screen):
    listen, bars, _ = screen
    listen(events.StageStarted("train"))
    listen(epoch(7, 5))
    (task,) = bars.tasks
    assert (task.completed, task.total) == (7, 50)
    assert task.description == "train  loss 1.0700, best in epoch 5"


@pytest.mark.parametrize("event", [events.SymbolDone("AAPL", 2, 3), events.BarsDone(2, 3)])
def test_symbols_and_bars_move_the_bar(screen, event):
    listen, bars, _ = screen
    listen(events.StageStarted("simulate"))
    listen(event)
    assert (bars.tasks[0].completed, bars.tasks[0].total) == (2, 3)
    assert bars.tasks[0].description == "simulate"


def test_events_without_their_stage_do_no_harm(screen):
    listen, bars, _ = screen
    listen(epoch(1, 1))
    listen(events.StageFinished("fuzzy", 0.1))
    listen(events.PartialEquity(np.zeros(1, dtype=np.int64), np.zeros(1)))
    assert bars.tasks == []


def test_trials_are_counted_with_the_best_so_far(screen):
    listen, bars, _ = screen
    listen(events.StageStarted("trials"))
    listen(events.TrialDone(1, 20, "unfit", None, None))
    (task,) = bars.tasks
    assert (task.completed, task.total, task.description) == (1, 20, "trials  none judged yet")
    listen(events.TrialDone(2, 20, "complete", 0.01234, 0.01234))
    assert (task.completed, task.description) == (2, "trials  best 0.0123")


def test_notes_are_printed_as_they_are(screen):
    listen, _, written = screen
    listen(events.Note("warning", "volume of [red]X is absent"))
    assert "volume of [red]X is absent" in written.getvalue()


def test_off_a_terminal_only_warnings_are_written(capsys):
    with listener() as listen:
        listen(events.StageStarted("train"))
        listen(epoch(1, 1))
        listen(events.StageFinished("train", 1.0))
        listen(events.Note("info", "nothing to see"))
        listen(events.Note("warning", "volume is absent"))
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err == "warning: volume is absent\n"


def test_on_a_terminal_the_bars_listen(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with listener() as listen:
        assert isinstance(listen, StageBars)
    monkeypatch.setenv("TERM", "dumb")
    with listener() as listen:
        assert not isinstance(listen, StageBars)
