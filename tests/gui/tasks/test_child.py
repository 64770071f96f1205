"""What the process does beside the work: thin progress, and an end when its window has gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from ktrdr_app.core.progress import BarsDone, EpochFinished, ProgressEvent
from ktrdr_app.gui.tasks.child import Reporter
from ktrdr_app.gui.tasks.messages import Mouth, heard
from tests.core.children import printed, run_python

EPOCHS = [EpochFinished(number, 500, 1.0, 1.0, 0.5, 0.5, 1, 1.0) for number in range(1, 501)]


@pytest.fixture
def ends() -> Iterator[tuple[Connection, Connection]]:
    here, there = Pipe()
    with here, there:
        yield here, there


def batches(line: Connection, mouth_end: Connection) -> list[tuple[ProgressEvent, ...]]:
    """Everything that was said until the end was closed."""
    mouth_end.close()
    found = []
    while isinstance(batch := heard(line), tuple):
        found.append(batch)
    return found


def test_nothing_final_is_lost_and_few_messages_are_sent(ends: tuple[Connection, Connection]) -> None:
    here, there = ends
    reporter = Reporter(Mouth(here))
    for epoch in EPOCHS:
        reporter.gate(epoch)
        reporter.gate(BarsDone(epoch.epoch, 500))
    reporter.end()
    found = batches(there, here)
    said = [event for batch in found for event in batch]
    assert [event for event in said if isinstance(event, EpochFinished)] == EPOCHS
    assert said[-1] == BarsDone(500, 500)
    assert len(found) < 100


def test_the_first_words_go_at_once(ends: tuple[Connection, Connection]) -> None:
    here, there = ends
    reporter = Reporter(Mouth(here))
    reporter.gate(BarsDone(1, 9))
    assert heard(there) == (BarsDone(1, 9),)
    reporter.end()


def test_a_reporter_that_was_told_nothing_says_nothing_and_leaves_no_thread(
    ends: tuple[Connection, Connection],
) -> None:
    here, there = ends
    before = threading.active_count()
    Reporter(Mouth(here)).end()
    assert threading.active_count() == before
    assert batches(there, here) == []


ALONE = """
import multiprocessing
from ktrdr_app.gui.tasks.child import serve
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,))
    process.start()
    theirs.close()
    ours.close()
    process.join()
    print(process.exitcode)
"""


def test_without_an_order_it_ends_at_once() -> None:
    assert printed(ALONE) == "0"


ORPHAN = """
import os, sys, threading
from pathlib import Path
from ktrdr_app.core.cancel import CancelToken
from ktrdr_app.core.paths import Workspace
from ktrdr_app.gui.tasks.errand import Errand
from ktrdr_app.gui.tasks.process_runner import Deputy
from ktrdr_app.workflows.requests import TrainRequest

def told(batch):
    print("works", flush=True)
    os._exit(3)

if __name__ == "__main__":
    request = TrainRequest(Workspace(Path(sys.argv[1])), "quick", ("AAPL", "IBM"), "1d", epochs=9000)
    Deputy("x", Errand("train", request), told, CancelToken()).carry_out()
"""


def test_it_ends_with_its_window_and_saves_nothing(small_workspace: object) -> None:
    """`run_python` waits for all that hold its pipe; the child does, so that it returns at all says that it is gone."""
    done = run_python(ORPHAN, small_workspace.root)  # type: ignore[attr-defined]
    assert done.returncode == 3
    assert done.stdout.strip() == "works"
    assert list(small_workspace.models.rglob("*.pt")) == []  # type: ignore[attr-defined]
