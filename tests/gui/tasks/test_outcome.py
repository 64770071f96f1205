"""Every way in which work can end is told as data that passes from one process to another."""

from __future__ import annotations

import pickle
import traceback

import pytest

from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.errors import Cancelled, EmptyData
from ktrdr_app.core.progress import BarsDone, Progress, ProgressEvent
from ktrdr_app.gui.tasks.outcome import Outcome, TaskError, TaskState, outcome_after, outcome_of


def test_a_result_is_handed_on_with_what_was_told_on_the_way() -> None:
    told: list[ProgressEvent] = []
    token = CancelToken()

    def work(progress: Progress, cancel: CancelToken) -> object:
        progress(BarsDone(1, 2))
        return cancel

    assert outcome_of(work, told.append, token, "x") == Outcome(TaskState.SUCCEEDED, token)
    assert told == [BarsDone(1, 2)]


def test_a_stop_is_no_failure() -> None:
    assert outcome_after(Cancelled("x"), "x") == Outcome(TaskState.CANCELLED)


def test_our_own_errors_lose_their_frames_and_nothing_else() -> None:
    def work(_progress: Progress, _cancel: CancelToken) -> None:
        raise EmptyData("X_1d.csv")

    outcome = outcome_of(work, lambda _event: None, CancelToken(), "x")
    assert outcome.state is TaskState.FAILED
    assert isinstance(outcome.error, EmptyData)
    assert outcome.error.__traceback__ is None
    assert outcome.error.where == "X_1d.csv"


def test_a_bug_is_one_line_and_its_trace() -> None:
    def work(_progress: Progress, _cancel: CancelToken) -> None:
        raise KeyError("first\nsecond")

    error = outcome_of(work, lambda _event: None, CancelToken(), "the run").error
    assert isinstance(error, TaskError)
    assert "\n" not in error.message
    assert error.message.startswith("KeyError: ")
    assert error.where == "the run"
    assert "in work" in error.details
    assert error.details.startswith(traceback._EXCEPTION_HEADER if hasattr(traceback, "_EXCEPTION_HEADER") else "Trace")


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(TaskState.SUCCEEDED, {"rows": (1, 2)}),
        Outcome(TaskState.CANCELLED),
        Outcome(TaskState.FAILED, error=TaskError("a", "b", "c", "d")),
    ],
    ids=lambda outcome: outcome.state.value,
)
def test_it_survives_a_journey(outcome: Outcome) -> None:
    again = pickle.loads(pickle.dumps(outcome))
    assert again == outcome
    assert again.state is outcome.state
