"""What a task says: frozen records, and stages that are timed."""

from __future__ import annotations

import dataclasses
import pickle
import typing

import numpy as np
import pytest

from ktrdr_app.core import progress
from ktrdr_app.core.errors import Cancelled
from ktrdr_app.core.progress import (
    BarsDone,
    EpochFinished,
    FoldDone,
    LearningStarted,
    Note,
    PartialEquity,
    ProgressEvent,
    StageFinished,
    StageStarted,
    SymbolDone,
    TrialDone,
    silent,
    stage,
)

EVENTS: list[ProgressEvent] = [
    StageStarted("load"),
    StageFinished("load", 0.5),
    SymbolDone("AAPL", 1, 3),
    FoldDone(("AAPL",), 2, 4),
    TrialDone(3, 20, "complete", 0.01, 0.02),
    LearningStarted(900, 1.05, 0.61, 15, ()),
    EpochFinished(1, 100, 1.1, 1.09, 0.3, 0.4, 1, 20_000.0),
    BarsDone(10, 100),
    PartialEquity(np.array([0, 1], dtype=np.int64), np.array([1.0, 2.0])),
    Note("warning", "a symbol has no volume"),
]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the times that the stages read, to be filled by the test."""
    times: list[float] = []
    monkeypatch.setattr(progress.time, "perf_counter", lambda: times.pop(0))
    return times


def test_a_stage_is_announced_timed_and_closed(clock: list[float]) -> None:
    clock += [10.0, 12.5]
    said: list[ProgressEvent] = []
    with stage("load", said.append):
        assert said == [StageStarted("load")]
    assert said == [StageStarted("load"), StageFinished("load", 2.5)]


def test_seconds_of_repeated_stages_add_up(clock: list[float]) -> None:
    clock += [0.0, 1.0, 5.0, 7.0, 7.0, 7.5]
    seconds: dict[str, float] = {}
    for name in ("load", "load", "train"):
        with stage(name, silent, seconds):
            pass
    assert seconds == {"load": 3.0, "train": 0.5}


def test_stages_may_lie_in_one_another(clock: list[float]) -> None:
    clock += [0.0, 1.0, 2.0, 4.0]
    said: list[ProgressEvent] = []
    seconds: dict[str, float] = {}
    with stage("outer", said.append, seconds), stage("inner", said.append, seconds):
        pass
    assert [event.stage for event in said if isinstance(event, StageFinished)] == ["inner", "outer"]
    assert seconds == {"inner": 1.0, "outer": 4.0}


@pytest.mark.parametrize("error", [Cancelled("it"), ZeroDivisionError(), KeyboardInterrupt()])
def test_a_stage_that_fails_is_not_called_finished(error: BaseException) -> None:
    said: list[ProgressEvent] = []
    seconds: dict[str, float] = {}
    with pytest.raises(type(error)) as caught, stage("train", said.append, seconds):
        raise error
    assert caught.value is error
    assert said == [StageStarted("train")]
    assert seconds == {}


def test_a_listener_that_raises_stops_the_task() -> None:
    def listen(event: ProgressEvent) -> None:
        raise Cancelled("the listener")

    with pytest.raises(Cancelled), stage("load", listen):
        pytest.fail("the stage began although its listener refused")


@pytest.mark.parametrize("event", EVENTS, ids=[type(event).__name__ for event in EVENTS])
def test_events_cannot_be_changed_by_a_listener(event: ProgressEvent) -> None:
    name = dataclasses.fields(event)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, name, None)


@pytest.mark.parametrize("event", EVENTS, ids=[type(event).__name__ for event in EVENTS])
def test_events_pass_from_one_process_to_another(event: ProgressEvent) -> None:
    again = pickle.loads(pickle.dumps(event))
    assert type(again) is type(event)
    for field in dataclasses.fields(event):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(event, field.name))


def test_the_samples_are_all_events_there_are() -> None:
    assert {type(event) for event in EVENTS} == set(typing.get_args(ProgressEvent))


def test_silence_takes_every_event() -> None:
    for event in EVENTS:
        silent(event)
