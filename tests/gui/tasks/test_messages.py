"""What is said into one end of the pipe is heard at the other, whole and in order, and the end of it too."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from ktrdr_app.core.progress import BarsDone, StageStarted
from ktrdr_app.gui.tasks.messages import LogForward, Mouth, Wish, heard
from ktrdr_app.gui.tasks.outcome import Outcome, TaskState


@pytest.fixture
def ends() -> Iterator[tuple[Connection, Connection]]:
    here, there = Pipe()
    with here, there:
        yield here, there


def test_messages_arrive_as_they_were_in_order(ends: tuple[Connection, Connection]) -> None:
    here, there = ends
    mouth = Mouth(here)
    said = [
        Wish(False, True),
        Wish(False, False, True),
        (StageStarted("load"), BarsDone(1, 2)),
        Outcome(TaskState.SUCCEEDED, [1]),
    ]
    for message in said:
        mouth.say(message)  # type: ignore[arg-type]
    assert [heard(there) for _ in said] == said


def test_threads_that_speak_at_once_do_not_garble_each_other(ends: tuple[Connection, Connection]) -> None:
    here, there = ends
    mouth = Mouth(here)
    long = tuple(BarsDone(number, 2000) for number in range(2000))
    threads = [threading.Thread(target=lambda: [mouth.say(long) for _ in range(5)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert all(heard(there) == long for _ in range(20))
    for thread in threads:
        thread.join()


def test_who_is_gone_is_heard_as_nothing(ends: tuple[Connection, Connection]) -> None:
    here, there = ends
    Mouth(here).say(Wish(True, False))
    here.close()
    assert heard(there) == Wish(True, False), "what was said before still counts"
    assert heard(there) is None
    assert heard(here) is None, "nothing is heard at an end that was closed"


def test_speaking_to_who_is_gone_is_no_error(ends: tuple[Connection, Connection]) -> None:
    here, there = ends
    there.close()
    for _ in range(3):
        Mouth(here).say(Wish(True, False))
    here.close()
    Mouth(here).say(Wish(True, False))


def test_a_log_line_travels_with_its_text_and_without_what_it_was_made_of(
    ends: tuple[Connection, Connection],
) -> None:
    here, there = ends
    logger = logging.getLogger("ktrdr_app.test.forward")
    handler = LogForward(Mouth(here))
    logger.addHandler(handler)
    try:
        logger.warning("took %s", threading.Lock(), extra={"details": "more"})
    finally:
        logger.removeHandler(handler)
    record = heard(there)
    assert isinstance(record, logging.LogRecord)
    assert record.getMessage().startswith("took <unlocked ")
    assert (record.levelno, record.name) == (logging.WARNING, logger.name)
    assert record.details == "more"  # type: ignore[attr-defined]
